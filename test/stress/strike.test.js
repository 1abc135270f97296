'use strict';

// The end of threads and processes at random moments, in the midst of jobs of every kind:
//   STRESS_ROUNDS=500 STRESS_SECONDS=120 STRESS_SEED=1 npm run test:stress

const assert = require('node:assert');
const { once } = require('node:events');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const addon = require('../support/addon');
const { runChild } = require('../support/child');
const { env, settled, until } = require('../support/env');
const { randomOf } = require('../support/random');

const ROUNDS = Number(process.env.STRESS_ROUNDS) || 500;
const LIMIT_MS = 1000 * (Number(process.env.STRESS_SECONDS) || 60);
const SEED = Number(process.env.STRESS_SEED) || Date.now() % 1000000;
const GUARD_MS = LIMIT_MS + 120000;
const AT_ONCE = 3;

const MIXTURE = path.join(__dirname, 'mixture.js');
const database = addon('database');

describe(`at random moments, from seed ${SEED}`, () => {
  /* Strikes until the rounds or the time are up, some at a time; a failure names its seed. */
  async function strike(test, one) {
    const due = Date.now() + LIMIT_MS;
    let rounds = 0;
    const striking = async () => {
      while (rounds < ROUNDS && Date.now() < due) {
        const seed = SEED + 10 * rounds++;
        await one(seed).catch((error) => {
          throw new Error(`seed ${seed}: ${error.message}`, { cause: error });
        });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, striking));
    test.title += `, ${rounds} times`;
  }

  it('worker.terminate() destroys every state once and closes every handle once', async function () {
    this.timeout(GUARD_MS);
    const earlier = env.counts();
    await strike(this.test, async (seed) => {
      const thread = new Worker(MIXTURE, { workerData: { seed } });
      const below = randomOf(seed);
      if (below(4) > 0) await once(thread, 'message'); // else it may be struck before it has begun
      await delay(below(60));
      await thread.terminate();
    });
    assert.ok((await settled(earlier)).started > 0);
    await until(() => database.counts.sync().opened === database.counts.sync().closed);
    const { faults, onLoopCloses } = database.counts.sync();
    assert.deepStrictEqual({ faults, onLoopCloses }, { faults: 0, onLoopCloses: 0 });
  });

  for (const threads of [0, 2]) {
    it(`process.exit() leaves with its code, with ${threads} threads`, async function () {
      this.timeout(GUARD_MS);
      await strike(this.test, async (seed) => {
        const args = [`${seed}`, `${threads}`];
        const { code, signal, stderr } = await runChild(MIXTURE, args, { leaks: false });
        assert.deepStrictEqual({ code, signal, stderr }, { code: 7, signal: null, stderr: '' });
      });
    });
  }
});
