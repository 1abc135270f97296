'use strict';

const assert = require('node:assert');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');

const INDEX = path.join(__dirname, '..', 'examples', 'stream-search', 'index.js');
const RUN_MS = 120000; // what hangs is ended
const CHUNK = 256 * 1024; // what the C reads at a time
const SHOWN = 60; // bytes of a line that come with a match
const HIGH_WATER = 256;

const runtimeArguments = process.versions.deno ? ['run', '--allow-all'] : process.execArgv;
const runArguments = (...args) => [...runtimeArguments, INDEX, ...args];
const environment = (mib) => ({ ...process.env, HAYSTACK_MIB: `${mib}` });

describe('examples/stream-search', () => {
  let search;
  let makeHaystack;
  let folder;

  before(() => {
    ({ search } = require('../build/Release/stream-search.node'));
    ({ makeHaystack } = require('../examples/stream-search/haystack'));
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'offloop search-'));
  });

  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  function write(name, content) {
    const file = path.join(folder, name);
    fs.writeFileSync(file, content);
    return file;
  }

  async function matchesOf(file, word) {
    const matches = [];
    for await (const match of search(file, word)) matches.push(match);
    return matches;
  }

  /* [offset, match] of each; undefined where there is no GNU grep. */
  function grep(file, word) {
    const env = { ...process.env, LC_ALL: 'C', LD_PRELOAD: '' };
    const args = ['-a', '-b', '-o', '-F', '-e', word, file];
    const { status, stdout } = spawnSync('grep', args, { encoding: 'utf8', env, maxBuffer: 1 << 26 });
    if (status > 1 || status === null) return undefined;
    return stdout.split('\n').slice(0, -1).map((row) => {
      const colon = row.indexOf(':');
      return [Number(row.slice(0, colon)), row.slice(colon + 1)];
    });
  }

  async function sameAsGrep(file, word) {
    const found = await matchesOf(file, word);
    for (const { line } of found) assert.ok(line.startsWith(word.slice(0, SHOWN)));
    assert.deepStrictEqual(found.map(({ offset }) => [offset, word]), grep(file, word));
    return found.length;
  }

  const needsGrep = function () {
    if (grep(__filename, 'grep') === undefined) this.skip();
  };

  it('C24 it prints the first matches, all their number, and what became of a slow reader', () => {
    const { status, stdout } = spawnSync(process.execPath, runArguments(), {
      encoding: 'utf8', env: environment(8), timeout: RUN_MS,
    });
    assert.strictEqual(status, 0);
    assert.strictEqual(stdout, [
      '       40504: needle  while while while',
      '     1129583: needle brown a dog dries quick brown the dries while a',
      '     2218662: needle a a over a dries jumps',
      '     4194301: needle n a while fox fox lazy brown dries dog a quick dries ',
      '     4396820: needle  quick fox dog quick fox hay while brown',
      "'needle': 8 in 8388608 bytes",
      "a slow reader took 400 matches of 'the'; the search was at most 256 ahead",
      'its break ended the thread after 262144 bytes',
      '',
    ].join('\n'));
  });

  /* Behind what was found lie 64 GiB of holes: it is printed long before the search could end. */
  it('C24 matches are on the screen as and when they are found', async () => {
    const file = write('endless', 'a needle\n');
    fs.truncateSync(file, 64 * 2 ** 30);
    const child = spawn(process.execPath, runArguments(file, 'needle'), { stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = await once(readline.createInterface({ input: child.stdout }), 'line');
    assert.match(line, /^ +2: needle$/);
    assert.deepStrictEqual([child.exitCode, child.signalCode], [null, null]);
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  it('C16 a match arrives while the search goes on, and break stops its thread', async () => {
    const file = write('holes', 'needle needle');
    fs.truncateSync(file, 64 * 2 ** 30);
    const stream = search(file, 'needle');
    const offsets = [];
    for await (const { offset } of stream) {
      if (offsets.push(offset) === 2) break;
    }
    assert.deepStrictEqual(offsets, [0, 7]);
    const { bytes, matches } = await stream.result;
    assert.strictEqual(matches, 2);
    assert.ok(bytes >= CHUNK && bytes < 64 * 2 ** 30 && bytes % CHUNK === 0, `${bytes} bytes`);
  });

  it('C20 every match comes before the end and the numbers', async () => {
    const file = write('many', 'ab\n'.repeat(100000));
    const stream = search(file, 'ab');
    let seen = 0;
    let seenAtResult;
    const result = stream.result.then((value) => {
      seenAtResult = seen;
      return value;
    });
    for await (const { offset } of stream) assert.strictEqual(offset, 3 * seen++);
    assert.deepStrictEqual(await result, { bytes: 300000, matches: 100000 });
    assert.strictEqual(seenAtResult, 100000);
  });

  it('a slow reader is never more than the high water behind', async () => {
    const file = write('dense', 'x'.repeat(4 * CHUNK));
    const stream = search(file, 'x');
    let taken = 0;
    for await (const match of stream) {
      assert.strictEqual(match.offset, taken);
      if (++taken === 300) break;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const { bytes, matches } = await stream.result;
    assert.ok(matches >= taken && matches <= taken + HIGH_WATER, `${matches} found`);
    assert.strictEqual(bytes, CHUNK);
  });

  it('a signal stops it', async () => {
    const file = write('aborted', 'needle');
    fs.truncateSync(file, 64 * 2 ** 30);
    const controller = new AbortController();
    const stream = search(file, 'needle', { signal: controller.signal });
    const error = await (async () => {
      for await (const match of stream) controller.abort(match);
    })().then(() => assert.fail('no error'), (reason) => reason);
    assert.strictEqual(error.name, 'AbortError');
  });

  it('finds in a haystack what grep finds', async function () {
    needsGrep.call(this);
    const haystack = makeHaystack(5, 'needle');
    try {
      assert.strictEqual(await sameAsGrep(haystack.file, 'needle'), 5);
      assert.ok(await sameAsGrep(haystack.file, 'quick') > 10000);
      assert.strictEqual(await sameAsGrep(haystack.file, 'no such word'), 0);
    } finally {
      haystack.remove();
    }
  });

  it('finds what lies across the borders of its chunks, at every place', async function () {
    needsGrep.call(this);
    const word = 'wonder';
    for (let offset = -8; offset <= 2; offset++) {
      for (const border of [CHUNK, 2 * CHUNK, CHUNK - SHOWN]) {
        const hay = Buffer.alloc(2 * CHUNK + 10, '.wo\n');
        hay.write(word, border + offset);
        assert.strictEqual(await sameAsGrep(write('borders', hay), word), 1);
      }
    }
  });

  it('finds what grep finds in texts of every kind', async function () {
    needsGrep.call(this);
    const long = 'a'.repeat(CHUNK + 1);
    for (const text of ['', 'aa', 'aaaaa', 'baab\naa', '\naa\n\naa', 'a\0aa\0', 'é aa é', long]) {
      const file = write('text', text);
      for (const word of ['aa', 'aab', 'é', 'a'.repeat(255)]) await sameAsGrep(file, word);
    }
  });

  it('shows the line from the match on, as far as it goes and no more than 60 bytes', async () => {
    const long = `needle ${'x'.repeat(100)}`;
    const file = write('lines', `a needle b\n${long}\n\nneedle`);
    assert.deepStrictEqual(await matchesOf(file, 'needle'), [
      { offset: 2, line: 'needle b' },
      { offset: 11, line: long.slice(0, SHOWN) },
      { offset: 120, line: 'needle' },
    ]);
  });

  it('what cannot be opened, read or searched for fails as it should', async () => {
    const missing = path.join(folder, 'missing');
    const failure = (file, word) => search(file, word).next();
    const system = (code, syscall, file) => ({ code, syscall, path: file });
    await assert.rejects(failure(missing, 'x'), system('ENOENT', 'open', missing));
    if (process.platform !== 'win32') {
      await assert.rejects(failure(folder, 'x'), system('EISDIR', 'read', folder));
    }
    await assert.rejects(failure(__filename, ''), { code: 'ERR_INVALID_ARG_VALUE' });
    assert.throws(() => search('a\0b', 'x'), /path/);
    assert.throws(() => search(__filename, 'x'.repeat(256)), /word/);
    assert.throws(() => search(__filename), { code: 'ERR_INVALID_ARG_TYPE' });
  });
});
