'use strict';

// A debugger ends what this thread runs, in the middle of a batch of results: terminated.child.js
// NAME. Says how many calls were told.

const { Worker } = require('node:worker_threads');
const addon = require('./addon');

const { bytes } = addon('env');
const { echo } = addon('flat');

const COUNT = 300; // several batches
const flag = new Int32Array(new SharedArrayBuffer(4));

const debug = () => new Worker(`
  const { Session } = require('node:inspector');
  const { parentPort, workerData } = require('node:worker_threads');
  const session = new Session();
  session.connectToMainThread();
  parentPort.postMessage('ready');
  Atomics.wait(workerData, 0, 0);
  session.post('Runtime.terminateExecution');
`, { eval: true, workerData: flag });

/* Never comes back by itself. */
function spin() {
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
  for (;;) continue;
}

/* A promise that is given an object asks for its then: so the layer is held up in the middle of a
 * batch, and outside of all code of the user's but this. */
function spinOnce() {
  Object.defineProperty(Object.prototype, 'then', {
    configurable: true,
    get() {
      const isAnswer = this instanceof Uint8Array || 'f64' in Object(this);
      if (isAnswer) {
        delete Object.prototype.then;
        spin();
      }
      return undefined;
    },
  });
}

const ways = {
  jobs: () => bytes(16, { timeout: 1e6 }),
  batches: () => echo(1, 2, 3, 4, 5, 6, true, 0),
};

debug().once('message', () => {
  let told = 0;
  for (let i = 0; i < COUNT; i++) ways[process.argv[2]]().then(() => told++);
  spinOnce();
  setTimeout(() => {
    console.log(told);
    process.exit(0);
  }, 1000);
});
