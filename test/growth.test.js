'use strict';

// What a job leaves behind, by doing it over and over.

const assert = require('node:assert');
const addon = require('./support/addon');
const { canCollect, gc } = require('./support/collect');
const { turn } = require('./support/pool');

const { twice, nothing } = addon('calls');
const { block } = addon('waits');
const { rejectWith } = addon('complete');
const { task } = addon('prepare');
const { start } = addon('start');
const { take, counts } = addon('growth');
const { sums } = addon('messages');

const TIMES = 20000;
const ALLOWED = 1 << 20; // 52 bytes a call
const MANY = 200; // at once

async function used() {
  for (let i = 0; i < 3; i++) {
    await turn();
    gc();
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

/* Calls [call](done) so many times; done is to be called once each time. */
async function repeat(times, call) {
  for (let left = times; left > 0; left -= MANY) {
    await new Promise((resolve) => {
      let pending = MANY;
      const done = () => --pending === 0 && resolve();
      for (let i = 0; i < MANY; i++) call(done);
    });
  }
}

const { signal } = new AbortController();
const aborted = AbortSignal.abort();
const settle = (promise, done) => promise.then(done, done);

const CALLS = {
  'promises': (done) => settle(nothing(), done),
  'promises that are rejected': (done) => settle(twice(-1), done),
  'callbacks': (done) => nothing(done),
  'callbacks that get an error': (done) => twice(-1, done),
  'jobs of one signal that lives on': (done) => settle(nothing({ signal }), done),
  'jobs of an aborted signal': (done) => settle(nothing({ signal: aborted }), done),
  'jobs past their deadline': (done) => settle(block({ timeout: 0 }), done),
  'jobs long before their deadline': (done) => settle(nothing({ timeout: 1e9 }), done),
  'throws in complete': (done) => settle(rejectWith('error'), done),
  'throws in prepare': (done) => settle(task(1, { how: 'throw' }), done),
  'refused arguments': (done) => settle(twice('1'), done),
  'ol_start': (done) => start(0, [1, 2], undefined, done),
};

describe('memory', () => {
  before(function () {
    if (!canCollect) this.skip();
  });

  for (const [what, call] of Object.entries(CALLS)) {
    it(`C32 does not grow: ${what}`, async () => {
      await repeat(2000, call);
      const earlier = await used();
      await repeat(TIMES, call);
      const grown = await used() - earlier;
      assert.ok(grown < ALLOWED, `${grown / TIMES} bytes a call`);
    }).timeout(120000);
  }

  it('C32 that a job took in C goes with the job', async () => {
    await repeat(200, (done) => settle(take(), done));
    const earlier = process.memoryUsage.rss();
    const each = 3 * 65536;
    await repeat(8000, (done) => settle(take(), done));
    const grown = process.memoryUsage.rss() - earlier;
    assert.ok(grown < 8000 * each / 2, `${grown} bytes`);
    assert.strictEqual(counts.sync().freed, counts.sync().adopted);
    assert.strictEqual(counts.sync().adopted, 8200);
  }).timeout(120000);

  it('C32 that a session received last goes with the session', async () => {
    const data = new Uint8Array(1 << 19);
    async function talk() {
      const session = sums({ endAt: 1 });
      session.post(data);
      await session.next();
      await session.result;
    }
    async function talkOften(times) {
      for (; times > 0; times -= 20) await Promise.all(Array.from({ length: 20 }, talk));
    }
    await talkOften(100);
    const earlier = process.memoryUsage.rss();
    await talkOften(2000);
    const grown = process.memoryUsage.rss() - earlier;
    assert.ok(grown < 1000 * data.length, `${grown} bytes`);
  }).timeout(120000);
});
