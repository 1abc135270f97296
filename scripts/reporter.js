'use strict';

/* mocha's spec reporter, closed with the names of the tests that failed, a line each, and with one
 * plain line, `test: 12 passed, 0 failed`. */

const { reporters } = require('mocha');

const title = process.env.OFFLOOP_RUN || 'test';

module.exports = class extends reporters.Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    for (const test of this.failures) console.log(`failed  ${test.fullTitle()}`);
    const skipped = pending ? `, ${pending} skipped` : '';
    console.log(`${title}: ${passes} passed, ${failures} failed${skipped}`);
  }
};
