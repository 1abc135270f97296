'use strict';

const tasks = require('../tasks/index.js');
const { subjects, view } = require('./view.js');

const BUSY = 4; /* jobs in flight: as many as Node's own pool has threads */
const SPEED = { head: 'stats/s', number: 'statsPerSecond', more: true, detail: 'main' };
const P50 = { head: 'p50 ms', number: 'p50Ms' };
const P99 = { head: 'p99 ms', number: 'p99Ms' };

module.exports = {
  title: 'fs.stat while the pool is busy',
  about: `One fs.stat after the other, while the peer's pool has ${BUSY} jobs: ${tasks.nap.title}.`,
  views({ peers }) {
    const cells = subjects(peers, { measure: 'stat', task: 'nap', inFlight: BUSY });
    return [view(`${BUSY} in flight`, cells, [SPEED, P50, P99])];
  },
  chart: { title: 'fs.stat a second', number: 'statsPerSecond', more: true, log: true },
};
