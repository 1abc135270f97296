'use strict';

// Catches what jobs fail with, one after the other, and prints the codes.

const addon = require('./addon');

const { fail } = addon('failures');
const { f64 } = addon('types');

const ways = [
  () => fail({ message: 'x' }),
  async () => fail.sync({ message: 'x' }),
  () => f64(1, { signal: AbortSignal.abort() }),
  () => f64(1, { timeout: -1 }),
];

async function codeOf(way) {
  try {
    return await way();
  } catch (error) {
    return error.code;
  }
}

async function main() {
  const codes = [];
  for (const way of ways) codes.push(await codeOf(way));
  console.log(codes.join(' '));
}

main();
