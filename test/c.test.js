'use strict';

const { listCTests, runCTest } = require('../scripts/ctest');
const { testTogether } = require('./support/together');

describe('C, without Node-API', function () {
  this.timeout(600000);
  const tests = listCTests().map((test) => [`${test.name}: ${test.title}`, () => runCTest(test)]);
  testTogether(Object.fromEntries(tests));
});
