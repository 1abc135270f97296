'use strict';

const { drive } = require('../drive.js');
const { Pulse } = require('./pulse.js');
const { Window } = require('./window.js');

/* How the loop fares while so many jobs are kept in flight. */
module.exports = async function steady(job, cell) {
  const window = new Window(cell, job.slow);
  let pulse;
  let beats;
  await drive(job, cell.inFlight, () => {
    const open = window.tick();
    if (window.from !== undefined) pulse ??= new Pulse();
    if (!open) beats ??= pulse.stop();
    return open;
  });
  return { ...beats, jobsPerSecond: window.numbers().jobsPerSecond };
};
