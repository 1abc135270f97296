'use strict';

// Starts jobs of every kind, some on each turn of the loop, for ever: in a worker thread whose data
// is { seed }, or as a process, node mixture.js SEED THREADS, that ends itself by process.exit(7).

const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');
const addon = require('../support/addon');
const { randomOf } = require('../support/random');
const talks = require('./talks');

const IN_FLIGHT_MAX = 3000;
const TALKING_MAX = 12;
const KIB = 1024;

const env = addon('env');
const { open, openLedger } = addon('database');

let inFlight = 0, talking = 0;
const ignore = () => {};

function started(promise) {
  inFlight++;
  const over = () => inFlight--;
  promise.then(over, over);
}

/* A signal that aborts after a while. */
function aborting(ms) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), ms);
  return controller.signal;
}

async function useDatabase(below) {
  const db = await open();
  const statements = await Promise.all([db.prepare(), db.prepare(), db.self()]);
  if (below(2)) statements[0].close().catch(ignore);
  if (below(2)) await db.close();
}

async function useLedger(below) {
  const ledger = await openLedger();
  const entries = Array.from({ length: below(20) }, () => ledger.add(1));
  if (below(2)) entries.push(ledger.add(1, { wait: true, timeout: 1 + below(5) }));
  await Promise.allSettled(entries);
  if (below(2)) await ledger.close();
}

const kinds = [
  (below) => Array.from({ length: below(300) }, () => started(env.quick(1))),
  (below) => Array.from({ length: below(30) }, () => env.quick(1, ignore)),
  (below) => started(env.nap(below(4))),
  (below) => started(env.nap(-1, { timeout: below(10) })),
  (below) => started(env.nap(-1, { signal: aborting(below(10)) })),
  (below) => started(env.block({ signal: aborting(below(5)) })),
  (below) => started(env.block({ timeout: below(5) })),
  (below) => started(env.deaf(below(4))),
  (below) => started(env.read(Buffer.alloc(256 * KIB, 1), { timeout: 1 + below(5) })),
  (below) => started(env.readApart(Buffer.alloc(256 * KIB, 1), { timeout: 1 + below(5) })),
  (below) => started(env.bytes(1 + below(64 * KIB))),
  (below) => started(env.sumCopy(Buffer.alloc(below(KIB), 1), { timeout: 1 + below(5) })),
  (below) => started(useDatabase(below)),
  (below) => started(useLedger(below)),
  () => globalThis.gc?.(),
];

async function talk(below) {
  talking++;
  try {
    await talks.kinds[below(talks.kinds.length)](below);
  } catch {
    // as it was told to, most likely
  } finally {
    talking--;
  }
}

function mix(below) {
  for (let i = below(8); i > 0 && inFlight < IN_FLIGHT_MAX; i--) kinds[below(kinds.length)](below);
  for (let i = below(4); i > 0 && talking < TALKING_MAX; i--) talk(below);
  setImmediate(mix, below);
}

/* In a callback, in a promise's continuation, in the middle of a turn, or from a timer. */
function exitSomehow(below) {
  const exit = () => process.exit(7);
  setTimeout(() => {
    const ways = [
      exit, () => env.quick(exit), () => env.quick().then(exit), () => setImmediate(exit),
    ];
    ways[below(ways.length)]();
  }, below(60));
}

if (isMainThread) {
  const seed = Number(process.argv[2]);
  const below = randomOf(seed);
  for (let i = Number(process.argv[3]); i > 0; i--) {
    new Worker(__filename, { workerData: { seed: seed + i } });
  }
  mix(below);
  exitSomehow(below);
} else {
  mix(randomOf(workerData.seed));
  parentPort.postMessage('mixing');
}
