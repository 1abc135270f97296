'use strict';

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { build } = require('./build.js');
const { inMode, coreTimes, othersShare } = require('./mode.js');
const { readOptions, OptionError, USAGE } = require('./options.js');
const peers = require('./peers/index.js');
const { report, label } = require('./report.js');
const { Results } = require('./results.js');
const tasks = require('./tasks/index.js');

const HUNG_MS = 120000;
const LIMITS = { timeout: HUNG_MS, killSignal: 'SIGKILL' };
const QUIET_OTHERS_SHARE = 0.1;

const run = promisify(execFile);
const say = (text) => process.stdout.write(`${text}\n`);
const note = (text) => process.stderr.write(`${text}\n`);

/* Every peer in every form it has for the task. */
function subjectsFor(task, names) {
  const formsOf = (peer) => Object.keys(peers[peer].tasks[task] ?? {});
  return names.flatMap((peer) => formsOf(peer).map((form) => ({ peer, form })));
}

function planFor(task, options) {
  return {
    ...options,
    subjects: subjectsFor(task, options.peers),
    baselines: options.peers.filter((name) => peers[name].baseline),
    cells: [
      ...options.inFlight.map((inFlight) => ({ measure: 'rate', inFlight })),
      { measure: 'latency' },
      { measure: 'memory' },
    ],
  };
}

async function runCell(cell) {
  const args = ['--expose-gc', path.join(__dirname, 'cell.js'), JSON.stringify(cell)];
  try {
    const { stdout } = await run(process.execPath, args, LIMITS);
    return JSON.parse(stdout);
  } catch (error) {
    const why = error.killed ? `did not end within ${HUNG_MS / 1000} s` : error.message;
    throw new Error(`${label(cell)}, ${cell.measure}: ${why}`, { cause: error });
  }
}

const rotated = (list, by) => list.map((_, k) => list[(k + by) % list.length]);

/* One process after the other, never two at once. The peers take turns within a cell, and each
 * round begins with another one. */
async function runRound(results, plan, base) {
  for (const cell of plan.cells) {
    const able = plan.subjects.filter(({ form }) => cell.measure !== 'memory' || form !== 'sync');
    for (const subject of rotated(able, base.round)) {
      const one = { ...base, ...cell, ...subject };
      results.add({ ...one, ...await runCell({ ...one, ms: plan.ms, queued: plan.queued }) });
    }
  }
}

/* Whether the machine was what the mode says. Awake, the busy processes leave nothing to tell it
 * by. */
function describeMode(mode, others) {
  if (mode !== 'quiet') return mode;
  const warning = others > QUIET_OTHERS_SHARE ? ', so this was NOT quiet' : '';
  return `${mode} (others took ${Math.round(others * 100)} % of the cores${warning})`;
}

async function runMode(results, plan, base) {
  const { mode, task } = base;
  const { title } = tasks[task];
  const before = coreTimes();
  await inMode(mode, async () => {
    for (let round = 0; round < plan.rounds; round++) {
      note(`${mode}: ${title}, round ${round + 1} of ${plan.rounds}`);
      await runRound(results, plan, { ...base, round });
    }
  });
  const described = describeMode(mode, othersShare(before, results.cpuMs(base)));
  say(`\n== ${title}; mode ${described} ==\n\n${report(results, plan, base)}`);
}

/* Speed that loses the caller's context is no speed: whoever claims to keep it has to. */
async function checkContexts(plan, task) {
  for (const { peer, form } of plan.subjects.filter((subject) => subject.form === 'callback')) {
    const { numbers } = await runCell({ peer, form, task, measure: 'context' });
    const kept = numbers.kept === 1;
    if (!kept && peers[peer].keepsContext) throw new Error(`${peer} lost its AsyncLocalStorage`);
    say(`${peer}: callbacks ${kept ? 'keep' : 'LOSE'} their AsyncLocalStorage`);
  }
}

function machine() {
  const cpus = os.cpus();
  return `Node ${process.versions.node}, ${process.platform} ${process.arch}, ` +
    `${cpus.length} x ${cpus[0]?.model.trim() ?? 'unknown'}`;
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return say(USAGE);
  build([...new Set(options.peers.flatMap((name) => peers[name].addons))]);
  say(`${machine()}; ${options.rounds} rounds, ${options.ms} ms a process`);
  const results = new Results();
  for (const task of options.tasks) {
    const plan = planFor(task, options);
    await checkContexts(plan, task);
    for (const mode of options.modes) await runMode(results, plan, { mode, task });
  }
  if (options.json) {
    const all = { machine: machine(), options, runs: results.runs };
    fs.writeFileSync(options.json, JSON.stringify(all));
  }
}

main().catch((error) => {
  note(error instanceof OptionError ? `${error.message}\n\n${USAGE}` : error.stack);
  process.exitCode = 1;
});
