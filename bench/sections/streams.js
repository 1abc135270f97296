'use strict';

const { baselines, floods } = require('../floods.js');

/* A flood is a peer that has one form. */
module.exports = {
  title: 'a stream of numbers from a thread',
  about: 'Numbers that a thread sends to JavaScript as fast as they are taken, each checked.',
  views: () => [{
    title: 'flood',
    cells: Object.keys(floods).map((peer) => ({ measure: 'flood', peer })),
    columns: [
      { head: 'items/s', number: 'itemsPerSecond', more: true, detail: 'main' },
      { head: 'CPU us/item', number: 'cpuUs', detail: 'beside' },
      { head: 'loop p99 ms', number: 'p99Ms', detail: 'beside' },
      { head: 'longest', number: 'maxMs' },
    ],
    baselines,
    versus: 'vs bounded',
  }],
  chart: { title: 'items a second', number: 'itemsPerSecond', more: true, log: true },
};
