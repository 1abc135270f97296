'use strict';

// faked.child.js NAME: what stands under that name is faked while an addon is loaded. It is used
// under the fakes, then after they are gone. Says 'works' when all calls have come back.

const fs = require('node:fs');
const timers = require('node:timers');
const addon = require('./addon');

const CALLS = 40;
const BURN_MS = 1; // far longer, all together, than settling may take in a turn of the loop

const real = { now: performance.now.bind(performance) };

/* As a clock does that nobody moves. */
const never = () => ({ ref() {}, unref() {}, hasRef: () => false });

/* Replaces methods; gives what puts them back. */
function replace(object, methods) {
  const define = (name, value) =>
    Object.defineProperty(object, name, { value, configurable: true, writable: true });
  const before = Object.keys(methods).map((name) => [name, object[name]]);
  for (const [name, method] of Object.entries(methods)) define(name, method);
  return () => before.forEach(([name, method]) => define(name, method));
}

function fakeTimers() {
  const names = ['setImmediate', 'setInterval', 'setTimeout'];
  const fakes = Object.fromEntries(names.map((name) => [name, never]));
  const back = [globalThis, timers].map((object) => replace(object, fakes));
  return () => back.forEach((put) => put());
}

const FAKES = {
  microtasks: () => replace(globalThis, { queueMicrotask: never }),
  ticks: () => replace(process, { nextTick: never }),
  timers: fakeTimers,
  clocks() {
    const back = [replace(Date, { now: () => 0 }), replace(performance, { now: () => 0 })];
    return () => back.forEach((put) => put());
  },
  all() {
    const back = ['microtasks', 'ticks', 'timers', 'clocks'].map((name) => FAKES[name]());
    return () => back.forEach((put) => put());
  },
  runner() {
    const { mock } = require('node:test');
    mock.timers.enable();
    return () => mock.timers.reset();
  },
};

function burn() {
  for (const end = real.now() + BURN_MS; real.now() < end;) continue;
}

/* Calls that cross in batches, several at a time and each of them answered slowly. */
async function callMany({ twice }) {
  await Promise.all([twice(1), twice(2), twice(3)]);
  for (const options of [[], [{ priority: 0 }]]) {
    await new Promise((resolve) => {
      let left = CALLS;
      const callback = () => {
        burn();
        if (--left === 0) resolve();
      };
      for (let i = 0; i < CALLS; i++) twice(i, ...options, callback);
    });
  }
}

async function readAll(stream) {
  for (let next; !(next = await stream.next()).done;) if (next.value % 100 === 0) burn();
}

async function use() {
  await callMany(addon('calls'));
  await readAll(addon('streams').range(5000));
}

async function main() {
  const restore = FAKES[process.argv[2]]();
  await use();
  restore();
  await use();
  fs.writeSync(1, 'works\n');
  process.exit();
}

main();
