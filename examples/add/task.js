'use strict';

/* The task of showTaskPool: returns before the callback is called. */

const { writeSync } = require('node:fs');
const { asyncWork } = require('../../build/Release/add.node');

module.exports = function nativeCall(num1, num2) {
  writeSync(1, `Taskpool thread received data: ${num1}, ${num2}\n`);
  asyncWork(num1, num2, (result) => writeSync(1, `result is ${result}\n`));
};
