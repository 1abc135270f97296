'use strict';

// node combined.child.js POINT: the process exits there, amid conversations of every kind.

const fs = require('node:fs');
const { counts, openHub, talk } = require('./addon')('combined');
const { converse } = require('./combined');

const point = process.argv[2];

process.on('exit', () => {
  const { made, met } = counts.sync();
  fs.writeSync(1, JSON.stringify({ made: made > 0, met }));
});

async function main() {
  let there = 0;
  const strike = (name) => {
    if (name === point && ++there === 8) process.exit(5);
  };
  const hub = await openHub();
  for (let i = 0; i < 4; i++) {
    converse(talk, 1e6, { strike });
    converse((...args) => hub.serve(...args), 1e6, { strike });
  }
  hub.exclusive((tx) => converse((...args) => tx.serve(...args), 1e6, { strike }).over);
}

main();
