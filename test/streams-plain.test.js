'use strict';

const assert = require('node:assert');
const addon = require('./support/addon');

const { bigs, numbered, oddities, plains, range, singles, truths } = addon('streams');

const WHOLE_MAX = 2 ** 53;
const LEAST = {
  odd: false, i8: -128, i16: -32768, i32: -(2 ** 31), i64: -WHOLE_MAX, u8: 0, u16: 0, u32: 0,
  u64: 0, f32: -0, f64: -Infinity,
};
const MOST = {
  odd: true, i8: 127, i16: 32767, i32: 2 ** 31 - 1, i64: WHOLE_MAX, u8: 255, u16: 65535,
  u32: 2 ** 32 - 1, u64: WHOLE_MAX, f32: 0.5, f64: NaN,
};

/* Every item goes both ways. */
const WAYS = {
  'one by one': async (stream, take) => {
    for await (const item of stream) take(item);
  },
  'in batches': async (stream, take) => {
    for await (const items of stream.batches()) {
      assert.ok(Array.isArray(items) && Object.keys(items).length === items.length);
      items.forEach(take);
    }
  },
};

async function all(read, stream) {
  const items = [];
  await read(stream, (item) => items.push(item));
  return items;
}

const upTo = (n, valueOf) => Array.from({ length: n }, (_, i) => valueOf(i));

for (const [way, read] of Object.entries(WAYS)) {
  describe(`items of numbers and booleans, ${way}`, () => {
    it('hold what their types hold, NaN and -0 too', async () => {
      const items = await all(read, plains(501));
      assert.deepStrictEqual(items, upTo(501, (i) => (i % 2 === 0 ? LEAST : MOST)));
      assert.deepStrictEqual(Object.keys(items[0]), Object.keys(LEAST));
      assert.ok(items.every((item) => Object.getPrototypeOf(item) === Object.prototype));
    });

    it('are objects of their own', async () => {
      const items = await all(read, plains(40));
      for (const item of items) item.i32 = item.odd = undefined;
      assert.strictEqual(new Set(items).size, 40);
      const [first] = await all(read, plains(1));
      assert.deepStrictEqual(first, LEAST);
    });

    it('may be one boolean or one number', async () => {
      assert.deepStrictEqual(await all(read, truths(1000)), upTo(1000, (i) => i % 3 !== 0));
      assert.deepStrictEqual(await all(read, singles(3000)), upTo(3000, (i) => i / 2));
    });

    it('may lack a member that was not given, and have names that are numbers', async () => {
      assert.deepStrictEqual(await all(read, oddities(300)),
        upTo(300, (i) => ({ last: i, maybe: i % 2 === 1 ? i : undefined })));
      assert.deepStrictEqual(await all(read, numbered(300)),
        upTo(300, (i) => ({ 0: 0 - i, last: i })));
    });

    it('that JavaScript cannot hold break the stream, after those before them', async () => {
      const got = [];
      const refused = {
        name: 'RangeError', code: 'ERR_OUT_OF_RANGE', message: /^The "u64" item of plains is out of range/,
      };
      const stream = plains(400, { failAt: 333 });
      await assert.rejects(read(stream, (item) => got.push(item)), refused);
      assert.deepStrictEqual(got, upTo(333, (i) => (i % 2 === 0 ? LEAST : MOST)));
      await assert.rejects(stream.result, refused);
      const first = plains(2, { failAt: 0 });
      await assert.rejects(read(first, assert.fail), refused);
      await assert.rejects(read(bigs(3), () => {}), { message: /^The "\w+" item of bigs/ });
    });

    it('of many streams at once are not mixed up', async () => {
      const reads = upTo(20, (k) => all(read, k % 2 === 0 ? range(700) : singles(700)));
      const came = await Promise.all(reads);
      came.forEach((items, k) => {
        assert.deepStrictEqual(items, upTo(700, (i) => (k % 2 === 0 ? i : i / 2)));
      });
    });
  });
}

describe('batches()', () => {
  it('goes on behind the items that were read one by one, with an array of the rest', async () => {
    const stream = range(1000);
    const batches = stream.batches();
    const items = [];
    for (let next; !(next = await stream.next()).done;) {
      items.push(next.value);
      const { value, done } = await batches.next();
      if (!done) {
        assert.strictEqual(Object.getPrototypeOf(value), Array.prototype);
        items.push(...value);
      }
    }
    assert.deepStrictEqual(items, upTo(1000, (i) => i));
  });
});
