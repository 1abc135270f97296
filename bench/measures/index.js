'use strict';

const { jobOf } = require('../job.js');
const { drive } = require('../drive.js');

/* A measure is asked for in a process of its own and gives plain numbers. Most are of one job:
 * they take it and the cell's settings, and begin when a first one has come home, so that threads
 * are there. */
const ofJob = (measure) => async (cell) => {
  const job = jobOf(cell);
  await drive(job, 1, () => false);
  return measure(job, cell);
};

module.exports = {
  probe: ofJob(() => ({})), /* whether the peer runs here at all */
  rate: ofJob(require('./rate.js')),
  latency: ofJob(require('./latency.js')),
  memory: ofJob(require('./memory.js')),
  context: ofJob(require('./context.js')),
  home: ofJob(require('./home.js')),
  steady: ofJob(require('./steady.js')),
  stat: ofJob(require('./stat.js')),
  flood: require('./flood.js'),
};
