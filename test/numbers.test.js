'use strict';

const assert = require('node:assert');
const types = require('./support/addon')('types');

const RANGE = { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' };
const out = (name, expected, received) => ({
  ...RANGE,
  message: `The "value" argument of ${name} is out of range. It must be ${expected}. ` +
    `Received ${received}`,
});

describe('an integer', () => {
  const whole = 2 ** 53;
  const ranges = {
    i8: [-128, 127],
    i16: [-32768, 32767],
    i32: [-2147483648, 2147483647],
    i64: [-whole, whole],
    u8: [0, 255],
    u16: [0, 65535],
    u32: [0, 4294967295],
    u64: [0, whole],
    size: [0, whole],
  };

  for (const [name, [low, high]] of Object.entries(ranges)) {
    const echo = types[name].sync;
    const step = high === whole ? 2 : 1; /* doubles have gaps up there */

    it(`${name} holds what is from ${low} to ${high}`, () => {
      for (const value of [low, high, low + 1, high - 1, 0, 1]) {
        assert.strictEqual(echo(value), value);
      }
    });

    it(`${name} refuses what is less or more`, () => {
      for (const value of [low - step, high + step, -1e300, 1e300, Number.MAX_VALUE]) {
        const expected = `>= ${low} and <= ${high}`;
        assert.throws(() => echo(value), out(name, expected, `${value}`));
      }
    });

    it(`${name} refuses fractions, NaN and infinities`, () => {
      for (const value of [0.5, -0.5, 1 + Number.EPSILON, 5e-324, NaN, Infinity, -Infinity]) {
        assert.throws(() => echo(value), out(name, 'an integer', `${value}`));
      }
    });

    it(`${name} takes -0 for 0`, () => {
      assert.ok(Object.is(echo(-0), 0));
    });
  }
});

describe('a bigint', () => {
  const ranges = {
    bigI64: [-(2n ** 63n), 2n ** 63n - 1n],
    bigU64: [0n, 2n ** 64n - 1n],
  };

  for (const [name, [low, high]] of Object.entries(ranges)) {
    const echo = types[name].sync;

    it(`${name} holds what is from ${low}n to ${high}n`, () => {
      for (const value of [low, high, 0n, 1n, 2n ** 53n + 1n]) {
        assert.strictEqual(echo(value), value);
      }
    });

    it(`${name} refuses what is less or more, however long`, () => {
      const expected = `>= ${low}n and <= ${high}n`;
      for (const value of [low - 1n, high + 1n, 2n ** 100n, -(2n ** 100n)]) {
        assert.throws(() => echo(value), out(name, expected, `${value}n`));
      }
      assert.throws(() => echo(1n << 1000000n), out(name, expected, 'more than 128 bits'));
    });
  }
});

describe('a floating-point number', () => {
  const special = [NaN, Infinity, -Infinity, 0, -0, 1.5];

  it('f64 holds every number there is', () => {
    for (const value of [...special, Number.MAX_VALUE, 5e-324, 0.1, 2 ** 53 + 2]) {
      assert.ok(Object.is(types.f64.sync(value), value), `${value}`);
    }
  });

  it('f32 rounds, and holds NaN, the infinities and -0', () => {
    for (const value of [...special, 0.1, 1e-50, -3.4028234663852886e38, 16777217]) {
      assert.ok(Object.is(types.f32.sync(value), Math.fround(value)), `${value}`);
    }
  });

  it('f32 refuses a number past its range', () => {
    const expected = '>= -3.4028234663852886e+38 and <= 3.4028234663852886e+38';
    for (const value of [3.5e38, -3.5e38, 1e300]) {
      assert.throws(() => types.f32.sync(value), out('f32', expected, `${value}`));
    }
  });
});

describe('a Date', () => {
  it('is its milliseconds, to the ends of time', () => {
    for (const ms of [0, -1, 1.7e12, 8.64e15, -8.64e15]) {
      const date = types.date.sync(new Date(ms));
      assert.ok(date instanceof Date);
      assert.strictEqual(date.getTime(), ms);
    }
  });

  it('must be valid', () => {
    const invalid = out('date', 'a valid Date', 'an instance of Date');
    assert.throws(() => types.date.sync(new Date(NaN)), invalid);
  });
});
