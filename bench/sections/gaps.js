'use strict';

const { subjects, view, OFF_LOOP } = require('./view.js');

const STEADY = 256;
const ABOUT = 'The longest time between two turns of the loop, and how late a 10 ms timer was at worst.';
const CHART = { title: 'longest gap, ms', number: 'gapMs', log: true };
const GAP = { head: 'longest gap ms', number: 'gapMs', detail: 'main' };
const LATE = { head: 'timer late ms', number: 'lateMs', detail: 'spread' };
const HOME = { head: 'all home ms', number: 'tookMs' };
const SPEED = { head: 'jobs/s', number: 'jobsPerSecond', more: true };

const cells = (peers, settings) => subjects(peers, { task: 'add', ...settings }, OFF_LOOP);

const home = {
  title: 'add two doubles: the loop while many come home at once',
  about: ABOUT,
  views: ({ peers, home: count }) =>
    [view(`${count} at once`, cells(peers, { measure: 'home', count }), [GAP, LATE, HOME])],
  chart: CHART,
  rounds: (n) => Math.ceil(n / 2),
};

const steady = {
  title: 'add two doubles: the loop under a steady load',
  about: ABOUT,
  views({ peers }) {
    const all = cells(peers, { measure: 'steady', inFlight: STEADY });
    return [view(`${STEADY} in flight`, all, [GAP, LATE, SPEED])];
  },
  chart: CHART,
};

module.exports = { home, steady };
