'use strict';

/* The worker thread of showWorkerThread. What a worker thread gives to console.log goes through the
 * main thread and could come late; a write to the descriptor keeps the order. */

const { writeSync } = require('node:fs');
const { parentPort } = require('node:worker_threads');
const { asyncWork } = require('../../build/Release/add.node');

parentPort.on('message', ({ num1, num2 }) => {
  writeSync(1, `Worker thread received data: ${num1}, ${num2}\n`);
  asyncWork(num1, num2, (result) => parentPort.postMessage(result));
});
