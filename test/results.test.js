'use strict';

const assert = require('node:assert');
const { constants } = require('node:buffer');
const types = require('./support/addon')('types');
const sandboxed = require('./support/addon')('sandboxed');
const { canCollect, collectUntil } = require('./support/collect');

const outOfRange = (path, worker, rest) => ({
  name: 'RangeError',
  code: 'ERR_OUT_OF_RANGE',
  message: `The "${path}" result of ${worker} is out of range. It must be ${rest}`,
});

describe('a result', () => {
  it('that is the only one is the value itself, several are an object, none is undefined', async () => {
    assert.strictEqual(await types.i8(5), 5);
    assert.deepStrictEqual(Object.keys(await types.maybe(true, 5)).sort(), ['bits', 'known']);
    assert.strictEqual(await types.nothing(), undefined);
  });

  it('is undefined where its .given is false', async () => {
    assert.deepStrictEqual(await types.maybe(true, 5), { bits: 5, known: true });
    assert.deepStrictEqual(await types.maybe(false, 5), { bits: undefined, known: false });
  });

  it('of plain objects has properties of its own, whatever Object.prototype has', async () => {
    Object.defineProperty(Object.prototype, 'known', { set: assert.fail, configurable: true });
    try {
      assert.deepStrictEqual(await types.maybe(true, 5), { bits: 5, known: true });
    } finally {
      delete Object.prototype.known;
    }
  });
});

describe('a number in a result', () => {
  const whole = 2n ** 53n;

  it('goes up to 2^53 both ways', async () => {
    for (const bits of [0n, -1n, 2n ** 31n, -(2n ** 31n), whole, -whole]) {
      assert.strictEqual(await types.rawSigned(bits), Number(bits));
    }
    assert.strictEqual(await types.rawUnsigned(whole), Number(whole));
  });

  it('is refused past that, where doubles have gaps', async () => {
    for (const bits of [whole + 1n, -whole - 1n, 2n ** 63n - 1n, -(2n ** 63n)]) {
      await assert.rejects(types.rawSigned(bits), outOfRange('bits', 'rawSigned',
        `>= -9007199254740992 and <= 9007199254740992. Received ${bits}n`));
    }
    await assert.rejects(types.rawUnsigned(-1n), outOfRange('unsignedBits', 'rawUnsigned',
      '>= 0 and <= 9007199254740992. Received 18446744073709551615n'));
  });

  it('that stands for a string is an index of its table', async () => {
    assert.strictEqual(await types.rawMode(1n), 'fine');
    for (const bits of [4n, -1n, 2n ** 62n]) {
      await assert.rejects(types.rawMode(bits), outOfRange('bits', 'rawMode',
        `an index of one of its strings. Received ${bits}n`));
    }
  });

  it('that stands for a Date lies within the ends of time', async () => {
    assert.deepStrictEqual(await types.rawDate(8.64e15), new Date(8.64e15));
    for (const ms of [NaN, Infinity, -Infinity, 8.64e15 + 1]) {
      await assert.rejects(types.rawDate(ms), outOfRange('date', 'rawDate',
        `>= -8.64e15 and <= 8.64e15. Received ${ms}`));
    }
  });
});

describe('a string in a result', () => {
  it('has U+FFFD for what is not UTF-8', async () => {
    assert.strictEqual(await types.rawText(Buffer.from('a\xffb', 'latin1')), 'a\ufffdb');
    assert.strictEqual(await types.rawText(Buffer.from([0xe2, 0x82])), '\ufffd');
    assert.strictEqual(await types.rawText(Buffer.from('a\0b')), 'a\0b');
    assert.strictEqual(await types.rawText(Buffer.alloc(0)), '');
  });

  it('from a char[8] ends at a NUL or at the end', async () => {
    assert.strictEqual(await types.rawChars(Buffer.from('abc\0def')), 'abc');
    assert.strictEqual(await types.rawChars(Buffer.from('12345678')), '12345678');
    assert.strictEqual(await types.rawChars(Buffer.alloc(0)), '');
  });

  it('from a char[8] leaves out a character that was cut', async () => {
    const cut = {
      '1234567ä': '1234567', '123456€': '123456', '1234567€': '1234567', '12345😀': '12345',
      '123456ä': '123456ä', '12345€': '12345€', '1234😀': '1234😀',
    };
    for (const [text, expected] of Object.entries(cut)) {
      assert.strictEqual(await types.rawChars(Buffer.from(text)), expected);
    }
    const broken = Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80]);
    assert.strictEqual(await types.rawChars(broken), '\ufffd'.repeat(8));
  });

  it('that is too long for the engine is a RangeError, before it is looked at', async () => {
    const tooLong = outOfRange('text', 'longText', 'a string that is not too long for JavaScript');
    await assert.rejects(types.longText(2 ** 31), tooLong);
    const longest = constants.MAX_STRING_LENGTH;
    if (longest < 2 ** 31 - 1) await assert.rejects(types.longText(longest + 1), tooLong);
  }).timeout(60000);
});

describe('a list in a result', () => {
  it('may be empty, and long', async () => {
    assert.deepStrictEqual(await types.longList(0), []);
    assert.strictEqual((await types.longList(1000000)).length, 1000000);
  });

  it('that would end the process for want of memory is a RangeError', async () => {
    await assert.rejects(types.longList(2 ** 25 + 1), outOfRange('list', 'longList',
      'an array of at most 33554432 elements'));
  });
});

describe('the length of a list', () => {
  it('may be 2^25 and no more in a result', async () => {
    await assert.rejects(types.wideList(2 ** 25), (error) =>
      error.code === 'ERR_OUT_OF_RANGE' && error.message.startsWith('The "list[0]" result'));
    await assert.rejects(types.wideList(2 ** 25 + 1), outOfRange('list', 'wideList',
      'an array of at most 33554432 elements'));
  });

  it('may be 2^25 and no more in an argument', async () => {
    await assert.rejects(types.doubles(new Array(2 ** 25)), {
      code: 'ERR_INVALID_ARG_TYPE', message: /^The "value\[0\]" argument of doubles must be a number/,
    });
    await assert.rejects(types.doubles(new Array(2 ** 25 + 1)), { code: 'ERR_OUT_OF_RANGE' });
  });
});

describe('memory that is more than a runtime can have', () => {
  const most = constants.MAX_LENGTH;
  const tooLong = (path, worker) =>
    outOfRange(path, worker, 'memory that is not too long for JavaScript');

  (most < 2 ** 34 ? it : it.skip)('names the worker and the member, be it adopted or copied', async () => {
    for (const owned of [true, false]) {
      const size = most + 8;
      await assert.rejects(types.vastBuf(size, { owned }), tooLong('buf', 'vastBuf'));
      await assert.rejects(types.vastNumbers(size, { owned }), tooLong('numbers', 'vastNumbers'));
    }
    assert.strictEqual((await types.vastBuf(most, { owned: true })).length, most);
  });
});

describe('a result that C left broken', () => {
  const broken = {
    brokenText: 'The "text" result of brokenText has a length, but no data',
    brokenBytes: 'The "bytes" result of brokenBytes has a length, but no data',
    brokenList: 'The "list" result of brokenList has a length, but no data',
    brokenNumbers: 'The "numbers" result of brokenNumbers is longer than memory',
    brokenValue: 'The "value" result of brokenValue is an ol_value of an unknown type',
  };
  for (const [name, message] of Object.entries(broken)) {
    it(`is an error: ${name}`, async () => {
      await assert.rejects(types[name](), { name: 'Error', code: 'ERR_OL_INVALID', message });
    });
  }
});

describe('memory in a result', () => {
  const LARGE = 1 << 20;
  const kinds = ['new', 'adopt', 'resized'];

  for (const kind of kinds) {
    for (const size of [0, 1, 16383, 16384, LARGE]) {
      it(`has all its bytes: ${kind}, ${size}`, async () => {
        const { buf } = await types.memory(size, kind, 7);
        assert.ok(Buffer.isBuffer(buf));
        assert.ok(buf.equals(Buffer.alloc(size, 7)));
      });
    }

    it(`moves without a copy when it is large: ${kind}`, async () => {
      const { buf, address } = await types.memory(LARGE, kind, 7);
      assert.strictEqual(await types.pinned(buf), address);
    });
  }

  it('moves into a typed array too', async () => {
    const { numbers, address } = await types.numbers(LARGE, 'new', 0);
    assert.ok(numbers instanceof Float64Array && numbers.length === LARGE / 8);
    assert.strictEqual(await types.pinnedNumbers(numbers), address);
  });

  it('may have been made shorter', async () => {
    assert.strictEqual((await types.memory(LARGE, 'shrunk', 7)).buf.length, LARGE / 2);
  });

  it('that is named twice moves once and is copied once', async () => {
    const { buf, again } = await types.memory(LARGE, 'twice', 7);
    assert.ok(buf.equals(again));
    buf[0] = 1;
    assert.strictEqual(again[0], 7);
  });

  it('is copied when a result begins behind its start', async () => {
    const { buf } = await types.memory(LARGE, 'behind', 7);
    assert.ok(buf.equals(Buffer.alloc(LARGE - 1, 7)));
    const { numbers } = await types.numbers(LARGE + 8, 'behind', 0);
    assert.ok(numbers.length === LARGE / 8 && numbers.every((value) => value === 0));
  });

  it('is copied where the runtime lets no memory of C into JavaScript', async () => {
    for (const kind of kinds) {
      const { buf, address } = await sandboxed.memory(LARGE, kind, 7);
      assert.ok(buf.equals(Buffer.alloc(LARGE, 7)));
      assert.notStrictEqual(await sandboxed.pinned(buf), address);
    }
    const { numbers } = await sandboxed.numbers(LARGE, 'new', 0);
    assert.deepStrictEqual(numbers, new Float64Array(LARGE / 8));
    assert.deepStrictEqual(await sandboxed.counts(), { adopted: 1, freed: 1 });
  });

  (canCollect ? it : it.skip)('is freed once, when JavaScript has done with it', async () => {
    for (let i = 0; i < 20; i++) await types.memory(i % 2 ? LARGE : 100, 'adopt', 7);
    const { adopted } = await types.counts();
    await collectUntil(() => types.counts.sync().freed >= adopted);
    assert.deepStrictEqual(await types.counts(), { adopted, freed: adopted });
  });
});
