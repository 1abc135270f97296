'use strict';

const assert = require('node:assert');
const vm = require('node:vm');
const types = require('./support/addon')('types');
const samples = require('./support/samples');

const MEMORY = 'an instance of Buffer, TypedArray, DataView, ArrayBuffer or SharedArrayBuffer';
const VIEWS = [
  'a Buffer', 'an Int8Array', 'a Uint8Array', 'a Uint8ClampedArray', 'an Int16Array',
  'a Uint16Array', 'an Int32Array', 'a Uint32Array', 'a BigInt64Array', 'a BigUint64Array',
  'a Float32Array', 'a Float64Array', 'a DataView', 'an ArrayBuffer', 'a SharedArrayBuffer',
];
const view = (name, article = 'a') => [`an instance of ${name}`, [`${article} ${name}`]];

// Of each worker: what its argument must be, and the samples that are that.
const ARRAYS = ['an array', 'a proxy of an array'];

const kinds = {
  boolean: ['a boolean', ['a boolean']],
  i8: ['a number', ['a number']],
  i16: ['a number', ['a number']],
  i32: ['a number', ['a number']],
  i64: ['a number', ['a number']],
  u8: ['a number', ['a number']],
  u16: ['a number', ['a number']],
  u32: ['a number', ['a number']],
  u64: ['a number', ['a number']],
  size: ['a number', ['a number']],
  bigI64: ['a bigint', ['a bigint']],
  bigU64: ['a bigint', ['a bigint']],
  f32: ['a number', ['a number']],
  f64: ['a number', ['a number']],
  mode: ['a string', ['a string']],
  str: ['a string', ['a string']],
  chars: ['a string', ['a string']],
  date: ['an instance of Date', ['a Date']],
  value: [
    'null, a boolean, number, bigint, string or Buffer',
    ['undefined', 'null', 'a boolean', 'a number', 'a bigint', 'a string', ...VIEWS],
  ],
  buf: [MEMORY, VIEWS],
  single: [MEMORY, VIEWS],
  i8s: view('Int8Array', 'an'),
  u8s: ['an instance of Uint8Array', ['a Uint8Array', 'a Buffer']],
  u8cs: view('Uint8ClampedArray'),
  i16s: view('Int16Array', 'an'),
  u16s: view('Uint16Array'),
  i32s: view('Int32Array', 'an'),
  u32s: view('Uint32Array'),
  i64s: view('BigInt64Array'),
  u64s: view('BigUint64Array'),
  f32s: view('Float32Array'),
  f64s: view('Float64Array'),
  doubles: ['an array', ARRAYS],
  strings: ['an array', ARRAYS],
  matrix: ['an array', ARRAYS],
  values: ['an array', ARRAYS],
  points: ['an array', ARRAYS],
  record: ['an object', Object.keys(samples).filter((name) => Object(samples[name][0]) === samples[name][0])],
};

describe('an argument of the wrong kind', () => {
  for (const [name, [expected, takes]] of Object.entries(kinds)) {
    const wrong = Object.keys(samples).filter((sample) => !takes.includes(sample));

    it(`is a TypeError: ${name} takes ${expected}, and none of ${wrong.length} others`, () => {
      for (const sample of wrong) {
        const [value, received] = samples[sample];
        assert.throws(() => types[name].sync(value), {
          name: 'TypeError',
          code: 'ERR_INVALID_ARG_TYPE',
          message: `The "value" argument of ${name} must be ${expected}. Received ${received}`,
        }, sample);
      }
    });

    if (name === 'record') continue;
    it(`is none of those that ${name} takes`, () => {
      for (const sample of takes) types[name].sync(samples[sample][0]);
    });
  }

  it('may be missing: it is then undefined', () => {
    assert.throws(() => types.i8.sync(), { message: /must be a number\. Received undefined$/ });
    assert.throws(() => types.buf.sync(), { message: /SharedArrayBuffer\. Received undefined$/ });
  });

  it('may be a function where it is not taken for the callback', () => {
    function foo() {}
    const message = 'The "weight" argument of blur must be a number. Received function foo';
    assert.throws(() => types.blur.sync(foo, 1), { code: 'ERR_INVALID_ARG_TYPE', message });
  });
});

describe('a wrong call', () => {
  const error = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' };

  it('rejects in promise form', async () => {
    const promise = types.i8('x');
    assert.ok(promise instanceof Promise);
    await assert.rejects(promise, error);
  });

  it('throws in callback form, and the callback is never called', async () => {
    const callback = () => assert.fail('called');
    assert.throws(() => types.i8('x', callback), error);
    assert.throws(() => types.i8(callback), error);
    await new Promise(setImmediate);
  });

  it('throws in sync form', () => {
    assert.throws(() => types.i8.sync('x'), error);
  });

  it('may have too many arguments, whatever they are', async () => {
    const extra = { name: 'TypeError', code: 'ERR_OL_EXTRA_ARGS' };
    const message = 'Too many arguments for i8, which takes 1 argument and an options object';
    await assert.rejects(types.i8(1, {}, 2), { ...extra, message });
    await assert.rejects(types.i8(1, undefined, undefined), extra);
    await assert.rejects(types.i8(1, ...new Array(1000).fill({})), extra);
    assert.throws(() => types.i8(1, {}, 2, () => {}), extra);
    assert.throws(() => types.nothing.sync({}, 1), {
      ...extra, message: 'Too many arguments for nothing, which takes 0 arguments and an options object',
    });
  });

  for (const sample of ['null', 'a number', 'a string', 'a bigint', 'a symbol', ...ARRAYS]) {
    it(`may have ${sample} for options`, async () => {
      const [value, received] = samples[sample];
      await assert.rejects(types.i8(1, value), {
        ...error, message: `The "options" argument of i8 must be an object. Received ${received}`,
      });
    });
  }
});

// As test runners and sandboxes make them: by the kind of an object, not by its class.
describe('an argument from another realm', () => {
  const there = (code) => vm.runInNewContext(code, { SharedArrayBuffer, AbortController });
  const bytes = [1, 2];

  it('is memory of the same kind', () => {
    for (const kind of ['Uint8Array', 'Uint8ClampedArray', 'Int8Array']) {
      assert.deepStrictEqual([...types.buf.sync(there(`${kind}.of(1, 2)`))], bytes, kind);
      types.pinned.sync(there(`${kind}.of(1, 2)`));
    }
    assert.deepStrictEqual([...types.f64s.sync(there('Float64Array.of(1, 2)'))], bytes);
    assert.deepStrictEqual([...types.buf.sync(there('Uint8Array.of(1, 2).buffer'))], bytes);
    types.pinned.sync(there('new ArrayBuffer(2)'));
    types.pinned.sync(there('new DataView(new ArrayBuffer(2))'));
  });

  it('is shared memory of the same kind', () => {
    const Shared = vm.runInNewContext('globalThis.SharedArrayBuffer');
    for (const Class of [Shared ?? SharedArrayBuffer, class extends SharedArrayBuffer {}]) {
      assert.strictEqual(types.buf.sync(new Class(3)).length, 3);
      types.pinned.sync(new Class(3));
      types.pinned.sync(new Uint8Array(new Class(3)));
    }
  });

  it('is a Date, a string, a number', () => {
    assert.strictEqual(types.date.sync(there('new Date(5)')).getTime(), 5);
    assert.deepStrictEqual(types.values.sync(there('[null, 1, "a", 1n, true]')),
      [null, 1, 'a', 1n, true]);
    assert.strictEqual(types.record.sync(there('({ x: 1, y: 2 })')).y, 2);
  });

  it('is options, with a signal', async () => {
    const options = there('const c = new AbortController(); c.abort(); ({ signal: c.signal })');
    await assert.rejects(types.f64(1, options), { code: 'ABORT_ERR' });
    assert.throws(() => types.f64.sync(1, there('[]')), { code: 'ERR_INVALID_ARG_TYPE' });
  });
});
