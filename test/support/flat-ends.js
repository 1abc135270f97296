'use strict';

// What calls that cross in batches may keep from ending, or end with: node flat-ends.js NAME. What
// it prints is what a test looks at.

const fs = require('node:fs');
const { setTimeout: delay } = require('node:timers/promises');
const flat = require('./addon')(process.env.OFFLOOP_FLAT ?? 'flat');

const IS_HELD = 7; // of does(how, number) in test/addons/flat.c

const say = (what) => fs.writeSync(1, `${JSON.stringify(what)}\n`);

async function executed(count) {
  while (flat.counts.sync().executed < count) await delay(1);
}

const ways = {
  /* In which order calls of two kinds are answered. */
  async inOrder() {
    const answered = [];
    await Promise.all(Array.from({ length: 600 }, (_, i) => {
      const call = i % 7 === 0 ? flat.beginsGeneral('x') : flat.beginsFlat(i);
      return call.then(() => answered.push(i));
    }));
    say(answered);
  },
  async exitAfterHeld() {
    await Promise.all(Array.from({ length: 20 }, (_, i) => flat.does(IS_HELD, i)));
    process.exit(5);
  },
  /* The second call has not crossed when .sync begins. */
  syncWaits() {
    flat.waitAtGate();
    flat.meet(2);
    say(flat.meet.sync(2));
    process.exit();
  },
  async exitHeld() {
    for (let i = 0; i < 3; i++) flat.holdsUntilStopped();
    await executed(3);
    say({ running: flat.holdsUntilStopped.pool.stats().running });
    process.on('exit', () => say({ stopped: flat.counts.sync().stopped }));
    process.exit(5);
  },
};

ways[process.argv[2]]();
