'use strict';

/*
 * For mocha: a run whose tests have left something running ends all the same, and fails. Nothing
 * in JavaScript tells which jobs of an addon still run. So each file is run again by itself, with
 * OFFLOOP_ALONE, and those that do not end either are named.
 */

const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { root } = require('./steps');

const WAIT_MS = 20000; /* for what is on its way to its end */
const ALONE_MS = 5000;

const alone = process.env.OFFLOOP_ALONE !== undefined;
const files = new Set();

function leavesSomething(file) {
  const { signal } = spawnSync(process.execPath, [...process.execArgv, 'scripts/mocha.js', file], {
    cwd: root, stdio: 'ignore', env: { ...process.env, OFFLOOP_ALONE: '1' },
  });
  return signal === 'SIGKILL';
}

/* A job that never returns would keep any other exit waiting. */
const end = () => process.kill(process.pid, 'SIGKILL');

function fail() {
  const names = Array.from(files, (file) => path.relative(root, file));
  const those = names.length > 1 ? names.filter(leavesSomething) : names;
  const culprits = those.join(', ') || 'a test, but by no file alone';
  const others = process.getActiveResourcesInfo?.().join(', ');
  console.error(`failed: a job was left running by ${culprits}${others && ` (beside: ${others})`}`);
  end();
}

exports.mochaHooks = {
  afterEach() {
    files.add(this.currentTest.file);
  },
};

exports.mochaGlobalTeardown = () => {
  setTimeout(alone ? end : fail, alone ? ALONE_MS : WAIT_MS).unref();
};
