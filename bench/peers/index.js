'use strict';

/* A peer is one way to do the tasks. `tasks[task][form](settings)` gives the function for one form
 * of call:
 *   promise, callback  off the loop
 *   sync               on the loop, awaited: the limit that the call itself sets
 * It is asked for in the process that measures, nowhere else. settings.threads, when there, is how
 * many threads its pool is to have; Node's own pool has them already. Besides:
 *   addons        what has to be built for it
 *   baseline      the others are compared with it
 *   own           offloop itself
 *   keepsContext  a claim that the run checks: callbacks see the AsyncLocalStorage of the code that
 *                 started the job
 *   optional      where it does not run it is absent, and what it cannot do in time is left out,
 *                 with the reason
 *   atMost        { jobs, why }: it takes no more than so many at once
 *   notes[task]   what a reader of its figures has to know
 *   tasks[task].check   its answer is another one than the task's
 *   tasks[task].shared  takes what lies in shared memory without copying it */
module.exports = {
  offloop: require('./offloop.js')('offloop_default'),
  'offloop-node-pool': require('./offloop.js')('offloop_node_pool'),
  'offloop-spinning': require('./offloop.js')('offloop_spinning', ['add']),
  'hand-written': require('./hand.js'),
  'node-addon-api': require('./addon-api.js'),
  'napi-rs': require('./napi-rs.js'),
  koffi: require('./koffi.js'),
  piscina: require('./piscina.js'),
  worker_threads: require('./worker-threads.js'),
  idle: require('./idle.js'),
  synchronous: require('./synchronous.js'),
};
