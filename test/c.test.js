'use strict';

const { listCTests, buildCTest, runCTest } = require('../scripts/ctest');
const { together } = require('./support/together');

/* They are built at the same time. Each runs alone: races between threads want the processors. */
describe('C, without Node-API', function () {
  this.timeout(180000);
  const tests = listCTests();

  before(() => {
    const builds = tests.map((test) => [test.name, () => buildCTest(test)]);
    return Promise.allSettled(Object.values(together(Object.fromEntries(builds))));
  });

  for (const test of tests) it(`${test.name}: ${test.title}`, () => runCTest(test));
});
