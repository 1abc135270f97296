'use strict';

const assert = require('node:assert');
const types = require('./support/addon')('types');

const DEFAULTS = {
  weight: 1,
  sigma: 0.5,
  hasSigma: false,
  radius: 3,
  seed: 1n,
  gain: 1.5,
  sharp: true,
  mode: 'fine',
  title: 'untitled',
  'short tag': 'abc',
  when: new Date(1000),
  sizes: [],
  password: '',
};

describe('options', () => {
  it('have defaults', async () => {
    assert.deepStrictEqual(await types.blur(1), DEFAULTS);
    assert.deepStrictEqual(await types.blur(1, undefined, {}), DEFAULTS);
    assert.deepStrictEqual(await types.blur(1, undefined, undefined), DEFAULTS);
  });

  it('may be undefined, which is not given', async () => {
    const nothing = Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, undefined]));
    assert.deepStrictEqual(await types.blur(1, undefined, nothing), DEFAULTS);
  });

  it('replace the defaults', async () => {
    const given = {
      radius: 99, seed: 2n ** 64n - 1n, gain: -2, sharp: false, mode: 'fast', title: '',
      'short tag': '', when: new Date(0), sizes: [1, 255], password: 'geheim',
    };
    assert.deepStrictEqual(await types.blur(1, 0, given),
      { ...DEFAULTS, ...given, sigma: 0, hasSigma: true });
  });

  it('may come from anywhere, and others are let be', async () => {
    class Options {
      get radius() { return 7; }
    }
    assert.strictEqual((await types.blur(1, undefined, new Options())).radius, 7);
    assert.strictEqual((await types.blur(1, undefined, Object.create({ radius: 8 }))).radius, 8);
    assert.deepStrictEqual(await types.blur(1, undefined, { unknown: 1, Radius: 9 }), DEFAULTS);
  });

  it('stand before the callback', (done) => {
    types.blur(1, 2, { radius: 4 }, (error, result) => {
      assert.deepStrictEqual([error, result.sigma, result.radius], [null, 2, 4]);
      done();
    });
  });

  it('are required where the table says so', async () => {
    assert.strictEqual(await types.mustHave({ needed: 5 }), 5);
    const missing = {
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_TYPE',
      message: 'The "needed" option of mustHave must be a number. Received undefined',
    };
    await assert.rejects(types.mustHave(), missing);
    await assert.rejects(types.mustHave({}), missing);
  });

  const refused = [
    ['radius', null, 'ERR_INVALID_ARG_TYPE', 'must be a number. Received null'],
    ['radius', 0, 'ERR_OUT_OF_RANGE', 'is out of range. It must be >= 1 and <= 99. Received 0'],
    ['radius', 100, 'ERR_OUT_OF_RANGE', 'is out of range. It must be >= 1 and <= 99. Received 100'],
    ['radius', 1.5, 'ERR_OUT_OF_RANGE', 'is out of range. It must be an integer. Received 1.5'],
    ['seed', 0n, 'ERR_OUT_OF_RANGE', 'is out of range. It must be >= 1n. Received 0n'],
    ['seed', 1, 'ERR_INVALID_ARG_TYPE', 'must be a bigint. Received type number (1)'],
    ['gain', 3, 'ERR_OUT_OF_RANGE', 'is out of range. It must be <= 2.5. Received 3'],
    ['gain', NaN, 'ERR_OUT_OF_RANGE', 'is out of range. It must be <= 2.5. Received NaN'],
    ['sharp', 1, 'ERR_INVALID_ARG_TYPE', 'must be a boolean. Received type number (1)'],
    ['mode', 'slow', 'ERR_INVALID_ARG_VALUE',
      "must be one of 'fast', 'fine', '', 'größte'. Received 'slow'"],
    ['short tag', '12345678', 'ERR_OUT_OF_RANGE',
      "is out of range. It must be at most 7 bytes long in UTF-8. Received '12345678'"],
    ['sizes[1]', [1, 256], 'ERR_OUT_OF_RANGE',
      'is out of range. It must be >= 0 and <= 255. Received 256'],
    ['password', 5, 'ERR_INVALID_ARG_TYPE', 'must be a string. Received type number'],
  ];
  for (const [path, value, code, rest] of refused) {
    it(`are checked as arguments are: ${path} ${rest}`, async () => {
      const options = { [path.replace(/\[.*/, '')]: value };
      const message = `The "${path}" option of blur ${rest}`;
      await assert.rejects(types.blur(1, undefined, options), { code, message });
    });
  }

  it('are read in the order of the table, each once', async () => {
    const seen = [];
    const watched = new Proxy({}, {
      get: (_, name) => {
        seen.push(name);
        return undefined;
      },
    });
    await types.blur(1, undefined, watched);
    const own = ['radius', 'seed', 'gain', 'sharp', 'mode', 'title', 'short tag', 'when', 'sizes', 'password'];
    assert.deepStrictEqual(seen.filter((name) => own.includes(name)), own);
  });
});
