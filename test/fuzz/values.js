'use strict';

// Any value that JavaScript can come with, by a random number: of all types, at their limits, from
// other realms, behind proxies, with getters and traps that throw, that call the worker again, or
// that change what was read a moment before.

const vm = require('node:vm');

/* What getters and traps throw; whoever gets it has been told the truth. */
class Thrown extends Error {}

const NUMBERS = [0, -0, 1, -1, 0.5, 127, 128, -129, 255, 256, 65536, 2 ** 31, -(2 ** 31), 2 ** 32,
  2 ** 53, 2 ** 53 + 2, -(2 ** 53), 3.5e38, 1e300, 5e-324, NaN, Infinity, -Infinity];
const BIGINTS = [0n, 1n, -1n, 2n ** 63n, -(2n ** 63n), 2n ** 64n - 1n, 2n ** 64n, 2n ** 200n];
const STRINGS = ['', 'a', 'fine', 'one', 'fast', 'a\0b', '\ud800', 'größte', '\u{1f600}',
  'x'.repeat(5000), '__proto__'];
const KEYS = ['x', 'y', 'z', 'label', 'radius', 'mode', 'title', 'sizes', 'signal', 'timeout',
  'onProgress', 'pool', 'priority', 'needed', 'boxes', 'between', 'a', 'b', 'str', 'list'];
const VIEWS = [Uint8Array, Int8Array, Uint8ClampedArray, Int16Array, Float32Array, Float64Array,
  BigInt64Array, DataView, globalThis.Float16Array ?? Uint8Array];

const realm = vm.createContext({});

function detach(buffer) {
  if (buffer instanceof ArrayBuffer) structuredClone(buffer, { transfer: [buffer] });
}

/* [again] is called by some getters: a call within a call. */
function valuesOf(below, again, extras = []) {
  const pick = (list) => list[below(list.length)];
  let buffers = []; // of this call

  function buffer() {
    const size = pick([0, 1, 8, 64, 20000]);
    const make = pick([
      () => new ArrayBuffer(size),
      () => new SharedArrayBuffer(size),
      () => new ArrayBuffer(size, { maxByteLength: size + 8 }),
      () => new SharedArrayBuffer(size, { maxByteLength: size + 8 }),
    ]);
    const made = make();
    buffers.push(made);
    if (below(8) === 0) detach(made);
    return made;
  }

  function view() {
    const Class = pick(VIEWS);
    const memory = buffer();
    try {
      return new Class(memory, 0);
    } catch {
      return memory; /* detached, or of no whole number of elements */
    }
  }

  /* What a caller's own code may do while its arguments are read. */
  const mischief = [
    () => { throw new Thrown('getter'); },
    () => { throw pick([undefined, null, 1, 'text']); },
    () => { for (const one of buffers) detach(one); },
    () => { for (const one of buffers) if (one.resizable && one.byteLength > 0) one.resize(0); },
    () => again(),
    () => globalThis.gc?.(),
    () => {},
  ];

  function getter(depth) {
    const does = pick(mischief);
    return () => {
      does();
      return value(depth - 1);
    };
  }

  function array(depth) {
    const list = Array.from({ length: below(5) }, () => value(depth - 1));
    if (below(6) === 0) list.length = pick([10, 2 ** 25 + 1, 2 ** 32 - 1]);
    if (below(5) === 0) {
      Object.defineProperty(list, 0, {
        configurable: true,
        get() {
          if (below(2) === 0) list.length = 0;
          return getter(depth)();
        },
      });
    }
    return list;
  }

  function object(depth) {
    const made = pick([() => ({}), () => Object.create(null), () => new (class Own {})()])();
    for (let i = below(6); i > 0; i--) {
      const property = below(4) === 0
        ? { get: getter(depth) }
        : { value: value(depth - 1), enumerable: true };
      Object.defineProperty(made, pick(KEYS), { ...property, configurable: true });
    }
    return made;
  }

  /* Traps that lie, one time so and another time otherwise. */
  function proxy(depth) {
    const target = pick([array, object])(depth);
    const { proxy: made, revoke } = Proxy.revocable(target, pick([
      {},
      { get: (from, key) => (below(3) === 0 ? value(depth - 1) : Reflect.get(from, key)) },
      { get: getter(depth) },
      { get: (from, key) => (key === 'length' ? pick(NUMBERS) : from[key]) },
      { getPrototypeOf: getter(depth), getOwnPropertyDescriptor: getter(depth) },
    ]));
    if (below(10) === 0) revoke();
    return made;
  }

  const foreign = () => vm.runInContext(pick(['[1, 2]', '({ x: 1, y: 2 })', 'new Date(5)',
    'Float64Array.of(1, 2)', 'new ArrayBuffer(8)', 'new DataView(new ArrayBuffer(8))',
    'new Proxy([1], {})', '(function f() {})', 'Promise.resolve(1)', 'Symbol.iterator']), realm);

  const kinds = [
    () => undefined, () => null, () => true, () => false,
    () => pick(NUMBERS), () => pick(NUMBERS), () => pick(BIGINTS), () => pick(STRINGS),
    () => pick(STRINGS), () => Symbol('s'), () => () => {}, () => new Date(pick(NUMBERS)),
    buffer, view, view, array, array, object, object, proxy, foreign,
    () => Object(pick(NUMBERS)), () => new AbortController().signal, () => AbortSignal.abort(),
    () => pick([...extras, undefined]),
  ];

  function value(depth) {
    return depth <= 0 ? pick(NUMBERS) : pick(kinds)(depth);
  }

  return {
    pick,
    value,
    /* The arguments of a call. */
    list() {
      buffers = [];
      return Array.from({ length: below(5) }, () => value(3));
    },
  };
}

module.exports = { Thrown, valuesOf };
