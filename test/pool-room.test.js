'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const { Worker } = require('node:worker_threads');
const addon = require('./support/addon');
const { canCollect, collectUntil } = require('./support/collect');
const { doors, guardGates, inside, isSettled, repeat, until } = require('./support/doors');
const { turn } = require('./support/pool');

const {
  keepOwn, letGo, openLine, pass, passBounded, passNode, passOwn, passPair, passPrompt, passTwo,
  quick, setGate, stay,
} = doors;
const { createPool, pools } = doors[Symbol.for('offloop')];
const { range } = addon('streams');

const BUSY = { code: 'ERR_OL_BUSY' };
const LATE = { name: 'TimeoutError', code: 'ERR_OL_TIMEOUT' };

/* How many events of the kind a pool has dispatched since. */
function countEvents(pool, type) {
  const heard = { count: 0 };
  pool.addEventListener(type, () => heard.count++);
  return heard;
}

describe('room in a pool', () => {
  guardGates();

  describe('counts threads, and not jobs that need none', () => {
    it('held jobs are not among the 256 of own threads', async () => {
      const held = repeat(300, () => keepOwn());
      await until(() => pools.own.stats().running === 300);
      assert.strictEqual(pools.own.full, false);
      setGate.sync(0, true);
      assert.strictEqual(await passOwn(0, 5), 5);
      const items = [];
      for await (const item of range(3)) items.push(item);
      assert.deepStrictEqual(items, [0, 1, 2]);
      letGo.sync();
      await Promise.all(held);
    });

    it('nor do those that wait for the turn of a handle', async () => {
      const line = await openLine();
      const pool = createPool({ threads: 2, maxQueue: 0 });
      const jobs = repeat(5, (i) => line.pass(0, i, { pool }));
      await until(() => inside() === 1);
      assert.strictEqual(pool.full, false);
      setGate.sync(1, true);
      assert.strictEqual(await pass(1, 9, { pool }), 9);
      setGate.sync(0, true);
      assert.deepStrictEqual(await Promise.all(jobs), repeat(5, (i) => i));
      await Promise.all([pool.close(), line.close()]);
    });

    it('own threads are full at their 256, refuse one more, and tell when there is room', async () => {
      const jobs = repeat(256, () => passOwn(0, 1));
      assert.strictEqual(pools.own.full, true);
      assert.strictEqual(pools.own.threads, 256);
      await assert.rejects(passOwn(0, 1), {
        ...BUSY, message: 'passOwn has no thread: 256 jobs have one already',
      });
      const drain = once(pools.own, 'drain');
      const room = pools.own.drained();
      assert.strictEqual(await isSettled(room), false);
      setGate.sync(0, true);
      await Promise.all([room, drain]);
      assert.strictEqual(pools.own.full, false);
      await Promise.all(jobs);
    });
  });

  describe('is there as soon as a job is settled', () => {
    const ways = {
      'with maxQueue 0': { threads: 1, maxQueue: 0 },
      'with a bound that rejects': { threads: 1, maxQueue: 1, onFull: 'reject' },
    };
    for (const [way, options] of Object.entries(ways)) {
      it(`for jobs one after the other: ${way}`, async () => {
        const pool = createPool(options);
        for (let i = 0; i < 1000; i++) assert.strictEqual(await quick(i, { pool }), i);
        for (let i = 1; i <= 200; i++) await assert.rejects(quick(-i, { pool }), /is negative/);
        await pool.close();
      });
    }

    it('also where the callback of one calls the next', async () => {
      const pool = createPool({ threads: 1, maxQueue: 0 });
      const error = await new Promise((resolve) => {
        const next = (left) => quick(left, { pool }, (failure) => {
          if (failure !== null || left === 0) resolve(failure);
          else next(left - 1);
        });
        next(1000);
      });
      assert.strictEqual(error, null);
      await pool.close();
    });
  });

  describe('for nobody who would wait (maxQueue 0, OL_NO_QUEUE)', () => {
    it('a job runs at once or is refused', async () => {
      const mine = createPool({ threads: 2, maxQueue: 0 });
      const onMine = (value) => pass(0, value, { pool: mine });
      for (const call of [(value) => passPrompt(0, value), onMine]) {
        const jobs = [call(1), call(2)];
        const message = /has no thread: 2 jobs have one already$/;
        await assert.rejects(call(3), { ...BUSY, message });
        await until(() => inside() === 2);
        await assert.rejects(call(4), BUSY);
        setGate.sync(0, true);
        assert.deepStrictEqual(await Promise.all(jobs), [1, 2]);
        assert.strictEqual(await call(5), 5);
        setGate.sync(0, false);
      }
      await mine.close();
    });

    it('onFull may say so', async () => {
      const pool = createPool({ threads: 1, maxQueue: 0, onFull: 'reject' });
      assert.strictEqual(await quick(1, { pool }), 1);
      await pool.close();
    });
  });

  it('has no end with maxQueue Infinity', async () => {
    const pool = createPool({ threads: 1, maxQueue: Infinity });
    const jobs = repeat(500, (i) => pass(0, i, { pool }));
    assert.strictEqual(pool.full, false);
    setGate.sync(0, true);
    await Promise.all(jobs);
    await pool.close();
  });

  it('threads stay with idleTimeout Infinity, and go at once with 0', async () => {
    const staying = createPool({ threads: 1, idleTimeout: Infinity });
    const going = createPool({ threads: 1, idleTimeout: 0 });
    await Promise.all([staying, going].map((pool) => quick(1, { pool })));
    await until(() => going.stats().threads === 0);
    assert.strictEqual(staying.stats().threads, 1);
    await Promise.all([staying.close(), going.close()]);
    assert.strictEqual(staying.stats().threads, 0);
  });

  describe('is told by drain', () => {
    it('to whoever listens, though nobody has read full: after a job that filled it', async () => {
      const pool = createPool({ threads: 1, maxQueue: 1 });
      const heard = countEvents(pool, 'drain');
      const jobs = repeat(2, (i) => pass(i, i, { pool }));
      for (let turns = 0; turns < 20; turns++) await turn();
      assert.strictEqual(heard.count, 0);
      setGate.sync(0, true);
      await until(() => heard.count === 1);
      setGate.sync(1, true);
      await Promise.all(jobs);
      await pool.close();
      assert.strictEqual(heard.count, 1);
    });

    it('after a job that was refused, once for each time that it was full', async () => {
      const pool = createPool({ threads: 1, maxQueue: 0 });
      const heard = countEvents(pool, 'drain');
      for (let times = 1; times <= 3; times++) {
        const job = pass(0, times, { pool });
        await assert.rejects(pass(0, 0, { pool }), BUSY);
        assert.strictEqual(heard.count, times - 1);
        setGate.sync(0, true);
        await job;
        await until(() => heard.count === times);
        setGate.sync(0, false);
      }
      await pool.close();
      assert.strictEqual(heard.count, 3);
    });

    it('to whoever begins to listen while it is full', async () => {
      const pool = createPool({ threads: 1, maxQueue: 1 });
      const jobs = repeat(2, () => pass(0, 0, { pool }));
      const drain = once(pool, 'drain');
      assert.strictEqual(await isSettled(drain), false);
      setGate.sync(0, true);
      await drain;
      await Promise.all(jobs);
      await pool.close();
    });

    it('to whoever has read full and listens after it has room', async () => {
      const pool = createPool({ threads: 1, maxQueue: 1 });
      const jobs = repeat(2, (i) => pass(i, i, { pool }));
      assert.strictEqual(pool.full, true);
      setGate.sync(0, true);
      const { full } = pool; // either: the other thread takes its time
      const drain = once(pool, 'drain');
      await drain;
      assert.strictEqual(typeof full, 'boolean');
      setGate.sync(1, true);
      await Promise.all(jobs);
      await pool.close();
    });

    it('of a pool of a table, also where another thread of JavaScript has filled it', async () => {
      const heard = countEvents(passBounded.pool, 'drain');
      const worker = new Worker(`
        const { parentPort } = require('node:worker_threads');
        const { passBounded } = require(${JSON.stringify(addon.file('doors'))});
        Promise.all([0, 0, 0].map((gate) => passBounded(gate, 0))).then(() => process.exit());
        parentPort.postMessage('called');`, { eval: true });
      await once(worker, 'message');
      assert.deepStrictEqual([passBounded.pool.full, heard.count], [true, 0]);
      setGate.sync(0, true);
      await Promise.all([once(worker, 'exit'), until(() => heard.count > 0)]);
    });

    it('never where it was not full, nor for other events', async () => {
      const pool = createPool({ threads: 2, maxQueue: 5 });
      const heard = countEvents(pool, 'drain');
      const others = countEvents(pool, 'other');
      await Promise.all(repeat(4, (i) => quick(i, { pool })));
      for (let turns = 0; turns < 20; turns++) await turn();
      pool.dispatchEvent(new Event('other'));
      assert.deepStrictEqual([heard.count, others.count], [0, 1]);
      await pool.close();
    });

    it('is an event as others are: removed, once, and of an object that listens', async () => {
      const pool = createPool({ threads: 1, maxQueue: 0 });
      const heard = [];
      const removed = () => heard.push('removed');
      pool.addEventListener('drain', removed);
      pool.removeEventListener('drain', removed);
      pool.addEventListener('drain', () => heard.push('once'), { once: true });
      pool.addEventListener('drain', { handleEvent: ({ target }) => heard.push(target === pool) });
      for (let times = 0; times < 2; times++) {
        await quick(times, { pool });
        await until(() => heard.filter((what) => what === true).length === times + 1);
      }
      assert.deepStrictEqual(heard, ['once', true, true]);
      await pool.close();
    });

    const itCollects = canCollect ? it : it.skip;
    itCollects('where nothing but a job refers to the pool, which is collected after that', async () => {
      let heard = 0;
      let pool = createPool({ threads: 1, maxQueue: 1 });
      pool.addEventListener('drain', () => heard++);
      const weak = new WeakRef(pool);
      const jobs = repeat(2, (i) => pass(i, i, { pool }));
      pool = undefined;
      for (let turns = 0; turns < 5; turns++) {
        await turn();
        globalThis.gc?.();
      }
      setGate.sync(0, true);
      await until(() => heard === 1);
      setGate.sync(1, true);
      await Promise.all(jobs);
      await collectUntil(() => weak.deref() === undefined);
    });
  });

  describe('is all that queueTimeout 0 waits for', () => {
    const idle = {
      'the default pool': {}, 'own threads': { worker: passOwn }, "Node's pool": { worker: passNode },
      'one of a single thread': { options: () => ({ pool: createPool({ threads: 1 }) }) },
      'one where nothing waits': { options: () => ({ pool: createPool({ threads: 1, maxQueue: 0 }) }) },
    };
    for (const [where, { worker = pass, options = () => ({}) }] of Object.entries(idle)) {
      it(`a job always runs on an idle pool: ${where}`, async () => {
        setGate.sync(0, true);
        const call = { ...options(), queueTimeout: 0 };
        for (let i = 0; i < 300; i++) assert.strictEqual(await worker(0, i, call), i);
      });
    }

    it('also right after calls of numbers that crossed many at a time', async () => {
      setGate.sync(0, true);
      for (let times = 0; times < 50; times++) {
        await Promise.all(repeat(40, (i) => quick(i)));
        await assert.rejects(quick(-1), /negative/);
        assert.strictEqual(await pass(0, times, { queueTimeout: 0 }), times);
      }
    });

    it('is refused at once where all threads have a job, and never runs', async () => {
      const node = Number(process.env.UV_THREADPOOL_SIZE) || 4;
      for (const [worker, threads] of [[pass, pass.pool.threads], [passNode, node]]) {
        const jobs = repeat(threads, () => worker(0, 1));
        const late = worker(0, 2, { queueTimeout: 0 });
        const { queued, running } = worker.pool.stats();
        assert.ok(queued + running <= threads);
        await assert.rejects(late, { ...LATE, message: /has waited 0 ms in the queue$/ });
        setGate.sync(0, true);
        await Promise.all(jobs);
        setGate.sync(0, false);
      }
    });

    it('is refused where it would wait for the turn of its handle, or at max_running', async () => {
      const line = await openLine();
      const first = line.pass(0, 1, { queueTimeout: 0 });
      await assert.rejects(line.pass(0, 2, { queueTimeout: 0 }), LATE);
      const two = repeat(2, (i) => passTwo(0, i, { queueTimeout: 0 }));
      await assert.rejects(passTwo(0, 2, { queueTimeout: 0 }), LATE);
      setGate.sync(0, true);
      assert.deepStrictEqual(await Promise.all([first, ...two]), [1, 0, 1]);
      assert.strictEqual(await line.pass(0, 3, { queueTimeout: 0 }), 3);
      assert.strictEqual(await passTwo(0, 4, { queueTimeout: 0 }), 4);
      await line.close();
    });

    it('a pool that refuses what is too much says so first', async () => {
      const jobs = repeat(4, () => passPair(0, 0));
      await assert.rejects(passPair(0, 1, { queueTimeout: 0 }), BUSY);
      setGate.sync(0, true);
      await Promise.all(jobs);
    });

    it('a signal that is aborted before wins', async () => {
      const signal = AbortSignal.abort();
      await assert.rejects(stay({ signal, queueTimeout: 0 }), { code: 'ABORT_ERR' });
    });
  });
});
