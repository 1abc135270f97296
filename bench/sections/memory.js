'use strict';

const { subjects, view, OFF_LOOP } = require('./view.js');

const BYTES = { head: 'bytes/job', number: 'bytes', detail: 'main' };
const HEAP = { head: 'of it JS heap', number: 'heapBytes' };

module.exports = {
  title: 'add two doubles: memory of a queued job',
  about: 'Growth of the resident memory for each of many jobs started in one go.',
  views({ peers, queued: count }) {
    const cells = subjects(peers, { measure: 'memory', task: 'add', count }, OFF_LOOP);
    return [view(`${count} queued at once`, cells, [BYTES, HEAP])];
  },
  chart: { title: 'bytes a queued job', number: 'bytes' },
  rounds: () => 1, /* neither pace nor mode makes a difference */
  once: true,
};
