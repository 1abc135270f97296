'use strict';

const assert = require('node:assert');
const { setTimeout: delay } = require('node:timers/promises');
const addon = require('./support/addon');

const streams = addon('streams');
const { held, later, laterOwn, openStore, subscribe } = streams;

const count = (n) => Array.from({ length: n }, (_, i) => i);

async function until(truth) {
  while (!truth()) await delay(1);
}

async function all(stream) {
  const items = [];
  for await (const item of stream) items.push(item);
  return items;
}

/* The code that a deadline gives; on a busy machine that may pass long after its time. */
async function endOfLate(worker) {
  let code;
  for (let ms = 30; code === undefined && ms < 5000; ms *= 4) {
    code = await worker(ms, { timeout: 1 }).then(() => undefined, (error) => error.code);
  }
  return code;
}

describe('held jobs', () => {
  let start;
  const since = (name) => streams.counts()[name] - start[name];

  beforeEach(() => {
    start = streams.counts();
  });

  afterEach(() => until(() => since('made') === since('destroyed')));

  it('C17 C19 emit from threads of the addon\'s own, and end with the last release', async () => {
    const stream = held(8, 2000);
    const items = await all(stream);
    assert.strictEqual(items.length, 16000);
    for (const thread of count(8)) {
      const own = items.filter((item) => Math.floor(item / 2000) === thread);
      assert.deepStrictEqual(own, count(2000).map((i) => thread * 2000 + i));
    }
    assert.strictEqual(await stream.result, 16000);
  });

  it('C19 refuse a second release and a late use of the hold', async () => {
    await all(held(4, 10));
    await until(() => since('secondReleases') === 4 && since('lateLocks') === 4);
  });

  it('stop when their reader leaves, with producers that wait', async () => {
    for await (const item of held(8, 1e6)) if (item % 1000 > 10) break;
  });

  it('settle a promise when they are over, on either pool', async () => {
    for (const worker of [later, laterOwn]) {
      assert.strictEqual(await worker(10), 42);
      await assert.rejects(worker(1, { fail: true }), { code: 'ERR_LATER', message: 'failed later' });
      assert.strictEqual(await endOfLate(worker), 'ERR_OL_TIMEOUT');
      const answers = await Promise.all(count(50).map(() => worker(5)));
      assert.deepStrictEqual(answers, count(50).map(() => 42));
    }
  });

  it('give a sync call its result once they are over', () => {
    assert.strictEqual(later.sync(5), 42);
    assert.throws(() => later.sync(1, { fail: true }), { code: 'ERR_LATER' });
  });

  it('stay armed until they are over: a stop ends what goes on behind execute', async () => {
    const stream = subscribe();
    await stream.started;
    const first = await stream.next();
    assert.strictEqual(first.done, false);
    assert.strictEqual(since('stops'), 0);
    await stream.close();
    assert.strictEqual(since('stops'), 1);
  });
});

describe('streams of a serial handle', () => {
  it('lend its turn while they wait: a loop over them may use the handle', async () => {
    const store = await openStore();
    const met = streams.counts().met;
    let n = 0;
    for await (const row of store.query(200)) {
      assert.strictEqual(row, n++);
      assert.strictEqual(await store.run(), n);
    }
    assert.strictEqual(n, 200);
    assert.strictEqual(streams.counts().met, met, 'no two jobs met');
    await store.close();
  });

  it('may be read at once, with other calls in between', async () => {
    const store = await openStore();
    const met = streams.counts().met;
    const reading = count(4).map(() => all(store.query(300)));
    const runs = count(300).map(() => store.run());
    for (const items of await Promise.all(reading)) assert.deepStrictEqual(items, count(300));
    assert.deepStrictEqual(await Promise.all(runs), count(300).map((i) => i + 1));
    assert.strictEqual(streams.counts().met, met, 'no two jobs met');
    await store.close();
  });

  it('are stopped by close(), whether they are read, waiting, over or not begun', async () => {
    const store = await openStore();
    const closed = { code: 'ERR_OL_CLOSED' };
    const [reading, waiting, over, unread] = [1e9, 1e9, 3, 5].map((n) => store.query(n));
    const items = all(reading);
    items.catch(() => {});
    await waiting.next();
    await over.next();
    await delay(20);
    await store.close();
    await assert.rejects(items, closed);
    await assert.rejects(all(waiting), closed);
    await assert.rejects(all(over), closed);
    await assert.rejects(unread.next(), closed);
    assert.throws(() => store.query(1), closed);
  });
});
