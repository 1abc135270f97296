'use strict';

const assert = require('node:assert');
const { AsyncLocalStorage } = require('node:async_hooks');
const { Worker } = require('node:worker_threads');
const addon = require('./support/addon');
const uncaught = require('./support/uncaught');
const { canCollect, collectUntil } = require('./support/collect');
const { runChild } = require('./support/child');
const beforeDeadline = require('./support/deadline');

const {
  apart, every, hourly, hourlyItems, items, latest, left, often, openCounter, openGate, start, tell,
  threads, threadsEvery,
} = addon('progress');

const ABORT = { name: 'AbortError', code: 'ABORT_ERR' };
const LATE = { name: 'TimeoutError', code: 'ERR_OL_TIMEOUT' };
const count = (n) => Array.from({ length: n }, (_, i) => i + 1);
const turn = () => new Promise((resolve) => setImmediate(resolve));

/* Starts a job and keeps the loop busy until it has told all that it has to tell. */
function blocked(start) {
  const before = left();
  const promise = start();
  while (left() === before) continue;
  return promise;
}

/* What onProgress was called with, and when the call settled. */
function recorder() {
  const events = [];
  const onProgress = (...args) => events.push(args);
  const settled = (outcome) => {
    events.push(outcome);
    return outcome;
  };
  return { events, onProgress, settled };
}

/* The first argument of each call. */
const dones = (events) => events.map(([done]) => done);

async function all(stream) {
  const got = [];
  for await (const item of stream) got.push(item);
  return got;
}

describe('onProgress', () => {
  describe('of every way to start a job', () => {
    const ways = {
      'the promise form': (n, options) => every(n, options),
      'the callback form': (n, options) => new Promise((resolve, reject) => {
        every(n, options, (error, result) => (error ? reject(error) : resolve(result)));
      }),
      'a method of a handle': async (n, options) => {
        const counter = await openCounter();
        try {
          return await counter.count(n, options);
        } finally {
          await counter.close();
        }
      },
      'ol_start': (n, options) => start(n, options),
      'a stream': async (n, options) => {
        const stream = items(n, options);
        assert.deepStrictEqual(await all(stream), count(n));
        return await stream.result;
      },
      'a stream read by callbacks': (n, options) => new Promise((resolve, reject) => {
        items(n, options, () => {}, (error, result) => (error ? reject(error) : resolve(result)));
      }),
    };
    for (const [way, call] of Object.entries(ways)) {
      it(`${way}: is called with each value, all before the end`, async () => {
        const { events, onProgress, settled } = recorder();
        settled(await call(100, { onProgress }));
        assert.deepStrictEqual(events, [...count(100).map((i) => [i, undefined]), 100]);
        await turn();
        assert.strictEqual(events.length, 101);
      });
    }

    it('C16 C17 is called while the job runs, on whatever thread, beside the items of a stream', async () => {
      for (const worker of [latest, every, hourly]) {
        assert.strictEqual(await worker(1, { gateAt: 1, onProgress: () => openGate() }), 1);
      }
      const stream = items(1, { gateAt: 1, onProgress: () => openGate() });
      assert.deepStrictEqual(await all(stream), [1]);
    });
  });

  describe('the policy', () => {
    it('OL_PROGRESS_LATEST leaves out what came since the call before', async () => {
      const { events, onProgress } = recorder();
      await blocked(() => latest(1000, { total: 1000, onProgress }));
      assert.deepStrictEqual(events, [[1000, 1000]]);
    });

    it('OL_PROGRESS_EVERY leaves out nothing', async () => {
      const { events, onProgress } = recorder();
      await blocked(() => every(1000, { total: 1000, onProgress }));
      assert.deepStrictEqual(events, count(1000).map((i) => [i, 1000]));
    });

    it('.progress_ms leaves out what comes too early, but never the last value', async () => {
      const { events, onProgress } = recorder();
      const opening = (...args) => openGate(onProgress(...args));
      await hourly(1000, { gateAt: 1, everyMs: 0, onProgress: opening });
      assert.deepStrictEqual(dones(events), [1, 1000]);
    });

    it('.progress_ms lets one call come in its time, and the job goes on meanwhile', async () => {
      const times = [];
      const begin = performance.now();
      await often(200, { everyMs: 1, onProgress: (done) => times.push([done, performance.now()]) });
      const passed = performance.now() - begin;
      const calls = times.length;
      assert.ok(calls > 2 && calls <= passed / 5 + 2, `${calls} in ${passed} ms`);
      assert.strictEqual(times.at(-1)[0], 200);
    });
  });

  describe('the last value comes before', () => {
    it('a failure', async () => {
      for (const worker of [latest, every, hourly]) {
        const { events, onProgress, settled } = recorder();
        await worker(10, { failAt: 5, onProgress }).catch((error) => settled([error.code]));
        assert.deepStrictEqual(dones(events).slice(-2), [5, 'ERR_COUNT']);
      }
    });

    it('an abort and a deadline', async () => {
      const lastOfAborted = async () => {
        const aborted = recorder();
        const controller = new AbortController();
        const onProgress = (done) => {
          aborted.onProgress(done);
          controller.abort();
        };
        const { signal } = controller;
        await assert.rejects(hourly(100, { gateAt: 5, signal, onProgress }), ABORT);
        return dones(aborted.events).at(-1);
      };
      while (await lastOfAborted() !== 5) continue; /* its thread was late for the gate */
      assert.ok(await beforeDeadline(async (timeout) => {
        const late = recorder();
        const options = { gateAt: 5, timeout, onProgress: late.onProgress };
        await assert.rejects(hourly(100, options), LATE);
        return dones(late.events).at(-1) === 5;
      }));
    });

    it('the end of a stream whose items lie unread', async () => {
      const { events, onProgress, settled } = recorder();
      const before = left();
      const stream = hourlyItems(3, { onProgress });
      const { result } = stream;
      while (left() === before) await turn();
      for (let i = 0; i < 5; i++) await turn();
      assert.deepStrictEqual(await all(stream), [1, 2, 3]);
      settled([await result]);
      assert.ok(events.length <= 3);
      assert.deepStrictEqual(dones(events).slice(-2), [3, 3]);
    });

    it('the results of all who wait, each with values of its own', async () => {
      const calls = count(500).map((n) => {
        const { events, onProgress, settled } = recorder();
        return (n % 2 ? latest : every)(n % 7, { total: n, onProgress })
          .then((told) => settled([told, 'end'])).then(() => ({ events, n }));
      });
      for (const { events, n } of await Promise.all(calls)) {
        assert.deepStrictEqual(events.at(-1), [n % 7, 'end']);
        if (n % 7 > 0) assert.deepStrictEqual(events.at(-2), [n % 7, n]);
      }
    });
  });

  describe('is told', () => {
    it('no total where there is none, and any number of what is done', async () => {
      const rows = [
        [1, NaN, undefined], [1, 0, undefined], [1, -0, undefined], [1, -5, undefined],
        [1, -Infinity, undefined], [NaN, 4, 4], [-3, 1e300, 1e300], [9, 3, 3],
        [0.25, Infinity, Infinity],
      ];
      for (const [done, total, seen] of rows) {
        const { events, onProgress } = recorder();
        await tell(done, total, { onProgress });
        assert.deepStrictEqual(events, [[done, seen], [done + 1, seen]]);
      }
    });

    it('C17 the sum of what several threads add, whole, also when execute has returned', async () => {
      const n = 20000;
      const few = recorder();
      await threads(4, n, { onProgress: few.onProgress });
      assert.deepStrictEqual(few.events.at(-1), [4 * n, 4 * n]);
      assert.deepStrictEqual(dones(few.events), dones(few.events).sort((a, b) => a - b));
      const each = recorder();
      await threadsEvery(4, n / 20, { onProgress: each.onProgress });
      assert.deepStrictEqual(dones(each.events), [0, ...count(4 * n / 20)]);
    });

    it('nothing where nobody listens, and the job does not care', async () => {
      assert.strictEqual(await latest(1e7), 1e7);
      assert.strictEqual(await every(1e7), 1e7);
      assert.strictEqual(latest.sync(100), 100);
    });
  });

  describe('refuses', () => {
    it('what is no function', async () => {
      for (const onProgress of [null, 1, 'f', {}, true]) {
        const error = {
          name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE',
          message: /^The "onProgress" option of latest must be a function\. Received /,
        };
        await assert.rejects(latest(1, { onProgress }), error);
        assert.throws(() => latest(1, { onProgress }, () => {}), error);
        assert.throws(() => latest.sync(1, { onProgress }), error);
        assert.throws(() => items(1, { onProgress }), { code: 'ERR_INVALID_ARG_TYPE' });
        assert.throws(() => start(1, { onProgress }), { code: 'ERR_INVALID_ARG_TYPE' });
      }
      assert.strictEqual(await latest(1, { onProgress: undefined }), 1);
    });

    it('.sync, which could not call it in time', () => {
      assert.throws(() => latest.sync(1, { onProgress() {} }), {
        name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE',
        message: /^The "onProgress" option of latest must be undefined with \.sync\. Received /,
      });
    });
  });

  describe('as a function of JavaScript', () => {
    it('is never called before the call returns, nor after the end', async () => {
      let calls = 0;
      const promise = blocked(() => latest(10, { onProgress: () => calls++ }));
      assert.strictEqual(calls, 0);
      await promise;
      assert.strictEqual(calls, 1);
      const aborted = latest(10, { signal: AbortSignal.abort(), onProgress: assert.fail });
      await assert.rejects(aborted, ABORT);
      await turn();
    });

    it('is let go of when the job is settled', async function () {
      if (!canCollect) this.skip();
      let collected = 0;
      const registry = new FinalizationRegistry(() => collected++);
      const listen = (worker) => {
        const onProgress = () => {};
        registry.register(onProgress);
        return worker(3, { onProgress });
      };
      await listen(latest);
      await listen(every);
      await collectUntil(() => collected === 2);
    });

    it('sees the AsyncLocalStorage of its call, and no this', async () => {
      const storage = new AsyncLocalStorage();
      const seen = await Promise.all(['a', 'b', 'c'].map((store) => storage.run(store, async () => {
        const stores = [];
        await every(3, { onProgress() { stores.push(storage.getStore(), this); } });
        return stores;
      })));
      const three = (store) => [store, undefined, store, undefined, store, undefined];
      assert.deepStrictEqual(seen, ['a', 'b', 'c'].map(three));
    });

    it('may throw: that is an uncaughtException, and costs nothing else', async () => {
      const { events, onProgress, settled } = recorder();
      const throwing = (...args) => {
        onProgress(...args);
        throw new Error(`at ${args[0]}`);
      };
      const errors = await uncaught(async () => {
        settled([await every(3, { onProgress: throwing })]);
        assert.deepStrictEqual(await all(items(2)), [1, 2]);
      });
      assert.deepStrictEqual(errors.map(({ message }) => message), ['at 1', 'at 2', 'at 3']);
      assert.deepStrictEqual(dones(events), [1, 2, 3, 3]);
    });

    it('may start jobs, which have progress of their own, and stop its own', async () => {
      const inner = [];
      await every(3, { onProgress: (done) => inner.push(every(done, { onProgress() {} })) });
      assert.deepStrictEqual(await Promise.all(inner), [1, 2, 3]);
      const controller = new AbortController();
      await assert.rejects(latest(1e6, {
        everyMs: 1, signal: controller.signal, onProgress: () => controller.abort(),
      }), ABORT);
    });

    it('may close the stream that it listens to', async () => {
      let closed;
      const stream = items(1e6, { everyMs: 1, onProgress: () => (closed ??= stream.close()) });
      await assert.doesNotReject(all(stream));
      await closed;
    });
  });

  describe('a flood', () => {
    it('of 10 million values costs no memory under LATEST, and timers fire', async () => {
      let calls = 0;
      let ticks = 0;
      const before = process.memoryUsage().rss;
      const timer = setInterval(() => ticks++, 1);
      const promise = latest(1e7, { total: 1e7, onProgress: () => calls++ });
      assert.strictEqual(await promise, 1e7);
      clearInterval(timer);
      const grown = process.memoryUsage().rss - before;
      assert.ok(calls > 0 && calls < 1e7 && ticks > 0, `${calls} calls, ${ticks} ticks`);
      assert.ok(grown < 64e6, `${grown} bytes`);
    });

    for (const [name, worker, options] of [
      ['LATEST', latest, { everyMs: 0 }], ['EVERY', every, { everyMs: 0 }],
    ]) {
      it(`leaves turns of the loop to others, however slow the listener: ${name}`, async () => {
        let calls = 0;
        let most = 0;
        let over = false;
        const check = () => {
          most = Math.max(most, calls);
          calls = 0;
          if (!over) setImmediate(check);
        };
        setImmediate(check);
        const slow = () => {
          const end = performance.now() + 2;
          while (performance.now() < end) continue;
          calls++;
        };
        await worker(name === 'EVERY' ? 100 : 2e7, { ...options, onProgress: slow });
        over = true;
        assert.ok(most > 0 && most <= 4, `${most} calls in one turn`);
      });
    }

    it('under EVERY arrives whole and in order, over many turns of the loop', async () => {
      const n = 200000;
      let next = 1;
      let turns = 0;
      let over = false;
      const tick = () => {
        turns++;
        if (!over) setImmediate(tick);
      };
      setImmediate(tick);
      const onProgress = (done) => { next += done === next; };
      const promise = blocked(() => every(n, { onProgress }));
      turns = 0;
      await promise;
      over = true;
      assert.strictEqual(next, n + 1);
      assert.ok(turns > 5, `${turns} turns`);
    });

    it('still told when its job is over holds up no others but those in line', async () => {
      const FLOOD = 5000;
      const order = [];
      let told = 0;
      const slow = () => { // until the others are over, however late a busy machine begins them
        const end = performance.now() + 1;
        while (order.length < 20 && performance.now() < end) continue;
        told++;
      };
      const counter = await openCounter();
      const note = (name) => () => order.push(name);
      const flood = blocked(() => counter.count(FLOOD, { onProgress: slow })).then(note('flood'));
      const next = blocked(() => counter.count(1)).then(note('next in line'));
      const others = count(20).map(() => latest(1).then(note('other')));
      await Promise.all([flood, next, ...others]);
      await counter.close();
      assert.strictEqual(told, FLOOD);
      assert.deepStrictEqual(order, [...Array(20).fill('other'), 'flood', 'next in line']);
    });

    it('of several jobs starves none of them', async () => {
      const calls = [0, 0, 0];
      const controller = new AbortController();
      const { signal } = controller;
      const jobs = calls.map((_, i) => apart(2147483647, {
        signal,
        onProgress() {
          calls[i]++;
          if (Math.min(...calls) > 10) controller.abort();
        },
      }));
      for (const job of jobs) await assert.rejects(job, ABORT);
    });
  });

  describe('at the end', () => {
    it('of a worker thread with a flood nothing hangs', async () => {
      const file = JSON.stringify(addon.file('progress'));
      const worker = new Worker(`
        const { every, latest, often, items } = require(${file});
        const { parentPort } = require('node:worker_threads');
        const onProgress = () => parentPort.postMessage('called');
        for (const worker of [every, latest, often]) worker(1e6, { everyMs: 1, onProgress });
        items(1e6, { everyMs: 1, onProgress }, () => {}, () => {});
      `, { eval: true });
      await new Promise((resolve) => worker.once('message', resolve));
      await worker.terminate();
    });

    it('a process does not wait for a call that is not due yet', async () => {
      const { stdout, stderr } = await runChild('progress.js');
      assert.strictEqual(stderr, '');
      assert.deepStrictEqual(stdout.trim().split('\n').slice(-2), ['100', 'end']);
    });
  });
});
