'use strict';

const assert = require('node:assert');
const { promisify } = require('node:util');
const addon = require('./support/addon');

const { twice } = addon('calls');
const { ask } = addon('asks');
const types = addon('types');
const { bigs, range } = addon('streams');
const { make, rejectWith } = addon('complete');
const { openBase } = addon('exclusive');
const { collect1 } = addon('messages');

/* For each line of a stack, from the top, the function of this file that it names, if it does. */
function callers(error) {
  const ours = /at (?:async )?(\w+) \(.*stacks\.test\.js/;
  return error.stack.split('\n').slice(1).map((line) => ours.exec(line)?.[1]);
}

const mine = (error) => callers(error).filter((name) => name !== undefined);

function inLayer(error) {
  return error.stack.split('\n').filter((line) => /layer[/\\]\w+\.js/.test(line));
}

const PAST_WHOLE = 2n ** 53n + 1n;
const BAD_TIMEOUT = { timeout: -1 };

describe('stacks', () => {
  describe('of a failed job, in the error of whoever awaits it', () => {
    const failing = {
      'a failure': () => twice(-1),
      'an abort': () => twice(1, { signal: AbortSignal.abort() }),
      'a deadline': () => twice(1, { timeout: 0 }),
      'a result that JavaScript cannot hold': () => types.rawSigned(PAST_WHOLE),
      'a result that C left broken': () => types.brokenText(),
    };
    for (const [what, call] of Object.entries(failing)) {
      it(`${what} has the frames of all async callers`, async function () {
        if (process.versions.bun) this.skip();
        async function innerCaller() {
          await call();
        }
        async function outerCaller() {
          await innerCaller();
        }
        const error = await outerCaller().catch((reason) => reason);
        assert.deepStrictEqual(mine(error).slice(0, 2), ['innerCaller', 'outerCaller']);
        assert.deepStrictEqual(inLayer(error), []);
      });

      it(`${what} begins with its name and message`, async () => {
        const error = await call().catch((reason) => reason);
        assert.ok(error.stack.startsWith(`${error.name}: ${error.message}`), error.stack);
      });
    }

    const awaited = {
      'the results of a map': async () => {
        for await (const number of twice.map([1, -1, 2])) void number;
      },
      'the results of a map that a signal stops': async () => {
        for await (const number of twice.map([1], { signal: AbortSignal.abort() })) void number;
      },
      'what a function of exclusive awaits': async () => {
        const base = await openBase();
        try {
          await base.exclusive(async () => { await twice(-1); });
        } finally {
          await base.close();
        }
      },
      'room for a message': async () => {
        const session = collect1();
        session.close();
        await session.drained();
      },
      'the result of a stream that fails, of which a reader hears, too': async () => {
        const stream = range(1, { timeout: 0 });
        const { result } = stream;
        stream.next().catch(() => {});
        await result;
      },
      'a function whose answer is wrong': () => ask(() => 5, ''),
      'an item that JavaScript cannot hold': async () => {
        for await (const item of bigs(3)) void item;
      },
      'a batch with such an item, once those before it are read': async () => {
        for await (const batch of bigs(3).batches()) void batch;
      },
      'the result of a stream with such an item, of which a reader hears, too': async () => {
        const stream = bigs(3);
        const { result } = stream;
        for (let i = 0; i < 3; i++) stream.next().catch(() => {});
        await result;
      },
    };
    for (const [what, wait] of Object.entries(awaited)) {
      it(`${what}: the error has the frames of all async callers`, async function () {
        if (process.versions.bun) this.skip();
        async function innerCaller() {
          await wait();
        }
        async function outerCaller() {
          await innerCaller();
        }
        const error = await outerCaller().then(assert.fail, (reason) => reason);
        const names = mine(error);
        assert.deepStrictEqual(names.slice(names.indexOf('innerCaller')),
          ['innerCaller', 'outerCaller'], error.stack);
        assert.ok(!inLayer(error).includes(error.stack.split('\n')[1]), error.stack);
      });
    }

    it('.sync: the caller comes first', () => {
      for (const call of [() => twice.sync(-1), () => types.rawSigned.sync(PAST_WHOLE)]) {
        function syncCaller() {
          call();
        }
        assert.throws(syncCaller, (error) => {
          assert.strictEqual(mine(error)[0], 'syncCaller', error.stack);
          assert.deepStrictEqual(inLayer(error), []);
          return true;
        });
      }
    });

    it('a callback\'s error names no file of offloop', async () => {
      const calls = [
        (callback) => twice(-1, callback),
        (callback) => types.rawSigned(PAST_WHOLE, callback),
        (callback) => bigs(3, () => {}, callback),
      ];
      for (const call of calls) {
        const error = await new Promise((resolve) => call(resolve));
        assert.ok(error instanceof Error);
        assert.deepStrictEqual(inLayer(error), []);
      }
    });

    it('util.promisify: neither', async () => {
      const error = await promisify(twice)(-1).catch((reason) => reason);
      assert.deepStrictEqual(inLayer(error), []);
    });
  });

  describe('of wrong arguments: the caller comes first, and no frame of offloop', () => {
    const wrong = {
      'an argument': ['2'],
      'one too many': [1, {}, 3],
      'an option of offloop': [1, BAD_TIMEOUT],
      'a signal': [1, { signal: 5 }],
      'options': [1, 5],
    };
    for (const [what, args] of Object.entries(wrong)) {
      const forms = {
        promise: async function caller() {
          await twice(...args);
        },
        callback: async function caller() {
          twice(...args, () => {});
        },
        sync: async function caller() {
          twice.sync(...args);
        },
      };
      for (const [form, caller] of Object.entries(forms)) {
        it(`${what}, ${form}`, async () => {
          const error = await caller().then(assert.fail, (reason) => reason);
          assert.strictEqual(callers(error)[0], 'caller', error.stack);
          assert.deepStrictEqual(inLayer(error), []);
        });
      }
    }

    it('a call within a getter of another call\'s options blames the getter', async () => {
      const options = {
        get offset() {
          return twice.sync('2');
        },
      };
      const { scale } = addon('calls');
      const error = await scale(1, 2, options).catch((reason) => reason);
      assert.match(error.stack.split('\n')[1], /offset/);
    });
  });

  describe('of what is called on something else, or not for users: the caller comes first', () => {
    const { createPool, pools } = addon('exclusive')[Symbol.for('offloop')];
    const { Base } = addon('exclusive');
    const { single = Object.values(pools)[0] } = pools;
    const stream = Object.getPrototypeOf(range(0));
    const batches = Object.getPrototypeOf(range(0).batches());
    const results = Object.getPrototypeOf(twice.map([]));
    const pool = Object.getPrototypeOf(single);
    const mail = Object.getPrototypeOf(ended());
    const other = {};

    function ended() {
      const session = collect1();
      session.close();
      return session;
    }

    async function inExclusive(use) {
      const base = await openBase();
      try {
        await base.exclusive(use);
      } finally {
        await base.close();
      }
    }

    async function nest(handle, depth) {
      if (depth > 0) await handle.exclusive((inner) => nest(inner, depth - 1));
    }

    const refused = {
      'next of a stream': () => stream.next.call(other),
      'return of a stream': () => stream.return.call(other),
      'throw of a stream': () => stream.throw.call(other),
      'close of a stream': () => stream.close.call(other),
      'ref of a stream': () => stream.ref.call(other),
      'unref of a stream': () => stream.unref.call(other),
      'batches of a stream': () => stream.batches.call(other),
      'result of a stream': () => stream.result,
      'started of a stream': () => stream.started,
      'dropped of a stream': () => stream.dropped,
      'next of batches': () => batches.next.call(other),
      'next of results': () => results.next.call(other),
      'return of results': () => results.return.call(other),
      'throw of results': () => results.throw.call(other),
      'post of a session': () => mail.post.call(other, ''),
      'drained of a session': () => mail.drained.call(other),
      'close of a handle': () => Base.prototype.close.call(other),
      'closed of a handle': () => Base.prototype.closed,
      'exclusive of a handle': () => Base.prototype.exclusive.call(other, () => {}),
      'the constructor of a handle': () => new Base(),
      'name of a pool': () => pool.name,
      'full of a pool': () => pool.full,
      'stats of a pool': () => pool.stats.call(other),
      'drained of a pool': () => pool.drained.call(other),
      'close of a pool': () => pool.close.call(other),
      'destroy of a pool': () => pool.destroy.call(other),
      'addEventListener of a pool': () => pool.addEventListener.call(other, 'drain', () => {}),
      'the constructor of a pool': () => new single.constructor(),
      'close of a shared pool': () => single.close(),
      'destroy of a shared pool': () => single.destroy(),
      'percentile': () => single.stats().took.percentile(101),
      'createPool': () => createPool(5),
      'close of what exclusive gave': () => inExclusive(async (inner) => { await inner.close(); }),
      'exclusive, nested too deep': () => inExclusive((inner) => nest(inner, 70)),
    };
    for (const [what, refuse] of Object.entries(refused)) {
      it(what, async () => {
        const error = await (async () => refuse())().then(assert.fail, (reason) => reason);
        assert.match(error.stack.split('\n')[1], /stacks\.test\.js/, error.stack);
      });
    }
  });

  describe('of what is not offloop\'s stay as they are', () => {
    it('an error that a getter throws', async () => {
      const error = new Error('mine');
      const { stack } = error;
      const thrown = await twice(1, { get timeout() { throw error; } }).catch((reason) => reason);
      assert.strictEqual(thrown, error);
      assert.strictEqual(error.stack, stack);
    });

    it('an error that a getter kept from an earlier call', async () => {
      const error = await twice('2').catch((reason) => reason);
      const { stack } = error;
      const again = await twice(1, { get timeout() { throw error; } }).catch((reason) => reason);
      assert.strictEqual(again, error);
      assert.strictEqual(error.stack, stack);
    });

    it('an error that complete throws or returns', async () => {
      const thrown = await rejectWith('error').catch((reason) => reason);
      assert.ok(thrown.stack.startsWith('RangeError: error'));
      assert.ok((await make('error', { text: 'value' })).stack.startsWith('Error: value'));
    });
  });
});
