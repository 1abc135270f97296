'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const offloop = require('offloop');

const RELEASE = path.join(__dirname, '..', 'build', 'Release');
const PLATFORM = `${process.platform}-${process.arch}`;

describe('require("offloop")', () => {
  let folder;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'offloop-load-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  /* The package, loaded once more; all others keep the copy that they have. */
  function loadAgain() {
    const file = require.resolve('offloop');
    const kept = require.cache[file];
    delete require.cache[file];
    const again = require('offloop');
    require.cache[file] = kept;
    return again;
  }

  /* A real addon, wherever it is wanted; require's cache tells which file was loaded. */
  function put(...names) {
    const file = path.join(folder, ...names);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.copyFileSync(path.join(RELEASE, 'add.node'), file);
    return file;
  }

  const loaded = () => Object.keys(require.cache).filter((file) => file.startsWith(real(folder)));
  const real = (file) => fs.realpathSync(file);

  it('gives paths that are there, relative to the current folder, with /', () => {
    for (const file of [offloop.gyp, offloop.include, offloop.sources]) {
      assert.ok(fs.existsSync(file), file);
      assert.ok(!path.isAbsolute(file) && !file.includes('\\'), file);
    }
    assert.strictEqual(offloop.version, require('offloop/package.json').version);
  });

  it('gives paths relative to the folder in which it was loaded first, wherever one goes then', () => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      const { include } = loadAgain();
      assert.ok(fs.existsSync(path.join(include, 'offloop.h')), include);
      process.chdir(before);
      assert.ok(fs.existsSync(path.resolve(folder, include, 'offloop.h')), include);
    } finally {
      process.chdir(before);
    }
  });

  it('is the same for import', async () => {
    const module = await import('offloop');
    assert.strictEqual(module.default, offloop);
    for (const name of Object.keys(offloop)) assert.strictEqual(module[name], offloop[name]);
  });

  it('load finds build/Release first, then build/Debug, then a prebuild', () => {
    const places = [['prebuilds', PLATFORM], ['build', 'Debug'], ['build', 'Release']];
    const files = places.map((place) => {
      const file = put(...place, 'add.node');
      offloop.load(folder);
      return real(file);
    });
    assert.deepStrictEqual(loaded(), files);
  });

  it('load takes a URL, for import.meta.url', () => {
    const file = put('build', 'Release', 'add.node');
    const addon = offloop.load(pathToFileURL(`${folder}/`));
    assert.deepStrictEqual(Object.keys(addon), Object.keys(require('../build/Release/add.node')));
    assert.deepStrictEqual(loaded(), [real(file)]);
  });

  it('load gives one addon for a file, also after require.cache was cleared', () => {
    put('build', 'Release', 'add.node');
    const first = offloop.load(folder);
    for (const file of loaded()) delete require.cache[file];
    const again = loadAgain();
    assert.notStrictEqual(again, offloop);
    assert.strictEqual(again.load(folder).asyncWork, first.asyncWork);
  });

  /* Which code runs then is the system's to decide: that of glibc goes by the path. */
  it('load requires a file again that was built anew, once require has forgotten it', () => {
    const file = put('build', 'Release', 'add.node');
    const first = offloop.load(folder);
    fs.renameSync(file, `${file}.old`);
    put('build', 'Release', 'add.node');
    assert.strictEqual(offloop.load(folder), first);
    for (const key of loaded()) delete require.cache[key];
    const second = offloop.load(folder);
    assert.notStrictEqual(second, first);
    assert.strictEqual(second, require(real(file)));
    for (const key of loaded()) delete require.cache[key];
    assert.strictEqual(offloop.load(folder).asyncWork, second.asyncWork);
  });

  it('load tells one addon from another by name', () => {
    const wanted = put('build', 'Release', 'b.node');
    put('build', 'Release', 'a.node');
    assert.throws(() => offloop.load(folder), { code: 'ERR_OL_AMBIGUOUS', message: /: a, b$/ });
    assert.throws(() => offloop.load(folder, 'c'), { code: 'ERR_OL_NOT_BUILT' });
    offloop.load(folder, 'b');
    assert.deepStrictEqual(loaded(), [wanted].map(real));
  });

  it('load chooses a prebuild by name, runtime and tags', () => {
    put('prebuilds', PLATFORM, 'b.node');
    put('prebuilds', PLATFORM, 'a.electron.abi1.node');
    put('prebuilds', 'plan9-pdp11', 'a.node');
    const wanted = put('prebuilds', PLATFORM, 'a.napi.node');
    offloop.load(folder, 'a');
    assert.deepStrictEqual(loaded(), [wanted].map(real));
  });

  it('load says where it looked when there is none', () => {
    put('prebuilds', 'plan9-pdp11', 'a.node');
    const tried = ['build/Release', 'build/Debug', `prebuilds/${PLATFORM}`];
    assert.throws(() => offloop.load(folder, 'a'), (error) => {
      assert.strictEqual(error.code, 'ERR_OL_NOT_BUILT');
      assert.deepStrictEqual(error.tried, tried.map((place) => path.join(folder, place)));
      for (const place of error.tried) assert.ok(error.message.includes(place), error.message);
      return true;
    });
  });

  describe('what import sees of a package', () => {
    /* A package of that index.js, and what a module that imports it gets. */
    function importPackage(index, more = {}) {
      const link = path.join(folder, 'node_modules', 'offloop');
      put('build', 'Release', 'add.node');
      fs.mkdirSync(path.dirname(link));
      fs.symlinkSync(path.join(__dirname, '..'), link, 'junction');
      const files = { 'package.json': '{ "type": "commonjs" }', 'index.js': index, ...more };
      for (const [name, text] of Object.entries(files)) {
        fs.writeFileSync(path.join(folder, name), text);
      }
      return import(pathToFileURL(path.join(folder, Object.keys(files).at(-1))));
    }

    it('the names of an object of plain names, as docs/building.md has it', async () => {
      const { asyncWork, default: all } = await importPackage(`
        const { asyncWork } = require('offloop').load(__dirname);
        module.exports = { asyncWork };`);
      assert.strictEqual(typeof asyncWork, 'function');
      assert.deepStrictEqual(Object.keys(all), ['asyncWork']);
    });

    it('the names of an index.mjs beside it', async () => {
      const module = await importPackage("module.exports = require('offloop').load(__dirname);", {
        'index.mjs': `
          import addon from './index.js';
          export const { asyncWork } = addon;
          export default addon;`,
      });
      assert.deepStrictEqual(Object.keys(module), ['asyncWork', 'default']);
      assert.strictEqual(module.asyncWork, module.default.asyncWork);
    });

    it('none of offloop itself, where module.exports is what load gives', async () => {
      const module = await importPackage("module.exports = require('offloop').load(__dirname);");
      assert.strictEqual(typeof module.default.asyncWork, 'function');
      assert.deepStrictEqual(Object.keys(offloop).filter((name) => name in module), []);
    });
  });

  it('load refuses a folder that is no path and a name that is no string', () => {
    for (const wrong of [undefined, null, 5, true, {}, [], () => {}, Symbol('a')]) {
      assert.throws(() => offloop.load(wrong), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
      if (wrong === undefined) continue;
      assert.throws(() => offloop.load(folder, wrong), { code: 'ERR_INVALID_ARG_TYPE' });
    }
  });
});
