'use strict';

const addon = require('../addon.js');

const TASKS = ['add', 'upper', 'sum', 'nap', 'spin'];

const onNodePool = (worker) => worker.pool.name === 'node';

function withThreads(name, worker, threads) {
  const { createPool } = addon(name)[Symbol.for('offloop')];
  const options = { pool: createPool({ threads }) };
  return (value) => worker(value, options);
}

/* The workers of one build of addons/offloop_jobs.c. Node's pool has settings.threads already;
 * another gets them here. */
module.exports = (name, tasks = TASKS) => {
  const promise = (task) => ({ threads }) => {
    const worker = addon(name)[task];
    const asItIs = threads === undefined || onNodePool(worker);
    return asItIs ? worker : withThreads(name, worker, threads);
  };
  const forms = (task) => ({
    promise: promise(task), ...(task === 'add' && { callback: promise(task) }),
  });
  return {
    addons: [name],
    own: true,
    keepsContext: true,
    tasks: Object.fromEntries(tasks.map((task) => [task, forms(task)])),
  };
};
