'use strict';

// A worker thread with sessions in every state: with messages in their mailboxes, waiting for some,
// closed and not yet over, with items unread. Says that it has them, and ends as it is told.

const { parentPort, workerData } = require('node:worker_threads');

const { file, exitCode, spin } = workerData;
const { collect, collect4, echo, mirror, texts, openStore } = require(file);

const forget = () => {};

async function main() {
  const store = await openStore();
  const sessions = [collect({ everyMs: 1 }), collect4({ everyMs: 1 }), echo(), store.session()];
  for (const session of sessions) while (session.post(0)) continue;
  const slow = collect({ everyMs: 1 });
  for (let i = 0; i < 200; i++) slow.post(i);
  slow.close().catch(forget);
  const waiting = [collect(), mirror(), texts(), echo(forget, forget), collect(forget)];
  for (const session of [...waiting, ...sessions]) session.drained().catch(forget);
  waiting[2].post('text');
  parentPort.postMessage([slow, ...sessions, ...waiting].length);
  if (exitCode !== undefined) process.exit(exitCode);
  while (spin) sessions[2].post(1);
  setInterval(() => waiting[0].post(1), 1);
}

main();
