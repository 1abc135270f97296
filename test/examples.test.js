'use strict';

const assert = require('node:assert');
const { execFile, spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { testTogether } = require('./support/together');

const root = path.dirname(__dirname);
const EXAMPLES = path.join(root, 'examples');

const RUN_MS = 120000; // what hangs is ended

/* Where threads sleep for different times, a machine that is short of time may wake them in another
 * order; what is wrong is wrong each time. */
const TRIES = 3;

const addon = (name) => require(`../build/Release/${name}.node`);
const indexOf = (name) => path.join(EXAMPLES, name, 'index.js');

/* The runtime that runs this suite, told to run a file. */
const runtimeArguments = process.versions.deno ? ['run', '--allow-all'] : process.execArgv;

/* An example's standard output, once it has ended well and complained of nothing. */
function outputOf(name, { args = [], env = {} } = {}) {
  const { status, signal, stdout, stderr } = runExample(name, args, env);
  assert.deepStrictEqual({ status, signal, stderr }, { status: 0, signal: null, stderr: '' });
  return stdout;
}

function runExample(name, args, env) {
  const options = { encoding: 'utf8', env: { ...process.env, ...env }, timeout: RUN_MS };
  return spawnSync(process.execPath, [...runtimeArguments, indexOf(name), ...args], options);
}

/* For programs that do not load the addons: a sanitizer's library is no concern of theirs. */
const plainEnvironment = { ...process.env, LC_ALL: 'C', LD_PRELOAD: '' };

const lines = (...all) => all.map((line) => `${line}\n`).join('');

const read = (...names) => fs.readFileSync(path.join(EXAMPLES, ...names), 'utf8');

describe('examples', () => {
  const NAMES = [
    'add', 'blur-image', 'count-files', 'fibonacci', 'http-head', 'key-value',
    'simple-async-worker', 'stream-search', 'ticker',
  ];

  it('each has at most 60 lines of C', () => {
    assert.deepStrictEqual(fs.readdirSync(EXAMPLES).sort(), NAMES);
    for (const name of NAMES) {
      const files = fs.readdirSync(path.join(EXAMPLES, name)).filter((file) => file.endsWith('.c'));
      const count = files.map((file) => read(name, file).trimEnd().split('\n').length);
      assert.ok(count.length === 1 && count[0] <= 60, `${files}: ${count} lines`);
    }
  });

  async function printsWhatIsShown(name) {
    const shown = /^```console\n\$ node (.*)\n([\s\S]*?)^```$/m.exec(read(name, 'README.md'));
    const [, command, printed] = shown;
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [...runtimeArguments, ...command.split(' ')],
      { cwd: root, env: { ...process.env, SECOND_MS: '100' }, timeout: RUN_MS },
    );
    assert.strictEqual(stderr + stdout, printed);
  }

  async function tried(check, tries = TRIES) {
    try {
      await check();
    } catch (error) {
      if (tries === 0) throw error;
      await tried(check, tries - 1);
    }
  }

  testTogether(Object.fromEntries(NAMES.map((name) => [
    `${name}: its README shows what it prints`, () => tried(() => printsWhatIsShown(name)),
  ])));
});

describe('examples/simple-async-worker', () => {
  const SECOND_MS = 100;
  let runSimpleAsyncWorker;

  before(() => ({ runSimpleAsyncWorker } = addon('simple-async-worker')));

  /* Runs one job and gives all calls of its callback, each a list of arguments. */
  async function callsOf(seconds, secondMs = 1) {
    const calls = [];
    await new Promise((done) => {
      runSimpleAsyncWorker(seconds, (...args) => done(calls.push(args)), secondMs);
    });
    await new Promise((done) => runSimpleAsyncWorker(1, done, 10)); // time for a second call
    return calls;
  }

  it('C14 it prints exactly the six lines of the seed', () => {
    const env = { SECOND_MS: `${SECOND_MS}` };
    const expected = lines(
      "runSimpleAsyncWorker returned 'SimpleAsyncWorker for 2 seconds queued.'.",
      "runSimpleAsyncWorker returned 'SimpleAsyncWorker for 4 seconds queued.'.",
      "runSimpleAsyncWorker returned 'SimpleAsyncWorker for 8 seconds queued.'.",
      "SimpleAsyncWorker returned 'SimpleAsyncWorker returning after 'working' 2 seconds.'.",
      "SimpleAsyncWorker returned an error:  [Error: Oops! Failed after 'working' 4 seconds.]",
      "SimpleAsyncWorker returned 'SimpleAsyncWorker returning after 'working' 8 seconds.'.",
    );
    assert.strictEqual(outputOf('simple-async-worker', { env }), expected);
  }).retries(TRIES);

  it('C1 the call returns the "queued" text at once, before the callback is called', async () => {
    let called = false;
    const done = new Promise((resolve) => {
      const completed = () => resolve((called = true));
      const answer = runSimpleAsyncWorker(3, completed, 1);
      assert.strictEqual(answer, 'SimpleAsyncWorker for 3 seconds queued.');
      assert.strictEqual(called, false);
    });
    await done;
  });

  it('C2 jobs run side by side: started as 8, 2, 4 they come back as 2, 4, 8', async () => {
    const events = [];
    const began = performance.now();
    const jobs = [8, 2, 4].map((seconds) => new Promise((done) => {
      const completed = () => done(events.push(`${seconds} done`));
      events.push(runSimpleAsyncWorker(seconds, completed, SECOND_MS).match(/\d+ .*/)[0]);
    }));
    await Promise.all(jobs);
    const queued = ['8 seconds queued.', '2 seconds queued.', '4 seconds queued.'];
    assert.deepStrictEqual(events, [...queued, '2 done', '4 done', '8 done']);
    assert.ok(performance.now() - began >= 8 * SECOND_MS - 5);
  }).retries(TRIES);

  it('C2 a second lasts a second, unless it is told otherwise', async () => {
    const began = performance.now();
    await new Promise((done) => runSimpleAsyncWorker(1, done));
    assert.ok(performance.now() - began >= 995);
  });

  it('C3 C5 success: the callback is called once, with null and the text', async () => {
    const text = "SimpleAsyncWorker returning after 'working' 2 seconds.";
    assert.deepStrictEqual(await callsOf(2), [[null, text]]);
  });

  it('C4 C5 failure after 4 s: the callback is called once, with an Error and nothing else', async () => {
    const calls = await callsOf(4);
    assert.strictEqual(calls.length, 1);
    assert.strictEqual(calls[0].length, 1);
    assert.ok(calls[0][0] instanceof Error);
    assert.strictEqual(calls[0][0].message, "Oops! Failed after 'working' 4 seconds.");
  });

  it('C8 timers keep firing while execute sleeps on its own thread', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await new Promise((done) => runSimpleAsyncWorker(2, done, 250));
    clearInterval(timer);
    assert.ok(ticks > 1, `${ticks} ticks in half a second`);
  }).retries(TRIES);

  it('wrong arguments are refused, and the callback is not called', () => {
    const callback = () => assert.fail('called');
    const code = 'ERR_INVALID_ARG_VALUE';
    const refused = (message) => ({ name: 'TypeError', code, message });
    for (const wrong of [undefined, '2', -1, 1.5, NaN, Infinity, 2 ** 31, 2n, {}]) {
      assert.throws(() => runSimpleAsyncWorker(wrong, callback), refused(/whole numbers/));
      assert.throws(() => runSimpleAsyncWorker(2, callback, wrong), refused(/whole numbers/));
      assert.throws(() => runSimpleAsyncWorker(2, wrong), refused(/a function/));
    }
  });
});

describe('examples/add', () => {
  let asyncWork;

  before(() => ({ asyncWork } = addon('add')));

  const rejectionOf = (promise) => promise.then(() => assert.fail('resolved'), (reason) => reason);

  it('C28 it prints both styles, in a worker thread (C34) and in a task pool (C35)', () => {
    assert.strictEqual(outputOf('add'), lines(
      'result is 1024',
      'rejected with -5',
      'result is 579',
      'Worker thread received data: 123, 456',
      'result is 579',
      'Taskpool thread received data: 123, 456',
      'result is 579',
    ));
  });

  it('C25 asyncWork(1024) resolves with 1024', async () => {
    const promise = asyncWork(1024);
    assert.ok(promise instanceof Promise);
    assert.strictEqual(await promise, 1024);
    assert.strictEqual(await asyncWork(0.5), 0.5);
  });

  it('C26 a result that is not above 0 is what the promise is rejected with, a plain number', async () => {
    for (const value of [-5, 0, NaN, -Infinity]) {
      assert.strictEqual(await rejectionOf(asyncWork(value)), value);
    }
  });

  it('C22 C27 with a callback it returns undefined, and calls back later with the sum alone', async () => {
    const calls = [];
    await new Promise((done) => {
      assert.strictEqual(asyncWork(123, 456, (...args) => done(calls.push(args))), undefined);
      assert.deepStrictEqual(calls, []);
    });
    await asyncWork(1); // time for a second call
    assert.deepStrictEqual(calls, [[579]]);
  });

  it('C28 the same job gives a promise when it is given no callback', async () => {
    assert.strictEqual(await asyncWork(123, 456), 579);
    assert.strictEqual(await asyncWork(-5, 2), -3);
  });

  it('C29 its types are those of both styles', function () {
    this.timeout(120000);
    const file = path.join(__dirname, 'support', 'add.types.ts');
    const args = ['--noEmit', '--strict', '--module', 'node16', file];
    const tsc = require.resolve('typescript/bin/tsc');
    const { status, stdout } = spawnSync(process.execPath, [...runtimeArguments, tsc, ...args], {
      encoding: 'utf8',
      cwd: root,
      env: plainEnvironment,
    });
    assert.deepStrictEqual({ status, stdout }, { status: 0, stdout: '' });
  });

  it('C35 a task returns before its callback is called, and the pool closes after that', async () => {
    const { TaskPool } = require('../examples/add/taskpool');
    const pool = new TaskPool(path.join(__dirname, 'support', 'return-first.task.js'), 2);
    const results = Array.from({ length: 4 }, () => new Int32Array(new SharedArrayBuffer(4)));
    const returned = await Promise.all(results.map((shared) => pool.execute(123, 456, shared)));
    await pool.close();
    assert.deepStrictEqual(returned, [0, 0, 0, 0]);
    assert.deepStrictEqual(results.map(([result]) => result), [579, 579, 579, 579]);
  });
});

describe('examples/fibonacci', () => {
  const N = 100000;
  const LONG = 10000000; // minutes of work, in steps that look for a stop
  let example;

  before(() => (example = require('../examples/fibonacci')));

  /* F(2k) = F(k) (2 F(k+1) - F(k)) and F(2k+1) = F(k)^2 + F(k+1)^2: not the way the addon takes. */
  function fibonacciByDoubling(n) {
    if (n === 0) return [0n, 1n];
    const [a, b] = fibonacciByDoubling(Math.floor(n / 2));
    const [even, odd] = [a * (2n * b - a), a * a + b * b];
    return n % 2 ? [odd, even + odd] : [even, odd];
  }

  const callsOf = (...args) => new Promise((done) => {
    example.performAsyncTask(...args, (...results) => done(results));
  });

  it('C47 C49 it prints 20 before 100010, 17, the failure, and both ends of the number', () => {
    assert.strictEqual(outputOf('fibonacci'), lines(
      '20 second sum from main thread',
      '100010 first sum from background thread',
      '17 from a promise made by hand',
      '17 from util.promisify',
      '17 from the promise that comes without a callback',
      'Error: I am a failing task',
      '3 instead of a failure',
      'fibonacci(100000) has 20899 digits: 2597406934...3428746875',
      'meanwhile the timer kept ticking',
    ));
  }).retries(TRIES);

  it('C46 the callback is error-first: null and 17', async () => {
    assert.deepStrictEqual(await callsOf(), [null, 17]);
  });

  it('C22 C43 the call returns undefined while the work goes on behind it', async () => {
    const controller = new AbortController();
    const calls = [];
    const ended = new Promise((done) => {
      const callback = (...args) => done(calls.push(args));
      const { signal } = controller;
      assert.strictEqual(example.fibonacci(LONG, { signal }, callback), undefined);
    });
    await tick(20);
    assert.deepStrictEqual(calls, []);
    controller.abort();
    await ended;
    assert.deepStrictEqual(calls.map(([error]) => error.name), ['AbortError']);
  });

  it('C44 complete is called after success and after failure, and may make a value of an error', async () => {
    const fail = 'I am a failing task';
    assert.strictEqual(await example.performAsyncTask({ fallback: 3 }), 17);
    assert.strictEqual(await example.performAsyncTask({ fail, fallback: 3 }), 3);
    assert.deepStrictEqual(await callsOf({ fail, fallback: 3 }), [null, 3]);
  });

  /* It has no code; the error that ol_fail would have made has one. */
  it('C45 what complete throws reaches the callback, or rejects the promise', async () => {
    const fail = 'I am a failing task';
    const rejected = await example.performAsyncTask({ fail }).catch((error) => [error]);
    for (const [error, ...rest] of [await callsOf({ fail }), rejected]) {
      assert.ok(error instanceof Error);
      assert.deepStrictEqual([error.message, error.code, rest], [fail, undefined, []]);
    }
  });

  it('C48 the callback form can be made a promise, by util.promisify and by hand', async () => {
    const failure = { message: 'no' };
    for (const wrapped of [promisify(example.performAsyncTask), example.promisePerformAsyncTask]) {
      assert.strictEqual(await wrapped({}), 17);
      await assert.rejects(wrapped({ fail: 'no' }), failure);
    }
  });

  it('C48 the README shows the very wrapper that was tested', () => {
    const [, wrapper] = /^```js\n([\s\S]*?)^```$/m.exec(read('fibonacci', 'README.md'));
    assert.match(wrapper, /^function promisePerformAsyncTask/);
    assert.ok(read('fibonacci', 'index.js').includes(wrapper));
  });

  it('C49 the 100000th number has 20899 digits, every one of them right', async () => {
    const number = example.toBigInt(await example.fibonacci(N));
    assert.strictEqual(number, fibonacciByDoubling(N)[0]);
    assert.strictEqual(`${number}`.length, 20899);
  });

  it('C49 so are the small ones, and those at the edge of a limb', async () => {
    for (let n = 0; n < 400; n++) {
      const number = example.toBigInt(await example.fibonacci(n));
      assert.strictEqual(number, fibonacciByDoubling(n)[0], `fibonacci(${n})`);
    }
  });

  it('C49 timers tick while it runs: twenty times, and then it is aborted', async () => {
    const controller = new AbortController();
    const job = example.fibonacci(LONG, { signal: controller.signal });
    await tick(20);
    controller.abort();
    await assert.rejects(job, { name: 'AbortError' });
  });

  it('C50 output, error and JavaScript result are of three types', async () => {
    const limbs = await example.fibonacci(300);
    assert.ok(limbs instanceof BigUint64Array);
    assert.strictEqual(typeof example.toBigInt(limbs), 'bigint');
    assert.strictEqual(typeof (await example.performAsyncTask()), 'number');
    await assert.rejects(example.performAsyncTask({ fail: 'no' }), Error);
  });

  it('numbers past ten million are refused', async () => {
    await assert.rejects(example.fibonacci(LONG + 1), { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' });
  });

  function tick(times) {
    return new Promise((done) => {
      const timer = setInterval(() => {
        if (--times > 0) return;
        clearInterval(timer);
        done();
      }, 1);
    });
  }
});

describe('examples/count-files', () => {
  const HUGE = 64 * 2 ** 30; // bytes of a file of holes: minutes of reading, no room on the disk
  let tree;
  let folder;

  before(function () {
    if (spawnSync('wc', [__filename]).status !== 0) this.skip();
    tree = require('../examples/count-files/tree');
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'offloop count-'));
  });

  after(() => folder && fs.rmSync(folder, { recursive: true, force: true }));

  function write(files) {
    const place = fs.mkdtempSync(path.join(folder, 'tree-'));
    for (const [name, content] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(place, name)), { recursive: true });
      fs.writeFileSync(path.join(place, name), content);
    }
    return place;
  }

  function filesBelow(place) {
    return fs.readdirSync(place, { withFileTypes: true }).flatMap((entry) => {
      const name = path.join(place, entry.name);
      if (entry.isDirectory()) return filesBelow(name);
      return entry.isFile() ? [name] : [];
    });
  }

  function wc(files) {
    const options = { encoding: 'utf8', env: plainEnvironment, maxBuffer: 1 << 26 };
    const { stdout } = spawnSync('wc', ['-lwc', '--', ...files], options);
    const rows = stdout.trimEnd().split('\n').slice(0, files.length).map((row) => {
      const [, lineCount, words, bytes, name] = /^ *(\d+) +(\d+) +(\d+) (.*)$/.exec(row);
      return { path: name, lines: Number(lineCount), words: Number(words), bytes: Number(bytes) };
    });
    return rows.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  const CHUNK = 32 * 1024;
  const TEXTS = {
    'empty': '',
    'one line': 'one line\n',
    'no newline at the end': 'a b\nc',
    'spaces alone': ' \t\r\n\v\f \n',
    'windows lines': 'a b\r\nc\r\n',
    'deep/er/words over a chunk': 'x'.repeat(CHUNK + 1) + ' y',
    'deep/er/a chunk exactly': 'ab '.repeat(CHUNK).slice(0, 2 * CHUNK),
    'deep/a space at a chunk’s end': `${'z'.repeat(CHUNK - 1)} z\n`,
  };

  /* Newer ones than GNU's 9.1 count words without a printable character too. */
  const wcSkipsUnprintable = () => /^\s*0$/m.test(`${spawnSync('wc', ['-w'], {
    input: '\u0001\n', env: plainEnvironment,
  }).stdout}`);

  const countsOf = ({ rows, errors }) => {
    assert.deepStrictEqual(errors, []);
    return rows;
  };

  it('C42 files: counts every file of a tree as wc does', async () => {
    const place = write(TEXTS);
    fs.mkdirSync(path.join(place, 'empty folder'));
    fs.symlinkSync(place, path.join(place, 'deep', 'round in a circle'));
    const rows = countsOf(await tree.countTree(place));
    assert.strictEqual(rows.length, Object.keys(TEXTS).length);
    assert.deepStrictEqual(rows, wc(filesBelow(place)));
  });

  it('bytes that are no text count as they do for wc in the C locale', async function () {
    if (!wcSkipsUnprintable()) this.skip();
    const mixed = Array.from({ length: 65536 }, (_, i) => (i * i * 31 + (i >> 7)) & 255);
    const everyByte = Buffer.from(mixed);
    const place = write({ everyByte, utf8: 'é – x€y\n', controls: '\x01 \x7f a\x02b \x03' });
    assert.deepStrictEqual(countsOf(await tree.countTree(place)), wc(filesBelow(place)));
  });

  it('counts a real tree of hundreds of files, all at once', async () => {
    const place = path.dirname(require.resolve('eslint/package.json'));
    const files = filesBelow(place);
    const text = ({ lines: lineCount, bytes, path: name }) => ({ lineCount, bytes, name });
    const [ours, theirs] = [countsOf(await tree.countTree(place)), wc(files)];
    assert.ok(files.length > 300);
    assert.deepStrictEqual(ours.map(text), theirs.map(text));
    if (wcSkipsUnprintable()) assert.deepStrictEqual(ours, theirs);
  });

  it('prints the total in columns, and with --each every file', () => {
    const place = write(TEXTS);
    const rows = wc(filesBelow(place));
    const sum = (name) => rows.reduce((total, row) => total + row[name], 0);
    const total = { path: 'total', lines: sum('lines'), words: sum('words'), bytes: sum('bytes') };
    const column = (count) => `${count}`.padStart(10);
    const columns = (row) => [row.lines, row.words, row.bytes].map(column).join('');
    const line = (row) => `${columns(row)} ${row.path}`;
    assert.strictEqual(stdoutOf(place), lines(line(total)));
    assert.strictEqual(stdoutOf(place, '--each'), lines(...rows.map(line), line(total)));
  });

  function stdoutOf(place, ...args) {
    const { status, stdout, stderr } = runExample('count-files', [place, ...args]);
    assert.strictEqual(stderr, lines(`counting ${place}; Ctrl-C stops it`));
    assert.strictEqual(status, 0);
    return stdout;
  }

  it('a file that cannot be read is an error like those of fs', async () => {
    const missing = path.join(folder, 'missing');
    const expected = { code: 'ENOENT', syscall: 'open', path: missing, errno: -os.constants.errno.ENOENT };
    await assert.rejects(tree.countFile(missing), expected);
    await assert.rejects(tree.countFile(folder), { code: 'EISDIR', syscall: 'read', path: folder });
    await assert.rejects(tree.countFile('a\0b'), { code: 'ERR_INVALID_ARG_VALUE' });
  });

  it('what cannot be read is told, and the exit status is 1', () => {
    const missing = path.join(folder, 'missing');
    const { status, stdout, stderr } = runExample('count-files', [missing]);
    assert.strictEqual(status, 1);
    assert.match(stdout, /^ +0 +0 +0 total\n$/);
    assert.match(stderr, /ENOENT.*missing/);
  });

  it('a wrong --timeout is refused', () => {
    const { status, stdout, stderr } = runExample('count-files', [folder, '--timeout', 'soon']);
    assert.deepStrictEqual([status, stdout], [1, '']);
    assert.match(stderr, /--timeout takes milliseconds/);
  });

  /* More huge files than there are threads, so that some are read and some wait. */
  function writeHuge() {
    const place = write({ small: 'a b c\n' });
    for (let i = 0; i < 8; i++) {
      const name = path.join(place, `huge-${i}`);
      fs.writeFileSync(name, '');
      fs.truncateSync(name, HUGE);
    }
    return place;
  }

  it('an AbortSignal stops the files that are read and those that wait', async () => {
    const place = writeHuge();
    const controller = new AbortController();
    const counted = tree.countTree(place, { signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    const { rows, errors } = await counted;
    assert.deepStrictEqual(errors, []);
    assert.deepStrictEqual(rows.filter((row) => row.bytes === HUGE), []);
  });

  it('a signal that was aborted before leaves nothing to count', async () => {
    const { rows, errors } = await tree.countTree(writeHuge(), { signal: AbortSignal.abort() });
    assert.deepStrictEqual([rows, errors], [[], []]);
  });

  it('--timeout stops it, with exit status 1', () => {
    const { status, stdout, stderr } = runExample('count-files', [writeHuge(), '--timeout', '200']);
    assert.strictEqual(status, 1);
    assert.match(stdout, /total\n$/);
    assert.match(stderr, /stopped: [01] files were counted until then\n$/);
  });

  it('Ctrl-C stops it, with exit status 1', async () => {
    const args = [...runtimeArguments, indexOf('count-files'), writeHuge()];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (data) => {
      stderr += data;
      if (`${data}`.startsWith('counting')) process.kill(child.pid, 'SIGINT');
    });
    const [status, signal] = await once(child, 'close');
    assert.deepStrictEqual([status, signal], [1, null]);
    assert.match(stderr, /stopped: [01] files were counted until then\n$/);
  });
});
