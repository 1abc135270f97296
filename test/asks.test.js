'use strict';

const assert = require('node:assert');
const { AsyncLocalStorage } = require('node:async_hooks');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const addon = require('./support/addon');
const { runChild } = require('./support/child');
const { canCollect, collectUntil, gc } = require('./support/collect');
const uncaught = require('./support/uncaught');

const asks = addon('asks');
const { ask, askResult, answers, counts, everything, openLedger, retry, sum, tell } = asks;

const CLOSED = { code: 'ERR_OL_CLOSED' };
const LATE = { name: 'TimeoutError', code: 'ERR_OL_TIMEOUT' };
const ABORT = { name: 'AbortError', code: 'ABORT_ERR' };
const never = () => new Promise(() => {});

async function until(truth) {
  while (!truth()) await delay(1);
}

/* What a promise was rejected with, whatever it is, in a box. */
const reason = (promise) =>
  promise.then(() => assert.fail('it was not rejected'), (value) => ({ value }));

describe('a job that asks JavaScript', () => {
  let start;
  const since = (name) => counts.sync()[name] - start[name];

  beforeEach(() => {
    start = counts.sync();
  });

  // Whatever a test did: no job is left.
  afterEach(() => until(() => since('made') === since('destroyed')));

  describe('is answered', () => {
    it('by what the function returns', async () => {
      assert.strictEqual(await ask((question) => `${question}!`, 'why'), 'why!');
    });

    it('by what its promise is resolved with', async () => {
      assert.strictEqual(await ask(async (question) => `${question}?`, 'why'), 'why?');
      assert.strictEqual(await ask((question) => delay(5, question), 'later'), 'later');
    });

    it('by anything that has a then', async () => {
      const thenable = { then: (resolve) => resolve('then') };
      assert.strictEqual(await ask(() => thenable, ''), 'then');
      const callable = Object.assign(() => {}, thenable);
      assert.strictEqual(await ask(() => callable, ''), 'then');
      const nested = { then: (resolve) => resolve(Promise.resolve(thenable)) };
      assert.strictEqual(await ask(() => nested, ''), 'then');
    });

    it('by the first answer of a thenable that gives several', async () => {
      const eager = {
        then(resolve, reject) {
          resolve('first');
          resolve('second');
          reject(new Error('third'));
          throw new Error('fourth');
        },
      };
      assert.strictEqual(await ask(() => eager, ''), 'first');
    });

    it('as often as it asks, in its order', async () => {
      const asked = [];
      const total = await sum((i) => {
        asked.push(i);
        return i % 2 ? i : Promise.resolve(i);
      }, 100);
      assert.strictEqual(total, 4950);
      assert.deepStrictEqual(asked, Array.from({ length: 100 }, (_, i) => i));
    });

    it('while 200 others ask, 100 times each', async () => {
      let calls = 0;
      const fn = (i) => {
        calls++;
        return calls % 3 ? i : Promise.resolve(i);
      };
      const sums = await Promise.all(Array.from({ length: 200 }, () => sum(fn, 100)));
      assert.deepStrictEqual(sums, new Array(200).fill(4950));
      assert.strictEqual(calls, 20000);
    });

    it('by a function that asks in its turn', async () => {
      const deep = (question) =>
        question.length === 30 ? question : ask(deep, `${question}.`);
      assert.strictEqual(await ask(deep, ''), '.'.repeat(30));
    });

    it('by a function whose job is the 257th: that one fails, and nothing hangs', async () => {
      let depth = 0;
      const deeper = async () => {
        depth++;
        return ask(deeper, '');
      };
      await assert.rejects(ask(deeper, ''), { code: 'ERR_OL_BUSY' });
      assert.strictEqual(depth, 256);
    });

    it('after the loop was blocked', async () => {
      const job = ask((question) => question, 'patient');
      await Promise.resolve();
      for (const end = Date.now() + 50; Date.now() < end;) continue;
      assert.strictEqual(await job, 'patient');
    });

    it('in the callback forms too', async () => {
      const first = await new Promise((resolve) => {
        ask((q) => `${q}!`, 'a', {}, (...results) => resolve(results));
      });
      assert.deepStrictEqual(first, [null, 'a!']);
      const second = await new Promise((resolve) => {
        askResult((q) => `${q}!`, 'b', (...results) => resolve(results));
      });
      assert.deepStrictEqual(second, ['b!']);
    });

    it('while timers go on', async () => {
      let ticks = 0;
      const timer = setInterval(() => ticks++, 1);
      const busy = Promise.all(Array.from({ length: 50 }, () => sum((i) => i, 1000)));
      let open = true;
      busy.then(() => (open = false));
      const before = ticks;
      await until(() => ticks > before + 3 || !open);
      await busy;
      clearInterval(timer);
      assert.ok(ticks > 3, `${ticks} ticks`);
    });
  });

  describe('calls the function', () => {
    it('without a this, with the arguments and no more', async () => {
      let seen;
      await ask(function (...args) {
        seen = { self: this, args };
        return '';
      }, 'only');
      assert.deepStrictEqual(seen, { self: undefined, args: ['only'] });
    });

    it('where its worker was called, as AsyncLocalStorage sees it', async () => {
      const storage = new AsyncLocalStorage();
      const seen = [];
      const store = { name: 'caller' };
      const fn = async (i) => {
        seen.push(storage.getStore());
        await delay(1);
        seen.push(storage.getStore());
        return i;
      };
      const job = storage.run(store, () => sum(fn, 2));
      await storage.run({ name: 'other' }, () => job);
      assert.strictEqual(seen.length, 4);
      assert.ok(seen.every((found) => found === store));
    });

    it('also the then of what it gives, there', async () => {
      const storage = new AsyncLocalStorage();
      const store = {};
      const then = (resolve) => resolve(storage.getStore() === store ? 'there' : 'elsewhere');
      assert.strictEqual(await storage.run(store, () => ask(() => ({ then }), '')), 'there');
    });

    it('without arguments and answer', async () => {
      const calls = [];
      const fn = (...args) => {
        calls.push(args);
        return Symbol('ignored');
      };
      assert.strictEqual(await tell({ fn }), 'OL_OK');
      assert.deepStrictEqual(calls, [[]]);
    });

    it('also when it stands in a record or a list', async () => {
      const { hooks } = asks;
      const list = [(n) => n * 3, async (n) => n + 4];
      assert.strictEqual(await hooks({ before: (n) => n + 1, list }, 1), 10);
      const after = (n) => -n;
      assert.strictEqual(await hooks({ before: (n) => n, after, list: [] }, 5), -5);
      await assert.rejects(hooks({ before: (n) => n, list: [() => 1, () => 'x'] }, 1), {
        name: 'TypeError',
        code: 'ERR_INVALID_ARG_TYPE',
        message: 'The "hooks.list[1]" answer of hooks must be a number. Received type string (\'x\')',
      });
    });

    it('though prototypes were changed', async () => {
      const { code, stderr, stdout } = await runChild('asks.child.js', ['patched']);
      assert.deepStrictEqual({ code, stderr, stdout }, { code: 3, stderr: '', stdout: '' });
    });
  });

  describe('has arguments and answers', () => {
    const EXPECTED = {
      flag: true, small: -8, big: 2n ** 64n - 1n, real: 0.1, text: 'h\u00e9llo', absent: undefined,
      reals: new Float64Array([0.5, -0.5]), points: [{ x: 1, y: 2 }, { x: 3, y: 4 }], value: 'any',
      date: new Date(86400000), point: { x: 5, y: 6 }, chars: 'chars', mode: 'fine',
    };

    /* Gives back all that it is called with, as an object. */
    function echo(...args) {
      const [flag, small, big, real, text, absent, bytes, reals, points, value] = args;
      const [date, point, chars, mode] = args.slice(10);
      return {
        flag, small, big, real, text, absent, bytes, reals, points, value, date, point, chars, mode,
      };
    }

    for (const size of [0, 100, 100000]) {
      it(`of every type that records have, with a Buffer of ${size} bytes`, async () => {
        const { bytes, kept, def, limited, ...rest } = await everything(echo, size);
        assert.deepStrictEqual(rest, EXPECTED);
        assert.deepStrictEqual({ kept, def, limited }, { kept: true, def: 'none', limited: 5 });
        assert.ok(bytes.length === size && bytes.every((byte) => byte === 7));
      });
    }

    it('whose members may be absent', async () => {
      const fn = (...args) => ({ ...echo(...args), absent: 'here', def: 'other', limited: 9 });
      const { absent, def, limited } = await everything(fn, 0);
      assert.deepStrictEqual({ absent, def, limited }, { absent: 'here', def: 'other', limited: 9 });
    });

    it('whose Buffers the function may keep and change', async () => {
      let bytes;
      const { kept } = await everything((...args) => {
        bytes = args[6].fill(1);
        return echo(...args);
      }, 100000);
      assert.strictEqual(kept, true);
      assert.ok(bytes.every((byte) => byte === 1));
    });

    it('that point into the answer before', async () => {
      const text = await asks.grow((question) => question + question, 'ab');
      assert.strictEqual(text, 'ab'.repeat(512));
    });

    const wrong = [
      ['a type that is wrong', { small: '5' }, 'ERR_INVALID_ARG_TYPE',
        'The "fn.small" answer of everything must be a number. Received type string (\'5\')'],
      ['a number out of the type', { small: 128 }, 'ERR_OUT_OF_RANGE',
        'The "fn.small" answer of everything is out of range. It must be >= -128 and <= 127. Received 128'],
      ['a number out of its bounds', { limited: 10 }, 'ERR_OUT_OF_RANGE',
        'The "fn.limited" answer of everything is out of range. It must be >= 1 and <= 9. Received 10'],
      ['an element of a list', { points: [{ x: 1, y: 2 }, { x: 1 }] }, 'ERR_INVALID_ARG_TYPE',
        'The "fn.points[1].y" answer of everything must be a number. Received undefined'],
      ['a string that is none of those', { mode: 'slow' }, 'ERR_INVALID_ARG_VALUE',
        'The "fn.mode" answer of everything must be one of \'fast\', \'fine\'. Received \'slow\''],
      ['what may not be absent', { text: undefined }, 'ERR_INVALID_ARG_TYPE',
        'The "fn.text" answer of everything must be a string. Received undefined'],
    ];

    for (const [title, change, code, message] of wrong) {
      it(`and fails for ${title}`, async () => {
        const fn = (...args) => ({ ...echo(...args), ...change });
        await assert.rejects(everything(fn, 0), { code, message });
      });
    }

    it('and fails for an answer that is no object, where there are several', async () => {
      await assert.rejects(everything(() => 5, 0), {
        code: 'ERR_INVALID_ARG_TYPE',
        message: 'The "fn" answer of everything must be an object. Received type number (5)',
      });
    });

    it('and fails for a promise of what is wrong', async () => {
      await assert.rejects(ask(async () => 5, ''), {
        name: 'TypeError',
        code: 'ERR_INVALID_ARG_TYPE',
        message: 'The "fn" answer of ask must be a string. Received type number (5)',
      });
    });

    it('and fails with what a getter of the answer throws', async () => {
      const error = new Error('from the getter');
      const fn = (...args) => ({
        ...echo(...args),
        get real() {
          throw error;
        },
      });
      assert.strictEqual((await reason(everything(fn, 0))).value, error);
    });

    it('and fails for an argument that JavaScript cannot have', async () => {
      let called = false;
      await assert.rejects(asks.tooBig(() => (called = true), 0), {
        name: 'RangeError', code: 'ERR_OUT_OF_RANGE', message: /^The "fn\.id" argument of tooBig/,
      });
      assert.strictEqual(called, false);
    });
  });

  describe('fails with what the function throws', () => {
    const values = {
      'an Error': new Error('thrown'), 'a string': 'text', undefined, null: null, 'a number': 0,
      'a symbol': Symbol('s'), 'an object': { code: 'ERR_MINE' }, 'a function': () => {},
    };

    for (const [title, value] of Object.entries(values)) {
      it(`${title}, by itself`, async () => {
        const { value: found } = await reason(ask(() => {
          throw value;
        }, ''));
        assert.strictEqual(found, value);
        assert.strictEqual(counts.sync().status, 'OL_FAILED');
      });

      it(`${title}, as a rejection`, async () => {
        assert.strictEqual((await reason(ask(() => Promise.reject(value), ''))).value, value);
      });
    }

    it('from a then that throws, and from the getter of then', async () => {
      const error = new Error('from then');
      const throws = () => {
        throw error;
      };
      assert.strictEqual((await reason(ask(() => ({ then: throws }), ''))).value, error);
      const getter = Object.defineProperty({}, 'then', { get: throws });
      assert.strictEqual((await reason(ask(() => getter, ''))).value, error);
    });

    it('also when execute goes on: it asks no more, and no other failure counts', async () => {
      let calls = 0;
      const error = new Error('the first');
      const fn = () => {
        calls++;
        throw error;
      };
      assert.strictEqual((await reason(asks.twice({ fn }))).value, error);
      assert.strictEqual(calls, 1);
    });

    it('unless complete has something else to say', async () => {
      const fn = () => {
        throw new Error('complete knows');
      };
      assert.strictEqual(await asks.thenTell({ fn }), 'OL_FAILED');
    });

    it('in the callback form', async () => {
      const error = new Error('to the callback');
      const args = await new Promise((resolve) => {
        ask(() => Promise.reject(error), '', (...results) => resolve(results));
      });
      assert.deepStrictEqual(args, [error]);
      assert.strictEqual(args[0], error);
    });

    it('as an uncaughtException where the callback takes only results', async () => {
      const error = new Error('nobody takes it');
      const thrown = await uncaught(async () => {
        askResult(() => Promise.reject(error), '', () => assert.fail('there is no result'));
        await until(() => since('destroyed') === 1);
      });
      assert.deepStrictEqual(thrown, [error]);
    });

    it('and the failure of one job is not that of the next with its id', async () => {
      for (let i = 0; i < 20; i++) {
        const value = { i };
        assert.strictEqual((await reason(ask(() => Promise.reject(value), ''))).value, value);
        await assert.rejects(ask(() => '', '', { timeout: 0 }), LATE);
      }
    });
  });

  describe('waits no longer', () => {
    it('than the time it was given: it goes on, and what it had is unchanged', async () => {
      assert.strictEqual(await ask(never, '', { ms: 10, goOn: true }), 'OL_TIMED_OUT, unchanged');
      await assert.rejects(ask(never, '', { ms: 10 }), LATE);
    });

    it('than not at all, and does not call', async () => {
      let called = false;
      const fn = () => (called = true);
      assert.strictEqual(await ask(fn, '', { ms: 0, goOn: true }), 'OL_TIMED_OUT, unchanged');
      await delay(5);
      assert.strictEqual(called, false);
    });

    it('and may ask again: late answers and late throws reach nobody', async () => {
      const open = [];
      const thrown = await uncaught.rejections(async () => {
        const job = retry((i) => {
          if (i >= 4) return 44; // a busy loop may be late for one of these, too
          return new Promise((resolve, reject) => open.push(i % 2 ? resolve : reject));
        }, 5);
        const { times, sum: answer } = await job;
        assert.ok(times >= 5 && answer === 44, `${answer} of ${times}`);
        for (const settle of open) settle(1);
      });
      assert.strictEqual(open.length, 4);
      assert.deepStrictEqual(thrown, []);
    });

    it('and an answer that comes while a later one is waited for is not taken for it', async () => {
      const first = [];
      const job = retry((i) => {
        if (i === 0) return new Promise((resolve) => first.push(resolve));
        first[0](1000);
        return delay(1, i);
      }, 30);
      const { times, sum: answer } = await job;
      assert.strictEqual(answer, times - 1);
    });

    it('and a function that was not called in time is not called', async () => {
      const calls = [];
      const job = retry((i) => {
        calls.push(i);
        return i;
      }, 1);
      while (since('late') === 0) continue; // the loop does not turn
      const { times } = await job;
      assert.ok(times > 1 && !calls.includes(0), `${calls} of ${times}`);
      assert.strictEqual(calls[calls.length - 1], times - 1);
    });

    it('than until its deadline', async () => {
      await assert.rejects(ask(never, '', { timeout: 10 }), LATE);
    });

    it('than until its signal, also when it is aborted by the function', async () => {
      const controller = new AbortController();
      const fn = () => {
        controller.abort('enough');
        return 'too late';
      };
      await assert.rejects(ask(fn, '', { signal: controller.signal }), ABORT);
      assert.strictEqual(counts.sync().status, 'OL_CANCELLED');
      const later = new AbortController();
      const job = ask(never, '', { signal: later.signal });
      await until(() => since('entered') === 2);
      later.abort();
      await assert.rejects(job, ABORT);
    });

    it('for a getter of the answer that outlasts it', async () => {
      const slow = {
        get flag() {
          for (const end = Date.now() + 30; Date.now() < end;) continue;
          return true;
        },
      };
      await assert.rejects(everything(() => slow, 0, { timeout: 10 }), LATE);
    });

    it('for the end of its own job, if it has a deadline', async () => {
      const job = ask(() => job, '', { timeout: 20 });
      await assert.rejects(job, LATE);
      const brief = ask(() => brief, '', { ms: 20 });
      await assert.rejects(brief, LATE);
    });
  });

  describe('is refused', () => {
    it('on the loop, on another thread, with the function of another job', async () => {
      let finish;
      const other = tell({ fn: () => new Promise((resolve) => (finish = resolve)) });
      await until(() => finish !== undefined);
      assert.deepStrictEqual(await asks.elsewhere({ fn() {} }), {
        prepared: 'OL_INVALID', threaded: 'OL_INVALID', strange: 'OL_INVALID',
        completed: 'OL_INVALID', copied: 'OL_OK', bare: 'OL_INVALID',
      });
      assert.strictEqual(await asks.silent(), 'OL_INVALID');
      finish();
      assert.strictEqual(await other, 'OL_OK');
    });

    it('where the function was left out', async () => {
      assert.strictEqual(await tell(), 'OL_INVALID');
      assert.strictEqual(await tell({ fn: undefined }), 'OL_INVALID');
    });

    it('with a length without data', async () => {
      await assert.rejects(asks.nowhere(() => {}, 0), { code: 'ERR_OL_INVALID' });
    });

    const shapes = [
      'a call has rows of OL_ARG and OL_RET only',
      'a handle cannot be part of a call',
      'field "fn": a function can only be among the arguments of a worker',
      'field "bytes": .pinned is for arguments and options',
      'field "number": another field has the same name',
      'a call has more than 32 arguments',
      'a shape has no members',
      'field "number": .def is outside .min and .max',
    ];

    for (const [which, why] of shapes.entries()) {
      it(`by a shape that cannot work: ${why}`, async () => {
        await assert.rejects(asks.faulty(() => assert.fail('it was called'), which), {
          code: 'ERR_OL_INVALID', message: `ol_call of "fn" in faulty: ${why}`,
        });
        assert.strictEqual(counts.sync().status, 'OL_INVALID');
      });
    }

    it('with anything but a function', async () => {
      for (const value of [null, 5, 'fn', {}, [], Symbol('fn')]) {
        await assert.rejects(ask(value, ''), {
          name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE',
          message: /^The "fn" argument of ask must be a function\. Received/,
        });
        await assert.rejects(tell({ fn: value }), {
          message: /^The "fn" option of tell must be a function\. Received/,
        });
      }
      await assert.rejects(ask(), { message: /^The "fn" argument of ask must be a function/ });
    });

    it('as a class is, which cannot be called', async () => {
      await assert.rejects(ask(class {}, ''), TypeError);
    });

    it('in .sync, which its worker has not', () => {
      for (const worker of [ask, sum, tell, asks.hooks]) assert.strictEqual(worker.sync, undefined);
    });
  });

  describe('of a handle', () => {
    it('lends its turn to the jobs that the function awaits', async () => {
      const ledger = await openLedger();
      const total = await ledger.review(async (n) => (await ledger.add(n * 10)) + 1, 5);
      assert.strictEqual(total, 5 + 50 + 56);
      await ledger.close();
    });

    it('lends it to those that ask as well', async () => {
      const ledger = await openLedger();
      const deep = (n) => (n >= 64 ? 1 : ledger.review(deep, n));
      let total = 0;
      const expected = (n) => {
        total += n;
        const answer = total >= 64 ? 1 : expected(total);
        return (total += answer);
      };
      assert.strictEqual(await ledger.review(deep, 1), expected(1));
      await ledger.close();
    });

    it('has it back before it goes on, whatever came between', async () => {
      const ledger = await openLedger();
      const jobs = [];
      for (let i = 0; i < 50; i++) {
        jobs.push(ledger.review(() => (i % 2 ? 1 : delay(1, 1)), 1), ledger.add(1));
      }
      await Promise.all(jobs);
      assert.strictEqual(await ledger.add(0), 150);
      await ledger.close();
    });

    it('has it back after a deadline, too', async () => {
      const ledger = await openLedger();
      await assert.rejects(ledger.review(never, 1, { ms: 5 }), LATE);
      await assert.rejects(ledger.review(never, 1, { timeout: 5 }), LATE);
      assert.strictEqual(await ledger.add(1), 3);
      await ledger.close();
    });

    it('is closed by a function that awaits that: the job fails, and both end', async () => {
      const ledger = await openLedger();
      let closing;
      const job = ledger.review(async () => {
        closing = ledger.close();
        await closing;
        return 1;
      }, 1);
      await assert.rejects(job, CLOSED);
      await closing;
      assert.strictEqual(counts.sync().status, 'OL_CLOSED');
      assert.strictEqual(since('closed'), 1);
    });

    it('is closed while jobs ask and others wait for their turn: all end', async () => {
      const ledger = await openLedger();
      const jobs = Array.from({ length: 10 }, () => ledger.review(never, 1));
      const settled = Promise.allSettled(jobs);
      await until(() => since('entered') >= 5);
      await ledger.close();
      for (const { reason: error } of await settled) {
        assert.strictEqual(error.code, 'ERR_OL_CLOSED');
      }
      assert.strictEqual(since('closed'), 1);
    });
  });

  describe('and gives items', () => {
    it('answers one after the other', async () => {
      const got = [];
      for await (const item of answers((n) => n * 2, 10)) got.push(item);
      assert.deepStrictEqual(got, [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
    });

    it('fails behind the items that were there, with what was thrown', async () => {
      const error = new Error('at 3');
      const got = [];
      const stream = answers((n) => (n === 3 ? Promise.reject(error) : n), 10);
      const { value } = await reason((async () => {
        for await (const item of stream) got.push(item);
      })());
      assert.strictEqual(value, error);
      assert.deepStrictEqual(got, [0, 1, 2]);
    });

    it('ends when its reader leaves in the middle of an ask', async () => {
      const stream = answers((n) => (n === 0 ? n : never()), 10);
      for await (const item of stream) {
        assert.strictEqual(item, 0);
        break;
      }
      await until(() => since('left') === 1);
    });

    it('takes both callbacks behind its arguments', async () => {
      const got = [];
      const error = await new Promise((resolve) => {
        answers((n) => n + 1, 3, (item) => got.push(item), resolve);
      });
      assert.deepStrictEqual([got, error], [[1, 2, 3], null]);
    });
  });

  (canCollect ? describe : describe.skip)('and memory', () => {
    it('keeps the function for as long as the job, and no longer', async () => {
      let collected = 0;
      const registry = new FinalizationRegistry(() => collected++);
      const started = (() => {
        const fn = async (i) => {
          gc();
          return delay(1, i);
        };
        registry.register(fn);
        return sum(fn, 10);
      })();
      assert.strictEqual(await started, 45);
      await collectUntil(() => collected === 1);
    });

    it('keeps nothing of an ask that was given up', async () => {
      let made = 0;
      let collected = 0;
      const registry = new FinalizationRegistry(() => collected++);
      const fn = (i) => {
        if (made === 20) return i;
        made++;
        const promise = never();
        registry.register(promise);
        return promise;
      };
      const { times, sum: answer } = await retry(fn, 2);
      assert.ok(times > 20 && answer === times - 1);
      await collectUntil(() => collected >= 18); // a register of the engine may hold on to one
    });
  });

  describe('at the end', () => {
    const thread = path.join(__dirname, 'support', 'asks.thread.js');
    const file = addon.file('asks');

    for (const way of ['waits', 'spins', 'spinsInFunction', 'asksOn']) {
      it(`of its worker thread, which is terminated: ${way}`, async () => {
        const worker = new Worker(thread, { workerData: { file, way } });
        await new Promise((resolve) => worker.once('message', resolve));
        await until(() => since('entered') >= 20);
        await worker.terminate();
        await until(() => since('left') === since('entered'));
        await until(() => since('opened') === since('closed'));
      });
    }

    it('of its worker thread, which exits in the function', async () => {
      const worker = new Worker(thread, { workerData: { file, way: 'exits' } });
      assert.strictEqual(await new Promise((resolve) => worker.once('exit', resolve)), 7);
      await until(() => since('made') === since('destroyed') && since('made') > 0);
    });

    for (const way of ['exit', 'exitInFunction', 'exitInPromise']) {
      it(`of the process: ${way}`, async () => {
        const { code, signal, stdout, stderr } = await runChild('asks.child.js', [way],
          { leaks: false });
        assert.deepStrictEqual({ code, signal, stderr }, { code: 5, signal: null, stderr: '' });
        const { entered, left } = JSON.parse(stdout);
        assert.ok(entered > 0);
        assert.strictEqual(left, entered);
      });
    }

    it('keeps the process until it is answered', async () => {
      const { code, stdout, stderr } = await runChild('asks.child.js', ['natural']);
      assert.deepStrictEqual({ code, stdout, stderr }, { code: 0, stdout: 'answer\n', stderr: '' });
    });
  });
});
