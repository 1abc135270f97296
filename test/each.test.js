'use strict';

const assert = require('node:assert');
const { Worker } = require('node:worker_threads');
const addon = require('./support/addon');

const { ask, begun, count, countApart, fail, nest, numbers, wait } = addon('each');

const N = 10000;
const ONCE = { once: N, twice: 0 };

/* Without the number of chunks, which depends on who helped. */
const sightings = ({ once, twice }) => ({ once, twice });

async function untilBegun(more) {
  const before = begun.sync();
  return async () => {
    while (begun.sync() < before + more) await new Promise(setImmediate);
  };
}

describe('ol_each', () => {
  const ways = {
    'on Node\'s pool': count,
    'on a thread of its own': countApart,
    'in .sync': async (...args) => count.sync(...args),
  };
  for (const [way, call] of Object.entries(ways)) {
    it(`${way}: gives every index once`, async () => {
      assert.deepStrictEqual(sightings(await call(N, 1)), ONCE);
    });

    it(`${way}: idle threads help, three of them at once`, async () => {
      assert.deepStrictEqual(sightings(await call(N, 4)), ONCE);
    });
  }

  it('gives indices in chunks that are not many', async () => {
    const { calls } = await count(1000000, 1);
    assert.ok(calls > 8 && calls < 5000, String(calls));
  });

  it('of nothing calls nothing', async () => {
    assert.deepStrictEqual(await count(0, 1), { once: 0, twice: 0, calls: 0 });
  });

  it('ends for all of many at once', async () => {
    const all = await Promise.all(Array.from({ length: 60 }, (_, i) => (
      i % 2 === 0 ? count(N, 1) : countApart(N, 1)
    )));
    assert.deepStrictEqual(all.map(sightings), all.map(() => ONCE));
  });

  it('ends for loops within loops', async () => {
    assert.deepStrictEqual(await Promise.all([nest(100), nest(100), nest(100)]), [N, N, N]);
    assert.strictEqual(nest.sync(100), N);
  });

  it('fails with what a body fails', async () => {
    const expected = { code: 'ERR_EACH', message: /failed at 777/ };
    await assert.rejects(fail(N, 777), expected);
    assert.throws(() => fail.sync(N, 777), expected);
  });

  it('is stopped by a signal, and no other body begins', async () => {
    const controller = new AbortController();
    const before = begun.sync();
    const waitForTwo = await untilBegun(2);
    const job = wait(N, { signal: controller.signal });
    await waitForTwo();
    controller.abort();
    await assert.rejects(job, { name: 'AbortError' });
    const ended = begun.sync();
    assert.ok(ended - before < 500, String(ended - before));
    assert.deepStrictEqual(sightings(await count(N, 1)), ONCE);
    assert.strictEqual(begun.sync(), ended);
  });

  it('is stopped by a deadline, in .sync too', async () => {
    const expected = { name: 'TimeoutError' };
    await assert.rejects(wait(N, { timeout: 20 }), expected);
    assert.throws(() => wait.sync(N, { timeout: 20 }), expected);
  });

  it('bodies add to the progress, and nothing is lost', async () => {
    const told = [];
    await count(N, 2, { onProgress: (done) => told.push(done) });
    assert.strictEqual(told.at(-1), N);
  });

  it('bodies emit items, and wait for the reader', async () => {
    const got = [];
    for await (const number of numbers(500)) got.push(number);
    got.sort((a, b) => a - b);
    assert.deepStrictEqual(got, Array.from({ length: 500 }, (_, i) => i));
  });

  it('bodies whose reader leaves are stopped', async () => {
    for await (const number of numbers(N)) if (number >= 0) break;
    assert.deepStrictEqual(sightings(await count(N, 1)), ONCE);
  });

  it('bodies cannot ask, and execute can when they have returned', async () => {
    let asked = 0;
    const said = await ask(() => { asked++; }, 1);
    assert.deepStrictEqual(said, { inBody: 'OL_INVALID', after: 'OL_OK' });
    assert.strictEqual(asked, 1);
  });

  it('ends with its worker thread, whose helpers go too', async () => {
    const waitForTwo = await untilBegun(2);
    const thread = new Worker(
      'const { file } = require("node:worker_threads").workerData; require(file).wait(10000);',
      { eval: true, workerData: { file: addon.file('each') } },
    );
    await waitForTwo();
    assert.strictEqual(await thread.terminate(), 1);
    assert.deepStrictEqual(sightings(await count(N, 1)), ONCE);
  });
});
