'use strict';

/* What an object of an addon looks like where it is printed. */

const assert = require('node:assert');
const { inspect } = require('node:util');
const addon = require('./support/addon');

const { range, rangeAll, counts } = addon('streams');
const { collect, echo } = addon('messages');
const { twice } = addon('calls');
const { openBase } = addon('exclusive');
const { createPool } = addon('calls')[Symbol.for('offloop')];

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function until(truth) {
  while (!truth()) await turn();
}

describe('util.inspect', () => {
  it('shows the state of a stream, from the call to the end, and what is unread', async () => {
    const { left } = counts();
    const stream = rangeAll(20);
    assert.strictEqual(inspect(stream), "Stream(rangeAll) { state: 'not begun', unread: 0 }");
    await stream.next();
    await until(() => counts().left > left && inspect(stream).includes('over'));
    assert.strictEqual(inspect(stream), "Stream(rangeAll) { state: 'over', unread: 19 }");
    assert.strictEqual(inspect(stream.batches()),
      "StreamBatches(rangeAll) { state: 'over', unread: 19 }");
    const closing = stream.close();
    assert.strictEqual(inspect(stream), "Stream(rangeAll) { state: 'closing', unread: 0 }");
    await closing;
    assert.strictEqual(inspect(stream), "Stream(rangeAll) { state: 'ended', unread: 0 }");
    const failed = range(1, { failAt: 0 });
    const reading = assert.rejects(failed.next());
    assert.match(inspect(failed), /state: '(running|failed)'/);
    await reading;
    assert.strictEqual(inspect(failed), "Stream(range) { state: 'failed', unread: 0 }");
  });

  it('shows how many messages a session has waiting', async () => {
    const session = collect({ waitMs: 20 });
    session.post(1);
    assert.match(inspect(session), /^Session\(collect\) \{ state: 'running', queued: [01] \}$/);
    await session.close();
    assert.strictEqual(inspect(session), "Session(collect) { state: 'ended', queued: 0 }");
    const talk = echo();
    assert.strictEqual(inspect(talk), "Stream(echo) { state: 'running', unread: 0, queued: 0 }");
    await talk.close();
  });

  it('shows how far a map is', async () => {
    const results = twice.map([1, 2]);
    const name = 'Results(twice.map)';
    assert.strictEqual(inspect(results), `${name} { state: 'not begun', running: 0, unread: 0 }`);
    assert.deepStrictEqual(await results.next(), { value: 2, done: false });
    await until(() => inspect(results).includes('running: 0'));
    assert.match(inspect(results), /running: 0, unread: 1 \}$/);
    await results.return();
    assert.strictEqual(inspect(results), `${name} { state: 'ended', running: 0, unread: 0 }`);
  });

  it('shows a handle under the name of its class, and whether it is closed', async () => {
    const base = await openBase();
    base.mine = 1;
    assert.strictEqual(inspect(base), 'Base { closed: false, mine: 1 }');
    await base.close();
    assert.strictEqual(inspect(base), 'Base { closed: true, mine: 1 }');
  });

  it('shows what a pool does, and leaves its utilisation alone', async () => {
    const pool = createPool({ name: 'mine', threads: 2 });
    const idle = 'Pool(mine) { threads: 0, queued: 0, running: 0, closed: false }';
    assert.strictEqual(inspect(pool), idle);
    await pool.close();
    assert.match(inspect(pool), /^Pool\(mine\) \{ .*closed: true \}$/);
  });

  it('shows the name alone of what is too deep, and of what is none of these', () => {
    const stream = range(1);
    assert.strictEqual(inspect({ stream }, { depth: 0 }), '{ stream: [Stream(range)] }');
    assert.strictEqual(inspect(Object.getPrototypeOf(stream)), '[Stream]');
    assert.strictEqual(inspect(Object.create(stream)), '[Stream]');
    return stream.close();
  });
});

describe('what an iterator gives is a plain object', () => {
  const iterators = {
    'a stream': () => range(1),
    'batches()': () => range(1).batches(),
    'a map': () => twice.map([1]),
  };
  for (const [what, make] of Object.entries(iterators)) {
    it(`by ${what}`, async () => {
      const end = { value: undefined, done: true };
      const iterator = make();
      const first = await iterator.next();
      assert.deepStrictEqual(first, { value: first.value, done: false });
      assert.match(inspect(first), /^\{ value: .*, done: false \}$/);
      assert.deepStrictEqual(await iterator.next(), end);
      assert.deepStrictEqual(await iterator.next(), end);
      assert.deepStrictEqual(await make().return(7), { value: 7, done: true });
      const waiting = make();
      const [, next] = [waiting.next(), waiting.next()];
      assert.deepStrictEqual(await next, end);
    });
  }
});
