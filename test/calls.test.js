'use strict';

const assert = require('node:assert');
const { inspect, promisify } = require('node:util');
const addon = require('./support/addon');
const called = require('./support/called');
const uncaught = require('./support/uncaught');

const calls = addon('calls');
const { twice, scale, nothing } = calls;

const NEGATIVE = { name: 'Error', code: 'ERR_NEGATIVE', message: '-1 is negative' };

describe('calls', () => {
  describe('a worker', () => {
    it('C33 C15 several of one table become functions of the module', () => {
      assert.deepStrictEqual(Object.keys(calls), ['twice', 'tellTwice', 'scale', 'nothing']);
      for (const worker of Object.values(calls)) assert.strictEqual(typeof worker, 'function');
    });

    const shapes = [['twice', 1], ['tellTwice', 1], ['scale', 2], ['nothing', 0]];
    for (const [name, length] of shapes) {
      it(`has its name and its arguments by position as length: ${name}, ${length}`, () => {
        assert.strictEqual(calls[name].name, name);
        assert.strictEqual(calls[name].length, length);
      });
    }

    it('can be taken off its module and needs no this', async () => {
      assert.strictEqual(await (0, twice)(4), 8);
      assert.strictEqual(await Reflect.apply(twice, undefined, [4]), 8);
      assert.strictEqual(await Reflect.apply(twice, 17, [4]), 8);
    });
  });

  describe('without a callback', () => {
    it('C23 give a promise of the result', async () => {
      const promise = twice(21);
      assert.strictEqual(Object.getPrototypeOf(promise), Promise.prototype);
      assert.strictEqual(await promise, 42);
    });

    it('give undefined when the worker has no result', async () => {
      assert.strictEqual(await nothing(), undefined);
    });

    it('C6 reject when execute fails', () => assert.rejects(twice(-1), NEGATIVE));

    it('reject for wrong arguments, and do not throw', async () => {
      const promise = twice('2');
      assert.ok(promise instanceof Promise);
      await assert.rejects(promise, { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
    });

    it('a failure that nobody awaits is one unhandledRejection', async () => {
      const reasons = await uncaught.rejections(() => void twice(-1));
      assert.deepStrictEqual(reasons.map(({ code }) => code), ['ERR_NEGATIVE']);
    });
  });

  describe('with a callback', () => {
    it('C22 C7 give undefined, and later null and the result', async () => {
      let answer = 'none';
      const got = await new Promise((resolve) => {
        answer = twice(21, (...args) => resolve(args));
      });
      assert.strictEqual(answer, undefined);
      assert.deepStrictEqual(got, [null, 42]);
    });

    it('C6 give the error alone when execute fails', async () => {
      const got = await called(twice, -1);
      assert.strictEqual(got.length, 1);
      assert.ok(got[0] instanceof Error);
      assert.strictEqual(got[0].message, NEGATIVE.message);
    });

    it('give null and undefined when the worker has no result', async () => {
      assert.deepStrictEqual(await called(nothing), [null, undefined]);
    });

    it('throw for wrong arguments, and the callback is not called', async () => {
      let count = 0;
      assert.throws(() => twice('2', () => count++), { code: 'ERR_INVALID_ARG_TYPE' });
      await nothing();
      assert.strictEqual(count, 0);
    });

    it('util.promisify makes a promise of those that get the result alone, too', async () => {
      assert.strictEqual(await promisify(calls.tellTwice)(21), 42);
      await assert.rejects(promisify(calls.tellTwice)(-1), NEGATIVE);
    });

    it('C48 util.promisify makes a promise of them', async () => {
      assert.strictEqual(await promisify(twice)(21), 42);
      await assert.rejects(promisify(twice)(-1), NEGATIVE);
    });

    it('take the last argument for it, behind fewer arguments and an options object', async () => {
      assert.deepStrictEqual(await called(scale, 5), [null, 5]);
      assert.deepStrictEqual(await called(scale, 5, 2), [null, 10]);
      assert.deepStrictEqual(await called(scale, 5, 2, { offset: 1 }), [null, 11]);
    });

    it('do not take a function for it that is not the last', async () => {
      await assert.rejects(twice(() => {}, undefined), { code: 'ERR_INVALID_ARG_TYPE' });
    });
  });

  describe('.sync', () => {
    it('gives the result, throws the failure, throws for wrong arguments', () => {
      assert.strictEqual(twice.sync(21), 42);
      assert.strictEqual(nothing.sync(), undefined);
      assert.throws(() => twice.sync(-1), NEGATIVE);
      assert.throws(() => twice.sync('2'), { code: 'ERR_INVALID_ARG_TYPE' });
    });

    it('has the name and the length of its worker', () => {
      assert.deepStrictEqual([scale.sync.name, scale.sync.length], ['scale.sync', scale.length]);
    });

    it('takes no callback', () => {
      assert.throws(() => twice.sync(1, () => {}), {
        name: 'TypeError',
        code: 'ERR_INVALID_ARG_TYPE',
        message: 'The "options" argument of twice must be an object. Received a function without a name',
      });
    });
  });

  describe('arguments', () => {
    const forms = {
      promise: (worker, ...args) => worker(...args),
      sync: async (worker, ...args) => worker.sync(...args),
    };
    for (const [form, call] of Object.entries(forms)) {
      const rows = [
        [[3], 3], [[3, 2], 6], [[3, undefined], 3], [[3, 2, { offset: 1 }], 7],
        [[3, undefined, { offset: 1 }], 4], [[3, 2, undefined], 6], [[3, 2, {}], 6],
        [[3, 2, { offset: undefined, signal: undefined, timeout: undefined }], 6],
        [[3, 2, { other: 'ignored' }], 6],
        [[3, 2, Object.create({ offset: 4 })], 10],
      ];
      for (const [args, result] of rows) {
        it(`${form}: scale(${args.map((arg) => inspect(arg)).join(', ')}) is ${result}`, async () => {
          assert.strictEqual(await call(scale, ...args), result);
        });
      }

      for (const wrong of [null, 'options', 5, true, 5n, Symbol('options')]) {
        it(`${form}: ${String(wrong)} (${typeof wrong}) is no options object`, async () => {
          const refused = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message: /"options"/ };
          await assert.rejects(() => call(scale, 1, 2, wrong), refused);
          await assert.rejects(() => call(nothing, wrong), refused);
        });
      }

      it(`${form}: one too many is refused, also undefined`, async () => {
        const refused = { name: 'TypeError', code: 'ERR_OL_EXTRA_ARGS' };
        await assert.rejects(() => call(twice, 1, {}, undefined), refused);
        await assert.rejects(() => call(scale, 1, 2, {}, 4), refused);
        await assert.rejects(() => call(nothing, {}, ...Array(100)), refused);
        await assert.rejects(() => call(twice, 1, {}, {}), {
          message: 'Too many arguments for twice, which takes 1 argument and an options object',
        });
      });

      for (const option of ['priority', 'pool', 'queueTimeout']) {
        it(`${form}: the option ${option} is offloop's`, async () => {
          await assert.rejects(() => call(twice, 1, { [option]: 'wrong' }), {
            name: 'TypeError', code: /^ERR_INVALID_ARG_/, message: new RegExp(`"${option}"`),
          });
        });
      }
    }

    it('C9 are read before the call returns: what changes later is not seen', async () => {
      const options = { offset: 1 };
      const promise = scale(3, 2, options);
      options.offset = 100;
      assert.strictEqual(await promise, 7);
    });

    it('whose getters throw refuse the call with what was thrown', async () => {
      const thrown = new Error('mine');
      const options = { get offset() { throw thrown; } };
      await assert.rejects(scale(1, 2, options), (error) => error === thrown);
      assert.throws(() => scale.sync(1, 2, options), (error) => error === thrown);
    });
  });
});
