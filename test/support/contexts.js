'use strict';

// Every kind of code of the user's that runs later because of a call: begin(fn) starts a job, of a
// worker of the given name, by which [fn] is called. [answers]: what fn throws fails the job, and
// is no uncaughtException.

const addon = require('./addon');

const { twice, tellTwice } = addon('calls');
const { nap } = addon('waits');
const { ask } = addon('asks');
const { every } = addon('progress');
const { range } = addon('streams');
const { collect } = addon('messages');

const ignore = () => {};

/* A session that is closed at once. */
function end(session) {
  session.close();
}

module.exports = {
  'a callback': { name: 'nap', begin: (fn) => nap(1, fn) },
  'the callback of a job that is aborted': {
    name: 'nap', begin: (fn) => nap(1, { signal: AbortSignal.abort() }, fn),
  },
  'a callback of numbers': { name: 'twice', begin: (fn) => twice(1, fn) },
  'a callback of numbers, for a failure': { name: 'twice', begin: (fn) => twice(-1, fn) },
  'a callback of the result alone': { name: 'tellTwice', begin: (fn) => tellTwice(1, fn) },
  'onItem': { name: 'range', begin: (fn) => range(1, fn, ignore) },
  'onEnd': { name: 'range', begin: (fn) => range(1, ignore, fn) },
  'onEnd of a session': { name: 'collect', begin: (fn) => end(collect(fn)) },
  'onProgress': { name: 'every', begin: (fn) => void every(1, { onProgress: fn }) },
  'a function that a job calls': {
    name: 'ask', answers: true, begin: (fn) => void ask(() => `${fn()}`, '').catch(ignore),
  },
};
