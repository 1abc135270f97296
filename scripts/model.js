'use strict';

/*
 * Verifies the models of test/model with spin, where spin is installed: npm run test:model. Each
 * protocol holds in every order of its steps, and each switch that leaves a step out or does it
 * wrong makes it fail, in the way that is given here. A model that cannot fail would prove nothing.
 *
 * node scripts/model.js [--quick] [NAME...]: of these models only. --quick: what holds is shown of
 * less where a model is large; each fault is still found.
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
    good: [[], ['RESERVES'], ['STRICT']],
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
      [['RESERVES', 'GOES_RESERVED'], FALSE],
      [['DONE_EARLY', 'STRICT'], FALSE],
    ],
  },
  {
    name: 'leave',
    good: [[]],
    broken: [
      [['TELLS_FIRST'], STUCK],
      [['NO_TELL'], STUCK],
      [['LOOKS_FIRST'], STUCK],
      [['NO_LOOK'], FALSE],
      [['NO_FOLLOW'], STUCK],
      [['JOINS_TWICE'], FALSE],
      [['JOINS_ITSELF'], STUCK],
      [['STAYS_WAITING'], FALSE],
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
      [['LEAVES_LATE'], FALSE],
      [['LEAVES_QUEUED', 'LONG'], FALSE],
      [['END_FORGETS'], FALSE],
      [['SETTLES_TWICE'], FALSE],
    ],
  },
  {
    name: 'each',
    quick: ['SMALL'],
    good: [[]],
    broken: [
      [['SPLIT_CLAIM'], FALSE],
      [['NO_REMOVE'], FALSE],
      [['AWAITS_ALL'], STUCK],
      [['NO_AWAIT'], FALSE],
      [['NO_SIGNAL'], STUCK],
      [['AWAITS_BLIND'], STUCK],
      [['JOINS_LATE'], FALSE],
      [['LEAVES_EARLY'], FALSE],
      [['STAYS_QUEUED'], FALSE],
      [['IGNORES_STOP'], FALSE],
      [['TAKES_THREAD'], FALSE],
    ],
  },
  {
    name: 'gate',
    quick: ['SMALL'],
    good: [['FOUR'], ['FOUR', 'TWO'], ['HASTY']],
    broken: [
      [['NO_LEAVE'], STUCK],
      [['NO_NEXT'], STUCK],
      [['SENDS_ONE'], STUCK],
      [['CLEARS_LATE'], STUCK],
      [['SENDS_DEEP'], FALSE],
      [['ENTERS_BLIND'], STUCK],
      [['OVERTAKES', 'FOUR'], FALSE],
      [['OVERFILLS'], FALSE],
      [['HASTY_ENTERS', 'HASTY'], FALSE],
      [['LETS_IN_LATE'], FALSE],
      [['WITHDRAWS_ANY'], FALSE],
      [['STOPS_LATE'], STUCK],
      [['NO_KEEP'], FALSE],
    ],
  },
  {
    name: 'wish',
    quick: ['SMALL'],
    good: [[], ['BOTH'], ['LISTENS']],
    broken: [
      [['NO_MOVED'], STUCK],
      [['NO_MOVED_ON_STOP'], STUCK],
      [['MOVES_FIRST'], STUCK],
      [['HOME_FIRST'], FALSE],
      [['FILLS_LATE', 'LISTENS'], STUCK],
      [['LISTENS_ONCE', 'LISTENS'], STUCK],
      [['NO_WAKE'], STUCK],
      [['LOOKS_FIRST'], STUCK],
      [['NO_LOOK'], STUCK],
      [['FORGETS_TOLD'], STUCK],
      [['KEEPS_GRANTED'], FALSE],
      [['GRANTS_ALL'], STUCK],
      [['DELIVERS_FIRST'], STUCK],
      [['CLEARS_LATE'], STUCK],
      [['COUNTS_AGAIN'], FALSE],
      [['STAYS_USER'], FALSE],
    ],
  },
  {
    name: 'mailbox',
    good: [[]],
    broken: [
      [['NO_TELL'], STUCK],
      [['TELLS_FIRST'], STUCK],
      [['NO_TELL_ON_STOP'], STUCK],
      [['TELLS_FIRST_ON_STOP'], STUCK],
      [['LOOKS_FIRST'], STUCK],
      [['TELLS_TWICE'], FALSE],
      [['WAKES_FIRST'], STUCK],
      [['LISTS_TWICE'], FALSE],
      [['TELLS_HOME'], FALSE],
      [['NO_HEAR'], STUCK],
      [['FORGETS_FIRST'], FALSE],
      [['NO_FORGET'], FALSE],
      [['AWAITS_LATE'], FALSE],
      [['AWAITS_BLIND'], FALSE],
      [['STOPS_BLIND'], FALSE],
      [['NO_WITHDRAW'], STUCK],
    ],
  },
  {
    name: 'ask',
    good: [[]],
    broken: [
      [['NO_WAKE'], STUCK],
      [['POSES_FIRST'], STUCK],
      [['NO_WITHDRAW'], FALSE],
      [['KEEPS_NOW'], FALSE],
      [['NO_SIGNAL'], STUCK],
      [['NO_SIGNAL_ON_STOP'], STUCK],
      [['WAITS_BLIND'], STUCK],
      [['FINDS_ANY'], FALSE],
      [['TAKES_ANY'], FALSE],
      [['NO_REF'], FALSE],
      [['DROPS_TWICE'], FALSE],
      [['CLOSES_BLIND'], STUCK],
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

/* What the verifier prints for the model with these switches, up to the first fault. To optimise it
 * takes a compiler longer than most of them run, so only the largest are worth it. */
function verify(model, switches, optimise) {
  const file = path.join(root, 'test', 'model', `${model}.pml`);
  const cwd = fs.mkdtempSync(path.join(cache, 'model-'));
  const compile = [optimise, '-w', '-DSAFETY', '-DCOLLAPSE', '-o', 'pan', 'pan.c'];
  try {
    run('spin', [...switches.map((name) => `-D${name}`), '-a', file], { cwd });
    run(process.env.CC || 'cc', compile, { cwd });
    return run(path.join(cwd, 'pan'), ['-m100000', '-w22'], { cwd, timeout: RUN_MS });
  } finally {
    fs.rmSync(cwd, { recursive: true, force: true });
  }
}

function mustHold(model, switches, isQuick) {
  const printed = verify(model, switches, isQuick ? '-O0' : '-O2');
  if (!printed.includes('errors: 0') || CUT_SHORT.test(printed) || NEVER_ENDS.test(printed)) {
    throw new Error(printed);
  }
}

function mustFail(model, switches, how) {
  const printed = verify(model, switches, '-O0');
  if (!how.test(printed) || printed.includes('errors: 0')) {
    throw new Error(`the fault was not found as ${how}\n${printed}`);
  }
}

function modelSteps({ name, good, broken, quick = [] }, isQuick) {
  const cut = isQuick ? quick : [];
  const title = (how, switches) => [`${name} ${how}:`, ...switches].join(' ');
  return [
    ...good.map((switches) => [
      title('holds', switches), () => mustHold(name, [...switches, ...cut], isQuick),
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

/* All models where none is named. */
function modelsNamed(names) {
  const unknown = names.find((name) => !MODELS.some((model) => model.name === name));
  if (unknown !== undefined) {
    throw new Error(`there is no model ${unknown}: ${MODELS.map(({ name }) => name).join(', ')}`);
  }
  return names.length ? MODELS.filter(({ name }) => names.includes(name)) : MODELS;
}

main(() => {
  fs.mkdirSync(cache, { recursive: true });
  const args = process.argv.slice(2);
  const isQuick = args.includes('--quick');
  const models = modelsNamed(args.filter((arg) => arg !== '--quick'));
  return runSteps('model', withSpin(models.flatMap((model) => modelSteps(model, isQuick))));
});
