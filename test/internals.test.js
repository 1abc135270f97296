'use strict';

const assert = require('node:assert');
const addon = require('./support/addon');
const called = require('./support/called');
const { turn } = require('./support/pool');

const { resubmit, retire, counts } = addon('internals');

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
});
