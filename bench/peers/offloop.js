'use strict';

const addon = require('../addon.js');

/* The workers of one build of addons/offloop_jobs.c. On Node's pool settings.threads has been seen
 * to; a pool of offloop's own is to be given them here, once it can be. */
module.exports = (name) => {
  const promise = (worker) => () => addon(name)[worker];
  return {
    addons: [name],
    own: true,
    keepsContext: true,
    tasks: {
      add: { promise: promise('add'), callback: promise('add') },
      upper: { promise: promise('upper') },
      sum: { promise: promise('sum') },
      nap: { promise: promise('nap') },
      spin: { promise: promise('spin') },
    },
  };
};
