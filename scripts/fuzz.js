'use strict';

/*
 * Any tables and any arguments: npm run test:fuzz -- [options].
 *
 *   --seconds=60        for each kind
 *   --seed=N            of the first round; a failure names that of its own, which with
 *                       --seconds=1 is run again first
 *   --only=tables       or arguments
 *   --with=address      or thread, or none: under that sanitizer, and UBSan beside the first
 */

const path = require('node:path');
const { parseArgs } = require('node:util');
const { main, runSteps, show } = require('./steps');

const KINDS = ['arguments', 'tables'];

const OPTIONS = {
  seconds: { type: 'string', default: '60' },
  seed: { type: 'string', default: `${Date.now() % 2 ** 31}` },
  only: { type: 'string' },
  with: { type: 'string', default: 'address' },
};

function readOptions() {
  const { values } = parseArgs({ options: OPTIONS });
  for (const name of ['seconds', 'seed']) {
    if (!(Number(values[name]) > 0)) throw new Error(`--${name} is a number, not ${values[name]}`);
  }
  if (values.only && !KINDS.includes(values.only)) {
    throw new Error(`--only is one of ${KINDS.join(', ')}, not ${values.only}`);
  }
  return values;
}

function runKind(kind, options) {
  const test = path.join('test', 'fuzz', `${kind}.test.js`);
  const args = options.with === 'none'
    ? ['--expose-gc', 'scripts/mocha.js', test]
    : ['scripts/sanitize.js', options.with, test];
  const env = {
    ...process.env,
    OFFLOOP_RUN: `fuzz ${kind}`,
    FUZZ_SECONDS: options.seconds,
    FUZZ_SEED: options.seed,
  };
  show(process.execPath, args, { env, timeout: Number(options.seconds) * 1000 + 20 * 60 * 1000 });
}

main(() => {
  const options = readOptions();
  const kinds = KINDS.filter((kind) => (options.only ?? kind) === kind);
  console.log(`fuzz: --seed=${options.seed}`);
  return runSteps('fuzz', kinds.map((kind) => [kind, () => runKind(kind, options)]));
});
