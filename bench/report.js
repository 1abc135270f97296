'use strict';

const { table, short } = require('./table.js');

/* Ratios keep two decimals where they matter, near 1. */
function times(ratio) {
  return ratio.toFixed(ratio >= 99.95 ? 0 : ratio >= 9.995 ? 1 : 2);
}

const spread = ({ min, max }) => `${short(min)}..${short(max)}`;
const ratio = (figure) => (figure.ratio ? `${times(figure.ratio.median)}x` : '');
const ratioSpread = (figure) =>
  (figure.ratio ? `${times(figure.ratio.min)}..${times(figure.ratio.max)}` : '');

/* The figure that a table is about comes with the spread of its ratio, the others without. */
const beside = (figure) => [short(figure.median), spread(figure), ratio(figure)];
const besideHeads = (title) => [title, 'min..max', 'vs best'];
const main = (figure) => [...beside(figure), ratioSpread(figure)];
const mainHeads = (title) => [...besideHeads(title), 'min..max'];

const label = ({ peer, form }) => `${peer}, ${form === 'sync' ? 'awaited' : form}`;

/* One row for each subject, one group for each form of call. */
function byForm(subjects, row) {
  const forms = [...new Set(subjects.map(({ form }) => form))];
  return forms.map((form) => subjects.filter((one) => one.form === form).map(row));
}

function rateTable(results, plan, base, inFlight) {
  const row = (subject) => {
    const cell = { ...base, ...subject, measure: 'rate', inFlight };
    const speed = results.figure(cell, plan.baselines, 'jobsPerSecond', true);
    const cpu = results.figure(cell, plan.baselines, 'cpuUs');
    return [label(subject), ...main(speed), ...beside(cpu)];
  };
  const title = [`${inFlight} in flight`, ...mainHeads('jobs/s'), ...besideHeads('CPU us/job')];
  return table(title, byForm(plan.subjects, row));
}

function latencyTable(results, plan, base) {
  const row = (subject) => {
    const cell = { ...base, ...subject, measure: 'latency' };
    const p50 = results.figure(cell, plan.baselines, 'p50Us');
    const p99 = results.figure(cell, plan.baselines, 'p99Us');
    return [label(subject), ...main(p50), ...beside(p99)];
  };
  const title = ['latency, 1 in flight', ...mainHeads('p50 us'), ...besideHeads('p99 us')];
  return table(title, byForm(plan.subjects, row));
}

function memoryTable(results, plan, base) {
  const row = (subject) => {
    const cell = { ...base, ...subject, measure: 'memory' };
    const bytes = results.figure(cell, plan.baselines, 'bytes');
    const heap = results.figure(cell, plan.baselines, 'heapBytes');
    return [label(subject), ...main(bytes), short(heap.median)];
  };
  const title = [`${plan.queued} queued at once`, ...mainHeads('bytes/job'), 'of it JS heap'];
  return table(title, byForm(plan.subjects.filter(({ form }) => form !== 'sync'), row));
}

/* Everything measured in one mode for one task, as text. */
function report(results, plan, base) {
  return [
    ...plan.inFlight.map((inFlight) => rateTable(results, plan, base, inFlight)),
    latencyTable(results, plan, base),
    memoryTable(results, plan, base),
  ].join('\n\n\n');
}

module.exports = { report, label };
