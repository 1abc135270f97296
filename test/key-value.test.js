'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { randomOf } = require('./support/random');

const ROW = 256; // bytes, as the README says
const FIRST_ITEMS = 300; // more than a stream may be ahead of its reader

describe('examples/key-value', () => {
  let openStore;
  let Store;
  let folder;
  let file;
  let files = 0;
  let db;

  before(() => {
    ({ openStore, Store } = require('../examples/key-value/store'));
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'offloop store-'));
  });

  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  beforeEach(async () => {
    file = path.join(folder, `${files++}.db`);
    db = await openStore(file);
  });

  afterEach(() => db.close());

  async function reopen() {
    await db.close();
    db = await openStore(file);
  }

  async function rowsOf(store) {
    const rows = [];
    for await (const { key, value } of store.rows()) rows.push([key, value]);
    return rows;
  }

  it('C42 a database: what was put is there, also when it is opened again', async () => {
    assert.ok(db instanceof Store);
    assert.strictEqual(await db.get('a'), undefined);
    assert.strictEqual(await db.put('a', '1'), undefined);
    assert.strictEqual(await db.put('a', '2'), '1');
    await reopen();
    assert.strictEqual(await db.get('a'), '2');
    assert.deepStrictEqual(await rowsOf(db), [['a', '2']]);
  });

  it('does what a Map does, crash after crash', async () => {
    const below = randomOf(42);
    const map = new Map();
    for (let i = 0; i < 600; i++) {
      const [key, value] = [`key ${below(80)}`, 'é'.repeat(below(99))];
      if (below(2)) assert.strictEqual(await db.get(key), map.get(key));
      assert.strictEqual(await db.put(key, value), map.get(key));
      map.set(key, value);
      if (below(20)) continue;
      fs.truncateSync(file, map.size * ROW);
      fs.appendFileSync(file, Buffer.alloc(below(ROW), 'k')); // what a crash leaves of a new row
      await reopen();
    }
    assert.deepStrictEqual(await rowsOf(db), [...map]);
    assert.strictEqual(Math.floor(fs.statSync(file).size / ROW), map.size);
  });

  it('tells keys apart that begin with each other, and takes what fits', async () => {
    const entries = [['', 'nothing'], ['k', ''], ['k'.repeat(55), 'v'.repeat(199)], ['kk', 'two']];
    for (const [key, value] of entries) await db.put(key, value);
    await reopen();
    assert.deepStrictEqual(await rowsOf(db), entries);
    await assert.rejects(db.put('k'.repeat(56), ''), { code: 'ERR_OUT_OF_RANGE', message: /"key"/ });
    await assert.rejects(db.put('k', 'v'.repeat(200)), { code: 'ERR_OUT_OF_RANGE', message: /"value"/ });
    await assert.rejects(db.get('a\0b'), { code: 'ERR_INVALID_ARG_VALUE' });
  });

  it('a loop over more rows than a stream has ahead may put, and meets what it has put', async () => {
    const puts = Array.from({ length: FIRST_ITEMS }, (_, i) => db.put(`${i}`, 'old'));
    await Promise.all(puts);
    let seen = 0;
    for await (const { key } of db.rows()) {
      await db.put(key, 'new');
      if (seen++ === 0) await db.put('last', 'new');
    }
    assert.strictEqual(seen, FIRST_ITEMS + 1);
    assert.ok((await rowsOf(db)).every(([, value]) => value === 'new'));
  });

  it('side by side increments are lost, in transactions none is', async () => {
    const more = (value = 0) => Number(value) + 1;
    const jobs = Array.from({ length: 50 }, () => db.update('n', more));
    const careless = Array.from({ length: 50 }, async () => db.put('m', more(await db.get('m'))));
    await Promise.all([...jobs, ...careless]);
    assert.deepStrictEqual(await Promise.all([db.get('n'), db.get('m')]), ['50', '1']);
  });

  it('a transaction that throws lets the next have its turn', async () => {
    const mine = new Error('mine');
    await assert.rejects(db.update('n', () => { throw mine; }), mine);
    await db.update('n', () => 'put');
    assert.strictEqual(await db.get('n'), 'put');
  });

  it('a closed one is refused; files that cannot be read are errors like those of fs', async () => {
    await db.close();
    await assert.rejects(db.get('a'), { code: 'ERR_OL_CLOSED' });
    await assert.rejects(openStore(folder), { code: 'EISDIR', syscall: 'open', path: folder });
    await assert.rejects(openStore(path.join(folder, 'no', 'folder')), { code: 'ENOENT' });
  });

  it('a get that would read for ever is stopped by its deadline', async function () {
    if (process.platform === 'win32') this.skip();
    const endless = await openStore('/dev/zero');
    await assert.rejects(endless.get('a', { timeout: 50 }), { code: 'ERR_OL_TIMEOUT' });
    await endless.close();
  });
});
