'use strict';

// C that ends the thread it runs on: its job fails, and another thread takes the place of the lost.

const assert = require('node:assert');
const addon = require('./support/addon');
const { runChild } = require('./support/child');

const { closed, open, quit, quitEach, quitLater, quitOwn } = addon('lost');
const { createPool, pools } = addon('lost')[Symbol.for('offloop')];

const LOST = { name: 'Error', code: 'ERR_OL_THREAD' };
const TIMES = 30; // more than a pool has threads
const times = (count, make) => Array.from({ length: count }, (_, i) => make(i));

const rejectsAll = (calls) => Promise.all(calls.map((call) => assert.rejects(call, LOST)));

describe('a job that ends its thread', () => {
  it('fails with a code of its own', async () => {
    const options = { timeout: 1e6 };
    await assert.rejects(quit(-1, options), {
      ...LOST, message: 'quit has ended the thread that it ran on',
    });
  });

  it('fails alone, among calls that cross in a batch', async () => {
    const settled = await Promise.allSettled(times(200, (i) => quit(i % 10 === 0 ? -1 : i)));
    for (const [i, { value, reason }] of settled.entries()) {
      if (i % 10 === 0) assert.strictEqual(reason.code, LOST.code);
      else assert.strictEqual(value, i);
    }
  });

  it('costs the pool no thread, however often it happens', async () => {
    for (const worker of [quit, (n) => quit(n, { timeout: 1e6 }), quitOwn, () => quitLater()]) {
      await rejectsAll(times(TIMES, () => worker(-1)));
      for (let i = 0; i < TIMES; i++) await assert.rejects(worker(-1), LOST);
    }
    assert.deepStrictEqual(await Promise.all(times(TIMES, (i) => quit(i))), times(TIMES, (i) => i));
    assert.strictEqual(pools.offloop.stats().running, 0);
  });

  it('on the one thread of a pool lets the next one run, and the pool close', async () => {
    const pool = createPool({ threads: 1 });
    const calls = times(TIMES, (i) => quit(i % 2 === 0 ? -1 : i, { pool }));
    const settled = await Promise.allSettled(calls);
    assert.deepStrictEqual(settled.map(({ value }) => value),
      times(TIMES, (i) => (i % 2 === 0 ? undefined : i)));
    const last = assert.rejects(quit(-1, { pool }), LOST);
    await pool.close();
    await last;
    assert.strictEqual(pool.stats().threads, 0);
  });

  it('leaves its room to whoever hears that it has failed', async () => {
    const pool = createPool({ threads: 1, maxQueue: 0, onFull: 'reject' });
    for (let i = 0; i < 20 * TIMES; i++) await assert.rejects(quit(-1, { pool }), LOST);
    await pool.close();
  });

  it('in a body of ol_each fails with it, whichever thread that is', async () => {
    for (let n = 0; n < 100; n++) await assert.rejects(quitEach(n), LOST);
    await rejectsAll(times(TIMES, (i) => quitEach(i)));
    assert.strictEqual(await quitEach(100), undefined);
  });

  it('in the close of a handle closes it all the same, and its parents', async () => {
    const before = closed.sync();
    const parents = await Promise.all(times(10, () => open()));
    const children = await Promise.all(parents.map((parent) => open(parent)));
    await Promise.allSettled(parents.map((parent) => parent.close()));
    for (const handle of [...parents, ...children]) assert.strictEqual(handle.closed, true);
    assert.strictEqual(closed.sync(), before + 20);
  });

  it('on a thread of Node fails too, as long as Node has others', async () => {
    const { code, stdout } = await runChild('lost.child.js');
    assert.deepStrictEqual({ code, stdout }, { code: 5, stdout: 'ERR_OL_THREAD\n1\n' });
  });
});
