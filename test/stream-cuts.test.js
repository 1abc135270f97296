'use strict';

/* Where a signal or the close() of a handle stops a stream, in which form ever it is read. */

const assert = require('node:assert');
const addon = require('./support/addon');

const streams = addon('streams');
const { range } = streams;
const { openBase } = addon('exclusive');

const AT = 20; // the item after which it is cut
const turn = () => new Promise((resolve) => setImmediate(resolve));

/* Each gives the stream that [start] gives to a reader of its form, and calls [each] for what comes
 * one after the other. */
const forms = {
  'next()': async (start, each) => {
    const stream = start();
    for (let next; !(next = await stream.next()).done;) await each(next.value);
  },
  'for await': async (start, each) => {
    for await (const item of start()) await each(item);
  },
  'batches()': async (start, each) => {
    for await (const [item] of start().batches()) await each(item);
  },
  'callbacks': (start, each) => new Promise((resolve, reject) => {
    start(each, (error) => (error === null ? resolve() : reject(error)));
  }),
};

/* What comes until the end, which is an error of that code: [cut] is called at the item of that
 * number, or at the first one after it. */
async function readTo(at, form, start, cut, code) {
  const got = [];
  let due = true;
  const reading = forms[form](start, (item) => {
    got.push(item);
    if (!due || item < at) return undefined;
    due = false;
    return cut();
  });
  await assert.rejects(reading, { code });
  return got;
}

/* It was the last one. */
const assertLast = (got, at) => assert.ok(got.at(-2) < at && got.at(-1) >= at, `${got}`);

function untilLeft(left) {
  while (streams.counts().left === left) continue; // the loop does not turn
}

describe('a stream that is stopped gives no more items', () => {
  for (const form of Object.keys(forms)) {
    describe(`by ${form}`, () => {
      it('after an abort while the job runs', async () => {
        const controller = new AbortController();
        const { signal } = controller;
        const got = await readTo(AT, form, (...fns) => range(-1, { signal }, ...fns),
          () => controller.abort(), 'ABORT_ERR');
        assertLast(got, AT);
      });

      it('after an abort when the job is over', async () => {
        const controller = new AbortController();
        const { signal } = controller;
        const { left } = streams.counts();
        const got = await readTo(AT, form, (...fns) => range(200, { signal }, ...fns), () => {
          untilLeft(left);
          controller.abort();
        }, 'ABORT_ERR');
        assertLast(got, AT);
      });

      it('after the close() of the handle that the job uses', async () => {
        const base = await openBase();
        let closing;
        const start = (...fns) => base.manyRows(2 ** 31 - 1, ...fns);
        const got = await readTo(AT, form, start, () => {
          closing = base.close();
        }, 'ERR_OL_CLOSED');
        await closing;
        assertLast(got, AT);
      });
    });
  }

  for (const form of ['next()', 'for await']) {
    it(`by ${form}: also where the job is over and the loop has turned since`, async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const { left } = streams.counts();
      const stream = range(30, { signal });
      const got = await readTo(AT, form, () => stream, async () => {
        untilLeft(left);
        for (let i = 0; i < 5; i++) await turn();
        controller.abort();
      }, 'ABORT_ERR');
      assertLast(got, AT);
      await assert.rejects(stream.result, { code: 'ABORT_ERR' });
      assert.deepStrictEqual(await stream.next(), { value: undefined, done: true });
    });

    it(`by ${form}: nor after the close() of a handle whose job is over`, async () => {
      const base = await openBase();
      const got = await readTo(AT, form, () => base.manyRows(40), async () => {
        await base.note(1); // which ends after the job
        for (let i = 0; i < 5; i++) await turn();
        await base.close();
      }, 'ERR_OL_CLOSED');
      assertLast(got, AT);
    });
  }

  it('but what was read to the last item before stands, with its result', async () => {
    const controller = new AbortController();
    const stream = range(3, { signal: controller.signal });
    for (let i = 0; i < 3; i++) assert.strictEqual((await stream.next()).value, i);
    assert.deepStrictEqual(await stream.result, { count: 3, refusals: 0 });
    controller.abort();
    assert.deepStrictEqual(await stream.next(), { value: undefined, done: true });
  });

  it('and one that its reader has left before the abort keeps the result it has', async () => {
    const controller = new AbortController();
    const stream = range(-1, { signal: controller.signal });
    await stream.next();
    const closing = stream.close();
    controller.abort();
    await closing;
    assert.ok((await stream.result).count > 0);
  });
});

describe('a stream whose job is over while items lie unread', () => {
  const count = ({ buckets }) => buckets.reduce((sum, n) => sum + n, 0);

  it('is no longer running, and counted once, without the time of its reader', async () => {
    const { pool } = range;
    const before = pool.stats();
    const { left } = streams.counts();
    const stream = range(20);
    const begun = performance.now();
    await stream.next();
    untilLeft(left);
    while (pool.stats().running > before.running) await turn();
    const ended = performance.now();
    while (performance.now() < ended + 4 * (ended - begun)) await turn();
    for await (const item of stream) assert.ok(item > 0);
    await stream.result;
    const after = pool.stats();
    assert.deepStrictEqual([after.running, after.done], [before.running, before.done + 1]);
    assert.strictEqual(count(after.took), count(before.took) + 1);
    const bucket = after.took.buckets.findIndex((n, i) => n > before.took.buckets[i]);
    const leastMs = bucket === 0 ? 0 : 2 ** (bucket - 1) / 1000;
    assert.ok(leastMs <= ended - begun, `${leastMs} of ${ended - begun}`);
  });

  it('settles its result with the last of them, though nobody asks for another', async () => {
    for (const n of [1, 8, 9, 20]) {
      const { left } = streams.counts();
      const stream = range(n);
      await stream.next();
      untilLeft(left);
      await turn();
      let told = false;
      const { result } = stream;
      result.then(() => (told = true));
      for (let i = 1; i < n; i++) {
        assert.strictEqual(told, false);
        assert.strictEqual((await stream.next()).value, i);
      }
      assert.deepStrictEqual(await result, { count: n, refusals: 0 });
    }
  });
});

describe('callbacks of a stream', () => {
  it('let microtasks run after eight of them, at the latest', async () => {
    let [calls, most] = [0, 0];
    const rest = () => (calls = 0);
    await new Promise((resolve) => {
      range(5000, () => {
        most = Math.max(most, ++calls);
        Promise.resolve().then(rest);
      }, resolve);
    });
    assert.ok(most <= 8, `${most}`);
  });
});
