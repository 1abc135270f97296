'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const vm = require('node:vm');
const { Worker } = require('node:worker_threads');
const addon = require('./support/addon');

const { exportTables } = addon('tables');

/* The names of what these tables gave; an error that is thrown is told as one. */
function exportInThread(names) {
  const source = `
    const { parentPort } = require('node:worker_threads');
    const { exportTables } = require(${JSON.stringify(addon.file('tables'))});
    try {
      parentPort.postMessage({ keys: Object.keys(exportTables({}, ...${JSON.stringify(names)})) });
    } catch ({ name, code, message }) {
      parentPort.postMessage({ error: { name, code, message } });
    }`;
  const worker = new Worker(source, { eval: true });
  return new Promise((resolve, reject) => {
    worker.once('message', ({ keys, error }) => (error ? reject(error) : resolve(keys)));
    worker.once('error', reject);
  });
}

const REFUSED = { name: 'TypeError', code: 'ERR_OL_TABLE' };

describe('modules', () => {
  describe('a table that cannot work is refused, and it is said why', () => {
    const reasons = {
      noName: /^worker without a name: it has no name$/,
      emptyName: /^worker : it has no name$/,
      noExecute: /^worker noExecute: it has no execute$/,
      stream: /^worker stream: \.item: a shape has no members$/,
      handleStream: /^worker handleStream: \.item: a handle cannot be part of an item$/,
      nodeStream: /^worker nodeStream: \.pool: a stream would keep its threads from all others$/,
      defaultStream: /^worker defaultStream: \.pool: a stream would keep its threads from all /,
      oddlyPooled: /^worker oddlyPooled: \.pool: \.on_full is no way that this version knows$/,
      noPoolName: /^pool without a name: it has no name$/,
      noPoolKind: /^A table does not say what it is: .*OL_POOL/,
      newerPool: /^pool newerPool: it is built with a newer header than this library$/,
      crowded: /^pool crowded: \.threads: more than 1024$/,
      odd: /^pool odd: \.on_full is no way that this version knows$/,
      boundless: /^pool boundless: \.on_full: nothing is refused without a \.max_queue$/,
      spinning: /^pool spinning: \.spin_us: more than a second$/,
      shallow: /^pool shallow: \.stack_size: less than 64 KiB$/,
      shortPool: /^pool without a name: it was not made by offloop's macros$/,
      fullStream: /^worker fullStream: \.on_full is no way that this version knows$/,
      resultStream: /^worker resultStream: \.callback: the end of a stream is told error first$/,
      posted: /^worker posted: \.message: a shape has no members$/,
      postedHandle: /^worker postedHandle: \.message: a handle cannot be part of a message$/,
      postedPinned: /^worker postedPinned: field "message\.ol_buf": \.pinned is for arguments /,
      nodeSession: /^worker nodeSession: \.pool: a stream would keep its threads from all /,
      resultSession: /^worker resultSession: \.callback: the end of a stream is told error first$/,
      pooled: /^worker pooled: \.pool: /,
      styled: /^worker styled: \.callback is no style /,
      progressing: /^worker progressing: \.progress is no policy that this version knows$/,
      slowProgress: /^worker slowProgress: \.progress_ms leaves values out, and /,
      outside: /^worker outside: .*"number"/,
      untyped: /^worker untyped: field "other": is of no C type that offloop knows: .*OL_SHAPE/,
      listed: /^worker listed: field "item\.table_state": .*OL_SHAPE instead of OL_OF/,
      unbounded: /^worker unbounded: field "number": .*INFINITY for none$/,
      absent: /^worker absent: field "number": may be absent .* give \.def or \.given$/,
      noKind: /^A table does not say what it is: OL_WORKER\(\.\.\.\), OL_CLASS/,
      reserved: /^worker reserved: .*"number"/,
      newer: /^worker newer: .*newer/,
      noData: /^class NoData: has no data$/,
      newerClass: /^class NewerClass: is built with a newer header than this library$/,
      noClassName: /^class without a name: has no name$/,
      emptyClassName: /^class : has no name$/,
      noTable: /^A table is none that offloop knows: its first word is 0x12345678$/,
    };
    for (const [name, message] of Object.entries(reasons)) {
      it(name, () => {
        assert.throws(() => exportTables({}, name), { ...REFUSED, message });
      });
    }

    const twins = {
      twin: 'pool offloop: its name is that of &ol_default_pool',
      ownTwin: 'pool own: its name is that of &ol_own_thread',
      nodeTwin: 'pool node: its name is that of &ol_node_pool',
    };
    for (const [name, message] of Object.entries(twins)) {
      it(`${name}, whose name is that of a pool of offloop, which may not be used yet`, () => {
        assert.throws(() => exportTables({}, 'plus', name), { ...REFUSED, message });
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

    it('refuses two tables of one name, in one list and in two', () => {
      const message = /^worker plus: the exports have a worker of that name already$/;
      const taken = { ...REFUSED, message };
      assert.throws(() => exportTables({}, 'plus', 'plusToo'), taken);
      const exports = exportTables({}, 'plus');
      const { plus } = exports;
      assert.throws(() => exportTables(exports, 'again', 'plusToo'), taken);
      assert.strictEqual(exports.plus, plus);
      assert.strictEqual(exportTables({}, 'plusToo').plus.sync(1), 2);
    });

    it('takes one OL_SETUP, as often as it is there, and refuses a second one', () => {
      const message = 'An addon has one OL_SETUP, not two';
      assert.deepStrictEqual(Object.keys(exportTables({}, 'setup', 'plus', 'setup')), ['plus']);
      assert.throws(() => exportTables({}, 'otherSetup', 'plus'), { ...REFUSED, message });
      assert.deepStrictEqual(Object.keys(exportTables({}, 'setup', 'again')), ['again']);
    });

    // In threads of their own: all later exports have the classes of earlier ones.
    it('refuses two methods, two classes, and a class and a function of one name', async () => {
      const refusals = {
        'method methodToo': /^worker method: Thing has a "method" already$/,
        'thing thingClass': /^class Thing: the addon has a class of that name already$/,
        'plus plusClass': /^class plus: the exports have a worker of that name already$/,
      };
      for (const [names, message] of Object.entries(refusals)) {
        const refused = exportInThread(names.split(' '));
        await assert.rejects(refused, { ...REFUSED, message }, names);
      }
      assert.deepStrictEqual(await exportInThread(['method', 'method', 'thing']), ['Thing']);
    });

    it('gives the same function for the same table', () => {
      const exports = exportTables({}, 'plus');
      const { plus } = exports;
      assert.strictEqual(exportTables(exports, 'plus', 'again').plus, plus);
      assert.strictEqual(exportTables({}, 'plus').plus, plus);
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

    it('takes workers without a state', async () => {
      const { stateless, empty } = exportTables({}, 'stateless', 'empty');
      const answers = [await stateless(), stateless.sync(), await empty(), empty.sync()];
      assert.deepStrictEqual(answers, Array(4).fill(undefined));
    });

    it('takes a table that is shorter: what it does not have is zero', async () => {
      const { older } = exportTables({}, 'older');
      assert.strictEqual(await older(1), 2);
    });
  });

  describe('OL_MODULE that one thread loads again', () => {
    const FACE = Symbol.for('offloop');

    function loadAgain(name) {
      const file = require.resolve(addon.file(name));
      delete require.cache[file];
      return require(file);
    }

    const left = () => Object.getOwnPropertySymbols(globalThis).map(String);

    it('has one environment, however often that is', async () => {
      const loads = Array.from({ length: 5 }, () => loadAgain('internals'));
      for (const { environments } of loads) assert.strictEqual(await environments(), 1);
    });

    it('gives the same functions and classes, in exports of their own', async () => {
      const [first, second] = [loadAgain('database'), loadAgain('database')];
      assert.notStrictEqual(first, second);
      const [before, after] = [first, second].map(Object.getOwnPropertyDescriptors);
      assert.deepStrictEqual(Reflect.ownKeys(after), Reflect.ownKeys(before));
      for (const key of Reflect.ownKeys(before)) assert.deepStrictEqual(after[key], before[key]);
      assert.strictEqual(second[FACE], first[FACE]);
      const db = await first.open();
      assert.ok(db instanceof second.Database);
      await db.close();
    });

    it('gives what the addon has made, whatever became of earlier exports', () => {
      const first = loadAgain('calls');
      const { twice } = first;
      for (const key of Reflect.ownKeys(first)) delete first[key];
      assert.strictEqual(loadAgain('calls').twice, twice);
      loadAgain('calls').twice = () => 'a stub';
      assert.strictEqual(loadAgain('calls').twice, twice);
    });

    it('fills the exports of another realm, too', () => {
      const module = vm.runInNewContext('({ exports: { mine: 1 } })');
      const { twice } = loadAgain('calls');
      process.dlopen(module, addon.file('calls'));
      assert.strictEqual(module.exports.twice, twice);
      assert.strictEqual(module.exports.mine, 1);
    });

    it('whose load has failed leaves nothing', () => {
      const before = left();
      assert.throws(() => loadAgain('refused'), REFUSED);
      assert.deepStrictEqual(left(), before);
    });

    it('throws when the exports take nothing, and works when others do', () => {
      const { twice } = loadAgain('calls');
      const dlopen = (exports) => process.dlopen({ exports }, addon.file('calls'));
      assert.throws(() => dlopen(Object.freeze({})), TypeError);
      const exports = {};
      dlopen(exports);
      assert.strictEqual(exports.twice, twice);
    });

    it('works where the global object takes nothing', async () => {
      const source = `
        const { parentPort } = require('node:worker_threads');
        const file = ${JSON.stringify(addon.file('calls'))};
        Object.preventExtensions(globalThis);
        const { twice } = require(file);
        delete require.cache[require.resolve(file)];
        Promise.all([twice(1), require(file).twice(2)])
          .then((results) => parentPort.postMessage(results));`;
      const worker = new Worker(source, { eval: true });
      const [[results]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
      assert.deepStrictEqual(results, [2, 4]);
    });

    it('is one environment for each load where the init function is the author\'s', () => {
      assert.notStrictEqual(loadAgain('emits').open, loadAgain('emits').open);
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
