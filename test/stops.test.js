'use strict';

// Stops as C sees them.

const assert = require('node:assert');
const addon = require('./support/addon');
const { turn } = require('./support/pool');

const { readPipe, armAndDisarm, stopBy, counts } = addon('stops');

/* enum ol_status_code */
const CLOSED = -6;
const ENDED = -8;

const ABORTED = { name: 'AbortError', code: 'ABORT_ERR' };

async function entered(count) {
  while (counts.sync().entered < count) await turn();
}

describe('ol_on_stop', () => {
  it('ends a system call that execute waits in, by an abort', async () => {
    const { entered: earlier, fired } = counts.sync();
    const controller = new AbortController();
    const promise = readPipe({ signal: controller.signal });
    await entered(earlier + 1);
    controller.abort();
    await assert.rejects(promise, ABORTED);
    assert.strictEqual(counts.sync().fired, fired + 1);
  });

  it('and by a deadline, also in .sync', async () => {
    const earlier = counts.sync();
    await assert.rejects(readPipe({ timeout: 20 }), { code: 'ERR_OL_TIMEOUT' });
    assert.throws(() => readPipe.sync({ timeout: 20 }), { code: 'ERR_OL_TIMEOUT' });
    const later = counts.sync();
    assert.strictEqual(later.fired - earlier.fired, later.entered - earlier.entered);
  });

  it('never runs what was disarmed, however often that races an aborting loop', async () => {
    for (let rounds = 0; rounds < 20; rounds++) {
      const { entered: earlier } = counts.sync();
      const controller = new AbortController();
      const jobs = Array.from({ length: 2 }, () => armAndDisarm({ signal: controller.signal }));
      await entered(earlier + 2);
      controller.abort();
      const settled = await Promise.allSettled(jobs);
      for (const { reason } of settled) assert.strictEqual(reason.code, 'ABORT_ERR');
    }
    assert.strictEqual(counts.sync().firedLate, 0);
  });
});

describe('a job that C itself stops', () => {
  for (const place of ['execute', 'thread']) {
    it(`C13 C36 from ${place}: ol_cancel rejects it as an abort does`, async () => {
      const error = await stopBy('cancel', place).catch((reason) => reason);
      assert.deepStrictEqual([error.name, error.code], [ABORTED.name, ABORTED.code]);
      assert.strictEqual('cause' in error, false);
    });

    it(`from ${place}: ol_fail rejects it with that failure`, async () => {
      await assert.rejects(stopBy('fail', place), {
        name: 'Error', code: 'ERR_STOPPED', message: 'stopped from C',
      });
    });

    it(`from ${place}: ol_end is no error, the results are delivered as they are`, async () => {
      const wokenBy = place === 'thread' ? ENDED : 0;
      const expected = { told: ENDED, toldAgain: ENDED, wokenBy, text: 'as far as it came' };
      assert.deepStrictEqual(await stopBy('end', place), expected);
      assert.deepStrictEqual(stopBy.sync('end', place), expected);
    });
  }

  for (const [verb, told] of [['cancel', CLOSED], ['fail', CLOSED], ['end', 0]]) {
    it(`C13 C36 too late, in complete: ol_${verb} says so and changes nothing`, async () => {
      const expected = { told, toldAgain: CLOSED, wokenBy: 0, text: 'as far as it came' };
      assert.deepStrictEqual(await stopBy(verb, 'complete'), expected);
    });
  }

  it('keeps to the first reason: a signal that aborts later is not the cause', async () => {
    const controller = new AbortController();
    const promise = stopBy('fail', 'execute', { signal: controller.signal });
    const error = await promise.catch((reason) => reason);
    controller.abort('late');
    assert.deepStrictEqual([error.code, 'cause' in error], ['ERR_STOPPED', false]);
  });
});
