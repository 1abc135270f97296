'use strict';

const assert = require('node:assert');
const { AsyncLocalStorage, createHook } = require('node:async_hooks');
const dc = require('node:diagnostics_channel');
const addon = require('./support/addon');
const called = require('./support/called');
const { runChild } = require('./support/child');
const { canCollect, gc } = require('./support/collect');
const kinds = require('./support/contexts');
const uncaught = require('./support/uncaught');

const { twice, tellTwice } = addon('calls');
const { nap } = addon('waits');
const { ask, hooks } = addon('asks');
const { openBase } = addon('exclusive');
const { range } = addon('streams');

const storage = new AsyncLocalStorage();

/* One that cannot be listened to. */
const BROKEN = {
  aborted: false,
  addEventListener() {
    throw new Error('broken');
  },
  removeEventListener() {},
};

const turn = () => new Promise((resolve) => setImmediate(resolve));

/* What [look] gives when it is called for the first 'uncaughtException' that [begin] brings about.
 * mocha's own listeners are put aside meanwhile. */
async function whenUncaught(begin, look, event = 'uncaughtException') {
  const listeners = process.listeners(event);
  process.removeAllListeners(event);
  try {
    return await new Promise((resolve) => {
      process.on(event, (error) => resolve(look(error)));
      begin();
    });
  } finally {
    process.removeAllListeners(event);
    for (const listener of listeners) process.on(event, listener);
  }
}

/* The ids of the resources named [name] that [body] makes, and of those that have been destroyed
 * some turns later, without any garbage collection. */
async function resources(name, body) {
  const made = new Set();
  const destroyed = [];
  const hook = createHook({
    init: (id, type) => type === name && made.add(id),
    destroy: (id) => made.has(id) && destroyed.push(id),
  }).enable();
  try {
    await body();
    for (let turns = 0; turns < 3; turns++) await turn();
  } finally {
    hook.disable();
  }
  return { made: [...made].sort(), destroyed: destroyed.sort() };
}

describe('contexts', () => {
  for (const [title, { answers, begin }] of Object.entries(kinds)) {
    describe(`of ${title}`, () => {
      it('keep the AsyncLocalStorage of the call through a garbage collection', async function () {
        if (!canCollect) this.skip();
        const seen = await new Promise((resolve) => {
          storage.run('mine', () => begin(() => resolve(storage.getStore())));
          gc();
        });
        assert.strictEqual(seen, 'mine');
      });

      if (answers) return;

      it('is entered when an uncaughtException tells what it threw', async () => {
        const begun = () => storage.run('mine', () => begin(() => {
          throw new Error('uncaught');
        }));
        const seen = await whenUncaught(begun, ({ message }) => [message, storage.getStore()]);
        assert.deepStrictEqual(seen, ['uncaught', 'mine']);
      });
    });
  }

  it('of onItem is entered for each item, though the one before has thrown', async () => {
    const seen = [];
    const onItem = (item) => {
      seen.push(storage.getStore());
      if (item % 2 === 0) throw new Error('uncaught');
    };
    const errors = await uncaught(() =>
      storage.run('mine', () => new Promise((resolve) => range(20, onItem, resolve))));
    assert.strictEqual(errors.length, 10);
    assert.deepStrictEqual(seen, new Array(20).fill('mine'));
  });

  it('of a callback that takes no error is entered when the failure is told', async () => {
    const begun = () => storage.run('mine', () => tellTwice(-1, () => {}));
    const seen = await whenUncaught(begun, ({ code }) => [code, storage.getStore()]);
    assert.deepStrictEqual(seen, ['ERR_NEGATIVE', 'mine']);
  });

  it('is entered when the promise of a call rejects and nobody hears of it', async function () {
    if (process.versions.bun || process.versions.deno) this.skip();
    const { signal } = new AbortController();
    for (const options of [{ priority: 0 }, { signal }]) {
      const begun = () => storage.run('mine', () => void twice(-1, options));
      const look = ({ code }) => [code, storage.getStore()];
      const seen = await whenUncaught(begun, look, 'unhandledRejection');
      assert.deepStrictEqual(seen, ['ERR_NEGATIVE', 'mine']);
    }
  });

  it('of calls are where listeners that a signal cannot remove are told of', async () => {
    const signal = {
      aborted: false,
      addEventListener() {},
      removeEventListener() {
        throw new Error('stays');
      },
    };
    const calls = [() => twice(1, { signal }), () => twice(1, { signal }, () => {})];
    for (const call of calls) {
      const begun = () => storage.run('mine', call);
      const seen = await whenUncaught(begun, ({ message }) => [message, storage.getStore()]);
      assert.deepStrictEqual(seen, ['stays', 'mine']);
    }
  });

  it('are where subscribers of diagnostics channels are told how a job ended', async function () {
    if (process.getBuiltinModule === undefined) this.skip();
    const seen = [];
    const names = ['asyncStart', 'asyncEnd', 'error'].map((event) => `tracing:offloop.job:${event}`);
    const note = () => seen.push(storage.getStore());
    for (const name of names) dc.subscribe(name, note);
    await storage.run('promise', () => twice(1));
    await storage.run('failure', () => twice(-1).catch(() => {}));
    await storage.run('callback', () => called(twice, 1));
    await storage.run('stream', () => range(0).result);
    for (const name of names) dc.unsubscribe(name, note);
    assert.deepStrictEqual(seen, ['promise', 'promise', 'failure', 'failure', 'failure',
      'callback', 'callback', 'stream', 'stream']);
  });

  it('have the domain of the call hear what the user\'s code throws', async () => {
    const options = process.versions.deno ? [] : ['--expose-gc'];
    const { code, stderr, stdout } = await runChild('contexts.child.js', [], { options });
    assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: '' });
    const expected = Object.entries(kinds).filter(([, { answers }]) => !answers);
    assert.deepStrictEqual(JSON.parse(stdout),
      Object.fromEntries(expected.map(([title]) => [title, 'for the domain'])));
  });
});

describe('resources of async_hooks', () => {
  for (const [title, { name, begin }] of Object.entries(kinds)) {
    it(`are destroyed without a garbage collection: that of ${title}`, async () => {
      const { made, destroyed } = await resources(name, async () => {
        await new Promise((resolve) => begin(resolve));
        await nap(5);
      });
      assert.ok(made.length > 0);
      assert.deepStrictEqual(destroyed, made);
    });
  }

  const refused = {
    'a callback, for a wrong argument': ['twice', () => twice('1', () => {})],
    'a callback, for a wrong signal': ['twice', () => twice(1, { signal: BROKEN }, () => {})],
    'a promise with a signal': ['twice', () => twice('1', { signal: new AbortController().signal })],
    'onItem and onEnd': ['range', () => range('1', () => {}, () => {})],
    'a function that a job calls': ['ask', () => ask(() => '', 5)],
    'a function that a job calls, for a wrong signal':
      ['ask', () => ask(() => '', '', { signal: BROKEN })],
    'functions of which one is none': ['hooks', () => hooks({ before: () => 1, list: [5] }, 1)],
  };
  for (const [title, [name, call]] of Object.entries(refused)) {
    it(`are destroyed where the call is refused: of ${title}`, async () => {
      const { made, destroyed } = await resources(name, async () => {
        await assert.rejects(async () => call());
        await nap(5);
      });
      assert.ok(made.length > 0);
      assert.deepStrictEqual(destroyed, made);
    });
  }

  it('are destroyed once each, for calls that other calls\' getters make', async () => {
    const { made, destroyed } = await resources('ask', async () => {
      let inner;
      const options = {
        get goOn() {
          inner = ask((question) => `${question}!`, 'inner');
          return false;
        },
      };
      assert.strictEqual(await ask((question) => `${question}!`, 'outer', options), 'outer!');
      assert.strictEqual(await inner, 'inner!');
    });
    assert.ok(made.length >= 2);
    assert.deepStrictEqual(destroyed, made);
  });

  it('are destroyed for calls that exclude others', async () => {
    const base = await openBase();
    const { signal } = new AbortController();
    const { made, destroyed } = await resources('exclusive', () => base.exclusive(() => {}, { signal }));
    assert.strictEqual(made.length, 1);
    assert.deepStrictEqual(destroyed, made);
    await base.close();
  });
});

describe('the resource that an addon has in async_hooks', () => {
  it('says that it keeps the process while jobs are in flight, and only then', async () => {
    const options = process.versions.deno ? [] : ['--expose-gc'];
    const { stderr, stdout } = await runChild('open-handles.child.js', [], { options });
    assert.strictEqual(stderr, '');
    for (const [kind, [before, during, after]] of Object.entries(JSON.parse(stdout))) {
      assert.deepStrictEqual([before, after], [[], []], kind);
      assert.ok(during.includes('offloop'), kind);
    }
  });
});
