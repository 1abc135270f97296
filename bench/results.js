'use strict';

const { median, summary } = require('./stats.js');

const KEYS = ['mode', 'measure', 'task', 'inFlight', 'threads', 'count', 'peer', 'form'];

const keyOf = (cell) => KEYS.map((key) => cell[key]).join('|');

/* What was measured, by cell: a cell is a measure of a peer, with all settings, in a mode. Its
 * figure for a number is what its rounds give, the median and the spread, and how many times better
 * it is than the best baseline. That ratio is the one of the medians; its spread is that of the
 * rounds, each of them between processes that ran shortly after each other. */
class Results {
  /* absent: the peers that do not run here, each with the reason. */
  constructor(absent) {
    this.absent = absent;
    this.runs = [];
    this.byCell = new Map();
    this.reasons = new Map();
    this.failures = [];
  }

  add(run) {
    const key = keyOf(run);
    if (!this.byCell.has(key)) this.byCell.set(key, []);
    this.byCell.get(key).push(run);
    this.runs.push(run);
  }

  /* The cell has no figure, and is not tried again. */
  giveUp(cell, why) {
    this.reasons.set(keyOf(cell), why);
  }

  /* Something went wrong that must not. */
  fail(what) {
    this.failures.push(what);
  }

  whyNot(cell) {
    return this.reasons.get(keyOf(cell));
  }

  /* CPU time of all processes that ran for one mode. */
  cpuMs(mode) {
    return this.runs.filter((run) => run.mode === mode).reduce((ms, run) => ms + run.cpuMs, 0);
  }

  /* The runs of a cell; none where it was given up. */
  runsOf(cell) {
    const key = keyOf(cell);
    return this.reasons.has(key) ? [] : this.byCell.get(key) ?? [];
  }

  /* How long the longest run of a cell has taken so far. */
  longestMs(cell) {
    return Math.max(0, ...this.runsOf(cell).map(({ tookMs }) => tookMs));
  }

  /* The values of one number, by round. */
  values(cell, number) {
    return new Map(this.runsOf(cell).map(({ round, numbers }) => [round, numbers[number]]));
  }

  /* The values of the baseline with the best median. A baseline is what it has other than the cell;
   * those for an awaited call are promises. */
  best(cell, baselines, { number, more }) {
    const form = cell.form === 'sync' ? 'promise' : cell.form;
    const rated = baselines.map((base) => this.values({ ...cell, form, ...base }, number))
      .filter((values) => values.size > 0)
      .map((values) => ({ values, median: median([...values.values()]) }));
    return rated.sort((a, b) => (more ? b.median - a.median : a.median - b.median))[0];
  }

  /* Undefined where nothing was measured. `more`: more is better. The ratio is above 1 where the
   * cell is better than the baseline. */
  figure(cell, baselines, { number, more = false }) {
    const values = this.values(cell, number);
    if (values.size === 0) return undefined;
    const figure = summary([...values.values()]);
    const best = this.best(cell, baselines, { number, more });
    if (best === undefined) return figure;
    const ratio = (value, base) => (more ? value / base : base / value);
    const both = [...values].filter(([round]) => best.values.has(round));
    const ratios = both.map(([round, value]) => ratio(value, best.values.get(round)));
    const { min, max } = summary(ratios);
    return { ...figure, ratio: { median: ratio(figure.median, best.median), min, max } };
  }
}

module.exports = { Results };
