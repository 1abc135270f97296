'use strict';

const path = require('node:path');
const { parseArgs } = require('node:util');
const { countTree } = require('./tree');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    each: { type: 'boolean' }, // a line for every file, not only the totals
    timeout: { type: 'string', default: '0' }, // milliseconds; 0: none
  },
});
const [folder = path.join(__dirname, '..', '..', 'node_modules')] = positionals;

/* The columns of wc. */
function print({ lines, words, bytes }, name) {
  console.log(`${[lines, words, bytes].map((count) => `${count}`.padStart(10)).join('')} ${name}`);
}

function sum(rows) {
  const total = { lines: 0, words: 0, bytes: 0 };
  for (const row of rows) {
    for (const name of Object.keys(total)) total[name] += row[name];
  }
  return total;
}

/* One signal ends every job, whoever gives it: Ctrl-C, or the time. */
function stopSignal(timeoutMs) {
  const controller = new AbortController();
  const stop = () => controller.abort();
  if (!Number.isInteger(timeoutMs)) throw new Error('--timeout takes milliseconds, a whole number');
  if (timeoutMs > 0) setTimeout(stop, timeoutMs).unref();
  process.once('SIGINT', stop);
  return controller.signal;
}

async function main() {
  const signal = stopSignal(Number(values.timeout));
  console.error(`counting ${folder}; Ctrl-C stops it`);
  const { rows, errors } = await countTree(folder, { signal });
  for (const row of values.each ? rows : []) print(row, row.path);
  print(sum(rows), 'total');
  for (const error of errors) console.error(error.message);
  if (signal.aborted) console.error(`stopped: ${rows.length} files were counted until then`);
  if (signal.aborted || errors.length) process.exitCode = 1;
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
