'use strict';

const { performance } = require('node:perf_hooks');
const { drive } = require('../drive.js');
const { quantile } = require('../stats.js');

const MOST = 1 << 20; /* samples */

/* One job at a time, each timed from the call until its answer runs. */
module.exports = async function latency(job, { ms }) {
  const us = new Float64Array(MOST);
  const end = performance.now() + 1.5 * ms;
  const warm = performance.now() + ms / 2;
  let taken = 0;
  let startedMs;
  const start = (...args) => {
    startedMs = performance.now();
    return job.start(...args);
  };
  await drive({ ...job, start }, 1, () => {
    const now = performance.now();
    if (now >= warm) us[taken++] = (now - startedMs) * 1000;
    return now < end && taken < MOST;
  });
  const samples = us.subarray(0, taken);
  return { p50Us: quantile(samples, 0.5), p99Us: quantile(samples, 0.99) };
};
