'use strict';

const ticker = require('./ticker');

const SECOND_MS = Number(process.env.SECOND_MS ?? 1000); // shorter in tests
const ROUNDS = [3, 3, 2, 0];

/* Each is called with the module as `this`, and may replace or remove itself. */
function bang(number) {
  console.log(`Bang: ${number}`);
  if (number === 1) this.callback = boom;
}

function boom(number) {
  if (number === 3) throw new Error(`${number} is too much`);
  console.log(`Boom: ${number}`);
  if (number === 5) delete this.callback; // 6 and 7 are told to nobody
}

/* The thread asks this between its rounds. */
function more(count, periodMs) {
  asked.push(`${count} at ${periodMs / SECOND_MS} s`);
  if (count === 3) ticker.setPeriod(SECOND_MS / 2);
  return ROUNDS.shift();
}

const asked = [];
process.on('uncaughtException', ({ message }) => console.log(`uncaught: ${message}`));
process.on('exit', () => console.log(`asked after ${asked.join(', ')}`));

console.log(`start() returned ${ticker.start({ periodMs: SECOND_MS, more })}`);
ticker.callback = bang;
