'use strict';

/* The least that works: workers that take turns, one message each way for each job. */

const os = require('node:os');
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { addons, notes } = require('./in-worker.js');

class Crew {
  constructor(threads) {
    this.waiting = new Map();
    this.next = 0;
    const file = path.join(__dirname, 'worker-threads-worker.js');
    this.workers = Array.from({ length: threads }, () => new Worker(file));
    for (const worker of this.workers) worker.on('message', (answer) => this.settle(answer));
  }

  settle({ id, value }) {
    const resolve = this.waiting.get(id);
    this.waiting.delete(id);
    resolve(value);
  }

  run(task, args) {
    const id = this.next++;
    this.workers[id % this.workers.length].postMessage({ id, task, args });
    return new Promise((resolve) => { this.waiting.set(id, resolve); });
  }
}

const promise = (task) => ({ threads = os.availableParallelism() }) => {
  const crew = new Crew(threads);
  return (...args) => crew.run(task, args);
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
