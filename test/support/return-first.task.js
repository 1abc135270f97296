'use strict';

/* A task that returns before its callback is called, which puts what it got into shared memory. */

const { asyncWork } = require('../../build/Release/add.node');

module.exports = function returnFirst(num1, num2, shared) {
  asyncWork(num1, num2, (result) => {
    shared[0] = result;
  });
  return shared[0];
};
