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
const onNode = addon('env_node'); // the same on Node's pool
const { createPool } = env[Symbol.for('offloop')];
const { open, openLedger } = addon('database');
const flats = [addon('flat'), addon('flat_node')];

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

/* A pool that is destroyed, closed, or just forgotten, while its jobs wait and run. */
async function usePool(below) {
  const bound = below(2) ? { maxQueue: 1 + below(20), onFull: 'reject' } : {};
  const threads = 1 + below(3);
  const pool = createPool({ threads, idleTimeout: 1 + below(20), spin: below(200), ...bound });
  const place = () => ({ pool, priority: below(5) - 2, queueTimeout: below(10) });
  const jobs = Array.from({ length: below(60) }, () =>
    (below(2) ? env.quick(1, place()) : env.nap(below(4), { ...place(), timeout: 1 + below(10) })));
  const settled = Promise.allSettled(jobs);
  if (below(3) === 0) await pool.destroy();
  else if (below(2)) await pool.close();
  await settled;
}

async function useMap(below) {
  const most = below(100);
  let read = 0;
  const source = Array.from({ length: 200 }, () => below(3));
  const signal = below(2) ? aborting(below(20)) : undefined;
  for await (const woken of env.nap.map(source, { concurrency: 1 + below(20), signal })) {
    read += 1 + woken;
    if (read > most) break;
  }
}

/* Calls that cross in batches, of all endings; see does(how, number) of flat.c. */
function useFlat(below) {
  const flat = flats[below(2)];
  const callback = below(2) ? [ignore] : [];
  for (let i = below(600); i > 0; i--) {
    const promise = flat.does(below(10), i, ...callback);
    if (promise !== undefined) started(promise);
  }
}

const kinds = [
  useFlat,
  (below) => Array.from({ length: below(3) }, () => started(flats[below(2)].holdsUntilStopped())),
  (below) => Array.from({ length: below(4) }, () =>
    flats[below(2)].does(0, 1, () => useFlat(below))),
  (below) => Array.from({ length: below(300) }, () => started(flats[1].rests(0.1))),
  (below) => started(usePool(below)),
  (below) => started(useMap(below)),
  (below) => Array.from({ length: below(300) }, () => started(onNode.quick(1))),
  (below) => started(onNode.nap(-1, { timeout: below(10) })),
  (below) => started(onNode.block({ signal: aborting(below(5)) })),
  (below) => started(onNode.read(Buffer.alloc(256 * KIB, 1), { timeout: 1 + below(5) })),
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
