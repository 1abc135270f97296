'use strict';

const assert = require('node:assert');
const { AsyncLocalStorage } = require('node:async_hooks');
const { execFile } = require('node:child_process');
const { setTimeout: delay } = require('node:timers/promises');
const { promisify } = require('node:util');
const { Worker } = require('node:worker_threads');
const addon = require('./support/addon');
const { canCollect, gc, collectUntil } = require('./support/collect');

const base = addon('exclusive');
const { openBase, join, setGate, Base, Statement } = base;
const { open } = addon('database');

const counts = () => base.counts.sync();
const turn = () => new Promise((resolve) => setImmediate(resolve));
const range = (from, to) => Array.from({ length: to - from }, (_, i) => from + i);

const TYPE = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' };
const CLOSED = { name: 'Error', code: 'ERR_OL_CLOSED' };
const ABORTED = { name: 'AbortError', code: 'ABORT_ERR' };

/* A function of exclusive that waits inside until it is let go. */
function hold(db, options) {
  const held = {};
  const begun = new Promise((resolve) => {
    held.done = db.exclusive((tx) => new Promise((release, fail) => {
      Object.assign(held, { tx, release, fail });
      resolve();
    }), options);
  });
  return begun.then(() => held);
}

async function all(stream) {
  const items = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe('exclusive', () => {
  let db;

  before(function () {
    if (!canCollect) this.skip();
  });

  beforeEach(async () => {
    setGate.sync(true);
    db = await openBase();
  });

  // Whatever a test did: no two jobs have met, and what was opened is closed once.
  afterEach(async () => {
    setGate.sync(true);
    db = undefined;
    await collectUntil(() => counts().closed === counts().opened);
    assert.strictEqual(counts().met, 0);
  });

  describe('a function', () => {
    it('C41 has its turn in the order of the calls, with the jobs around it', async () => {
      const settled = [];
      const see = (name) => () => settled.push(name);
      await Promise.all([
        db.note(1).then(see('before')),
        db.exclusive(async (tx) => {
          await tx.note(2);
          await turn();
          await tx.note(3);
        }).then(see('first')),
        db.note(4).then(see('between')),
        db.exclusive((tx) => tx.note(5)).then(see('second')),
        db.note(6).then(see('after')),
      ]);
      assert.deepStrictEqual(settled, ['before', 'first', 'between', 'second', 'after']);
      assert.deepStrictEqual(await db.journal(), [1, 2, 3, 4, 5, 6]);
    });

    it('is called later, as a plain function, with a handle of the same class', async () => {
      let received;
      const done = db.exclusive(function (...args) {
        received = { self: this, args };
      });
      assert.strictEqual(received, undefined);
      assert.strictEqual(await done, undefined);
      const { self, args: [tx, ...more] } = received;
      assert.deepStrictEqual([self, more], [undefined, []]);
      assert.ok(tx instanceof Base && tx !== db);
    });

    it('gives its result, or that of its promise', async () => {
      const result = {};
      assert.strictEqual(await db.exclusive(() => result), result);
      assert.strictEqual(await db.exclusive(async () => result), result);
      assert.strictEqual(await db.exclusive(() => ({ then: (resolve) => resolve(7) })), 7);
    });

    it('gives what it throws or rejects with, which may be any value', async () => {
      for (const thrown of [new Error('mine'), undefined, 5, null]) {
        const seen = (promise) => promise.then(() => assert.fail('resolved'), (error) => [error]);
        assert.strictEqual((await seen(db.exclusive(() => { throw thrown; })))[0], thrown);
        assert.strictEqual((await seen(db.exclusive(() => Promise.reject(thrown))))[0], thrown);
      }
      assert.strictEqual(await db.note(1), 1);
    });

    it('keeps its caller\'s AsyncLocalStorage', async () => {
      const storage = new AsyncLocalStorage();
      const stores = range(0, 5).map((store) =>
        storage.run(store, () => db.exclusive(async (tx) => {
          const first = storage.getStore();
          await tx.note(store);
          return [first, storage.getStore()];
        })));
      assert.deepStrictEqual(await Promise.all(stores), range(0, 5).map((store) => [store, store]));
    });

    it('that gets no turn for a while lets other handles go on', async () => {
      const [other, held] = [await openBase(), await hold(db)];
      const waiting = db.exclusive((tx) => tx.note(2));
      assert.strictEqual(await other.exclusive((tx) => tx.note(1)), 1);
      held.release();
      assert.strictEqual(await waiting, 2);
    });

    it('may be one of very many', async () => {
      const calls = range(0, 1000).map((i) =>
        i % 2 ? db.note(i) : db.exclusive(async (tx) => { await turn(); return tx.note(i); }));
      assert.deepStrictEqual(await Promise.all(calls), range(0, 1000));
      assert.deepStrictEqual(await db.journal(), range(0, 1000));
    });
  });

  describe('its handle', () => {
    it('runs its jobs one at a time, in the order of their calls', async () => {
      await db.exclusive((tx) => Promise.all(range(0, 500).map((i) => tx.note(i))));
      assert.deepStrictEqual(await db.journal(), range(0, 500));
    });

    it('keeps the turn until jobs that the function did not wait for are over', async () => {
      const notes = [];
      const after = [];
      await db.exclusive((tx) => {
        for (let i = 0; i < 50; i++) notes.push(tx.note(i).then((number) => after.push(number)));
        after.push(db.note(50).then((number) => after.push(number)));
        after.length = 0;
      });
      await Promise.all(notes);
      await db.note(51);
      assert.deepStrictEqual(after, range(0, 51));
      assert.deepStrictEqual(await db.journal(), range(0, 52));
    });

    it('is closed once the function has settled', async () => {
      let tx;
      let stream;
      await db.exclusive((given) => {
        tx = given;
        assert.strictEqual(tx.closed, false);
        stream = tx.rows(3);
      });
      assert.strictEqual(tx.closed, true);
      assert.strictEqual(db.closed, false);
      await assert.rejects(tx.note(1), { ...CLOSED, message: 'note is called on a closed Base' });
      await assert.rejects(tx.exclusive(() => {}), CLOSED);
      await assert.rejects(join(db, tx, 1), CLOSED);
      assert.throws(() => tx.rows(1), CLOSED);
      await assert.rejects(stream.next(), CLOSED);
      assert.strictEqual(await tx.close(), undefined);
      assert.strictEqual(await db.note(1), 1);
    });

    it('is not closed by close(), which would wait for its own function', async () => {
      await db.exclusive(async (tx) => {
        await assert.rejects(tx.close(), { name: 'Error', code: 'ERR_OL_EXCLUSIVE' });
        await assert.rejects(tx[Object.getOwnPropertySymbols(Base.prototype)
          .find((symbol) => `${String(symbol)}`.includes('asyncDispose'))](),
        { code: 'ERR_OL_EXCLUSIVE' });
        assert.strictEqual(await tx.note(1), 1);
      });
    });

    it('is given by its own jobs', async () => {
      await db.exclusive(async (tx) => assert.strictEqual(await tx.self(), tx));
      assert.strictEqual(await db.self(), db);
    });

    it('may be given to a job together with that which it stands for', async () => {
      await db.exclusive(async (tx) => {
        await Promise.all([join(db, tx, 1), join(tx, db, 2), join(tx, tx, 3)]);
        await tx.exclusive((inner) => Promise.all([join(db, inner, 4), join(inner, tx, 5)]));
      });
      assert.deepStrictEqual(await db.journal(), [1, 2, 3, 4, 5]);
    });

    it('may be given to a job together with another handle', async () => {
      const other = await openBase();
      await Promise.all([
        other.note(1),
        db.exclusive((tx) => Promise.all([join(tx, other, 2), other.note(3)])),
        other.note(4),
      ]);
      assert.deepStrictEqual((await other.journal()).sort(), [1, 2, 3, 4]);
      assert.deepStrictEqual(await db.journal(), [2]);
    });
  });

  describe('streams', () => {
    it('of its handle lend the turn to its other jobs, and to no others', async () => {
      const outside = db.exclusive(async (tx) => {
        let n = 100;
        for await (const row of tx.rows(20)) assert.strictEqual(await tx.note(n + row), n + row);
        n = 200;
        for await (const row of tx.rows(20)) {
          assert.strictEqual(await tx.exclusive((inner) => inner.note(n + row)), n + row);
        }
      });
      const after = db.note(1);
      await Promise.all([outside, after]);
      assert.deepStrictEqual(await db.journal(), [...range(100, 120), ...range(200, 220), 1]);
    });

    it('of its handle are stopped at its end: read, waiting, over and not begun', async () => {
      let reading, waiting, over, unread;
      await db.exclusive(async (tx) => {
        [waiting, over, unread] = [tx.rows(1e9), tx.rows(2), tx.rows(5)];
        await waiting.next();
        await over.next();
        const endless = tx.rows(1e9);
        await endless.next();
        reading = all(endless);
        reading.catch(() => {});
        await turn();
      });
      await assert.rejects(reading, CLOSED);
      await assert.rejects(all(waiting), CLOSED);
      await assert.rejects(unread.next(), CLOSED);
      await assert.rejects(all(over), CLOSED);
      assert.strictEqual(await db.note(1), 1);
    });

    it('that lent the turn to a function wait for its end, and go on', async () => {
      const seen = [];
      for await (const row of db.rows(20)) {
        seen.push(row);
        await db.exclusive(async (tx) => {
          await tx.note(row);
          await turn();
          await tx.note(row);
        });
      }
      assert.deepStrictEqual(seen, range(0, 20));
      assert.deepStrictEqual(await db.journal(), range(0, 20).flatMap((row) => [row, row]));
    });
  });

  describe('nested', () => {
    it('is a turn of the outer one\'s line', async () => {
      await Promise.all([
        db.exclusive((tx) => Promise.all([
          tx.note(1),
          tx.exclusive(async (inner) => {
            await inner.note(2);
            await turn();
            await inner.exclusive((innermost) => innermost.note(3));
            await inner.note(4);
          }),
          tx.note(5),
        ])),
        db.note(6),
      ]);
      assert.deepStrictEqual(await db.journal(), range(1, 7));
    });

    it('and not waited for is over before the outer one', async () => {
      let inner;
      const settled = [];
      await db.exclusive((tx) => {
        inner = tx.exclusive(async (given) => {
          await turn();
          await given.note(1);
          settled.push('inner');
        });
      });
      settled.push('outer');
      await inner;
      assert.deepStrictEqual(settled, ['inner', 'outer']);
    });

    it('too deep is refused', async () => {
      const nest = (tx, depth) => tx.exclusive((inner) => nest(inner, depth + 1));
      await assert.rejects(nest(db, 0), { name: 'Error', code: 'ERR_OL_BUSY' });
      const some = (tx, depth) =>
        depth === 60 ? tx.note(depth) : tx.exclusive((inner) => some(inner, depth + 1));
      assert.strictEqual(await some(db, 0), 60);
    });
  });

  describe('signal and timeout', () => {
    const never = () => assert.fail('called');

    it('end the wait, and the function is never called', async () => {
      const held = await hold(db);
      const controller = new AbortController();
      const aborted = db.exclusive(never, { signal: controller.signal });
      const late = db.exclusive(never, { timeout: 5 });
      const after = db.note(1);
      controller.abort('why');
      await assert.rejects(aborted, { ...ABORTED, cause: 'why' });
      await assert.rejects(late, { name: 'TimeoutError', code: 'ERR_OL_TIMEOUT' });
      held.release();
      assert.strictEqual(await after, 1);
    });

    it('that are over before the call refuse it in the same way', async () => {
      await assert.rejects(db.exclusive(never, { signal: AbortSignal.abort() }), ABORTED);
      await assert.rejects(db.exclusive(never, { timeout: 0 }), { code: 'ERR_OL_TIMEOUT' });
    });

    it('count while the turn is on its way', async () => {
      const controller = new AbortController();
      const aborted = db.exclusive(never, { signal: controller.signal });
      controller.abort();
      await assert.rejects(aborted, ABORTED);
      assert.strictEqual(await db.exclusive((tx) => tx.note(1)), 1);
    });

    it('do not stop a function that was called: it may still roll back', async () => {
      const controller = new AbortController();
      const { signal } = controller;
      setGate.sync(false);
      const done = db.exclusive(async (tx) => {
        const job = tx.note(1, { wait: true, signal });
        controller.abort();
        await assert.rejects(job, ABORTED);
        await tx.note(2);
        return 'rolled back';
      }, { signal });
      assert.strictEqual(await done, 'rolled back');
      assert.strictEqual((await db.journal()).at(-1), 2);
      const slow = (tx) => delay(550).then(() => tx.note(3));
      assert.strictEqual(await db.exclusive(slow, { timeout: 500 }), 3);
    });

    it('leave no listener', async () => {
      const { signal } = new AbortController();
      let listeners = 0;
      const counted = {
        aborted: false,
        addEventListener: (...args) => { listeners++; signal.addEventListener(...args); },
        removeEventListener: (...args) => { listeners--; signal.removeEventListener(...args); },
      };
      await db.exclusive(() => assert.strictEqual(listeners, 0), { signal: counted });
      const held = await hold(db);
      const late = db.exclusive(never, { signal: counted, timeout: 5 });
      assert.strictEqual(listeners, 1);
      await assert.rejects(late, { code: 'ERR_OL_TIMEOUT' });
      assert.strictEqual(listeners, 0);
      held.release();
      await held.done;
    });
  });

  describe('wrong arguments', () => {
    it('reject with an error that names the argument', async () => {
      for (const fn of [undefined, null, 5, {}, 'tx']) {
        const wrong = { ...TYPE, message: /^The "fn" argument of exclusive must be a function/ };
        await assert.rejects(db.exclusive(fn), wrong);
      }
      await assert.rejects(db.exclusive(() => {}, 5), { ...TYPE, message: /"options" argument/ });
      await assert.rejects(db.exclusive(() => {}, { signal: 5 }), { ...TYPE, message: /"signal"/ });
      await assert.rejects(db.exclusive(() => {}, { timeout: 'x' }), TYPE);
      await assert.rejects(db.exclusive(() => {}, { timeout: -1 }), { code: 'ERR_OUT_OF_RANGE' });
      await assert.rejects(db.exclusive(() => {}, { get signal() { throw new Error('got'); } }),
        { message: 'got' });
      assert.strictEqual(await db.note(1), 1);
    });

    it('begin their stack where the call was made', async () => {
      async function caller() {
        await db.exclusive(5);
      }
      const { stack } = await caller().catch((error) => error);
      assert.match(stack, /^[^\n]*\n.*\bcaller\b/);
    });

    it('reject on objects that are no serial handle', async () => {
      const { exclusive } = Base.prototype;
      const message = /^The object that exclusive is called on must be a serial handle /;
      const statement = await db.prepare();
      const others = [undefined, null, 5, {}, Base.prototype, statement, await open()];
      for (const object of others) {
        await assert.rejects(exclusive.call(object, () => {}), { ...TYPE, message });
      }
      await assert.rejects(exclusive.call(null, () => {}), { message: /Received null$/ });
    });

    it('reject on a closed handle', async () => {
      await db.close();
      await assert.rejects(db.exclusive(() => assert.fail('called')), {
        ...CLOSED, message: 'exclusive is called on a closed Base',
      });
    });
  });

  describe('the method', () => {
    it('is one of all serial classes, and of no others', () => {
      const { value, ...rest } = Object.getOwnPropertyDescriptor(Base.prototype, 'exclusive');
      assert.deepStrictEqual([value.name, value.length], ['exclusive', 1]);
      assert.deepStrictEqual(rest, { writable: true, enumerable: false, configurable: true });
      assert.strictEqual('exclusive' in Statement.prototype, false);
    });
  });

  describe('close()', () => {
    it('waits for functions that wait or run, which may use their handles', async () => {
      const held = await hold(db);
      const settled = [];
      const waiting = db.exclusive(async (tx) => {
        await tx.note(2);
        settled.push('waiting');
      });
      const closing = db.close().then(() => settled.push('closed'));
      await assert.rejects(db.exclusive(() => {}), CLOSED);
      await assert.rejects(db.note(1), CLOSED);
      const rows = held.tx.rows(5);
      assert.strictEqual(held.tx.closed, false);
      assert.strictEqual(await held.tx.note(1), 1);
      assert.deepStrictEqual(await held.tx.exclusive((inner) => inner.journal()), [1]);
      assert.deepStrictEqual(await all(rows), range(0, 5));
      settled.push('running');
      held.release();
      await Promise.all([held.done, waiting, closing]);
      assert.deepStrictEqual(settled, ['running', 'waiting', 'closed']);
    });

    it('leaves the handle of a function that fails no hold on it', async () => {
      const held = await hold(db);
      const closing = db.close();
      held.fail(new Error('mine'));
      await assert.rejects(held.done, { message: 'mine' });
      await closing;
    });
  });

  describe('statements', () => {
    it('that are made by its handle belong to the one that it stands for, and stay', async () => {
      const statement = await db.exclusive(async (tx) => {
        const made = await tx.prepare();
        assert.strictEqual(await made.owner(), db);
        await made.run(tx, 1);
        return made;
      });
      assert.strictEqual(statement.closed, false);
      await statement.run(db, 2);
      assert.deepStrictEqual(await db.journal(), [1, 2]);
      await db.close();
      assert.strictEqual(statement.closed, true);
    });

    it('have the turn of the handle that they are given, and else are not kept out', async () => {
      const statement = await db.prepare();
      const held = await hold(db);
      const outside = statement.run(db, 2);
      assert.strictEqual(await statement.owner(), db);
      await statement.run(held.tx, 1);
      held.release();
      await outside;
      assert.deepStrictEqual(await db.journal(), [1, 2]);
    });
  });

  describe('collection', () => {
    it('leaves the native thing while a function waits or runs', async () => {
      const held = await hold(db);
      const waiting = db.exclusive((tx) => tx.note(2));
      const before = counts().closed;
      db = undefined;
      await collectRepeatedly();
      assert.strictEqual(counts().closed, before);
      await held.tx.note(1);
      held.release();
      assert.strictEqual(await waiting, 2);
    });

    it('of its handle does not end a function', async () => {
      let old;
      const held = {};
      const done = db.exclusive((tx) => {
        old = new WeakRef(tx);
        return new Promise((resolve) => { held.release = resolve; });
      });
      await collectUntil(() => old !== undefined && old.deref() === undefined);
      let over = false;
      const after = db.note(1).then(() => { over = true; });
      await collectRepeatedly();
      assert.strictEqual(over, false);
      held.release();
      await Promise.all([done, after]);
    });
  });

  describe('the end', () => {
    it('of a worker thread in the middle leaves nothing behind', async () => {
      const before = counts().opened;
      const source = `
        const db = await openBase();
        const nest = (tx, depth) => depth === 0
          ? new Promise(() => parentPort.postMessage('busy'))
          : tx.exclusive((inner) => nest(inner, depth - 1));
        for (let i = 0; i < 20; i++) db.note(i);
        const busy = db.exclusive(async (tx) => {
          for (let i = 0; i < 20; i++) tx.note(i);
          const rows = tx.rows(1e9);
          await rows.next();
          await nest(tx, 30);
        });
        for (let i = 0; i < 5; i++) db.exclusive((tx) => tx.note(i));
        for (let i = 0; i < 5; i++) db.note(i);
        if (workerData) db.close();
        await busy;
      `;
      for (let i = 0; i < 10; i++) {
        const worker = startWorker(source, i % 2 === 0);
        await new Promise((resolve) => worker.once('message', resolve));
        await worker.terminate();
      }
      assert.strictEqual(counts().opened, before + 10);
    });

    it('of a worker thread while turns change', async () => {
      const source = `
        const db = await openBase();
        for (let i = 0; i < 10000; i++) {
          db.exclusive((tx) => tx.note(i));
          db.note(i);
          if (i % 100 === 0) await new Promise(setImmediate);
          if (i === 300) parentPort.postMessage('busy');
        }
      `;
      for (let i = 0; i < 10; i++) {
        const worker = startWorker(source, false);
        await new Promise((resolve) => worker.once('message', resolve));
        await worker.terminate();
      }
    });

    it('of a process comes though a function never settles', async () => {
      const script = `openBase().then((db) => {
        db.exclusive(() => new Promise(() => {}));
      }); process.on('exit', (code) => console.log('exit', code));`;
      assert.deepStrictEqual(await runScript(script), 'exit 0\n');
    });

    it('of a process comes by process.exit in the middle', async () => {
      const script = `openBase().then((db) => {
        db.exclusive(async (tx) => {
          tx.note(1, { wait: true });
          tx.exclusive(() => {});
          await tx.rows(5).next();
        });
        db.exclusive(async (tx) => tx.note(2));
        setTimeout(() => { console.log('leaves'); process.exit(0); }, 20);
      });`;
      assert.strictEqual(await runScript(script), 'leaves\n');
    });

    it('of a process waits for a function that goes on', async () => {
      const script = `openBase().then((db) => {
        db.exclusive(async (tx) => {
          await tx.note(1);
          await new Promise((resolve) => setTimeout(resolve, 20));
          tx.note(2);
        }).then(() => db.journal()).then((numbers) => console.log(numbers.join()));
      });`;
      assert.strictEqual(await runScript(script), '1,2\n');
    });
  });
});

async function collectRepeatedly() {
  for (let i = 0; i < 10; i++) {
    gc();
    await turn();
  }
}

const preamble = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { openBase } = require(${JSON.stringify(addon.file('exclusive'))});
`;

function startWorker(source, workerData) {
  return new Worker(`${preamble} (async () => { ${source} })();`, { eval: true, workerData });
}

async function runScript(source) {
  return (await promisify(execFile)(process.execPath, ['-e', `${preamble} ${source}`])).stdout;
}
