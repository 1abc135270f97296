'use strict';

const BYTES = 1 << 20;
const MANY = 4; /* buffers that take turns; a power of two */

const filled = (Memory, k) => Buffer.from(new Memory(BYTES)).fill(k + 1);
const sumOf = (k) => (BYTES / 4) * (k + 1) * 0x01010101;

module.exports = {
  title: 'sum of a 1 MiB buffer',
  promise(run, shared) {
    const Memory = shared ? SharedArrayBuffer : ArrayBuffer;
    const buffers = Array.from({ length: MANY }, (_, k) => filled(Memory, k));
    return (i) => run(buffers[i & (MANY - 1)]);
  },
  check(i, sum) {
    const expected = sumOf(i & (MANY - 1));
    if (sum !== expected) throw new Error(`${expected} came home as ${sum}`);
  },
};
