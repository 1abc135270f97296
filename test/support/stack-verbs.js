'use strict';

/*
 * Each public verb, called at every depth near the end of the stack, where it may throw, reject or
 * succeed. Prints what was lost: calls that neither threw nor were settled, items that nobody was
 * given, handles that nobody can use any more.
 */

const { setTimeout: delay } = require('node:timers/promises');
const addon = require('./addon');
const { callNearEnd } = require('./near-end');
const { counts, openBase } = addon('exclusive');
const { collect, echo } = addon('messages');
const { range, rows } = addon('streams');
const { twice } = addon('calls');
const { start } = addon('start');
const { createPool } = addon('calls')[Symbol.for('offloop')];

/* Levels above the end of the stack. Below them nothing has room that calls C. */
const FIRST = 400;
const LAST = 600;

const lost = [];
const isStackEnd = (error) => error instanceof RangeError && /call stack/.test(error.message);
process.on('uncaughtException', (error) => lost.push(`uncaught ${error?.stack ?? error}`));
process.on('unhandledRejection', (error) => {
  if (!isStackEnd(error)) lost.push(`unhandled ${error?.stack ?? error}`);
});

/* What the call at each level gave, [promise, ...]; those that threw gave none. */
function sweep(call) {
  const given = [];
  for (let levels = FIRST; levels < LAST; levels++) {
    let promise;
    callNearEnd(levels, (begun) => {
      begun();
      try {
        promise = call();
      } catch {
        // It threw: nothing was begun.
      }
    });
    if (promise !== undefined) given.push(promise);
  }
  return given;
}

async function within(promise, what) {
  const late = delay(5000, 'late');
  if (await Promise.race([promise, late]) === 'late') lost.push(what);
}

const quietly = (promise) => Promise.resolve(promise).then(() => {}, (error) => {
  if (!isStackEnd(error) && error?.code === undefined) lost.push(`rejected with ${error}`);
});

/* All that the verb gave settles, and [after] works. */
async function check(name, call, after = async () => {}) {
  const given = sweep(call);
  await within(Promise.all(given.map(quietly)), `${name}: a call never settles`);
  await within(after(), `${name}: nothing works after it`);
}

/* Items are given in their order and none is left out, or the stream says that it has failed. */
async function checkItems(name, make, read) {
  const stream = make();
  const items = [];
  let failed = false;
  const note = (promise) => promise.then(
    ({ value, done }) => { if (!done) items.push(...read(value)); },
    (error) => { failed = failed || !isStackEnd(error); });
  await within(Promise.all(sweep(() => stream.next()).map(note)), `${name}: next() never settles`);
  const rest = (async () => {
    for await (const value of stream) items.push(...read(value));
  })().catch((error) => { failed = isStackEnd(error); });
  await within(rest, `${name}: the rest never comes`);
  const whole = items.every((item, i) => item === i);
  if (!whole || (!failed && items.length !== 3000)) {
    lost.push(`${name}: of 3000 items ${items.length} came${whole ? '' : ', in another order'}`);
  }
}

/* The close of a handle ends the streams that use it, and tells these of it. */
async function checkCuts() {
  for (let levels = 0; levels < LAST; levels += 2) {
    const base = await openBase();
    const stream = base.manyRows(300);
    await stream.next();
    let closed;
    try {
      callNearEnd(levels, (begun) => {
        begun();
        closed = base.close();
      });
    } catch {
      // It threw: nothing was begun.
    }
    const unread = closed === undefined ? undefined : quietly(stream.next());
    await within(Promise.all([quietly(closed), unread]), `cut at ${levels}: it never settles`);
    await within(quietly(base.close()), `cut at ${levels}: the handle cannot be closed`);
  }
}

async function main() {
  const base = await openBase();
  const works = async () => {
    if (await base.exclusive(() => 7) !== 7) lost.push('exclusive gives something else');
  };
  await check('exclusive', () => base.exclusive(() => 1), works);
  await check('method', () => base.note(1), works);
  await check('start', () => start(0, [1], undefined, undefined), async () => {});
  await checkItems('items', () => range(3000), (value) => [value]);
  await checkItems('batches', () => range(3000).batches(), (value) => value);
  await checkItems('records', () => rows(3000), ({ id }) => [id]);
  await check('stream.result', () => {
    const stream = range(3);
    const { result } = stream;
    return stream.close().then(() => result);
  });
  await check('session', () => {
    const session = collect();
    return session.close().then(() => session.result);
  });
  const session = echo({});
  let posted = 0;
  sweep(() => {
    if (session.post(posted)) posted += 1;
  });
  const received = [];
  const reading = (async () => {
    for await (const item of session) {
      received.push(item);
      if (received.length === posted) break;
    }
  })();
  await within(reading, `post: of ${posted} messages ${received.length} came back`);
  await session.close();
  await check('pool', () => createPool({ threads: 1 }).close());
  const pool = createPool({ threads: 1 });
  await check('pooled', () => twice(1, { pool }), async () => { await pool.close(); });
  await check('map', () => {
    const results = twice.map([[1], [2]]);
    return results.next().then(() => results.return());
  });
  await check('close', () => openBase().then((each) => each.close()));
  await checkCuts();
  await check('closing', () => base.close(), async () => { await counts(); });
  console.log(lost.length === 0 ? 'lost nothing' : lost.join('\n'));
  process.exit();
}

main();
