'use strict';

const MS = 10;

module.exports = {
  title: `${MS} ms of processor time`,
  slow: true,
  promise: (run) => () => run(MS),
  check: require('./nap.js').check,
};
