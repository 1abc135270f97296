'use strict';

// The threads on which handles are closed: neither Node's nor those of jobs.

const assert = require('node:assert');
const fs = require('node:fs/promises');
const { Worker } = require('node:worker_threads');
const addon = require('./support/addon');
const { turn } = require('./support/pool');
const { runChild } = require('./support/child');

const { openSlow, openEmpty, keep, setGate, counts } = addon('closes');

const repeat = (count, make) => Promise.all(Array.from({ length: count }, (_, i) => make(i)));

async function until(truth) {
  while (!truth(counts.sync())) await turn();
}

describe('the close of handles', () => {
  let start;

  beforeEach(() => {
    setGate.sync(false);
    start = counts.sync();
  });
  afterEach(() => setGate.sync(true));

  it('that takes long keeps neither fs nor jobs on any pool waiting', async () => {
    const handles = await repeat(8, () => openSlow());
    const closes = handles.map((handle) => handle.close());
    await until(({ closing }) => closing - start.closing >= 4);
    assert.strictEqual((await fs.readFile(__filename, 'utf8')).slice(0, 12), "'use strict'");
    await openEmpty();
    const kept = keep();
    await until(({ kept }) => kept === start.kept + 1);
    assert.strictEqual(counts.sync().closed, start.closed);
    setGate.sync(true);
    await Promise.all([...closes, kept]);
    assert.strictEqual(counts.sync().closed, start.closed + 8);
  });

  it('waits for no job, however many keep all threads of all pools', async () => {
    const [slow, empty] = [await openSlow(), await openEmpty()];
    const kept = [...Array(64)].map(() => keep());
    await until(({ kept }) => kept > start.kept);
    await empty.close();
    const closing = slow.close();
    await until(({ closing }) => closing === start.closing + 1);
    setGate.sync(true);
    await Promise.all([closing, ...kept]);
  });

  it('goes on from children to parents, whether or not these have a close', async () => {
    const top = await openSlow();
    const middle = await openEmpty(top);
    const bottom = await openSlow(middle);
    const closing = top.close();
    await until(({ closing }) => closing === start.closing + 1);
    assert.deepStrictEqual([middle.closed, bottom.closed], [true, true]);
    setGate.sync(true);
    await Promise.all([closing, middle.close(), bottom.close()]);
    assert.strictEqual(counts.sync().closed, start.closed + 2);
  });

  it('goes on while a worker thread ends, which waits for it', async () => {
    const worker = new Worker(`
      const { openSlow } = require(${JSON.stringify(addon.file('closes'))});
      const { parentPort } = require('node:worker_threads');
      Promise.all([...Array(8)].map(() => openSlow())).then((handles) => {
        globalThis.kept = handles;
        handles[0].close();
        parentPort.postMessage('open');
        setInterval(() => {}, 1e6);
      });`, { eval: true });
    await new Promise((resolve) => worker.once('message', resolve));
    const ended = worker.terminate();
    await until(({ closing }) => closing > start.closing);
    setGate.sync(true);
    await ended;
    await until(({ closed }) => closed === start.closed + 8);
  });

  it('is over before a process ends that has nothing more to do', async () => {
    const { code, stdout } = await runChild('closes.child.js');
    assert.deepStrictEqual({ code, stdout }, { code: 0, stdout: 'opened\nclosed\n' });
  });
});
