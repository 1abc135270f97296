'use strict';

const assert = require('node:assert');
const types = require('./support/addon')('types');

const MIB = 1 << 20;

describe('a string', () => {
  const same = {
    'empty': '',
    'of ASCII': 'hello',
    'of two-byte characters': 'größte',
    'of characters past 16 bits': '😀𝒳',
    'with NULs inside and at both ends': '\0a\0\0b\0',
    'of a byte order mark': '\ufeffx',
  };
  for (const [kind, text] of Object.entries(same)) {
    it(`arrives as it is: ${kind}`, () => assert.strictEqual(types.str.sync(text), text));
  }

  it('has U+FFFD for each lone surrogate', () => {
    assert.strictEqual(types.str.sync('a\ud800b'), 'a\ufffdb');
    assert.strictEqual(types.str.sync('\udc00\ud800'), '\ufffd\ufffd');
    assert.strictEqual(types.str.sync('\ud83d\ud83d\ude00'), '\ufffd😀');
  });

  it('may have 64 MiB', async () => {
    const text = 'x'.repeat(64 * MIB);
    assert.ok(await types.str(text) === text);
  });

  it('may have 64 MiB of characters that are longer in UTF-8', async () => {
    const text = 'ä'.repeat(32 * MIB);
    assert.ok(await types.str(text) === text);
  });

  it('may be made of pieces that the engine has not joined', () => {
    let text = '';
    for (let i = 0; i < 10000; i++) text += `${i},`;
    assert.strictEqual(types.str.sync(text), text);
  });
});

describe('a string in a char[8]', () => {
  it('has 7 bytes at most', () => {
    for (const text of ['', 'a', '1234567', 'äöü', '日本']) {
      assert.strictEqual(types.chars.sync(text), text);
    }
  });

  it('is refused when it is longer in UTF-8', () => {
    for (const text of ['12345678', 'äöüß', '日本語', 'x'.repeat(MIB)]) {
      const shown = text.length > 26 ? `'${'x'.repeat(24)}...` : `'${text}'`;
      assert.throws(() => types.chars.sync(text), {
        name: 'RangeError',
        code: 'ERR_OUT_OF_RANGE',
        message: 'The "value" argument of chars is out of range. ' +
          `It must be at most 7 bytes long in UTF-8. Received ${shown}`,
      });
    }
  });

  it('is refused with a NUL inside, where C would take it to end', () => {
    for (const text of ['a\0b', '\0', 'abc\0']) {
      assert.throws(() => types.chars.sync(text), {
        name: 'TypeError',
        code: 'ERR_INVALID_ARG_VALUE',
        message: /must be a string without null bytes\. Received '[abc]*\\u0000b?'$/,
      });
    }
  });
});

describe('a secret', () => {
  const RECEIVED = [[7777, 'type number'], [77n, 'type bigint'], [true, 'type boolean']];

  it('that is no string is in no message', async () => {
    for (const [password, told] of [...RECEIVED, [Buffer.from('77'), 'an instance of Buffer']]) {
      await assert.rejects(types.blur(1, undefined, { password }), {
        name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE',
        message: `The "password" option of blur must be a string. Received ${told}`,
      });
    }
  });

  it('that is no Buffer is in no message', async () => {
    for (const [key, told] of [...RECEIVED, ['77', 'type string'], [null, 'null']]) {
      await assert.rejects(types.blur(1, undefined, { key }), ({ code, message }) => {
        assert.strictEqual(code, 'ERR_INVALID_ARG_TYPE');
        assert.ok(message.endsWith(`. Received ${told}`), message);
        return true;
      });
    }
  });
});

describe('a string that stands for a number', () => {
  it('is one of those in the table', () => {
    for (const mode of ['fast', 'fine', '', 'größte']) {
      assert.strictEqual(types.mode.sync(mode), mode);
    }
  });

  it('is refused with the first few of many', () => {
    assert.strictEqual(types.level.sync('level 29'), 'level 29');
    assert.throws(() => types.level.sync('level 30'), {
      code: 'ERR_INVALID_ARG_VALUE',
      message: /must be one of 'level 00', ('level \d\d', )+\.\.\.\. Received 'level 30'$/,
    });
  });

  it('is refused when it is another', () => {
    const choices = "'fast', 'fine', '', 'größte'";
    for (const mode of ['Fast', 'fas', 'fast ', 'fast\0', 'grösste', 'x'.repeat(1000)]) {
      assert.throws(() => types.mode.sync(mode), {
        name: 'TypeError',
        code: 'ERR_INVALID_ARG_VALUE',
        message: new RegExp(`^The "value" .* must be one of ${choices}\\. Received '`),
      });
    }
  });
});
