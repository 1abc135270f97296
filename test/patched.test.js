'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { runChild } = require('./support/child');
const { testTogether } = require('./support/together');

const EXPECTED = {
  shortList: 0, longList: 0, nestedList: 6, details: '7 8', stream: 10, batches: 45150,
  promise: 2, failure: 'ERR_NEGATIVE', wrong: 'ERR_INVALID_ARG_TYPE', sync: 4, callback: 6,
  failedCallback: 'ERR_NEGATIVE', deadline: 'ERR_OL_TIMEOUT', abort: 'ABORT_ERR',
  exclusive: 8, thrown: 'ERR_MINE', pool: '2 4 1', refused: 'ERR_OUT_OF_RANGE',
  map: 12,
};

/* The names under which patched.js patches something. */
const source = fs.readFileSync(path.join(__dirname, 'support', 'patched.js'), 'utf8');
const names = [...source.matchAll(/^ {2}'?([\w. ]+?)'?: \(\) =>/gm)].map(([, name]) => name);

describe('a program that breaks what JavaScript has built in', () => {
  it('is tried in many ways', () => assert.ok(names.length >= 20));

  async function getsAll(name) {
    const { stdout, stderr } = await runChild('patched.js', [name]);
    assert.strictEqual(stderr, '');
    assert.deepStrictEqual(JSON.parse(stdout), EXPECTED);
  }

  testTogether(Object.fromEntries(names.map((name) => [
    `gets what it called for all the same: ${name}`, () => getsAll(name),
  ])));
});
