'use strict';

const tasks = require('../tasks/index.js');
const { subjects, view } = require('./view.js');

const SPEED = { head: 'jobs/s', number: 'jobsPerSecond', more: true, detail: 'main' };
const CPU = { head: 'CPU us/job', number: 'cpuUs', detail: 'beside' };

/* A task with jobs kept in flight: as many as the run says, or those of them that the section has
 * the time for. */
module.exports = (task, among) => ({
  title: `${tasks[task].title}: jobs a second`,
  about: 'So many jobs are kept in flight; each that comes home starts the next.',
  views({ peers, inFlight: all }) {
    const cells = (inFlight) => subjects(peers, { measure: 'rate', task, inFlight });
    return all.filter((n) => among?.includes(n) ?? true)
      .map((n) => view(`${n} in flight`, cells(n), [SPEED, CPU]));
  },
  chart: { title: 'jobs a second', number: 'jobsPerSecond', more: true, log: true },
});
