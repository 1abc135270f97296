'use strict';

// A worker thread whose jobs ask JavaScript, and that ends in the way it is told.

const { parentPort, workerData } = require('node:worker_threads');

const { file, way } = workerData;
const { answers, ask, openLedger, sum } = require(file);

const forget = () => {};
const never = () => new Promise(forget);

function spin() {
  for (;;) continue;
}

async function main() {
  const ledger = await openLedger();
  const fn = way === 'asksOn' ? (i) => i : never;
  for (let i = 0; i < 20; i++) sum(fn, 1e9).catch(forget);
  ledger.review(never, 1).catch(forget);
  answers(fn, 1e9, forget, forget);
  ask(never, 'buffer').catch(forget);
  if (way === 'exits') await ask(() => process.exit(7), '');
  parentPort.postMessage('started');
  if (way === 'spins') spin();
  if (way === 'spinsInFunction') await ask(spin, '');
}

main();
setInterval(forget, 1000);
