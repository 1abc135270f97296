'use strict';

/* What one process measures of one job: each takes the job and its settings and gives plain
 * numbers. */

const { AsyncLocalStorage } = require('node:async_hooks');
const { performance } = require('node:perf_hooks');
const { drive } = require('./drive.js');
const { quantile } = require('./stats.js');

const LOOK_EVERY = 64; /* jobs between two looks at the clock; a power of two */
const LATENCIES_MOST = 1 << 20;
const CONTEXTS = 64;

const glance = () => ({ ms: performance.now(), cpu: process.cpuUsage() });

/* Opens after the warm-up and closes after `ms`, in both cases not before every job in flight has
 * been replaced twice, so that neither the first start nor a half-delivered batch makes the
 * figure. */
class Window {
  constructor(ms, inFlight) {
    this.ms = ms;
    this.leastJobs = 2 * inFlight;
    this.done = 0;
    this.openAfterMs = performance.now() + ms / 2;
  }

  tick() {
    return (++this.done & (LOOK_EVERY - 1)) !== 0 ? this.to === undefined : this.look();
  }

  look() {
    const now = performance.now();
    if (this.from === undefined) {
      if (now >= this.openAfterMs && this.done >= this.leastJobs) {
        this.from = { done: this.done, ...glance() };
      }
    } else if (now - this.from.ms >= this.ms && this.done - this.from.done >= this.leastJobs) {
      this.to ??= { done: this.done, ...glance() };
    }
    return this.to === undefined;
  }
}

async function rate(job, { ms, inFlight }) {
  const window = new Window(ms, inFlight);
  await drive(job, inFlight, () => window.tick());
  const { from, to } = window;
  const jobs = to.done - from.done;
  const cpuUs = to.cpu.user + to.cpu.system - from.cpu.user - from.cpu.system;
  return { jobsPerSecond: (jobs / (to.ms - from.ms)) * 1000, cpuUs: cpuUs / jobs };
}

/* One job at a time, each timed from the call until its answer runs. */
async function latency(job, { ms }) {
  const us = new Float64Array(LATENCIES_MOST);
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
    return now < end && taken < LATENCIES_MOST;
  });
  const samples = us.subarray(0, taken);
  return { p50Us: quantile(samples, 0.5), p99Us: quantile(samples, 0.99) };
}

function settledMemory() {
  global.gc();
  global.gc();
  return process.memoryUsage();
}

/* Jobs that are all started in one go. No turn of the loop passes meanwhile, so none can come home,
 * whatever its pool does: each holds all its memory when it is counted. */
function promised({ start }, count) {
  const promises = new Array(count).fill(null);
  return {
    startAll() { for (let i = 0; i < count; i++) promises[i] = start(i); },
    allHome: () => Promise.all(promises),
  };
}

function calledBack({ start }, count) {
  let allHome;
  let left = count;
  const home = new Promise((resolve) => { allHome = resolve; });
  const done = (error) => {
    if (error) throw error;
    if (--left === 0) allHome();
  };
  return {
    startAll() { for (let i = 0; i < count; i++) start(i, done); },
    allHome: () => home,
  };
}

async function memory(job, { queued }) {
  let warm = 2000;
  await drive(job, 16, () => --warm > 0);
  const jobs = (job.form === 'callback' ? calledBack : promised)(job, queued);
  const before = settledMemory();
  jobs.startAll();
  const after = settledMemory();
  await jobs.allHome();
  return {
    bytes: (after.rss - before.rss) / queued,
    heapBytes: (after.heapUsed - before.heapUsed) / queued,
  };
}

/* Many jobs at once, each started under a store of its own: the share whose callback saw it
 * again. */
async function context({ start }) {
  const storage = new AsyncLocalStorage();
  const sees = (i) => new Promise((resolve) => {
    start(i, () => resolve(storage.getStore() === i));
  });
  const all = Array.from({ length: CONTEXTS }, (_, i) => storage.run(i, sees, i));
  return { kept: (await Promise.all(all)).filter(Boolean).length / CONTEXTS };
}

module.exports = { rate, latency, memory, context };
