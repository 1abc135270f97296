'use strict';

/*
 * Runs named steps in order and closes with one plain line, `title: 5 passed, 0 failed`. A step is
 * a function that throws when it fails, and calls `skip` when it cannot be taken here.
 */

const { execFile, spawnSync } = require('node:child_process');
const path = require('node:path');

const root = path.dirname(__dirname);
const cache = path.join(root, 'node_modules', '.cache', 'offloop');

async function runSteps(title, steps) {
  if (!steps.length) throw new Error(`${title}: there is nothing to run`);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, step] of steps) {
    const began = Date.now();
    const { outcome, note } = await runStep(step);
    counts[outcome] += 1;
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    console.log(`${outcome.padEnd(7)} ${name} (${seconds} s)${note && `: ${note}`}`);
  }
  const skipped = counts.skipped ? `, ${counts.skipped} skipped` : '';
  console.log(`${title}: ${counts.passed} passed, ${counts.failed} failed${skipped}`);
  if (counts.failed) process.exitCode = 1;
}

async function runStep(step) {
  try {
    await step();
    return { outcome: 'passed', note: '' };
  } catch (error) {
    return { outcome: error.skipped ? 'skipped' : 'failed', note: error.message };
  }
}

function skip(reason) {
  throw Object.assign(new Error(reason), { skipped: true });
}

/* Runs a program to its end and gives its output; a failure carries all that it printed. */
function run(command, args, options = {}) {
  const settings = { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, ...options };
  const result = spawnSync(command, args, settings);
  if (result.error) throw result.error;
  if (result.status === 0) return result.stdout;
  throw failure(command, args, result);
}

function failure(command, args, { status, signal, stdout, stderr }) {
  const how = signal ? `was ended by ${signal}` : `exited with ${status}`;
  const printed = `${stdout || ''}${stderr || ''}`.trim();
  return new Error(`${[command, ...args].join(' ')} ${how}\n${printed}`.trim());
}

/* The same as a promise: others may run meanwhile. */
function start(command, args, options = {}) {
  const settings = { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, ...options };
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, settings, (error, stdout, stderr) => {
      const { exitCode: status, signalCode: signal } = child;
      if (!error) resolve(stdout);
      else if (status === null && signal === null) reject(error);
      else reject(failure(command, args, { status, signal, stdout, stderr }));
    });
    child.stdin?.end();
  });
}

/* The same, for programs whose output is to be seen while they run. */
function show(command, args, options = {}) {
  run(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
}

/* The body of a script: a failure is a message and an exit status, not a stack of this file. */
async function main(body) {
  try {
    await body();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

function installed(command) {
  return !spawnSync(command, ['--version'], { stdio: 'ignore' }).error;
}

module.exports = { root, cache, main, runSteps, skip, run, start, show, installed };
