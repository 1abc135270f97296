'use strict';

/*
 * Verifies test/model/channel.pml with spin, where spin is installed: the protocol itself holds in
 * every order of its steps, and each switch that leaves a step out makes it fail, in the way that
 * is given here. A model that cannot fail would prove nothing.
 */

const fs = require('node:fs');
const path = require('node:path');
const { root, cache, main, run, runSteps, skip } = require('./steps');

const MODEL = path.join(root, 'test', 'model', 'channel.pml');
const RUN_MS = 300000;

const STUCK = /invalid end state/;
const FALSE = /assertion violated/;
const CUT_SHORT = /max search depth too small|out of memory|Search not completed/;
const NEVER_ENDS = /"-end-"/; /* among the states that were not reached */

const GOOD = [['INVARIANTS'], ['INVARIANTS', 'LISTENS']];

const BROKEN = [
  [['NO_NOTIFY_ON_PUT'], STUCK],
  [['NO_NOTIFY_ON_PUT', 'LISTENS'], STUCK],
  [['NO_NOTIFY_ON_STOP'], STUCK],
  [['NO_NOTIFY_ON_STOP', 'LISTENS'], STUCK],
  [['NO_SERVE_ON_USE'], STUCK],
  [['NO_SERVE_ON_STOP'], STUCK],
  [['NO_SERVE_ON_GIVE_UP', 'INVARIANTS'], FALSE],
  [['OVERTAKES'], FALSE],
  [['WANTS_LATE'], STUCK],
  [['WANTS_ON'], FALSE],
];

function isInstalled() {
  try {
    return run('spin', ['-V']).includes('Spin Version');
  } catch {
    return false;
  }
}

/* What the verifier prints for the model with these switches, up to the first fault. */
function verify(switches) {
  const cwd = fs.mkdtempSync(path.join(cache, 'model-'));
  const compile = ['-O2', '-w', '-DSAFETY', '-DCOLLAPSE', '-o', 'pan', 'pan.c'];
  try {
    run('spin', [...switches.map((name) => `-D${name}`), '-a', MODEL], { cwd });
    run(process.env.CC || 'cc', compile, { cwd });
    return run(path.join(cwd, 'pan'), ['-m100000', '-w22'], { cwd, timeout: RUN_MS });
  } finally {
    fs.rmSync(cwd, { recursive: true, force: true });
  }
}

function mustHold(switches) {
  const printed = verify(switches);
  if (!printed.includes('errors: 0') || CUT_SHORT.test(printed) || NEVER_ENDS.test(printed)) {
    throw new Error(printed);
  }
}

function mustFail(switches, how) {
  const printed = verify(switches);
  if (!how.test(printed) || printed.includes('errors: 0')) {
    throw new Error(`the fault was not found as ${how}\n${printed}`);
  }
}

function modelSteps() {
  const good = GOOD.map((switches) => [`holds: ${switches.join(' ')}`, () => mustHold(switches)]);
  const broken = BROKEN.map(([switches, how]) => [
    `fails: ${switches.join(' ')}`, () => mustFail(switches, how),
  ]);
  return [...good, ...broken];
}

/* Elsewhere the steps are shown as skipped rather than left out. */
function withSpin(steps) {
  if (isInstalled()) return steps;
  return steps.map(([name]) => [name, () => skip('spin is not installed')]);
}

main(() => {
  fs.mkdirSync(cache, { recursive: true });
  return runSteps('model', withSpin(modelSteps()));
});
