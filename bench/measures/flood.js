'use strict';

/* One flood. A number that is lost, doubled or out of order is an error. */

const { monitorEventLoopDelay, performance } = require('node:perf_hooks');
const { floods } = require('../floods.js');

const WARM_UP = 50000;
const RESOLUTION_MS = 1; /* of the timer that measures the delay: an idle loop shows about that */

function checked(count) {
  let home = 0;
  const take = (number) => {
    if (number !== home) throw new Error(`number ${home} came as ${number}`);
    return ++home;
  };
  const check = () => {
    if (home !== count) throw new Error(`${home} of ${count} came home`);
  };
  return { take, check };
}

async function timed(flood, count) {
  const { take, check } = checked(count);
  const cpu = process.cpuUsage();
  const began = performance.now();
  await flood(count, take);
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  check();
  return { ms, cpuUs: (user + system) / count };
}

/* So many numbers as take about `ms`, by what a flood before it took. */
async function measure(flood, ms) {
  await timed(flood, WARM_UP);
  const trial = await timed(flood, WARM_UP);
  const count = Math.ceil((WARM_UP * ms) / trial.ms);
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const { ms: tookMs, cpuUs } = await timed(flood, count);
  await new Promise((resolve) => setTimeout(resolve, 2 * RESOLUTION_MS)); /* the last delay ends */
  delay.disable();
  return {
    itemsPerSecond: (count / tookMs) * 1000,
    cpuUs,
    p99Ms: delay.percentile(99) / 1e6,
    maxMs: delay.max / 1e6,
  };
}

module.exports = ({ peer, ms }) => measure(floods[peer].flood(), ms);
