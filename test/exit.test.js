'use strict';

const assert = require('node:assert');
const { runChild } = require('./support/child');

const POOLS = [['env', 'with a pool of ours'], ['env_node', "with Node's pool"]];

/* How a child ended; one that crashed has a signal, and one that hung was ended by one. */
async function ended(way, settings) {
  const leaks = !way.startsWith('exit');
  const { code, signal, stdout, stderr } = await runChild('ends.js', [way], { leaks, ...settings });
  assert.strictEqual(signal, null, `${way}: ${signal}\n${stderr}`);
  return { code, stdout, stderr };
}

/* The counts that a child said last. */
const countsIn = (stdout) => JSON.parse(stdout.match(/^\{.*\}$/gm).pop());

async function countsOf(way, expectedCode, settings) {
  const { code, stdout, stderr } = await ended(way, settings);
  assert.strictEqual(code, expectedCode, stderr);
  return countsIn(stdout);
}

/* Milliseconds, which are more nanoseconds than 64 bits can say, by half a millisecond. */
const PAST_64_BITS = '18446744073710';

/* These take more than a second each, so all begin first, and are awaited by those who ask. */
const slow = new Map();

/* How a child ends whose job does not listen; [ms]: the value of OFFLOOP_EXIT_MS. */
function deaf(name, way, ms) {
  const key = [name, way, ms].join();
  const limit = ms === undefined ? {} : { OFFLOOP_EXIT_MS: ms };
  const env = { OFFLOOP_ENV: name, TEST_TELL_EXIT: '1', ...limit };
  if (!slow.has(key)) slow.set(key, ended(way, { env, leaks: false }));
  return slow.get(key);
}

for (const [name, where] of POOLS) describe(`process.exit() ${where}`, () => {
  const settings = { env: { OFFLOOP_ENV: name } };

  before(() => {
    deaf(name, 'exitDeaf');
    deaf(name, 'exitDeaf', '50');
    deaf(name, 'exitDeaf', '-1');
    deaf(name, 'exitDeaf', PAST_64_BITS);
    for (const way of ['deafInTerminated', 'deafInExited']) deaf(name, way, '0');
  });

  it('stops the jobs that run, and waits for them', async () => {
    const { made, started, ended } = await countsOf('exitRunning', 5, settings);
    assert.strictEqual(made, 4);
    assert.ok(started > 0);
    assert.strictEqual(ended, started);
  });

  it('lets no queued job start any more', async () => {
    const { made, started, ended } = await countsOf('exitQueued', 5, settings);
    assert.strictEqual(made, 200);
    assert.ok(started < 100, `${started} have started`);
    assert.strictEqual(ended, started);
  });

  it('right after the calls leaves with its code', async () => {
    assert.strictEqual((await ended('exitAtOnce', settings)).code, 5);
  });

  const waits = [
    [undefined, 'for some seconds'], ['-1', 'without a limit, if told'],
    [PAST_64_BITS, 'however long it is told'],
  ];
  for (const [ms, says] of waits) {
    it(`waits for a job that does not listen, ${says}`, async () => {
      const { code, stdout } = await deaf(name, 'exitDeaf', ms);
      const { started, ended } = countsIn(stdout);
      assert.deepStrictEqual({ code, started, ended }, { code: 5, started: 1, ended: 1 });
    });
  }

  it('waits for a job that does not listen no longer than it is told', async () => {
    const { code, stdout } = await deaf(name, 'exitDeaf', '50');
    const { started, ended } = countsIn(stdout);
    assert.deepStrictEqual({ code, started, ended }, { code: 5, started: 1, ended: 0 });
  });

  it('ends a job that reads a pinned buffer of 64 MiB', async () => {
    const { started, ended } = await countsOf('exitPinned', 5, settings);
    assert.deepStrictEqual({ started, ended }, { started: 1, ended: 1 });
  });

  it('inside a callback of a job leaves with its code', async () => {
    assert.strictEqual((await ended('exitInCallback', settings)).code, 5);
  });

  it('inside the continuation of a promise of a job leaves with its code', async () => {
    assert.strictEqual((await ended('exitInContinuation', settings)).code, 5);
  });

  it('stops the jobs of worker threads too', async () => {
    assert.strictEqual((await ended('exitWithThreads', settings)).code, 5);
  });
});

describe("the 'exit' event", () => {
  it('may call workers: they are stopped at once, and .sync works', async () => {
    const { code, stdout } = await ended('callsInExitListener');
    assert.deepStrictEqual({ code, stdout }, { code: 5, stdout: '1\n' });
  });

  it('emitted by hand does not end the addon', async () => {
    const { code, stdout } = await ended('emitsExitAndGoesOn');
    assert.deepStrictEqual({ code, stdout }, { code: 0, stdout: '42\n' });
  });
});

describe('a process that ends by itself', () => {
  it('C12 waits for all jobs and their callbacks', async () => {
    const { code, stdout, stderr } = await ended('natural');
    const lines = stdout.trim().split('\n');
    const numbers = Array.from({ length: 20 }, (_, i) => `${i}`);
    assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.deepStrictEqual([...lines].sort(), [...numbers, 'nap'].sort());
  });

  it('waits for a job that was aborted before it was queued', async () => {
    const { code, stdout } = await ended('naturalAborted');
    assert.deepStrictEqual({ code, stdout }, { code: 0, stdout: 'ABORT_ERR\n' });
  });

  it("goes on when 'beforeExit' starts jobs", async () => {
    const { code, stdout } = await ended('naturalBeforeExit');
    assert.deepStrictEqual({ code, stdout }, { code: 0, stdout: '1\n2\n3\n' });
  });

  it('is not kept by an addon that has nothing to do', async () => {
    const { code, stdout } = await ended('loadedAndUnused');
    assert.deepStrictEqual({ code, stdout }, { code: 0, stdout: 'loaded\n' });
  });

  it('OL_SETUP runs its exit once', async () => {
    const { stdout } = await ended('loadedAndUnused', { env: { TEST_TELL_EXIT: '1' } });
    assert.strictEqual(stdout, 'loaded\nlibrary exit\n');
  });

  it('OL_SETUP inside an init function is run as any other, however often it is loaded', async () => {
    const { code, signal, stdout } = await runChild('setup-inside.child.js');
    const exits = process.versions.bun ? '' : 'library exit\n';
    assert.deepStrictEqual({ code, signal, stdout }, {
      code: 0, signal: null, stdout: `0 0 1\n${exits}`,
    });
  });

  for (const [name, where] of POOLS) {
    it(`OL_SETUP does not run its exit while a job still runs ${where}`, async () => {
      const { code, stdout } = await deaf(name, 'exitDeaf', '50');
      assert.strictEqual(code, 5);
      assert.doesNotMatch(stdout, /too early/);
    });

    it(`OL_SETUP runs its exit once the job that was waited for is over ${where}`, async () => {
      const { stdout } = await deaf(name, 'exitDeaf');
      assert.match(stdout, /^library exit$/m);
    });

    for (const [way, how] of [['deafInTerminated', 'was terminated'], ['deafInExited', 'has exited']]) {
      it(`nor while one of a thread that ${how} does ${where}`, async () => {
        const { code, stdout } = await deaf(name, way, '0');
        assert.strictEqual(code, 0);
        assert.doesNotMatch(stdout, /too early/);
      });
    }
  }
});

describe('an uncaught exception', () => {
  it('while jobs run ends the process as it always does', async () => {
    const { code, stderr } = await ended('uncaught');
    assert.strictEqual(code, 1);
    assert.match(stderr, /on purpose/);
  });

  it('stops the jobs that run', async () => {
    const { started, ended: over } = await countsOf('uncaught', 1);
    assert.strictEqual(over, started);
  });

  it('that is handled disturbs no job, in a callback or elsewhere', async () => {
    const { code, stdout } = await ended('uncaughtAndGoesOn');
    const lines = stdout.trim().split('\n').sort();
    assert.deepStrictEqual({ code, lines }, {
      code: 0, lines: ['elsewhere', 'in a callback', 'settled'],
    });
  });

  it('that is a rejection of a call ends the process while jobs run', async () => {
    const { code, stderr } = await ended('unhandledRejection');
    assert.strictEqual(code, 1);
    assert.match(stderr, /The "ms" argument of nap must be a number/);
  });
});
