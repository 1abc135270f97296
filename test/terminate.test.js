'use strict';

const assert = require('node:assert');
const { of } = require('./support/env');

const MIB = 1024 * 1024;

const POOLS = [['env', 'a pool of ours'], ['env_node', "Node's pool"]];

for (const [name, where] of POOLS) describe(`a thread with ${where} that is terminated`, () => {
  const { env, since, until, settled, startThread } = of(name);
  let start;

  beforeEach(() => {
    env.setGate(false);
    start = env.counts();
  });

  afterEach(() => env.setGate(true));

  /* Terminates a thread once [when] holds of the counts; gives the counts when all is over. */
  async function terminateWhen(when, jobs, settings) {
    const { thread, outcomes } = await startThread(jobs, settings);
    let spoke = false;
    outcomes.then(() => (spoke = true));
    await until(() => when(since(start)));
    await thread.terminate();
    const counts = await settled(start);
    assert.strictEqual(spoke, false);
    assert.strictEqual(counts.completed, 0, 'complete is not called');
    assert.strictEqual(counts.started, counts.ended);
    return counts;
  }

  it('ends a job that sleeps until it is stopped', async () => {
    const { started } = await terminateWhen(({ started }) => started === 1, [['nap', 1, -1]]);
    assert.strictEqual(started, 1);
  });

  it('ends sleeping jobs on every thread of the pool, and drops the queued ones', async () => {
    const { made, started } = await terminateWhen(({ started }) => started >= 1, [['nap', 40, -1]]);
    assert.strictEqual(made, 40);
    assert.ok(started < 40, 'queued jobs do not start');
  });

  it('ends a job in a system call, by the stop that it armed', async () => {
    await terminateWhen(({ started }) => started === 1, [['block', 1]]);
  });

  it('waits for a job that does not listen, and destroys its state after that', async () => {
    const { ended } = await terminateWhen(({ started }) => started === 1, [['deaf', 1, 200]]);
    assert.strictEqual(ended, 1);
  });

  it('has ended when its job that does not listen has, for which it waits', async () => {
    const { thread } = await startThread([['deaf', 1, 200]]);
    await until(() => since(start).started === 1);
    await thread.terminate();
    const { ended, destroyed } = since(start);
    assert.deepStrictEqual({ ended, destroyed }, { ended: 1, destroyed: 1 });
  });

  for (const [name, place] of [['read', where], ['readApart', 'a thread of its own']]) {
    it(`leaves a pinned buffer of 64 MiB in place until the job on ${place} is over`, async () => {
      for (let i = 0; i < 5; i++) {
        start = env.counts();
        const jobs = [[name, 1, 64 * MIB]];
        const { ended } = await terminateWhen(({ started }) => started === 1, jobs);
        assert.strictEqual(ended, 1);
      }
    });
  }

  it('drops pinned jobs that are queued behind others', async () => {
    const jobs = [['nap', 8, -1], ['read', 20, MIB]];
    const { made } = await terminateWhen(({ started }) => started >= 1, jobs);
    assert.strictEqual(made, 28);
  });

  it('stops jobs when it ends itself by process.exit()', async () => {
    const { exit } = await startThread([['nap', 4, -1], ['block', 1]], { exitCode: 9 });
    assert.strictEqual(await exit, 9);
    assert.strictEqual((await settled(start)).completed, 0);
  });

  it('ends jobs while its loop is behind with completions', async () => {
    for (let i = 0; i < 5; i++) {
      start = env.counts();
      const { thread } = await startThread([['nap', 1, -1], ['quick', 20000, 1]]);
      await until(() => since(start).completed >= 1000 * (i + 1));
      await thread.terminate();
      const { completed, made } = await settled(start);
      assert.ok(completed < made);
    }
  });

  it('terminates while many others do', async () => {
    const jobs = [['nap', 4, -1], ['quick', 50, 1], ['read', 1, MIB], ['block', 1]];
    const threads = await Promise.all(Array.from({ length: 8 }, () => startThread(jobs)));
    await until(() => since(start).started >= 1);
    await Promise.all(threads.map(({ thread }) => thread.terminate()));
    assert.strictEqual((await settled(start)).made, 8 * 56);
  });

  it('ends though endless jobs of another thread hold the whole pool', async () => {
    const holder = await startThread([['nap', 40, -1]]);
    await until(() => since(start).started >= 1);
    const waiter = await startThread([['quick', 10, 1], ['nap', 10, -1]]);
    await waiter.thread.terminate();
    await holder.thread.terminate();
    assert.strictEqual((await settled(start)).made, 60);
  });

  describe('in the middle of its JavaScript', () => {
    it('ends jobs that run', async () => {
      const jobs = [['nap', 4, -1], ['block', 1]];
      await terminateWhen(({ started }) => started >= 1, jobs, { spin: true });
    });

    it('ends thousands of jobs, waiting, running and over but not settled', async () => {
      const jobs = [['quick', 5000, 1], ['wait', 100]];
      const { made } = await terminateWhen(({ ended }) => ended >= 3000, jobs, { spin: true });
      assert.strictEqual(made, 5100);
    });

    it('does not settle jobs that are over', async () => {
      const jobs = [['quick', 1000, 1]];
      const { ended } = await terminateWhen(({ ended }) => ended === 1000, jobs, { spin: true });
      assert.strictEqual(ended, 1000);
    });

    it('frees the buffers of results that JavaScript never got', async () => {
      const { freed } = await terminateWhen(({ ended }) => ended === 20, [['bytes', 20, MIB]], { spin: true });
      assert.strictEqual(freed, 20);
    });
  });
});
