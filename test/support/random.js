'use strict';

// Numbers that look random and are the same again for the same seed.

/* below(n) gives a whole number from 0 to n - 1. */
function randomOf(seed) {
  let state = seed >>> 0;
  return function below(n) {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  };
}

module.exports = { randomOf };
