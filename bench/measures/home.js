'use strict';

const { performance } = require('node:perf_hooks');
const { many } = require('./many.js');
const { Pulse } = require('./pulse.js');

/* How the loop fares while many jobs that were started in one go come home. */
module.exports = async function home(job, { count }) {
  const jobs = await many(job, count);
  jobs.startAll();
  const allHome = jobs.allHome();
  const began = performance.now();
  const pulse = new Pulse();
  await allHome;
  return { tookMs: performance.now() - began, ...pulse.stop() };
};
