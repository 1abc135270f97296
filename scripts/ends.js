'use strict';

/*
 * Ends processes and threads in the midst of everything, on every runtime: npm run test:ends --
 * [options]. Each case is a child process: a state of test/ends/states.js, ended in a way of
 * test/ends/ends.js, and judged by test/ends/judge.js. A failure names the command that repeats it.
 *
 *   --runtime=node-18,bun   these only, as scripts/runtimes.js names them
 *   --state=stream,line     these only
 *   --end=exit,terminate    these only
 *   --rounds=5              each case so many times, at another moment each time
 *   --round=3               this round only
 *   --seconds=600           no case begins when they are up; which are first differs each time
 *   --with=address          or thread: this very Node, under that sanitizer
 *   --list                  says what the states and the ends are
 */

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const os = require('node:os');
const path = require('node:path');
const { text } = require('node:stream/consumers');
const { parseArgs } = require('node:util');
const ends = require('../test/ends/ends');
const { judge } = require('../test/ends/judge');
const states = require('../test/ends/states');
const { inTime } = require('../test/stress/watch');
const { build } = require('./build');
const { RUNTIMES, install } = require('./runtimes');
const { buildInstrumented } = require('./sanitize');
const { main, root } = require('./steps');

const CHILD = path.join(root, 'test', 'ends', 'child.js');
const HANG_MS = 60000;

const OPTIONS = {
  runtime: { type: 'string' },
  state: { type: 'string' },
  end: { type: 'string' },
  rounds: { type: 'string', default: '5' },
  round: { type: 'string' },
  seconds: { type: 'string', default: '3600' },
  with: { type: 'string' },
  list: { type: 'boolean' },
};

/* ---- What is to be run ----------------------------------------------------------------------- */

function chosen(option, wanted, names) {
  if (wanted === undefined) return names;
  const chosenNames = wanted.split(',');
  const unknown = chosenNames.find((name) => !names.includes(name));
  if (unknown) throw new Error(`--${option}: one of ${names.join(', ')}, not ${unknown}`);
  return chosenNames;
}

/* { name, command, env }: what a child is started with. */
function instrumentedRuntime(sanitizer) {
  const { folder, env } = buildInstrumented(sanitizer);
  const built = path.join(folder, 'build', 'Release');
  return [{
    name: sanitizer,
    command: [process.execPath, '--expose-gc'],
    env: { ...env, OFFLOOP_BUILD: built },
  }];
}

function readRuntimes({ with: sanitizer, runtime: wanted }) {
  if (sanitizer) return instrumentedRuntime(sanitizer);
  build([]);
  const names = chosen('runtime', wanted, RUNTIMES.map(({ name }) => name));
  return RUNTIMES.filter(({ name }) => names.includes(name)).map((runtime) => ({
    name: runtime.name,
    command: [install(runtime), ...runtime.options],
    env: {},
  }));
}

function casesOf(options, runtimes, round) {
  const stateNames = chosen('state', options.state, Object.keys(states));
  const endNames = chosen('end', options.end, Object.keys(ends));
  return stateNames.flatMap((stateName) => endNames.flatMap((endName) =>
    runtimes.map((runtime) => ({
      runtime, stateName, endName, round, state: states[stateName], end: ends[endName],
    }))));
}

/* A short run is to meet others each time. */
function shuffle(list) {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
}

/* All rounds of all cases, a round after the other. */
function listCases(options, runtimes) {
  const rounds = options.round === undefined
    ? Array.from({ length: Number(options.rounds) }, (_, i) => i)
    : [Number(options.round)];
  return rounds.flatMap((round) => shuffle(casesOf(options, runtimes, round)));
}

/* ---- A case ---------------------------------------------------------------------------------- */

/* Ends that cut a process off leave what the runtime has: no leaks are looked for there. */
function leaksOf({ env }, { code }) {
  return env.ASAN_OPTIONS && code !== 0 ? { ASAN_OPTIONS: 'detect_leaks=0' } : {};
}

async function outcomeOf({ runtime, stateName, endName, round, end }) {
  const [program, ...args] = runtime.command;
  const child = spawn(program, [...args, CHILD, stateName, endName, `${round}`], {
    cwd: root,
    env: { ...process.env, ...runtime.env, ...leaksOf(runtime, end) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const over = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  try {
    const [[code, signal], stdout, stderr] = await inTime(over, HANG_MS, child.pid, 'the child');
    return { code, signal, stdout, stderr };
  } finally {
    child.kill('SIGKILL');
  }
}

async function complaintsAbout(one) {
  try {
    return judge(one.runtime.name, one, await outcomeOf(one));
  } catch (error) {
    return [error.message];
  }
}

function commandOf({ runtime, stateName, endName, round }, { with: sanitizer }) {
  const where = sanitizer ? `--with=${sanitizer}` : `--runtime=${runtime.name}`;
  return `npm run test:ends -- ${where} --state=${stateName} --end=${endName} --round=${round}`;
}

/* ---- All of them ----------------------------------------------------------------------------- */

/* counts[runtime][end] = { passed, failed }. */
function makeCounts(runtimes) {
  const zeros = () => Object.keys(ends).map((end) => [end, { passed: 0, failed: 0 }]);
  return Object.fromEntries(runtimes.map(({ name }) => [name, Object.fromEntries(zeros())]));
}

const sum = (list, outcome) => list.reduce((total, one) => total + one[outcome], 0);

/* What has passed, for each runtime and end, and of how many if not all have. */
function printCounts(counts) {
  const cell = ({ passed, failed }) => (failed ? `${passed} of ${passed + failed}` : passed);
  const line = ([name, byEnd]) => {
    const cells = Object.entries(byEnd).map(([end, one]) => [end, cell(one)]);
    return [name, { ...Object.fromEntries(cells), failed: sum(Object.values(byEnd), 'failed') }];
  };
  console.table(Object.fromEntries(Object.entries(counts).map(line)));
}

function complain(one, complaints, options) {
  console.log(`failed  ${commandOf(one, options)}`);
  for (const complaint of complaints) console.log(`  ${complaint.replaceAll('\n', '\n  ')}`);
}

/* As many at a time as there are cores, until the time is up. */
async function runCases(cases, counts, options) {
  const until = Date.now() + 1000 * Number(options.seconds);
  const queue = cases.values();
  const take = async () => {
    while (Date.now() < until) {
      const { value: one, done } = queue.next();
      if (done) return;
      const complaints = await complaintsAbout(one);
      counts[one.runtime.name][one.endName][complaints.length ? 'failed' : 'passed'] += 1;
      if (complaints.length) complain(one, complaints, options);
    }
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, take));
}

async function runAll(options) {
  const runtimes = readRuntimes(options);
  const cases = listCases(options, runtimes);
  const counts = makeCounts(runtimes);
  await runCases(cases, counts, options);
  printCounts(counts);
  const all = Object.values(counts).flatMap((byEnd) => Object.values(byEnd));
  const [passed, failed] = [sum(all, 'passed'), sum(all, 'failed')];
  const left = cases.length - passed - failed;
  console.log(`ends: ${passed} passed, ${failed} failed${left ? `, ${left} not begun` : ''}`);
  if (failed || !passed) process.exitCode = 1;
}

function printList() {
  for (const [title, table] of [['states', states], ['ends', ends]]) {
    console.log(`${title}:`);
    for (const name of Object.keys(table)) console.log(`  ${name.padEnd(14)} ${table[name].says}`);
  }
}

main(() => {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.list) return printList();
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return console.log('ends: skipped, the packages of the runtimes are for Linux on x64');
  }
  return runAll(values);
});
