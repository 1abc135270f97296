'use strict';

/*
 * Run in a process of its own: node patched.js NAME. What is patched under that name stops working
 * once the addons are loaded; then every form of a call is made. Prints what came, as JSON.
 */

const fs = require('node:fs');
const addon = require('./addon');

const { twice } = addon('calls');
const { block } = addon('waits');
const { openBase } = addon('exclusive');

const refuse = () => {
  throw new Error('patched');
};

const PATCHES = {
  nothing: () => {},
  'Array iteration': () => delete Array.prototype[Symbol.iterator],
  'Array.prototype.push': () => (Array.prototype.push = refuse),
  'Object.prototype setters': () => {
    for (const key of ['value', 'get', 'code', 'cause', 'timeout', 'once', 'signal', 'name', 'then']) {
      Reflect.defineProperty(Object.prototype, key, { __proto__: null, set: refuse });
    }
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

async function main() {
  const controller = new AbortController();
  const came = {};
  const db = await openBase();
  PATCHES[process.argv[2]]();
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
  fs.writeSync(1, JSON.stringify(came));
}

main();
