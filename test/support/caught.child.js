'use strict';

// Catches what calls and jobs fail with, one after the other, and prints the codes.

const addon = require('./addon');

const { fail } = addon('failures');
const { addBoxes, buf, f64, makeBox, matrix, record } = addon('types');
const { range } = addon('streams');
const { texts } = addon('messages');

const ways = [
  () => fail({ message: 'x' }),
  async () => fail.sync({ message: 'x' }),
  () => f64(1, { signal: AbortSignal.abort() }),
  () => f64(1, { timeout: -1 }),
  () => f64('x'),
  async () => f64.sync('x'),
  async () => f64('x', () => {}),
  async () => f64.sync(1, {}, 3),
  async () => buf.sync(5),
  async () => record.sync({ x: 1 }),
  async () => matrix.sync([[1], ['x']]),
  async () => makeBox.sync(1).content.call({}, {}),
  async () => addBoxes.sync({}),
  async () => range('x'),
  async () => {
    const session = texts();
    try {
      session.post(5);
    } finally {
      await session.close();
    }
  },
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
