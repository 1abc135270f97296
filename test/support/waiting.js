'use strict';

// Readers, functions and functions of exclusive that wait for other jobs while a job waits for
// them: node waiting.js NAME. Prints what came of it.

const addon = require('./addon');

const { openLedger, sum } = addon('asks');
const { openBase } = addon('exclusive');
const { echo } = addon('messages');
const { apart } = addon('progress'); // of &ol_own_thread, as streams are
const { later, openStore, range, range1 } = addon('streams'); // later is held by a thread
const { nap } = addon('waits'); // of &ol_node_pool

const many = (times, make) => Promise.all(Array.from({ length: times }, (_, i) => make(i)));
const total = (numbers) => numbers.reduce((whole, number) => whole + number, 0);

/* A reader of so many items, which waits for a job before it takes the next. */
async function read(stream, wait) {
  let items = 0;
  for await (const item of stream) {
    await wait(item);
    items++;
  }
  return items;
}

const nodePool = () => nap(0);

/* One behind the other: each job is started by the end of the one before. */
async function line(length, wait) {
  for (let i = 0; i < length; i++) await wait();
}

const ways = {
  /* ---- A reader waits for a job ---- */

  readerOfNodePool: async () => total(await many(30, () => read(range1(20), nodePool))),
  readerOfHeldJob: async () => total(await many(10, () => read(range1(10), () => later(1)))),
  readerOfOwnThreads: async () => total(await many(100, () => read(range1(5), () => apart(1)))),
  readerOfStreams: async () => {
    const innermost = () => read(range(5), nodePool);
    const inner = () => read(range1(5), innermost);
    return total(await many(5, () => read(range1(5), inner)));
  },
  readerBehindALine: async () => {
    const busy = many(4, () => line(50, nodePool));
    const items = await read(range1(50), nodePool);
    await busy;
    return items;
  },
  reading: async () => {
    const stream = range1(20);
    const taken = Array.from({ length: 20 }, () => stream.next().then(nodePool));
    return (await Promise.all(taken)).length;
  },
  callbacks: () => new Promise((resolve, reject) => {
    const jobs = [];
    range1(20, () => jobs.push(nodePool()), (error) => {
      if (error) reject(error);
      else resolve(Promise.all(jobs).then(({ length }) => length));
    });
  }),

  /* ---- Who posts, and who answers, waits for a job ---- */

  poster: async () => {
    const session = echo();
    session.post(0);
    for await (const item of session) {
      await nodePool();
      if (item === 20) break;
      session.post(item + 1);
    }
    return (await session.result).count;
  },
  answerer: async () => total(await many(20, () => sum((i) => nap(0).then(() => i), 10))),
  answererThatReads: async () => {
    const answer = () => read(range1(5), nodePool);
    return total(await many(10, () => sum(answer, 4)));
  },

  /* ---- And uses the same handle ---- */

  serialReader: async () => {
    const store = await openStore();
    const items = await read(store.query(100), () => store.run());
    const runs = await store.run();
    await store.close();
    return [items, runs];
  },
  serialReaders: async () => {
    const store = await openStore();
    const items = await many(5, () => read(store.query(20), () => store.run()));
    const runs = await store.run();
    await store.close();
    return [total(items), runs];
  },
  serialNested: async () => {
    const store = await openStore();
    const inner = () => read(store.query(5), () => store.run());
    const items = await read(store.query(5), inner);
    const runs = await store.run();
    await store.close();
    return [items, runs];
  },
  serialAnswerer: async () => {
    const ledger = await openLedger();
    await many(5, () => ledger.review(() => ledger.add(0).then(() => 1), 1));
    const whole = await ledger.add(0);
    await ledger.close();
    return whole;
  },
  exclusive: async () => {
    const base = await openBase();
    await many(3, (i) => base.exclusive(async (tx) => {
      await read(tx.rows(5), (row) => tx.note(10 * i + row));
      await nodePool();
    }));
    const notes = await base.journal();
    await base.close();
    return notes;
  },
};

ways[process.argv[2]]().then((outcome) => console.log(JSON.stringify(outcome)));
