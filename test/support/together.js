'use strict';

// For tests whose work is done by other processes: as many at a time as there are processors.

const os = require('node:os');

/* Starts the functions of [tasks], { name: function }; gives a promise for each of them. */
function together(tasks) {
  const waiting = Object.keys(tasks);
  const promises = {};
  const settle = {};
  for (const name of waiting) {
    promises[name] = new Promise((resolve) => (settle[name] = resolve));
    promises[name].catch(() => {}); /* whoever awaits it is told, later */
  }
  const next = async () => {
    while (waiting.length) {
      const name = waiting.shift();
      const outcome = (async () => tasks[name]())();
      settle[name](outcome);
      await outcome.catch(() => {});
    }
  };
  os.cpus().forEach(next);
  return promises;
}

/* Declares a test of each name; the work of all of them begins with the first. */
function testTogether(tasks) {
  let started;
  const runs = (name) => {
    started ??= together(tasks);
    return started[name];
  };
  for (const name of Object.keys(tasks)) it(name, () => runs(name));
}

module.exports = { together, testTogether };
