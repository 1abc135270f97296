'use strict';

// A process whose jobs ask JavaScript, and that ends in the way it is told, with the counts of C.

const { setTimeout: delay } = require('node:timers/promises');
const { ask, counts, sum } = require('./addon')('asks');

const forget = () => {};
const never = () => new Promise(forget);

function leave() {
  process.exit(5);
}

/* Behind the addon's own listener, which stops the jobs. */
function tellAtExit() {
  process.on('exit', () => console.log(JSON.stringify(counts.sync())));
}

/* As a hostile library might. */
function patch() {
  const wrong = () => {
    throw new Error('patched');
  };
  Reflect.apply = wrong;
  Function.prototype.bind = wrong;
  Promise.resolve = wrong;
  Object.defineProperty(Object.prototype, 'raised', { set: wrong, configurable: true });
}

const ways = {
  async exit() {
    for (let i = 0; i < 10; i++) sum(never, 1).catch(forget);
    while (counts.sync().entered < 10) await delay(1);
    leave();
  },
  async exitInFunction() {
    for (let i = 0; i < 10; i++) sum(never, 1).catch(forget);
    await ask(leave, '');
  },
  async exitInPromise() {
    for (let i = 0; i < 10; i++) sum(never, 1).catch(forget);
    await ask(() => delay(5).then(leave), '');
  },
  async natural() {
    const answer = await ask(() => new Promise((resolve) => setTimeout(resolve, 20, 'answer')), '');
    console.log(answer);
  },
  async patched() {
    const error = new Error('thrown');
    patch();
    const answer = await ask(async () => 'answer', '');
    const found = await ask(() => {
      throw error;
    }, '').catch((value) => value);
    process.exitCode = answer === 'answer' && found === error ? 3 : 4;
  },
};

const way = process.argv[2];
if (way.startsWith('exit')) tellAtExit();
ways[way]();
