'use strict';

/* One process for one figure: one peer, one task, one form, one measure. Takes its orders as JSON
 * in its argument, prints the numbers and its own CPU time as JSON. A wrong answer or a lost job
 * is an error, not a number. */

const measures = require('./measure.js');
const peers = require('./peers/index.js');
const tasks = require('./tasks/index.js');

function jobOf({ peer, task: name, form }) {
  const task = tasks[name];
  const run = peers[peer].tasks[name][form]();
  const bind = form === 'callback' ? task.callback : task.promise;
  return { form, start: bind(run), check: task.check };
}

async function main(order) {
  const lost = () => { throw new Error('the process ran out of work before every job was home'); };
  process.once('beforeExit', lost);
  const numbers = await measures[order.measure](jobOf(order), order);
  process.off('beforeExit', lost);
  const { user, system } = process.cpuUsage();
  process.stdout.write(JSON.stringify({ numbers, cpuMs: (user + system) / 1000 }));
}

main(JSON.parse(process.argv[2]));
