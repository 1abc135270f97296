'use strict';

const assert = require('node:assert');
const dc = require('node:diagnostics_channel');
const addon = require('./support/addon');
const called = require('./support/called');
const { runChild } = require('./support/child');

const { twice } = addon('calls');
const { block } = addon('waits');
const { range } = addon('streams');
const { ask } = addon('doors');
const { openBase } = addon('exclusive');
const { createPool } = addon('calls')[Symbol.for('offloop')];

/* Without it the layer cannot reach the modules of Node. */
const can = process.getBuiltinModule !== undefined;

const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];

/* What is told of the jobs that [body] starts: [event, worker, pool, ...], in order. */
async function told(body) {
  const heard = [];
  const listeners = EVENTS.map((event) => {
    const name = `tracing:offloop.job:${event}`;
    const listen = (message) => heard.push({ event, message, seen: { ...message } });
    dc.subscribe(name, listen);
    return () => dc.unsubscribe(name, listen);
  });
  try {
    await body();
  } finally {
    for (const leave of listeners) leave();
  }
  return heard;
}

const names = (heard) => heard.map(({ event }) => event);

(can ? describe : describe.skip)('channels of diagnostics_channel', () => {
  it('tell of a call that succeeds, with one object for all events', async () => {
    const heard = await told(() => twice(4));
    assert.deepStrictEqual(names(heard), ['start', 'end', 'asyncStart', 'asyncEnd']);
    const [{ message }] = heard;
    assert.ok(heard.every((one) => one.message === message));
    const { id, ...rest } = message;
    assert.ok(id > 0);
    assert.deepStrictEqual(rest, { worker: 'twice', pool: 'offloop', result: 8 });
    assert.deepStrictEqual(heard.map(({ seen }) => [seen.id, seen.result]),
      [[undefined, undefined], [id, undefined], [id, 8], [id, 8]]);
  });

  it('tell of the pool that a call has chosen', async () => {
    const pool = createPool({ name: 'chosen' });
    const [{ message }] = await told(() => twice(4, { pool }));
    assert.strictEqual(message.pool, 'chosen');
    await pool.close();
  });

  it('tell of a failure, by promise and callback, before who waits is told', async () => {
    for (const call of [() => twice(-1).catch(() => {}), () => called(twice, -1)]) {
      const heard = await told(call);
      assert.deepStrictEqual(names(heard), ['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
      const { error } = heard[2].seen;
      assert.deepStrictEqual([error.code, error.message], ['ERR_NEGATIVE', '-1 is negative']);
    }
  });

  it('tell of a call that is refused', async () => {
    const heard = await told(() => assert.rejects(twice('x')));
    assert.deepStrictEqual(names(heard), ['start', 'error', 'end']);
    assert.strictEqual(heard[1].seen.error.code, 'ERR_INVALID_ARG_TYPE');
  });

  it('give the very error of a refused call, and one like it of a job that failed', async () => {
    const errors = [];
    for (const call of [() => twice('x'), () => twice(-1)]) {
      let caught;
      const heard = await told(() => call().catch((error) => (caught = error)));
      const { error } = heard.find(({ event }) => event === 'error').seen;
      errors.push({ same: error === caught, like: error.message === caught.message });
    }
    assert.deepStrictEqual(errors, [{ same: true, like: true }, { same: false, like: true }]);
  });

  it('give the very value that a function of JavaScript has thrown', async () => {
    const mine = new Error('mine');
    let caught;
    const fn = () => {
      throw mine;
    };
    const heard = await told(() => ask({ fn }).catch((error) => (caught = error)));
    const { error } = heard.find(({ event }) => event === 'error').seen;
    assert.ok(error === mine && caught === mine);
  });

  it('tell of jobs that are aborted, and of streams', async () => {
    const aborted = await told(() =>
      assert.rejects(block({ signal: AbortSignal.timeout(5) }), { name: 'AbortError' }));
    assert.strictEqual(aborted.find(({ event }) => event === 'error').seen.error.code, 'ABORT_ERR');
    const heard = await told(async () => {
      for await (const item of range(3)) assert.ok(item < 3);
    });
    assert.deepStrictEqual(names(heard), ['start', 'end', 'asyncStart', 'asyncEnd']);
    assert.strictEqual(heard[0].message.pool, 'own');
  });

  it('tell of a stream at its call, and of exclusive without a pool', async () => {
    const base = await openBase();
    let stream;
    const called = await told(() => (stream = range(3)));
    assert.deepStrictEqual(names(called), ['start', 'end']);
    await stream.close();
    const [{ message }] = await told(() => base.exclusive(() => 1));
    assert.deepStrictEqual([message.worker, message.pool], ['exclusive', undefined]);
    await base.close();
  });

  it('tell nothing of a call by .sync', async () => {
    assert.deepStrictEqual(await told(() => assert.strictEqual(twice.sync(2), 4)), []);
    assert.deepStrictEqual(await told(() => assert.throws(() => twice.sync(-1))), []);
  });

  it('tell of both ends of a job in its own events, though many run', async () => {
    const numbers = Array.from({ length: 100 }, (_, i) => i);
    const heard = await told(() => Promise.all(numbers.map((i) => twice(i))));
    assert.strictEqual(heard.length, 400);
    const results = heard.filter(({ event }) => event === 'asyncEnd').map(({ seen }) => seen.result);
    assert.deepStrictEqual(results.sort((a, b) => a - b), numbers.map((i) => 2 * i));
  });

  it('tell nothing once nobody listens, and of jobs from before nothing either', async () => {
    const running = twice(1);
    assert.deepStrictEqual(await told(() => running), []);
    assert.strictEqual(await twice(2), 4);
  });
});

(can ? describe : describe.skip)('NODE_DEBUG=offloop', () => {
  const lines = async (debug) => {
    const { code, stdout, stderr } = await runChild('traced.js', [], { env: { NODE_DEBUG: debug } });
    assert.strictEqual(code, 0, stderr);
    assert.strictEqual(stdout, 'done\n');
    return stderr.split('\n').filter((line) => line !== '');
  };

  it('says on the standard error what is called, settled, made and closed', async () => {
    const said = (await lines('offloop')).map((line) => line.replace(/^OFFLOOP \d+: /, ''));
    assert.deepStrictEqual(said, [
      'make pool mine',
      'call twice, job 1, on mine', 'settle twice, job 1: good',
      'call twice, job 1, on offloop', 'settle twice, job 1: -1 is negative',
      'close pool mine',
    ]);
  });

  it('is silent for others', async () => {
    assert.deepStrictEqual(await lines('other'), []);
    assert.deepStrictEqual(await lines(''), []);
  });
});
