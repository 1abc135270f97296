'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const { env, since, until, settled } = require('./support/env').of('env_node');
const { runChild } = require('./support/child');
const { mostInATurn } = require('./support/turns');

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
