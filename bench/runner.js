'use strict';

/* Runs the cells, one process after the other, never two at once. */

const { execFile } = require('node:child_process');
const path = require('node:path');
const { promisify } = require('node:util');
const { label } = require('./label.js');
const peers = require('./peers/index.js');

const HUNG_MS = 120000;
const OPTIONAL_MS = 10000; /* for a peer that may be left out */
const LONG_MS = 3000; /* such a peer is not asked again for what took longer */

const execute = promisify(execFile);

const isOptional = ({ peer }) => peers[peer]?.optional === true;

const limitsOf = (cell) => ({
  timeout: isOptional(cell) ? OPTIONAL_MS : HUNG_MS,
  killSignal: 'SIGKILL',
  env: { ...process.env, ...(cell.threads && { UV_THREADPOOL_SIZE: cell.threads }) },
});

/* The numbers of one process, and its CPU time. */
async function runCell(cell) {
  const args = ['--expose-gc', path.join(__dirname, 'cell.js'), JSON.stringify(cell)];
  const limits = limitsOf(cell);
  try {
    const { stdout } = await execute(process.execPath, args, limits);
    const { error, ...figures } = JSON.parse(stdout);
    if (error !== undefined) throw new Error(error);
    return figures;
  } catch (error) {
    const why = error.killed ? `not done within ${limits.timeout / 1000} s` : error.message;
    throw new Error(why, { cause: error });
  }
}

/* Why the cell cannot be run, if that is known beforehand. */
function refusal(cell, results) {
  const { atMost } = peers[cell.peer] ?? {};
  const jobs = cell.count ?? cell.inFlight;
  return results.whyNot(cell) ?? (atMost && jobs > atMost.jobs ? atMost.why : undefined);
}

const firstLine = (error) => error.message.split('\n')[0].replace(/^Error: /, '');

/* Optional peers may fail, with the reason; of the others it is a failure of the run, which goes on
 * for the sake of the other figures. */
async function tryCell(results, cell, settings) {
  const why = refusal(cell, results);
  if (why !== undefined) return results.giveUp(cell, why);
  if (isOptional(cell) && results.longestMs(cell) > LONG_MS) return undefined;
  const began = performance.now();
  try {
    const figures = await runCell({ ...cell, ...settings });
    return results.add({ ...cell, ...figures, tookMs: performance.now() - began });
  } catch (error) {
    if (!isOptional(cell)) results.fail(`${label(cell)}, ${cell.measure}: ${error.message}`);
    return results.giveUp(cell, firstLine(error));
  }
}

const rotated = (list, by) => list.map((_, k) => list[(k + by) % list.length]);

/* The peers take turns within a view, and each round begins with another one. */
async function runRound(results, views, { mode, round, ...settings }) {
  for (const { cells } of views) {
    for (const cell of rotated(cells, round)) {
      await tryCell(results, { ...cell, mode, round }, settings);
    }
  }
}

/* Peers that do not run here at all, each with the reason. */
async function findAbsent(names) {
  const absent = new Map();
  for (const peer of names.filter((name) => isOptional({ peer: name }))) {
    try {
      await runCell({ peer, task: 'add', form: 'promise', measure: 'probe' });
    } catch (error) {
      absent.set(peer, firstLine(error));
    }
  }
  return absent;
}

module.exports = { runCell, runRound, findAbsent };
