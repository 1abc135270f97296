'use strict';

const assert = require('node:assert');
const { promisify } = require('node:util');
const addon = require('./support/addon');

const { twice } = addon('calls');
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

const BAD_TIMEOUT = { timeout: -1 };

describe('stacks', () => {
  describe('of a failed job, in the error of whoever awaits it', () => {
    const failing = {
      'a failure': () => twice(-1),
      'an abort': () => twice(1, { signal: AbortSignal.abort() }),
      'a deadline': () => twice(1, { timeout: 0 }),
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
      });
    }

    it('.sync: the caller comes first', () => {
      function syncCaller() {
        twice.sync(-1);
      }
      assert.throws(syncCaller, (error) => {
        assert.strictEqual(callers(error)[0], 'syncCaller');
        return true;
      });
    });

    it('a callback\'s error names no file of offloop', (done) => {
      twice(-1, (error) => {
        assert.deepStrictEqual(inLayer(error), []);
        done();
      });
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
