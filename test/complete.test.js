'use strict';

const assert = require('node:assert');
const addon = require('./support/addon');
const called = require('./support/called');
const uncaught = require('./support/uncaught');

const { make, usual, rejectWith, threads, counts } = addon('complete');

/* enum ol_status_code */
const STATUSES = {
  OL_OK: 0, OL_CANCELLED: -1, OL_TIMED_OUT: -2, OL_AGAIN: -3, OL_NO_MEMORY: -4, OL_INVALID: -5,
  OL_CLOSED: -6, OL_FAILED: -7, OL_ENDED: -8,
};
const FAILED = { status: STATUSES.OL_FAILED };

/* Every form of a call, as a promise of its result. */
const forms = {
  promise: (worker, ...args) => worker(...args),
  sync: async (worker, ...args) => worker.sync(...args),
  callback: async (worker, ...args) => {
    const got = await called(worker, ...args);
    if (got.length === 1) throw got[0];
    assert.strictEqual(got[0], null);
    return got[1];
  },
};

describe('complete', () => {
  for (const [form, call] of Object.entries(forms)) {
    describe(`in the ${form} form`, () => {
      it('C7 C43 makes the result itself, of any kind', async () => {
        const object = await call(make, 'object', { number: 4, text: 'four' });
        assert.deepStrictEqual(object, { number: 8, text: 'four' });
        assert.strictEqual(await call(make, 'undefined'), undefined);
      });

      it('C44 C6 runs after a failure too, and may turn it into a value', async () => {
        const value = await call(make, 'object', { ...FAILED, number: 4, text: 'mended' });
        assert.deepStrictEqual(value, { number: 8, text: 'mended' });
      });

      it('may give an Error as a value: what is returned is a result', async () => {
        const error = await call(make, 'error', { text: 'only a value' });
        assert.ok(error instanceof Error);
        assert.strictEqual(error.message, 'only a value');
      });

      it('without a value of its own the usual outcome follows: results', async () => {
        assert.strictEqual(await call(usual, { number: 4 }), 8);
      });

      it('C6 without a value of its own the usual outcome follows: the error', async () => {
        await assert.rejects(() => call(usual, FAILED), {
          name: 'Error', code: 'ERR_TASK', message: 'I am a failing task',
        });
      });

      for (const [name, status] of Object.entries(STATUSES)) {
        it(`C36 learns how the job ended: ${name}`, async () => {
          assert.strictEqual(await call(make, 'status', { status }), name);
        });
      }

      it('C36 learns that the job was stopped before it ran', async () => {
        const options = { signal: AbortSignal.abort(), number: 4 };
        assert.strictEqual(await call(make, 'status', options), 'OL_CANCELLED');
        assert.strictEqual(await call(make, 'status', { timeout: 0 }), 'OL_TIMED_OUT');
        assert.deepStrictEqual(await call(make, 'object', options), { number: 4, text: '' });
      });

      const thrown = { undefined, null: null, true: true, number: -7.5, text: 'text', bigint: 7n };
      for (const [name, value] of Object.entries(thrown)) {
        it(`C26 C45 throws, and the call fails with just that: ${name}`, async () => {
          for (const options of [{}, FAILED]) {
            const caught = await call(rejectWith, name, options).then(assert.fail, (it) => [it]);
            assert.deepStrictEqual(caught, [value]);
          }
        });
      }

      it('C45 throws an Error, a symbol or an object, and it arrives as it is', async () => {
        await assert.rejects(() => call(rejectWith, 'error'), { name: 'RangeError', message: 'error' });
        const symbol = await call(rejectWith, 'symbol').catch((value) => value);
        assert.strictEqual(symbol.description, 'symbol');
        assert.deepStrictEqual(await call(rejectWith, 'object').catch((value) => value), {});
      });

      it('C10 may make any number of handles: a scope is open', async () => {
        const values = await Promise.all(Array.from({ length: 100 }, () => call(make, 'many')));
        assert.strictEqual(values.length, 100);
      });

      it('C40 runs once for each job, and its state is destroyed once, whatever it did', async () => {
        const earlier = counts.sync();
        const jobs = [
          call(make, 'object'), call(make, 'status', FAILED), call(usual), call(usual, FAILED),
          call(rejectWith, 'null'), call(rejectWith, 'error', FAILED),
          call(make, 'status', { signal: AbortSignal.abort() }), call(usual, { timeout: 0 }),
        ];
        await Promise.allSettled(jobs);
        assert.strictEqual(counts.sync().completed - earlier.completed, jobs.length);
        assert.strictEqual(counts.sync().destroyed - earlier.destroyed, jobs.length);
      });
    });
  }

  it('C18 runs on the thread of the loop, execute on another', async () => {
    for (const form of ['promise', 'callback']) {
      const where = await forms[form](threads);
      assert.deepStrictEqual(where, { executeOnLoop: false, completeOnLoop: true });
    }
    assert.deepStrictEqual(threads.sync(), { executeOnLoop: true, completeOnLoop: true });
  });

  it('a throw of undefined reaches an error-first callback as one argument', async () => {
    assert.deepStrictEqual(await called(rejectWith, 'undefined'), [undefined]);
  });

  it('one that throws loses none of the jobs that came home with it', async () => {
    const numbers = Array.from({ length: 300 }, (_, i) => i);
    const settled = await Promise.allSettled(numbers.map((number) =>
      (number % 3 === 0 ? rejectWith('number') : usual({ number }))));
    settled.forEach(({ value, reason }, i) => {
      assert.strictEqual(i % 3 === 0 ? reason : value, i % 3 === 0 ? -7.5 : 2 * i);
    });
  });

  it('nothing of what it throws is uncaught, as long as somebody handles the rejection', async () => {
    const body = () => assert.rejects(rejectWith('error'));
    assert.deepStrictEqual(await uncaught(body), []);
    assert.deepStrictEqual(await uncaught.rejections(body), []);
  });
});
