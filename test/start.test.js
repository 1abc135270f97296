'use strict';

const assert = require('node:assert');
const addon = require('./support/addon');
const { gc } = require('./support/collect');
const uncaught = require('./support/uncaught');

const { start, counts } = addon('start');
const { createPool } = addon('start')[Symbol.for('offloop')];

const SUM = 0;
const TELL_SUM = 1;
const BRIEF_SUM = 2;
const NO_SUM = 3;
const NUMBERS = 4;
const NO_KIND = 5;

const turn = () => new Promise((resolve) => setImmediate(resolve));

/* What a call added, as [executed, destroyed], once it has settled. */
async function added(body) {
  const earlier = counts.sync();
  await body();
  await turn();
  const later = counts.sync();
  assert.strictEqual(later.prepared, earlier.prepared);
  return [later.executed - earlier.executed, later.destroyed - earlier.destroyed];
}

describe('ol_start', () => {
  it('without a callback gives a promise', async () => {
    const changes = await added(async () => {
      const promise = start(SUM, [1, 2, 3]);
      assert.ok(promise instanceof Promise);
      assert.strictEqual(await promise, 6);
    });
    assert.deepStrictEqual(changes, [1, 1]);
  });

  it('rejects that promise with an error as of any other call', async () => {
    const changes = await added(() => assert.rejects(start(SUM, [-1]), {
      name: 'Error', code: 'ERR_NEGATIVE', message: 'a sum of -1',
    }));
    assert.deepStrictEqual(changes, [1, 1]);
  });

  it('with a callback gives undefined and calls it later', async () => {
    for (const [numbers, expected] of [[[1, 2], [null, 3]], [[-1], ['ERR_NEGATIVE']]]) {
      const got = await new Promise((resolve) => {
        assert.strictEqual(start(SUM, numbers, undefined, (...args) => resolve(args)), undefined);
      });
      assert.deepStrictEqual(got.map((value) => value?.code ?? value), expected);
    }
  });

  it('calls a callback in the style of the worker', async () => {
    const got = await new Promise((resolve) => {
      start(TELL_SUM, [1, 2], undefined, (...args) => resolve(args));
    });
    assert.deepStrictEqual(got, [3]);
    const errors = await uncaught(() => start(TELL_SUM, [-1], undefined, assert.fail));
    assert.deepStrictEqual(errors.map(({ code }) => code), ['ERR_NEGATIVE']);
  });

  it('obeys signal and timeout, and then the job never executes', async () => {
    const reason = new Error('mine');
    const signal = AbortSignal.abort(reason);
    const changes = await added(async () => {
      for (let i = 0; i < 100; i++) {
        await assert.rejects(start(SUM, [1], { signal }), { name: 'AbortError', cause: reason });
        await assert.rejects(start(SUM, [1], { timeout: 0 }), { code: 'ERR_OL_TIMEOUT' });
      }
    });
    assert.deepStrictEqual(changes, [0, 200]);
  });

  it('takes all options of a call: a pool, a priority, a time in the queue', async () => {
    const pool = createPool({ name: 'mine', threads: 1 });
    const options = { pool, priority: 2, queueTimeout: 1e6, onProgress: assert.fail };
    assert.strictEqual(await start(SUM, [1, 2], options), 3);
    assert.strictEqual(pool.stats().done, 1);
    assert.throws(() => start(SUM, [1], { priority: 3 }), { code: 'ERR_OUT_OF_RANGE' });
    await pool.close();
    assert.throws(() => start(SUM, [1], { pool }), { code: 'ERR_OL_CLOSED' });
  });

  it('may be called with the same worker for many jobs at once', async () => {
    const numbers = Array.from({ length: 1000 }, (_, i) => i);
    const changes = await added(async () => {
      const promises = numbers.map((number) => start(number % 2 ? SUM : BRIEF_SUM, [number, 1]));
      gc?.();
      assert.deepStrictEqual(await Promise.all(promises), numbers.map((number) => number + 1));
    });
    assert.deepStrictEqual(changes, [1000, 1000]);
  });

  it('of a worker with .item gives its stream, which begins when it is read', async () => {
    const changes = await added(async () => {
      const stream = start(NUMBERS, [1, 2, 3]);
      await turn();
      assert.strictEqual(Object.prototype.toString.call(stream), '[object Stream]');
      const items = [];
      for await (const item of stream) items.push(item);
      assert.deepStrictEqual(items, [1, 2, 3]);
      assert.strictEqual(await stream.result, 6);
    });
    assert.deepStrictEqual(changes, [1, 1]);
  });

  it('of a worker with .item obeys signal and timeout, and close() before it is read', async () => {
    const signal = AbortSignal.abort();
    const changes = await added(async () => {
      await assert.rejects(start(NUMBERS, [1], { signal }).next(), { name: 'AbortError' });
      await assert.rejects(start(NUMBERS, [1], { timeout: 0 }).next(), { code: 'ERR_OL_TIMEOUT' });
      await start(NUMBERS, [1]).close();
    });
    assert.deepStrictEqual(changes, [0, 3]);
  });

  describe('that refuses throws at once, and destroys the state', () => {
    const TYPE = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' };
    const thrown = { code: 'ERR_MINE' };
    const rows = [
      ['options that are no object', [SUM, [1], 17], TYPE],
      ['options that are null', [SUM, [1], null], TYPE],
      ['a signal that is none', [SUM, [1], { signal: {} }], TYPE],
      ['a timeout that is no number', [SUM, [1], { timeout: '5' }], TYPE],
      ['a timeout below zero', [SUM, [1], { timeout: -1 }], { code: 'ERR_OUT_OF_RANGE' }],
      ['a callback that is no function', [SUM, [1], undefined, {}], TYPE],
      ['a callback that is null', [SUM, [1], undefined, null], TYPE],
      ['a stream with a callback', [NUMBERS, [1], undefined, () => {}], {
        name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE',
        message: /^The "callback" argument of numbers must be NULL for a stream/,
      }],
      ['a table that cannot work', [NO_SUM, [1]], { code: 'ERR_OL_TABLE' }],
      ['a table without OL_WORKER', [NO_KIND, [1]], {
        code: 'ERR_OL_TABLE', message: /^worker noKind: .*OL_WORKER\(\.\.\.\) was left out$/,
      }],
      ['options whose getter throws', [SUM, [1], { get timeout() { throw thrown; } }], thrown],
    ];
    for (const [what, args, error] of rows) {
      it(what, async () => {
        const [which, numbers, options, callback = assert.fail] = args;
        const changes = await added(() => {
          assert.throws(() => start(which, numbers, options, callback), error);
          if (args.length < 4) assert.throws(() => start(which, numbers, options), error);
        });
        assert.deepStrictEqual(changes, [0, args.length < 4 ? 2 : 1]);
      });
    }
  });

  it('may be called again by a getter of its options', async () => {
    let inner;
    const outer = start(SUM, [1, 2], { get timeout() { inner ??= start(SUM, [10]); return 1e9; } });
    assert.deepStrictEqual(await Promise.all([outer, inner]), [3, 10]);
  });

  it('may be refused inside a getter of its options, and goes on', async () => {
    const options = {
      get signal() {
        assert.throws(() => start(SUM, [10], { timeout: -1 }), { code: 'ERR_OUT_OF_RANGE' });
        return undefined;
      },
    };
    const changes = await added(async () => assert.strictEqual(await start(SUM, [4], options), 4));
    assert.deepStrictEqual(changes, [1, 2]);
  });
});
