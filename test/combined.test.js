'use strict';

const assert = require('node:assert');
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const addon = require('./support/addon');
const uncaught = require('./support/uncaught');
const { runChild } = require('./support/child');
const { testTogether } = require('./support/together');
const { POINTS, converse, sumOf } = require('./support/combined');

const file = addon.file('combined');
const { counts, openHub, talk } = addon('combined');
const thread = path.join(__dirname, 'support', 'combined.thread.js');

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function until(check) {
  while (!check()) await turn();
}

describe('items, messages, questions and progress at once', () => {
  let hub, before;

  const since = (name) => counts.sync()[name] - before[name];
  const methodOf = (object) => (...args) => object.serve(...args);

  beforeEach(async () => {
    before = counts.sync();
    hub = await openHub();
  });

  afterEach(async () => {
    await hub.close();
    await until(() => since('left') === since('entered') && since('made') === since('destroyed'));
    await until(() => since('opened') === since('closed'));
    assert.strictEqual(since('met'), 0);
  });

  it('all arrive', async () => {
    assert.strictEqual(await converse(talk, 50).over, sumOf(50));
  });

  it('all arrive where several handles and jobs take turns', async () => {
    const many = Array.from({ length: 8 }, () => converse(methodOf(hub), 20).over);
    const touches = Array.from({ length: 50 }, () => hub.touch());
    assert.deepStrictEqual(await Promise.all(many), Array(8).fill(sumOf(20)));
    await Promise.all(touches);
  });

  it('all arrive inside exclusive, while those outside wait', async () => {
    const order = [];
    const within = hub.exclusive(async (tx) => {
      const sum = await converse(methodOf(tx), 20).over;
      await tx.touch();
      order.push('within');
      return sum;
    });
    const outside = converse(methodOf(hub), 5).over.then((sum) => order.push('outside') && sum);
    assert.deepStrictEqual(await Promise.all([within, outside]), [sumOf(20), sumOf(5)]);
    assert.deepStrictEqual(order, ['within', 'outside']);
  });

  describe('by callbacks', () => {
    /* The job has emitted before the signal is listened to. */
    const slow = {
      aborted: false,
      addEventListener: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50),
      removeEventListener() {},
    };

    it('give no item before the call has returned', async () => {
      const items = [];
      let session;
      const result = await new Promise((resolve, reject) => {
        const onItem = (item) => {
          items.push([item, session !== undefined]);
          session?.post({ number: 10, text: 'defg' });
        };
        const onEnd = (error, sum) => (error ? reject(error) : resolve(sum));
        const onAsk = (round) => ({ value: round, text: 'abc' });
        session = talk(onAsk, 2, { signal: slow }, onItem, onEnd);
      });
      assert.deepStrictEqual(items, [[0, true], [1, true]]);
      assert.strictEqual(result, sumOf(2));
    });

    it('are not called where the call has thrown', async () => {
      const thrown = new Error('mine');
      const deaf = { ...slow, addEventListener() { throw thrown; } };
      const called = [];
      const note = (...args) => called.push(args);
      const errors = await uncaught(async () => {
        assert.throws(() => talk(() => {}, 1, { signal: deaf }, note, note), thrown);
        assert.throws(() => hub.serve(() => {}, 1, { signal: deaf }, note, note), thrown);
        await until(() => since('made') === 2 && since('destroyed') === 2);
        for (let i = 0; i < 10; i++) await turn();
      });
      assert.deepStrictEqual({ called, errors }, { called: [], errors: [] });
    });
  });

  /* What may happen at any point; each ends the conversation but for the last three. */
  const strikes = {
    abort: ({ controller }) => controller.abort(),
    leave: ({ stream }) => stream?.close(),
    returns: ({ stream }) => stream?.return(),
    closeHub: ({ hub: object }) => object.close(),
    stopsAll: ({ controller, stream, hub: object }) => {
      stream?.close();
      object.close();
      controller.abort();
    },
    collect: () => global.gc(),
    starts: ({ hub: object }) => {
      object.exclusive((tx) => tx.touch()).catch(() => {});
      object.touch().catch(() => {});
      converse(talk, 2);
    },
    nothing: () => {},
  };
  const GOES_ON = ['collect', 'starts', 'nothing'];

  for (const point of POINTS) {
    for (const [name, strike] of Object.entries(strikes)) {
      it(`${name} at ${point}`, async () => {
        for (const at of [1, 3]) {
          const places = [hub, await openHub()];
          const ends = places.map((place, i) => {
            const controller = new AbortController();
            const it = { controller, hub: place, stream: undefined };
            let left = at;
            const conversation = converse(i === 0 ? talk : methodOf(place), 6, {
              signal: controller.signal,
              strike: (where) => {
                if (where === point && --left === 0) strike(it);
              },
            });
            it.stream = conversation.stream;
            return conversation.over;
          });
          const outcomes = await Promise.all(ends);
          if (GOES_ON.includes(name)) assert.deepStrictEqual(outcomes, Array(2).fill(sumOf(6)));
          await Promise.all(places.map((place) => place.close()));
          hub = await openHub();
        }
      });
    }
  }

  describe('the end', () => {
    for (const way of ['waits', 'spins', 'exits']) {
      for (const point of POINTS.filter((name) => name !== 'argument')) {
        it(`of a worker thread that ${way} at ${point}`, async () => {
          const worker = new Worker(thread, { workerData: { file, point, way } });
          const exited = new Promise((resolve) => worker.once('exit', resolve));
          if (way !== 'exits') {
            await new Promise((resolve) => worker.once('message', resolve));
            await worker.terminate();
          }
          assert.strictEqual(await exited, way === 'exits' ? 7 : 1);
          assert.ok(since('made') > 0);
        });
      }
    }

    it('of a worker thread where jobs with pinned memory wait for a turn that others keep', async () => {
      const worker = new Worker(thread, { workerData: { file, way: 'pins' } });
      await new Promise((resolve) => worker.once('message', resolve));
      assert.strictEqual(await worker.terminate(), 1);
      assert.strictEqual(since('made'), 2);
    });

    async function processEnds(point) {
      const { code, signal, stdout, stderr } = await runChild('combined.child.js', [point],
        { leaks: false });
      assert.deepStrictEqual({ code, signal, stderr }, { code: 5, signal: null, stderr: '' });
      assert.deepStrictEqual(JSON.parse(stdout), { made: true, met: 0 });
    }

    testTogether(Object.fromEntries(POINTS.filter((name) => name !== 'argument').map((point) => [
      `of the process at ${point}`, () => processEnds(point),
    ])));
  });
});
