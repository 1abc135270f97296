'use strict';

// Programs that jobs start get signals as any other: no thread of the library has them blocked.

const assert = require('node:assert');
const os = require('node:os');
const addon = require('./support/addon');

/* The shell of system() has the environment of this process: a preloaded sanitizer crashes it. */
const WAYS = process.env.LD_PRELOAD ? ['posix_spawn', 'fork'] : ['posix_spawn', 'fork', 'system'];
const SIGTERM = os.constants.signals.SIGTERM;

describe('a child that a job starts dies of SIGTERM', function () {
  before(function () {
    if (process.platform === 'win32') this.skip();
  });

  const {
    lastClose, open, spawn, spawnNode, spawnOnStop, spawnOwn,
  } = addon('children');
  const { createPool } = addon('children')[Symbol.for('offloop')];

  async function closeHandle(way) {
    const handle = await open(way);
    await handle.close();
    return lastClose.sync();
  }

  async function inPool(way) {
    const pool = createPool({ threads: 1 });
    const end = await spawn(way, { pool });
    await pool.close();
    return end;
  }

  /* Again where the deadline has passed before the job was ready for it. */
  async function byDeadline(way) {
    const end = await spawnOnStop(way, { timeout: 10 });
    return end === 0 ? byDeadline(way) : end;
  }

  const threads = {
    'of the default pool': (way) => spawn(way),
    'of createPool': inPool,
    'of a pool of Node': (way) => spawnNode(way),
    'of its own': (way) => spawnOwn(way),
    'that closes handles': closeHandle,
    'of deadlines': byDeadline,
  };

  for (const [title, run] of Object.entries(threads)) {
    for (const way of WAYS) {
      it(`on a thread ${title}, by ${way}`, async () => {
        assert.strictEqual(await run(way), SIGTERM);
      });
    }
  }
});
