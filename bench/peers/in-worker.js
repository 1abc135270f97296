'use strict';

/* The tasks as functions of a worker thread, for piscina and for plain worker_threads. */

const addon = require('../addon.js');

const JAVASCRIPT = 'runs JavaScript in worker threads';

function sum(bytes) {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  let total = 0;
  for (let i = 0; i < words.length; i++) total += words[i];
  return total;
}

/* A nap and a spin take the thread and the core exactly as those of the other peers do. */
module.exports = {
  addons: ['hand'],
  tasks: {
    add: (a, b) => a + b,
    upper: (text) => text.toUpperCase(),
    sum,
    nap: (ms) => addon('hand').nap.sync(ms),
    spin: (ms) => addon('hand').spin.sync(ms),
  },
  notes: {
    add: JAVASCRIPT,
    upper: JAVASCRIPT,
    sum: `${JAVASCRIPT}, on shared memory`,
  },
};
