'use strict';

// How a process with pools ends: node pool-ends.js NAME. Says the name when it has done its part.

const { Worker } = require('node:worker_threads');
const addon = require('./addon');

const { pass, passSingle, quick, stay, setGate } = addon('doors');
const { createPool } = addon('doors')[Symbol.for('offloop')];

const say = () => console.log(process.argv[2]);
const many = (count, make) => Promise.all(Array.from({ length: count }, (_, i) => make(i)));

const ways = {
  idle: () => many(50, (i) => quick(i)).then(say),
  open: async () => {
    const pool = createPool({ threads: 4, idleTimeout: 1e6, spin: 1e6 });
    await many(50, (i) => quick(i, { pool }));
    globalThis.kept = pool;
    say();
  },
  shared: () => many(50, (i) => passSingle(0, i, { queueTimeout: 1 }).catch(() => {})).then(say),
  queued: async () => {
    const pool = createPool({ threads: 1 });
    const jobs = many(50, (i) => pass(0, i, { pool }));
    setGate.sync(0, true);
    await jobs;
    say();
  },
  drained: async () => {
    const pool = createPool({ threads: 1, maxQueue: 1 });
    const jobs = many(3, (i) => pass(0, i, { pool }));
    setImmediate(() => setGate.sync(0, true));
    await pool.drained();
    await jobs;
    say();
  },
  awaited: async () => {
    const [closed, destroyed] = [createPool(), createPool({ threads: 1 })];
    await quick(1, { pool: closed });
    await closed.close();
    console.log('closed');
    stay({ pool: destroyed }).catch(() => {});
    while (destroyed.stats().running === 0) await new Promise(setImmediate);
    await destroyed.destroy();
    console.log('destroyed');
  },
  exit: async () => {
    const pool = createPool({ threads: 3 });
    many(20, () => stay({ pool }));
    many(20, () => pass(0, 0));
    await quick(1, { pool: createPool() });
    process.exit(5);
  },
  exitInThread: () => {
    const worker = new Worker(`
      const { pass, stay } = require(${JSON.stringify(addon.file('doors'))});
      for (let i = 0; i < 20; i++) stay();
      for (let i = 0; i < 20; i++) pass(0, i);
      setImmediate(() => process.exit(5));`, { eval: true });
    worker.on('exit', (code) => process.exit(code));
  },
};

if (process.argv[2] === 'shared') setGate.sync(0, true);
ways[process.argv[2]]();
