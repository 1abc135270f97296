'use strict';

const assert = require('node:assert');
const { Worker } = require('node:worker_threads');
const addon = require('./support/addon');

const {
  began, brief, briefApart, briefOnNode, exportBad, fail, forget, free, held, heldApart, heldOnNode,
  items, openThing, permit, state,
} = addon('gates');

const ids = (n) => Array.from({ length: n }, (_, i) => i);
const order = () => ids(state.sync().entered).map((i) => began.sync(i));
const turn = () => new Promise(setImmediate);

async function until(isSo) {
  while (!isSo(state.sync())) await turn();
}

describe('max_running', () => {
  beforeEach(() => forget.sync());

  const holders = { 'a pool of ours': held, "Node's pool": heldOnNode, 'own threads': heldApart };
  for (const [where, call] of Object.entries(holders)) {
    describe(`on ${where}`, () => {
      it('so many run, and the others begin in the order of their calls', async () => {
        const jobs = ids(10).map((id) => call(id));
        await until(({ running }) => running === 2);
        for (let done = 1; done <= 10; done++) {
          permit.sync(1);
          await until(({ entered, running }) =>
            entered === Math.min(10, done + 2) && running === Math.min(2, 10 - done));
        }
        await Promise.all(jobs);
        assert.deepStrictEqual(order().slice(2), ids(10).slice(2));
        assert.strictEqual(state.sync().most, 2);
      });

      it('those that wait take no thread', async () => {
        const jobs = ids(300).map((id) => call(id));
        await until(({ running }) => running === 2);
        await free(1000);
        assert.strictEqual(state.sync().entered, 3);
        permit.sync(300);
        await Promise.all(jobs);
      });

      it('one who waits is stopped by its signal at once, and never begins', async () => {
        const controller = new AbortController();
        const jobs = [call(0), call(1), call(2, { signal: controller.signal }), call(3)];
        await until(({ running }) => running === 2);
        controller.abort();
        await assert.rejects(jobs[2], { name: 'AbortError' });
        assert.strictEqual(state.sync().running, 2);
        permit.sync(3);
        await Promise.all([jobs[0], jobs[1], jobs[3]]);
        assert.deepStrictEqual(order().sort(), [0, 1, 3]);
      });

      it('one who waits is stopped by its deadline, and never begins', async () => {
        const jobs = [call(0), call(1)];
        await assert.rejects(call(2, { timeout: 10 }), { name: 'TimeoutError' });
        permit.sync(2);
        await Promise.all(jobs);
        assert.deepStrictEqual(order().sort(), [0, 1]);
      });

      it('one who runs and is stopped lets the next in', async () => {
        const controller = new AbortController();
        const { signal } = controller;
        const jobs = [call(0, { signal }), call(1, { signal }), call(2)];
        await until(({ running }) => running === 2);
        controller.abort();
        for (const job of jobs.slice(0, 2)) await assert.rejects(job, { name: 'AbortError' });
        permit.sync(1); // not before: one of these might take it
        await jobs[2];
      });
    });
  }

  const briefs = { 'a pool of ours': brief, "Node's pool": briefOnNode, 'own threads': briefApart };
  for (const [where, call] of Object.entries(briefs)) {
    it(`thousands of calls on ${where} all run, never more at once`, async () => {
      const n = 3000;
      await Promise.all(ids(n).map((id) => call(id)));
      assert.ok(state.sync().most <= 3);
      assert.deepStrictEqual(order().sort((a, b) => a - b), ids(n));
    });
  }

  it('a job that fails lets the next in', async () => {
    const outcomes = await Promise.allSettled(ids(50).map((id) => fail(id)));
    assert.deepStrictEqual(outcomes.map(({ reason }) => reason.code), ids(50).map(() => 'ERR_GATES'));
    assert.deepStrictEqual(order(), ids(50));
    assert.strictEqual(state.sync().most, 1);
  });

  it('calls by .sync are not counted', async () => {
    const jobs = [held(0), held(1)];
    await until(({ running }) => running === 2);
    permit.sync(3);
    held.sync(2);
    await Promise.all(jobs);
    assert.strictEqual(state.sync().entered, 3);
  });

  it('a stream keeps its place until it has ended', async () => {
    const first = items(1)[Symbol.asyncIterator]();
    const second = items(2)[Symbol.asyncIterator]();
    assert.strictEqual((await first.next()).value, 1);
    const waiting = second.next();
    assert.strictEqual((await first.next()).value, 1);
    assert.deepStrictEqual(order(), [1]);
    await first.return();
    assert.strictEqual((await waiting).value, 2);
    await second.return();
    assert.strictEqual(state.sync().most, 1);
  });

  it('jobs of a serial handle run in the order of their calls, with a limit or without, on ' +
    'threads of ours and of Node', async () => {
    const thing = await openThing();
    const other = await openThing();
    const methods = ['free', 'brief', 'freeOnNode', 'briefOnNode', 'brief', 'briefOnNode'];
    const calls = ids(200).flatMap((i) => [
      thing[methods[i % methods.length]](i), other[methods[i % 5]](1000 + i),
    ]);
    await Promise.all(calls);
    assert.deepStrictEqual(order().filter((id) => id < 1000), ids(200));
    assert.deepStrictEqual(order().filter((id) => id >= 1000), ids(200).map((i) => 1000 + i));
    await Promise.all([thing.close(), other.close()]);
  });

  it('calls within exclusive come through', async () => {
    const thing = await openThing();
    const outer = ids(20).map((i) => thing.brief(i));
    const inner = thing.exclusive(async (own) => {
      for (const i of ids(20)) await own.brief(100 + i);
    });
    const after = ids(20).map((i) => thing.brief(200 + i));
    await Promise.all([...outer, inner, ...after]);
    assert.deepStrictEqual(
      order(), [...ids(20), ...ids(20).map((i) => 100 + i), ...ids(20).map((i) => 200 + i)],
    );
    await thing.close();
  });

  it('is refused where its jobs would lend the turn of a serial handle', () => {
    assert.throws(exportBad, {
      code: 'ERR_OL_TABLE',
      message: 'worker items: has .max_running and a serial handle, and .item, .message or an ol_fn',
    });
  });

  it('those that wait end with their worker thread', async () => {
    const thread = new Worker(`
      const { workerData: { file }, parentPort } = require('node:worker_threads');
      const { held, heldApart } = require(file);
      for (let id = 0; id < 200; id++) held(id), heldApart(id);
      parentPort.postMessage('called');
    `, { eval: true, workerData: { file: addon.file('gates') } });
    await new Promise((resolve) => thread.once('message', resolve));
    await until(({ running }) => running === 4);
    assert.strictEqual(await thread.terminate(), 1);
    await until(({ running }) => running === 0);
    assert.strictEqual(state.sync().entered, 4);
    await Promise.all([brief(1), briefApart(2)]);
  });
});
