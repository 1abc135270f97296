'use strict';

const assert = require('node:assert');
const addon = require('./support/addon');
const { turn } = require('./support/pool');
const uncaught = require('./support/uncaught');

const { once, counts } = addon('once');

const WAVES = 50;
const WAVE = 2000;

class MyError extends Error {}

/* What a wave of jobs shares, and how often each of them was settled. */
class Wave {
  settled = new Uint8Array(WAVE);
  wrong = [];
  left = WAVE;
  during = new AbortController();
  after = new AbortController();
  done = new Promise((resolve) => (this.finish = resolve));

  settle(number, fact) {
    if (!fact) this.wrong.push(number);
    this.settled[number]++;
    if (--this.left === 0) this.finish();
  }

  promise(number, fact, ...args) {
    once(...args).then(
      (value) => this.settle(number, fact(null, value)),
      (error) => this.settle(number, fact(error)),
    );
  }

  callback(number, fact, throws, ...args) {
    once(...args, (error, value) => {
      this.settle(number, fact(error, value));
      if (throws) throw new MyError('from a callback');
    });
  }

  sync(number, fact, ...args) {
    let outcome;
    try {
      outcome = [null, once.sync(...args)];
    } catch (error) {
      outcome = [error];
    }
    this.settle(number, fact(...outcome));
  }
}

const aborted = AbortSignal.abort();
const fails = (code) => (error) => error?.code === code;
const works = (number) => (error, value) => error === null && value === number;

/* One kind of job each; they come in turn. */
const KINDS = [
  (wave, i) => wave.promise(i, works(i), 'works', i),
  (wave, i) => wave.promise(i, fails('ERR_FAILS'), 'fails', i),
  (wave, i) => wave.promise(i, fails('ERR_THROWS'), 'throws', i),
  (wave, i) => wave.callback(i, works(i), false, 'works', i),
  (wave, i) => wave.callback(i, works(i), true, 'works', i),
  (wave, i) => wave.callback(i, fails('ERR_FAILS'), true, 'fails', i),
  (wave, i) => wave.callback(i, fails('ERR_THROWS'), false, 'throws', i),
  (wave, i) => wave.sync(i, works(i), 'works', i),
  (wave, i) => wave.sync(i, fails('ERR_THROWS'), 'throws', i),
  (wave, i) => wave.promise(i, fails('ABORT_ERR'), 'works', i, { signal: aborted }),
  (wave, i) => wave.callback(i, fails('ERR_THROWS'), true, 'throws', i, { signal: aborted }),
  (wave, i) => wave.promise(i, fails('ABORT_ERR'), 'waits', i, { signal: wave.during.signal }),
  (wave, i) => wave.callback(i, fails('ABORT_ERR'), true, 'waits', i, { signal: wave.during.signal }),
  (wave, i) => wave.promise(i, fails('ERR_OL_TIMEOUT'), 'waits', i, { timeout: (i % 3) / 10 }),
  (wave, i) => wave.promise(i, works(i), 'works', i, { signal: wave.after.signal, timeout: 60000 }),
];

async function runWave() {
  const wave = new Wave();
  for (let i = 0; i < WAVE; i++) KINDS[i % KINDS.length](wave, i);
  await turn();
  wave.during.abort();
  await wave.done;
  wave.after.abort();
  return wave;
}

describe('exactly once', () => {
  it('C5 C32 C38 100000 jobs of all kinds: settled = completed = destroyed = accepted', async () => {
    const earlier = counts.sync();
    let settled = 0;
    const errors = await uncaught(async () => {
      for (let i = 0; i < WAVES; i++) {
        const wave = await runWave();
        assert.deepStrictEqual(wave.wrong, []);
        settled += wave.settled.filter((times) => times === 1).length;
      }
    });
    const later = counts.sync();
    const all = WAVES * WAVE;
    assert.ok(errors.every((error) => error instanceof MyError));
    const thrown = [4, 5, 10, 12].map((kind) => WAVES * Math.ceil((WAVE - kind) / KINDS.length));
    assert.strictEqual(errors.length, thrown.reduce((sum, count) => sum + count));
    assert.strictEqual(settled, all);
    for (const counter of ['accepted', 'completed', 'destroyed']) {
      assert.strictEqual(later[counter] - earlier[counter], all, counter);
    }
    assert.ok(later.executed - earlier.executed < all);
    assert.strictEqual(later.wrong, 0);
  }).timeout(120000);
});
