'use strict';

/*
 * The addon doors, and what its tests have in common: gates that its jobs wait at, and counts that
 * are asked for until they are as wanted. Gates are closed before each test and open after it.
 */

const addon = require('./addon');
const { turn } = require('./pool');

const doors = addon('doors');
const { notes, setGate } = doors;

const GATES = 16;
const repeat = (count, make) => Array.from({ length: count }, (_, i) => make(i));
const inside = () => notes.sync().inside;
const begun = () => Array.from(notes.sync().begun);

async function until(truth) {
  while (!truth()) await turn();
}

/* Whether a promise is settled after some turns of the loop. */
async function isSettled(promise) {
  let settled = false;
  const note = () => (settled = true);
  promise.then(note, note);
  for (let turns = 0; turns < 20; turns++) await turn();
  return settled;
}

/* For the describe() that calls it. */
function guardGates() {
  beforeEach(() => {
    notes.sync({ clear: true });
    for (let gate = 0; gate < GATES; gate++) setGate.sync(gate, false);
  });
  afterEach(() => {
    for (let gate = 0; gate < GATES; gate++) setGate.sync(gate, true);
  });
}

module.exports = { begun, doors, guardGates, inside, isSettled, repeat, until };
