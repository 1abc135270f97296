'use strict';

const os = require('node:os');
const tasks = require('../tasks/index.js');
const { subjects, view } = require('./view.js');

const A_THREAD = 2; /* jobs in flight */
const SPEED = { head: 'jobs/s', number: 'jobsPerSecond', more: true, detail: 'main' };

/* 1, 2, 4 ... and as many threads as cores, and twice that, where it should help no more. */
function threadCounts(cores = os.availableParallelism()) {
  const powers = Array.from({ length: 1 + Math.floor(Math.log2(cores)) }, (_, k) => 2 ** k);
  return [...new Set([...powers, cores, 2 * cores])];
}

function viewOf(peers, threads) {
  const cell = { measure: 'rate', task: 'spin', inFlight: A_THREAD * threads, threads };
  const title = `${threads} thread${threads > 1 ? 's' : ''}`;
  return { ...view(title, subjects(peers, cell), [SPEED]), x: threads };
}

module.exports = {
  title: `${tasks.spin.title} in C: jobs a second over threads`,
  about: 'Each job spins until its thread has had that much time of a core.',
  views: ({ peers }) => threadCounts().map((threads) => viewOf(peers, threads)),
  chart: { title: 'jobs a second', number: 'jobsPerSecond', more: true, lines: true },
  rounds: (n) => Math.ceil(n / 2),
};
