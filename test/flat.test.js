'use strict';

// Calls of workers that take and give nothing but numbers and booleans cross in batches. Nothing
// else may be seen of that: such a job does and is told all that any job does and is told.

const assert = require('node:assert');
const { AsyncLocalStorage, createHook } = require('node:async_hooks');
const addon = require('./support/addon');
const { runChild } = require('./support/child');
const { mostInATurn } = require('./support/turns');
const uncaught = require('./support/uncaught');

const HOWS = ['succeeds', 'fails', 'returns', 'ends', 'overflows', 'allocates', 'adopts', 'is held',
  'cancels', 'details'];
const how = (name) => HOWS.indexOf(name);

const POOLS = [['flat', 'a pool of ours'], ['flat_node', "Node's pool"]];

/* Others have as many threads in that pool as they like. */
const NODE = process.versions.bun === undefined && process.versions.deno === undefined;

const ZEROS = [0, 0, 0, 0, 0, 0, false, 0];

const settled = (promises) => Promise.allSettled(promises);
const values = async (promises) => (await settled(promises)).map((one) => one.value);
const codes = async (promises) => (await settled(promises)).map((one) => one.reason?.code);
const range = (count) => Array.from({ length: count }, (_, i) => i);
const turn = () => new Promise((resolve) => { setImmediate(resolve); });

for (const [name, where] of POOLS) describe(`calls that cross in batches to ${where}`, () => {
  const flat = addon(name);
  const THREADS = flat.nothing.pool.threads;
  const whereThreadsAreKnown = name === 'flat' || NODE ? it : it.skip;

  describe('values', () => {
    const extremes = [
      [-128, 0, -(2 ** 31), -(2 ** 53), -3.4028234663852886e38, -Infinity, false, -1],
      [127, 65535, 2 ** 31 - 1, 2 ** 53, 3.4028234663852886e38, Number.MAX_VALUE, true, 1],
      [0, 1, -1, 2 ** 53 - 1, 0.5, NaN, true, 0.25],
      [-1, 2, 3, -4, -Infinity, -0, false, -0.5],
    ];
    const named = ([i8, u16, i32, i64, f32, f64, yes, within]) =>
      ({ i8, u16, i32, i64, f32, f64, yes, within });

    it('every type arrives and comes back whole, alone and in a batch', async () => {
      for (const args of extremes) assert.deepStrictEqual(await flat.echo(...args), named(args));
      const many = range(1000).map((i) => extremes[i % extremes.length]);
      const answers = await Promise.all(many.map((args) => flat.echo(...args)));
      assert.deepStrictEqual(answers, many.map(named));
    });

    it('many arguments and results keep their places', async () => {
      const keys = [...'abcdefghijklm'];
      const args = (i) => keys.map((key, k) => (key === 'm' ? i % 2 === 0 : i + k / 16));
      const many = range(1000).map(args);
      const answers = await Promise.all(many.map((one) => flat.wide(...one)));
      assert.deepStrictEqual(answers.map((answer) => Object.keys(answer)), many.map(() => keys));
      assert.deepStrictEqual(answers.map((answer) => Object.values(answer)), many);
    });

    it('a negative zero is one of a float, and of an integer none', async () => {
      const { f64, i32 } = await flat.echo(0, 0, -0, 0, 0, -0, false, 0);
      assert.ok(Object.is(f64, -0) && Object.is(i32, 0));
    });

    it('a result object is a plain one, whose setters nobody can have set', async () => {
      Object.defineProperty(Object.prototype, 'i8', {
        configurable: true, set() { throw new Error('a setter ran'); },
      });
      try {
        const answer = await flat.echo(1, 2, 3, 4, 5, 6, true, 0);
        assert.strictEqual(Object.getPrototypeOf(answer), Object.prototype);
        assert.deepStrictEqual(Object.keys(answer),
          ['i8', 'u16', 'i32', 'i64', 'f32', 'f64', 'yes', 'within']);
      } finally {
        delete Object.prototype.i8;
      }
    });

    it('no result is undefined, and a boolean a boolean', async () => {
      assert.strictEqual(await flat.nothing(), undefined);
      assert.deepStrictEqual(await values([flat.truth(true), flat.truth(false)]), [true, false]);
    });

    it('the state of a job is zero where no argument is', async () => {
      const answers = await values(range(2000).map((i) => flat.fill(i + 1)));
      assert.ok(answers.every((zero) => zero === true));
    });

    const good = [1, 2, 3, 4, 5, 6, true, 0];
    const wrong = [
      ['a fraction', 0, 1.5, 'ERR_OUT_OF_RANGE'],
      ['a number past the type', 0, 128, 'ERR_OUT_OF_RANGE'],
      ['NaN for an integer', 2, NaN, 'ERR_OUT_OF_RANGE'],
      ['a number past 2^53', 3, 2 ** 53 + 2, 'ERR_OUT_OF_RANGE'],
      ['a number past float', 4, 1e39, 'ERR_OUT_OF_RANGE'],
      ['a number past its bounds', 7, 1.5, 'ERR_OUT_OF_RANGE'],
      ['a string', 5, '6', 'ERR_INVALID_ARG_TYPE'],
      ['a bigint', 3, 4n, 'ERR_INVALID_ARG_TYPE'],
      ['a number for a boolean', 6, 1, 'ERR_INVALID_ARG_TYPE'],
      ['a boolean for a number', 5, true, 'ERR_INVALID_ARG_TYPE'],
      ['undefined', 5, undefined, 'ERR_INVALID_ARG_TYPE'],
      ['an object with valueOf', 5, { valueOf: () => 6 }, 'ERR_INVALID_ARG_TYPE'],
    ];
    for (const [title, at, value, code] of wrong) {
      it(`${title} is refused, in the midst of calls that are right`, async () => {
        const args = good.with ? good.with(at, value) : good.map((v, i) => (i === at ? value : v));
        const calls = [flat.echo(...good), flat.echo(...args), flat.echo(...good)];
        assert.deepStrictEqual(await codes(calls), [undefined, code, undefined]);
      });
    }

    it('missing and extra arguments are refused', async () => {
      const calls = [flat.truth(), flat.truth(true, 1), flat.truth(true, {}, 2)];
      const [missing, notOptions, extra] = await codes(calls);
      assert.deepStrictEqual([missing, notOptions], ['ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_TYPE']);
      assert.strictEqual(extra, 'ERR_OL_EXTRA_ARGS');
    });
  });

  describe('a call within another, by an init hook of async_hooks,', () => {
    const withHook = async (type, body) => {
      const nested = [];
      let within = false;
      const hook = createHook({
        init(id, what) {
          if (what !== type || within) return;
          within = true;
          nested.push(flat.does(0, 50));
          within = false;
        },
      });
      hook.enable();
      const calls = body();
      hook.disable();
      assert.ok((await values(nested)).every((number) => number === 51));
      return values(calls);
    };
    const answer = (i) => new Promise((resolve) => {
      flat.does(0, i, (error, number) => resolve(number));
    });

    for (const type of ['PROMISE', 'does', 'Microtask']) {
      it(`of a ${type} leaves both their arguments`, async () => {
        const first = await withHook(type, () => range(5).map((i) => flat.does(0, i)));
        assert.deepStrictEqual(first, [1, 2, 3, 4, 5]);
        const second = await withHook(type, () => range(5).map(answer));
        assert.deepStrictEqual(second, [1, 2, 3, 4, 5]);
      });
    }

    /* Of what Node's threads are given, which C makes while the calls cross. */
    if (name === 'flat_node' && NODE) {
      const ways = { flat: (i) => flat.does(0, i), general: (i) => flat.does(0, i, {}) };
      for (const [title, call] of Object.entries(ways)) {
        it(`of a thread's work: nested ${title} calls and others are answered once`, async () => {
          const nested = [];
          const hook = createHook({
            init: (id, what) => what === 'offloop' && nested.length < 3 && nested.push(call(50)),
          });
          while (flat.does.pool.stats().threads > 0) await turn(); // or none would be started
          hook.enable();
          const calls = range(20).map((i) => flat.does(0, i));
          assert.deepStrictEqual(await values(calls), range(20).map((i) => i + 1));
          hook.disable();
          assert.ok(nested.length > 0);
          assert.ok((await values(nested)).every((number) => number === 51));
        });
      }
    }
  });

  describe('endings', () => {
    it('each of a mixed batch ends as it would alone, and has the next number', async () => {
      const kinds = ['succeeds', 'fails', 'returns', 'ends', 'overflows', 'allocates', 'is held',
        'cancels', 'details'];
      const expected = {
        fails: 'ERR_DOES', returns: 'ERR_OL_CLOSED', overflows: 'ERR_OUT_OF_RANGE',
        cancels: 'ABORT_ERR',
      };
      const calls = range(1800).map((i) => ({ kind: kinds[i % kinds.length], i }));
      const ends = await settled(calls.map(({ kind, i }) => flat.does(how(kind), i)));
      ends.forEach(({ value, reason }, k) => {
        const { kind, i } = calls[k];
        assert.strictEqual(reason?.code, expected[kind], `${kind}: ${reason?.stack}`);
        if (reason === undefined) assert.strictEqual(value, i + 1);
        if (kind === 'fails') assert.strictEqual(reason.message, `number ${i + 1}`);
      });
    });

    it('each executes once, however many fail', async () => {
      const before = flat.counts.sync().executed;
      await settled(range(20000).map((i) => flat.does(i % 3 === 0 ? how('fails') : 0, i)));
      assert.strictEqual(flat.counts.sync().executed, before + 20000);
    });

    it('memory of a job is freed with it', async () => {
      const before = flat.counts.sync().freed;
      await settled(range(500).map((i) => flat.does(how('adopts'), i)));
      assert.strictEqual(flat.counts.sync().freed, before + 500);
    });

    it('a failure has the frames of who awaits', async () => {
      async function someUser() {
        await flat.does(how('fails'), 1);
      }
      await Promise.all([flat.does(0, 1), assert.rejects(someUser(), (error) =>
        globalThis.Bun !== undefined || error.stack.includes('someUser'))]);
    });

    it('a failure names its worker', async () => {
      const [, { reason }] = await settled([flat.does(0, 0), flat.does(how('returns'), 1)]);
      assert.match(reason.message, /^does failed/);
    });
  });

  describe('callbacks', () => {
    const later = (worker, ...args) => new Promise((resolve) => {
      worker(...args, (...told) => resolve(told));
    });

    it('each is called once, with an error first, and never before its call returns', async () => {
      let called = 0;
      await Promise.all(range(300).map((i) => new Promise((resolve) => {
        let returned = false;
        flat.does(i % 2 === 0 ? 0 : how('fails'), i, (error, number) => {
          assert.ok(returned);
          called++;
          if (i % 2 === 0) assert.deepStrictEqual([error, number], [null, i + 1]);
          else assert.strictEqual(error.code, 'ERR_DOES');
          resolve();
        });
        returned = true;
      })));
      assert.strictEqual(called, 300);
    });

    it('gives undefined', () => new Promise((resolve) => {
      assert.strictEqual(flat.nothing(resolve), undefined);
    }));

    it('one without an error is called with the result alone', async () => {
      assert.deepStrictEqual(await later(flat.resultOnly, 7), [7]);
    });

    it('each keeps the AsyncLocalStorage of its caller', async () => {
      const storage = new AsyncLocalStorage();
      const seen = await Promise.all(range(300).map((i) => storage.run(i, () =>
        new Promise((resolve) => { flat.truth(true, () => resolve(storage.getStore())); }))));
      assert.deepStrictEqual(seen, range(300));
    });

    it('one may read a stream, and the others have their own answers all the same', async () => {
      const items = flat.numbers(500)[Symbol.asyncIterator]();
      const read = [(await items.next()).value];
      const pending = [];
      const answers = await Promise.all(range(200).map((i) => new Promise((resolve) => {
        flat.does(0, i, (error, number) => {
          resolve(number);
          pending.push(items.next(), items.next());
        });
      })));
      read.push(...(await Promise.all(pending)).map(({ value }) => value));
      await items.return();
      assert.deepStrictEqual(answers, range(200).map((i) => i + 1));
      assert.deepStrictEqual(read, range(401).map((i) => -1 - i));
    });

    it('what one throws costs the others nothing', async () => {
      let called = 0;
      const errors = await uncaught(async () => {
        for (const i of range(100)) {
          flat.truth(true, () => {
            called++;
            if (i % 40 === 0) throw new Error(`thrown ${i}`);
          });
        }
        while (called < 100) await turn();
      });
      assert.deepStrictEqual(errors.map(({ message }) => message).sort(),
        ['thrown 0', 'thrown 40', 'thrown 80']);
    });
  });

  describe('the loop', () => {
    it('turns, though each answer begins a job that is home at once', async () => {
      const most = await mostInATurn((answer) => flat.echo(...ZEROS, answer), 40);
      assert.ok(most <= 4, `${most} long answers in a turn`);
    });
  });

  describe('a worker that is strict', () => {
    const logged = async (worker, count) => {
      const log = [];
      await Promise.all(range(count).map((i) => new Promise((resolve) => {
        worker(i, (error, number) => {
          log.push(`callback ${number}`);
          process.nextTick(() => log.push(`tick ${number}`));
          queueMicrotask(() => {
            log.push(`reaction ${number}`);
            resolve();
          });
        });
      })));
      return log;
    };

    it('runs nextTick and promise reactions behind each callback, before the next', async () => {
      const log = await logged(flat.strictly, 200);
      const each = [0, 1, 2].map((k) => log.filter((_, i) => i % 3 === k));
      assert.strictEqual(log.length, 600);
      assert.ok(each[0].every((line) => line.startsWith('callback')), log.slice(0, 9).join());
      assert.ok(each[1].every((line, i) => line === each[0][i].replace('callback', 'tick')));
      assert.ok(each[2].every((line, i) => line === each[0][i].replace('callback', 'reaction')));
    });

    it('gives promises, too, and leaves time to the loop', async () => {
      let turns = 0;
      const immediate = () => { turns++; handle = setImmediate(immediate); };
      let handle = setImmediate(immediate);
      const answers = await Promise.all(range(5000).map((i) => flat.strictly(i)));
      clearImmediate(handle);
      assert.deepStrictEqual(answers, range(5000));
      assert.ok(turns > 0);
    });
  });

  describe('order and threads', () => {
    whereThreadsAreKnown('jobs of one batch that wait for one another end, as long as there are threads', async () => {
      assert.deepStrictEqual(await values(range(4).map(() => flat.meet(4))), [4, 4, 4, 4]);
    });

    whereThreadsAreKnown('calls of several workers begin in the order of their calls', async () => {
      const busy = range(THREADS - 1).map(() => flat.waitAtGate());
      while (flat.openGate.sync(false) < THREADS - 1) await turn();
      const calls = range(600).map((i) =>
        (i % 7 === 0 ? flat.beginsGeneral('x') : flat.beginsFlat(i)));
      assert.deepStrictEqual(await values(calls), range(600));
      flat.openGate.sync(true);
      await settled(busy);
    });

    it('a call from a continuation, a callback or a microtask is not left lying', async () => {
      for (let i = 0; i < 50; i++) {
        const pair = [flat.does(0, i), flat.does(0, i)];
        await Promise.resolve();
        pair.push(flat.does(0, i));
        queueMicrotask(() => pair.push(flat.does(0, i)));
        await turn();
        assert.deepStrictEqual(await values(pair), Array(4).fill(i + 1));
      }
    });

    /* It is the loop that starts the threads of Node's pool. */
    if (name === 'flat') it('.sync finds begun what was called before it', async () => {
      const { stdout } = await runChild('flat-ends.js', ['syncWaits'], { leaks: false });
      assert.strictEqual(stdout, '2\n');
    });

    it('100000 at once all come back, each with its own answer', async () => {
      const answers = await Promise.all(range(100000).map((i) => flat.does(0, i)));
      assert.ok(answers.every((number, i) => number === i + 1));
    });
  });
});
