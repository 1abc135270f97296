'use strict';

const fs = require('node:fs');
const { performance } = require('node:perf_hooks');
const { setTimeout: delay } = require('node:timers/promises');
const { promisify } = require('node:util');
const { drive } = require('../drive.js');
const { quantile } = require('../stats.js');

const stat = promisify(fs.stat);

/* fs.stat, one after the other, while so many jobs are kept in flight. */
module.exports = async function statBehind(job, { ms, inFlight }) {
  const took = [];
  let on = true;
  const busy = drive(job, inFlight, () => on);
  await delay(ms / 2);
  const began = performance.now();
  for (let now = began; now - began < ms;) {
    await stat(__filename);
    took.push(performance.now() - now);
    now = performance.now();
  }
  const overMs = performance.now() - began;
  on = false;
  await busy;
  return {
    statsPerSecond: (took.length / overMs) * 1000,
    p50Ms: quantile(took, 0.5),
    p99Ms: quantile(took, 0.99),
  };
};
