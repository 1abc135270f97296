'use strict';

/* called(worker, ...args): a call with a callback; a promise of the arguments that it was given. */
module.exports = (worker, ...args) =>
  new Promise((resolve) => {
    worker(...args, (...got) => resolve(got));
  });
