'use strict';

/* The ways for a flood of numbers 0, 1, 2 ... to reach JavaScript. Each is a function of the count
 * and a taker, which is called with every number and gives how many are home by then; it is asked
 * for in the process that measures, nowhere else. `baselines`: what the others are compared with,
 * bounded and waiting as the streams are, with a threadsafe call for each item. */

const addon = require('./addon.js');

const BOUND = 256; /* an offloop stream's own, for everybody */

const callback = (name, method, bound) => () => {
  const flood = addon(name)[method];
  return (count, take) => new Promise((resolve) => {
    flood(count, bound, (item) => {
      if (take(item) === count) resolve();
    });
  });
};

const offloop = (method, read) => () => {
  const flood = addon('offloop_flood')[method];
  return (count, take) => read(flood, count, take);
};

function byCallback(flood, count, take) {
  return new Promise((resolve, reject) => {
    flood(count, take, (error) => (error ? reject(error) : resolve()));
  });
}

async function byItem(flood, count, take) {
  for await (const item of flood(count)) take(item);
}

async function byBatch(flood, count, take) {
  for await (const items of flood(count).batches()) {
    for (const item of items) take(item);
  }
}

async function byChunk(flood, count, take) {
  for await (const numbers of flood(count)) {
    for (const number of numbers) take(number);
  }
}

module.exports = {
  addons: ['offloop_flood', 'hand_flood', 'addon_api_flood'],
  baselines: [{ peer: 'hand-written, bounded' }],
  floods: {
    'offloop, callback': { flood: offloop('items', byCallback) },
    'offloop, for await': { flood: offloop('items', byItem) },
    'offloop, for await of batches': { flood: offloop('items', byBatch) },
    'offloop, Float64Array chunks': { flood: offloop('chunks', byChunk) },
    'hand-written, bounded': { flood: callback('hand_flood', 'flood', BOUND) },
    'hand-written, unbounded': { flood: callback('hand_flood', 'flood', 0) },
    'node-addon-api, bounded': { flood: callback('addon_api_flood', 'threadSafe', BOUND) },
    'node-addon-api, unbounded': { flood: callback('addon_api_flood', 'threadSafe', 0) },
    'AsyncProgressQueueWorker': { flood: callback('addon_api_flood', 'queueWorker', 0) },
  },
};
