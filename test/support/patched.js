'use strict';

/*
 * Run in a process of its own: node patched.js NAME. What is patched under that name stops working
 * once the addons are loaded; then every form of a call is made. Prints what came, as JSON.
 */

const fs = require('node:fs');
const addon = require('./addon');

const { twice } = addon('calls');
const { createPool } = addon('calls')[Symbol.for('offloop')];
const { block } = addon('waits');
const { openBase } = addon('exclusive');
const { fail } = addon('failures');
const { doubles, matrix } = addon('types');
const { plains, range } = addon('streams');

const refuse = () => {
  throw new Error('patched');
};

const define = (object, key, set) =>
  Reflect.defineProperty(object, key, { __proto__: null, configurable: true, set });

/* Elements of the lists that have a setter. */
const SETTERS = 400;

const LISTS = {
  short: Array.from({ length: 3 }, (_, i) => i / 2),
  long: Array.from({ length: 1000 }, (_, i) => i / 2),
  nested: [[1, 2], [3], []],
};
const DETAILS = { message: 'x', after: [{ name: 'row', value: 7 }, { name: 'at', value: 8 }] };

const PATCHES = {
  nothing: () => {},
  'Array iteration': () => delete Array.prototype[Symbol.iterator],
  'Array.prototype.push': () => (Array.prototype.push = refuse),
  'Object.prototype setters': () => {
    const keys = ['value', 'get', 'code', 'cause', 'timeout', 'once', 'signal', 'name', 'then'];
    for (const key of keys) define(Object.prototype, key, refuse);
  },
  'Object.prototype setters of numbers': () => {
    for (let key = 0; key < SETTERS; key++) define(Object.prototype, key, () => {});
  },
  'Array.prototype setters of numbers': () => {
    for (let key = 0; key < SETTERS; key++) define(Array.prototype, key, () => {});
  },
  'an Array.prototype with another prototype': () => {
    const proxy = new Proxy(Object.prototype, { set: () => true });
    Object.setPrototypeOf(Array.prototype, proxy);
  },
  'Set': () => Object.assign(Set.prototype, { add: refuse, delete: refuse, forEach: refuse }),
  'WeakMap': () => Object.assign(WeakMap.prototype, { get: refuse, set: refuse, delete: refuse }),
  'Function.prototype': () =>
    Object.assign(Function.prototype, { call: refuse, bind: refuse }),
  'Reflect.apply': () => (Reflect.apply = refuse),
  'Promise.prototype.then throws': () => (Promise.prototype.then = refuse),
  'Promise.prototype.then is gone': () => delete Promise.prototype.then,
  'Promise': () => Object.assign(Promise, { resolve: refuse, reject: refuse }),
  'globalThis.Promise': () => (globalThis.Promise = refuse),
  'Error.captureStackTrace': () => (Error.captureStackTrace = refuse),
  'Error.prepareStackTrace': () => (Error.prepareStackTrace = refuse),
  'globalThis.Error': () => (globalThis.Error = globalThis.TypeError = refuse),
  'Promise.prototype.constructor': () => (Promise.prototype.constructor = refuse),
  'Array and Symbol.species': () => Reflect.defineProperty(Array, Symbol.species, { get: refuse }),
  'Symbol.species': () => Reflect.defineProperty(Promise, Symbol.species, { get: refuse }),
};

/* Nothing here uses what is patched: await does not call then. */
const deferred = (start) => {
  const { promise, resolve } = defer();
  start(resolve);
  return promise;
};

const NativePromise = Promise;
function defer() {
  let resolve;
  const promise = new NativePromise((it) => (resolve = it));
  return { promise, resolve };
}

async function codeOf(promise) {
  try {
    return await promise;
  } catch (error) {
    return error.code;
  }
}

async function sumOf(stream) {
  let sum = 0;
  for (let next; !(next = await stream.next()).done;) sum += next.value;
  return sum;
}

/* By both forms in turn, so that a batch is what is left of another. */
async function sumOfBatches(stream, numberOf) {
  const batches = stream.batches();
  let sum = 0;
  for (let next; !(next = await stream.next()).done;) {
    sum += numberOf(next.value);
    const { value = [] } = await batches.next();
    for (let i = 0; i < value.length; i++) sum += numberOf(value[i]);
  }
  return sum;
}

function countWrong(list, expected) {
  let wrong = list.length === expected.length ? 0 : 1;
  for (let i = 0; i < expected.length; i++) if (list[i] !== expected[i]) wrong++;
  return wrong;
}

async function detailsOf(promise) {
  try {
    return await promise;
  } catch ({ row, at }) {
    return `${row} ${at}`;
  }
}

/* Iterable by itself, whatever becomes of arrays. */
function upTo(last) {
  let i = 0;
  const next = () => (i < last ? { value: ++i, done: false } : { value: undefined, done: true });
  return { [Symbol.iterator]: () => ({ next, return: undefined }) };
}

/* Results of two calls in a pool of their own, and how often it says that it was used. */
async function placed() {
  const pool = createPool({ threads: 1 });
  const first = await twice(1, { pool, priority: 1 });
  const second = await twice(2, { pool, queueTimeout: 1e6 });
  const { waited } = pool.stats();
  await pool.close();
  return `${first} ${second} ${waited.count / 2}`;
}

async function main() {
  const controller = new AbortController();
  const came = {};
  const db = await openBase();
  PATCHES[process.argv[2]]();
  came.shortList = countWrong(doubles.sync(LISTS.short), LISTS.short);
  came.longList = countWrong(doubles.sync(LISTS.long), LISTS.long);
  const nested = matrix.sync(LISTS.nested);
  came.nestedList = nested[0][0] + nested[0][1] + nested[1][0] + nested[2].length;
  came.details = await detailsOf(fail(DETAILS));
  came.stream = await sumOf(range(5, { everyMs: 1 }));
  came.batches = await sumOfBatches(range(300), (item) => item);
  came.batches += await sumOfBatches(plains(600), (item) => (item.odd ? item.u8 - 254 : item.u8));
  came.promise = await codeOf(twice(1));
  came.failure = await codeOf(twice(-1));
  came.wrong = await codeOf(twice('1'));
  came.sync = twice.sync(2);
  came.callback = await deferred((done) => twice(3, (error, value) => done(value)));
  came.failedCallback = await deferred((done) => twice(-3, (error) => done(error.code)));
  came.deadline = await codeOf(block({ timeout: 1 }));
  const promise = block({ signal: controller.signal });
  controller.abort();
  came.abort = await codeOf(promise);
  came.exclusive = await codeOf(db.exclusive(async (tx) => {
    const noted = await tx.note(8);
    return noted;
  }));
  came.thrown = await codeOf(db.exclusive(() => { throw { code: 'ERR_MINE' }; }));
  came.pool = await placed();
  came.refused = await codeOf(twice(1, { priority: 3 }));
  came.map = await sumOf(twice.map(upTo(3)));
  fs.writeSync(1, JSON.stringify(came));
}

main();
