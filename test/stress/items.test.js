'use strict';

// Many items through the whole of C and JavaScript: see scripts/stress.js.

const assert = require('node:assert');
const { setImmediate: turn, setTimeout: delay } = require('node:timers/promises');
const addon = require('../support/addon');
const { gc } = require('../support/collect');

const ITEMS = Number(process.env.STRESS_ITEMS) || 10000000;
const GUARD_MS = 20 * 60 * 1000;
const PRODUCERS = 8;
const EACH = Math.ceil(ITEMS / PRODUCERS);
const SAMPLES = 20;
const GROWTH_MAX = 32 * 1024 * 1024; /* as much as a heap may be late to give back */

const { counts, held } = addon('streams');

/* Numbers of a producer come one by one, those of others in between. */
function makeLedger() {
  const next = new Array(PRODUCERS).fill(0);
  return {
    next,
    enter(item) {
      const producer = Math.floor(item / EACH);
      const number = item % EACH;
      if (number !== next[producer]) {
        throw new Error(`${producer} sent ${number}, not ${next[producer]}`);
      }
      next[producer]++;
    },
  };
}

/* Collected, twice: what finalisers let go of is given back by the second. */
async function residentBytes() {
  for (let i = 0; i < 2; i++) {
    gc?.();
    await turn();
  }
  return process.memoryUsage.rss();
}

/* Lets the queue run full at times, and looks at the memory. */
function makePauses(resident) {
  const pause = Math.ceil(PRODUCERS * EACH / SAMPLES);
  return async (count) => {
    if (count % 10000 === 0) await delay(1);
    if (count % pause === 0) resident.push(await residentBytes());
  };
}

function check({ next }, resident, before) {
  assert.deepStrictEqual(next, new Array(PRODUCERS).fill(EACH));
  assert.ok(resident.length >= SAMPLES);
  const settled = resident.slice(SAMPLES / 4);
  const growth = Math.max(...settled) - settled[0];
  assert.ok(growth < GROWTH_MAX, `memory grows: ${resident}`);
  const { emitted, made, destroyed } = counts();
  assert.strictEqual(emitted - before.emitted, PRODUCERS * EACH);
  assert.strictEqual(made - before.made, 1);
  assert.strictEqual(destroyed - before.destroyed, 1);
  return growth;
}

describe(`${ITEMS} items of ${PRODUCERS} threads through a queue of 8`, () => {
  async function readAll(test, read) {
    test.timeout(GUARD_MS);
    const before = counts();
    const began = Date.now();
    const ledger = makeLedger();
    const resident = [];
    await read(ledger, makePauses(resident));
    const growth = check(ledger, resident, before);
    const rate = Math.round(PRODUCERS * EACH / (Date.now() - began));
    test.title += `, ${rate} a millisecond, memory grows by ${Math.round(growth / 1024)} KiB`;
  }

  it('come once, in the order of their producers, to a slow loop', function () {
    return readAll(this.test, async (ledger, pause) => {
      let count = 0;
      const stream = held(PRODUCERS, EACH);
      for await (const item of stream) {
        ledger.enter(item);
        if (++count % 1000 === 0) await pause(count);
      }
      await stream.result;
    });
  });
});
