'use strict';

// Jobs whose calls crossed in batches, at the end of a thread and of a process.

const assert = require('node:assert');
const { once } = require('node:events');
const { Worker } = require('node:worker_threads');
const addon = require('./support/addon');
const { runChild } = require('./support/child');
const { until } = require('./support/env');

const POOLS = [['flat', 'a pool of ours'], ['flat_node', "Node's pool"]];

const SOURCE = `
  const { parentPort, workerData: { file, name, count } } = require('node:worker_threads');
  const worker = require(file)[name];
  for (let i = 0; i < count; i++) worker();
  parentPort.postMessage('called');
`;

const linesOf = (stdout) => stdout.trim().split('\n').map((line) => JSON.parse(line));

for (const [name, where] of POOLS) describe(`the end, with calls that crossed to ${where},`, () => {
  const flat = addon(name);
  const settings = { leaks: false, env: { OFFLOOP_FLAT: name } };

  /* A thread in which so many calls of a worker are executed; gives it. */
  async function startThread(worker, count, executed) {
    const before = flat.counts.sync().executed;
    const workerData = { file: addon.file(name), name: worker, count };
    const thread = new Worker(SOURCE, { eval: true, workerData });
    await once(thread, 'message');
    await until(() => flat.counts.sync().executed >= before + executed);
    return thread;
  }

  for (const [worker, count, executed] of [['sleeps', 300, 1], ['holdsUntilStopped', 300, 300]]) {
    it(`of a thread stops ${worker}(), ${count} times, and lets the queued ones go`, async () => {
      const { stopped, executed: before } = flat.counts.sync();
      const thread = await startThread(worker, count, executed);
      await thread.terminate();
      await until(() => {
        const now = flat.counts.sync();
        return now.stopped - stopped === now.executed - before;
      });
    });
  }

  it('of a process stops jobs that are held, and waits for them', async () => {
    const { code, stdout } = await runChild('flat-ends.js', ['exitHeld'], settings);
    assert.deepStrictEqual(linesOf(stdout), [{ running: 3 }, { stopped: 3 }]);
    assert.strictEqual(code, 5);
  });

  it("of a process whose jobs were held runs the setup's exit", async () => {
    const told = { ...settings, env: { ...settings.env, TEST_TELL_EXIT: '1' } };
    const { stdout } = await runChild('flat-ends.js', ['exitAfterHeld'], told);
    assert.strictEqual(stdout, 'library exit\n');
  });
});
