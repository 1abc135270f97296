'use strict';

// A worker thread with conversations of every kind, that says when one has come to a point, and
// then goes on, or exits there. That pins: two whose jobs reach its memory and wait, one for the
// turn that an exclusive function keeps for the other.

const { parentPort, workerData } = require('node:worker_threads');
const { converse } = require('./combined');

const { file, point, way } = workerData;
const { openHub, talk } = require(file);

const forget = () => {};

async function main() {
  let there = 0;
  const strike = (name) => {
    if (name !== point || ++there < 8) return;
    if (way === 'exits') process.exit(7);
    if (there === 8) parentPort.postMessage('there');
    if (way === 'spins') for (;;) continue;
  };
  const hub = await openHub();
  for (let i = 0; i < 4; i++) {
    converse(talk, 1e6, { strike }).over.catch(forget);
    converse((...args) => hub.serve(...args), 1e6, { strike }).over.catch(forget);
  }
  hub.exclusive((tx) => converse((...args) => tx.serve(...args), 1e6, { strike }).over)
    .catch(forget);
}

async function pin() {
  const hub = await openHub();
  let asked = 0;
  const never = () => {
    if (++asked === 2) parentPort.postMessage('there');
    return new Promise(forget);
  };
  const talkTo = (object) => {
    const stream = object.serve(never, 1, { pinned: Buffer.alloc(100) });
    stream.next().catch(forget);
    return stream.result;
  };
  talkTo(hub).catch(forget);
  hub.exclusive(talkTo).catch(forget);
}

if (way === 'pins') pin();
else main();
setInterval(forget, 1000);
