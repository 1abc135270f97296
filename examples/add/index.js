'use strict';

const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { asyncWork } = require('../../build/Release/add.node');
const { TaskPool } = require('./taskpool');

const num1 = 123;
const num2 = 456;

async function showPromise() {
  const result = await asyncWork(1024);
  console.log(`result is ${result}`);
  await asyncWork(-5).catch((value) => console.log(`rejected with ${value}`));
}

function showCallback() {
  return new Promise((done) => {
    asyncWork(num1, num2, (result) => {
      console.log(`result is ${result}`);
      done();
    });
  });
}

/* The addon runs inside a worker thread, which is ended as soon as it has answered. */
function showWorkerThread() {
  return new Promise((done) => {
    const worker = new Worker(path.join(__dirname, 'worker.js'));
    worker.postMessage({ num1, num2 });
    worker.on('message', (result) => {
      console.log(`result is ${result}`);
      worker.terminate();
    });
    worker.on('exit', done);
  });
}

/* The task returns at once. The pool is closed while the job may still run; its callback is called
 * all the same, because a job keeps its thread alive. */
async function showTaskPool() {
  const pool = new TaskPool(path.join(__dirname, 'task.js'), 2);
  await pool.execute(num1, num2);
  await pool.close();
}

async function main() {
  await showPromise();
  await showCallback();
  await showWorkerThread();
  await showTaskPool();
}

module.exports = { asyncWork };

if (require.main === module) main();
