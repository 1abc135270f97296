'use strict';

const MS = 50;

module.exports = {
  title: `sleep for ${MS} ms`,
  slow: true,
  promise: (run) => () => run(MS),
  check(i, nothing) {
    if (nothing !== undefined && nothing !== null) throw new Error(`nap ${i} gave ${nothing}`);
  },
};
