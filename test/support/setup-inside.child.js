'use strict';

// Loads an addon whose OL_SETUP is gone once it is loaded, here and in worker threads.

const { Worker, isMainThread } = require('node:worker_threads');
const addon = require('./addon');

const { countInits } = addon('setup_inside');

if (isMainThread) {
  const exits = [1, 2].map(() => new Promise((resolve) => {
    new Worker(__filename).on('exit', resolve);
  }));
  Promise.all(exits).then(async (codes) => console.log(...codes, await countInits()));
} else {
  countInits();
}
