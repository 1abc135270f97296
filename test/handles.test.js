'use strict';

const assert = require('node:assert');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { Worker } = require('node:worker_threads');
const addon = require('./support/addon');
const { canCollect, gc, collectUntil } = require('./support/collect');

const database = addon('database');
const { open, openLedger, openPair, move, setGate, Database, Statement } = database;

const counts = () => database.counts.sync();
const isBalanced = () => counts().opened === counts().closed;
const turn = () => new Promise((resolve) => setImmediate(resolve));

const TYPE = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' };
const CLOSED = { name: 'Error', code: 'ERR_OL_CLOSED' };

describe('handles', () => {
  let folder;

  before(function () {
    if (!canCollect) this.skip();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'offloop-handles-'));
  });

  after(() => folder && fs.rmSync(folder, { recursive: true, force: true }));

  beforeEach(() => setGate.sync(true));

  // Whatever a test did: what was opened is closed once, unused, after its children, off the loop.
  afterEach(async () => {
    setGate.sync(true);
    await collectUntil(isBalanced);
    assert.strictEqual(counts().faults, 0);
    assert.strictEqual(counts().onLoopCloses, 0);
  });

  describe('classes', () => {
    it('are exported, and their objects are instances of them', async () => {
      const db = await open();
      assert.ok(db instanceof Database);
      assert.ok(!(db instanceof Statement));
      assert.strictEqual(Database.name, 'Database');
      assert.strictEqual(Object.prototype.toString.call(db), '[object Database]');
      assert.strictEqual(db.constructor, Database);
      assert.deepStrictEqual(Object.keys(db), []);
    });

    it('cannot be called, constructed or extended', () => {
      const illegal = { name: 'TypeError', code: 'ERR_ILLEGAL_CONSTRUCTOR' };
      assert.throws(() => Database(), illegal);
      assert.throws(() => new Database(), illegal);
      assert.throws(() => new (class extends Database {})(), illegal);
    });

    it('have methods like those of other classes', () => {
      for (const name of ['wait', 'self', 'prepare', 'close']) {
        const { value, ...rest } = Object.getOwnPropertyDescriptor(Database.prototype, name);
        assert.strictEqual(value.name, name);
        assert.deepStrictEqual(rest, { writable: true, enumerable: false, configurable: true });
      }
      const { get, set } = Object.getOwnPropertyDescriptor(Database.prototype, 'closed');
      assert.strictEqual(typeof get, 'function');
      assert.strictEqual(set, undefined);
    });

    it('give the same object for the same handle', async () => {
      const db = await open();
      const [again, owner] = [await db.self(), await (await db.prepare()).owner()];
      assert.strictEqual(again, db);
      assert.strictEqual(owner, db);
    });
  });

  describe('close()', () => {
    it('closes once, though it is called twice and gives the same promise', async () => {
      const db = await open();
      const earlier = counts().closed;
      assert.strictEqual(db.closed, false);
      const promise = db.close();
      assert.strictEqual(db.closed, true);
      assert.strictEqual(db.close(), promise);
      assert.strictEqual(await promise, undefined);
      assert.strictEqual(counts().closed, earlier + 1);
      assert.strictEqual(await db.close(), undefined);
      assert.strictEqual(counts().closed, earlier + 1);
    });

    it('waits for the jobs that use the handle, and refuses new ones', async () => {
      const db = await open();
      setGate.sync(false);
      const events = [];
      const job = db.wait().then(() => events.push('job'));
      const closing = db.close().then(() => events.push('close'));
      await assert.rejects(db.wait(), CLOSED);
      await assert.rejects(db.number(), CLOSED);
      assert.throws(() => db.number(() => {}), CLOSED);
      assert.throws(() => db.number.sync.call(db), CLOSED);
      await turn();
      assert.deepStrictEqual(events, []);
      setGate.sync(true);
      await Promise.all([job, closing]);
      assert.deepStrictEqual(events, ['job', 'close']);
    });

    it('refuses a closed handle as an argument', async () => {
      const [db, other] = await Promise.all([open(), open()]);
      await other.close();
      await assert.rejects(db.self(other), CLOSED);
    });

    it('lets the calls through that were accepted before it', async () => {
      const ledger = await openLedger();
      const entries = Array.from({ length: 100 }, () => ledger.add(1));
      const closing = ledger.close();
      await assert.rejects(ledger.add(1), CLOSED);
      assert.deepStrictEqual(await Promise.all(entries), entries.map((_, index) => index));
      await closing;
    });

    it('is what Symbol.asyncDispose does', async function () {
      if (Symbol.asyncDispose === undefined) this.skip();
      const db = await open();
      await db[Symbol.asyncDispose]();
      assert.strictEqual(db.closed, true);
      await assert.rejects(db.number(), CLOSED);
    });

    it('can be waited for when something else has closed the handle', async () => {
      const db = await open();
      const statement = await db.prepare();
      const closing = db.close();
      assert.strictEqual(statement.closed, true);
      await Promise.all([statement.close(), closing]);
      const late = await openWithClosedChild();
      await late.close();
    });

    async function openWithClosedChild() {
      const db = await open();
      const statement = await db.prepare();
      await db.close();
      return statement;
    }

    it('keeps the process alive until the handle is closed', async () => {
      const source = `open().then((db) => db.close()).then(() => console.log('closed'))`;
      const { stdout } = await runScript(source);
      assert.strictEqual(stdout, 'closed\n');
    });
  });

  describe('a job that fails', () => {
    it('closes what it made', async () => {
      const earlier = counts();
      await assert.rejects(open({ fail: true, spare: true }), { code: 'ERR_TEST' });
      await waitUntil(isBalanced);
      assert.strictEqual(counts().opened, earlier.opened + 2);
    });

    it('closes what it made when it was stopped', async () => {
      const db = await open();
      const controller = new AbortController();
      setGate.sync(false);
      const earlier = counts();
      const job = db.prepare({ wait: true, signal: controller.signal });
      await waitUntil(() => counts().opened === earlier.opened + 1);
      controller.abort();
      setGate.sync(true);
      await assert.rejects(job, { code: 'ABORT_ERR' });
      await waitUntil(() => counts().closed === earlier.closed + 1);
      assert.strictEqual(db.closed, false);
    });

    it('closes what it made when its results cannot be delivered', async () => {
      const earlier = counts();
      await assert.rejects(openPair(), RangeError);
      await waitUntil(isBalanced);
      assert.strictEqual(counts().opened, earlier.opened + 2);
    });

    it('and one that keeps a handle to itself closes that one only', async () => {
      const earlier = counts();
      const db = await open({ spare: true });
      await waitUntil(() => counts().closed === earlier.closed + 1);
      assert.strictEqual(counts().opened, earlier.opened + 2);
      assert.strictEqual(db.closed, false);
    });

    it('with a result of somebody else\'s handle is refused', async () => {
      const db = await open();
      await assert.rejects(db.stray(), { code: 'ERR_OL_INVALID' });
    });
  });

  describe('collection', () => {
    it('closes handles that nobody holds', async () => {
      const earlier = counts();
      await Promise.all(Array.from({ length: 100 }, () => open()));
      await collectUntil(isBalanced);
      assert.strictEqual(counts().closed, earlier.closed + 100);
    });

    it('does not close a handle that a job uses, and gives it as the result', async () => {
      let old;
      setGate.sync(false);
      const waiting = open().then((db) => {
        old = new WeakRef(db);
        return db.self(undefined, { wait: true });
      });
      await collectUntil(() => old !== undefined && old.deref() === undefined);
      setGate.sync(true);
      const db = await waiting;
      await collectRepeatedly();
      assert.strictEqual(db.closed, false);
      assert.strictEqual(typeof await db.number(), 'number');
      assert.strictEqual(await db.self(), db);
    });

    it('gives a handle a new object when its old one is gone', async () => {
      const statement = await open().then((db) => db.prepare());
      const old = await weakOwner(statement);
      await collectUntil(() => old.deref() === undefined);
      const db = await statement.owner();
      await collectRepeatedly();
      assert.strictEqual(db.closed, false);
      assert.strictEqual(await statement.owner(), db);
      assert.strictEqual(typeof await db.number(), 'number');
    });

    it('settles a close() whose object is gone by another close() of the handle', async () => {
      let closing, old;
      setGate.sync(false);
      const waiting = open().then((db) => {
        old = new WeakRef(db);
        const result = db.self(undefined, { wait: true });
        closing = db.close();
        return result;
      });
      await collectUntil(() => old !== undefined && old.deref() === undefined);
      setGate.sync(true);
      const db = await waiting;
      await Promise.all([db.close(), closing]);
    });

    async function weakOwner(statement) {
      return new WeakRef(await statement.owner());
    }
  });

  describe('parents', () => {
    it('close after their children', async () => {
      const db = await open();
      const first = await db.number();
      const statements = [await db.prepare(), await db.prepare()];
      await db.close();
      assert.deepStrictEqual(counts().lastClosed[0], first);
      assert.ok(statements.every((statement) => statement.closed));
      await assert.rejects(statements[0].owner(), CLOSED);
    });

    it('stay open when a child closes', async () => {
      const db = await open();
      const statement = await db.prepare();
      await statement.close();
      assert.strictEqual(db.closed, false);
      assert.strictEqual(typeof await db.number(), 'number');
    });

    it('are kept by their children when nobody holds them', async () => {
      const earlier = counts();
      const statement = await open().then((db) => db.prepare());
      await collectRepeatedly();
      assert.strictEqual(counts().closed, earlier.closed);
      const copy = await statement.clone();
      await statement.close();
      assert.strictEqual(copy.closed, false);
      assert.strictEqual(counts().closed, earlier.closed + 1);
      await copy.close();
      await waitUntil(isBalanced);
    });

    it('that are closing give children that are closed', async () => {
      const db = await open();
      setGate.sync(false);
      const made = db.prepare({ wait: true });
      const closing = db.close();
      setGate.sync(true);
      const statement = await made;
      assert.strictEqual(statement.closed, true);
      await assert.rejects(statement.owner(), CLOSED);
      await closing;
      await waitUntil(isBalanced);
    });
  });

  describe('serial handles', () => {
    it('C41 run and settle their jobs one at a time, in the order of the calls', async () => {
      const ledger = await openLedger();
      const settled = [];
      const calls = Array.from({ length: 2000 }, (_, index) =>
        ledger.add(1).then((entry) => settled.push([index, entry])));
      await Promise.all(calls);
      assert.deepStrictEqual(settled, calls.map((_, index) => [index, index]));
    });

    it('leave out jobs that are stopped while they wait', async () => {
      const ledger = await openLedger();
      const controller = new AbortController();
      setGate.sync(false);
      const first = ledger.add(1, { wait: true });
      const { signal } = controller;
      const stopped = Array.from({ length: 20 }, () => ledger.add(1, { signal }));
      const last = ledger.add(1);
      controller.abort();
      await Promise.all(stopped.map((job) => assert.rejects(job, { code: 'ABORT_ERR' })));
      setGate.sync(true);
      assert.deepStrictEqual(await Promise.all([first, last]), [0, 1]);
    });

    it('go on when the job that has the turn is stopped', async () => {
      const ledger = await openLedger();
      setGate.sync(false);
      const first = ledger.add(1, { wait: true, timeout: 20 });
      const second = ledger.add(1);
      await assert.rejects(first, { code: 'ERR_OL_TIMEOUT' });
      assert.strictEqual(await second, 1);
    });

    it('are alone with a job that takes two of them', async () => {
      const ledgers = await Promise.all([openLedger(), openLedger(), openLedger()]);
      const jobs = [];
      for (let i = 0; i < 600; i++) {
        const [from, to] = [ledgers[i % 3], ledgers[(i * 7 + i % 5) % 3]];
        jobs.push(move(from, to, 1), from.add(0), to.add(0));
      }
      await Promise.all(jobs);
    });

    it('have no .sync', async () => {
      const ledger = await openLedger();
      assert.strictEqual(ledger.add.sync, undefined);
      assert.strictEqual(move.sync, undefined);
      const db = await open();
      assert.strictEqual(db.number.sync.call(db), await db.number());
    });
  });

  describe('wrong objects', () => {
    const wrong = (db, statement) => ({
      'nothing': undefined,
      'null': null,
      'a number': 1,
      'a symbol': Symbol('db'),
      'a plain object': {},
      'the prototype': Database.prototype,
      'an object that inherits from a handle': Object.create(db),
      'a proxy of a handle': new Proxy(db, {}),
      'a handle of another class': statement,
      'a function': () => {},
    });

    it('are refused as the object of a method', async () => {
      const db = await open();
      const statement = await db.prepare();
      for (const [what, object] of Object.entries(wrong(db, statement))) {
        await assert.rejects(db.number.call(object), TYPE, what);
        assert.throws(() => db.number.call(object, () => {}), TYPE, what);
        assert.throws(() => db.number.sync.call(object), TYPE, what);
      }
    });

    it('are told as they are: no object is made of what is none', async () => {
      const db = await open();
      const received = async (object) =>
        / Received (.*)$/.exec((await db.number.call(object).catch((error) => error)).message)[1];
      assert.strictEqual(await received(null), 'null');
      assert.strictEqual(await received(undefined), 'undefined');
      assert.strictEqual(await received(1), 'type number (1)');
      assert.strictEqual(await received({}), 'an instance of Object');
    });

    it('are refused as an argument', async () => {
      const db = await open();
      const { nothing, ...others } = wrong(db, await db.prepare());
      assert.strictEqual(nothing, undefined);
      for (const [what, object] of Object.entries(others)) {
        if (what !== 'a function') await assert.rejects(db.self(object), TYPE, what);
      }
    });

    it('are refused by close and closed', async () => {
      const db = await open();
      const { get } = Object.getOwnPropertyDescriptor(Database.prototype, 'closed');
      const { 'a handle of another class': statement, ...others } = wrong(db, await db.prepare());
      for (const [what, object] of Object.entries(others)) {
        await assert.rejects(db.close.call(object), TYPE, what);
        assert.throws(() => get.call(object), TYPE, what);
      }
      assert.strictEqual(get.call(statement), false);
      assert.strictEqual(db.closed, false);
    });

    it('of another copy of the addon are refused', async () => {
      const copy = path.join(folder, 'database.node');
      fs.copyFileSync(addon.file('database'), copy);
      const other = require(copy);
      const [mine, theirs] = await Promise.all([open(), other.open()]);
      assert.ok(!(theirs instanceof Database));
      await assert.rejects(mine.self(theirs), TYPE);
      await assert.rejects(mine.number.call(theirs), TYPE);
      await assert.rejects(mine.close.call(theirs), TYPE);
      assert.strictEqual(await theirs.self(), theirs);
      await theirs.close();
      assert.strictEqual(mine.closed, false);
    });

    it('do not arise from what users do to a handle', async () => {
      const db = await open();
      for (const key of ['close', 'closed', 'number', 'then']) {
        Object.defineProperty(db, key, { value: key });
      }
      Object.setPrototypeOf(db, null);
      assert.strictEqual(await Database.prototype.self.call(db), db);
      Object.freeze(db);
      await Database.prototype.close.call(db);
      await assert.rejects(Database.prototype.number.call(db), CLOSED);
    });
  });

  describe('the end of an environment', () => {
    it('closes the handles of a worker thread that ends', async () => {
      const earlier = counts();
      await runWorker(`
        const dbs = await Promise.all([open(), open(), open()]);
        const statements = await Promise.all(dbs.map((db) => db.prepare()));
        await dbs[0].close();
        globalThis.kept = [dbs, statements];
      `);
      await waitUntil(isBalanced);
      assert.strictEqual(counts().opened, earlier.opened + 6);
    });

    it('closes them when it is terminated while jobs use and make them', async () => {
      const earlier = counts();
      const source = `
        const ledger = await openLedger();
        const db = await open();
        for (let i = 0; i < 50; i++) ledger.add(1);
        for (let i = 0; i < 20; i++) db.prepare().then((statement) => statement.owner());
        for (let i = 0; i < 20; i++) open({ spare: true }).then((other) => i % 2 && other.close());
        parentPort.postMessage('busy');
      `;
      for (let i = 0; i < 20; i++) {
        const worker = startWorker(source);
        await new Promise((resolve) => worker.once('message', resolve));
        await worker.terminate();
      }
      await waitUntil(isBalanced);
      assert.ok(counts().opened >= earlier.opened + 40);
    });

    it('closes them at the end of a process that has nothing more to do', async () => {
      const log = path.join(folder, 'log');
      const options = JSON.stringify({ log });
      await runScript(`open(${options}).then((db) => { globalThis.db = db; })`);
      assert.strictEqual(fs.readFileSync(log, 'utf8'), 'closed');
    });
  });

  it('are closed exactly once, by counting, whatever is done at once', async () => {
    const earlier = counts();
    const jobs = [];
    const accept = (job) => jobs.push(job.catch(({ code }) => code));
    let held = [];
    const pick = (index) => held[index % held.length];
    for (let i = 0; i < 4000; i++) {
      accept(open({ fail: i % 7 === 0, spare: i % 3 === 0 }).then((db) => { held.push(db); }));
      if (held.length > 0) {
        accept(pick(i * 31).prepare({ timeout: i % 11 === 0 ? 0 : 10000 }));
        accept(pick(i * 17).self(pick(i * 13)));
        if (i % 5 === 0) accept(pick(i).close());
      }
      if (i % 500 === 0) held = held.slice(-20);
      if (i % 50 === 0) await turn();
    }
    const codes = new Set((await Promise.all(jobs)).filter((value) => typeof value === 'string'));
    assert.deepStrictEqual([...codes].sort(), ['ERR_OL_CLOSED', 'ERR_OL_TIMEOUT', 'ERR_TEST']);
    assert.ok(counts().opened >= earlier.opened + 5000);
    held = [];
    jobs.length = 0;
    await collectUntil(isBalanced);
  }).timeout(60000);
});

async function collectRepeatedly() {
  for (let i = 0; i < 10; i++) {
    gc();
    await turn();
  }
}

async function waitUntil(truth) {
  while (!truth()) await new Promise((resolve) => setTimeout(resolve, 1));
}

const preamble = `
  const { parentPort } = require('node:worker_threads');
  const { open, openLedger } = require(${JSON.stringify(addon.file('database'))});
`;

function startWorker(source) {
  return new Worker(`${preamble} (async () => { ${source} })();`, { eval: true });
}

function runWorker(source) {
  const worker = startWorker(source);
  return new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
}

function runScript(source) {
  return promisify(execFile)(process.execPath, ['-e', `${preamble} ${source}`]);
}
