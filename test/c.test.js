'use strict';

const { listCTests, runCTest } = require('../scripts/ctest');

describe('C, without Node-API', () => {
  for (const test of listCTests()) {
    it(`${test.name}: ${test.title}`, () => runCTest(test)).timeout(180000);
  }
});
