'use strict';

const os = require('node:os');
const path = require('node:path');
const { addons, notes } = require('./in-worker.js');

const promise = (name) => ({ threads = os.availableParallelism() }) => {
  const { Piscina } = require('piscina');
  const filename = path.join(__dirname, 'piscina-worker.js');
  const pool = new Piscina({ filename, minThreads: threads, maxThreads: threads });
  return (...args) => pool.run(args, { name });
};

module.exports = {
  addons,
  notes,
  optional: true,
  tasks: {
    add: { promise: promise('add') },
    upper: { promise: promise('upper') },
    sum: { promise: promise('sum'), shared: true },
    nap: { promise: promise('nap') },
    spin: { promise: promise('spin') },
  },
};
