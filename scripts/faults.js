'use strict';

/*
 * Lets every allocation, every creation of a thread and every function of Node-API fail, one by
 * one, in scenarios of all public verbs: npm run test:faults -- [options].
 *
 *   --scenario=NAME    those whose names begin so; test/faults/scenarios holds them
 *   --kind=KIND        memory, thread, exception, failure or end; see test/faults/inject.h
 *   --at=N             the n-th call only; otherwise each one, until there are no more
 *   --share=N          for a short run: about one point of N in a third of the passes; which ones
 *                      follows from the seed
 *   --seconds=N        no pass begins after that; the order follows from the seed, and a closing
 *                      line says how many passes were left out
 *   --seed=N
 *
 * Memory, threads and failures fail once and, in a second pass, from there on until all has
 * settled, or for a second where something waits for better times. After each point nothing has
 * crashed, hangs or is held. Every call has settled, with an error that says what was wanting,
 * every state is destroyed once, and the same scenario succeeds without a fault. The closing lines
 * say how many points there were, and how many of them held.
 */

const { spawn } = require('node:child_process');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');
const { parseArgs } = require('node:util');
const { root, cache, installed, main, run } = require('./steps');
const { KINDS, listScenarios } = require('../test/faults/points');
const { writeWrappers } = require('../test/faults/wrap');

const SOURCES = path.join(root, 'test', 'faults');
const SILENCE_MS = 60000;

const OPTIONS = {
  scenario: { type: 'string', default: '' },
  kind: { type: 'string' },
  at: { type: 'string' },
  share: { type: 'string', default: '1' },
  seconds: { type: 'string', default: 'Infinity' },
  seed: { type: 'string', default: `${Date.now() % 1e6}` },
};

function readOptions() {
  const { values } = parseArgs({ options: OPTIONS });
  for (const name of ['at', 'share', 'seconds', 'seed']) {
    if (values[name] !== undefined && !(Number(values[name]) > 0)) {
      throw new Error(`--${name} is a number above 0, not ${values[name]}`);
    }
  }
  return values;
}

// ---- Building -----------------------------------------------------------------------------------

/* Gives the paths of { inject, addon }. */
function buildAddons() {
  const folder = path.join(cache, 'faults');
  const { names, wrappers } = writeWrappers(folder);
  const files = { inject: path.join(folder, 'inject.node'), addon: path.join(folder, 'addon.node') };
  const include = ['include', SOURCES, require('node-api-headers').include_dir];
  const flags = [
    '-std=c11', '-g', '-O1', '-fPIC', '-fvisibility=hidden', '-pthread', '-shared',
    ...include.map((each) => `-I${each}`),
    ...(process.env.CFLAGS || '').split(' ').filter(Boolean),
  ];
  const compiler = process.env.CC || 'cc';
  run(compiler, [
    ...flags, path.join(SOURCES, 'inject.c'), '-Wl,-soname,inject.node', '-o', files.inject,
  ]);
  run(compiler, [
    ...flags, '-c', wrappers, '-o', path.join(folder, 'wrappers.o'),
  ].filter((flag) => flag !== '-shared'));
  run(compiler, [
    ...flags, '-include', names, 'src/offloop.c', path.join(SOURCES, 'addon.c'),
    path.join(folder, 'wrappers.o'), files.inject, '-Wl,-rpath,$ORIGIN', '-o', files.addon,
  ]);
  return files;
}

// ---- Running ------------------------------------------------------------------------------------

/* A generator of numbers that are the same for the same seed. */
function seeded(seed) {
  let state = Number(seed) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
}

/* The points of [plan] from plan.from on, in a process that ends with the first one that it cannot
 * go on after. Gives the last point it told of. */
function runProcess(plan, tell) {
  return new Promise((resolve) => {
    const file = path.join(SOURCES, 'child.js');
    const child = spawn(process.execPath, ['--expose-gc', file, JSON.stringify(plan)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let last, said = '', guard;
    const watch = () => {
      clearTimeout(guard);
      guard = setTimeout(() => child.kill('SIGKILL'), SILENCE_MS);
    };
    watch();
    child.stderr.on('data', (text) => { said += text; });
    readline.createInterface({ input: child.stdout }).on('line', (line) => {
      watch();
      last = JSON.parse(line);
      tell(last);
    });
    child.on('close', (code, signal) => {
      clearTimeout(guard);
      resolve({ last, code, signal, said });
    });
  });
}

/* All points of a scenario for one kind and mode. Gives { injected, survived }. */
async function runPoints(plan, complain) {
  const counts = { injected: 0, survived: 0 };
  const tell = (point) => {
    if (!point.struck && point.problems.length === 0) return;
    counts.injected += 1;
    if (point.problems.length === 0) counts.survived += 1;
    else complain(point);
  };
  for (let { from } = plan; ;) {
    const { last, code, signal, said } = await runProcess({ ...plan, from }, tell);
    if (code === 0) return counts;
    const next = last === undefined ? from : last.at + plan.step;
    if (code === 1 && last !== undefined && last.problems.length > 0) {
      from = next;
    } else {
      const how = signal ? `the process was ended by ${signal}` : `the process exited with ${code}`;
      tell({ at: next, struck: true, problems: [`${how}\n${said}`] });
      from = next + plan.step;
    }
    if (plan.only) return counts;
  }
}

function* plans(options, files) {
  const random = seeded(options.seed);
  const step = Number(options.share);
  for (const { name, ends } of listScenarios()) {
    if (!name.startsWith(options.scenario)) continue;
    for (const { name: kind, modes } of KINDS) {
      if ((options.kind ?? kind) !== kind) continue;
      for (const mode of modes) {
        const from = options.at === undefined ? 1 + random(step) : Number(options.at);
        const only = options.at !== undefined;
        if (step > 1 && random(3) > 0) continue;
        yield { files, scenario: name, ends, kind, mode, from, step, only };
      }
    }
  }
}

/* In another order, so that no pass is always among those that are left out. */
function shuffle(passes, seed) {
  const random = seeded(seed);
  for (let i = passes.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [passes[i], passes[j]] = [passes[j], passes[i]];
  }
}

function listPasses(options, files) {
  const passes = [...plans(options, files)];
  if (Number(options.seconds) < Infinity) shuffle(passes, options.seed);
  return passes;
}

// ---- Telling ------------------------------------------------------------------------------------

function report(title, { injected, survived }) {
  const outcome = injected === survived ? 'passed' : 'failed';
  console.log(`${outcome}  ${title}: ${injected} points, ${survived} survived`);
}

/* The functions of the addon that were being called, the innermost first, but for the wrapper. */
function readFrames(addon, frames) {
  if (frames.length === 0 || !installed('addr2line')) return [];
  const places = frames.map((offset) => `0x${(offset - 1).toString(16)}`);
  const lines = run('addr2line', ['-f', '-s', '-e', addon, ...places]).trim().split('\n');
  const calls = places.map((_, i) => `${lines[2 * i]} (${lines[2 * i + 1]})`);
  return calls.filter((call) => !call.includes('wrappers.c'));
}

async function runPlan(plan) {
  const { scenario, kind, mode } = plan;
  const lines = [];
  const counts = await runPoints(plan, (point) => {
    const { at, problems, frames = [] } = point;
    lines.push(`  --scenario=${scenario} --kind=${kind} --at=${at} (${mode})`);
    lines.push(...readFrames(plan.files.addon, frames).map((call) => `    in ${call}`));
    const indented = problems.map((problem) => problem.replaceAll('\n', '\n      '));
    lines.push(...indented.map((problem) => `    ${problem}`));
  });
  if (lines.length > 0) console.log(lines.join('\n'));
  report(`${scenario}, ${kind} ${mode}`, counts);
  return counts;
}

/* As many at a time as there are cores, until [seconds] are over: the rest stays in [passes]. Gives
 * the sums of each kind. */
async function runPasses(passes, seconds) {
  const due = Date.now() + seconds * 1000;
  const totals = new Map();
  const runner = async () => {
    while (passes.length > 0 && Date.now() < due) {
      const plan = passes.shift();
      const { injected, survived } = await runPlan(plan);
      const total = totals.get(plan.kind) ?? { injected: 0, survived: 0 };
      total.injected += injected;
      total.survived += survived;
      totals.set(plan.kind, total);
    }
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, runner));
  return totals;
}

main(async () => {
  const options = readOptions();
  if (process.platform !== 'linux') return console.log('faults: skipped, for Linux only');
  const files = buildAddons();
  console.log(`faults: seed ${options.seed}`);
  const passes = listPasses(options, files);
  const totals = await runPasses(passes, Number(options.seconds));
  const sum = { injected: 0, survived: 0 };
  for (const [kind, counts] of totals) {
    report(`faults of ${kind}`, counts);
    sum.injected += counts.injected;
    sum.survived += counts.survived;
  }
  if (passes.length > 0) {
    console.log(`faults: ${passes.length} passes left out after ${options.seconds} s`);
  }
  console.log(`faults: ${sum.survived} passed, ${sum.injected - sum.survived} failed`);
  if (sum.survived < sum.injected) process.exitCode = 1;
});
