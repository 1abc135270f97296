'use strict';

const assert = require('node:assert');
const { Readable } = require('node:stream');
const { setTimeout: delay } = require('node:timers/promises');
const addon = require('./support/addon');
const beforeDeadline = require('./support/deadline');
const uncaught = require('./support/uncaught');
const { canCollect, collectUntil } = require('./support/collect');

const streams = addon('streams');
const {
  chunks, newest, oldest, range, range1, range8, rangeAll, rangeBrief, rangeBytes, rows,
} = streams;

const ABORT = { name: 'AbortError', code: 'ABORT_ERR' };
const LATE = { name: 'TimeoutError', code: 'ERR_OL_TIMEOUT' };
const count = (n) => Array.from({ length: n }, (_, i) => i);
const turn = () => new Promise((resolve) => setImmediate(resolve));

async function until(truth) {
  while (!truth()) await delay(1);
}

async function all(stream) {
  const items = [];
  for await (const item of stream) items.push(item);
  return items;
}

/* Waits until a number that the C side counts has not moved for a while; gives it. */
async function still(name) {
  let earlier;
  do {
    earlier = streams.counts()[name];
    await delay(20);
  } while (streams.counts()[name] !== earlier);
  return earlier;
}

describe('streams', () => {
  let start;
  const since = (name) => streams.counts()[name] - start[name];

  beforeEach(() => {
    start = streams.counts();
  });

  // Whatever a test did: no job is left.
  afterEach(() => until(() => since('made') === since('destroyed')));

  describe('items', () => {
    it('C16 C20 arrive in order, all before the end and the result', async () => {
      const stream = range(1000);
      assert.deepStrictEqual(await all(stream), count(1000));
      assert.deepStrictEqual(await stream.result, { count: 1000, refusals: 0 });
    });

    it('C16 arrive while the job still runs', async () => {
      const stream = range(-1, { everyMs: 1 });
      for (const expected of [0, 1, 2]) {
        assert.deepStrictEqual(await stream.next(), { value: expected, done: false });
      }
      assert.strictEqual(since('left'), 0);
      await stream.close();
    });

    it('C18 are records made into JavaScript values on the loop, whatever becomes of the C memory', async () => {
      let i = 0;
      for await (const row of rows(40)) {
        assert.deepStrictEqual(Object.keys(row), ['id', 'name', 'data', 'points']);
        assert.strictEqual(row.id, i);
        assert.strictEqual(row.name, `row${i % 10}`);
        assert.ok(row.points.length === 2 && row.points[0] === i && row.points[1] === -i);
        assert.ok(row.data.length === 20000 && row.data.every((byte) => byte === (row.id & 255)));
        i++;
      }
      assert.strictEqual(i, 40);
    });

    it('that were refused by ol_try_emit may be sent again, with the buffer that they adopted', async () => {
      const stream = rows(100, { tryOnly: true });
      let i = 0;
      for await (const row of stream) {
        assert.ok(row.data.length === 20000 && row.data.every((byte) => byte === (i & 255)));
        i++;
      }
      assert.strictEqual(i, 100);
      assert.ok(since('freed') <= 100);
    });

    it('of a failed job arrive before its failure', async () => {
      const got = [];
      await assert.rejects(async () => {
        for await (const item of range(10, { failAt: 5 })) got.push(item);
      }, { code: 'ERR_RANGE', message: 'failed at 5' });
      assert.deepStrictEqual(got, count(5));
    });

    it('of a job that ends itself arrive before its end', async () => {
      const stream = range(10, { endAt: 5 });
      assert.deepStrictEqual(await all(stream), count(5));
      assert.deepStrictEqual(await stream.result, { count: 5, refusals: 0 });
    });

    it('come as arrays from batches(), of few at first and then more', async () => {
      const batches = await all(range(5000).batches());
      assert.deepStrictEqual(batches.flat(), count(5000));
      const lengths = batches.map(({ length }) => length);
      assert.ok(lengths[0] <= 16 && Math.min(...lengths) > 0, `${lengths}`);
      assert.ok(Math.max(...lengths) > 8 && Math.max(...lengths) <= 128, `${lengths}`);
    });

    it('that JavaScript cannot hold break the stream, after those before them', async () => {
      const got = [];
      const stream = streams.bigs(10);
      await assert.rejects(async () => {
        for await (const item of stream) got.push(item);
      }, { name: 'RangeError', code: 'ERR_OUT_OF_RANGE', message: /^The "\w+" item of bigs is out of range/ });
      assert.deepStrictEqual(got, [0, 1]);
    });

    it('come from none to a million without keeping timers waiting', async () => {
      assert.deepStrictEqual(await all(range(0)), []);
      let [n, then, most] = [0, 0, 0];
      const tick = () => {
        most = Math.max(most, n - then);
        then = n;
      };
      const timer = setInterval(tick, 2);
      for await (const item of range(1e6)) n += item === n;
      clearInterval(timer);
      tick();
      assert.strictEqual(n, 1e6);
      assert.ok(most < 1e5, `${most} items between two ticks`);
    });

    it('are OL_INVALID where a job has none to send, and where none is given', async () => {
      const invalid = { emit: 'OL_INVALID', tryEmit: 'OL_INVALID' };
      assert.deepStrictEqual(await streams.unsent(), invalid);
      assert.deepStrictEqual(streams.unsent.sync(), invalid);
      assert.deepStrictEqual(await streams.unsentSession().result, invalid);
      const stream = streams.noItem();
      assert.deepStrictEqual(await all(stream), []);
      assert.deepStrictEqual(await stream.result, invalid);
    });
  });

  describe('a call', () => {
    it('gives an object that is a stream, an async iterator, and not thenable', async () => {
      const stream = range(1);
      assert.strictEqual(Object.prototype.toString.call(stream), '[object Stream]');
      assert.strictEqual(stream.then, undefined);
      assert.strictEqual(await stream, stream);
      assert.strictEqual(stream[Symbol.asyncIterator](), stream);
      assert.deepStrictEqual(Object.keys(stream), []);
      await stream.close();
    });

    it('throws for wrong arguments, and nothing is left of it', () => {
      assert.throws(() => range('1'), { code: 'ERR_INVALID_ARG_TYPE', message: /^The "n" argument of range must be/ });
      assert.throws(() => range(1, { signal: 1 }), { code: 'ERR_INVALID_ARG_TYPE' });
      assert.throws(() => range(1, { timeout: -1 }), { code: 'ERR_OUT_OF_RANGE' });
      assert.throws(() => range(1, {}, 2), { code: 'ERR_OL_EXTRA_ARGS' });
      assert.throws(() => range(1, () => {}), { code: 'ERR_INVALID_ARG_TYPE', message: /"onEnd" argument of range/ });
      assert.throws(() => range(() => {}, () => {}), { code: 'ERR_INVALID_ARG_TYPE', message: /"n" argument/ });
    });

    it('starts nothing until it is read', async () => {
      const stream = range(5);
      await delay(20);
      assert.strictEqual(since('entered'), 0);
      const first = stream.next();
      await until(() => since('entered') === 1);
      assert.strictEqual((await first).value, 0);
      await stream.close();
      assert.strictEqual(range.sync, undefined);
    });

    it('that is never read is closed without having run', async () => {
      const stream = range(5);
      assert.strictEqual(await stream.close(), undefined);
      assert.strictEqual(since('entered'), 0);
      assert.deepStrictEqual(await stream.next(), { value: undefined, done: true });
    });

    it('has methods that refuse another `this`', async () => {
      const stream = range(1);
      const { next, close, ref } = Object.getPrototypeOf(stream);
      await stream.close();
      const refused = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' };
      await assert.rejects(next.call({}), {
        ...refused,
        message: 'The object that a method is called on must be a stream or session of offloop. ' +
          'Received an instance of Object',
      });
      await assert.rejects(close.call(undefined), refused);
      assert.throws(() => ref.call({}), refused);
      assert.throws(() => Object.getPrototypeOf(stream).result, refused);
    });
  });

  describe('a slow reader', () => {
    for (const [worker, limit] of [[range1, 1], [range8, 8], [range, 256], [rangeBytes, 10]]) {
      it(`C21 is never more than ${limit} items behind ${worker.name}`, async () => {
        let read = 0;
        for await (const item of worker(3 * limit + 5)) {
          assert.strictEqual(item, read);
          if (read % limit === 0) await still('emitted');
          assert.ok(since('emitted') - read <= limit, `${since('emitted')} emitted, ${read} read`);
          read++;
        }
        assert.strictEqual(read, 3 * limit + 5);
      });
    }

    it('C21 without a limit is as far behind as the job likes', async () => {
      const stream = rangeAll(20000);
      await stream.next();
      await until(() => since('emitted') === 20000);
      assert.deepStrictEqual(await all(stream), count(20000).slice(1));
    });

    it('does not keep ol_try_emit waiting: it is told to come again', async () => {
      const stream = range8(1000, { tryOnly: true });
      const first = await stream.next();
      await until(() => since('left') === 1);
      const rest = await all(stream);
      const { count: sent, refusals } = await stream.result;
      assert.strictEqual(first.value, 0);
      assert.strictEqual(1 + rest.length, sent);
      assert.strictEqual(sent + refusals, 1000);
    });

    it('loses the oldest items where the table says so, and they are counted', async () => {
      const stream = newest(1000);
      const first = await stream.next();
      await until(() => since('left') === 1);
      const rest = await all(stream);
      const got = [first.value, ...rest];
      assert.strictEqual(got.at(-1), 999);
      assert.ok(got.length < 200);
      assert.deepStrictEqual(got, [...got].sort((a, b) => a - b));
      assert.strictEqual(stream.dropped, 1000 - got.length);
    });

    it('loses the newest items where the table says so, and they are counted', async () => {
      const stream = oldest(1000);
      assert.strictEqual(stream.dropped, 0);
      const first = await stream.next();
      await until(() => since('left') === 1);
      const earlier = stream.dropped;
      const got = [first.value, ...await all(stream)];
      assert.ok(earlier > 0 && got.length < 200);
      assert.deepStrictEqual(got.slice(0, 8), count(8));
      assert.strictEqual(stream.dropped, 1000 - got.length);
    });
  });

  describe('the reader that leaves', () => {
    const CANNOT_WAIT = 2000;

    async function promptly(work) {
      const began = performance.now();
      await work;
      assert.ok(performance.now() - began < CANNOT_WAIT);
      assert.strictEqual(since('left'), 1);
    }

    it('by break stops the job, which waits to emit', async () => {
      const stream = range8(-1);
      for await (const item of stream) if (item === 20) break;
      assert.strictEqual(since('left'), 1);
      assert.strictEqual(streams.counts().lastStatus, -8);
      assert.deepStrictEqual(await stream.next(), { value: undefined, done: true });
      assert.ok((await stream.result).count > 20);
    });

    it('by a throw in its loop stops the job, and the throw is what it gets', async () => {
      await assert.rejects(async () => {
        for await (const item of range8(-1)) if (item === 3) throw new Error('mine');
      }, { message: 'mine' });
      assert.strictEqual(since('left'), 1);
    });

    it('by return() gets its value once the C has stopped', async () => {
      const stream = range8(-1, { everyMs: 1 });
      await stream.next();
      const waiting = stream.next().then(() => stream.next()).then(() => stream.next());
      assert.deepStrictEqual(await stream.return(7), { value: 7, done: true });
      assert.strictEqual(since('left'), 1);
      await waiting;
      assert.deepStrictEqual(await stream.return(8), { value: 8, done: true });
    });

    it('by throw() gets its error back once the C has stopped', async () => {
      const stream = range8(-1);
      await stream.next();
      await promptly(assert.rejects(stream.throw(new Error('back')), { message: 'back' }));
      await assert.rejects(stream.throw(new Error('again')), { message: 'again' });
    });

    it('by close() and Symbol.asyncDispose, twice, in any state', async () => {
      const stream = range8(-1);
      await stream.next();
      const [one, two] = [stream.close(), stream.close()];
      assert.deepStrictEqual(await Promise.all([one, two]), [undefined, undefined]);
      assert.strictEqual(since('left'), 1);
      await stream.close();
      const symbol = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');
      await range8(-1)[symbol]();
    });

    it('by a signal gets an AbortError with its reason, and no item that was queued', async () => {
      const controller = new AbortController();
      const got = [];
      await assert.rejects(async () => {
        for await (const item of range8(-1, { signal: controller.signal })) {
          got.push(item);
          if (item === 3) {
            await still('emitted');
            controller.abort('enough');
            await until(() => since('left') === 1);
            await turn();
          }
        }
      }, { ...ABORT, cause: 'enough' });
      assert.deepStrictEqual(got, count(4));
    });

    it('by a signal that was aborted before never starts the job', async () => {
      const stream = range(5, { signal: AbortSignal.abort() });
      await assert.rejects(stream.next(), ABORT);
      assert.strictEqual(since('entered'), 0);
      const controller = new AbortController();
      const unread = range(5, { signal: controller.signal });
      controller.abort();
      await assert.rejects(unread.next(), ABORT);
      assert.strictEqual(since('entered'), 0);
    });

    it('by a deadline gets what was emitted, and then a TimeoutError', async () => {
      assert.ok(await beforeDeadline(async (timeout) => {
        const { left, emitted } = streams.counts();
        const got = [];
        await assert.rejects(async () => {
          for await (const item of range8(-1, { timeout })) {
            got.push(item);
            if (item === 3) await until(() => streams.counts().left > left);
          }
        }, LATE);
        assert.deepStrictEqual(got, count(streams.counts().emitted - emitted));
        return got.length >= 8;
      }));
      await assert.rejects(all(rangeBrief(-1)), LATE);
    });

    it('has a deadline that counts from the first read', async () => {
      assert.ok(await beforeDeadline(async (timeout) => {
        const stream = range(1, { timeout });
        await delay(timeout + 20);
        const items = await all(stream).catch(({ code }) => code);
        return items !== LATE.code && assert.deepStrictEqual(items, [0]) === undefined;
      }));
    });

    it('without a word is collected, and its job stops', async function () {
      if (!canCollect) this.skip();
      await (async () => (await range8(-1).next()).value)();
      await collectUntil(() => since('left') === 1);
      range8(-1);
      await collectUntil(() => since('made') === since('destroyed'));
      assert.strictEqual(since('entered'), 1);
    });

    it('is not collected while it waits for an item or for the next batch', async function () {
      if (!canCollect) this.skip();
      const last = range(1, { everyMs: 60 }).next();
      const { result } = range(0, { everyMs: 1 });
      const reading = (async () => all(range(5, { everyMs: 20 })))();
      const batches = (async () => (await all(range(5, { everyMs: 20 }).batches())).flat())();
      let over = false;
      Promise.all([reading, batches]).finally(() => (over = true));
      await collectUntil(() => over);
      assert.deepStrictEqual(await reading, count(5));
      assert.deepStrictEqual(await batches, count(5));
      assert.strictEqual((await last).value, 0);
      assert.strictEqual((await result).count, 0);
    });
  });

  describe('several readers', () => {
    it('share the items, each goes to one, in the order of asking', async () => {
      const stream = range(6, { everyMs: 1 });
      const results = await Promise.all(count(8).map(() => stream.next()));
      const values = results.map(({ value }) => value);
      assert.deepStrictEqual(values, [0, 1, 2, 3, 4, 5, undefined, undefined]);
      assert.deepStrictEqual(results.map(({ done }) => done), count(8).map((i) => i > 5));
    });

    it('all end when one of them leaves', async () => {
      const stream = range(-1, { everyMs: 1 });
      const other = all(stream);
      for await (const item of stream) if (item > 5) break;
      const items = await other;
      assert.ok(items.length > 0);
    });

    it('hear of a failure once; then it is the end', async () => {
      const stream = range(0, { failAt: 0 });
      const empty = range(1, { failAt: 0 });
      const outcomes = await Promise.allSettled([empty.next(), empty.next(), empty.next()]);
      assert.deepStrictEqual(outcomes.map(({ status }) => status), ['rejected', 'fulfilled', 'fulfilled']);
      assert.deepStrictEqual(await empty.next(), { value: undefined, done: true });
      assert.deepStrictEqual(await all(stream), []);
    });
  });

  describe('result and started', () => {
    it('start the job when they are asked for', async () => {
      assert.deepStrictEqual(await range(0).result, { count: 0, refusals: 0 });
      const stream = range(3, { startedAt: 1, everyMs: 1 });
      assert.strictEqual(await stream.started, undefined);
      assert.deepStrictEqual(await all(stream), count(3));
      assert.strictEqual(stream.dropped, 0);
    });

    it('C20 the result comes behind the last item, also where the job was over before it was read', async () => {
      for (const read of [(stream) => stream, (stream) => stream.batches()]) {
        const left = since('left');
        let seen = 0;
        const stream = range(5, { everyMs: 20 });
        const result = stream.result.then(() => seen);
        const reader = (async () => {
          for await (const items of read(stream)) seen += items.length ?? 1;
        })();
        for (let i = 0; i < 3; i++) await turn();
        while (since('left') === left) continue; // the loop does not turn
        const home = performance.now() + 20; // and execute is to have returned
        while (performance.now() < home) continue;
        assert.strictEqual(await result, 5);
        await reader;
      }
      const stream = range(2);
      const reads = [stream.next(), stream.next()];
      const result = stream.result;
      assert.deepStrictEqual((await Promise.all(reads)).map(({ value }) => value), [0, 1]);
      assert.deepStrictEqual(await result, { count: 2, refusals: 0 }, 'nobody asks any more');
    });

    it('started settles before the job is over, and with its end where the C never says so', async () => {
      const stream = range(-1, { startedAt: 0, everyMs: 5 });
      await stream.started;
      assert.strictEqual(since('left'), 0);
      await stream.close();
      assert.strictEqual(await range(0).started, undefined);
      await assert.rejects(range(1, { failAt: 0 }).started, { code: 'ERR_RANGE' });
    });

    it('started settles with the first item where the C never says so, and takes none', async () => {
      for (const options of [{}, { timeout: 1e6 }, { signal: new AbortController().signal }]) {
        const stream = range8(-1, options);
        assert.strictEqual(await stream.started, undefined);
        assert.strictEqual((await stream.next()).value, 0);
        await stream.close();
      }
    });

    it('started settles where the job is over and its items lie unread', async () => {
      const ended = range(3);
      assert.strictEqual(await ended.started, undefined);
      assert.deepStrictEqual(await all(ended), [0, 1, 2]);

      assert.ok(await beforeDeadline(async (timeout) => {
        const { left } = streams.counts();
        const late = range(-1, { timeout });
        const started = await late.started.then(() => true, () => false);
        if (!started) return false;
        await until(() => streams.counts().left > left);
        assert.strictEqual(await late.started, undefined);
        await assert.rejects(all(late), LATE);
        return true;
      }));

      const controller = new AbortController();
      const aborted = range(-1, { signal: controller.signal });
      assert.strictEqual(await aborted.started, undefined);
      controller.abort();
      await assert.rejects(aborted.result, ABORT);
      assert.strictEqual(await aborted.started, undefined);
    });

    it('started rejects with the timeout or the abort that comes before any item', async () => {
      await assert.rejects(range(-1, { everyMs: 1e6, timeout: 10 }).started, LATE);
      const controller = new AbortController();
      const entered = since('entered'); // the one before may have been too late for that
      const aborted = range(-1, { everyMs: 1e6, signal: controller.signal }).started;
      await until(() => since('entered') > entered);
      controller.abort();
      await assert.rejects(aborted, ABORT);
      await assert.rejects(range(1, { signal: AbortSignal.abort() }).started, ABORT);
    });

    it('give the same promise each time, also after the end', async () => {
      const stream = range(2);
      const promise = stream.result;
      assert.strictEqual(stream.result, promise);
      await until(() => since('left') === 1);
      assert.strictEqual(await Promise.race([promise, delay(20)]), undefined, 'items are unread');
      assert.deepStrictEqual(await all(stream), [0, 1]);
      assert.strictEqual(stream.result, promise);
      assert.deepStrictEqual(await promise, { count: 2, refusals: 0 });
      const late = range(2);
      await all(late);
      assert.deepStrictEqual(await late.result, { count: 2, refusals: 0 });
    });

    it('that are ignored raise nothing when a reader was told', async () => {
      const rejections = await uncaught.rejections(async () => {
        const stream = range(1, { failAt: 0 });
        const { result, started } = stream;
        await assert.rejects(stream.next(), { code: 'ERR_RANGE' });
        await turn();
        assert.ok(result instanceof Promise && started instanceof Promise);
        await assert.rejects(result, { code: 'ERR_RANGE' });
      });
      assert.deepStrictEqual(rejections, []);
    });
  });

  describe('callbacks', () => {
    function called(worker, ...args) {
      return new Promise((resolve) => {
        const items = [];
        const given = worker(...args, (item) => items.push(item), (error, result) => {
          resolve({ items, error, result });
        });
        assert.strictEqual(given, undefined);
      });
    }

    it('C22 get the items one by one, and then the end: the call returns at once', async () => {
      const { items, error, result } = await called(range, 1000);
      assert.deepStrictEqual(items, count(1000));
      assert.strictEqual(error, null);
      assert.deepStrictEqual(result, { count: 1000, refusals: 0 });
    });

    it('get a failure behind the items', async () => {
      const { items, error, result } = await called(range, 10, { failAt: 4 });
      assert.deepStrictEqual(items, count(4));
      assert.strictEqual(error.code, 'ERR_RANGE');
      assert.strictEqual(result, undefined);
    });

    it('are stopped by a signal, and get no item after it', async () => {
      const controller = new AbortController();
      const items = [];
      const error = await new Promise((resolve) => {
        range(-1, { signal: controller.signal }, (item) => {
          items.push(item);
          if (item === 20) controller.abort();
        }, resolve);
      });
      assert.strictEqual(error.code, 'ABORT_ERR');
      assert.deepStrictEqual(items, count(21));
    });

    it('may throw: that is an uncaughtException, and the others are called', async () => {
      const items = [];
      const errors = await uncaught(() => new Promise((resolve) => {
        range(20, (item) => {
          items.push(item);
          if (item % 10 === 3) throw new Error(`item ${item}`);
        }, () => {
          resolve();
          throw new Error('end');
        });
      }));
      assert.deepStrictEqual(items, count(20));
      assert.deepStrictEqual(errors.map(({ message }) => message), ['item 3', 'item 13', 'end']);
    });

    it('are held to the limit, too, and let timers fire while they are slow', async () => {
      let ticks = 0;
      const timer = setInterval(() => ticks++, 5);
      await new Promise((resolve) => {
        range8(100, () => {
          const end = performance.now() + 2;
          while (performance.now() < end) continue;
        }, resolve);
      });
      clearInterval(timer);
      assert.ok(ticks >= 5, `${ticks} ticks`);
    });
  });

  describe('AsyncLocalStorage', () => {
    it('is that of the caller in a loop and in callbacks', async function () {
      const { AsyncLocalStorage } = require('node:async_hooks');
      const storage = new AsyncLocalStorage();
      const seen = new Set();
      await Promise.all(['a', 'b'].map((name) => storage.run(name, async () => {
        for await (const item of range(20, { everyMs: 1 })) {
          seen.add(`${name} ${storage.getStore()} ${item < 20}`);
        }
        await new Promise((resolve) => {
          range(20, () => seen.add(`${name} ${storage.getStore()} item`), () => {
            seen.add(`${name} ${storage.getStore()} end`);
            resolve();
          });
        });
      })));
      assert.deepStrictEqual([...seen].sort(), [
        'a a end', 'a a item', 'a a true', 'b b end', 'b b item', 'b b true',
      ]);
    });
  });

  describe('Readable.from', () => {
    it('gives a Node stream of the items, with its own limit', async () => {
      const readable = Readable.from(range8(100));
      assert.deepStrictEqual(await all(readable), count(100));
      assert.strictEqual(readable.destroyed, true);
    });

    it('gives bytes where the item is one buffer', async () => {
      const bytes = Buffer.concat(await all(Readable.from(chunks(30), { objectMode: false })));
      assert.strictEqual(bytes.length, 3000);
      assert.ok(bytes.every((byte, i) => byte === 97 + Math.floor(i / 100) % 26));
    });

    it('stops the job when it is destroyed', async () => {
      const readable = Readable.from(range8(-1));
      for await (const item of readable) if (item === 5) break;
      await until(() => since('left') === 1);
    });
  });

  describe('threads', () => {
    it('200 streams that nobody reads on harm nobody else', async () => {
      const idle = await Promise.all(count(200).map(async () => {
        const stream = range8(-1);
        await stream.next();
        return stream;
      }));
      assert.strictEqual(since('left'), 0);
      assert.deepStrictEqual(await all(range(100)), count(100));
      const { nap } = addon('waits');
      await Promise.all(count(8).map(() => nap(1)));
      await Promise.all(idle.map((stream) => stream.close()));
      assert.strictEqual(since('left'), 201);
    });

    it('past 256 there is an error, and place again when some have ended', async () => {
      const busy = count(256).map(() => range8(-1));
      await Promise.all(busy.map((stream) => stream.next()));
      await assert.rejects(range(1).next(), { code: 'ERR_OL_BUSY', message: /^range has no thread: 256 jobs/ });
      await assert.rejects(streams.laterOwn(1), { code: 'ERR_OL_BUSY' });
      await busy.pop().close();
      assert.deepStrictEqual(await all(range(2)), [0, 1]);
      await Promise.all(busy.map((stream) => stream.close()));
    });
  });
});
