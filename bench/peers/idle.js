'use strict';

/* Naps that are timers of the loop: what the machine does while no pool is busy. */
module.exports = {
  addons: [],
  tasks: { nap: { promise: () => (ms) => new Promise((resolve) => setTimeout(resolve, ms)) } },
};
