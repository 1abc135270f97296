'use strict';

const { parentPort } = require('node:worker_threads');
const { tasks } = require('./in-worker.js');

parentPort.on('message', ({ id, task, args }) => {
  parentPort.postMessage({ id, value: tasks[task](...args) });
});
