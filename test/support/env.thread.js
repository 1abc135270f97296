'use strict';

// A worker thread that loads the addon, starts the jobs it is told, [name, times, argument], says
// 'started', and later how they went. Where a buffer is pinned, the argument is its size. With an
// exitCode it exits at once; with begun: when so many jobs have begun.

const { parentPort, workerData } = require('node:worker_threads');

const { file, jobs, spin, exitCode, begun = 0 } = workerData;
const addon = require(file);

const PINNED = ['read', 'readApart', 'sum'];
const argumentOf = (name, argument) =>
  PINNED.includes(name) ? Buffer.alloc(argument, 1) : argument;

function start([name, times, argument]) {
  const args = argument === undefined ? [] : [argumentOf(name, argument)];
  return Array.from({ length: times }, () => addon[name](...args));
}

const running = jobs.flatMap(start);
parentPort.postMessage('started');

/* Says what the jobs gave, or the codes of their errors. */
Promise.allSettled(running).then((outcomes) => {
  parentPort.postMessage(outcomes.map(({ value, reason }) => (reason ? reason.code : value)));
});

while (addon.counts().started < begun) continue;
if (exitCode !== undefined) process.exit(exitCode);
while (spin) continue;
