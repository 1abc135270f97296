'use strict';

// Ends from outside: a debugger can end what a thread runs, and the thread goes on with the next.

const assert = require('node:assert');
const { runChild } = require('./support/child');

describe('a debugger that ends what runs while answers are told', () => {
  const ways = { jobs: 'results of jobs', batches: 'numbers that cross in batches' };

  for (const [way, what] of Object.entries(ways)) {
    it(`costs the one that was being told, and no other: ${what}`, async () => {
      const { code, signal, stdout } = await runChild('terminated.child.js', [way]);
      assert.deepStrictEqual({ code, signal, stdout }, { code: 0, signal: null, stdout: '299\n' });
    });
  }
});
