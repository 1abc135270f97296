'use strict';

const { subjects, view } = require('./view.js');

const P50 = { head: 'p50 us', number: 'p50Us', detail: 'main' };
const P99 = { head: 'p99 us', number: 'p99Us', detail: 'beside' };

module.exports = {
  title: 'add two doubles: latency',
  about: 'One job at a time, from the call until its answer runs.',
  views: ({ peers }) =>
    [view('1 in flight', subjects(peers, { measure: 'latency', task: 'add' }), [P50, P99])],
  chart: { title: 'median microseconds', number: 'p50Us', log: true },
};
