'use strict';

// Rounds of a fuzzer until its time is up. Each round has a seed of its own, and a failure names
// it: FUZZ_SEED with one round is that very round again. See scripts/fuzz.js.

const { setImmediate: turn } = require('node:timers/promises');
const { randomOf } = require('../support/random');
const { Thrown } = require('./values');

const SECONDS = Number(process.env.FUZZ_SECONDS) || 5;
const SEED = Number(process.env.FUZZ_SEED) || Date.now() % 2 ** 31;
const TIME_MS = SECONDS * 1000;
const GUARD_MS = TIME_MS + 120000;

/* What may come out: an error with a code, as all of offloop's and Node's; what the caller's own
 * code has thrown, which is any value; and what the engine says of a proxy that was revoked or that
 * answers what no object could. */
function isTold(error) {
  if (error instanceof Thrown || Object(error) !== error) return true;
  return typeof error.code === 'string' || /proxy|Proxy|'\w+' on a/.test(error.message);
}

async function runRounds(round) {
  const end = Date.now() + TIME_MS;
  let rounds = 0;
  for (let seed = SEED; rounds === 0 || Date.now() < end; seed++, rounds++) {
    try {
      await round(randomOf(seed));
    } catch (cause) {
      throw new Error(`round ${rounds}, to be run again by --seed=${seed}`, { cause });
    }
    if (rounds % 64 === 0) await turn();
  }
  return rounds;
}

module.exports = { GUARD_MS, SEED, isTold, runRounds };
