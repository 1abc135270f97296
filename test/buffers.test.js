'use strict';

const assert = require('node:assert');
const types = require('./support/addon')('types');

const detach = (buffer) => structuredClone(buffer, { transfer: [buffer] });
const canResize = 'resize' in ArrayBuffer.prototype;
const canGrow = 'grow' in SharedArrayBuffer.prototype;

function onlyIf(truth) {
  return truth ? it : it.skip;
}

const refused = (name, expected, received) => ({
  name: 'TypeError',
  code: 'ERR_INVALID_ARG_VALUE',
  message: `The "${name === 'buf' ? 'value' : 'buf'}" argument of ${name} must be ${expected}. ` +
    `Received an instance of ${received}`,
});

describe('bytes that are copied', () => {
  const bytes = Uint8Array.of(1, 2, 255);
  const forms = {
    'a Buffer': Buffer.from(bytes),
    'a Uint8Array': bytes,
    'a part of a larger buffer': new Uint8Array([9, 1, 2, 255, 9]).subarray(1, 4),
    'an ArrayBuffer': bytes.buffer.slice(),
    'a DataView': new DataView(Uint8Array.of(9, 1, 2, 255).buffer, 1),
    'a SharedArrayBuffer': new SharedArrayBuffer(3),
    'a view of a SharedArrayBuffer': new Uint8Array(new SharedArrayBuffer(4), 1),
  };
  new Uint8Array(forms['a SharedArrayBuffer']).set(bytes);
  forms['a view of a SharedArrayBuffer'].set(bytes);

  for (const [name, form] of Object.entries(forms)) {
    it(`may come as ${name}`, async () => {
      assert.deepStrictEqual(await types.buf(form), Buffer.from(bytes));
    });
  }

  it('may come as any typed array, byte by byte', async () => {
    const halves = Uint16Array.of(0x0102, 0x0304);
    assert.deepStrictEqual(await types.buf(halves), Buffer.from(halves.buffer));
  });

  onlyIf(globalThis.Float16Array)('may come as a kind of typed array newer than Node-API 8', async () => {
    const halves = globalThis.Float16Array.of(1, 2);
    assert.deepStrictEqual(await types.buf(halves), Buffer.from(halves.buffer));
  });

  it('may be none', async () => {
    for (const empty of [Buffer.alloc(0), new ArrayBuffer(0), new SharedArrayBuffer(0)]) {
      assert.deepStrictEqual(await types.buf(empty), Buffer.alloc(0));
    }
  });

  it('are those of the moment of the call', async () => {
    const buffer = Buffer.from('before');
    const promise = types.buf(buffer);
    buffer.fill(0);
    assert.strictEqual((await promise).toString(), 'before');
  });

  it('may be 64 MiB', async () => {
    const large = Buffer.alloc(64 << 20, 7);
    assert.ok((await types.buf(large)).equals(large));
  });

  it('are refused when they are detached', () => {
    const not = 'memory that is not detached';
    const buffer = new ArrayBuffer(8);
    const views = [buffer, new Uint8Array(buffer, 4), new DataView(buffer, 4)];
    detach(buffer);
    for (const view of views) {
      assert.throws(() => types.buf.sync(view), refused('buf', not, view.constructor.name));
    }
    assert.throws(() => types.value.sync(views[1]), { code: 'ERR_INVALID_ARG_VALUE' });
  });

  onlyIf(canResize)('are those that a resizable buffer has just then', async () => {
    const buffer = new ArrayBuffer(4, { maxByteLength: 8 });
    const tracking = new Uint8Array(buffer);
    const outside = new Uint8Array(buffer, 2, 2);
    const outsideView = new DataView(buffer, 2, 2);
    buffer.resize(8);
    assert.strictEqual((await types.buf(tracking)).length, 8);
    buffer.resize(1);
    assert.strictEqual((await types.buf(tracking)).length, 1);
    assert.strictEqual((await types.buf(buffer)).length, 1);
    assert.strictEqual((await types.buf(outside)).length, 0);
    assert.strictEqual((await types.buf(outsideView)).length, 0);
  });

  onlyIf(canGrow)('are those that a growable shared buffer has just then', async () => {
    const buffer = new SharedArrayBuffer(1, { maxByteLength: 8 });
    buffer.grow(5);
    assert.strictEqual((await types.buf(buffer)).length, 5);
  });
});

describe('a typed array', () => {
  const arrays = {
    i8s: Int8Array.of(-128, 127),
    u8s: Uint8Array.of(0, 255),
    u8cs: Uint8ClampedArray.of(0, 255),
    i16s: Int16Array.of(-32768, 32767),
    u16s: Uint16Array.of(0, 65535),
    i32s: Int32Array.of(-(2 ** 31), 2 ** 31 - 1),
    u32s: Uint32Array.of(0, 2 ** 32 - 1),
    i64s: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n),
    u64s: BigUint64Array.of(0n, 2n ** 64n - 1n),
    f32s: Float32Array.of(-0, NaN, Infinity, 0.1),
    f64s: Float64Array.of(-0, NaN, -Infinity, 0.1),
  };
  for (const [name, array] of Object.entries(arrays)) {
    it(`keeps its class and its elements: ${array.constructor.name}`, async () => {
      const { constructor } = array;
      assert.deepStrictEqual(await types[name](array), array);
      assert.deepStrictEqual(await types[name](array.subarray(1)), array.slice(1));
      assert.deepStrictEqual(await types[name](new constructor(0)), new constructor(0));
      const large = new constructor(10000).fill(array[1]); /* enough to move, if it could */
      assert.deepStrictEqual(await types[name](large), large);
    });
  }

  it('may be a Buffer where it is to be a Uint8Array', async () => {
    assert.deepStrictEqual(await types.u8s(Buffer.from('a')), Uint8Array.of(97));
  });
});

describe('pinned memory', () => {
  it('is that of the caller', async () => {
    const buffer = Buffer.from([1, 2, 255]);
    await types.pinned(buffer);
    assert.deepStrictEqual([...buffer], [2, 3, 0]);
    const numbers = Float64Array.of(1, 2).subarray(1);
    await types.pinnedNumbers(numbers);
    assert.deepStrictEqual([...numbers], [4]);
  });

  it('may be shared', async () => {
    const shared = new SharedArrayBuffer(2);
    await types.pinned(shared);
    await types.pinned(new Uint8Array(shared, 1));
    assert.deepStrictEqual([...new Uint8Array(shared)], [1, 2]);
  });

  it('has an address even when it is empty', async () => {
    assert.notStrictEqual(await types.pinned(Buffer.alloc(0)), 0n);
    assert.notStrictEqual(await types.pinned(new ArrayBuffer(0)), 0n);
  });

  it('outlives the caller\'s last reference', async () => {
    const promises = [];
    for (let i = 0; i < 100; i++) promises.push(types.pinned(Buffer.alloc(100000)));
    globalThis.gc?.();
    await Promise.all(promises);
  });

  it('is refused when it is detached', () => {
    const buffer = new ArrayBuffer(8);
    detach(buffer);
    const error = refused('pinned', 'memory that is not detached', 'ArrayBuffer');
    assert.throws(() => types.pinned.sync(buffer), error);
  });

  onlyIf(canResize)('is refused when it can be resized', () => {
    const buffer = new ArrayBuffer(8, { maxByteLength: 16 });
    for (const view of [buffer, new Uint8Array(buffer), new DataView(buffer)]) {
      const error = refused('pinned', 'memory of a fixed size', view.constructor.name);
      assert.throws(() => types.pinned.sync(view), error);
    }
  });

  onlyIf(canGrow)('is refused when it can grow', () => {
    const buffer = new SharedArrayBuffer(8, { maxByteLength: 16 });
    for (const view of [buffer, new Uint8Array(buffer)]) {
      const error = refused('pinned', 'memory of a fixed size', view.constructor.name);
      assert.throws(() => types.pinned.sync(view), error);
    }
  });

  it('is looked at after all of the caller\'s code has run', async () => {
    const first = new Uint8Array(1 << 20);
    const options = {
      get between() {
        detach(first.buffer);
        return 0;
      },
    };
    await assert.rejects(types.sumTwo(first, Buffer.from([1]), options), {
      code: 'ERR_INVALID_ARG_VALUE',
      message: /^The "first" argument of sumTwo must be memory that is not detached/,
    });
  });

  it('may be detached by the caller\'s code where it is copied: that comes first', async () => {
    const second = Uint8Array.of(1, 2);
    const options = {
      get between() {
        detach(second.buffer);
        return 0;
      },
    };
    assert.strictEqual(await types.sumTwo(Buffer.from([4]), second, options), 7);
  });
});
