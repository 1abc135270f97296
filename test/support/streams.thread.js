'use strict';

// A worker thread with streams in every state: read by a loop, by callbacks, waiting for a reader,
// not begun, held by threads of the addon's own. Says that it has them, and ends as it is told.

const { parentPort, workerData } = require('node:worker_threads');

const { file, exitCode, pinned, spin } = workerData;
const { bytesOf, counts, held, range, range8, rows, subscribe, openStore } = require(file);

const forget = () => {};

async function read(stream) {
  for await (const item of stream) if (item < 0) break;
}

/* One that is never read, and one that is read when its job is over. */
async function endPinned() {
  const { left } = counts();
  await bytesOf(Buffer.alloc(10)).close();
  const stream = bytesOf(Buffer.alloc(100));
  stream.started.catch(forget);
  while (counts().left === left) await new Promise((resolve) => setTimeout(resolve, 1));
  await read(stream);
}

async function main() {
  if (pinned) await endPinned();
  const store = await openStore();
  const waiting = [range8(-1), subscribe(), held(2, 1e6), store.query(-1 >>> 1)];
  for (const stream of waiting) await stream.next();
  for (const stream of [range(-1), held(2, 1e6), rows(1e6)]) read(stream).catch(forget);
  range(-1, forget, forget);
  parentPort.postMessage([range(5), ...waiting].length);
  if (exitCode !== undefined) process.exit(exitCode);
  while (spin) continue;
  setInterval(forget, 1000);
}

main();
