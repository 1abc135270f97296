'use strict';

const { leftOutFiles } = require('./scripts/differences');

module.exports = {
  ignore: leftOutFiles().map((file) => `test/${file}`),
  require: ['./scripts/differences.js', './scripts/leftovers.js'],
  reporter: './scripts/reporter.js',
  timeout: 30000,
  slow: 2000,
};
