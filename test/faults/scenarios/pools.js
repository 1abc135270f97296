'use strict';

const assert = require('node:assert');
const { all, closing, count } = require('../steps');

const poolsOf = (addon) => addon[Symbol.for('offloop')];

module.exports = {
  async created(addon) {
    const pool = poolsOf(addon).createPool({ name: 'mine', threads: 2 });
    await closing([pool], async () => {
      const calls = count(9).map((i) => addon.addAlone(i, 1, { pool }));
      assert.deepStrictEqual(await all(calls), count(9).map((i) => i + 1));
      assert.strictEqual(pool.stats().done, 9);
    });
  },

  /* What waits is refused, or told, or stopped with the pool. */
  async bounded(addon) {
    const pool = poolsOf(addon).createPool({ threads: 1, maxQueue: 1 });
    const waiting = count(2).map(() => addon.wait({ pool, timeout: 5 }).catch((error) => error));
    await pool.drained();
    for (const error of await all(waiting)) {
      if (error.code !== 'ERR_OL_TIMEOUT') throw error;
    }
    const stopped = addon.wait({ pool }).catch((error) => error);
    await pool.destroy();
    const error = await stopped;
    if (error.code !== 'ERR_OL_CLOSED') throw error;
  },

  async hurried(addon) {
    const pool = poolsOf(addon).createPool({ threads: 1 });
    await closing([pool], async () => {
      const first = addon.wait({ pool, timeout: 20 }).catch((error) => error);
      const second = addon.addAlone(1, 2, { pool, queueTimeout: 1 }).catch((error) => error);
      const errors = await all([first, second]);
      const wrong = errors.find(({ code }) => code !== 'ERR_OL_TIMEOUT');
      if (wrong !== undefined) throw wrong;
    });
  },
};
