'use strict';

const assert = require('node:assert');
const addon = require('./support/addon');
const called = require('./support/called');

const { task, counts } = addon('prepare');

/* What a call added to the counters, as [prepared, executed, completed, destroyed]. */
async function added(body) {
  const earlier = counts.sync();
  await body();
  const later = counts.sync();
  return Object.keys(earlier).map((key) => later[key] - earlier[key]);
}

const REFUSED = [1, 0, 0, 1];
const ENDED = [1, 0, 1, 1];

const NAMES = {
  '-1': { name: 'AbortError', code: 'ABORT_ERR' },
  '-2': { name: 'TimeoutError', code: 'ERR_OL_TIMEOUT' },
  '-3': { code: 'ERR_OL_AGAIN' },
  '-4': { code: 'ERR_OL_NO_MEMORY' },
  '-5': { code: 'ERR_OL_INVALID' },
  '-6': { code: 'ERR_OL_CLOSED' },
  '-7': { code: 'ERR_OL_FAILED' },
};

describe('prepare', () => {
  it('sees the arguments and may change the state before execute', async () => {
    const changes = await added(async () => assert.strictEqual(await task(4), 10));
    assert.deepStrictEqual(changes, [1, 1, 1, 1]);
  });

  it('runs before the call returns, in each form', async () => {
    const earlier = counts.sync().prepared;
    const jobs = [task(1), called(task, 1)];
    assert.strictEqual(counts.sync().prepared, earlier + 2);
    task.sync(1);
    assert.strictEqual(counts.sync().prepared, earlier + 3);
    await Promise.all(jobs);
  });

  it('does not run for arguments that were refused, and neither does destroy', async () => {
    const changes = await added(() => assert.rejects(task('4')));
    assert.deepStrictEqual(changes, [0, 0, 0, 0]);
  });

  describe('that throws refuses the call: C11 execute never runs, destroy once', () => {
    const refusal = { name: 'RangeError', code: 'ERR_PREPARE', message: 'not today' };

    it('the promise is rejected with what was thrown', async () => {
      const changes = await added(() => assert.rejects(task(1, { how: 'throw' }), refusal));
      assert.deepStrictEqual(changes, REFUSED);
    });

    it('.sync throws it', async () => {
      const changes = await added(() => assert.throws(() => task.sync(1, { how: 'throw' }), refusal));
      assert.deepStrictEqual(changes, REFUSED);
    });

    it('the callback form throws it, and the callback is not called', async () => {
      const changes = await added(async () => {
        assert.throws(() => task(1, { how: 'throw' }, assert.fail), refusal);
        await new Promise((resolve) => setImmediate(resolve));
      });
      assert.deepStrictEqual(changes, REFUSED);
    });

    it('it may be any value, and wins over a status', async () => {
      const changes = await added(async () => {
        assert.strictEqual(await task(1, { how: 'throwNumber' }).catch((value) => value), 42);
      });
      assert.deepStrictEqual(changes, REFUSED);
    });

    it('also when the call was aborted, or is out of time', async () => {
      const changes = await added(async () => {
        await assert.rejects(task(1, { how: 'throw', timeout: 0 }), refusal);
        await assert.rejects(task(1, { how: 'throw', signal: AbortSignal.abort() }), refusal);
      });
      assert.deepStrictEqual(changes, [2, 0, 0, 2]);
    });
  });

  describe('that stops the job ends it as execute would: it never runs, complete does', () => {
    for (const [status, error] of Object.entries(NAMES)) {
      it(`by the status ${status}`, async () => {
        const options = { how: 'status', status: Number(status) };
        const changes = await added(() => assert.rejects(task(1, options), error));
        assert.deepStrictEqual(changes, ENDED);
        await assert.rejects(async () => task.sync(1, options), error);
        assert.strictEqual((await called(task, 1, options))[0].code, error.code);
      });
    }

    it('by ol_fail, whose text is told', async () => {
      const error = { name: 'Error', code: 'ERR_PREPARE', message: 'refused 5' };
      const changes = await added(() => assert.rejects(task(4, { how: 'fail' }), error));
      assert.deepStrictEqual(changes, ENDED);
    });

    it('by ol_cancel', async () => {
      const changes = await added(() => assert.rejects(task(1, { how: 'cancel' }), NAMES[-1]));
      assert.deepStrictEqual(changes, ENDED);
    });

    it('by ol_end or OL_ENDED: the results are delivered as they are', async () => {
      const changes = await added(async () => {
        assert.strictEqual(await task(4, { how: 'end' }), 5);
        assert.strictEqual(task.sync(4, { how: 'status', status: -8 }), 5);
      });
      assert.deepStrictEqual(changes, [2, 0, 2, 2]);
    });

    for (const status of [1, 7, -9, 2 ** 31 - 1]) {
      it(`by ${status}, which is no status and told as such`, async () => {
        const error = {
          name: 'Error', code: 'ERR_OL_INVALID',
          message: `prepare of task returned ${status}, which is no status`,
        };
        const options = { how: 'status', status };
        const changes = await added(() => assert.rejects(task(1, options), error));
        assert.deepStrictEqual(changes, ENDED);
        assert.throws(() => task.sync(1, options), error);
      });
    }
  });
});
