'use strict';

/*
 * The long check of what wakes, waits and ends: npm run test:stress -- [options].
 *
 *   --items=10000000    through a queue of 8, in C alone and to JavaScript: none lost, none doubled
 *   --rounds=500        strikes of each kind, worker.terminate() and process.exit()
 *   --seconds=600       for the strikes of each kind: fewer rounds are struck when they are up, and
 *                       the titles of the tests say how many were
 *   --seed=N            of the strikes; each failure names its own
 *   --with=address      or thread: under that sanitizer, the strikes only
 *   --only=strikes      or items
 */

const path = require('node:path');
const { parseArgs } = require('node:util');
const { listCTests, runCTest } = require('./ctest');
const { main, runSteps, show } = require('./steps');

const RUN_MS = 60 * 60 * 1000;
const PARTS = ['strikes', 'items'];

const OPTIONS = {
  items: { type: 'string', default: '10000000' },
  rounds: { type: 'string', default: '500' },
  seconds: { type: 'string', default: '600' },
  seed: { type: 'string' },
  with: { type: 'string' },
  only: { type: 'string' },
};

function readOptions() {
  const { values } = parseArgs({ options: OPTIONS });
  for (const name of ['items', 'rounds', 'seconds', 'seed']) {
    if (values[name] !== undefined && !(Number(values[name]) > 0)) {
      throw new Error(`--${name} is a number above 0, not ${values[name]}`);
    }
  }
  if (values.only && !PARTS.includes(values.only)) {
    throw new Error(`--only is one of ${PARTS.join(', ')}, not ${values.only}`);
  }
  return values;
}

function environment({ items, rounds, seconds, seed }) {
  const numbers = { STRESS_ITEMS: items, STRESS_ROUNDS: rounds, STRESS_SECONDS: seconds };
  const env = { ...process.env, ...numbers };
  return seed === undefined ? env : { ...env, STRESS_SEED: seed };
}

function runTests(file, title, options) {
  const test = path.join('test', 'stress', file);
  const args = options.with
    ? ['scripts/sanitize.js', options.with, test]
    : ['--expose-gc', 'scripts/mocha.js', test];
  const env = { ...environment(options), OFFLOOP_RUN: title };
  show(process.execPath, args, { env, timeout: RUN_MS });
}

function runChannel({ items }) {
  process.env.OFFLOOP_STRESS_ITEMS = items;
  return runCTest(listCTests().find(({ name }) => name === 'channel_stress'), RUN_MS);
}

function stressSteps(options) {
  const runs = (part) => (options.only ?? part) === part;
  const steps = [];
  if (runs('strikes')) steps.push(['strikes', () => runTests('strike.test.js', 'strikes', options)]);
  if (options.with || !runs('items')) return steps;
  return [
    ...steps,
    ['items to JavaScript', () => runTests('items.test.js', 'items', options)],
    ['items in C', () => runChannel(options)],
  ];
}

main(() => runSteps('stress', stressSteps(readOptions())));
