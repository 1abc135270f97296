'use strict';

// The addon that counts in memory of the process (test/addons/env.c), worker threads that run its
// jobs, and copies of it. of('env_node') is the same with an addon whose jobs run on Node's pool,
// as is all here in a process with that in OFFLOOP_ENV.

const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const addon = require('./addon');

const THREAD = path.join(__dirname, 'env.thread.js');

/* Waits for what another thread does; the test's own time limit ends one that never comes. */
async function until(truth) {
  while (!truth()) await delay(1);
}

function of(name) {
  const env = addon(name);
  const FILE = addon.file(name);

  /* What the counts have grown by. */
  function since(earlier) {
    const now = env.counts();
    return Object.fromEntries(Object.keys(now).map((name) => [name, now[name] - earlier[name]]));
  }

  /* All jobs made since then are destroyed, each once. Gives the counts. */
  async function settled(earlier) {
    await until(() => since(earlier).destroyed >= since(earlier).made);
    const { made, destroyed, doubled, early } = since(earlier);
    if (destroyed !== made || doubled || early) {
      throw new Error(`${made} made, ${destroyed} destroyed, ${doubled} twice, ${early} too early`);
    }
    return since(earlier);
  }

  /* A worker thread that has started its jobs, each [name, times, argument]: see env.thread.js.
   * { thread, outcomes, exit }: promises of what became of the jobs and of the exit code. */
  async function startThread(jobs, settings = {}) {
    const thread = new Worker(THREAD, { workerData: { file: FILE, jobs, ...settings } });
    const exit = new Promise((resolve) => thread.once('exit', resolve));
    const outcomes = new Promise((resolve) => {
      thread.on('message', (message) => message !== 'started' && resolve(message));
    });
    await once(thread, 'message');
    return { thread, outcomes, exit };
  }

  /* Files of the same addon under names of their own, which the system loads as different ones. */
  function copies(count) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'offloop-'));
    const names = Array.from({ length: count }, (_, i) => path.join(folder, `copy${i}.node`));
    for (const name of names) fs.copyFileSync(FILE, name);
    return { folder, names };
  }

  return { env, FILE, since, until, settled, startThread, copies };
}

module.exports = { ...of(process.env.OFFLOOP_ENV ?? 'env'), of };
