'use strict';

// Tables of any rows: each is refused with ERR_OL_TABLE when it is loaded, or its worker can be
// called with anything. See scripts/fuzz.js.

const assert = require('node:assert');
const fuzz = require('../support/addon')('fuzz');
const { valuesOf } = require('./values');
const { GUARD_MS, SEED, isTold, runRounds } = require('./rounds');

const CALLS = 8; /* of each table that is taken */

/* The worker, or undefined where the table was refused. */
function makeWorker(below) {
  const numbers = Array.from({ length: 4 * (1 + below(6)) }, () => below(2 ** 31));
  try {
    return fuzz.makeTable({}, ...numbers);
  } catch (error) {
    assert.strictEqual(error.code, 'ERR_OL_TABLE', error.stack);
    assert.match(error.message, /^worker fuzzed: ./);
    return undefined;
  }
}

describe(`tables, from seed ${SEED} on`, () => {
  it('are refused with a reason, or work', async function () {
    const thing = fuzz.makeThing.sync();
    let taken = 0;
    const rounds = await runRounds(async (below) => {
      const made = makeWorker(below);
      if (made === undefined) return;
      taken++;
      const worker = made.fuzzed ?? thing.fuzzed;
      const values = valuesOf(below, () => {}, [thing]);
      for (let i = 0; i < CALLS; i++) {
        try {
          await worker.apply(thing, values.list());
        } catch (error) {
          if (!isTold(error)) throw error;
        }
      }
    });
    assert.ok(taken > 0 || rounds < 100, `none of ${rounds} tables was taken`);
    this.test.title += `: ${rounds} tables, of which ${taken} were taken`;
  }).timeout(GUARD_MS);
});
