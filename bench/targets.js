'use strict';

/* What offloop has set out to reach, in each mode, against peers of the same run. Medians are
 * compared; but for a limit that never may be passed the worst round counts. */

const { baselines: BOUNDED } = require('./floods.js');
const { gain, limit, part, shown, verdict } = require('./goal.js');
const { BASELINES: BEST } = require('./sections/view.js');

const HAND = [{ peer: 'hand-written' }];
const SYNC = [{ peer: 'synchronous', form: 'sync' }];
const IDLE = [{ peer: 'idle' }];

const SPEED = { number: 'jobsPerSecond', more: true };
const CPU = { number: 'cpuUs' };
const ITEMS = { number: 'itemsPerSecond', more: true };
const GAP = { number: 'gapMs' };
const LATE = { number: 'lateMs' };
const STATS = { number: 'statsPerSecond', more: true };
const BYTES = { number: 'bytes' };

const add = (peer, form, measure, settings) => ({ task: 'add', peer, form, measure, ...settings });
const promise = (inFlight) => add('offloop', 'promise', 'rate', { inFlight });
const callback = (inFlight) => add('offloop', 'callback', 'rate', { inFlight });
const spinning = add('offloop-spinning', 'promise', 'rate', { inFlight: 1 });
const steady = add('offloop', 'promise', 'steady', { inFlight: 256 });
const flood = (peer) => ({ measure: 'flood', peer });
const stat = { task: 'nap', peer: 'offloop', form: 'promise', measure: 'stat', inFlight: 4 };

/* Those of jobs that come home at once, in the number that this run asks for. */
function homeTargets(count) {
  const home = (form) => add('offloop', form, 'home', { count });
  return [
    gain(`longest gap, ${count} come home`, home('promise'), GAP, HAND, 5, 10),
    limit('10 ms timer late then, promise', home('promise'), LATE, 'max', 25),
    limit('10 ms timer late then, callback', home('callback'), LATE, 'max', 25),
  ];
}

/* Measured in the first mode alone. */
function memoryTargets(count, mode) {
  const queued = (form) => add('offloop', form, 'memory', { count, mode });
  return [
    part('bytes a queued promise', queued('promise'), BYTES, HAND, 0.7, 0.5),
    part('bytes a queued callback', queued('callback'), BYTES, HAND, 0.4, 0.2),
  ];
}

const targets = ({ home, queued, modes }) => [
  gain('promise, 256 in flight', promise(256), SPEED, BEST, 6, 10),
  gain('promise, 256 in flight', promise(256), SPEED, SYNC, undefined, 1),
  gain('promise, 100000 in flight', promise(100000), SPEED, BEST, 3.5, 6),
  gain('callback, 256 in flight', callback(256), SPEED, BEST, 8, 15),
  gain('callback, 100000 in flight', callback(100000), SPEED, BEST, 5, 10),
  gain('CPU a job, promise, 256', promise(256), CPU, BEST, 6, 12),
  gain('one in flight, promise', promise(1), SPEED, BEST, 1, 1.2),
  gain('one in flight, callback', callback(1), SPEED, BEST, 1, 1.2),
  gain('one in flight, spinning', spinning, SPEED, BEST, 2, 4),
  gain('stream, batches', flood('offloop, for await of batches'), ITEMS, BOUNDED, 10, 20),
  gain('stream, for await per item', flood('offloop, for await'), ITEMS, BOUNDED, 2, 4),
  ...homeTargets(home),
  gain('longest gap, steady 256', steady, GAP, HAND, 1),
  limit('longest gap, steady 256', steady, GAP, 'median', undefined, 2),
  limit('10 ms timer late then', steady, LATE, 'max', 25),
  gain('fs.stat behind long jobs', stat, STATS, HAND, 500),
  gain('fs.stat behind long jobs', stat, STATS, IDLE, undefined, 1),
  ...memoryTargets(queued, modes[0]),
];

function rowOf(target, results, modes) {
  const figures = modes.map((mode) => target.value(results, mode));
  return [
    target.what,
    target.against.map(({ peer }) => peer).join(', '),
    shown(target, target.least), shown(target, target.aim),
    ...figures.flatMap((value) => [shown(target, value), verdict(target, value)]),
  ];
}

/* A table as those of report.js, of what this run has measured. */
function targetTable(results, options) {
  const { modes } = options;
  const measured = targets(options)
    .filter(({ value }) => modes.some((mode) => value(results, mode) !== undefined));
  const heads = ['target', 'against', 'bound', 'aim', ...modes.flatMap((mode) => [mode, ''])];
  return { heads, groups: [measured.map((target) => rowOf(target, results, modes))] };
}

module.exports = { targetTable };
