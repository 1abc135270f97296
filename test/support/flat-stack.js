'use strict';

// Calls that cross in batches at every depth near the end of the stack. Says how many of them, and
// of those before and behind them, were not answered.

const { setTimeout: delay } = require('node:timers/promises');
const { does } = require('./addon')('flat');
const { callNearEnd } = require('./near-end');

const LEVELS = 600;
const PATIENCE_MS = 5000;

/* 0: the call threw or was answered, once, and so were the others. It is the first or the second of
 * those in flight; which of them is answered last is a matter of threads. */
async function lostAt(levels, before, call) {
  let ended = 0;
  const others = Array.from({ length: before }, (_, i) => does(0, i));
  callNearEnd(levels, (begun) => {
    begun();
    try {
      call(() => { ended++; });
    } catch {
      ended++;
    }
  });
  const all = Promise.all([...others, does(0, 1), does(0, 2)]);
  const late = await Promise.race([all.then(() => 0), delay(PATIENCE_MS, 1, { ref: false })]);
  for (let ms = 0; ended === 0 && ms < PATIENCE_MS; ms++) await delay(1);
  await delay(1);
  return late + Math.abs(1 - ended);
}

const forms = [
  (done) => does(0, 1, done),
  (done) => {
    const promise = does(0, 1);
    promise.then(done, done);
  },
];

async function count() {
  let lost = 0;
  for (const before of [0, 1]) {
    for (const call of forms) {
      for (let levels = 0; levels < LEVELS && lost === 0; levels += 2) {
        lost += await lostAt(levels, before, call);
      }
    }
  }
  return lost;
}

count().then((lost) => {
  console.log(`lost ${lost}`);
  process.exit();
});
