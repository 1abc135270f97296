'use strict';

/* Text tables: the first column to the left, numbers to the right, a blank line where a group
 * ends. */

const GAP = '  ';

function line([first, ...others], [width, ...widths]) {
  const numbers = others.map((cell, k) => cell.padStart(widths[k]));
  return [first.padEnd(width), ...numbers].join(GAP).trimEnd();
}

/* groups: lists of rows, rows: lists of strings as long as `heads`. */
function table(heads, groups) {
  const rows = [heads, ...groups.flat()];
  const widths = heads.map((_, k) => Math.max(...rows.map((row) => row[k].length)));
  const rule = widths.map((width) => '-'.repeat(width)).join(GAP);
  const bodies = groups.map((group) => group.map((row) => line(row, widths)).join('\n'));
  return [line(heads, widths), rule, bodies.join('\n\n')].join('\n');
}

/* Three digits that count: 1.46M, 131k, 17.2, 0.85. */
function short(value) {
  if (value >= 999500) return `${(value / 1e6).toPrecision(3)}M`;
  if (value >= 999.5) return `${(value / 1e3).toPrecision(3)}k`;
  return value >= 99.95 ? value.toFixed(0) : value.toPrecision(3);
}

module.exports = { table, short };
