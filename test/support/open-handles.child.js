'use strict';

// open-handles.child.js: what a test runner would report as an open handle, asking async_hooks as
// they do. Says of each kind of job which resources are told to be active, while the addon is idle
// and while the job runs.

const { createHook } = require('node:async_hooks');

const seen = new Map(); // by id: { type, isActive }

/* Runners hold what they ask weakly; what has no hasRef() is active until it is destroyed. */
createHook({
  init(id, type, _, resource) {
    const ref = new WeakRef(resource);
    const isActive = 'hasRef' in resource ? () => ref.deref()?.hasRef() ?? false : () => true;
    seen.set(id, { type, isActive });
  },
  destroy(id) {
    seen.delete(id);
  },
}).enable();

const { nap } = require('./addon')('waits');
const { range } = require('./addon')('streams');

const OURS = /^(offloop|nap|range)/;

async function active() {
  for (let turns = 0; turns < 3; turns++) await new Promise(setImmediate);
  globalThis.gc();
  return [...seen.values()].filter(({ type, isActive }) => OURS.test(type) && isActive())
    .map(({ type }) => type).sort();
}

async function around(begin) {
  const before = await active();
  const promise = begin();
  const during = await active();
  await promise;
  return [before, during, await active()];
}

async function main() {
  const said = {
    promise: await around(() => nap(200)),
    callback: await around(() => new Promise((resolve) => nap(200, resolve))),
    stream: await around(async () => {
      for await (const item of range(3, { everyMs: 60 })) void item;
    }),
  };
  console.log(JSON.stringify(said));
}

main();
