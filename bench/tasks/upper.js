'use strict';

const MANY = 64; /* a power of two */
const LEN = 32;

const texts = Array.from({ length: MANY }, (_, i) => `job ${i} of many, in small letters`.padEnd(LEN, '.'));
const uppers = texts.map((text) => text.toUpperCase());

module.exports = {
  title: `${LEN} characters to upper case`,
  promise: (run) => (i) => run(texts[i & (MANY - 1)]),
  check(i, text) {
    const expected = uppers[i & (MANY - 1)];
    if (text !== expected) throw new Error(`${expected} came home as ${text}`);
  },
};
