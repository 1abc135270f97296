'use strict';

const { AsyncLocalStorage } = require('node:async_hooks');

const CONTEXTS = 64;

/* Many jobs at once, each started under a store of its own: the share whose callback saw it
 * again. */
module.exports = async function context({ start }) {
  const storage = new AsyncLocalStorage();
  const sees = (i) => new Promise((resolve) => {
    start(i, () => resolve(storage.getStore() === i));
  });
  const all = Array.from({ length: CONTEXTS }, (_, i) => storage.run(i, sees, i));
  return { kept: (await Promise.all(all)).filter(Boolean).length / CONTEXTS };
};
