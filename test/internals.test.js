'use strict';

const assert = require('node:assert');
const addon = require('./support/addon');
const called = require('./support/called');
const { turn } = require('./support/pool');

const internals = addon('internals');
const {
  resubmit, retire, counts, mixed, mixedOnNode, slabs, withoutRunners, withoutThreads,
} = internals;
const { pools } = internals[Symbol.for('offloop')];

/* Others need not take it well that no environment is named. */
const onNode = process.versions.bun || process.versions.deno ? it.skip : it;

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

  for (const [worker, where] of [[mixed, 'a pool of ours'], [mixedOnNode, "Node's pool"]]) {
    it(`a slab of ${where} is gone when all its jobs have ended, however they did`, async () => {
      const calls = Array.from({ length: 3000 }, (_, i) => worker(i % 3 === 0));
      const made = slabs.sync();
      const ends = await Promise.allSettled(calls);
      assert.ok(made >= 3000 / 256, `${made} slabs`);
      assert.strictEqual(ends.filter(({ status }) => status === 'rejected').length, 1000);
      while (await slabs() > 0) await turn(); // the test's own time limit ends one that stays
    });
  }

  onNode("what waits for Node's pool fails when no thread can be had, the jobs of slabs too", async () => {
    const { node } = pools;
    while (node.stats().threads > 0) await turn();
    const before = node.stats();
    withoutRunners.sync();
    const calls = Array.from({ length: 300 }, () => mixedOnNode(false));
    calls.push(mixedOnNode(false, {}));
    assert.strictEqual(node.stats().queued, 301);
    withoutThreads.sync();
    for (const { reason } of await Promise.allSettled(calls)) {
      assert.strictEqual(reason?.code, 'ERR_OL_BUSY');
      assert.match(reason.message, /^mixedOnNode has no thread/);
    }
    const { failed, queued, running } = node.stats();
    assert.deepStrictEqual([failed - before.failed, queued, running], [301, 0, 0]);
    assert.strictEqual(slabs.sync(), 0);
    assert.strictEqual(await mixedOnNode(false), undefined);
  });
});
