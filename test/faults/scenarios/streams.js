'use strict';

const assert = require('node:assert');
const { all, closing, collected, count } = require('../steps');

const line = (i) => ({ id: i, name: `line ${i}` });

module.exports = {
  /* for await to the end, of numbers and of records, and the result behind it. */
  async iterated({ lines, ticks }) {
    const numbers = ticks(20), records = lines(20);
    const [ids, names] = await all([collected(numbers), collected(records)]);
    assert.deepStrictEqual([ids, names], [count(20), count(20).map(line)]);
    assert.deepStrictEqual(await all([numbers.result, records.result]), [20, 20]);
  },

  async batches({ lines, ticks }) {
    for (const stream of [ticks(20), lines(20)]) {
      let len = 0;
      for await (const batch of stream.batches()) len += batch.length;
      assert.strictEqual(len, 20);
    }
  },

  async callbacks({ lines }) {
    const items = [];
    const sent = await new Promise((resolve, reject) => {
      const onEnd = (error, result) => (error ? reject(error) : resolve(result));
      lines(20, (item) => items.push(item), onEnd);
    });
    assert.deepStrictEqual([items, sent], [count(20).map(line), 20]);
  },

  /* The reader goes in the middle. */
  async left({ lines, ticks }) {
    for await (const tick of ticks(1e6)) if (tick === 5) break;
    for await (const { id } of lines(1e6)) if (id === 5) break;
  },

  async started({ ticks }) {
    const stream = ticks(2);
    await closing([stream], async () => {
      await stream.started;
      assert.strictEqual((await stream.next()).value, 0);
    });
  },

  async dropping({ newest }) {
    const stream = newest(200);
    const items = await collected(stream);
    assert.strictEqual(items.length + stream.dropped, 200);
  },

  /* Messages go in, items come out. */
  async sessions({ chat }) {
    const session = chat();
    const talk = closing([session], async () => {
      for (let i = 0; i < 5; i++) {
        while (!session.post(line(i))) await session.drained();
        assert.deepStrictEqual((await session.next()).value, line(i));
      }
    });
    await all([session.result, talk]);
  },

  async messages({ log }) {
    const session = log();
    const posts = closing([session], async () => {
      for (let i = 0; i < 9; i++) assert.strictEqual(session.post(line(i)), true);
    });
    const [received] = await all([session.result, posts]);
    assert.strictEqual(received, 9);
  },
};
