'use strict';

// Ways in which a process ends, each by its name: node ends.js NAME. What it prints is what a test
// looks at.

const assert = require('node:assert');
const fs = require('node:fs');
const { env, copies, startThread, until } = require('./env');

const say = (what) => fs.writeSync(1, `${what}\n`);
const ignore = () => {};
const times = (count, make) => Array.from({ length: count }, make);

/* Says, when the listener of the addon has run, what became of the jobs. */
function sayCountsAtExit() {
  process.on('exit', () => {
    const { made, started, ended, completed } = env.counts();
    say(JSON.stringify({ made, started, ended, completed }));
  });
}

async function exitWhenStarted(code) {
  sayCountsAtExit();
  await until(() => env.counts().started > 0);
  process.exit(code);
}

const ways = {
  /* ---- process.exit() ---- */

  exitRunning() {
    times(3, () => env.nap(-1));
    env.block();
    exitWhenStarted(5);
  },
  exitQueued() {
    times(200, () => env.nap(-1));
    exitWhenStarted(5);
  },
  exitAtOnce() {
    times(50, () => env.quick());
    times(50, () => env.nap(-1));
    process.exit(5);
  },
  exitDeaf() {
    env.deaf(1500);
    exitWhenStarted(5);
  },
  exitPinned() {
    env.read(Buffer.alloc(64 * 1024 * 1024, 1));
    exitWhenStarted(5);
  },
  exitInCallback() {
    times(100, () => env.quick());
    env.quick(() => process.exit(5));
    times(100, () => env.quick());
    env.nap(-1);
  },
  exitInContinuation() {
    env.nap(-1);
    times(100, () => env.quick().then(() => process.exit(5)));
  },
  async deafInTerminated() {
    const { thread } = await startThread([['deaf', 1, 1500]]);
    await until(() => env.counts().started > 0);
    await thread.terminate();
    say('terminated');
  },
  async deafInExited() {
    const { exit } = await startThread([['deaf', 1, 1500]], { exitCode: 0, begun: 1 });
    await exit;
    say('exited');
  },
  async exitWithThreads() {
    await Promise.all(times(3, () => startThread([['nap', 2, -1], ['block', 1], ['quick', 50, 1]])));
    env.nap(-1);
    process.exit(5);
  },
  callsInExitListener() {
    process.on('exit', () => {
      times(10, () => env.nap(-1).catch(ignore));
      env.quick(ignore);
      say(env.quick.sync(1));
    });
    process.exitCode = 5;
  },
  emitsExitAndGoesOn() {
    process.emit('exit', 0);
    setImmediate(async () => say(await env.quick(42)));
  },

  /* ---- Natural ends ---- */

  natural() {
    times(20, (_, i) => env.quick(i, (error, n) => say(n)));
    env.nap(50, () => say('nap'));
  },
  naturalAborted() {
    env.nap(-1, { signal: AbortSignal.abort() }).catch(({ code }) => say(code));
  },
  naturalBeforeExit() {
    let rounds = 0;
    process.on('beforeExit', () => {
      if (rounds++ < 3) env.quick(rounds).then(say);
    });
  },
  loadedAndUnused() {
    say('loaded');
  },

  /* ---- Throws ---- */

  uncaught() {
    times(3, () => env.nap(-1));
    sayCountsAtExit();
    until(() => env.counts().started > 0).then(() => setImmediate(() => {
      throw new Error('on purpose');
    }));
  },
  uncaughtAndGoesOn() {
    process.on('uncaughtException', (error) => say(error.message));
    env.nap(30).then(() => say('settled'));
    env.quick(() => {
      throw new Error('in a callback');
    });
    setImmediate(() => {
      throw new Error('elsewhere');
    });
  },
  unhandledRejection() {
    times(3, () => env.nap(-1));
    env.nap('x');
  },

  /* ---- Addons ---- */

  listeners() {
    const earlier = process.listenerCount('exit') - 1; // env has been loaded
    for (const name of copies(11).names) require(name);
    say(process.listenerCount('exit') - earlier);
  },
  works() {
    const signal = new AbortController().signal;
    env.quick(42, { signal, timeout: 1000 }).then((n) => env.quick(n, (error, last) => say(last)));
  },
};

const name = process.argv[2];
assert.ok(name in ways, name);
ways[name]();
