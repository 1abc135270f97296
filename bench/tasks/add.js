'use strict';

module.exports = {
  title: 'add two doubles',
  promise: (run) => (i) => run(i, 0.5),
  callback: (run) => (i, done) => run(i, 0.5, done),
  check(i, sum) {
    if (sum !== i + 0.5) throw new Error(`${i} + 0.5 came home as ${sum}`);
  },
};
