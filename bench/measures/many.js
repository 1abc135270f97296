'use strict';

const { drive } = require('../drive.js');

const WARM_UP = 2000;

/* Promises are kept by their caller. */
function promised({ start, check }, count) {
  const promises = new Array(count).fill(null);
  return {
    startAll() { for (let i = 0; i < count; i++) promises[i] = start(i); },
    async allHome() {
      const values = await Promise.all(promises);
      values.forEach((value, i) => check(i, value));
    },
  };
}

/* Callbacks share one function, which therefore cannot tell what to expect. */
function calledBack({ start }, count) {
  let allHome;
  let left = count;
  const home = new Promise((resolve) => { allHome = resolve; });
  const done = (error) => {
    if (error) throw error;
    if (--left === 0) allHome();
  };
  return {
    startAll() { for (let i = 0; i < count; i++) start(i, done); },
    allHome: () => home,
  };
}

/* Jobs to be started in one go, after a warm-up. No turn of the loop passes meanwhile, so none can
 * come home, whatever its pool does. */
async function many(job, count) {
  let warm = WARM_UP;
  await drive(job, 16, () => --warm > 0);
  return (job.form === 'callback' ? calledBack : promised)(job, count);
}

module.exports = { many };
