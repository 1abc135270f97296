'use strict';

// A few calls, for what NODE_DEBUG says of them.

const addon = require('./addon');

const { twice } = addon('calls');
const { createPool } = addon('calls')[Symbol.for('offloop')];

async function main() {
  const pool = createPool({ name: 'mine' });
  await twice(1, { pool });
  await twice(-1).catch(() => {});
  await pool.close();
  console.log('done');
}

main();
