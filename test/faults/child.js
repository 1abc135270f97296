'use strict';

/*
 * Takes the points of one scenario and kind, one after the other, each in a thread of its own, and
 * prints a line of JSON for each. The process ends with a hang, because nothing in it can be
 * trusted then; scripts/faults.js goes on with another one.
 */

const { Worker } = require('node:worker_threads');
const path = require('node:path');
const { KINDS } = require('./points');

const RELIEF_MS = 1000; /* until what fails from there on does no more */
const HANG_MS = 10000;
const SETTLE_MS = 5000;
const TIMER_THREADS = 1; /* the process keeps it */

const plan = JSON.parse(process.argv[2]);
const inject = require(plan.files.inject);
const kind = KINDS.findIndex(({ name }) => name === plan.kind);

const PAIRS = ['states', 'boxes', 'adopted buffers'];

const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function print(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/* Where execution is to be ended from outside, it is while the thread waits at the point. */
function endWhereItWaits(worker) {
  const timer = setInterval(() => {
    if (!inject.waits()) return;
    clearInterval(timer);
    worker.terminate();
    inject.release();
  }, 1);
  return timer;
}

/* Gives what the thread told, and whether it was ended. */
function runThread(at, lasting) {
  return new Promise((resolve) => {
    const workerData = { ...plan, kind, at, lasting };
    const worker = new Worker(path.join(__dirname, 'thread.js'), { workerData });
    const ender = endWhereItWaits(worker);
    const relief = setTimeout(() => inject.disarm(), RELIEF_MS);
    const told = { passed: undefined, problems: [] };
    let silent = true;
    const finish = () => {
      clearInterval(ender);
      clearTimeout(relief);
      clearTimeout(guard);
      resolve({ ...told, silent });
    };
    const guard = setTimeout(() => {
      const where = silent ? 'it never settles' : 'the thread is kept alive';
      const problems = [...told.problems, where];
      print({ at, lasting, struck: true, problems, frames: inject.frames() });
      process.exit(1);
    }, HANG_MS);
    worker.on('message', (message) => {
      silent = false;
      Object.assign(told, message);
    });
    worker.on('error', (error) => told.problems.push(`the thread failed: ${error.stack}`));
    worker.on('exit', finish);
  });
}

/* What is not given back once the thread has ended. */
function findLosses(before) {
  const [blocks, threads, ...entries] = inject.held();
  const lost = [];
  if (blocks > before[0]) lost.push(`${blocks - before[0]} blocks of memory of ${inject.places()}`);
  if (threads > TIMER_THREADS) lost.push(`${threads} threads`);
  const since = entries.map((count, i) => count - before[2 + i]);
  PAIRS.forEach((name, i) => {
    const [made, ended] = [since[2 * i], since[2 * i + 1]];
    if (made !== ended) lost.push(`of ${made} ${name} ${ended} were given back`);
  });
  return lost;
}

async function losses(before) {
  const due = Date.now() + SETTLE_MS;
  while (findLosses(before).length > 0 && Date.now() < due) await delay(2);
  return findLosses(before);
}

/* What the process keeps for good, such as a table that has grown, is lost once; a leak is lost
 * again. */
async function tryPoint(at, lasting, again = false) {
  const before = inject.held();
  const told = await runThread(at, lasting);
  const passed = inject.disarm();
  const ended = plan.kind === 'end' && inject.struck();
  const silently = told.silent && !ended && !plan.ends;
  const lost = await losses(before);
  if (lost.length > 0 && !again) return tryPoint(at, lasting, true);
  const problems = [
    ...told.problems,
    ...(silently ? ['the thread left in the middle'] : []),
    ...lost.map((each) => `not given back: ${each}`),
  ];
  const frames = problems.length > 0 ? inject.frames() : [];
  return { at, lasting, struck: (told.passed ?? passed) >= at, problems, frames };
}

/* Up to the first one that is not reached. */
async function main() {
  for (let at = plan.from; ; at += plan.step) {
    const point = await tryPoint(at, plan.mode === 'lasting');
    print(point);
    if (!point.struck) return;
    if (point.problems.some((problem) => problem.startsWith('not given back'))) process.exit(1);
    if (plan.only) return;
  }
}

main();
