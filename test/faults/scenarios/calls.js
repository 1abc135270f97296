'use strict';

const assert = require('node:assert');
const { all, called, count, rejects } = require('../steps');

const record = {
  text: 'words', data: Buffer.from([1, 2, 3]), numbers: Float64Array.of(1, 2), value: 'any',
  pairs: [{ id: 1, name: 'one' }, { id: 2, name: 'two' }], date: new Date(0), word: 'short',
  whole: 7n,
};

module.exports = {
  /* Each worker that has a state of its own, and each pool. */
  async promises({ addAlone, addFew, addNode, addOwn, addStrict }) {
    for (const add of [addAlone, addFew, addNode, addOwn, addStrict]) {
      assert.deepStrictEqual(await all([add(1, 2), add(3, 4)]), [3, 7]);
    }
  },

  async callbacks({ add, addAlone, echo }) {
    const answers = [called(addAlone, 1, 2), called(add, 3, 4), called(echo, record)];
    assert.deepStrictEqual(await all(answers), [3, 7, record]);
  },

  /* Calls of numbers cross many at a time. */
  async numeric({ add, addNode }) {
    const calls = [...count(40).map((i) => add(i, 1)), ...count(40).map((i) => addNode(i, 1))];
    const sums = count(40).map((i) => i + 1);
    assert.deepStrictEqual(await all(calls), [...sums, ...sums]);
    await rejects(add(NaN, 1), { code: 'ERR_NAN' });
  },

  /* 300 calls in flight: what is kept by id grows. */
  async many({ addAlone, wait }) {
    const controller = new AbortController();
    const waiting = count(300).map(() => wait({ signal: controller.signal }).catch((e) => e));
    setTimeout(() => controller.abort(), 5);
    for (const error of await all(waiting)) {
      if (error.code !== 'ABORT_ERR') throw error;
    }
    assert.strictEqual(await addAlone(1, 2), 3);
  },

  async sync({ add, addAlone, echo, make, fail }) {
    assert.strictEqual(add.sync(1, 2), 3);
    assert.strictEqual(addAlone.sync(1, 2), 3);
    assert.deepStrictEqual(echo.sync(record), record);
    assert.strictEqual(make.sync(10).text, '10 and 0');
    await rejects((async () => fail.sync())(), { code: 'ERR_MINE' });
  },

  async records({ echo }) {
    assert.deepStrictEqual(await echo(record), record);
    await rejects(echo({ ...record, word: 5 }), { code: 'ERR_INVALID_ARG_TYPE' });
  },

  async buffers({ make }) {
    const { made, adopted, text } = await make(100, { pinned: Buffer.from('abc') });
    assert.deepStrictEqual([made.length, adopted.length, text], [100, 100, '100 and 3']);
  },

  async failures({ fail, failSystem }) {
    await rejects(fail(), { code: 'ERR_MINE', port: 80, message: 'no answer from there' });
    await rejects(failSystem(), { code: 'ENOENT', syscall: 'open', path: 'nowhere' });
  },

  async stops({ wait }) {
    const controller = new AbortController();
    const aborted = wait({ signal: controller.signal });
    const late = wait({ timeout: 1 });
    setTimeout(() => controller.abort(), 1);
    await all([
      rejects(aborted, { code: 'ABORT_ERR' }),
      rejects(late, { code: 'ERR_OL_TIMEOUT' }),
    ]);
  },

  async progress({ work, workEvery }) {
    const latest = [], every = [];
    await all([
      work(9, { onProgress: (done) => latest.push(done) }),
      workEvery(9, { onProgress: (done) => every.push(done) }),
    ]);
    assert.strictEqual(latest.at(-1), 10);
    assert.deepStrictEqual(every, [...count(9).map((i) => i + 1), 10]);
  },

  async questions({ ask }) {
    assert.strictEqual(await ask((round) => round, 3), 3);
    assert.strictEqual(await ask(async (round, text) => round + text.length, 3), 27);
    const thrown = new Error('mine');
    await rejects(ask(() => { throw thrown; }, 3), { message: 'mine' });
  },

  async loops({ sum }) {
    assert.strictEqual(await sum(20000), 199990000);
  },

  async holds({ later }) {
    assert.deepStrictEqual(await all([later(), later()]), [42, 42]);
  },

  async starts({ start }) {
    assert.strictEqual(await start(1, 2), 3);
  },

  async maps({ add, echo }) {
    const pairs = count(9).map((i) => [i, 1]);
    const sums = [];
    for await (const value of add.map(pairs, { concurrency: 3 })) sums.push(value);
    assert.deepStrictEqual(sums, count(9).map((i) => i + 1));
    const later = (async function* () { yield record; })();
    for await (const value of echo.map(later)) assert.deepStrictEqual(value, record);
  },
};
