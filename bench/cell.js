'use strict';

/* One process for one figure: one measure of one peer. Takes its orders as JSON in its argument,
 * prints the numbers and its own CPU time as JSON, or why there are none. A wrong answer or a lost
 * job is an error, not a number. */

const measures = require('./measures/index.js');

const answer = (text) => process.stdout.write(JSON.stringify(text), () => process.exit());
const fail = (error) => answer({ error: error.stack });

async function main(order) {
  const lost = () => { throw new Error('the process ran out of work before every job was home'); };
  process.once('beforeExit', lost);
  const numbers = await measures[order.measure](order);
  process.off('beforeExit', lost);
  const { user, system } = process.cpuUsage();
  answer({ numbers, cpuMs: (user + system) / 1000 });
}

process.once('uncaughtException', fail);
main(JSON.parse(process.argv[2])).catch(fail);
