'use strict';

/* An addon of napi-rs has other jobs than ours: snappy compresses what the task would work on. */

const EIGHT = Buffer.alloc(8, 1); /* as large as a double */

const compress = () => require('snappy').compress;

function check(i, compressed) {
  if (!Buffer.isBuffer(compressed) || compressed.length === 0) {
    throw new Error(`job ${i} came home as ${compressed}`);
  }
}

module.exports = {
  addons: [],
  optional: true,
  notes: {
    add: 'snappy, which compresses 8 bytes into a new Buffer: more work than an addition',
    upper: 'snappy, which compresses the string into a new Buffer: more work than upper case',
    sum: 'snappy, which compresses the buffer: much more work than a sum',
  },
  tasks: {
    add: { promise: () => { const run = compress(); return () => run(EIGHT); }, check },
    upper: { promise: compress, check },
    sum: { promise: compress, check },
  },
};
