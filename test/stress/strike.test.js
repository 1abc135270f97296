'use strict';

// The end of threads and processes at random moments, in the midst of jobs of every kind; see
// scripts/stress.js.

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { text } = require('node:stream/consumers');
const { setTimeout: delay } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const addon = require('../support/addon');
const { env, of, settled, until } = require('../support/env');
const { randomOf } = require('../support/random');
const { inTime } = require('./watch');

const ROUNDS = Number(process.env.STRESS_ROUNDS) || 500;
const LIMIT_MS = 1000 * (Number(process.env.STRESS_SECONDS) || 60);
const SEED = Number(process.env.STRESS_SEED) || Date.now() % 1000000;
const HANG_MS = 60000; /* a strike takes well below one second, ten with sanitizers */
const GUARD_MS = LIMIT_MS + 3 * HANG_MS;
const AT_ONCE = 3;

const MIXTURE = path.join(__dirname, 'mixture.js');
const onNode = of('env_node');
const database = addon('database');
const streams = addon('streams');
const messages = addon('messages');
const asks = addon('asks');
const progress = addon('progress');
const exclusive = addon('exclusive');
const flats = [addon('flat'), addon('flat_node')];

/* States and handles that are still there, of each addon. */
function alive() {
  const { opened, closed } = asks.counts.sync();
  const count = (counts) => counts.made - counts.destroyed;
  const open = (counts) => counts.opened - counts.closed;
  const parked = ({ counts: { sync } }) => sync().parked - sync().stopped;
  return {
    held: parked(flats[0]) + parked(flats[1]),
    streams: count(streams.counts()),
    messages: count(messages.counts()),
    asks: count(asks.counts.sync()),
    progress: progress.alive(),
    ledgers: opened - closed,
    databases: open(database.counts.sync()),
    bases: open(exclusive.counts.sync()),
  };
}

const noneAlive = () => Object.values(alive()).every((count) => count === 0);

function faults() {
  const { faults: doubled, onLoopCloses } = database.counts.sync();
  const met = exclusive.counts.sync().met + streams.counts().met + messages.counts().met;
  return { doubled, onLoopCloses, met };
}

describe(`at random moments, from seed ${SEED}`, () => {
  /* Strikes until the rounds or the time are up, some at a time; a failure names its seed. */
  async function strike(test, one) {
    const began = Date.now();
    let rounds = 0;
    const striking = async () => {
      while (rounds < ROUNDS && Date.now() - began < LIMIT_MS) {
        const seed = SEED + 10 * rounds++;
        await one(seed).catch((error) => {
          throw new Error(`seed ${seed}: ${error.message}`, { cause: error });
        });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, striking));
    const each = Math.round((Date.now() - began) / rounds);
    test.title += `, ${rounds} of ${ROUNDS} times, ${each} ms each`;
  }

  it('worker.terminate() destroys every state once and closes every handle once', async function () {
    this.timeout(GUARD_MS);
    const [earlier, earlierOnNode] = [env.counts(), onNode.env.counts()];
    const wait = (promise, what) => inTime(promise, HANG_MS, process.pid, what);
    await strike(this.test, async (seed) => {
      const thread = new Worker(MIXTURE, { workerData: { seed } });
      const below = randomOf(seed);
      if (below(4) > 0) await once(thread, 'message'); // else it may be struck before it has begun
      await delay(below(60));
      await wait(thread.terminate(), 'terminate');
    });
    assert.ok((await wait(settled(earlier), JSON.stringify(env.counts()))).started > 0);
    await wait(onNode.settled(earlierOnNode), JSON.stringify(onNode.env.counts()));
    await inTime(until(noneAlive), HANG_MS, process.pid, 'a job').catch((error) => {
      throw new Error(`${JSON.stringify(alive())}: ${error.message}`);
    });
    assert.deepStrictEqual(faults(), { doubled: 0, onLoopCloses: 0, met: 0 });
  });

  /* process.exit() leaves what Node has as it is, so a sanitizer looks for no leaks. */
  function startChild(args) {
    const settings = { ...process.env, ASAN_OPTIONS: 'detect_leaks=0' };
    return spawn(process.execPath, [MIXTURE, ...args], {
      env: settings, stdio: ['ignore', 'ignore', 'pipe'],
    });
  }

  async function exitOf(child) {
    const [[code, signal], stderr] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
    return { code, signal, stderr };
  }

  for (const threads of [0, 2]) {
    it(`process.exit() leaves with its code, with ${threads} threads`, async function () {
      this.timeout(GUARD_MS);
      await strike(this.test, async (seed) => {
        const child = startChild([`${seed}`, `${threads}`]);
        try {
          const end = await inTime(exitOf(child), HANG_MS, child.pid, 'process.exit()');
          assert.deepStrictEqual(end, { code: 7, signal: null, stderr: '' });
        } finally {
          child.kill('SIGKILL');
        }
      });
    });
  }
});
