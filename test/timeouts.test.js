'use strict';

const assert = require('node:assert');
const addon = require('./support/addon');
const called = require('./support/called');
const { fillPool, turn } = require('./support/pool');

const { twice } = addon('calls');
const { block, nap, briefNap, hold, setGate, counts } = addon('waits');

const LATE = { name: 'TimeoutError', code: 'ERR_OL_TIMEOUT', message: 'block did not end in time' };
const NAP_LATE = { ...LATE, message: 'nap did not end in time' };

/* Asserts that a job ends by its deadline, and not before that. */
async function lasts(ms, body) {
  const began = performance.now();
  await assert.rejects(async () => body(), { code: 'ERR_OL_TIMEOUT' });
  assert.ok(performance.now() - began >= ms - 0.01);
}

/*
 * { promise } of a job with a deadline, which runs. On a busy machine the deadline may pass before
 * a thread takes the job; then it is tried again with a longer one.
 */
async function running(worker, options) {
  for (let timeout = 20; ; timeout *= 2) {
    const { entered } = counts.sync();
    let over = false;
    const promise = worker({ ...options, timeout });
    promise.catch(() => (over = true));
    while (!over && counts.sync().entered === entered) await turn();
    if (!over) return { promise };
  }
}

describe('timeouts', () => {
  it('end a running job with a TimeoutError without a cause', async () => {
    const error = await block({ timeout: 5 }).catch((reason) => reason);
    const { name, code, message } = error;
    assert.deepStrictEqual({ name, code, message }, LATE);
    assert.strictEqual(Object.hasOwn(error, 'cause'), false);
    assert.strictEqual((await called(block, { timeout: 5 }))[0].code, LATE.code);
  });

  it('leave a job alone that ends before', async () => {
    assert.strictEqual(await twice(4, { timeout: 60000 }), 8);
    assert.strictEqual(await nap(1, { timeout: 60000 }), 0);
  });

  for (const ms of [0.25, 1, 1.75, 20]) {
    it(`do not pass before their time: ${ms} ms`, async () => {
      await lasts(ms, () => block({ timeout: ms }));
      await lasts(ms, () => block.sync({ timeout: ms }));
    });
  }

  for (const none of [0, -0]) {
    it(`of ${Object.is(none, -0) ? '-0' : 0} have passed before execute begins`, async () => {
      const { entered } = counts.sync();
      for (let i = 0; i < 100; i++) {
        assert.throws(() => block.sync({ timeout: none }), LATE);
        await assert.rejects(block({ timeout: none }), LATE);
      }
      assert.strictEqual((await called(block, { timeout: none }))[0].code, LATE.code);
      assert.strictEqual(counts.sync().entered, entered);
    });
  }

  for (const short of [Number.MIN_VALUE, 1e-9, 1e-6]) {
    it(`may be shorter than any clock tells: ${short}`, async () => {
      await assert.rejects(block({ timeout: short }), LATE);
    });
  }

  const longs = [2 ** 31, 2 ** 32, 2 ** 32 + 1, 9.1e12, 9.3e12, 2 ** 63, Infinity];
  for (const long of [...longs, Number.MAX_VALUE]) {
    it(`may be as long as one likes: ${long}`, async () => {
      assert.strictEqual(await nap(10, { timeout: long }), 0);
      assert.strictEqual(nap.sync(1, { timeout: long }), 0);
    });
  }

  const range = { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' };
  const type = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' };
  const wrong = [
    [NaN, range, 'NaN'], [-1, range, '-1'], [-Infinity, range, '-Infinity'], [-1e-9, range, '-1e-9'],
    ['5', type, "type string ('5')"], [5n, type, 'type bigint (5n)'], [null, type, 'null'],
    [true, type, 'type boolean (true)'], [{}, type, 'an instance of Object'],
    [new Date(5), type, 'an instance of Date'],
  ];
  for (const [timeout, error, words] of wrong) {
    it(`are refused: ${words}`, async () => {
      const must = error === range ? 'is out of range. It must be >= 0' : 'must be a number';
      const message = new RegExp(`^The "timeout" option of nap ${must}\\. Received `);
      await assert.rejects(nap(1, { timeout }), { ...error, message });
      assert.throws(() => nap(1, { timeout }, assert.fail), { ...error, message });
      assert.throws(() => nap.sync(1, { timeout }), (thrown) => thrown.message.endsWith(words));
    });
  }

  describe('of the worker\'s table', () => {
    it('end a call that names none', async () => {
      await lasts(20, () => briefNap(-1));
      await lasts(20, () => briefNap(-1, { timeout: undefined }));
      await lasts(20, () => briefNap.sync(-1));
    });

    for (const timeout of [60000, Infinity]) {
      it(`are replaced by those of a call: ${timeout}`, async () => {
        assert.strictEqual(await briefNap(60, { timeout }), 0);
      });
    }

    it('are replaced by shorter ones too', async () => {
      const { entered } = counts.sync();
      await assert.rejects(briefNap(-1, { timeout: 0 }), { code: 'ERR_OL_TIMEOUT' });
      assert.strictEqual(counts.sync().entered, entered);
    });
  });

  it('pass while the loop is blocked', async () => {
    const { left } = counts.sync();
    const { promise } = await running(block);
    while (counts.sync().left === left) continue; // no turn of the loop
    await assert.rejects(promise, LATE);
  });

  it('C13 pass in the queue: the job is rejected while no thread is free, and never executes', async () => {
    const release = fillPool();
    const { entered } = counts.sync();
    await assert.rejects(block({ timeout: 5 }), LATE);
    const jobs = Array.from({ length: 50 }, () => assert.rejects(nap(1, { timeout: 3 }), NAP_LATE));
    await Promise.all(jobs);
    await release();
    await twice(1);
    assert.strictEqual(counts.sync().entered, entered);
  });

  describe('of a job that does not listen', () => {
    const controller = new AbortController();
    let promise, settled;

    beforeEach(async () => {
      const { told } = counts.sync();
      setGate.sync(false);
      settled = false;
      ({ promise } = await running(hold, { signal: controller.signal }));
      promise.catch(() => (settled = true));
      while (counts.sync().told === told) await turn();
    });

    afterEach(() => setGate.sync(true));

    it('reject once execute has returned', async () => {
      for (let turns = 0; turns < 20; turns++) await turn();
      assert.strictEqual(settled, false);
      setGate.sync(true);
      await assert.rejects(promise, { code: 'ERR_OL_TIMEOUT' });
    });

    it('win over an abort that comes later', async () => {
      controller.abort('late');
      setGate.sync(true);
      const error = await promise.catch((reason) => reason);
      assert.deepStrictEqual([error.code, 'cause' in error], ['ERR_OL_TIMEOUT', false]);
    });
  });

  it('lose to an abort that came before', async () => {
    const signal = AbortSignal.abort('mine');
    await assert.rejects(block({ signal, timeout: 0 }), { code: 'ABORT_ERR', cause: 'mine' });
  });
});
