'use strict';

/* The whole benchmark: installs and builds what is missing, runs every section in every mode,
 * prints the tables and writes the report. */

const fs = require('node:fs');
const os = require('node:os');
const { build } = require('./build.js');
const floods = require('./floods.js');
const { install } = require('./install.js');
const { inMode, coreTimes, othersShare } = require('./mode.js');
const { readOptions, OptionError, USAGE } = require('./options.js');
const peers = require('./peers/index.js');
const { reportOf, text } = require('./report.js');
const { Results } = require('./results.js');
const { runCell, runRound, findAbsent } = require('./runner.js');
const sections = require('./sections/index.js');
const { subjects } = require('./sections/view.js');
const { table } = require('./table.js');
const { targetTable } = require('./targets.js');
const { writeReport } = require('./write.js');

const QUIET_OTHERS_SHARE = 0.1;

const say = (line) => process.stdout.write(`${line}\n`);
const note = (line) => process.stderr.write(`${line}\n`);

function machine() {
  const cpus = os.cpus();
  return `Node ${process.versions.node}, ${process.platform} ${process.arch}, ` +
    `${cpus.length} x ${cpus[0]?.model.trim() ?? 'unknown'}`;
}

/* The peers that the sections ask for; floods are peers of their own. */
function peersOf(options) {
  const views = options.sections.flatMap((name) => sections[name].views(options));
  return [...new Set(views.flatMap(({ cells }) => cells.map(({ peer }) => peer)))];
}

function prepare(names) {
  install();
  build([...new Set(names.flatMap((peer) => (peers[peer] ?? floods).addons))]);
}

/* Speed that loses the caller's context is no speed: whoever claims to keep it has to. */
async function checkContexts(names) {
  const lines = [];
  for (const cell of subjects(names, { task: 'add', measure: 'context' }, ['callback'])) {
    const { numbers } = await runCell(cell);
    const kept = numbers.kept === 1;
    const { keepsContext } = peers[cell.peer];
    if (!kept && keepsContext) throw new Error(`${cell.peer} lost its AsyncLocalStorage`);
    lines.push(`${cell.peer}: callbacks ${kept ? 'keep' : 'LOSE'} their AsyncLocalStorage`);
  }
  return lines;
}

async function runSection(results, name, mode, options) {
  const { title, views, rounds = (n) => n } = sections[name];
  const count = rounds(options.rounds);
  const began = performance.now();
  for (let round = 0; round < count; round++) {
    note(`${mode}: ${title}, round ${round + 1} of ${count}`);
    await runRound(results, views(options), { mode, round, ms: options.ms });
  }
  note(`${mode}: ${title}: took ${Math.round((performance.now() - began) / 1000)} s`);
  const report = reportOf(results, sections[name], options, mode);
  say(`\n== ${title}; ${mode} ==\n\n${text(report)}`);
}

/* Whether the machine was what the mode says. Awake, the busy processes leave nothing to tell it
 * by. */
function describeMode(mode, others) {
  if (mode !== 'quiet') return mode;
  const warning = others > QUIET_OTHERS_SHARE ? ', so this was NOT quiet' : '';
  return `${mode} (others took ${Math.round(others * 100)} % of the cores${warning})`;
}

const isIn = (name, mode, { modes }) => !sections[name].once || mode === modes[0];

async function runMode(results, mode, options) {
  const before = coreTimes();
  const names = options.sections.filter((name) => isIn(name, mode, options));
  await inMode(mode, async () => {
    for (const name of names) await runSection(results, name, mode, options);
  });
  return describeMode(mode, othersShare(before, results.cpuMs(mode)));
}

async function measure(results, options) {
  const described = [];
  for (const mode of options.modes) described.push(await runMode(results, mode, options));
  return described;
}

function sayTargets(results, options, described) {
  const { heads, groups } = targetTable(results, options);
  if (groups[0].length === 0) return;
  say(`\n== targets; ${described.join('; ')} ==\n\n${table(heads, groups)}`);
}

/* What the run is about, once it is known which peers are here. */
async function begin(options) {
  const names = peersOf(options);
  prepare(names);
  const head = `${machine()}; ${options.rounds} rounds, ${options.ms} ms a process`;
  say(head);
  const results = new Results(await findAbsent(names));
  for (const [peer, why] of results.absent) say(`${peer}: absent (${why})`);
  const present = options.peers.filter((peer) => names.includes(peer) && !results.absent.has(peer));
  const contexts = await checkContexts(present);
  contexts.forEach(say);
  return { results, plan: { ...options, peers: present }, head, contexts };
}

async function end({ results, plan, head, contexts }, described) {
  sayTargets(results, plan, described);
  if (plan.json) {
    const all = { machine: head, options: plan, runs: results.runs };
    fs.writeFileSync(plan.json, JSON.stringify(all));
  }
  say(`\n${await writeReport(results, plan, { machine: head, contexts, described })}`);
  for (const failure of results.failures) note(`FAILED: ${failure}`);
  if (results.failures.length > 0) process.exitCode = 1;
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return say(USAGE);
  const run = await begin(options);
  return end(run, await measure(run.results, run.plan));
}

main().catch((error) => {
  note(error instanceof OptionError ? `${error.message}\n\n${USAGE}` : error.stack);
  process.exitCode = 1;
});
