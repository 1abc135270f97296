'use strict';

const assert = require('node:assert');
const { all, closing, collect, rejects } = require('../steps');

module.exports = {
  async closed({ openBox }) {
    const box = await openBox();
    await closing([box], async () => {
      assert.deepStrictEqual(await all([box.put(1), box.put(2), box.put(3)]), [1, 3, 6]);
    });
    assert.strictEqual(box.closed, true);
    await rejects(box.put(1), { code: 'ERR_OL_CLOSED' });
  },

  async families({ openBox }) {
    const box = await openBox();
    await closing([box], async () => {
      const inner = await box.inner();
      const innermost = await inner.inner();
      assert.strictEqual(await innermost.put(2), 2);
    });
  },

  async collected({ openBox }) {
    await all([openBox(), openBox()]);
    await collect();
  },

  /* Calls inside and outside of an exclusive function, one within the other. */
  async exclusive({ openBox }) {
    const box = await openBox();
    await closing([box], async () => {
      const within = box.exclusive(async (tx) => {
        await tx.put(1);
        return tx.exclusive((inner) => inner.put(2));
      });
      assert.deepStrictEqual(await all([within, box.put(4)]), [3, 7]);
      const thrown = new Error('mine');
      await rejects(box.exclusive(() => { throw thrown; }), { message: 'mine' });
      assert.strictEqual(await box.put(1), 8);
    });
  },
};
