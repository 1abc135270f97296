'use strict';

const tasks = require('../tasks/index.js');
const { subjects, view } = require('./view.js');

const SPEED = { head: 'jobs/s', number: 'jobsPerSecond', more: true, detail: 'main' };
const CPU = { head: 'CPU us/job', number: 'cpuUs', detail: 'beside' };

/* A task with jobs kept in flight, up to `most` of them. */
module.exports = (task, most = Infinity) => ({
  title: `${tasks[task].title}: jobs a second`,
  about: 'So many jobs are kept in flight; each that comes home starts the next.',
  views({ peers, inFlight: all }) {
    const cells = (inFlight) => subjects(peers, { measure: 'rate', task, inFlight });
    return all.filter((n) => n <= most)
      .map((n) => view(`${n} in flight`, cells(n), [SPEED, CPU]));
  },
  chart: { title: 'jobs a second', number: 'jobsPerSecond', more: true, log: true },
});
