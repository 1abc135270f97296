'use strict';

const assert = require('node:assert');
const { env, since, until, settled, startThread } = require('./support/env');
const { canCollect, gc, collectUntil } = require('./support/collect');

const KIB = 1024;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/* Makes garbage of the sizes of buffers, and collects it, so that freed memory is used again. */
function churn() {
  for (let i = 0; i < 50; i++) Buffer.alloc(64 * KIB, 0xff);
  gc();
}

/* Collects on every turn of the loop while [work] goes on. */
async function whileCollecting(work) {
  let over = false;
  const done = work.finally(() => (over = true));
  while (!over) {
    churn();
    await turn();
  }
  return done;
}

describe('garbage collection', () => {
  let start;

  before(function () {
    if (!canCollect) this.skip();
  });

  beforeEach(() => {
    env.setGate(false);
    start = env.counts();
  });

  afterEach(async () => {
    env.setGate(true);
    await settled(start);
  });

  for (const name of ['sum', 'sumCopy']) {
    const what = name === 'sum' ? 'pinned buffers' : 'copied buffers';

    it(`${what} that are dropped at once are whole when the job reads them`, async () => {
      const sums = Array.from({ length: 40 }, (_, i) => env[name](Buffer.alloc(64 * KIB, i)));
      for (let i = 0; i < 5; i++) {
        churn();
        await turn();
      }
      env.setGate(true);
      const expected = Array.from({ length: 40 }, (_, i) => i * 64 * KIB);
      assert.deepStrictEqual(await Promise.all(sums), expected);
    });
  }

  it('a pinned buffer can be collected once its job is over', async () => {
    env.setGate(true);
    const collected = new Set();
    const registry = new FinalizationRegistry((i) => collected.add(i));
    async function run(i) {
      const buffer = new ArrayBuffer(64 * KIB);
      registry.register(buffer, i);
      await env.sum(new Uint8Array(buffer));
    }
    for (let i = 0; i < 20; i++) await run(i);
    await collectUntil(() => collected.size > 0);
  });

  it('C30 callbacks and promises that nobody else keeps are called and settled', async () => {
    let called = 0;
    for (let i = 0; i < 50; i++) {
      env.wait(() => called++);
      env.wait().then(() => called++);
    }
    churn();
    await turn();
    churn();
    env.setGate(true);
    await whileCollecting(until(() => called === 100));
  });

  it('at any time disturbs no job', async () => {
    const jobs = Array.from({ length: 3000 }, (_, i) => [
      env.quick(i), env.sum.call(null, Buffer.alloc(16, 1)), env.bytes(16),
    ]).flat();
    env.setGate(true);
    const results = await whileCollecting(Promise.all(jobs));
    for (let i = 0; i < 3000; i++) {
      assert.strictEqual(results[3 * i], i);
      assert.strictEqual(results[3 * i + 1], 16);
      assert.strictEqual(results[3 * i + 2][15], 15);
    }
  });

  describe('of buffers that moved to JavaScript', () => {
    const SIZE = 256 * KIB;

    it('frees each once, when nobody has it any more', async () => {
      async function use() {
        const all = await Promise.all(Array.from({ length: 20 }, () => env.bytes(SIZE)));
        churn();
        for (const bytes of all) assert.strictEqual(bytes[SIZE - 1], 255);
        return all.length;
      }
      const made = await use();
      await collectUntil(() => since(start).freed === made);
    });

    it('leaves those in place that somebody has', async () => {
      const kept = await env.bytes(SIZE);
      for (let i = 0; i < 5; i++) {
        churn();
        await turn();
      }
      for (let i = 0; i < SIZE; i += KIB) assert.strictEqual(kept[i], i & 255);
      assert.strictEqual(kept[SIZE - 1], 255);
    });

    it('frees those of a thread that ended', async () => {
      const { exit } = await startThread([['bytes', 20, SIZE]]);
      await exit;
      await collectUntil(() => since(start).freed === 20);
    });

    it('a copy that was sent to another thread outlives the thread that made it', async () => {
      const { outcomes, exit } = await startThread([['bytes', 5, SIZE]]);
      const sent = await outcomes;
      await exit;
      churn();
      for (const bytes of sent) assert.strictEqual(bytes[SIZE - 1], 255);
    });
  });
});
