'use strict';

const assert = require('node:assert');
const vm = require('node:vm');
const types = require('./support/addon')('types');

const wrong = (path, expected, received, name) => ({
  name: 'TypeError',
  code: 'ERR_INVALID_ARG_TYPE',
  message: `The "${path}" argument of ${name} must be ${expected}. Received ${received}`,
});

describe('a list', () => {
  it('is an array of any field type', async () => {
    assert.deepStrictEqual(await types.doubles([1, -0, NaN, Infinity]), [1, -0, NaN, Infinity]);
    assert.deepStrictEqual(await types.strings(['', 'a', 'ä\0']), ['', 'a', 'ä\0']);
    assert.deepStrictEqual(await types.doubles([]), []);
  });

  it('may hold lists', async () => {
    assert.deepStrictEqual(await types.matrix([[1], [2, 3], []]), [[1], [2, 3], []]);
  });

  it('may hold values of types known only at run time', async () => {
    const values = [null, true, 1.5, -5n, 'ä', Buffer.from('ab')];
    assert.deepStrictEqual(await types.values([...values, undefined]), [...values, null]);
  });

  it('may hold a million elements', async () => {
    const numbers = Array.from({ length: 1e6 }, (_, i) => i / 2);
    const echo = await types.doubles(numbers);
    assert.strictEqual(echo.length, 1e6);
    assert.ok(echo.every((value, i) => value === i / 2));
  });

  it('may be of a subclass, frozen, or from another realm', () => {
    class Numbers extends Array {}
    const lists = [Numbers.of(1, 2), Object.freeze([1, 2]), vm.runInNewContext('[1, 2]')];
    for (const list of lists) assert.deepStrictEqual(types.doubles.sync(list), [1, 2]);
  });

  it('may be behind a Proxy, as Vue and MobX make them: its traps are asked', () => {
    const asked = [];
    const get = (target, key) => {
      asked.push(key);
      return target[key];
    };
    const lists = [new Proxy([1, 2], {}), new Proxy([1, 2], { get }),
      new Proxy(new Proxy([1, 2], {}), {}), vm.runInNewContext('new Proxy([1, 2], {})')];
    for (const list of lists) assert.deepStrictEqual(types.doubles.sync(list), [1, 2]);
    assert.deepStrictEqual(asked, ['length', '0', '1']);
    const rows = new Proxy([new Proxy([1], {}), new Proxy([], {})], {});
    assert.deepStrictEqual(types.matrix.sync(rows), [[1], []]);
    assert.deepStrictEqual(types.points.sync(new Proxy([new Proxy({ x: 1, y: 2 }, {})], {})),
      [{ x: 1, y: 2, z: undefined, label: 'none' }]);
  });

  it('behind a Proxy has the length that its trap gives, if that is one', () => {
    const saying = (length) =>
      new Proxy([1, 2], { get: (target, key) => (key === 'length' ? length : target[key]) });
    assert.deepStrictEqual(types.doubles.sync(saying(1)), [1]);
    assert.throws(() => types.doubles.sync(saying(3)),
      wrong('value[2]', 'a number', 'undefined', 'doubles'));
    for (const length of [-1, 0.5, NaN, 2 ** 25 + 1, 2 ** 53, Infinity, '2', 2n, null, undefined]) {
      assert.throws(() => types.doubles.sync(saying(length)), {
        code: 'ERR_OUT_OF_RANGE', message: /an array of at most 33554432 elements/,
      });
    }
    const error = new Error('mine');
    const throwing = new Proxy([1], { get() { throw error; } });
    assert.throws(() => types.doubles.sync(throwing), (thrown) => thrown === error);
  });

  it('is no object that only looks like an array, nor a Proxy that was revoked', () => {
    const { proxy, revoke } = Proxy.revocable([1], {});
    revoke();
    assert.throws(() => types.doubles.sync(proxy),
      { code: 'ERR_INVALID_ARG_TYPE', message: /must be an array\. Received an object/ });
    const alike = Object.setPrototypeOf({ 0: 1, length: 1 }, Array.prototype);
    assert.throws(() => types.doubles.sync(alike),
      wrong('value', 'an array', 'an instance of Array', 'doubles'));
    assert.throws(() => types.doubles.sync(new Proxy({ length: 0 }, {})),
      wrong('value', 'an array', 'an instance of Object', 'doubles'));
  });

  it('names the element that is wrong', () => {
    const string = "type string ('x')";
    assert.throws(() => types.doubles.sync([1, 'x']),
      wrong('value[1]', 'a number', string, 'doubles'));
    assert.throws(() => types.matrix.sync([[1], [2, 'x']]),
      wrong('value[1][1]', 'a number', string, 'matrix'));
    assert.throws(() => types.matrix.sync([[1], 5]),
      wrong('value[1]', 'an array', 'type number (5)', 'matrix'));
    assert.throws(() => types.matrix.sync([[1.5]]), {
      code: 'ERR_OUT_OF_RANGE', message: /^The "value\[0\]\[0\]" argument of matrix is out of range/,
    });
    assert.throws(() => types.values.sync([1, Symbol('s')]),
      wrong('value[1]', 'null, a boolean, number, bigint, string or Buffer',
        'type symbol (Symbol(s))', 'values'));
    assert.throws(() => types.values.sync([2n ** 63n]), {
      code: 'ERR_OUT_OF_RANGE', message: /^The "value\[0\]" .* Received 9223372036854775808n$/,
    });
  });

  it('has no holes', () => {
    const hole = wrong('value[1]', 'a number', 'undefined', 'doubles');
    assert.throws(() => types.doubles.sync([1, , 3]), hole); // eslint-disable-line no-sparse-arrays
  });

  it('has 2^25 elements at most: an array that holds nothing may say that it has more', () => {
    for (const length of [2 ** 25 + 1, 2 ** 32 - 1]) {
      assert.throws(() => types.values.sync(new Array(length)), {
        name: 'RangeError',
        code: 'ERR_OUT_OF_RANGE',
        message: 'The "value" argument of values is out of range. ' +
          'It must be an array of at most 33554432 elements. Received an instance of Array',
      });
    }
  });
});

describe('a record', () => {
  const point = { x: 1, y: 2 };
  const full = { x: 1, y: 2, z: undefined, label: 'none' };

  it('is an object with the properties of its shape', async () => {
    assert.deepStrictEqual(await types.record({ x: 1, y: 2, z: 3, label: 'a' }),
      { x: 1, y: 2, z: 3, label: 'a' });
  });

  it('may leave out what has a default or tells whether it was given', async () => {
    assert.deepStrictEqual(await types.record(point), full);
    assert.deepStrictEqual(await types.record({ ...point, z: undefined, label: undefined }), full);
    assert.strictEqual((await types.record({ ...point, z: 0 })).z, 0);
  });

  it('may leave out what has the default 0, as a number or as the first of some strings', () => {
    assert.deepStrictEqual(types.zeroed.sync({}), { x: 0, mode: 'fast' });
    assert.deepStrictEqual(types.zeroed.sync({ x: 1, mode: 'fine' }), { x: 1, mode: 'fine' });
  });

  it('may have more properties, inherit them, or be a proxy', async () => {
    assert.deepStrictEqual(await types.record({ ...point, more: 1 }), full);
    assert.deepStrictEqual(await types.record(Object.create(point)), full);
    assert.deepStrictEqual(await types.record(new Proxy(point, {})), full);
  });

  it('names the member that is wrong', () => {
    assert.throws(() => types.record.sync({ x: 1 }),
      wrong('value.y', 'a number', 'undefined', 'record'));
    assert.throws(() => types.record.sync({ ...point, z: null }),
      wrong('value.z', 'a number', 'null', 'record'));
    assert.throws(() => types.points.sync([point, { x: 1, y: [] }]),
      wrong('value[1].y', 'a number', 'an instance of Array', 'points'));
    assert.throws(() => types.points.sync([point, null]),
      wrong('value[1]', 'an object', 'null', 'points'));
  });

  it('may stand in a list', async () => {
    assert.deepStrictEqual(await types.points([point, { ...point, z: 4 }]),
      [full, { ...full, z: 4 }]);
  });

  it('of one member is the value itself', async () => {
    assert.deepStrictEqual(await types.single(Buffer.from('ab')), Buffer.from('ab'));
    assert.throws(() => types.single.sync({ data: Buffer.from('ab') }),
      { code: 'ERR_INVALID_ARG_TYPE' });
  });
});
