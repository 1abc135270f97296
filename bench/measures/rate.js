'use strict';

const { drive } = require('../drive.js');
const { Window } = require('./window.js');

/* Jobs a second, and what each costs of all cores. */
module.exports = async function rate(job, cell) {
  const window = new Window(cell, job.slow);
  await drive(job, cell.inFlight, () => window.tick());
  return window.numbers();
};
