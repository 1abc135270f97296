'use strict';

// Garbage collection on demand, for tests that wait for finalisers.

const { setTimeout: delay } = require('node:timers/promises');

const gc = globalThis.gc ?? (globalThis.Bun && (() => globalThis.Bun.gc(true)));

/* Collects until [truth] holds; the test's own time limit ends one that never does. What a WeakRef
 * was asked for stays alive until the next turn. */
async function collectUntil(truth) {
  while (!truth()) {
    await delay(1);
    gc();
    await delay(1);
  }
}

module.exports = { canCollect: typeof gc === 'function', gc, collectUntil };
