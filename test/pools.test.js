'use strict';

const assert = require('node:assert');
const dns = require('node:dns/promises');
const fs = require('node:fs/promises');
const { Worker } = require('node:worker_threads');
const addon = require('./support/addon');
const { canCollect, collectUntil } = require('./support/collect');
const { runChild } = require('./support/child');
const { begun, doors, guardGates, inside, isSettled, repeat, until } = require('./support/doors');
const { turn } = require('./support/pool');

const {
  ask, notes, pass, passBounded, passNode, passOwn, passPair, passSingle, quick, setGate, stay,
  thread,
} = doors;
const { createPool, pools } = doors[Symbol.for('offloop')];
const { open: openHandle } = addon('database');
const { range } = addon('streams');

const BUSY = { code: 'ERR_OL_BUSY' };
const CLOSED = { code: 'ERR_OL_CLOSED' };
const INVALID = { code: 'ERR_OL_INVALID' };
const TYPE = { code: 'ERR_INVALID_ARG_TYPE' };
const VALUE = { code: 'ERR_INVALID_ARG_VALUE' };
const RANGE = { code: 'ERR_OUT_OF_RANGE' };
const LATE = { name: 'TimeoutError', code: 'ERR_OL_TIMEOUT' };

describe('pools', () => {
  guardGates();

  describe('of tables', () => {
    it('are there by their names, with the default pool and that of Node', () => {
      const names = ['a pair of threads', 'bounded', 'node', 'offloop', 'own', 'prompt', 'single',
        'spare'];
      assert.deepStrictEqual(Object.keys(pools).sort(), names);
      for (const name of names) assert.strictEqual(pools[name].name, name);
      assert.strictEqual(doors[Symbol.for('offloop')].pools.single, pools.single);
    });

    it('are those of their workers', () => {
      assert.strictEqual(pass.pool, pools.offloop);
      assert.strictEqual(passNode.pool, pools.node);
      assert.strictEqual(passOwn.pool, pools.own);
      assert.strictEqual(passSingle.pool, pools.single);
      assert.strictEqual(ask.pool, pools.own);
      assert.strictEqual(range.pool.name, 'own');
      const { threads } = Object.fromEntries(
        ['threads'].map((key) => [key, [pools.single, pools.spare].map((pool) => pool[key])]));
      assert.deepStrictEqual(threads, [1, 3]);
      assert.ok(pools.offloop.threads >= 4);
    });

    it('run as many jobs at once as they have threads, the others in order', async () => {
      const jobs = repeat(4, (i) => passSingle(i, i));
      await until(() => inside() === 1);
      for (const gate of [3, 2, 1, 0]) setGate.sync(gate, true);
      assert.deepStrictEqual(await Promise.all(jobs), [0, 1, 2, 3]);
      assert.deepStrictEqual(begun(), [0, 1, 2, 3]);
      notes.sync({ clear: true });
      setGate.sync(0, false);
      const two = repeat(2, (i) => passPair(0, i));
      await until(() => inside() === 2);
      setGate.sync(0, true);
      await Promise.all(two);
    });

    it('do not keep each other waiting', async () => {
      const blocked = repeat(3, () => passSingle(0, 0));
      setGate.sync(1, true);
      assert.strictEqual(await passPair(1, 7), 7);
      assert.strictEqual(await passNode(1, 8), 8);
      assert.strictEqual(await pass(1, 9), 9);
      assert.ok(inside() <= 1);
      setGate.sync(0, true);
      await Promise.all(blocked);
    });

    it('leave fs and dns alone, however many of their jobs block', async () => {
      const jobs = repeat(200, () => pass(0, 0));
      await until(() => inside() === pools.offloop.threads);
      for (let times = 0; times < 20; times++) {
        await fs.stat(__filename);
        await dns.lookup('localhost');
      }
      assert.strictEqual(inside(), pools.offloop.threads);
      setGate.sync(0, true);
      assert.strictEqual((await Promise.all(jobs)).length, 200);
    });

    it('cannot be closed or destroyed: others may use them', async () => {
      for (const pool of [pools.offloop, pools.single, pools.node, pools.own]) {
        await assert.rejects(pool.close(), INVALID);
        await assert.rejects(pool.destroy(), INVALID);
        assert.strictEqual(pool.closed, false);
      }
    });

    it('give their threads their names and stacks', async function () {
      const { name, stackSize } = await thread({ pool: pools['a pair of threads'] });
      if (stackSize === 0) this.skip();
      assert.strictEqual(name, 'a pair of threa');
      assert.strictEqual((await thread()).name, 'offloop');
      const spare = await thread({ pool: pools.spare });
      assert.strictEqual(spare.name, 'spare');
      assert.ok(spare.stackSize >= 300000 && spare.stackSize < 2 ** 20, `${spare.stackSize}`);
    });

    it('are shared by environments: threads of JavaScript do not make more of them', async () => {
      const source = `
        const { parentPort } = require('node:worker_threads');
        const { passSingle } = require(${JSON.stringify(addon.file('doors'))});
        passSingle(0, 5).then((value) => parentPort.postMessage(value));
        parentPort.postMessage('called');`;
      const blocked = passSingle(1, 4);
      await until(() => inside() === 1);
      const worker = new Worker(source, { eval: true });
      const heard = [];
      worker.on('message', (message) => heard.push(message));
      await until(() => heard.length === 1);
      setGate.sync(0, true);
      assert.strictEqual(await isSettled(until(() => heard.length === 2)), false);
      setGate.sync(1, true);
      assert.strictEqual(await blocked, 4);
      await until(() => heard.length === 2);
      assert.deepStrictEqual([heard, begun()], [['called', 5], [4, 5]]);
      await worker.terminate();
    });

    it('lose what a thread of JavaScript had queued, when that is terminated', async () => {
      const source = `
        const { parentPort } = require('node:worker_threads');
        const { passSingle } = require(${JSON.stringify(addon.file('doors'))});
        for (let i = 0; i < 100; i++) passSingle(0, 100 + i);
        parentPort.postMessage('called');`;
      const blocked = passSingle(1, 4);
      await until(() => inside() === 1);
      const worker = new Worker(source, { eval: true });
      let heard = 0;
      worker.on('message', () => heard++);
      await until(() => heard === 1);
      const mine = passSingle(1, 6);
      await worker.terminate();
      setGate.sync(1, true);
      assert.deepStrictEqual(await Promise.all([blocked, mine]), [4, 6]);
      assert.deepStrictEqual(begun(), [4, 6]);
    });
  });

  it('are what require("offloop").of(addon) gives, which is hidden from loops', () => {
    const offloop = require('offloop');
    assert.strictEqual(offloop.of(doors), doors[Symbol.for('offloop')]);
    assert.deepStrictEqual(Object.keys(doors[Symbol.for('offloop')]), ['createPool', 'pools']);
    const { enumerable } = Object.getOwnPropertyDescriptor(doors, Symbol.for('offloop'));
    assert.strictEqual(enumerable, false);
    for (const none of [undefined, null, {}, 5]) {
      assert.throws(() => offloop.of(none), { ...TYPE, message: /^of: addon must be the exports/ });
    }
  });

  describe('of createPool', () => {
    it('run the jobs of any worker that may wait, ordinary or of a pool of its own', async () => {
      const pool = createPool({ name: 'mine', threads: 2 });
      assert.deepStrictEqual([pool.name, pool.threads, pool.closed], ['mine', 2, false]);
      const workers = [pass, passNode, passOwn, passSingle];
      const jobs = workers.map((worker, i) => worker(0, i, { pool }));
      await until(() => inside() === 2);
      assert.deepStrictEqual([pool.stats().running, pool.stats().queued], [2, 2]);
      setGate.sync(0, true);
      assert.deepStrictEqual(await Promise.all(jobs), [0, 1, 2, 3]);
      const { name, stackSize } = await thread({ pool });
      if (stackSize !== 0) assert.strictEqual(name, 'mine');
      await pool.close();
    });

    it('have as many threads as cores, and at least four, unless told', async () => {
      const pool = createPool();
      assert.strictEqual(pool.name, 'pool');
      assert.strictEqual(pool.threads, pools.offloop.threads);
      await pool.close();
    });

    it('close when the last job is over, and refuse others from then on', async () => {
      const pool = createPool({ threads: 1 });
      const jobs = repeat(3, (i) => pass(0, i, { pool }));
      const closing = pool.close();
      assert.strictEqual(pool.close(), closing);
      assert.strictEqual(pool.closed, true);
      const closed = { ...CLOSED, message: /quick cannot run: the pool pool is closed/ };
      await assert.rejects(quick(1, { pool }), closed);
      assert.throws(() => quick(1, { pool }, () => {}), CLOSED);
      assert.strictEqual(await isSettled(closing), false);
      setGate.sync(0, true);
      await closing;
      assert.deepStrictEqual(await Promise.all(jobs), [0, 1, 2]);
      assert.strictEqual(await quick(1), 1);
      await pool.close();
      await pool.destroy();
    });

    it('have no thread any more once close() has resolved', async () => {
      for (let times = 0; times < 100; times++) {
        const pool = createPool({ threads: 3 });
        await Promise.all(repeat(3, () => quick(1, { pool })));
        assert.ok(pool.stats().threads > 0);
        await pool.close();
        assert.strictEqual(pool.stats().threads, 0);
      }
    });

    it('have settled all their jobs and have no thread once destroy() has resolved', async () => {
      const events = [];
      const note = (event) => () => events.push(event);
      for (let times = 0; times < 100; times++) {
        const pool = createPool({ threads: 2 });
        const jobs = repeat(5, () => stay({ pool }));
        for (const job of jobs) job.catch(note('rejected'));
        if (times % 2 === 0) await until(() => inside() === 2);
        await pool.destroy().then(note('destroyed'));
        assert.deepStrictEqual(events.splice(0), [...Array(5).fill('rejected'), 'destroyed']);
        assert.strictEqual(pool.stats().threads, 0);
      }
    });

    it('give the same promise of their end again and again', async () => {
      const pool = createPool({ threads: 1 });
      const job = stay({ pool });
      const closing = pool.close();
      for (const again of [pool.close(), pool.destroy()]) assert.strictEqual(again, closing);
      await assert.rejects(job, CLOSED);
      await closing;
      for (const again of [pool.close(), pool.destroy()]) assert.strictEqual(again, closing);
      await new Promise((resolve) => setTimeout(resolve, 5));
      assert.deepStrictEqual([pool.closed, pool.stats().threads], [true, 0]);
    });

    it('keep the process alive while their end is awaited', async () => {
      const { code, stdout } = await runChild('pool-ends.js', ['awaited']);
      assert.deepStrictEqual({ code, stdout }, { code: 0, stdout: 'closed\ndestroyed\n' });
    });

    it('destroyed stop all: the queued at once, the running when their C returns', async () => {
      const pool = createPool({ threads: 1 });
      const [running, queued] = [stay({ pool }), stay({ pool })];
      await until(() => inside() === 1);
      const gone = pool.destroy();
      await assert.rejects(queued, CLOSED);
      await assert.rejects(running, CLOSED);
      await gone;
      assert.deepStrictEqual([inside(), pool.closed], [0, true]);
    });

    it('are closed by Symbol.asyncDispose', async function () {
      if (Symbol.asyncDispose === undefined) this.skip();
      const pool = createPool();
      await pool[Symbol.asyncDispose]();
      assert.strictEqual(pool.closed, true);
    });

    const itCollects = canCollect ? it : it.skip;
    itCollects('that are collected run what they had, and lose their threads', async () => {
      let collected = 0;
      const registry = new FinalizationRegistry(() => collected++);
      const jobs = repeat(20, (i) => {
        const pool = createPool({ threads: 1 });
        registry.register(pool);
        return pass(0, i, { pool });
      });
      await collectUntil(() => collected === 20);
      setGate.sync(0, true);
      assert.deepStrictEqual(await Promise.all(jobs), repeat(20, (i) => i));
    });

    it('made and closed a thousand times leave nothing', async () => {
      for (let times = 0; times < 1000; times++) {
        const pool = createPool({ threads: 2, idleTimeout: 1 });
        assert.strictEqual(await quick(times, { pool }), times);
        await pool.close();
      }
    });

    const wrong = {
      'no options': [5, TYPE], 'null': [null, TYPE],
      'name': [{ name: 5 }, TYPE], 'an empty name': [{ name: '' }, VALUE],
      'a NUL in the name': [{ name: 'a\0b' }, VALUE],
      'threads': [{ threads: '4' }, TYPE], 'no threads': [{ threads: 0 }, RANGE],
      'half a thread': [{ threads: 1.5 }, RANGE], 'too many threads': [{ threads: 1025 }, RANGE],
      'maxQueue': [{ maxQueue: true }, TYPE], 'less than none in the queue': [{ maxQueue: -1 }, RANGE],
      'a queue too long': [{ maxQueue: 2 ** 32 }, RANGE],
      'onFull wait where none may': [{ onFull: 'wait', maxQueue: 0 }, VALUE],
      'onFull reject without an end': [{ onFull: 'reject', maxQueue: Infinity }, VALUE],
      'onFull': [{ onFull: 'drop', maxQueue: 1 }, VALUE],
      'onFull without a bound': [{ onFull: 'reject' }, VALUE],
      'idleTimeout': [{ idleTimeout: -1 }, RANGE], 'idleTimeout NaN': [{ idleTimeout: NaN }, RANGE],
      'an idleTimeout too long': [{ idleTimeout: 2 ** 32 }, RANGE],
      'spin': [{ spin: 1000001 }, RANGE], 'a spin of none': [{ spin: '0' }, TYPE],
      'stackSize': [{ stackSize: 65535 }, RANGE], 'stackSize of text': [{ stackSize: 'x' }, TYPE],
    };
    for (const [what, [options, error]] of Object.entries(wrong)) {
      it(`refuse wrong settings: ${what}`, () => {
        const [key] = typeof options === 'object' && options !== null ? Object.keys(options) : [''];
        assert.throws(() => createPool(options), { ...error, message: new RegExp(key) });
      });
    }

    it('have no constructor', () => {
      assert.throws(() => new pools.single.constructor(), { code: 'ERR_ILLEGAL_CONSTRUCTOR' });
      const { get } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(pools.single), 'name');
      assert.throws(() => get.call({}), TYPE);
    });
  });

  describe('and the option pool', () => {
    it('is refused where it is none, is closed, or is of another addon', async () => {
      const foreign = addon('calls')[Symbol.for('offloop')].createPool();
      for (const pool of [5, 'single', {}, null, foreign]) {
        await assert.rejects(quick(1, { pool }), { ...TYPE, message: /"pool" option of quick/ });
      }
      assert.strictEqual(await quick(1, { pool: undefined }), 1);
      await foreign.close();
    });

    it('is refused by streams, functions of JavaScript, .sync and exclusive', async () => {
      const own = addon('streams')[Symbol.for('offloop')].pools.offloop;
      for (const options of [{ pool: own }, { priority: 1 }, { queueTimeout: 5 }]) {
        assert.throws(() => range(3, options), VALUE);
      }
      await assert.rejects(ask({ fn() {}, pool: pools.single }), VALUE);
      assert.throws(() => quick.sync(1, { pool: pools.single }), VALUE);
      const { openLedger } = addon('database');
      const ledger = await openLedger();
      await assert.rejects(ledger.exclusive(() => {}, { priority: 1 }), VALUE);
      await ledger.close();
    });

    it('takes methods and maps along', async () => {
      const pool = createPool({ threads: 1 });
      const values = [];
      for await (const value of quick.map([1, 2, 3], { pool, concurrency: 2 })) values.push(value);
      assert.deepStrictEqual(values, [1, 2, 3]);
      assert.strictEqual(pool.stats().done, 3);
      await pool.close();
      const db = await openHandle();
      const own = addon('database')[Symbol.for('offloop')].createPool();
      assert.strictEqual(await db.number({ pool: own }), await db.number());
      assert.strictEqual(own.stats().done, 1);
      await own.close();
      await db.close();
    });
  });

  describe('and the option priority', () => {
    for (const where of ['single', 'createPool']) {
      it(`takes higher ones first, else the order of the calls (${where})`, async () => {
        const pool = where === 'single' ? pools.single : createPool({ threads: 1 });
        const first = pass(0, 99, { pool });
        await until(() => inside() === 1);
        const priorities = [0, -2, 1, 2, -1, undefined, 2, -2];
        const jobs = priorities.map((priority, i) => pass(1, i, { pool, priority }));
        setGate.sync(1, true);
        setGate.sync(0, true);
        await Promise.all([first, ...jobs]);
        assert.deepStrictEqual(begun(), [99, 3, 6, 2, 0, 5, 4, 1, 7]);
        if (where !== 'single') await pool.close();
      });
    }

    it('lets none starve: a low one is passed over so many times only', async () => {
      const first = passSingle(0, -1);
      await until(() => inside() === 1);
      setGate.sync(1, true);
      const low = passSingle(1, 1000, { priority: -2 });
      const high = repeat(200, (i) => passSingle(1, i, { priority: 2 }));
      setGate.sync(0, true);
      await Promise.all([first, low, ...high]);
      const place = begun().indexOf(1000);
      assert.ok(place > 1 && place < 100, `${place}`);
    });

    it('is an integer from -2 to 2', async () => {
      for (const priority of [3, -3, 0.5, NaN, Infinity]) {
        await assert.rejects(quick(1, { priority }), { ...RANGE, message: /"priority" option/ });
      }
      for (const priority of ['1', null, true]) await assert.rejects(quick(1, { priority }), TYPE);
    });
  });

  describe('and the option queueTimeout', () => {
    it('ends a job that waits too long, with a TimeoutError that says so', async () => {
      const first = passSingle(0, 0);
      await until(() => inside() === 1);
      const late = passSingle(0, 1, { queueTimeout: 5 });
      await assert.rejects(late, { ...LATE, message: 'passSingle has waited 5 ms in the queue' });
      assert.strictEqual(inside(), 1);
      setGate.sync(0, true);
      assert.strictEqual(await first, 0);
      assert.deepStrictEqual(begun(), [0]);
      assert.strictEqual(await passSingle(0, 2), 2);
    });

    it('never hits a job that runs', async () => {
      let running;
      let begins = false;
      while (!begins) { // a busy machine may take longer to begin it
        running = passSingle(0, 7, { queueTimeout: 20 }).catch(() => {});
        const over = running.then(() => false);
        begins = await Promise.race([over, until(() => inside() === 1).then(() => true)]);
      }
      // Its own timer fires before that of this one.
      await assert.rejects(passSingle(0, 8, { queueTimeout: 20 }), LATE);
      assert.strictEqual(inside(), 1);
      setGate.sync(0, true);
      assert.strictEqual(await running, 7);
    });

    it('counts while a job waits for the turn of its handle, too', async () => {
      const { openLedger, setGate: setLedger } = addon('database');
      const ledger = await openLedger();
      let end;
      const kept = ledger.exclusive(() => new Promise((resolve) => (end = resolve)));
      await until(() => end !== undefined);
      await assert.rejects(ledger.add(1, { queueTimeout: 5 }), LATE);
      end();
      await kept;
      assert.strictEqual(await ledger.add(1, { queueTimeout: 1000 }), 0);
      await ledger.close();
      assert.ok(setLedger);
    });

    it('of none, of Infinity, and together with others', async () => {
      assert.strictEqual(await quick(1, { queueTimeout: Infinity }), 1);
      const first = passSingle(0, 0);
      await until(() => inside() === 1);
      await assert.rejects(passSingle(0, 1, { queueTimeout: 0 }), LATE);
      const controller = new AbortController();
      const options = { queueTimeout: 5000, timeout: 5000, signal: controller.signal };
      const aborted = passSingle(0, 1, options);
      controller.abort();
      await assert.rejects(aborted, { code: 'ABORT_ERR' });
      setGate.sync(0, true);
      await first;
      for (const queueTimeout of [-1, NaN]) {
        await assert.rejects(quick(1, { queueTimeout }), { ...RANGE, message: /queueTimeout/ });
      }
      await assert.rejects(quick(1, { queueTimeout: '5' }), TYPE);
    });
  });

  describe('with a bounded queue', () => {
    it('refuse what is too much, where they are told so, and take more afterwards', async () => {
      const jobs = repeat(4, (i) => passPair(0, i));
      await assert.rejects(passPair(0, 4), {
        ...BUSY, message: 'passPair finds no place in its pool: 2 jobs wait already',
      });
      assert.strictEqual(passPair.pool.full, true);
      setGate.sync(0, true);
      assert.deepStrictEqual(await Promise.all(jobs), [0, 1, 2, 3]);
      assert.strictEqual(passPair.pool.full, false);
      assert.strictEqual(await passPair(0, 5), 5);
    });

    it('or let it wait, and tell that they are full', async () => {
      const pool = passBounded.pool;
      const jobs = repeat(3, (i) => passBounded(i, i));
      await until(() => inside() === 1);
      assert.strictEqual(pool.full, true);
      const more = repeat(5, (i) => passBounded(3 + i, 3 + i));
      let drained = 0;
      pool.addEventListener('drain', () => drained++, { once: true });
      const room = pool.drained();
      for (let gate = 0; gate < 6; gate++) {
        assert.strictEqual(await isSettled(room), false, `${gate}`);
        assert.strictEqual(drained, 0);
        setGate.sync(gate, true);
        await until(() => begun().length === gate + 2);
      }
      await room;
      await until(() => drained === 1);
      assert.strictEqual(pool.full, false);
      setGate.sync(6, true);
      setGate.sync(7, true);
      assert.deepStrictEqual(await Promise.all([...jobs, ...more]), repeat(8, (i) => i));
    });

    it('have room again when what waits is cancelled', async () => {
      const pool = createPool({ threads: 1, maxQueue: 1, onFull: 'reject' });
      const first = pass(0, 0, { pool });
      await until(() => inside() === 1);
      const controller = new AbortController();
      const second = pass(0, 1, { pool, signal: controller.signal });
      await assert.rejects(pass(0, 2, { pool }), BUSY);
      const room = pool.drained();
      controller.abort();
      await assert.rejects(second, { code: 'ABORT_ERR' });
      await room;
      setGate.sync(0, true);
      assert.strictEqual(await first, 0);
      await pool.close();
    });

    it('that is not bounded are never full, and drained() resolves', async () => {
      const jobs = repeat(1000, () => pass(0, 0));
      assert.strictEqual(pools.offloop.full, false);
      await pools.offloop.drained();
      setGate.sync(0, true);
      await Promise.all(jobs);
    });

    it('tell of room that another thread of JavaScript has made', async () => {
      const source = `
        const { parentPort } = require('node:worker_threads');
        const { passBounded } = require(${JSON.stringify(addon.file('doors'))});
        const jobs = [0, 1, 1].map((gate) => passBounded(gate, gate));
        parentPort.postMessage('called');
        Promise.all(jobs).then(() => parentPort.postMessage('done'));`;
      const worker = new Worker(source, { eval: true });
      const heard = [];
      worker.on('message', (message) => heard.push(message));
      await until(() => heard.length === 1 && inside() === 1);
      assert.strictEqual(passBounded.pool.full, true);
      const room = passBounded.pool.drained();
      assert.strictEqual(await isSettled(room), false);
      setGate.sync(0, true);
      await room;
      setGate.sync(1, true);
      await until(() => heard.length === 2);
      await worker.terminate();
    });
  });

  describe('tell by stats()', () => {
    it('what waits, runs and has become of the rest', async () => {
      const pool = createPool({ name: 'told', threads: 2 });
      const { waited, took, ...start } = pool.stats();
      assert.deepStrictEqual(start, {
        name: 'told', threads: 0, queued: 0, running: 0, done: 0, failed: 0, cancelled: 0,
        utilisation: 0,
      });
      assert.deepStrictEqual([waited.count, took.count, took.percentile(50)], [0, 0, 0]);
      const controller = new AbortController();
      const { signal } = controller;
      const jobs = repeat(4, (i) => pass(i, i, { pool, signal: i < 3 ? undefined : signal }));
      await until(() => inside() === 2);
      const middle = pool.stats();
      assert.deepStrictEqual([middle.threads, middle.queued, middle.running], [2, 2, 2]);
      controller.abort();
      await assert.rejects(jobs[3]);
      for (const gate of [0, 1, 2]) setGate.sync(gate, true);
      await Promise.all(jobs.slice(0, 3));
      await assert.rejects(quick(-1, { pool }));
      const end = pool.stats();
      assert.deepStrictEqual([end.queued, end.running], [0, 0]);
      assert.deepStrictEqual([end.done, end.failed, end.cancelled], [3, 1, 1]);
      assert.deepStrictEqual([end.waited.count, end.took.count], [4, 4]);
      assert.strictEqual(end.waited.buckets.length, 32);
      assert.ok(end.took.percentile(100) >= end.took.percentile(50));
      assert.throws(() => end.took.percentile('50'), TYPE);
      assert.throws(() => end.took.percentile(101), RANGE);
      await pool.close();
    });

    it('how busy their threads were since it was asked last', async () => {
      const pool = createPool({ threads: 2 });
      const jobs = repeat(2, () => pass(0, 0, { pool }));
      await until(() => inside() === 2);
      pool.stats();
      for (let turns = 0; turns < 100; turns++) await turn();
      const { utilisation } = pool.stats();
      assert.ok(utilisation > 0.9 && utilisation <= 1, `${utilisation}`);
      setGate.sync(0, true);
      await Promise.all(jobs);
      pool.stats();
      for (let turns = 0; turns < 100; turns++) await turn();
      assert.strictEqual(pool.stats().utilisation, 0);
      await pool.close();
    });

    it("of Node's pool and of own threads as well", async () => {
      for (const worker of [passNode, passOwn]) {
        const before = worker.pool.stats();
        const job = worker(0, 1);
        await until(() => inside() === 1);
        const { running, queued, threads } = worker.pool.stats();
        assert.deepStrictEqual([running, queued], [1, 0]);
        assert.ok(threads >= 1);
        setGate.sync(0, true);
        await job;
        setGate.sync(0, false);
        assert.strictEqual(worker.pool.stats().done, before.done + 1);
      }
      await assert.rejects(passNode.pool.close(), INVALID);
      assert.strictEqual(passNode.pool.full, false);
      await passOwn.pool.drained();
    });

    it('by buckets of powers of two', async () => {
      const pool = createPool();
      const before = pool.stats().took.buckets.reduce((sum, n) => sum + n, 0);
      await Promise.all(repeat(100, (i) => quick(i, { pool })));
      const { took } = pool.stats();
      assert.strictEqual(took.buckets.reduce((sum, n) => sum + n, 0), before + 100);
      assert.strictEqual(took.count, 100);
      await pool.close();
    });
  });

  it('hold a million jobs at once; all settle, and timers fire meanwhile', async function () {
    this.timeout(120000);
    const pool = createPool({ threads: 2 });
    let [settled, ticks, sum] = [0, 0, 0];
    const first = repeat(2, () => pass(0, 0, { pool }));
    await until(() => inside() === 2);
    const options = repeat(3, (priority) => ({ pool, priority }));
    const note = (value) => {
      sum += value;
      settled++;
    };
    for (let i = 0; i < 1e6; i++) quick(1, options[i % 3]).then(note);
    assert.strictEqual(pool.stats().queued, 1e6);
    const timer = setInterval(() => settled < 1e6 && ticks++, 1);
    setGate.sync(0, true);
    await Promise.all(first);
    await until(() => settled === 1e6);
    clearInterval(timer);
    assert.strictEqual(sum, 1e6);
    assert.ok(ticks > 20, `${ticks}`);
    await pool.close();
  });

  describe('and the process', () => {
    for (const way of ['idle', 'open', 'shared', 'queued', 'drained']) {
      it(`ends by itself: ${way}`, async () => {
        const { code, signal, stdout, stderr } = await runChild('pool-ends.js', [way]);
        assert.deepStrictEqual({ code, signal, stdout, stderr },
          { code: 0, signal: null, stdout: `${way}\n`, stderr: '' });
      });
    }
    for (const way of ['exit', 'exitInThread']) {
      it(`ends by process.exit() with jobs that block: ${way}`, async () => {
        const { code, signal } = await runChild('pool-ends.js', [way], { leaks: false });
        assert.deepStrictEqual({ code, signal }, { code: 5, signal: null });
      });
    }
  });
});
