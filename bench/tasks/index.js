'use strict';

/* A task is one job. `promise` and `callback` turn a peer's function into one that starts job
 * number i, the latter where the task is measured in that form; `check` throws unless the answer is
 * the right one for i. `shared`: the peer wants its memory shared. */
module.exports = {
  add: require('./add.js'),
  upper: require('./upper.js'),
  sum: require('./sum.js'),
  nap: require('./nap.js'),
  spin: require('./spin.js'),
};
