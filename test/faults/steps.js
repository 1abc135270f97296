'use strict';

// What scenarios have in common.

const assert = require('node:assert');
const { KINDS } = require('./points');

/* What a fault gives is told on, whatever else was expected. */
const WANTING = KINDS.flatMap(({ codes }) => codes);

function isFault(error) {
  return WANTING.includes(error?.code) || WANTING.includes(error?.cause?.code);
}

/* The promise rejects with an error of these properties. */
async function rejects(promise, properties) {
  await assert.rejects(promise, (error) => {
    if (isFault(error)) throw error;
    for (const [name, value] of Object.entries(properties)) {
      assert.deepStrictEqual(error[name], value);
    }
    return true;
  });
}

/* All of them settle before the first failure is told: nothing is left behind. */
async function all(promises) {
  const outcomes = await Promise.allSettled(promises);
  const failed = outcomes.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return outcomes.map(({ value }) => value);
}

/* A call with a callback: it throws, or the callback is called. */
function called(worker, ...args) {
  return new Promise((resolve, reject) => {
    worker(...args, (error, value) => (error ? reject(error) : resolve(value)));
  });
}

/* Closes what was opened, however [use] ends. */
async function closing(opened, use) {
  try {
    return await use();
  } finally {
    await all(opened.map((each) => each.close()));
  }
}

async function collected(stream) {
  const items = [];
  for await (const item of stream) items.push(item);
  return items;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/* Finalizers run some turns after the collection. */
async function collect() {
  for (let i = 0; i < 5; i++) {
    global.gc();
    await turn();
  }
}

const count = (n) => Array.from({ length: n }, (_, i) => i);

module.exports = { all, called, closing, collect, collected, count, isFault, rejects };
