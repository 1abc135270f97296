'use strict';

/*
 * Finds what no test sees: changes one line of src/ at a time, in a copy of the tree, and runs the
 * tests that fit: npm run test:mutants -- [options].
 *
 *   --mutants=60         so many, chosen by the seed
 *   --seed=N
 *   --file=channel,pool  in these files of src/ only
 *
 * A mutant that every test passes has survived: a test is missing, or the line makes no difference.
 * Locks are left alone: what happens without them is for npm run test:tsan.
 */

const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { randomOf } = require('../test/support/random');
const { listCTests } = require('./ctest');
const { copyTree } = require('./sanitize');
const { root, cache, main, run } = require('./steps');

const NODE_API = require('node-api-headers').include_dir;
const RUN_MS = 120000; /* a test that hangs has seen the mutant, too */

/* The suites, test/NAME.test.js, that look at a file of src/. */
const SUITES = {
  arena: ['buffers'],
  ask: ['asks'],
  berth: ['pools', 'node-pool'],
  binding: ['modules', 'calls'],
  boot: ['modules', 'environments'],
  call: ['calls', 'arguments', 'options', 'start', 'prepare'],
  channel: ['streams'],
  context: ['callbacks'],
  each: ['each'],
  env: ['calls', 'stops', 'timeouts', 'environments', 'terminate', 'gates', 'handles'],
  error: ['errors', 'stacks', 'failures'],
  exclusive: ['exclusive'],
  export: ['modules', 'load'],
  failure: ['failures', 'errors'],
  fields: ['modules'],
  flat: ['flat', 'streams-plain'],
  function: ['asks'],
  gate: ['gates'],
  handle: ['handles', 'exclusive', 'waiting'],
  hold: ['holds'],
  job: ['stops', 'timeouts', 'pools'],
  listener: ['progress'],
  mailbox: ['messages'],
  news: ['progress', 'streams'],
  node_pool: ['node-pool', 'flat', 'terminate'],
  object: ['handles', 'collection'],
  parcel: ['streams', 'messages'],
  pin: ['buffers', 'terminate'],
  pool: ['pools', 'waiting'],
  post: ['messages'],
  progress: ['progress'],
  quay: ['pools'],
  read: ['arguments', 'numbers', 'strings', 'lists', 'objects', 'buffers'],
  rules: ['modules'],
  seat: ['flat', 'flat-ends'],
  settle: ['calls', 'callbacks', 'results', 'complete', 'terminate'],
  slab: ['flat', 'flat-ends'],
  stage: ['flat', 'flat-ends'],
  stream: ['streams', 'streams-ends', 'streams-plain', 'messages'],
  tally: ['pools'],
  trail: ['arguments', 'lists', 'numbers'],
  view: ['buffers', 'arguments'],
  write: ['results', 'lists', 'objects', 'numbers', 'strings', 'buffers'],
};

const OPTIONS = {
  mutants: { type: 'string', default: '60' },
  seed: { type: 'string', default: `${Date.now() % 1e6}` },
  file: { type: 'string' },
};

/* ---- What is changed ------------------------------------------------------------------------- */

const KEPT = /^ *(return|break|continue|default|oli_mutex)\b/;
const STATEMENT = /^ +[\w.>[\]-]+(\(.*\)| [-+|]?= .*|\+\+|--);$/;

/* Each gives the line as it was where it has nothing to change. */
const CHANGES = {
  'negated': (line) => line.replace(/\bif \((.*)\) (return .*;|continue;|break;|\{)$/, 'if (!($1)) $2'),
  'dropped': (line) => (KEPT.test(line) ? line : line.replace(STATEMENT, ';')),
  'or for and': (line) => line.replace(' && ', ' || '),
  'and for or': (line) => line.replace(' || ', ' && '),
  'off by one': (line) =>
    line.replace(/ ([<>])(=?) /, (_, sign, equal) => (equal ? ` ${sign} ` : ` ${sign}= `)),
  'equal or not': (line) => line.replace(/ ([!=])= /, (_, sign) => (sign === '!' ? ' == ' : ' != ')),
  'true or false': (line) =>
    line.replace(/ (true|false)\b/, (_, truth) => (truth === 'true' ? ' false' : ' true')),
};

function mutantsOf(name) {
  const lines = fs.readFileSync(path.join(root, 'src', `${name}.c`), 'utf8').split('\n');
  return lines.flatMap((before, index) => Object.entries(CHANGES)
    .map(([how, change]) => ({ name, index, how, before, after: change(before) }))
    .filter(({ after }) => /^ {2}(?! *[/*#])/.test(before) && after !== before));
}

const cTests = listCTests();
const isOf = (name, test) => test.name === name || test.name.startsWith(`${name}_`);
const cTestsOf = (name) => cTests.filter((test) => isOf(name, test) && !/stress/.test(test.name));

function chooseMutants({ mutants, seed, file }) {
  const sources = fs.readdirSync(path.join(root, 'src')).filter((source) => source.endsWith('.c'));
  const names = file ? file.split(',') : sources.map((source) => path.parse(source).name);
  const all = names.filter((name) => SUITES[name] || cTestsOf(name).length).flatMap(mutantsOf);
  const below = randomOf(Number(seed));
  const count = Math.min(Number(mutants), all.length);
  return Array.from({ length: count }, () => all.splice(below(all.length), 1)[0]);
}

/* ---- What sees it ---------------------------------------------------------------------------- */

const folder = path.join(cache, 'mutants');

function passes(program, ...args) {
  try {
    const env = { ...process.env, CFLAGS: '-Wno-error' };
    run(program, args, { cwd: folder, env, timeout: RUN_MS });
    return true;
  } catch {
    return false;
  }
}

const passesScript = (name, ...args) =>
  passes(process.execPath, '--expose-gc', path.join('scripts', `${name}.js`), ...args);

function compiles() {
  const options = ['-std=c11', '-w', '-fsyntax-only', '-Iinclude', `-I${NODE_API}`];
  return passes(process.env.CC || 'cc', ...options, 'src/offloop.c');
}

/* Gives who has seen it, if anybody has. */
function witnessOf({ name }) {
  const tests = cTestsOf(name).map((test) => test.name);
  if (!compiles()) return 'the compiler';
  if (tests.length && !passesScript('ctest', ...tests)) return 'a C test';
  const suites = (SUITES[name] ?? []).map((suite) => path.join('test', `${suite}.test.js`));
  if (!suites.length) return undefined;
  return passesScript('build') && passesScript('mocha', '--bail', ...suites) ? undefined : 'a suite';
}

function tryMutant({ name, index, after, ...mutant }) {
  const file = path.join(folder, 'src', `${name}.c`);
  const text = fs.readFileSync(file, 'utf8');
  const lines = text.split('\n');
  lines[index] = after;
  fs.writeFileSync(file, lines.join('\n'));
  try {
    return witnessOf({ name, ...mutant });
  } finally {
    fs.writeFileSync(file, text);
  }
}

main(() => {
  const { values } = parseArgs({ options: OPTIONS });
  let [seen, survived] = [0, 0];
  copyTree(folder);
  console.log(`mutants: seed ${values.seed}`);
  for (const mutant of chooseMutants(values)) {
    const witness = tryMutant(mutant);
    const { name, index, how, before } = mutant;
    if (witness === undefined) survived += 1;
    else if (witness !== 'the compiler') seen += 1;
    const what = witness === undefined ? 'survived' : `seen by ${witness}`;
    console.log(`${what}: ${name}.c:${index + 1} ${how}: ${before.trim()}`);
  }
  console.log(`mutants: ${seen} seen, ${survived} survived`);
});
