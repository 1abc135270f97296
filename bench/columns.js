'use strict';

const { short } = require('./table.js');

const NONE = '-';

/* Ratios keep two decimals where they matter, near 1. */
function times(ratio) {
  return ratio.toFixed(ratio >= 99.95 ? 0 : ratio >= 9.995 ? 1 : 2);
}

const spread = ({ min, max }) => `${short(min)}..${short(max)}`;
const ratio = (figure) => (figure.ratio ? `${times(figure.ratio.median)}x` : '');
const ratioSpread = (figure) =>
  (figure.ratio ? `${times(figure.ratio.min)}..${times(figure.ratio.max)}` : '');

/* How a figure becomes cells of a table, by the column's detail, and what stands above them. */
const details = {
  main: {
    cells: (figure) => [short(figure.median), spread(figure), ratio(figure), ratioSpread(figure)],
    heads: (head, versus) => [head, 'min..max', versus, 'min..max'],
  },
  beside: {
    cells: (figure) => [short(figure.median), spread(figure), ratio(figure)],
    heads: (head, versus) => [head, 'min..max', versus],
  },
  spread: {
    cells: (figure) => [short(figure.median), spread(figure)],
    heads: (head) => [head, 'min..max'],
  },
  plain: {
    cells: (figure) => [short(figure.median)],
    heads: (head) => [head],
  },
};

const detailOf = ({ detail = 'plain' }) => details[detail];

const heads = (column, versus) => detailOf(column).heads(column.head, versus);

function cells(column, figure) {
  if (figure !== undefined) return detailOf(column).cells(figure);
  return [NONE, ...heads(column).slice(1).map(() => '')];
}

module.exports = { heads, cells, times, NONE };
