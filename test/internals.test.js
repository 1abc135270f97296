'use strict';

const assert = require('node:assert');
const addon = require('./support/addon');
const called = require('./support/called');
const { turn } = require('./support/pool');

const { resubmit, retire, counts, mixed, slabs } = addon('internals');

/* What a body added, as [executed, destroyed]. */
async function added(body) {
  const earlier = counts.sync();
  await body();
  await turn();
  const later = counts.sync();
  return [later.executed - earlier.executed, later.destroyed - earlier.destroyed];
}

describe('inside offloop', () => {
  it('C37 a job is submitted once: the second time is refused, and it does not run again', async () => {
    const changes = await added(async () => {
      assert.strictEqual(await resubmit(), 'OL_INVALID');
      assert.deepStrictEqual(await called(resubmit), [null, 'OL_INVALID']);
    });
    assert.deepStrictEqual(changes, [2, 2]);
  });

  it('C38 a job may be retired within complete, and again: it is destroyed once', async () => {
    const changes = await added(async () => {
      await retire();
      retire.sync();
    });
    assert.deepStrictEqual(changes, [2, 2]);
  });

  it('a slab is gone when all its jobs have ended, however they did', async () => {
    const calls = Array.from({ length: 3000 }, (_, i) => mixed(i % 3 === 0));
    const ends = await Promise.allSettled(calls);
    assert.strictEqual(ends.filter(({ status }) => status === 'rejected').length, 1000);
    while (await slabs() > 0) await turn(); // the test's own time limit ends one that stays
  });
});
