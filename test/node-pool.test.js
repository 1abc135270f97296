'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const addon = require('./support/addon');
const { env, since, until, settled } = require('./support/env').of('env_node');
const { runChild } = require('./support/child');
const { burn, mostInATurn } = require('./support/turns');

const flat = addon('flat_node'); // calls that cross in batches
const { notes, pass, passNode, quick, setGate } = addon('doors');

const repeat = (times, make) => Array.from({ length: times }, (_, i) => make(i));

describe("Node's pool", () => {
  let start;

  beforeEach(() => {
    env.setGate(false);
    start = env.counts();
  });

  afterEach(async () => {
    env.setGate(true);
    await settled(start);
  });

  it('C39 C60 runs jobs off the loop, on threads that no addon made: they all end while it is blocked', async () => {
    const jobs = repeat(1000, (i) => env.quick(i));
    assert.ok(env.blockLoopUntil(env.counts().ended + 1000 - since(start).ended));
    assert.strictEqual(since(start).completed, 0);
    assert.deepStrictEqual(await Promise.all(jobs), repeat(1000, (i) => i));
  });

  it('C40 calls complete after execute of the same job, once each', async () => {
    await Promise.all(repeat(5000, () => env.quick()));
    const { made, started, ended, completed } = await settled(start); // early ones throw there
    assert.deepStrictEqual({ made, started, ended, completed }, {
      made: 5000, started: 5000, ended: 5000, completed: 5000,
    });
  });

  it('C39 a job that fails or is stopped leaves the others as they are', async () => {
    const jobs = repeat(300, (i) => (i % 3 === 0 ? env.nap(-1, { timeout: 1 }) : env.quick(i)));
    const outcomes = await Promise.allSettled(jobs);
    for (const [i, { value, reason }] of outcomes.entries()) {
      if (i % 3 === 0) assert.strictEqual(reason.code, 'ERR_OL_TIMEOUT');
      else assert.strictEqual(value, i);
    }
  });

  it('a job right behind an endless one, after a burst, finds another thread', async () => {
    for (let round = 0; round < 1000; round++) {
      const controller = new AbortController();
      await Promise.all(repeat(100, () => env.quick()));
      const endless = env.nap(-1, { signal: controller.signal });
      assert.strictEqual(await env.quick(7, { timeout: 5000 }), 7);
      controller.abort();
      await assert.rejects(endless, { code: 'ABORT_ERR' });
    }
  });

  it('an endless job does not keep others from running', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const endless = [env.nap(-1, { signal })];
    assert.strictEqual((await Promise.all(repeat(500, (i) => env.quick(i)))).length, 500);
    controller.abort();
    const outcomes = await Promise.allSettled(endless);
    assert.ok(outcomes.every(({ reason }) => reason.code === 'ABORT_ERR'));
  });

  /* A runner that has done many jobs lingers a moment, and is called for the next one. */
  it('a job does not wait behind one that was called while a runner lingered', async () => {
    for (let round = 0; round < 200; round++) {
      await Promise.all(repeat(64, () => env.quick()));
      const stop = new AbortController();
      const long = env.nap(-1, { signal: stop.signal }).catch(({ code }) => code);
      await env.quick();
      stop.abort();
      assert.strictEqual(await long, 'ABORT_ERR');
    }
  });

  describe('is shared with fs', () => {
    it('whose calls get through while a long line of short jobs waits', async () => {
      let reads = 0;
      const jobs = repeat(3000, () => env.nap(1));
      for (; since(start).ended < 3000; reads++) await fs.promises.stat(__filename);
      assert.ok(reads > 20, `${reads} calls of fs, one after the other, before the last job`);
      await Promise.all(jobs);
    });

    it('whose calls all come home before the jobs that were queued before them are over', async () => {
      const endedThen = [];
      const jobs = repeat(2000, () => env.nap(1));
      for (let i = 0; i < 20; i++) fs.stat(__filename, () => endedThen.push(since(start).ended));
      await Promise.all(jobs);
      assert.strictEqual(endedThen.length, 20);
      assert.ok(endedThen.every((ended) => ended < 2000), `${endedThen}`);
    });
  });

  describe('is shared with fs by calls that cross in batches', () => {
    it('which make way for fs in the midst of a batch, and all end', async () => {
      let [reads, left] = [0, 2000];
      const jobs = repeat(left, () => flat.rests(1).then((ms) => (left -= ms)));
      for (; left > 0; reads++) await fs.promises.stat(__filename);
      assert.ok(reads > 100, `${reads} calls of fs, one after the other, before the last job`);
      await Promise.all(jobs);
      assert.strictEqual(left, 0);
    });
  });

  describe('and calls that cross in batches', () => {
    const THREADS = passNode.pool.threads;
    const inside = () => notes.sync().inside;

    /* All threads but one are kept, until the gate 0 opens, and those of what is called meanwhile
     * with that gate. */
    let kept;

    beforeEach(async () => {
      notes.sync({ clear: true });
      for (let gate = 0; gate < 3; gate++) setGate.sync(gate, false);
      kept = repeat(THREADS - 1, (i) => passNode(0, i, {}));
      await until(() => inside() === THREADS - 1);
    });

    afterEach(async () => {
      for (let gate = 0; gate < 3; gate++) setGate.sync(gate, true);
      await Promise.all(kept);
    });

    it('an urgent job goes before what is left of a batch', async () => {
      kept.push(pass(0, 0)); // a flat call that is under way, so that these cross all at once
      const batch = repeat(20, (i) => passNode(1, 100 + i));
      await until(() => inside() === THREADS + 1);
      const urgent = passNode(2, 99, { priority: 1 });
      setGate.sync(2, true);
      setGate.sync(1, true);
      assert.deepStrictEqual(await Promise.all(batch), repeat(20, (i) => 100 + i));
      await urgent;
      const begun = Array.from(notes.sync().begun).filter((value) => value >= 99);
      assert.deepStrictEqual(begun, [100, 99, ...repeat(19, (i) => 101 + i)]);
    });

    it('the answers of a batch come home though its thread goes on to an endless job', async () => {
      const batch = [passNode(1, 100)];
      await until(() => inside() === THREADS);
      batch.push(passNode(2, 101), passNode(2, 102));
      await Promise.resolve(); // these two cross behind the first one
      kept.push(passNode(0, 103, {}));
      setGate.sync(1, true);
      assert.strictEqual(await batch[0], 100);
      setGate.sync(2, true);
      assert.deepStrictEqual(await Promise.all(batch), [100, 101, 102]);
      await until(() => inside() === THREADS); // it was taken up, and may not have begun yet
    });

    it('stats() count the calls of a batch as others', async () => {
      const { pool } = passNode;
      const before = pool.stats();
      const batch = repeat(20, (i) => passNode(1, 100 + i));
      await until(() => inside() === THREADS);
      const { queued, running, threads } = pool.stats();
      assert.deepStrictEqual([queued, running], [19, THREADS]);
      assert.ok(threads >= THREADS);
      setGate.sync(1, true);
      await Promise.all(batch);
      const after = pool.stats();
      assert.deepStrictEqual([after.queued, after.running], [0, THREADS - 1]);
      assert.deepStrictEqual([after.done - before.done, after.took.count - before.took.count,
        after.waited.count - before.waited.count], [20, 20, 20]);
    });
  });

  describe('of another size', () => {
    async function childCounts(way, size) {
      const settings = { env: { UV_THREADPOOL_SIZE: size, OFFLOOP_ENV: 'env_node' } };
      const { code, stdout, stderr } = await runChild('pools.js', [way], settings);
      assert.strictEqual(code, 0, stderr);
      return JSON.parse(stdout);
    }

    it('one thread: jobs run one at a time, all of them, and fs gets its turn', async () => {
      const { most, completed, readsBeforeLast } = await childCounts('many', '1');
      assert.deepStrictEqual({ most, completed }, { most: 1, completed: 500 });
      assert.ok(readsBeforeLast > 0);
    });

    it('none: that is one thread, as Node has it', async () => {
      const { most, completed } = await childCounts('many', '0');
      assert.deepStrictEqual({ most, completed }, { most: 1, completed: 500 });
    });

    it('one thread: flat calls and others are answered in their order', async () => {
      const settings = { env: { UV_THREADPOOL_SIZE: '1', OFFLOOP_FLAT: 'flat_node' }, leaks: false };
      const { stdout } = await runChild('flat-ends.js', ['inOrder'], settings);
      assert.deepStrictEqual(JSON.parse(stdout), repeat(600, (i) => i));
    });

    it('sixty-four threads: as many jobs run at once', async () => {
      const { most, completed } = await childCounts('together', '64');
      assert.deepStrictEqual({ most, completed }, { most: 64, completed: 100 });
    });

    it('unset: four threads', async () => {
      const { most, completed } = await childCounts('together', undefined);
      assert.deepStrictEqual({ most, completed }, { most: 4, completed: 100 });
    });
  });

  describe('and the loop', () => {
    it('timers and immediates get their turns while 200000 jobs come home', async () => {
      let home = 0;
      const ticks = { immediate: 0, timer: 0 };
      const immediate = () => home < 200000 && setImmediate(immediate, ticks.immediate++);
      const timer = setInterval(() => ticks.timer++, 1);
      immediate();
      const jobs = repeat(200000, () => env.quick().then(() => home++));
      const made = { ...ticks };
      await Promise.all(jobs);
      clearInterval(timer);
      assert.deepStrictEqual(made, { immediate: 1, timer: 0 });
      assert.ok(ticks.immediate > 20, `${ticks.immediate} immediates`);
      assert.ok(ticks.timer > 20, `${ticks.timer} timers`);
    });

    it('turns, though each answer begins a job that is home at once', async () => {
      const most = await mostInATurn((answer) => env.quick(answer), 40);
      assert.ok(most <= 4, `${most} long answers in a turn`);
    });

    /* What comes home when the turn has had its time is passed over until the next turn; a thread
     * that asks for another one meanwhile is heard then. */
    it('a job finds its thread though the loop had no time left when it was asked for one', async () => {
      let answers = 0;
      notes.sync({ clear: true });
      setGate.sync(0, false);
      const both = new Promise((resolve) => {
        const call = () => {
          resolve(Promise.all([passNode(0, 1, {}), passNode(0, 2, {})]));
          burn(10); // the first one is begun and asks for a thread for the second one
        };
        const answer = () => {
          if (++answers === 1) {
            setImmediate(call); // before the next turn
            burn(2);
          } else if (answers === 66) { // of the chunk that ends the turn
            quick(0, {}, () => {}); // passed over
            burn(10);
          }
        };
        for (let i = 0; i < 100; i++) quick(i, {}, answer);
        burn(30);
      });
      await until(() => notes.sync().inside === 2);
      setGate.sync(0, true);
      assert.deepStrictEqual(await both, [1, 2]);
    });

    it('jobs that end while it is blocked come home in slices', async () => {
      let home = 0;
      const seen = [];
      for (let i = 0; i < 20000; i++) env.quick(() => home++);
      assert.ok(env.blockLoopUntil(env.counts().ended + 20000 - since(start).ended));
      while (home < 20000) {
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(home);
      }
      assert.ok(seen.length > 3, `20000 callbacks in ${seen.length} turns`);
      await until(() => home === 20000);
    });
  });
});
