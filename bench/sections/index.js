'use strict';

const { home, steady } = require('./gaps.js');

/* A section is one question:
 *   title, about   what is asked, in words
 *   views(options) its tables. Each has a title, the cells whose peers take turns (its rows), its
 *                  columns, the baselines that their ratios are against, each told by what it has
 *                  other than the cell, and a short name for them
 *   chart          { title, number, more, log, lines }: the number that is drawn, with a panel
 *                  for each view, or as lines over the views' `x`
 *   rounds(n)      of n rounds, those that it has the time for; all, unless it says so
 *   once           it is run in the first mode alone: the mode makes no difference to it
 * A column is { head, number, more, detail }: `more` is better; detail is 'main' for what the table
 * is about (with the spread of its ratio), 'beside' (with its ratio), 'spread' (with its own spread
 * alone), or absent (the median alone). */
module.exports = {
  add: require('./rates.js')('add'),
  string: require('./rates.js')('upper', [256, 10000]),
  buffer: require('./rates.js')('sum', [1, 16]),
  latency: require('./latency.js'),
  memory: require('./memory.js'),
  home,
  steady,
  stat: require('./stat.js'),
  scaling: require('./scaling.js'),
  streams: require('./streams.js'),
};
