'use strict';

/* One flood. A number that is lost, doubled or out of order is an error. */

const { monitorEventLoopDelay, performance } = require('node:perf_hooks');
const { floods } = require('../floods.js');

const TRIAL = 50000; /* numbers */
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

/* Trials for as long as jobs are warmed up; the last of them. */
async function warmUp(flood, ms) {
  const end = performance.now() + ms / 2;
  let trial;
  do trial = await timed(flood, TRIAL);
  while (performance.now() < end);
  return trial;
}

/* So many numbers as take about `ms`, by what the last trial took. */
async function measure(flood, ms) {
  const trial = await warmUp(flood, ms);
  const count = Math.ceil((TRIAL * ms) / trial.ms);
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
