'use strict';

/*
 * One case: node child.js STATE END ROUND. Brings the state about, in the main thread or in a
 * worker thread, and ends it at a moment that the round says. It prints what it knows, each time a
 * line of JSON, with the counts of test/addons/ends.c:
 *
 *   { at: 'state' }      the state is reached
 *   { at: 'exit' }       the process exits; the addon's own listener has been called
 *   { at: 'thread' }     the worker thread has ended, with this code, and nothing of it is left, or
 *                        something still was after some time
 *   { at: 'after' }      what a call in the main thread gave after that
 *   { at: 'library' }    C says it: the library is left
 */

const fs = require('node:fs');
const { setTimeout: delay } = require('node:timers/promises');
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');
const addon = require('../support/addon');
const { randomOf } = require('../support/random');
const ends = require('./ends');
const states = require('./states');

const EVEN_MS = 20000;
const MOMENT_MS = 20;

const [stateName, endName, round] = workerData ?? process.argv.slice(2);
const state = states[stateName];
const end = ends[endName];

const say = (at, what) => fs.writeSync(1, `${JSON.stringify({ at, ...what })}\n`);
const load = () => addon('ends');

/* ---- Where the state is ---------------------------------------------------------------------- */

/* At once in the first round, then after some milliseconds: others in each. */
async function awaitMoment() {
  if (!state.atOnce && round > 0) await delay(randomOf(round)(MOMENT_MS));
}

async function play() {
  const stop = new AbortController();
  const loaded = load();
  async function begun(count) {
    while (loaded.counts.sync().begun < count) await delay(1);
  }
  if (isMainThread) process.on('exit', () => say('exit', loaded.counts.sync()));
  await state.reach({ addon: loaded, begun, stop: stop.signal });
  await awaitMoment();
  say('state');
  if (end.end) return end.end({ stop });
  setInterval(() => {}, 1000); // it does not end by itself
  parentPort.postMessage('state');
}

/* ---- Who started a worker thread ------------------------------------------------------------- */

const isEven = (counts) =>
  counts.running === 0 && counts.made === counts.destroyed && counts.opened === counts.closed;

/* The counts, when what the thread has left to other threads is over. */
async function evenCounts(loaded) {
  const until = Date.now() + EVEN_MS;
  for (;;) {
    const counts = loaded.counts.sync();
    if (isEven(counts) || Date.now() > until) return counts;
    await delay(1);
  }
}

/* In every other round the addon is known to the worker thread alone until that has ended. */
async function host() {
  if (round % 2 === 0) load();
  const worker = new Worker(__filename, { workerData: [stateName, endName, round] });
  const code = new Promise((resolve) => worker.once('exit', resolve));
  worker.on('error', () => {});
  if (end.endThread) worker.once('message', () => end.endThread(worker));
  say('thread', { code: await code, ...await evenCounts(load()) });
  say('after', { sum: await load().add(1, 2), slept: await load().sleep(1) });
}

if (end.inThread && isMainThread) host();
else play();
