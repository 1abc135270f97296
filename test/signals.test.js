'use strict';

const assert = require('node:assert');
const addon = require('./support/addon');
const called = require('./support/called');
const { fillPool, turn } = require('./support/pool');
const uncaught = require('./support/uncaught');

const { twice } = addon('calls');
const { block, nap, hold, setGate, counts } = addon('waits');
const { task, counts: taskCounts } = addon('prepare');
const stops = addon('stops');
const { createPool } = stops[Symbol.for('offloop')];

const ABORTED = {
  name: 'AbortError', code: 'ABORT_ERR', message: 'The operation was aborted',
};

/* Starts a job and gives { promise } once execute runs. */
async function running(worker, options) {
  const earlier = counts.sync().entered;
  const promise = worker(options);
  while (counts.sync().entered === earlier) await turn();
  return { promise };
}

/* Whether a promise is settled after some turns of the loop. */
async function isSettled(promise) {
  let settled = false;
  const note = () => (settled = true);
  promise.then(note, note);
  for (let turns = 0; turns < 20; turns++) await turn();
  return settled;
}

describe('signals', () => {
  describe('of running and waiting jobs', () => {
    /* The first to be stopped ends while the next one is being stopped. */
    async function stopAll(options, stop) {
      const earlier = stops.counts.sync().entered;
      const running = [stops.readPipe(options), stops.stopSlowly(options)];
      while (stops.counts.sync().entered < earlier + 2) await turn();
      const waiting = Array.from({ length: 10 }, () => stops.readPipe(options));
      stop();
      const outcomes = await Promise.allSettled([...running, ...waiting]);
      assert.ok(outcomes.every(({ status }) => status === 'rejected'));
      assert.strictEqual(stops.counts.sync().entered, earlier + 2);
    }

    it('stop those that wait first: none of them begins', async () => {
      const controller = new AbortController();
      const pool = createPool({ threads: 2 });
      await stopAll({ pool, signal: controller.signal }, () => controller.abort());
      await pool.close();
    });

    it('destroy() of their pool does, too', async () => {
      const pool = createPool({ threads: 2 });
      await stopAll({ pool }, () => pool.destroy());
    });
  });

  describe('aborted before the call', () => {
    const reason = new Error('mine');
    const signal = AbortSignal.abort(reason);

    it('C13 execute never runs, and the promise is rejected', async () => {
      const earlier = taskCounts.sync();
      for (let i = 0; i < 100; i++) {
        await assert.rejects(task(1, { signal }), { ...ABORTED, cause: reason });
      }
      const { executed, completed, destroyed } = taskCounts.sync();
      assert.deepStrictEqual([executed, completed, destroyed],
        [earlier.executed, earlier.completed + 100, earlier.destroyed + 100]);
    });

    it('the callback form and .sync tell it too', async () => {
      const [error] = await called(twice, 1, { signal });
      assert.strictEqual(error.cause, reason);
      assert.throws(() => twice.sync(1, { signal }), { ...ABORTED, cause: reason });
    });

    it('wrong arguments are told first, by every form', async () => {
      const wrong = { code: 'ERR_INVALID_ARG_TYPE' };
      await assert.rejects(twice('1', { signal }), wrong);
      assert.throws(() => twice('1', { signal }, assert.fail), wrong);
      assert.throws(() => twice.sync('1', { signal }), wrong);
    });
  });

  describe('aborted by an argument\'s getter', () => {
    it('stops the job', async () => {
      const controller = new AbortController();
      const promise = block({
        signal: controller.signal,
        get ms() {
          controller.abort('while reading');
          return 0;
        },
      });
      await assert.rejects(promise, { ...ABORTED, cause: 'while reading' });
    });
  });

  describe('aborted while the job is queued', () => {
    let release;

    beforeEach(() => {
      release = fillPool();
    });
    afterEach(() => release());

    it('C13 it is rejected though no thread is free, and execute never runs', async () => {
      const controller = new AbortController();
      const earlier = counts.sync().entered;
      const promise = block({ signal: controller.signal });
      assert.strictEqual(await isSettled(promise), false);
      controller.abort();
      await assert.rejects(promise, ABORTED);
      await release();
      await twice(1);
      assert.strictEqual(counts.sync().entered, earlier);
    });

    it('only the jobs of that signal leave the queue, wherever they stand', async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const jobs = Array.from({ length: 30 }, (_, i) => nap(0, i % 3 === 0 ? { signal } : {}));
      controller.abort();
      const aborted = jobs.filter((_, i) => i % 3 === 0);
      await Promise.all(aborted.map((job) => assert.rejects(job, ABORTED)));
      await release();
      const settled = await Promise.allSettled(jobs);
      settled.forEach(({ status }, i) => {
        assert.strictEqual(status, i % 3 === 0 ? 'rejected' : 'fulfilled');
      });
    });

    it('the callback comes later than abort() returns', async () => {
      const controller = new AbortController();
      let error;
      const done = new Promise((resolve) => {
        block({ signal: controller.signal }, (it) => resolve((error = it)));
      });
      controller.abort();
      assert.strictEqual(error, undefined);
      await done;
      assert.strictEqual(error.code, 'ABORT_ERR');
    });
  });

  describe('aborted while the job runs', () => {
    it('wakes ol_sleep', async () => {
      const controller = new AbortController();
      const { promise } = await running(block, { signal: controller.signal });
      controller.abort();
      await assert.rejects(promise, ABORTED);
    });

    it('the promise is rejected only when execute has returned', async () => {
      const controller = new AbortController();
      setGate.sync(false);
      const { promise } = await running(hold, { signal: controller.signal });
      const { left } = counts.sync();
      controller.abort();
      assert.strictEqual(await isSettled(promise), false);
      assert.strictEqual(counts.sync().left, left);
      setGate.sync(true);
      await assert.rejects(promise, ABORTED);
      assert.strictEqual(counts.sync().left, left + 1);
    });

    it('a stop wins over the success that execute returns', async () => {
      const controller = new AbortController();
      setGate.sync(false);
      const { promise } = await running(hold, { signal: controller.signal });
      controller.abort();
      setGate.sync(true);
      await assert.rejects(promise, ABORTED);
    });
  });

  describe('aborted after the job', () => {
    it('C13 C36 does no harm', async () => {
      const controller = new AbortController();
      assert.strictEqual(await twice(1, { signal: controller.signal }), 2);
      controller.abort();
      controller.abort();
      assert.strictEqual(await twice(2), 4);
    });

    it('in the job\'s own callback, and in that of another job of the batch', async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const results = await Promise.all(Array.from({ length: 50 }, (_, i) =>
        new Promise((resolve) => {
          twice(i, { signal }, (error, value) => {
            controller.abort();
            resolve(error?.code ?? value);
          });
        })));
      assert.strictEqual(results.length, 50);
      results.forEach((result, i) => assert.ok(result === 2 * i || result === 'ABORT_ERR'));
    });
  });

  describe('the cause of the error', () => {
    const reasons = {
      'an Error': new Error('mine'), 'a string': 'mine', 'null': null, 'zero': 0, 'false': false,
      'an object': { mine: true }, 'a symbol': Symbol('mine'),
    };
    for (const [what, reason] of Object.entries(reasons)) {
      it(`is the signal's reason: ${what}`, async () => {
        const controller = new AbortController();
        const { promise } = await running(block, { signal: controller.signal });
        controller.abort(reason);
        const error = await promise.catch((it) => it);
        assert.deepStrictEqual([error.cause], [reason]);
        assert.strictEqual(Object.hasOwn(error, 'cause'), true);
        assert.strictEqual(Object.keys(error).includes('cause'), false);
      });
    }

    it('without a reason of the caller\'s is the signal\'s own AbortError', async () => {
      const error = await twice(1, { signal: AbortSignal.abort() }).catch((it) => it);
      assert.ok(error.cause instanceof DOMException);
      assert.strictEqual(error.cause.name, 'AbortError');
    });

    it('AbortSignal.timeout: is its TimeoutError', async () => {
      const error = await block({ signal: AbortSignal.timeout(1) }).catch((it) => it);
      assert.deepStrictEqual([error.code, error.cause.name], ['ABORT_ERR', 'TimeoutError']);
    });

    it('AbortSignal.any: is that of the one that aborted', async function () {
      if (AbortSignal.any === undefined) this.skip();
      const controller = new AbortController();
      const signal = AbortSignal.any([new AbortController().signal, controller.signal]);
      const { promise } = await running(block, { signal });
      controller.abort('any');
      await assert.rejects(promise, { ...ABORTED, cause: 'any' });
    });
  });

  it('an abort of many jobs leaves nothing unhandled when the jobs are handled', async () => {
    const controller = new AbortController();
    const reasons = await uncaught.rejections(async () => {
      const jobs = Array.from({ length: 200 }, () => twice(1, { signal: controller.signal }));
      controller.abort();
      await Promise.allSettled(jobs);
    });
    assert.deepStrictEqual(reasons, []);
  });
});
