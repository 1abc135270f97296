'use strict';

// Calls with any arguments: each ends with a value or with an error, and memory stays whole, which
// a sanitizer sees. See scripts/fuzz.js.

const addon = require('../support/addon');
const { valuesOf } = require('./values');
const { GUARD_MS, SEED, isTold, runRounds } = require('./rounds');

/* Those that take what they are told as a size, or are broken on purpose. */
const LEFT_OUT = /^(long|wide|vast|broken|memory|numbers|counts|Box|Jar)/;

const types = addon('types');
const workers = Object.entries(types)
  .filter(([name, worker]) => typeof worker === 'function' && !LEFT_OUT.test(name))
  .map(([, worker]) => worker);

/* In one of the ways in which a worker may be called. */
function callSomehow(below, worker, args) {
  switch (below(4)) {
    case 0: return worker(...args);
    case 1: return worker.sync ? worker.sync(...args) : worker(...args);
    case 2: return new Promise((resolve, reject) => {
      worker(...args, (error, value) => (error ? reject(error) : resolve(value)));
    });
    default: return worker.apply(args[0], args);
  }
}

describe(`arguments, from seed ${SEED} on`, () => {
  it('of any kind end a call with a value or an error', async function () {
    const boxes = [types.makeBox.sync(1), types.makeJar.sync(), types.makeBox.sync(2)];
    await boxes[2].close();
    const rounds = await runRounds(async (below) => {
      let depth = 0;
      const values = valuesOf(below, again, boxes);

      function again() {
        if (depth++ > 3) return;
        worker(...values.list())?.catch?.(() => {});
      }

      const worker = values.pick(workers);
      try {
        await callSomehow(below, worker, values.list());
      } catch (error) {
        if (!isTold(error)) throw error;
      }
    });
    this.test.title += `: ${rounds} calls`;
  }).timeout(GUARD_MS);
});
