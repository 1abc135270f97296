'use strict';

// A map whose next() is called at every depth near the end of the stack. Says at how many depths
// not all results came, those of other calls of next() among them.

const { setTimeout: delay } = require('node:timers/promises');
const { twice } = require('./addon')('calls');
const { callNearEnd } = require('./near-end');

const LEVELS = 100;
const PATIENCE_MS = 5000;
const LEN = 6;

/* What next() gave; undefined where it threw or was rejected, for want of room. */
async function readNearEnd(levels, results) {
  let next;
  callNearEnd(levels, (begun) => {
    begun();
    next = results.next();
  });
  try {
    return await next;
  } catch {
    return undefined;
  }
}

/* 0: all that the map has to give came, in its order. */
async function lostAt(levels, before) {
  const results = twice.map(Array.from({ length: LEN }, (_, i) => i), { concurrency: 2 });
  const got = [];
  for (let i = 0; i < before; i++) got.push((await results.next()).value);
  await delay(1); // and the next ones are there
  const near = await readNearEnd(levels, results);
  if (near !== undefined) got.push(near.value);
  for await (const result of results) got.push(result);
  return got.length === LEN && got.every((value, i) => value === 2 * i) ? 0 : 1;
}

async function count() {
  let lost = 0;
  for (const before of [0, 1]) {
    for (let levels = 0; levels < LEVELS && lost === 0; levels++) {
      const late = delay(PATIENCE_MS, 1, { ref: false });
      lost += await Promise.race([lostAt(levels, before).catch(() => 1), late]);
    }
  }
  return lost;
}

count().then((lost) => {
  console.log(`lost ${lost}`);
  process.exit();
});
