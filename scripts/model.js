'use strict';

/*
 * Verifies the models of test/model with spin, where spin is installed: npm run test:model. Each
 * protocol holds in every order of its steps, and each switch that leaves a step out or does it
 * wrong makes it fail, in the way that is given here. A model that cannot fail would prove nothing.
 *
 * --quick: what holds is shown of less where a model is large; each fault is still found.
 */

const fs = require('node:fs');
const path = require('node:path');
const { root, cache, main, run, runSteps, skip } = require('./steps');

const RUN_MS = 300000;

const STUCK = /invalid end state/;
const FALSE = /assertion violated/;
const CUT_SHORT = /max search depth too small|out of memory|Search not completed/;
const NEVER_ENDS = /"-end-"/; /* among the states that were not reached */

const MODELS = [
  {
    name: 'channel',
    quick: ['SMALL'],
    good: [['INVARIANTS'], ['INVARIANTS', 'LISTENS']],
    broken: [
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
    ],
  },
  {
    name: 'wake',
    good: [[], ['WATCHED']],
    broken: [
      [['NO_WAKE'], STUCK],
      [['NO_WAKE_FOR_NEWS'], STUCK],
      [['WAKES_BEFORE_NEWS'], STUCK],
      [['CLEARS_LATE'], STUCK],
      [['FORGETS_TURN'], STUCK],
      [['SENDS_UNASKED'], FALSE],
      [['CLOSES_HALF'], FALSE],
      [['NO_REF'], FALSE],
      [['NO_WAIT'], FALSE],
      [['NO_DISARM', 'WATCHED'], FALSE],
      [['LISTS_ANYWAY'], STUCK],
    ],
  },
  {
    name: 'runners',
    good: [[]],
    broken: [
      [['NO_KICK'], STUCK],
      [['NO_WAKE'], STUCK],
      [['NO_ASK'], STUCK],
      [['NO_ASK_BEHIND'], STUCK],
      [['BLIND'], STUCK],
      [['STILL_WAITS'], STUCK],
      [['CALLS_UNCOUNTED'], FALSE],
      [['CALLS_TWICE'], STUCK],
      [['KICKS_LATE'], STUCK],
    ],
  },
  {
    name: 'pool',
    good: [[]],
    broken: [
      [['NO_CALL'], STUCK],
      [['NO_CHAIN'], STUCK],
      [['NO_SIGNAL'], STUCK],
      [['CALLS_UNCOUNTED'], FALSE],
      [['CALLS_TWICE'], STUCK],
      [['STILL_COMING'], STUCK],
      [['NO_ANSWER'], STUCK],
      [['SLEEPS_BLIND'], STUCK],
      [['GOES_BLIND'], STUCK],
      [['TRUSTS_SIGNAL'], FALSE],
      [['CLOSES_ASLEEP'], STUCK],
    ],
  },
  {
    name: 'slab',
    good: [[], ['LONG']],
    broken: [
      [['NO_TELL'], STUCK],
      [['TELLS_BEFORE'], STUCK],
      [['CLEARS_LATE'], STUCK],
      [['TAKES_ONE'], STUCK],
      [['SPLIT_CLAIM'], FALSE],
      [['SPLIT_PUSH'], STUCK],
      [['UNREF_FIRST'], FALSE],
      [['NO_JOIN_REF'], FALSE],
      [['KEEPS_BOTH'], FALSE],
      [['LEAVES_QUEUED', 'LONG'], FALSE],
      [['END_FORGETS'], FALSE],
      [['SETTLES_TWICE'], FALSE],
    ],
  },
];

function isInstalled() {
  try {
    return run('spin', ['-V']).includes('Spin Version');
  } catch {
    return false;
  }
}

/* What the verifier prints for the model with these switches, up to the first fault. */
function verify(model, switches) {
  const file = path.join(root, 'test', 'model', `${model}.pml`);
  const cwd = fs.mkdtempSync(path.join(cache, 'model-'));
  const compile = ['-O2', '-w', '-DSAFETY', '-DCOLLAPSE', '-o', 'pan', 'pan.c'];
  try {
    run('spin', [...switches.map((name) => `-D${name}`), '-a', file], { cwd });
    run(process.env.CC || 'cc', compile, { cwd });
    return run(path.join(cwd, 'pan'), ['-m100000', '-w22'], { cwd, timeout: RUN_MS });
  } finally {
    fs.rmSync(cwd, { recursive: true, force: true });
  }
}

function mustHold(model, switches) {
  const printed = verify(model, switches);
  if (!printed.includes('errors: 0') || CUT_SHORT.test(printed) || NEVER_ENDS.test(printed)) {
    throw new Error(printed);
  }
}

function mustFail(model, switches, how) {
  const printed = verify(model, switches);
  if (!how.test(printed) || printed.includes('errors: 0')) {
    throw new Error(`the fault was not found as ${how}\n${printed}`);
  }
}

function modelSteps({ name, good, broken, quick = [] }, isQuick) {
  const cut = isQuick ? quick : [];
  const title = (how, switches) => [`${name} ${how}:`, ...switches].join(' ');
  return [
    ...good.map((switches) => [
      title('holds', switches), () => mustHold(name, [...switches, ...cut]),
    ]),
    ...broken.map(([switches, how]) => [
      title('fails', switches), () => mustFail(name, switches, how),
    ]),
  ];
}

/* Elsewhere the steps are shown as skipped rather than left out. */
function withSpin(steps) {
  if (isInstalled()) return steps;
  return steps.map(([name]) => [name, () => skip('spin is not installed')]);
}

main(() => {
  fs.mkdirSync(cache, { recursive: true });
  const isQuick = process.argv.includes('--quick');
  return runSteps('model', withSpin(MODELS.flatMap((model) => modelSteps(model, isQuick))));
});
