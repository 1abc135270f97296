'use strict';

// System errors, held against Node's own.

const assert = require('node:assert');
const fs = require('node:fs/promises');
const os = require('node:os');
const { join } = require('node:path');
const { getSystemErrorMap, inspect } = require('node:util');
const addon = require('./support/addon');

const { fail } = addon('failures');
const { twice } = addon('calls');

const failure = (options) => fail(options).then(assert.fail, (error) => error);

describe('system errors', () => {
  let folder, file;

  before(async () => {
    folder = await fs.mkdtemp(join(os.tmpdir(), 'offloop-errors-'));
    file = join(folder, 'größer');
    await fs.writeFile(file, '');
  });

  after(() => fs.rm(folder, { recursive: true }));

  const faults = {
    ENOENT: () => fs.readFile(`${file}.none`),
    ENOTDIR: () => fs.readdir(file),
    EEXIST: () => fs.mkdir(folder),
    ENOTEMPTY: () => fs.rmdir(folder),
    EINVAL: () => fs.readlink(file),
    EISDIR: () => fs.readFile(folder),
    ENAMETOOLONG: () => fs.stat('x'.repeat(10000)),
    ELOOP: async () => {
      await fs.symlink(`${file}.loop`, `${file}.loop`);
      await fs.stat(`${file}.loop`);
    },
  };
  for (const [code, fault] of Object.entries(faults)) {
    it(`are those that Node's fs gives: ${code}`, async function () {
      if (process.platform === 'win32') this.skip();
      const nodes = await fault().then(assert.fail, (error) => error);
      const { errno, syscall, path } = nodes;
      const ours = await failure({ error: -errno, syscall, path });
      assert.strictEqual(nodes.code, code);
      assert.deepStrictEqual({ ...ours }, { ...nodes });
      assert.deepStrictEqual(Object.keys(ours).sort(), Object.keys(nodes).sort());
      assert.strictEqual(ours.message, nodes.message);
      assert.strictEqual(`${ours}`, `${nodes}`);
    });
  }

  it('have Node\'s name and text for every number that it knows', async function () {
    if (process.platform === 'win32' || typeof getSystemErrorMap !== 'function') this.skip();
    const known = [...getSystemErrorMap()].filter(([errno]) => errno > -1000);
    assert.ok(known.length > 50);
    for (const [errno, [name, text]] of known) {
      const error = await failure({ error: -errno });
      assert.deepStrictEqual({ ...error }, { errno, code: name });
      assert.strictEqual(error.message, `${name}: ${text}`);
    }
  });
});

describe('errors', () => {
  it('are shown by inspect with their properties', async () => {
    const error = await failure({ error: 2, syscall: 'open', path: '/none' });
    assert.match(inspect(error), /^\[?Error: ENOENT: no such file or directory, open '\/none'/);
    assert.match(inspect(error), /syscall: 'open'/);
  });

  it('of an abort and a deadline are shown under their own names', async () => {
    const abort = await twice(1, { signal: AbortSignal.abort('mine') }).catch((error) => error);
    assert.match(inspect(abort), /^\[?AbortError: The operation was aborted/);
    assert.match(inspect(abort), /\[cause\]: 'mine'/);
    const late = await twice(1, { timeout: 0 }).catch((error) => error);
    assert.match(inspect(late), /^\[?TimeoutError: twice did not end in time/);
    for (const error of [abort, late]) assert.ok(error instanceof Error);
  });

  it('have a code that is their own and can be changed', async () => {
    for (const args of [[-1], ['1'], [1, { timeout: -1 }], [1, { timeout: 0 }]]) {
      const error = await twice(...args).then(assert.fail, (reason) => reason);
      const { value, ...rest } = Object.getOwnPropertyDescriptor(error, 'code');
      assert.strictEqual(typeof value, 'string');
      assert.deepStrictEqual(rest, { writable: true, enumerable: true, configurable: true });
    }
  });
});
