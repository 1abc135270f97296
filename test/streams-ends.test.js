'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const addon = require('./support/addon');
const { runChild } = require('./support/child');

const streams = addon('streams');
const THREAD = path.join(__dirname, 'support', 'streams.thread.js');

async function until(truth) {
  while (!truth()) await delay(1);
}

describe('the end of streams', () => {
  describe('of a process', () => {
    const outputs = {
      unread: 'read one', resultOnly: 'asked', unref: 'unref', read: '4950', result: '0',
      callbacks: '4950', ref: '0', held: '4000',
    };
    for (const [name, output] of Object.entries(outputs)) {
      it(`${name}: it exits by itself, when it should`, async () => {
        const { code, signal, stdout, stderr } = await runChild('streams.js', [name]);
        assert.deepStrictEqual({ code, signal, stdout, stderr }, { code: 0, signal: null, stdout: `${output}\n`, stderr: '' });
      });
    }

    for (const name of ['exit', 'exitInItem']) {
      it(`${name}: process.exit() stops them all`, async () => {
        const { code, signal, stderr } = await runChild('streams.js', [name]);
        assert.deepStrictEqual({ code, signal, stderr }, { code: 5, signal: null, stderr: '' });
      });
    }
  });

  describe('of a worker thread', () => {
    let start;

    beforeEach(() => {
      start = streams.counts();
    });

    /* Every state is destroyed, though some by their own threads when the environment is gone. */
    afterEach(() => until(() => {
      const { made, destroyed } = streams.counts();
      return made - start.made === destroyed - start.destroyed;
    }));

    async function startThread(settings = {}) {
      const workerData = { file: addon.file('streams'), ...settings };
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

    it('that is terminated when streams with pinned arguments have ended', async () => {
      const thread = await startThread({ pinned: true });
      await thread.terminate();
    });

    it('that ends by process.exit()', async () => {
      const thread = await startThread({ exitCode: 9 });
      const [code] = await once(thread, 'exit');
      assert.strictEqual(code, 9);
    });
  });
});
