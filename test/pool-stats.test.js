'use strict';

const assert = require('node:assert');
const { setTimeout: delay } = require('node:timers/promises');
const addon = require('./support/addon');
const { begun, doors, guardGates, inside, repeat, until } = require('./support/doors');

const {
  keep, letGo, openLine, pass, passNode, passOwn, passPair, passSingle, passTwo, quick, setGate,
} = doors;
const { createPool } = doors[Symbol.for('offloop')];
const { range } = addon('streams');

const BUSY = { code: 'ERR_OL_BUSY' };

/* What the times in these buckets have together at most, in milliseconds. */
const mostOf = (buckets) => buckets.reduce((sum, count, i) => sum + count * 2 ** i / 1000, 0);

const sumOf = (buckets) => buckets.reduce((sum, count) => sum + count, 0);

describe('statistics of pools', () => {
  guardGates();

  describe('are exact when an answer is there', () => {
    it('of calls of numbers, which cross many at a time', async () => {
      for (let times = 0; times < 1000; times++) {
        const before = quick.pool.stats();
        await Promise.all(repeat(1 + (times % 9), (i) => quick(i)));
        const { running, queued, done } = quick.pool.stats();
        assert.deepStrictEqual([running, queued, done - before.done], [0, 0, 1 + (times % 9)]);
        await assert.rejects(quick(-1), /negative/);
        assert.strictEqual(quick.pool.stats().running, 0);
      }
    });

    it('of all others, in each kind of pool', async () => {
      const pool = createPool({ threads: 2 });
      setGate.sync(0, true);
      for (const [worker, options] of [[pass, { pool }], [passNode, {}], [passOwn, {}]]) {
        const where = options.pool ?? worker.pool;
        for (let times = 0; times < 300; times++) {
          await Promise.all(repeat(1 + (times % 5), (i) => worker(0, i, options)));
          const { running, queued } = where.stats();
          assert.deepStrictEqual([running, queued], [0, 0]);
        }
      }
      await pool.close();
    });

    it('of streams and held jobs', async () => {
      const pool = createPool({ threads: 2 });
      for (let times = 0; times < 50; times++) {
        for await (const item of range(3)) assert.ok(item < 3);
        assert.strictEqual(range.pool.stats().running, 0);
        const held = keep({ pool });
        await until(() => pool.stats().running === 1);
        letGo.sync();
        await held;
        assert.strictEqual(pool.stats().running, 0);
      }
      await pool.close();
    });
  });

  describe('count as queued', () => {
    it('what waits, from the call on', async () => {
      const first = pass(0, 0);
      const jobs = repeat(20, (i) => pass(0, i));
      const { running, queued } = pass.pool.stats();
      assert.ok(running + queued <= 21 && queued > 0, `${running} run, ${queued} wait`);
      await until(() => pass.pool.stats().running === Math.min(21, pass.pool.threads));
      const { running: now, queued: left } = pass.pool.stats();
      assert.strictEqual(now + left, 21);
      setGate.sync(0, true);
      await Promise.all([first, ...jobs]);
    });

    it('no job that was refused, and none that was stopped', async () => {
      const jobs = repeat(4, () => passPair(0, 0));
      await until(() => inside() === 2);
      const refused = repeat(3, () => passPair(0, 1));
      assert.strictEqual(passPair.pool.stats().queued, 2);
      for (const job of refused) await assert.rejects(job, BUSY);
      setGate.sync(0, true);
      await Promise.all(jobs);

      setGate.sync(0, false);
      const controller = new AbortController();
      const first = passSingle(0, 0);
      await until(() => inside() === 1);
      const stopped = repeat(5, () => passSingle(0, 1, { signal: controller.signal }));
      assert.strictEqual(passSingle.pool.stats().queued, 5);
      controller.abort();
      assert.strictEqual(passSingle.pool.stats().queued, 0);
      for (const job of stopped) await assert.rejects(job, { code: 'ABORT_ERR' });
      setGate.sync(0, true);
      await first;
    });

    it('what waits for the turn of a handle or at max_running, which waited does not', async () => {
      const line = await openLine();
      const pool = createPool({ threads: 4 });
      const inLine = repeat(4, (i) => line.pass(0, i, { pool }));
      const atGate = repeat(4, (i) => passTwo(0, i, { pool }));
      await until(() => inside() === 3);
      assert.deepStrictEqual([pool.stats().running, pool.stats().queued], [3, 5]);
      const start = performance.now();
      await delay(60);
      const ms = performance.now() - start;
      setGate.sync(0, true);
      await Promise.all([...inLine, ...atGate]);
      const { waited, took } = pool.stats();
      assert.deepStrictEqual([waited.count, took.count], [8, 8]);
      assert.ok(took.sum >= 2.9 * ms, `${took.sum}`);
      assert.ok(waited.sum < 4.9 * ms, `${waited.sum}, though each found a thread`);
      await Promise.all([pool.close(), line.close()]);
    });

    it('and as waited what no thread was free for', async () => {
      const pool = createPool({ threads: 1 });
      const first = pass(0, 0, { pool });
      await until(() => inside() === 1);
      const second = quick(1, { pool });
      const start = performance.now();
      await delay(30);
      const ms = performance.now() - start;
      setGate.sync(0, true);
      await Promise.all([first, second]);
      const { waited } = pool.stats();
      assert.ok(waited.sum >= ms * 0.9, `${waited.sum}`);
      await pool.close();
    });
  });

  it('add up the times, and give their mean', async () => {
    const pool = createPool({ threads: 1 });
    const { waited, took } = pool.stats();
    assert.deepStrictEqual([waited.sum, waited.mean, took.sum, took.mean], [0, 0, 0, 0]);
    const job = pass(0, 0, { pool });
    await until(() => inside() === 1);
    const start = performance.now();
    await delay(20);
    const ms = performance.now() - start;
    setGate.sync(0, true);
    await job;
    await Promise.all(repeat(9, (i) => quick(i, { pool })));
    const after = pool.stats();
    assert.strictEqual(sumOf(after.took.buckets), 10);
    assert.ok(after.took.sum >= ms * 0.9, `${after.took.sum}`);
    assert.strictEqual(after.took.mean, after.took.sum / 10);
    assert.ok(after.took.sum <= mostOf(after.took.buckets), `${after.took.sum}`);
    assert.ok(after.took.percentile(100) >= after.took.mean);
    assert.strictEqual(Object.keys(after.took).join(), 'count,sum,mean,buckets');
    await pool.close();
  });

  it('a held job keeps no thread busy', async () => {
    const pool = createPool({ threads: 1 });
    const held = keep({ pool });
    await until(() => pool.stats().running === 1);
    await quick(1, { pool });
    pool.stats();
    const start = performance.now();
    await delay(30);
    const ms = performance.now() - start;
    assert.strictEqual(pool.stats().utilisation, 0);
    letGo.sync();
    await held;
    const { utilisation, took } = pool.stats();
    assert.strictEqual(utilisation, 0);
    assert.ok(took.sum >= ms * 0.9, `${took.sum}`);
    await pool.close();
  });

  describe('priority', () => {
    it('decides who is next at max_running', async () => {
      const [first, stays] = [0, 2].map((gate) => passTwo(gate, 90));
      await until(() => inside() === 2);
      const jobs = [0, -2, 2, undefined, 1].map((priority, i) => passTwo(1, i, { priority }));
      setGate.sync(1, true);
      setGate.sync(0, true);
      await Promise.all([first, ...jobs]);
      assert.deepStrictEqual(begun(), [90, 90, 2, 4, 0, 3, 1]);
      setGate.sync(2, true);
      await stays;
    });

    it('does not change the order of the calls of a serial handle', async () => {
      const line = await openLine();
      const first = line.pass(0, 90);
      await until(() => inside() === 1);
      const jobs = [-2, 2, 0, 1].map((priority, i) => line.pass(1, i, { priority }));
      setGate.sync(1, true);
      setGate.sync(0, true);
      await Promise.all([first, ...jobs]);
      assert.deepStrictEqual(begun(), [90, 0, 1, 2, 3]);
      await line.close();
    });
  });
});
