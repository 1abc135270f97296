'use strict';

/* A goal: what is measured, against whom, what it must reach (`least`) and what is wished for
 * (`aim`); either may be undefined. */

const { times, NONE } = require('./columns.js');
const { short } = require('./table.js');

/* So many times better than the best of the others. */
const gain = (what, cell, column, against, least, aim) => ({
  what,
  against,
  least,
  aim,
  value: (results, mode) => results.figure({ mode, ...cell }, against, column)?.ratio?.median,
  reaches: (value, goal) => value >= goal,
  show: (value) => `${times(value)}x`,
});

/* At most such a part of what the best of the others takes. */
const part = (...args) => {
  const better = gain(...args);
  return {
    ...better,
    value(results, mode) {
      const ratio = better.value(results, mode);
      return ratio === undefined ? undefined : 1 / ratio;
    },
    reaches: (value, goal) => value <= goal,
  };
};

/* At most so many milliseconds, by the median (`median`) or by the worst round (`max`). */
const limit = (what, cell, column, by, least, aim) => ({
  what,
  against: [],
  least,
  aim,
  value: (results, mode) => results.figure({ ...cell, mode }, [], column)?.[by],
  reaches: (value, goal) => value <= goal,
  show: (value) => `${short(value)} ms`,
});

function verdict({ least, aim, reaches }, value) {
  if (value === undefined) return NONE;
  if (least !== undefined && !reaches(value, least)) return 'missed';
  if (aim === undefined) return 'met';
  if (reaches(value, aim)) return 'met, aim too';
  return least === undefined ? 'below aim' : 'met';
}

/* A value of the goal's kind, as text. */
const shown = ({ show }, value) => (value === undefined ? NONE : show(value));

module.exports = { gain, part, limit, verdict, shown };
