'use strict';

const assert = require('node:assert');
const { constants: { errno } } = require('node:os');
const { readFile } = require('node:fs/promises');
const { fail } = require('./support/addon')('failures');

const failure = (options) => fail(options).then(() => assert.fail('resolved'), (error) => error);

describe('ol_fail', () => {
  it('C6 rejects with an Error of its message and code', async () => {
    const error = await failure({ message: 'größer als 100%', code: 'ERR_TOO_MUCH' });
    assert.ok(error instanceof Error);
    assert.deepStrictEqual({ ...error }, { code: 'ERR_TOO_MUCH' });
    assert.deepStrictEqual([error.name, error.message], ['Error', 'größer als 100%']);
  });

  it('has the code ERR_OL_FAILED when none is given', async () => {
    assert.deepStrictEqual({ ...await failure({ message: 'x' }) }, { code: 'ERR_OL_FAILED' });
    const empty = await failure({ message: 'x', code: '' });
    assert.deepStrictEqual({ ...empty }, { code: 'ERR_OL_FAILED' });
  });

  it('counts the first time, whatever follows', async () => {
    const error = await failure({ message: 'first', code: 'ERR_FIRST', error: 2, again: 'second' });
    assert.deepStrictEqual([error.message, { ...error }], ['first', { code: 'ERR_FIRST' }]);
  });

  it('gives the same in callback and sync form', (done) => {
    const options = { message: 'x', code: 'ERR_X' };
    assert.throws(() => fail.sync(options), { name: 'Error', message: 'x', code: 'ERR_X' });
    fail(options, (error, ...more) => {
      assert.deepStrictEqual([error.message, error.code, more], ['x', 'ERR_X', []]);
      done();
    });
  });

  it('has the frames of those who await it, and none of offloop\'s', async () => {
    async function innerCaller() {
      await fail({ message: 'x' });
    }
    async function outerCaller() {
      await innerCaller();
    }
    const { stack } = await outerCaller().catch((error) => error);
    assert.match(stack, /^Error: x\n.*\binnerCaller\b.*\n.*\bouterCaller\b/);
  });
});

describe('ol_fail_errno', () => {
  it('gives the error that Node\'s own functions give', async () => {
    const path = '/no/such/file';
    const nodes = await readFile(path).catch((error) => error);
    const ours = await failure({ error: errno.ENOENT, syscall: 'open', path });
    assert.strictEqual(ours.message, nodes.message);
    assert.deepStrictEqual({ ...ours }, { ...nodes });
  });

  it('may leave out the call and the path', async () => {
    const error = await failure({ error: errno.EACCES });
    assert.strictEqual(error.message, 'EACCES: permission denied');
    assert.deepStrictEqual({ ...error }, { errno: -errno.EACCES, code: 'EACCES' });
  });

  it('may be of a number that has no name', async () => {
    const { code, errno: number } = await failure({ error: 9999 });
    assert.deepStrictEqual([code, number], ['E9999', -9999]);
  });

  it('may have the sign that libuv gives it: the property errno is negative all the same', async () => {
    const [plain, signed] =
      [await failure({ error: errno.ENOENT }), await failure({ error: -errno.ENOENT })];
    assert.deepStrictEqual({ ...signed }, { ...plain });
    assert.deepStrictEqual([signed.code, signed.errno], ['ENOENT', -errno.ENOENT]);
    assert.strictEqual(signed.message, plain.message);
  });

  it('may be the largest and the smallest number', async () => {
    for (const error of [2 ** 31 - 1, -(2 ** 31 - 1), -(2 ** 31)]) {
      const { code, errno: number } = await failure({ error });
      assert.deepStrictEqual([code, number], ['E2147483647', -(2 ** 31 - 1)]);
    }
  });

  it('of 0 says that this is no error', async () => {
    const error = await failure({ error: 0, syscall: 'open', path: 'x' });
    assert.strictEqual(error.message,
      'ERR_OL_INVALID: errno was 0, which is no error, open \'x\'');
    assert.deepStrictEqual({ ...error }, { code: 'ERR_OL_INVALID', syscall: 'open', path: 'x' });
  });
});

describe('ol_fail_detail', () => {
  const details = (object) => Object.entries(object).map(([name, value]) => ({ name, value }));
  const values = {
    none: null, truth: true, number: 1.5, big: -5n, text: 'ä', bytes: Buffer.from('ab'),
  };

  it('gives the error properties, told before and after the failure', async () => {
    const told = { before: details(values), after: details({ more: 1 }) };
    const error = await failure({ message: 'x', ...told });
    assert.deepStrictEqual({ ...error }, { code: 'ERR_OL_FAILED', ...values, more: 1 });
  });

  it('gives them to every failure', async () => {
    const { code, bytes } = await failure({ status: -5, after: details({ bytes: 7 }) });
    assert.deepStrictEqual([code, bytes], ['ERR_OL_INVALID', 7]);
    const system = await failure({ error: errno.EIO, after: details({ bytes: 8 }) });
    assert.strictEqual(system.bytes, 8);
  });

  it('told twice counts the second time', async () => {
    const twice = { before: details({ row: 1 }), after: details({ row: 2 }) };
    assert.strictEqual((await failure({ message: 'x', ...twice })).row, 2);
  });

  it('replaces code, errno, syscall and path, and never name, message and stack', async () => {
    const own = { code: 5, errno: 6, syscall: 'a', path: 'b' };
    const kept = { name: 'c', message: 'd', stack: 'e' };
    const error = await failure({ error: 2, after: details({ ...own, ...kept }) });
    assert.deepStrictEqual({ ...error }, own);
    assert.deepStrictEqual([error.name, error.message],
      ['Error', 'ENOENT: no such file or directory']);
    assert.notStrictEqual(error.stack, 'e');
  });

  it('is a property of its own, whatever its name', async () => {
    const details = [{ name: '__proto__', value: 1 }, { name: 'toString', value: 2 }];
    const error = await failure({ message: 'x', after: details });
    assert.ok(error instanceof Error);
    assert.ok(Object.hasOwn(error, '__proto__') && Object.hasOwn(error, 'toString'));
  });
});

describe('a status that execute returns', () => {
  const statuses = {
    OL_CANCELLED: [-1, 'AbortError', 'ABORT_ERR', 'The operation was aborted'],
    OL_TIMED_OUT: [-2, 'TimeoutError', 'ERR_OL_TIMEOUT', 'fail did not end in time'],
    OL_AGAIN: [-3, 'Error', 'ERR_OL_AGAIN', 'fail would have had to wait'],
    OL_NO_MEMORY: [-4, 'Error', 'ERR_OL_NO_MEMORY', 'fail ran out of memory'],
    OL_INVALID: [
      -5, 'Error', 'ERR_OL_INVALID', 'fail failed: an argument of a C function was invalid',
    ],
    OL_CLOSED: [-6, 'Error', 'ERR_OL_CLOSED', 'fail failed: what it works with is closed'],
    OL_FAILED: [-7, 'Error', 'ERR_OL_FAILED', 'fail failed'],
  };
  for (const [name, [status, ...expected]] of Object.entries(statuses)) {
    it(`is an error of its own: ${name}`, async () => {
      const error = await failure({ status });
      assert.deepStrictEqual([error.name, error.code, error.message], expected);
      assert.ok(error instanceof Error && !('cause' in error));
      assert.ok(error.stack.startsWith(`${error.name}: ${error.message}`));
    });
  }

  it('that is none is told', async () => {
    const error = await failure({ status: -99 });
    assert.deepStrictEqual([error.code, error.message],
      ['ERR_OL_INVALID', 'execute of fail returned -99, which is no status']);
  });
});
