'use strict';

const assert = require('node:assert');
const { AsyncLocalStorage, createHook } = require('node:async_hooks');
const addon = require('./support/addon');
const called = require('./support/called');
const { canCollect, gc, collectUntil } = require('./support/collect');
const uncaught = require('./support/uncaught');

const { twice, tellTwice, nothing } = addon('calls');
const { nap } = addon('waits');

/* Keeps the loop busy until jobs are long over, so that their callbacks come in one batch. */
function block(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end) continue;
}

describe('callbacks', () => {
  it('C22 are never called before the call returns, however soon the job is over', async () => {
    const order = [];
    const done = new Promise((resolve) => {
      nothing(() => resolve(order.push('callback')));
    });
    block(5);
    order.push('returned');
    queueMicrotask(() => order.push('microtask'));
    process.nextTick(() => order.push('nextTick'));
    await done;
    assert.deepStrictEqual(order, ['returned', 'nextTick', 'microtask', 'callback']);
  });

  it('are not called before the call returns for a job that was aborted already', async () => {
    let called = false;
    const done = new Promise((resolve) => {
      nothing({ signal: AbortSignal.abort() }, (error) => resolve((called = error)));
      assert.strictEqual(called, false);
    });
    assert.strictEqual((await done).code, 'ABORT_ERR');
  });

  it('are called once each, also in a batch', async () => {
    const counts = new Array(500).fill(0);
    await new Promise((resolve) => {
      let left = counts.length;
      counts.forEach((_, i) => twice(i, (error, result) => {
        assert.strictEqual(result, 2 * i);
        counts[i]++;
        if (--left === 0) resolve();
      }));
      block(10);
    });
    await nothing();
    assert.deepStrictEqual(counts, new Array(500).fill(1));
  });

  it('that start jobs of the same batch get those jobs\' own results', async () => {
    const wrong = [];
    let left = 1000;
    await new Promise((resolve) => {
      const start = (number, generations) => twice(number, (error, result) => {
        if (result !== 2 * number) wrong.push([number, result]);
        if (generations > 1) start(number + 1000, generations - 1);
        if (--left === 0) resolve();
      });
      for (let number = 0; number < 200; number++) start(number, 5);
      block(10);
    });
    assert.deepStrictEqual(wrong, []);
  });

  it('are called as plain functions', async () => {
    const self = await new Promise((resolve) => {
      nothing(function () { resolve(this); });
    });
    assert.strictEqual(self, undefined);
  });

  it('C30 are kept alive until they were called, though nothing else refers to them', async function () {
    if (!canCollect) this.skip();
    let result;
    let collected = false;
    const registry = new FinalizationRegistry(() => (collected = true));
    (() => {
      const callback = (error, value) => (result = value);
      registry.register(callback);
      nap(30, callback);
    })();
    for (let i = 0; i < 10; i++) gc();
    while (result === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
    assert.strictEqual(result, 0);
    await collectUntil(() => collected);
  });

  describe('that throw', () => {
    it('are an uncaughtException each, and those behind them in the batch still come', async () => {
      const came = [];
      const errors = await uncaught(async () => {
        for (let i = 0; i < 9; i++) {
          twice(i, () => {
            came.push(i);
            if (i % 3 === 0) throw new Error(`from ${i}`);
          });
        }
        block(10);
        await Promise.all([twice(1), nap(5)]);
      });
      assert.deepStrictEqual(came.sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
      assert.deepStrictEqual(errors.map((error) => error.message).sort(), ['from 0', 'from 3', 'from 6']);
    });

    for (const thrown of [undefined, null, 0, 'text', Symbol('symbol')]) {
      it(`may throw anything: ${String(thrown)}`, async () => {
        const errors = await uncaught(() => called(nothing).then(() => new Promise((resolve) => {
          nothing(() => {
            resolve();
            throw thrown;
          });
        })));
        assert.deepStrictEqual(errors, [thrown]);
      });
    }

    it('are not called again for it', async () => {
      let count = 0;
      await uncaught(() => new Promise((resolve) => {
        nothing(() => {
          resolve();
          count++;
          throw new Error('once');
        });
      }));
      assert.strictEqual(count, 1);
    });
  });

  describe('of the result alone (OL_CALLBACK_RESULT)', () => {
    it('C27 are called with the result and nothing else', async () => {
      assert.deepStrictEqual(await called(tellTwice, 21), [42]);
    });

    it('are not called on failure, which is an uncaughtException', async () => {
      let count = 0;
      const errors = await uncaught(async () => {
        tellTwice(-1, () => count++);
        await nap(5);
      });
      assert.deepStrictEqual(errors.map(({ code }) => code), ['ERR_NEGATIVE']);
      assert.strictEqual(count, 0);
    });

    it('leave the promise form and .sync as they are', async () => {
      assert.strictEqual(await tellTwice(21), 42);
      await assert.rejects(tellTwice(-1), { code: 'ERR_NEGATIVE' });
      assert.throws(() => tellTwice.sync(-1), { code: 'ERR_NEGATIVE' });
    });
  });

  describe('and what surrounds the call', () => {
    const storage = new AsyncLocalStorage();

    it('each callback sees the AsyncLocalStorage of its own call', async () => {
      const stores = await Promise.all(['a', 'b', 'c'].map((store) =>
        storage.run(store, () => new Promise((resolve) => {
          twice(1, () => resolve(storage.getStore()));
        }))));
      assert.deepStrictEqual(stores, ['a', 'b', 'c']);
    });

    it('so does a failing one, one that was aborted, and what they await', async () => {
      const store = await storage.run('mine', () => new Promise((resolve) => {
        twice(-1, async () => {
          await nothing();
          twice(1, { signal: AbortSignal.abort() }, () => resolve(storage.getStore()));
        });
      }));
      assert.strictEqual(store, 'mine');
    });

    it('promises see it too, on success and on failure', async () => {
      const seen = await storage.run('mine', async () => {
        await twice(1);
        const success = storage.getStore();
        await twice(-1).catch(() => {});
        return [success, storage.getStore()];
      });
      assert.deepStrictEqual(seen, ['mine', 'mine']);
    });

    it('one without it leaks none into those behind it in the batch', async () => {
      const store = await new Promise((resolve) => {
        storage.run('other', () => twice(1, () => {}));
        twice(2, () => resolve(storage.getStore()));
        block(5);
      });
      assert.strictEqual(store, undefined);
    });

    it('C31 the worker\'s name is the resource\'s type in async_hooks, before and after it', async () => {
      const seen = [];
      const types = new Map();
      const hook = createHook({
        init: (id, type) => types.set(id, type),
        before: (id) => types.get(id) === 'twice' && seen.push('before'),
        after: (id) => types.get(id) === 'twice' && seen.push('after'),
      }).enable();
      await called(twice, 1);
      hook.disable();
      assert.deepStrictEqual([...types.values()].filter((type) => type === 'twice'), ['twice']);
      assert.deepStrictEqual(seen, ['before', 'after']);
    });
  });
});
