'use strict';

// Jobs whose calls crossed in batches, at the end of a thread and of a process.

const assert = require('node:assert');
const { once } = require('node:events');
const { Worker } = require('node:worker_threads');
const addon = require('./support/addon');
const { runChild } = require('./support/child');
const { until } = require('./support/env');

const flat = addon('flat');

const SOURCE = `
  const { parentPort, workerData: { file, name, count } } = require('node:worker_threads');
  const worker = require(file)[name];
  for (let i = 0; i < count; i++) worker();
  parentPort.postMessage('called');
`;

/* A thread in which so many calls of a worker are executed; gives it. */
async function startThread(name, count, executed) {
  const before = flat.counts.sync().executed;
  const workerData = { file: addon.file('flat'), name, count };
  const thread = new Worker(SOURCE, { eval: true, workerData });
  await once(thread, 'message');
  await until(() => flat.counts.sync().executed >= before + executed);
  return thread;
}

const linesOf = (stdout) => stdout.trim().split('\n').map((line) => JSON.parse(line));

describe('the end, with calls that crossed in batches,', () => {
  for (const [name, count, executed] of [['sleeps', 300, 1], ['holdsUntilStopped', 300, 300]]) {
    it(`of a thread stops ${name}(), ${count} times, and lets the queued ones go`, async () => {
      const { stopped, executed: before } = flat.counts.sync();
      const thread = await startThread(name, count, executed);
      await thread.terminate();
      await until(() => {
        const now = flat.counts.sync();
        return now.stopped - stopped === now.executed - before;
      });
    });
  }

  it('of a process stops jobs that are held, and waits for them', async () => {
    const { code, stdout } = await runChild('flat-ends.js', ['exitHeld'], { leaks: false });
    assert.deepStrictEqual(linesOf(stdout), [{ running: 3 }, { stopped: 3 }]);
    assert.strictEqual(code, 5);
  });

  it("of a process whose jobs were held runs the setup's exit", async () => {
    const settings = { leaks: false, env: { TEST_TELL_EXIT: '1' } };
    const { stdout } = await runChild('flat-ends.js', ['exitAfterHeld'], settings);
    assert.strictEqual(stdout, 'library exit\n');
  });
});
