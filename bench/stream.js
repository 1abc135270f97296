'use strict';

/* A flood of numbers from a thread to JavaScript, item by item and in chunks: offloop's streams
 * beside threadsafe functions. One process for each flood; each round begins with another one. */

const { execFile } = require('node:child_process');
const os = require('node:os');
const path = require('node:path');
const { parseArgs, promisify } = require('node:util');
const { build } = require('./build.js');
const { addons, floods } = require('./floods.js');
const { coreTimes, inMode, modes, othersShare } = require('./mode.js');
const { Results } = require('./results.js');
const { table, short } = require('./table.js');

const HUNG_MS = 120000;
const USAGE = `node bench/stream.js [--quick]

  --quick  one short round in quiet mode: shows that all of it runs, not how fast
`;
const FULL = { modes: Object.keys(modes), rounds: 5, ms: 500 };
const QUICK = { modes: ['quiet'], rounds: 1, ms: 60 };

const run = promisify(execFile);
const names = Object.keys(floods);
const baselines = names.filter((name) => floods[name].baseline);

async function runCell(flood, ms) {
  const args = [path.join(__dirname, 'flood-cell.js'), JSON.stringify({ flood, ms })];
  try {
    const { stdout } = await run(process.execPath, args, { timeout: HUNG_MS, killSignal: 'SIGKILL' });
    return JSON.parse(stdout);
  } catch (error) {
    const why = error.killed ? `did not end within ${HUNG_MS / 1000} s` : error.message;
    throw new Error(`${flood}: ${why}`, { cause: error });
  }
}

/* A flood is what Results calls a peer. */
async function runRounds(results, mode, { rounds, ms }) {
  for (let round = 0; round < rounds; round++) {
    process.stderr.write(`${mode}: round ${round + 1} of ${rounds}\n`);
    for (const [k] of names.entries()) {
      const peer = names[(k + round) % names.length];
      results.add({ mode, peer, round, ...await runCell(peer, ms) });
    }
  }
}

const times = (ratio) => `${ratio.toFixed(2)}x`;

function row(results, mode, peer) {
  const figure = (number, more) => results.figure({ mode, peer }, baselines, number, more);
  const speed = figure('itemsPerSecond', true);
  const cpu = figure('cpuUs');
  const p99 = figure('p99Ms');
  return [
    peer,
    short(speed.median), `${short(speed.min)}..${short(speed.max)}`,
    times(speed.ratio.median), `${times(speed.ratio.min)}..${times(speed.ratio.max)}`,
    short(cpu.median), times(cpu.ratio.median),
    short(p99.median), `${short(p99.min)}..${short(p99.max)}`, short(figure('maxMs').median),
  ];
}

function report(results, mode) {
  const heads = [
    `flood, ${mode}`, 'items/s', 'min..max', 'vs bounded', 'min..max',
    'CPU us/item', 'vs bounded', 'loop p99 ms', 'min..max', 'longest',
  ];
  const rows = (own) => names.filter((name) => name.startsWith('offloop') === own)
    .map((name) => row(results, mode, name));
  return table(heads, [rows(true), rows(false)]);
}

async function main() {
  const options = { quick: { type: 'boolean' }, help: { type: 'boolean' } };
  const { quick, help } = parseArgs({ options }).values;
  if (help) return process.stdout.write(USAGE);
  const plan = quick ? QUICK : FULL;
  build(addons);
  const cpus = os.cpus();
  console.log(`Node ${process.versions.node}, ${cpus.length} x ${cpus[0]?.model.trim() ?? 'unknown'}; ` +
    `${plan.rounds} rounds, ${plan.ms} ms a process`);
  const results = new Results();
  for (const mode of plan.modes) {
    const before = coreTimes();
    await inMode(mode, () => runRounds(results, mode, plan));
    const others = Math.round(othersShare(before, results.cpuMs({ mode })) * 100);
    console.log(`\n${report(results, mode)}`);
    if (mode === 'quiet') console.log(`others took ${others} % of the cores`);
  }
}

main().catch((error) => {
  const misused = error.code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(misused ? `${error.message}\n\n${USAGE}` : `${error.stack}\n`);
  process.exitCode = 1;
});
