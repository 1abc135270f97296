'use strict';

const assert = require('node:assert');
const { setTimeout: delay } = require('node:timers/promises');
const addon = require('./support/addon');
const uncaught = require('./support/uncaught');
const { canCollect, collectUntil } = require('./support/collect');

const messages = addon('messages');
const {
  collect, collect1, collect4, collectAll, collectBrief, echo, lists, mirror, sums, texts,
} = messages;

const CLOSED = { name: 'Error', code: 'ERR_OL_CLOSED' };
const WRONG_TYPE = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' };
const ABORT = { name: 'AbortError', code: 'ABORT_ERR' };
const count = (n) => Array.from({ length: n }, (_, i) => i);

async function until(truth) {
  while (!truth()) await delay(1);
}

async function postAll(session, values) {
  let refusals = 0;
  for (const value of values) {
    while (!session.post(value)) {
      refusals++;
      await session.drained();
    }
  }
  return refusals;
}

/* Whether the session is closed; else it has one message more. */
function refuses(session) {
  try {
    session.post(0);
    return false;
  } catch ({ code }) {
    assert.strictEqual(code, 'ERR_OL_CLOSED');
    return true;
  }
}

/* The first items of a stream, which is left with them. */
async function take(stream, n) {
  const items = [];
  if (n === 0) return items;
  for await (const item of stream) if (items.push(item) === n) break;
  return items;
}

describe('messages', () => {
  let start;
  const since = (name) => messages.counts()[name] - start[name];

  beforeEach(() => {
    messages.setGate(false);
    start = messages.counts();
  });

  // Whatever a test did: no job is left.
  afterEach(async () => {
    messages.setGate(true);
    await until(() => since('made') === since('destroyed'));
  });

  /* A session whose job waits, having been told nothing yet. */
  function gated(worker = collect, options = {}) {
    return worker({ gated: true, ...options });
  }

  describe('that are posted', () => {
    it('C41 C53 arrive in order, all of them, also before the loop turns', async () => {
      const session = collect();
      for (const i of count(256)) assert.strictEqual(session.post(i), true);
      await session.close();
      assert.deepStrictEqual(await session.result, {
        count: 256, emitted: 0, ordered: true, end: 'OL_ENDED',
      });
    });

    it('C41 C53 arrive in order, 100000 of them through a mailbox that is often full', async () => {
      const session = collect4();
      const refusals = await postAll(session, count(1e5));
      await session.close();
      const { count: got, ordered } = await session.result;
      assert.deepStrictEqual({ got, ordered }, { got: 1e5, ordered: true });
      assert.ok(refusals > 0);
    });

    it('wake the job that waits for them, each time', async () => {
      const stream = echo();
      for (const i of count(500)) {
        assert.strictEqual(stream.post(i), true);
        assert.deepStrictEqual(await stream.next(), { value: i, done: false });
      }
      await stream.close();
      assert.strictEqual((await stream.result).count, 500);
    });

    it('may be posted while items are read', async () => {
      const stream = echo();
      const posting = postAll(stream, count(5000));
      assert.deepStrictEqual(await take(stream, 5000), count(5000));
      await posting;
    });

    it('C58 are copies: what the caller does to them afterwards is not seen', async () => {
      const stream = sums();
      const bytes = new Uint8Array(1 << 16).fill(1);
      stream.post(bytes);
      bytes.fill(2);
      stream.post(bytes.subarray(0, 10));
      structuredClone(bytes, { transfer: [bytes.buffer] });
      assert.throws(() => stream.post(bytes), {
        code: 'ERR_INVALID_ARG_VALUE', message: /^The message of sums must be memory that is not detached/,
      });
      stream.post(Buffer.alloc(0));
      stream.post(new SharedArrayBuffer(8));
      assert.deepStrictEqual(await take(stream, 4), [65536, 20, 0, 0]);
    });
  });

  describe('are read as items are written', () => {
    const whole = {
      flag: true, small: -5, wide: 4294967295, big: -(2n ** 63n), half: 0.5, whole: Math.PI,
      mode: 'fine', size: 3, level: 9, text: 'grün\0 🚀', note: 'a note', secret: 'hush',
      bytes: Buffer.from('bytes'), numbers: Float64Array.of(1.5, NaN), words: BigUint64Array.of(7n),
      points: [{ x: 1, y: 2 }, { x: -0.5, y: Infinity }], names: ['', 'two', '3'],
      grid: [[], [1, 2], [-3]], at: { x: 3, y: 4 }, any: 'any', when: new Date(86400000), tag: 'tag',
    };

    it('with every type there is', async () => {
      const stream = mirror();
      stream.post(whole);
      assert.deepStrictEqual(await take(stream, 1), [whole]);
    });

    it('with values of any type, and what is absent', async () => {
      const { size, level, note, ...least } = whole;
      const stream = mirror();
      const values = [null, true, 1.5, -5n, 'text', Buffer.from('buffer')];
      for (const any of values) stream.post({ ...least, any });
      const absent = { size: undefined, level: 7, note: undefined };
      const expected = values.map((any) => ({ ...least, any, ...absent }));
      assert.ok(size && level && note);
      assert.deepStrictEqual(await take(stream, values.length), expected);
    });

    it('with bytes from none to megabytes', async () => {
      const stream = mirror();
      for (const n of [0, 1, 16383, 16384, 3 << 20]) {
        stream.post({ ...whole, bytes: Buffer.alloc(n, n & 255) });
        const { value } = await stream.next();
        assert.ok(value.bytes.length === n && value.bytes.every((byte) => byte === (n & 255)));
      }
      await stream.close();
    });

    it('as the bare value where there is one member', async () => {
      const stream = texts();
      stream.post('one ');
      stream.post('zwölf ');
      stream.post('');
      assert.deepStrictEqual(await take(stream, 3), ['one ', 'one zwölf ', 'one zwölf ']);
      const lengths = lists();
      lengths.post([]);
      lengths.post(count(1000).map(String));
      assert.deepStrictEqual(await take(lengths, 2), [0, 1000]);
    });

    it('and refused like arguments, with the worker and the path', async () => {
      const stream = mirror();
      const refused = (change, code, message) => {
        assert.throws(() => stream.post({ ...whole, ...change }), { code, message });
      };
      const TYPE = WRONG_TYPE.code;
      refused({ flag: 1 }, TYPE,
        'The "flag" message of mirror must be a boolean. Received type number (1)');
      refused({ small: 6 }, 'ERR_OUT_OF_RANGE',
        'The "small" message of mirror is out of range. It must be >= -5 and <= 5. Received 6');
      refused({ mode: 'no' }, 'ERR_INVALID_ARG_VALUE',
        /^The "mode" message of mirror must be one of 'fast', 'fine'/);
      refused({ text: undefined }, TYPE, /^The "text" message of mirror must be a string/);
      refused({ points: [{ x: 1, y: 2 }, { x: 1 }] }, TYPE,
        /^The "points\[1\]\.y" message of mirror/);
      refused({ at: null }, TYPE, /^The "at" message of mirror must be an object/);
      assert.throws(() => stream.post(), {
        ...WRONG_TYPE, message: /^The message of mirror must be an object. Received undefined/,
      });
      const bare = lists();
      assert.throws(() => bare.post(['a', 5]), { ...WRONG_TYPE, message: /^The "\[1\]" message of lists must be a string/ });
      await bare.close();
      stream.post(whole);
      assert.deepStrictEqual(await take(stream, 1), [whole], 'nothing of those was sent');
    });

    it('and an error begins where post was called', () => {
      const session = collect();
      try {
        session.post('1');
        assert.fail();
      } catch ({ stack }) {
        assert.match(stack.split('\n')[1], /messages\.test\.js/);
      }
      return session.close();
    });

    it('and what a getter throws is thrown', async () => {
      const stream = mirror();
      const mine = new Error('mine');
      const message = Object.defineProperty({ ...whole }, 'text', {
        get() {
          throw mine;
        },
      });
      assert.throws(() => stream.post(message), (error) => error === mine);
      await stream.close();
    });
  });

  describe('a full mailbox', () => {
    it('takes no message, says so, and loses none', async () => {
      const session = gated(collect4);
      const taken = count(7).map((i) => session.post(i));
      assert.deepStrictEqual(taken, [true, true, true, true, false, false, false]);
      const drained = session.drained();
      assert.strictEqual(await Promise.race([drained, delay(20, 'late')]), 'late');
      messages.setGate(true);
      assert.strictEqual(await drained, undefined);
      assert.strictEqual(session.post(4), true);
      await session.close();
      const { count: got, ordered } = await session.result;
      assert.deepStrictEqual({ got, ordered }, { got: 5, ordered: true });
    });

    for (const [worker, size] of [[collect1, 1], [collect4, 4], [collect, 256]]) {
      it(`has ${size} messages in it, of ${worker.name}`, async () => {
        const session = gated(worker);
        for (const i of count(size)) assert.strictEqual(session.post(i), true);
        assert.strictEqual(session.post(size), false);
        messages.setGate(true);
        await session.drained();
        await session.close();
        assert.strictEqual((await session.result).count, size);
      });
    }

    it('is none where the table has no limit', async () => {
      const session = gated(collectAll);
      for (const i of count(20000)) assert.strictEqual(session.post(i), true);
      messages.setGate(true);
      await session.close();
      const { count: got, ordered } = await session.result;
      assert.deepStrictEqual({ got, ordered }, { got: 20000, ordered: true });
    });

    it('does not look at what it does not take', async () => {
      const session = gated(collect1);
      let seen = 0;
      session.post(0);
      const looks = { get 0() { return seen++; } };
      assert.strictEqual(session.post(looks), false);
      assert.strictEqual(session.post('no number'), false);
      assert.strictEqual(seen, 0);
      await messages.setGate(true);
      await session.drained();
      assert.throws(() => session.post('no number'), WRONG_TYPE);
      await session.close();
    });

    it('lets all go on who wait for room, and those at once who find it', async () => {
      const session = gated(collect4);
      await session.drained();
      for (const i of count(4)) session.post(i);
      const waiting = Promise.all([session.drained(), session.drained(), session.drained()]);
      messages.setGate(true);
      await waiting;
      await session.drained();
      await session.close();
    });
  });

  describe('a message that runs code', () => {
    const running = (run) => ({
      get x() {
        run();
        return 1;
      },
      y: 0,
    });

    /* As the member `at` of a message of mirror(). */
    const at = (point) => ({
      flag: true, small: 0, wide: 0, big: 0n, half: 0, whole: 0, mode: 'fast', text: '', secret: '',
      bytes: Buffer.alloc(0), numbers: new Float64Array(0), words: new BigUint64Array(0),
      points: [], names: [], grid: [], at: point, any: null, when: new Date(0), tag: '',
    });

    it('which posts another comes behind that one', async () => {
      const stream = mirror();
      stream.post(at(running(() => stream.post(at({ x: 2, y: 0 })))));
      assert.deepStrictEqual((await take(stream, 2)).map((item) => item.at.x), [2, 1]);
    });

    it('which closes the session is not posted', async () => {
      const stream = mirror();
      let closing;
      assert.throws(() => stream.post(at(running(() => (closing = stream.close())))), CLOSED);
      await closing;
      assert.throws(() => stream.post(at({ x: 1, y: 1 })), CLOSED);
    });

    it('which aborts the job is not posted', async () => {
      const controller = new AbortController();
      const stream = mirror({ signal: controller.signal });
      assert.throws(() => stream.post(at(running(() => controller.abort()))), CLOSED);
      await assert.rejects(stream.result, ABORT);
    });

    it('which fills the mailbox is taken: its place is kept while it is read', async () => {
      const lengths = gated(lists);
      let filled = 0;
      const fill = () => {
        while (lengths.post([])) filled++;
        return 'last';
      };
      const elements = Object.defineProperty(['first'], 1, { get: fill, enumerable: true });
      assert.strictEqual(lengths.post(elements), true);
      assert.strictEqual(filled, 255);
      assert.strictEqual(lengths.post([]), false);
      messages.setGate(true);
      await take(lengths, 256);
    });
  });

  describe('and the end', () => {
    it('close() lets the job receive what was posted before, also one that was not begun', async () => {
      const session = gated();
      for (const i of count(100)) session.post(i);
      const closing = session.close();
      assert.throws(() => session.post(100), CLOSED);
      messages.setGate(true);
      assert.strictEqual(await closing, undefined);
      const { count: got, ordered, end } = await session.result;
      assert.deepStrictEqual({ got, ordered, end }, { got: 100, ordered: true, end: 'OL_ENDED' });
    });

    it('close() right behind the call never runs a job without messages', async () => {
      for (let i = 0; i < 50; i++) {
        const session = collect();
        await session.close();
        await session.close();
      }
      assert.strictEqual(since('entered'), since('left'));
    });

    it('Symbol.asyncDispose closes', async () => {
      const session = collect();
      session.post(0);
      await session[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]();
      assert.strictEqual((await session.result).count, 1);
    });

    it('ol_end lets the job receive what was posted before', async () => {
      const session = gated(collect, { endAt: 3 });
      for (const i of count(10)) session.post(i);
      messages.setGate(true);
      const { count: got, end } = await session.result;
      assert.deepStrictEqual({ got, end }, { got: 10, end: 'OL_ENDED' });
      assert.throws(() => session.post(10), CLOSED);
    });

    it('a signal throws away what was posted', async () => {
      const controller = new AbortController();
      const session = gated(collect, { signal: controller.signal });
      await session.started;
      for (const i of count(10)) session.post(i);
      controller.abort('enough');
      assert.throws(() => session.post(10), CLOSED);
      messages.setGate(true);
      await assert.rejects(session.result, { ...ABORT, cause: 'enough' });
      assert.strictEqual(since('received'), 0);
      assert.throws(() => session.post(10), (error) => error.cause.name === 'AbortError');
    });

    it('a signal that was aborted before, or is while a job waits', async () => {
      const session = collect({ signal: AbortSignal.abort() });
      assert.throws(() => session.post(0), CLOSED);
      await assert.rejects(session.result, ABORT);
      assert.strictEqual(since('entered'), 0);
      const controller = new AbortController();
      const waiting = collect({ signal: controller.signal });
      await waiting.started;
      controller.abort();
      await assert.rejects(waiting.result, ABORT);
    });

    it('a deadline counts from the call, and throws away what was posted', async () => {
      const session = gated(collectBrief);
      await until(() => refuses(session));
      messages.setGate(true);
      await assert.rejects(session.result, { name: 'TimeoutError', code: 'ERR_OL_TIMEOUT' });
      assert.strictEqual(since('received'), 0);
      await assert.rejects(collect({ timeout: 10 }).result, { code: 'ERR_OL_TIMEOUT' });
      await assert.rejects(collect({ timeout: 0 }).result, { code: 'ERR_OL_TIMEOUT' });
    });

    it('a time-out of ol_receive is the job’s to use', async () => {
      const session = collect({ waitMs: 5 });
      await assert.rejects(session.result, { code: 'ERR_OL_TIMEOUT' });
      assert.strictEqual(since('left'), 1);
    });

    it('a failure is told to who asks for the result, and to who posts as the cause', async () => {
      const session = gated(collect, { failAt: 2 });
      for (const i of count(5)) session.post(i);
      messages.setGate(true);
      await assert.rejects(session.result, { code: 'ERR_TALK', message: 'failed at 1' });
      assert.throws(() => session.post(0), (error) => {
        assert.strictEqual(error.message, 'collect takes no more messages: failed at 1');
        assert.strictEqual(error.cause.message, 'failed at 1');
        return error.code === 'ERR_OL_CLOSED';
      });
      await session.close();
    });

    it('rejects those who wait for room', async () => {
      const stops = {
        close: (session) => session.close(),
        abort: (session, controller) => controller.abort(),
      };
      for (const [name, stop] of Object.entries(stops)) {
        const controller = new AbortController();
        const session = gated(collect1, { signal: controller.signal });
        session.post(0);
        const drained = session.drained();
        stop(session, controller);
        await assert.rejects(drained, CLOSED, name);
        messages.setGate(true);
        await session.close();
        await assert.rejects(session.drained(), CLOSED, name);
        messages.setGate(false);
      }
    });

    it('comes to those who wait for room also when the job fails', async () => {
      const session = gated(collect4, { failAt: 1 });
      for (const i of count(4)) session.post(i);
      const drained = session.drained();
      messages.setGate(true);
      await drained.catch((error) => assert.strictEqual(error.code, 'ERR_OL_CLOSED'));
      await assert.rejects(session.result, { code: 'ERR_TALK' });
    });

    it('of an ignored session raises nothing', async () => {
      const rejections = await uncaught.rejections(async () => {
        collect({ failAt: 1 }).post(0);
        await until(() => since('made') === since('destroyed'));
      });
      assert.deepStrictEqual(rejections, []);
    });

    it('reaches a reader of items behind all of them', async () => {
      const stream = gated(echo, { failAt: 4 });
      for (const i of count(10)) stream.post(i);
      messages.setGate(true);
      const items = [];
      await assert.rejects(async () => {
        for await (const item of stream) items.push(item);
      }, { code: 'ERR_TALK' });
      assert.deepStrictEqual(items, [0, 1, 2]);
    });

    it('of a job whose items lie unread: no message is taken', async () => {
      const stream = echo({ endAt: 2 });
      stream.post(0);
      stream.post(1);
      await until(() => since('left') === 1);
      assert.throws(() => stream.post(2), CLOSED);
      await assert.rejects(stream.drained(), CLOSED);
      assert.strictEqual((await stream.next()).value, 0);
      await stream.close();
    });
  });

  describe('ol_receive', () => {
    it('says what is wrong, that there is nothing, and that it is the end', async () => {
      const session = messages.statuses();
      await session.started;
      session.post(1);
      assert.deepStrictEqual(await session.result, {
        noRecord: 'OL_INVALID', elsewhere: 'OL_INVALID', now: 'OL_TIMED_OUT', soon: 'OL_TIMED_OUT',
        first: 'OL_OK', noneLeft: 'OL_ENDED',
      });
    });

    it('is refused in a job without messages', async () => {
      assert.deepStrictEqual(await messages.deaf(), {
        noRecord: 'OL_INVALID', elsewhere: 'OL_INVALID', now: 'OL_INVALID', soon: 'OL_INVALID',
        first: 'OL_INVALID', noneLeft: 'OL_INVALID',
      });
    });

    it('is refused where execute has returned and the job is held', async () => {
      const session = messages.held();
      assert.strictEqual(session.post(1), true);
      await session.close();
      assert.strictEqual(await session.result, -5);
    });
  });

  describe('a call', () => {
    it('of a worker without items gives a session, which is no iterator and not thenable', async () => {
      const session = collect();
      assert.strictEqual(Object.prototype.toString.call(session), '[object Session]');
      assert.strictEqual(session.then, undefined);
      assert.strictEqual(session.next, undefined);
      assert.strictEqual(session[Symbol.asyncIterator], undefined);
      assert.deepStrictEqual(Object.keys(session), []);
      assert.strictEqual(session.ref(), session);
      assert.strictEqual(session.unref(), session);
      assert.strictEqual(collect.sync, undefined);
      await session.close();
    });

    it('of one with items gives a stream that has post', async () => {
      const stream = echo();
      assert.strictEqual(Object.prototype.toString.call(stream), '[object Stream]');
      assert.strictEqual(stream[Symbol.asyncIterator](), stream);
      const { post } = stream;
      assert.throws(() => post(1), { name: 'TypeError' });
      assert.throws(() => post.call({}, 1), { name: 'TypeError' });
      const items = messages.silent();
      assert.strictEqual(items.post, undefined);
      assert.throws(() => post.call(items, 1), {
        name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message: /a stream or session that takes messages/,
      });
      await assert.rejects(stream.drained.call(items), { name: 'TypeError' });
      await Promise.all([items.close(), stream.close()]);
    });

    it('starts the job at once', async () => {
      const stream = echo();
      const session = collect();
      await until(() => since('entered') === 2);
      await session.started;
      await stream.started;
      await Promise.all([stream.close(), session.close()]);
    });

    it('throws for wrong arguments, and nothing is left of it', () => {
      assert.throws(() => collect({ everyMs: 'x' }), WRONG_TYPE);
      assert.throws(() => collect({}, 1), { code: 'ERR_OL_EXTRA_ARGS' });
      assert.throws(() => collect({ signal: 1 }), WRONG_TYPE);
      assert.throws(() => echo(() => {}), { ...WRONG_TYPE, message: /"onEnd" argument of echo/ });
    });

    it('by ol_start gives a session, too', async () => {
      const session = messages.startCollect();
      const { result } = session;
      assert.strictEqual(session[Symbol.toStringTag], 'Session');
      for (let number = 0; number < 3; number++) assert.strictEqual(session.post(number), true);
      await session.close();
      assert.deepStrictEqual(await result, {
        count: 3, emitted: 0, ordered: true, end: 'OL_ENDED',
      });
    });

    it('with a signal that has aborted says so where it is posted to, at once', async () => {
      const reason = new Error('mine');
      const session = collect({ signal: AbortSignal.abort(reason) });
      assert.throws(() => session.post(0), (error) => {
        assert.strictEqual(error.cause.code, 'ABORT_ERR');
        assert.strictEqual(error.cause.cause, reason);
        return error.code === 'ERR_OL_CLOSED';
      });
      await assert.rejects(session.result, { code: 'ABORT_ERR' });
    });

    it('past 256 at once fails', async () => {
      const sessions = count(256).map(() => collect());
      const late = collect();
      assert.throws(() => late.post(0), (error) => {
        assert.strictEqual(error.cause.code, 'ERR_OL_BUSY');
        assert.strictEqual(error.message, `collect takes no more messages: ${error.cause.message}`);
        return error.code === 'ERR_OL_CLOSED';
      });
      await assert.rejects(late.result, { code: 'ERR_OL_BUSY' });
      assert.throws(() => late.post(0), (error) => error.cause.code === 'ERR_OL_BUSY');
      for (const session of sessions) session.post(0);
      await Promise.all(sessions.map((session) => session.close()));
      const results = await Promise.all(sessions.map(({ result }) => result));
      assert.ok(results.every((result) => result.count === 1));
    });
  });

  describe('callbacks', () => {
    it('onEnd is called once; the call gives the session', async () => {
      const ends = [];
      const session = await new Promise((resolve) => {
        const mine = collect((...args) => {
          ends.push(args);
          resolve(mine);
        });
        for (const i of count(3)) mine.post(i);
        mine.close();
      });
      assert.strictEqual(Object.prototype.toString.call(session), '[object Session]');
      assert.deepStrictEqual(ends, [[null, { count: 3, emitted: 0, ordered: true, end: 'OL_ENDED' }]]);
      assert.strictEqual((await session.result).count, 3);
    });

    it('onItem may post and close', async () => {
      const items = [];
      const error = await new Promise((resolve) => {
        const session = echo((item) => {
          items.push(item);
          if (item === 99) session.close();
          else session.post(item + 1);
        }, resolve);
        session.post(0);
      });
      assert.strictEqual(error, null);
      assert.deepStrictEqual(items, count(100));
    });

    it('get a failure, which the result has too and which raises nothing', async () => {
      const rejections = await uncaught.rejections(async () => {
        let result;
        const error = await new Promise((resolve) => {
          const session = echo({ failAt: 1 }, () => {}, resolve);
          ({ result } = session);
          session.post(0);
        });
        assert.strictEqual(error.code, 'ERR_TALK');
        await delay(5);
        await assert.rejects(result, { code: 'ERR_TALK' });
      });
      assert.deepStrictEqual(rejections, []);
    });

    it('are called though nobody has the session any more', async function () {
      if (!canCollect) this.skip();
      let over = false;
      (() => {
        const session = collect({ waitMs: 100 }, () => (over = true));
        session.post(0);
      })();
      await collectUntil(() => over);
      assert.strictEqual(since('received'), 1);
    });
  });

  describe('a serial handle', () => {
    it('is for others while its session waits for a message', async () => {
      const store = await messages.openStore();
      const session = store.session();
      for (let i = 0; i < 20; i++) {
        session.post(10);
        await store.run();
      }
      await session.close();
      assert.strictEqual(await session.result, 220);
      assert.strictEqual(since('met'), 0);
      await store.close();
    });

    it('that is closed ends its sessions', async () => {
      const store = await messages.openStore();
      const session = store.session();
      session.post(1);
      await store.close();
      assert.throws(() => session.post(1), CLOSED);
      await assert.rejects(session.result, CLOSED);
    });

    it('a session that is closed while it waits for its turn gets what was posted', async () => {
      const store = await messages.openStore();
      const runs = count(5).map(() => store.run());
      const session = store.session();
      session.post(100);
      await session.close();
      assert.strictEqual(await session.result, 105);
      assert.deepStrictEqual(await Promise.all(runs), [1, 2, 3, 4, 5]);
      await store.close();
    });
  });

  describe('collection', () => {
    before(function () {
      if (!canCollect) this.skip();
    });

    it('closes a session that nobody has, and what was posted is received', async () => {
      (() => {
        const session = collect();
        for (const i of count(50)) session.post(i);
      })();
      await collectUntil(() => since('left') === 1);
      assert.strictEqual(since('received'), 50);
    });

    it('closes a stream that nobody has', async () => {
      await (async () => {
        const stream = echo();
        stream.post(0);
        await stream.next();
      })();
      await collectUntil(() => since('left') === 1);
    });

    it('leaves a session alone while somebody waits for its result or for room', async () => {
      let over = false;
      const { result } = collect({ waitMs: 100 });
      const drained = (() => {
        const session = gated(collect1);
        session.post(0);
        return session.drained();
      })();
      Promise.allSettled([result]).then(() => (over = true));
      await collectUntil(() => over);
      assert.strictEqual(since('left'), 1);
      messages.setGate(true);
      await drained;
      await collectUntil(() => since('left') === 2);
    });
  });
});
