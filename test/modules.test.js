'use strict';

const assert = require('node:assert');
const addon = require('./support/addon');

const { exportTables } = addon('tables');

const REFUSED = { name: 'TypeError', code: 'ERR_OL_TABLE' };

describe('modules', () => {
  describe('a table that cannot work is refused, and it is said why', () => {
    const reasons = {
      noName: /^worker without a name: it has no name$/,
      emptyName: /^worker : it has no name$/,
      noExecute: /^worker noExecute: it has no execute$/,
      stream: /^worker stream: \.item: a shape has no members$/,
      handleStream: /^worker handleStream: \.item: a handle cannot be part of an item$/,
      nodeStream: /^worker nodeStream: \.pool: a stream would keep Node's threads from all others$/,
      fullStream: /^worker fullStream: \.on_full is no way that this version knows$/,
      resultStream: /^worker resultStream: \.callback: the end of a stream is told error first$/,
      posted: /^worker posted: \.message: messages come in a later version$/,
      pooled: /^worker pooled: \.pool: /,
      styled: /^worker styled: \.callback is no style /,
      outside: /^worker outside: .*"number"/,
      untyped: /^worker untyped: .*"other"/,
      reserved: /^worker reserved: .*"number"/,
      newer: /^worker newer: .*newer/,
      noData: /^class NoData: has no data$/,
      noTable: /^A table is none that offloop knows: its first word is 0x12345678$/,
    };
    for (const [name, message] of Object.entries(reasons)) {
      it(name, () => {
        assert.throws(() => exportTables({}, name), { ...REFUSED, message });
      });
    }

    it('again when it is tried again, and good tables are not harmed by it', () => {
      assert.throws(() => exportTables({}, 'styled'), REFUSED);
      assert.throws(() => exportTables({}, 'styled'), REFUSED);
      assert.strictEqual(exportTables({}, 'plus').plus.sync(1), 2);
    });

    it('when the module is loaded: require throws, every time', () => {
      for (let times = 0; times < 3; times++) {
        assert.throws(() => addon('refused'), {
          ...REFUSED, message: /^worker refused: \.callback is no style/,
        });
      }
    });
  });

  describe('ol_export', () => {
    it('C33 puts the functions of several tables into the exports it is given', () => {
      const exported = exportTables({ mine: 1 }, 'plus', 'again');
      assert.deepStrictEqual(Object.keys(exported), ['mine', 'plus', 'again']);
    });

    it('may be called several times, with the same tables too', async () => {
      const [one, two] = [exportTables({}, 'plus'), exportTables({}, 'plus', 'plus')];
      assert.deepStrictEqual(await Promise.all([one.plus(1), two.plus(2)]), [2, 3]);
    });

    it('without tables does nothing', () => {
      assert.deepStrictEqual(exportTables({}), {});
    });

    it('replaces what is there, and calls no setter', () => {
      const exported = exportTables({ again: 1, set plus(_) { throw new Error('set'); } },
        'plus', 'again');
      assert.deepStrictEqual([exported.plus.sync(1), exported.again.sync(1)], [2, 2]);
    });

    it('throws when the exports take nothing', () => {
      assert.throws(() => exportTables(Object.freeze({}), 'plus'), Error);
    });

    it('takes a table that is shorter: what it does not have is zero', async () => {
      const { older } = exportTables({}, 'older');
      assert.strictEqual(await older(1), 2);
    });
  });

  describe('OL_SETUP', () => {
    it('whose init fails makes the load throw; once it has succeeded it runs no more', () => {
      assert.throws(() => addon('setup'), {
        name: 'Error', code: 'ERR_OL_SETUP', message: 'The addon\'s setup failed: OL_NO_MEMORY (-4)',
      });
      assert.strictEqual(addon('setup').countInits.sync(), 2);
      delete require.cache[addon.file('setup')];
      assert.strictEqual(addon('setup').countInits.sync(), 2);
    });
  });
});
