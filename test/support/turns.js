'use strict';

const LONGER_THAN_A_SLICE_MS = 4;

function burn(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/* How many of [count] answers came between two turns of the loop, at most, where each of them takes
 * long and begins the next job, which is home before it returns. */
async function mostInATurn(start, count) {
  let left = count, now = 0, most = 0;
  const turn = () => {
    now = 0;
    if (left > 0) setImmediate(turn);
  };
  turn();
  await new Promise((resolve) => {
    const answer = () => {
      most = Math.max(most, ++now);
      if (--left === 0) return resolve();
      start(answer);
      return burn(LONGER_THAN_A_SLICE_MS);
    };
    start(answer);
  });
  return most;
}

module.exports = { burn, mostInATurn };
