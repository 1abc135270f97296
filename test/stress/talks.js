'use strict';

// Jobs that talk with JavaScript while they run, each kind in the states that a strike may meet:
// streams of threads that wait for a reader, sessions with posts pending, jobs that wait for an
// answer, floods of progress, sections of exclusive. What they are given ends them in time.

const { setTimeout: delay } = require('node:timers/promises');
const addon = require('../support/addon');

const PRODUCERS = 8;
const MANY = 100000000;

const streams = addon('streams');
const messages = addon('messages');
const asks = addon('asks');
const progress = addon('progress');
const { openBase } = addon('exclusive');

const ignore = () => {};
const never = () => new Promise(ignore);

/* ---- Streams --------------------------------------------------------------------------------- */

/* A reader that takes its time, and leaves somewhere. */
async function readSlowly(stream, below) {
  let left = below(200);
  for await (const item of stream) {
    if (item < 0 || left-- === 0) break;
    if (below(8) === 0) await delay(1);
  }
}

/* Read once and left to wait, then told to end. */
async function leaveWaiting(stream, below) {
  await stream.next();
  await delay(below(20));
  await stream.close();
}

function callBack(make, below) {
  return new Promise((resolve, reject) => {
    let left = below(100);
    const stop = new AbortController();
    const onItem = () => left-- === 0 && stop.abort();
    make(onItem, (error) => (error ? reject(error) : resolve()), stop.signal);
  });
}

async function useStore(below) {
  const store = await streams.openStore();
  const rows = readSlowly(store.query(MANY), below);
  const runs = Array.from({ length: below(20) }, () => store.run());
  await Promise.allSettled([rows, ...runs]);
  if (below(2)) await store.close();
}

const streamKinds = [
  (below) => readSlowly(streams.held(PRODUCERS, 1000), below),
  (below) => leaveWaiting(streams.held(PRODUCERS, 1000), below),
  (below) => callBack((...ends) => streams.held(PRODUCERS, 50, ...ends.slice(0, 2)), below),
  (below) => readSlowly(streams.range8(-1), below),
  (below) => readSlowly(streams.newest(-1, { timeout: 1 + below(20) }), below),
  (below) => readSlowly(streams.rows(1 + below(1000)), below),
  (below) => leaveWaiting(streams.rows(1000), below),
  (below) => readSlowly(streams.bytesOf(Buffer.alloc(1 + below(1000))), below),
  (below) => leaveWaiting(streams.subscribe(), below),
  (below) => callBack((onItem, onEnd, signal) =>
    streams.range8(-1, { signal }, onItem, onEnd), below),
  (below) => streams.laterOwn(below(5)),
  useStore,
];

/* ---- Sessions -------------------------------------------------------------------------------- */

/* More than the mailbox holds, and all of it pending when the session is closed. */
async function postOn(session, below) {
  for (let i = 0; i < below(50); i++) {
    if (session.post(i)) continue;
    await Promise.race([session.drained(), delay(below(5))]);
  }
  await (below(2) ? session.close() : delay(below(10)).then(() => session.close()));
}

async function converse(below) {
  const echo = messages.echo({ everyMs: below(2) });
  for (let i = 0; i < 20; i++) echo.post(i);
  let left = below(20);
  for await (const item of echo) {
    if (left-- === 0) break;
    echo.post(item);
  }
}

async function useSession(below) {
  const store = await messages.openStore();
  const session = store.session();
  for (let i = 0; i < below(20); i++) session.post(1);
  await Promise.allSettled([store.run(), store.run(), delay(below(10))]);
  if (below(2)) session.close().catch(ignore);
  await store.close();
}

const sessionKinds = [
  (below) => postOn(messages.collect4({ everyMs: below(3) }), below),
  (below) => postOn(messages.collect1(), below),
  (below) => postOn(messages.collect({ everyMs: 1 }), below),
  (below) => messages.collect({ timeout: 1 + below(20) }).result,
  (below) => messages.mirror({ timeout: 1 + below(20) }).next(),
  converse,
  useSession,
];

/* ---- Jobs that ask --------------------------------------------------------------------------- */

async function useLedger(below) {
  const ledger = await asks.openLedger();
  const answers = [(i) => i, async (i) => delay(1, i), never];
  const reviews = Array.from({ length: 1 + below(3) }, () =>
    ledger.review(answers[below(3)], 1, { ms: below(2) ? -1 : below(5), timeout: 1 + below(30) }));
  await Promise.allSettled([...reviews, ledger.add(1)]);
  if (below(2)) await ledger.close();
}

const askKinds = [
  (below) => asks.sum((i) => i, 1 + below(200)),
  (below) => asks.sum(async (i) => delay(below(2), i), 1 + below(20)),
  (below) => asks.sum(never, 1, { timeout: 1 + below(20) }),
  (below) => asks.retry(async (i) => delay(below(10), i), 1 + below(3), { timeout: 1 + below(50) }),
  (below) => asks.ask(() => { throw new Error('on purpose'); }, 'why', { timeout: 1 + below(9) }),
  (below) => readSlowly(asks.answers((i) => i, MANY), below),
  useLedger,
];

/* ---- Floods of progress ---------------------------------------------------------------------- */

const progressKinds = [
  (below) => progress.latest(1 + below(20000), { onProgress: ignore }),
  (below) => progress.apart(MANY, { onProgress: ignore, timeout: 1 + below(20) }),
  (below) => progress.every(1 + below(5000), { onProgress: ignore }),
  (below) => progress.often(MANY, { onProgress: ignore, timeout: 1 + below(20) }),
  (below) => progress.threads(PRODUCERS, 1 + below(5000), { onProgress: ignore }),
  (below) => progress.threadsEvery(PRODUCERS, 1 + below(500), { onProgress: ignore }),
  (below) => readSlowly(progress.items(MANY, { onProgress: ignore }), below),
];

/* ---- Sections of exclusive ------------------------------------------------------------------- */

function section(below) {
  return async (tx) => {
    const notes = Array.from({ length: below(10) }, (_, i) => tx.note(i));
    if (below(3) === 0) notes.push(readSlowly(tx.rows(MANY), below));
    if (below(3) === 0) notes.push(tx.exclusive((inner) => inner.note(1)));
    if (below(4) === 0) notes.push(tx.prepare());
    await Promise.allSettled(notes);
    if (below(4) === 0) await delay(below(20));
    if (below(8) === 0) throw new Error('on purpose');
  };
}

async function useBase(below) {
  const base = await openBase();
  const uses = Array.from({ length: 1 + below(4) }, () =>
    (below(2) ? base.exclusive(section(below), { timeout: 5 + below(50) }) : base.note(1)));
  if (below(3) === 0) base.exclusive(never).catch(ignore); // keeps it until the strike
  await Promise.race([Promise.allSettled(uses), delay(below(30))]);
  await Promise.race([base.close(), delay(20)]);
}

module.exports = {
  kinds: [...streamKinds, ...sessionKinds, ...askKinds, ...progressKinds, useBase, useBase],
};
