'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const addon = require('./support/addon');
const { runChild } = require('./support/child');

const messages = addon('messages');
const THREAD = path.join(__dirname, 'support', 'messages.thread.js');

async function until(truth) {
  while (!truth()) await delay(1);
}

describe('the end of sessions', () => {
  describe('of a process', () => {
    const outputs = {
      runs: '1 entered, 1 left, 1 received\n',
      ref: '1 entered, 1 left, 0 received\n',
      callbacks: '0\n1\n2\n3\nnull\n',
      closed: '100\n',
      unread: 'over\n',
      collected: '1 received\n',
    };
    for (const [name, output] of Object.entries(outputs)) {
      it(`${name}: it exits by itself, when it should`, async () => {
        const options = name === 'collected' && !process.versions.deno ? ['--expose-gc'] : [];
        const { code, signal, stdout, stderr } = await runChild('messages.js', [name], { options });
        assert.deepStrictEqual({ code, signal, stdout, stderr }, { code: 0, signal: null, stdout: output, stderr: '' });
      });
    }

    it('unref: it exits, and the jobs are told', async () => {
      const { code, signal, stdout, stderr } = await runChild('messages.js', ['unref'], { leaks: false });
      assert.deepStrictEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: '' });
      const [, entered, left] = /^(\d) entered, (\d) left/.exec(stdout);
      assert.strictEqual(left, entered);
    });

    for (const name of ['exit', 'exitAtOnce', 'exitInMessage', 'postsInExitListener']) {
      it(`${name}: process.exit() stops them all`, async () => {
        const { code, signal, stdout, stderr } = await runChild('messages.js', [name], { leaks: false });
        assert.deepStrictEqual({ code, signal, stderr }, { code: 5, signal: null, stderr: '' });
        assert.strictEqual(stdout, name === 'postsInExitListener' ? 'ERR_OL_CLOSED\n' : '');
      });
    }
  });

  describe('of a worker thread', () => {
    let start;

    beforeEach(() => {
      start = messages.counts();
    });

    /* Every state is destroyed, though some by their own threads when the environment is gone. */
    afterEach(() => until(() => {
      const { made, destroyed } = messages.counts();
      return made - start.made === destroyed - start.destroyed;
    }));

    async function startThread(settings = {}) {
      const workerData = { file: addon.file('messages'), ...settings };
      const thread = new Worker(THREAD, { workerData });
      await once(thread, 'message');
      return thread;
    }

    for (const [how, settings] of [['turns', {}], ['never turns', { spin: true }]]) {
      it(`that is terminated while its loop ${how}`, async () => {
        for (const ms of [0, 1, 5, 20]) {
          const thread = await startThread(settings);
          await delay(ms);
          await thread.terminate();
        }
      });
    }

    it('that ends by process.exit()', async () => {
      const thread = await startThread({ exitCode: 9 });
      const [code] = await once(thread, 'exit');
      assert.strictEqual(code, 9);
    });
  });
});
