'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { env, since, until, settled, startThread, copies } = require('./support/env');
const { runChild } = require('./support/child');

/* Node has four threads, others as many as the machine has cores, or as they need. */
const threads = process.versions.bun || process.versions.deno ? 1 : 4;

const repeat = (times, make) => Array.from({ length: times }, (_, i) => make(i));
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

describe('environments', () => {
  let start;

  beforeEach(() => {
    env.setGate(false);
    start = env.counts();
  });

  afterEach(async () => {
    env.setGate(true);
    const { made, completed } = await settled(start);
    assert.ok(completed <= made);
  });

  describe('several at once', () => {
    it('C39 eight threads and the main one run jobs side by side, each gets its own', async () => {
      const threads = repeat(8, (i) => startThread([['quick', 200, i]]));
      const here = await Promise.all(repeat(200, (i) => env.quick(i)));
      assert.strictEqual(sum(here), 19900);
      for (const [i, starting] of threads.entries()) {
        const { outcomes } = await starting;
        assert.deepStrictEqual(await outcomes, Array(200).fill(i));
      }
      assert.strictEqual((await settled(start)).completed, 9 * 200);
    });

    it('a thread that has nothing pending ends by itself, with code 0', async () => {
      const { exit } = await startThread([['quick', 10, 1], ['nap', 3, 5]]);
      assert.strictEqual(await exit, 0);
      assert.strictEqual((await settled(start)).completed, 13);
    });

    it('a thread stays until its jobs are over', async () => {
      const { outcomes, exit } = await startThread([['wait', 2]]);
      await until(() => since(start).started === 2);
      env.setGate(true);
      assert.deepStrictEqual(await outcomes, [undefined, undefined]);
      assert.strictEqual(await exit, 0);
    });

    it('a thread can end while another one and the main one have jobs running', async () => {
      const first = await startThread([['wait', 1]]);
      const second = await startThread([['wait', 1]]);
      const here = env.wait();
      await until(() => since(start).started >= Math.min(3, threads));
      await first.thread.terminate();
      env.setGate(true);
      assert.deepStrictEqual(await second.outcomes, [undefined]);
      assert.strictEqual(await here, undefined);
    });

    it('fifty threads come and go, one after the other', async () => {
      for (let i = 0; i < 50; i++) {
        const { thread, exit } = await startThread([['quick', 4, i]]);
        if (i % 2 === 0) await thread.terminate();
        else await exit;
      }
      assert.strictEqual((await settled(start)).made, 200);
    });
  });

  describe('the addon and its copies', () => {
    let alone; // it sleeps for more than a second

    before(() => {
      alone = runChild('only-in-thread.js');
    });

    it('OL_SETUP runs its init once in a process, however many threads load the addon', async () => {
      await (await startThread([['quick', 1]])).exit;
      assert.strictEqual(env.counts().inits, 1);
    });

    it("the author's instance data stays the author's, in every thread", async () => {
      const mine = env.slot();
      const threads = await Promise.all(repeat(3, () => startThread([['quick', 1], ['slot', 1]])));
      const slots = await Promise.all(threads.map(async ({ outcomes }) => (await outcomes)[1]));
      await env.quick();
      assert.strictEqual(env.slot(), mine);
      assert.strictEqual(new Set([mine, ...slots]).size, 4);
      assert.ok(slots.every((slot) => slot > 0));
    });

    it('two copies in one process do not meet, in the main thread and in others', async () => {
      const { folder, names: [one, two] } = copies(2);
      const addons = [require(one), require(two)];
      const startCopy = (file) => startThread([['quick', 50, 3]], { file });
      const threads = await Promise.all([one, two].map(startCopy));
      const here = addons.flatMap((addon) => repeat(100, (i) => addon.quick(i)));
      assert.strictEqual(sum(await Promise.all(here)), 2 * 4950);
      await Promise.all(threads.map(({ exit }) => exit));
      for (const addon of addons) assert.strictEqual(addon.counts().destroyed, 150);
      assert.strictEqual(since(start).made, 0);
      fs.rmSync(folder, { recursive: true, force: true });
    });

    it('one file that is required by two paths gives workers that both work', async () => {
      const { folder, names: [name] } = copies(1);
      const link = path.join(folder, 'link.node');
      fs.symlinkSync(name, link);
      const [first, second] = [require(name), load(link)];
      assert.deepStrictEqual(await Promise.all([first.quick(1), second.quick(2)]), [1, 2]);
      assert.strictEqual(first.counts().destroyed, 2);
      fs.rmSync(folder, { recursive: true, force: true });
    });

    it('twelve addons add one exit listener to the process', async () => {
      const { code, stdout, stderr } = await runChild('ends.js', ['listeners']);
      assert.deepStrictEqual({ code, stdout, stderr }, { code: 0, stdout: '1\n', stderr: '' });
    });

    it('an addon that only a thread loaded stays in memory when that thread ends', async () => {
      const { code, signal, stdout } = await alone;
      const expected = 'inits 1\ninits 1\nalive\n';
      assert.deepStrictEqual({ code, signal, stdout }, { code: 0, signal: null, stdout: expected });
    });
  });

  describe('what the process is told', () => {
    const works = { code: 0, signal: null, stdout: '42\n' };

    it('workers work under --abort-on-uncaught-exception, and what calls and jobs fail with is caught', async () => {
      const options = ['--abort-on-uncaught-exception'];
      const { code, signal, stdout } = await runChild('caught.child.js', [], { options });
      const wrong = new Array(11).fill('ERR_INVALID_ARG_TYPE');
      wrong[3] = 'ERR_OL_EXTRA_ARGS';
      const jobs = ['ERR_OL_FAILED', 'ERR_OL_FAILED', 'ABORT_ERR', 'ERR_OUT_OF_RANGE'];
      const told = `${[...jobs, ...wrong].join(' ')}\n`;
      assert.deepStrictEqual({ code, signal, stdout }, { code: 0, signal: null, stdout: told });
    });

    for (const option of ['--disallow-code-generation-from-strings', '--frozen-intrinsics']) {
      it(`workers work under ${option}`, async () => {
        const { code, signal, stdout } = await runChild('ends.js', ['works'], { options: [option] });
        assert.deepStrictEqual({ code, signal, stdout }, works);
      });
    }
  });
});

/* Past the cache of require, which knows the file behind a link. */
function load(file) {
  const module = { exports: {} };
  process.dlopen(module, file);
  return module.exports;
}
