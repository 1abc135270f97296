'use strict';

// The addon is loaded by a worker thread alone, which starts the addon's own thread of deadlines
// and ends before that has gone away: it idles for a second first.

const { Worker } = require('node:worker_threads');
const { file } = require('./addon');

const SOURCE = `
  const { parentPort } = require('node:worker_threads');
  const addon = require(${JSON.stringify(file('env'))});
  addon.quick(1, { timeout: 1e6 });
  addon.nap(-1);
  parentPort.postMessage(addon.counts().inits);
`;

function inThread(next) {
  const thread = new Worker(SOURCE, { eval: true });
  thread.once('message', (inits) => {
    console.log(`inits ${inits}`);
    thread.terminate();
  });
  thread.once('exit', next);
}

inThread(() => setTimeout(inThread, 1300, () => console.log('alive')));
