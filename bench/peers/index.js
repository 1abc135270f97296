'use strict';

/* A peer is one way to do the tasks. `tasks[task][form]` gets the function for one form of call:
 *   promise, callback  off the loop
 *   sync               on the loop, awaited: the limit that the call itself sets
 * It is asked for in the process that measures, nowhere else. `addons` are what has to be built for
 * it. `baseline` peers are what the others are compared with. `keepsContext` is a claim that the
 * run checks: callbacks see the AsyncLocalStorage of the code that started the job. */
module.exports = {
  offloop: require('./offloop.js'),
  'hand-written': require('./hand.js'),
  'node-addon-api': require('./addon-api.js'),
  synchronous: require('./synchronous.js'),
};
