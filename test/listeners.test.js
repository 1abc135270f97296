'use strict';

// What a signal has to be, and what the calls leave on it.

const assert = require('node:assert');
const { getEventListeners } = require('node:events');
const addon = require('./support/addon');
const called = require('./support/called');
const uncaught = require('./support/uncaught');

const { twice, nothing } = addon('calls');
const { block, nap } = addon('waits');
const { range } = addon('streams');
const { collect } = addon('messages');
const { openBase } = addon('exclusive');

const listeners = (signal) => getEventListeners(signal, 'abort').length;

/* As libraries make them: no AbortSignal, but all that is needed of one. */
class PlainSignal {
  aborted = false;
  listeners = new Set();

  addEventListener(type, listener, { once }) {
    assert.deepStrictEqual([type, once], ['abort', true]);
    this.listeners.add(listener);
  }

  removeEventListener(type, listener) {
    assert.strictEqual(type, 'abort');
    this.listeners.delete(listener);
  }

  abort(reason) {
    this.aborted = true;
    this.reason = reason;
    const listeners = [...this.listeners];
    this.listeners.clear();
    for (const listener of listeners) listener();
  }
}

describe('listeners on a signal', () => {
  before(function () {
    if (typeof getEventListeners !== 'function') this.skip();
  });

  it('all jobs of a signal share one, which goes with the last of them', async () => {
    const { signal } = new AbortController();
    const jobs = Array.from({ length: 100 }, (_, i) => twice(i, { signal }));
    assert.strictEqual(listeners(signal), 1);
    const callbacks = called(twice, 1, { signal });
    assert.strictEqual(listeners(signal), 1);
    await Promise.all([...jobs, callbacks]);
    assert.strictEqual(listeners(signal), 0);
  });

  it('it stays, and works, as long as one of them is left', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const last = block({ signal });
    await nap(0, { signal });
    assert.strictEqual(listeners(signal), 1);
    controller.abort();
    await assert.rejects(last, { code: 'ABORT_ERR' });
  });

  const ends = {
    'a success': (signal) => nothing({ signal }),
    'a failure': (signal) => twice(-1, { signal }),
    'a deadline': (signal) => block({ signal, timeout: 1 }),
    'a deadline that has passed': (signal) => block({ signal, timeout: 0 }),
    'refused arguments': (signal) => twice('1', { signal }),
    'a refused timeout': (signal) => twice(1, { signal, timeout: NaN }),
    'a success of a callback': (signal) => called(nothing, { signal }),
  };
  for (const [what, call] of Object.entries(ends)) {
    it(`none is left after ${what}`, async () => {
      const { signal } = new AbortController();
      await call(signal).catch(() => {});
      assert.strictEqual(listeners(signal), 0);
    });
  }

  it('none is left after an abort, in the moment of the abort', async () => {
    const controller = new AbortController();
    const jobs = Array.from({ length: 10 }, () => block({ signal: controller.signal }));
    controller.abort();
    assert.strictEqual(listeners(controller.signal), 0);
    await Promise.allSettled(jobs);
  });

  it('none is put on a signal that has aborted, and none by .sync', async () => {
    const aborted = AbortSignal.abort();
    const promise = twice(1, { signal: aborted });
    assert.strictEqual(listeners(aborted), 0);
    await assert.rejects(promise);
    const { signal } = new AbortController();
    assert.strictEqual(twice.sync(1, { signal }), 2);
    assert.strictEqual(listeners(signal), 0);
  });

  it('those of others stay', async () => {
    const { signal } = new AbortController();
    signal.addEventListener('abort', () => {});
    await twice(1, { signal });
    assert.strictEqual(listeners(signal), 1);
  });

  it('a signal may be used again and again', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    for (let i = 0; i < 20; i++) assert.strictEqual(await twice(i, { signal }), 2 * i);
    const promise = block({ signal });
    controller.abort();
    await assert.rejects(promise, { code: 'ABORT_ERR' });
  });
});

describe('what looks like a signal', () => {
  it('is taken for one', async () => {
    const signal = new PlainSignal();
    const jobs = [block({ signal }), block({ signal })];
    assert.strictEqual(signal.listeners.size, 1);
    signal.abort('mine');
    const mine = { code: 'ABORT_ERR', cause: 'mine' };
    await Promise.all(jobs.map((job) => assert.rejects(job, mine)));
    assert.strictEqual(signal.listeners.size, 0);
  });

  function canBeHeard(signal) {
    try {
      signal.removeEventListener('abort', () => {});
      return typeof signal.aborted === 'boolean';
    } catch {
      return false;
    }
  }

  /* Each has all that a signal has, and the runtime refuses to listen to it. */
  const emptied = Object.create(EventTarget.prototype, { aborted: { value: false } });
  const signals = {
    'has only the prototype of one': Object.create(AbortSignal.prototype),
    'is a proxy of one': new Proxy(new AbortController().signal, {}),
    'has only the prototype of what can be listened to': emptied,
    'cannot be asked': { get aborted() { throw new Error('mine'); } },
  };
  for (const [what, signal] of Object.entries(signals)) {
    it(`but what ${what} is refused, by every form`, async function () {
      if (canBeHeard(signal)) this.skip(); // there a proxy is as good as what it stands for
      const refused = (name, isMap) => ({
        code: 'ERR_INVALID_ARG_TYPE',
        message: RegExp(`^The "signal" option of ${name}${isMap ? '\\.map' : ''} must be an instance`),
      });
      await assert.rejects(twice(1, { signal }), refused('twice'));
      assert.throws(() => twice(1, { signal }, () => {}), refused('twice'));
      assert.throws(() => twice.sync(1, { signal }), refused('twice'));
      assert.throws(() => twice.map([1], { signal }), refused('twice', true));
      assert.throws(() => range(1, { signal }), refused('range'));
      assert.throws(() => collect({ signal }), refused('collect'));
      const base = await openBase();
      await assert.rejects(base.exclusive(() => {}, { signal }), refused('exclusive'));
      await base.close();
    });
  }

  it('without a reason gives an error without a cause', async () => {
    const signal = new PlainSignal();
    const promise = block({ signal });
    signal.abort();
    const error = await promise.catch((reason) => reason);
    assert.deepStrictEqual([error.code, Object.hasOwn(error, 'cause')], ['ABORT_ERR', false]);
  });

  it('may throw when it is listened to: that is the caller\'s error, and the only one', async () => {
    const thrown = new Error('no listeners');
    const signal = Object.assign(new PlainSignal(), { addEventListener() { throw thrown; } });
    let calls = 0;
    const reasons = await uncaught.rejections(async () => {
      await assert.rejects(twice(1, { signal }), (error) => error === thrown);
      assert.throws(() => twice(1, { signal }, () => calls++), (error) => error === thrown);
      await nothing();
    });
    assert.deepStrictEqual([reasons, calls], [[], 0]);
  });

  it('may throw when its listener is removed: no job loses its result', async () => {
    const signal = () => Object.assign(new PlainSignal(), {
      removeEventListener() { throw new Error('not removed'); },
    });
    const errors = await uncaught(async () => {
      const jobs = Array.from({ length: 20 }, (_, i) => twice(i, { signal: signal() }));
      assert.deepStrictEqual(await Promise.all(jobs), jobs.map((_, i) => 2 * i));
      assert.deepStrictEqual(await called(twice, 4, { signal: signal() }), [null, 8]);
    });
    assert.deepStrictEqual(new Set(errors.map(({ message }) => message)), new Set(['not removed']));
  });

  it('may throw when it is asked for its reason: the job is settled all the same', async () => {
    const signal = new PlainSignal();
    Object.defineProperty(signal, 'reason', { get() { throw new Error('no reason'); }, set() {} });
    const outcomes = [block({ signal }), called(block, { signal })];
    signal.abort();
    const [promise, callback] = await Promise.allSettled(outcomes);
    assert.strictEqual(promise.reason.code, 'ABORT_ERR');
    assert.strictEqual(callback.value[0].code, 'ABORT_ERR');
  });
});

describe('what is no signal is refused', () => {
  const { signal } = new AbortController();
  const wrong = {
    'null': null, 'a number': 5, 'a boolean': true, 'a string': 'signal', 'an object': {},
    'a controller': new AbortController(), 'an event target': new EventTarget(),
    'a function': Object.assign(() => {}, { aborted: false }), 'an array': [signal],
    'a signal without aborted': { addEventListener() {}, removeEventListener() {} },
    'a signal whose aborted is no boolean': {
      aborted: 0, addEventListener() {}, removeEventListener() {},
    },
  };
  for (const [what, value] of Object.entries(wrong)) {
    it(what, async () => {
      const error = {
        name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE',
        message: /^The "signal" option of twice must be an instance of AbortSignal\. Received /,
      };
      await assert.rejects(twice(1, { signal: value }), error);
      assert.throws(() => twice(1, { signal: value }, assert.fail), error);
      assert.throws(() => twice.sync(1, { signal: value }), error);
    });
  }
});
