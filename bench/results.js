'use strict';

const { median, summary } = require('./stats.js');

/* A figure is what the rounds of one cell give for one number: its median and spread, and how many
 * times better it is than the best baseline. That ratio is the one of the medians; its spread is
 * that of the rounds, each of them between processes that ran shortly after each other. */
class Results {
  constructor() {
    this.runs = [];
  }

  add(run) {
    this.runs.push(run);
  }

  /* CPU time of all processes that ran for one mode and task. */
  cpuMs({ mode, task }) {
    const own = this.runs.filter((run) => run.mode === mode && run.task === task);
    return own.reduce((ms, run) => ms + run.cpuMs, 0);
  }

  /* The values of one number, in the order of the rounds. */
  values(cell, number) {
    const keys = ['mode', 'task', 'measure', 'inFlight', 'peer', 'form'];
    const same = this.runs.filter((run) => keys.every((key) => run[key] === cell[key]));
    return same.sort((a, b) => a.round - b.round).map((run) => run.numbers[number]);
  }

  /* The baseline with the best median, among those in the given form; undefined when none ran. */
  bestOf(cell, baselines, number, more) {
    const rated = baselines.map((peer) => {
      const values = this.values({ ...cell, peer }, number);
      return { values, median: median(values) };
    });
    const better = (a, b) => (more ? b.median - a.median : a.median - b.median);
    return rated.filter((one) => one.values.length > 0).sort(better)[0];
  }

  /* `more`: more is better. The ratio is above 1 where the cell is better than the baseline. */
  figure(cell, baselines, number, more = false) {
    const values = this.values(cell, number);
    const form = cell.form === 'sync' ? 'promise' : cell.form;
    const best = this.bestOf({ ...cell, form }, baselines, number, more);
    const figure = summary(values);
    if (best === undefined) return figure;
    const ratio = (value, base) => (more ? value / base : base / value);
    const { min, max } = summary(values.map((value, k) => ratio(value, best.values[k])));
    return { ...figure, ratio: { median: ratio(figure.median, best.median), min, max } };
  }
}

module.exports = { Results };
