'use strict';

// Reading arguments runs the caller's own code: getters, proxies. Whatever it does, a call ends
// with a value or an error that is defined.

const assert = require('node:assert');
const types = require('./support/addon')('types');

const { canCollect, gc } = require('./support/collect');

const thrower = (error) => () => { throw error; };

describe('code that runs while arguments are read', () => {
  const error = new Error('mine');
  const traps = new Proxy({}, { get: () => thrower(error) });
  const throwing = (name) => Object.defineProperty({}, name, { get: thrower(error) });
  const element = Object.defineProperty([1, 2], 1, { get: thrower(error) });
  const calls = {
    'an option\'s getter': () => types.blur(1, undefined, throwing('radius')),
    'a signal\'s getter': () => types.blur(1, undefined, throwing('signal')),
    'a timeout\'s getter': () => types.blur(1, undefined, throwing('timeout')),
    'a member\'s getter': () => types.record({ x: 1, get y() { throw error; } }),
    'an element\'s getter': () => types.doubles(element),
    'a getter deep inside': () => types.points([{ x: 1, y: 2 }, throwing('x')]),
    'a proxy of options': () => types.blur(1, undefined, new Proxy({}, traps)),
    'a proxy of a record': () => types.record(new Proxy({}, traps)),
  };
  for (const [name, call] of Object.entries(calls)) {
    it(`may throw, and the very error comes out: ${name}`, async () => {
      await assert.rejects(call(), (thrown) => thrown === error);
    });
  }

  it('may throw anything', async () => {
    for (const thrown of [undefined, null, 5, 'text']) {
      const options = { get radius() { throw thrown; } };
      await types.blur(1, undefined, options).then(
        () => assert.fail('resolved'), (reason) => assert.strictEqual(reason, thrown));
    }
  });

  it('may call the same worker again', async () => {
    const inner = [];
    const options = {
      get radius() {
        inner.push(types.blur(2, undefined, { radius: 20, title: 'inner' }),
          types.blur.sync(3).weight);
        return 10;
      },
      title: 'outer',
    };
    const outer = await types.blur(1, undefined, options);
    assert.deepStrictEqual([outer.weight, outer.radius, outer.title], [1, 10, 'outer']);
    const [first, second] = await Promise.all(inner);
    assert.deepStrictEqual([first.weight, first.radius, first.title, second], [2, 20, 'inner', 3]);
  });

  it('may call the same worker again, to a depth of 100', async () => {
    const call = (depth) => types.points.sync([{
      x: depth,
      get y() {
        return depth === 0 ? 0 : call(depth - 1)[0].y + 1;
      },
    }]);
    assert.deepStrictEqual(call(100), [{ x: 100, y: 100, z: undefined, label: 'none' }]);
  });

  it('may make an array shorter', () => {
    const list = [1, 2, 3, 4];
    Object.defineProperty(list, 0, {
      get() {
        list.length = 2;
        return 1;
      },
    });
    assert.throws(() => types.doubles.sync(list), {
      code: 'ERR_INVALID_ARG_TYPE', message: /^The "value\[2\]" argument .* Received undefined$/,
    });
  });

  it('may make an array longer: what is added is not read', () => {
    const list = [1, 2];
    Object.defineProperty(list, 0, {
      get() {
        for (let i = 0; i < 10000; i++) list.push(i);
        return 1;
      },
    });
    assert.deepStrictEqual(types.doubles.sync(list), [1, 2]);
  });

  it('is not asked to convert', () => {
    const convertible = {
      [Symbol.toPrimitive]: thrower(error), valueOf: thrower(error), toString: thrower(error),
      toJSON: thrower(error),
    };
    for (const worker of [types.f64, types.str, types.boolean, types.bigI64, types.date]) {
      assert.throws(() => worker.sync(convertible), { code: 'ERR_INVALID_ARG_TYPE' });
    }
  });

  it('cannot spoil the error about a value', () => {
    const message = /Received (an object without a class|an instance of Object)$/;
    const everything = new Proxy({}, {
      getPrototypeOf: thrower(error), getOwnPropertyDescriptor: thrower(error), get: thrower(error),
    });
    const endless = new Proxy({}, { getPrototypeOf: () => endless });
    const named = Object.create({ get constructor() { throw error; } });
    const nameless = Object.create({ constructor: Object.defineProperty(() => {}, 'name', { value: 5 }) });
    for (const value of [everything, endless, named, nameless]) {
      assert.throws(() => types.i8.sync(value), { code: 'ERR_INVALID_ARG_TYPE', message });
    }
  });
});

describe('what was changed after the addon was loaded', () => {
  const originals = [
    [Object.prototype, 'value'], [Object.prototype, 'get'], [Object.prototype, 'code'],
    [Object.prototype, 'radius'], [Array.prototype, Symbol.iterator], [Array.prototype, 'push'],
    [Set.prototype, 'add'], [WeakMap.prototype, 'get'], [Function.prototype, 'call'],
    [Function.prototype, 'bind'], [String.prototype, 'slice'], [Error, 'captureStackTrace'],
    [Object, 'defineProperty'], [Promise.prototype, 'then'], [Promise, 'reject'], [globalThis, 'TypeError'],
  ];

  /* As a user's code might, if by mistake: each says that it was reached. */
  function spoil(object, name, reached) {
    const original = Object.getOwnPropertyDescriptor(object, name);
    const accessor = object === Object.prototype && name !== 'radius';
    Reflect.defineProperty(object, name, {
      configurable: true,
      ...(accessor ? { set: reached, get: undefined } : { value: reached, writable: true }),
    });
    return () => (original ? Reflect.defineProperty(object, name, original) : delete object[name]);
  }

  for (const [object, name] of originals) {
    it(`is not used: ${String(name)}`, () => {
      let thrown, result;
      const undo = spoil(object, name, () => { throw new Error(`reached ${String(name)}`); });
      try {
        result = types.i8.sync(5, { timeout: 1000 });
        types.i8.sync('x');
      } catch (error) {
        thrown = error;
      } finally {
        undo();
      }
      assert.strictEqual(result, 5);
      assert.strictEqual(thrown.code, 'ERR_INVALID_ARG_TYPE');
      assert.ok(thrown instanceof TypeError);
    });
  }
});

describe('calls that are refused', () => {
  const refused = [
    () => types.i8.sync('x'),
    () => types.i8.sync({ large: new Array(100).fill(0) }),
    () => types.doubles.sync([1, { large: new Array(100).fill(0) }]),
    () => types.i8.sync(1, {}, 2),
    () => types.bigI64.sync(2n ** 64n),
    () => types.buf.sync(5),
    () => types.mode.sync('unknown'),
    () => types.points.sync([{ x: 1, y: 2, label: 'copied before the fault' }, { x: 1 }]),
    () => types.blur.sync(1, 2, { radius: 200, title: 'never read' }),
    () => types.pinned.sync(new Uint8Array(8).subarray(8), {}, {}),
  ];

  (canCollect ? it : it.skip)('leave nothing behind: 40000 do not grow the heap', () => {
    const refuse = (count) => {
      let codes = 0;
      for (let i = 0; i < count; i++) {
        try {
          refused[i % refused.length]();
        } catch (error) {
          codes += error.code.startsWith('ERR_');
        }
      }
      assert.strictEqual(codes, count);
    };
    const used = () => {
      gc();
      const { heapUsed, external, arrayBuffers } = process.memoryUsage();
      return heapUsed + external + arrayBuffers;
    };
    refuse(4000);
    const earlier = used();
    refuse(40000);
    /* A collector may need a second look; what is kept stays however often it looks. */
    const looks = Array.from({ length: 5 }, () => used() - earlier);
    assert.ok(Math.min(...looks) < 1 << 20, `${looks.join(', ')} bytes more`);
  }).timeout(60000);
});
