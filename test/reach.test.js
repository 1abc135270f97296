'use strict';

/* What is over, was never begun or is not read to its end is collected, whatever reaches it of what
 * it was called with: each case makes a circle, and the object that is told of closes it. */

const assert = require('node:assert');
const { AsyncLocalStorage } = require('node:async_hooks');
const addon = require('./support/addon');
const { canCollect, collectUntil, gc } = require('./support/collect');

const streams = addon('streams');
const { bigs, range, range8 } = streams;
const messages = addon('messages');
const { collect } = messages;
const { items, latest } = addon('progress');
const { twice } = addon('calls');
const { block, nap, counts: countWaits } = addon('waits');
const { openBase } = addon('exclusive');

const { createPool } = addon('waits')[Symbol.for('offloop')];

const CIRCLES = 20;
const SPARED = 2; // that a frame or a register may hold
const turn = () => new Promise((resolve) => setImmediate(resolve));
const forget = () => {};

async function all(iterator) {
  const values = [];
  for await (const value of iterator) values.push(value);
  return values;
}

/* [circle] gives an object, and keeps nothing of it. */
async function assertCollected(circle) {
  let collected = 0;
  const registry = new FinalizationRegistry(() => collected++);
  for (let i = 0; i < CIRCLES; i++) registry.register(await circle(i), undefined);
  await collectUntil(() => collected >= CIRCLES - SPARED);
}

/* An AbortController whose listener has what it is to close. */
function closing(make) {
  const controller = new AbortController();
  const { signal } = controller;
  const closed = make({ signal });
  signal.addEventListener('abort', () => closed.close?.() ?? closed.return?.());
  return closed;
}

const lasting = new AbortController().signal; // of the whole program
const wide = createPool({ threads: 2 * CIRCLES + 1 });

describe('is collected', () => {
  before(function () {
    if (!canCollect) this.skip();
  });

  const circles = {
    /* ---- Streams ---- */

    'a stream that was read, which the listener of its signal closes': async () => {
      const stream = closing((options) => range(3, options));
      await all(stream);
      return stream;
    },
    'a stream that was never begun, which the listener of its signal closes': () =>
      closing((options) => range(3, options)),
    'a stream that waits for its reader, which the listener of its signal closes': async () => {
      const stream = closing((options) => range8(-1, options));
      await stream.next();
      return stream;
    },
    'a stream whose items lie unread, which the listener of its signal closes': async () => {
      const stream = closing((options) => range(20, options));
      await stream.next();
      return stream;
    },
    'a stream that waits for its reader, with a signal that stays': async () => {
      const stream = range8(-1, { signal: lasting });
      await stream.next();
      return stream;
    },
    'a stream that broke at an item, whose error nobody looks at': async () => {
      const stream = bigs(10);
      await assert.rejects(all(stream));
      return stream;
    },
    'a stream that broke at an item and was read up to that': async () => {
      const stream = bigs(10);
      await stream.next();
      return stream;
    },
    'a stream that failed, whose error it has itself': async () => {
      const stream = range(3, { failAt: 1 });
      stream.error = await all(stream).catch((error) => error);
      return stream;
    },
    'a stream that was closed, whose result is asked for': async () => {
      const stream = range8(-1);
      await stream.next();
      stream.result.then(() => stream);
      await stream.close();
      return stream;
    },
    'a stream whose batches were read': async () => {
      const stream = closing((options) => range(300, options));
      await all(stream.batches());
      return stream;
    },
    'a stream that waits for its reader, which a listener of its progress closes': async () => {
      const kept = { stream: undefined };
      kept.stream = items(1e6, { onProgress: () => kept.stream.close });
      await kept.stream.next();
      return kept.stream;
    },
    'a stream that was never begun, in the store of its caller': () => {
      const store = new AsyncLocalStorage();
      const kept = { stream: undefined };
      kept.stream = store.run(kept, () => items(3, { onProgress: forget }));
      return kept.stream;
    },
    'the callbacks of a stream that is over': async () => {
      const kept = { last: undefined };
      await new Promise((resolve) => range(3, (item) => (kept.last = item), resolve));
      return kept;
    },

    /* ---- Sessions ---- */

    'a session that was closed, which the listener of its signal closes': async () => {
      const session = closing((options) => collect(options));
      session.post(1);
      await session.close();
      return session;
    },
    'a session that nobody closed, which the listener of its signal closes': () => {
      const session = closing((options) => collect(options));
      session.post(1);
      return session;
    },
    'a session whose callback has it': async () => {
      let session;
      await new Promise((resolve) => {
        session = collect(() => resolve(session.post));
        session.close();
      });
      return session;
    },

    /* ---- Maps ---- */

    'a map that was read, which its generator has': async () => {
      const results = twice.map((function* () {
        yield 1;
        void results;
      })());
      await all(results);
      return results;
    },
    'a map that was never begun, which its generator has': () => {
      const results = twice.map((function* () {
        yield results;
      })());
      return results;
    },
    'a map that was left in the middle, which its generator has': async () => {
      const results = twice.map((function* () {
        for (let i = 0; i < 1000; i++) yield i;
        void results;
      })(), { concurrency: 2 });
      await results.next();
      return results;
    },
    'a map whose jobs wait for their end, which its generator has': async () => {
      const results = nap.map((function* () {
        yield 0;
        for (let i = 0; i < 1000; i++) yield -1;
        void results;
      })(), { concurrency: 2, pool: wide });
      await results.next();
      return results;
    },
    'a map whose async generator has it': async () => {
      const results = twice.map((async function* () {
        for (let i = 0; i < 1000; i++) yield i;
        void results;
      })(), { concurrency: 2 });
      await results.next();
      return results;
    },
    'a map that was read, which its list has': async () => {
      const list = [1, 2];
      list.results = twice.map(list);
      await all(list.results);
      return list.results;
    },
    'a map that failed, which its list has': async () => {
      const list = [1, -2, 3];
      list.results = twice.map(list);
      await assert.rejects(all(list.results));
      return list.results;
    },
    'a map that was left in the middle, which the listener of its signal leaves': async () => {
      const results = closing((options) => twice.map([1, 2, 3], { ...options, concurrency: 2 }));
      await results.next();
      return results;
    },
    'a map that was read, which the listener of its signal leaves': async () => {
      const results = closing((options) => twice.map([1, 2, 3], options));
      await all(results);
      return results;
    },
    'a map that was left in the middle, with a signal that stays': async () => {
      const results = twice.map([1, 2, 3], { signal: lasting, concurrency: 2 });
      await results.next();
      return results;
    },
    'a map that the handle has which it was called on': async () => {
      const base = await openBase();
      base.results = base.note.map.call(base, [1, 2, 3], { concurrency: 1 });
      await base.results.next();
      return base.results;
    },

    /* ---- Calls ---- */

    'a function of exclusive, which has its handle and its signal': async () => {
      const base = await openBase();
      const controller = new AbortController();
      const fn = async (standIn) => {
        await standIn.note(1);
        return [base, controller];
      };
      controller.signal.addEventListener('abort', () => fn);
      base.fn = fn;
      await base.exclusive(fn, { signal: controller.signal });
      return fn;
    },
    'a listener of progress, whose job is over': async () => {
      const onProgress = () => onProgress;
      await latest(3, { onProgress });
      return onProgress;
    },
    'a callback that has its own signal, whose job is over': async () => {
      const { signal } = new AbortController();
      let callback;
      await new Promise((resolve) => {
        callback = () => resolve(callback);
        signal.addEventListener('abort', callback);
        twice(1, { signal }, callback);
      });
      return callback;
    },
  };
  for (const [what, circle] of Object.entries(circles)) {
    it(what, async () => {
      const { left: leftBefore, entered: enteredBefore } = streams.counts();
      await assertCollected(circle);
      await collectUntil(() => { // and its job has ended
        const { left, entered } = streams.counts();
        return left - leftBefore >= entered - enteredBefore - SPARED;
      });
    });
  }

  it('and what was given away settles all the same', async () => {
    const result = await (async () => {
      const stream = range8(-1);
      await stream.next();
      return [stream.result];
    })();
    let told;
    result[0].then((value) => (told = value));
    await collectUntil(() => told !== undefined);
    assert.ok(told.count > 0);
  });

  it('while one that somebody waits for is not', async () => {
    let told = 0;
    const wait = (promise) => void promise.then(() => told++);
    const controller = new AbortController();
    const waiting = () => {
      wait(range(1, { everyMs: 100 }).next());
      wait(range(3, { everyMs: 50 }).result);
      wait(nap.map([100]).next());
      wait(assert.rejects(block.map([[]], { signal: controller.signal }).next()));
      const forEver = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(forget) }) };
      wait(assert.rejects(twice.map(forEver, { signal: controller.signal }).next()));
    };
    waiting();
    for (let i = 0; i < 5; i++) {
      gc();
      await turn();
    }
    await collectUntil(() => told === 3);
    controller.abort();
    await collectUntil(() => told === 5);
  });

  after(() => canCollect && collectUntil(() => {
    const { entered, left } = countWaits.sync();
    return entered - left <= SPARED;
  }));
});
