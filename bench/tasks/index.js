'use strict';

/* A task is one job that every peer can do. `promise` and `callback` turn a peer's function into
 * one that starts job number i; `check` throws unless the answer is the right one for i. */
module.exports = { add: require('./add.js') };
