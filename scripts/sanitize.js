'use strict';

/*
 * The mocha suite with the C watched: node scripts/sanitize.js address|thread|memcheck|coverage
 * [mocha's arguments]. The build is of a copy of the tree, because node-gyp always builds in
 * ./build. The runtime itself is not instrumented, so the tool's library is preloaded into it, and
 * only into it: never into npm or a shell.
 */

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { root, cache, main, run, runSteps, show } = require('./steps');

const PARTS = [
  '.mocharc.js', 'CHANGELOG.md', 'LICENSE', 'README.md', 'binding.gyp', 'docs', 'examples',
  'include', 'lib', 'offloop.gyp', 'package.json', 'scripts', 'src', 'test',
];
const RUN_MS = 60 * 60 * 1000;
const TEST_MS = 300000;
const FLOORS = { lines: 97, branches: 90 }; /* per cent of src/ */
const C_TESTS = path.join(cache, 'ctest', 'coverage');
const FAULTS = path.join(cache, 'faults');
const LEFT_OUT = ['--ignore', 'test/package.test.js']; /* compilers and npm, in the main */

const suppressions = (tool) => `suppressions=${path.join(root, 'test', 'support', `${tool}.supp`)}`;

const VARIANTS = {
  address: {
    title: 'asan',
    flags: '-fsanitize=address,undefined -fno-sanitize-recover=undefined',
    library: 'libasan.so',
    settings: { ASAN_OPTIONS: 'detect_leaks=1', LSAN_OPTIONS: `${suppressions('lsan')}:print_suppressions=0` },
  },
  thread: {
    title: 'tsan',
    flags: '-fsanitize=thread',
    library: 'libtsan.so',
    settings: { TSAN_OPTIONS: suppressions('tsan') },
  },
  memcheck: {
    title: 'memcheck',
    wrapper: [
      'valgrind', '--leak-check=full', '--show-leak-kinds=definite',
      '--errors-for-leak-kinds=definite', '--error-exitcode=99',
    ],
  },
  coverage: {
    title: 'coverage',
    flags: '--coverage -O0',
    settings: { OFFLOOP_CTEST: C_TESTS },
    more: [['faults', runFaults], ['report', reportCoverage]],
  },
};

/* Times are kept, so that make builds what has changed and no more. */
function copyTree(folder) {
  fs.mkdirSync(folder, { recursive: true });
  for (const part of PARTS) {
    const copy = path.join(folder, part);
    fs.rmSync(copy, { recursive: true, force: true });
    if (!fs.existsSync(path.join(root, part))) continue;
    fs.cpSync(path.join(root, part), copy, { recursive: true, preserveTimestamps: true });
  }
  const modules = path.join(folder, 'node_modules');
  if (!fs.existsSync(modules)) fs.symlinkSync(path.join(root, 'node_modules'), modules);
}

function buildEnvironment({ flags = '' }) {
  const compiling = `-g -O1 -fno-omit-frame-pointer ${flags}`.trim();
  return { ...process.env, CC: 'gcc', CFLAGS: compiling, LDFLAGS: flags };
}

/* The linker's libasan.so may be a link or a script; only the real library can be preloaded. */
function preload({ library, settings }) {
  if (!library) return { ...settings };
  const file = run('gcc', [`-print-file-name=${library}`]).trim();
  return { ...settings, LD_PRELOAD: fs.realpathSync(file) };
}

function runSuite(variant, folder, mochaArguments) {
  const title = { OFFLOOP_RUN: `${variant.title} suite` };
  const env = { ...buildEnvironment(variant), ...preload(variant), ...title };
  const mocha = ['--expose-gc', 'scripts/mocha.js', '--timeout', `${TEST_MS}`, ...LEFT_OUT];
  const command = [...(variant.wrapper || []), process.execPath, ...mocha, ...mochaArguments];
  show(command[0], command.slice(1), { cwd: folder, env, timeout: RUN_MS });
}

/* What no test can bring about: failures of the system and of Node-API, the same ones each time.
 * What came of them is for npm run test:faults to say. */
function runFaults(folder) {
  const env = buildEnvironment(VARIANTS.coverage);
  const faults = [path.join('scripts', 'faults.js'), '--share=10', '--seed=1'];
  spawnSync(process.execPath, faults, { cwd: folder, env, stdio: 'ignore', timeout: RUN_MS });
}

/* What all of them have reached in src/, by gcovr, whose own table has either lines or branches. */
function readCoverage(folder) {
  const objects = [path.join('build', 'Release', 'obj.target', 'offloop'), C_TESTS, FAULTS];
  const options = ['--root', '.', '--filter', 'src/', '--json-summary'];
  return JSON.parse(run('gcovr', [...objects, ...options], { cwd: folder }));
}

function reportCoverage(folder) {
  const { files, line_percent: lines, branch_percent: branches } = readCoverage(folder);
  const say = (name, ofLines, ofBranches) =>
    console.log(`  ${name.padEnd(18)} ${`${ofLines}`.padStart(5)} ${`${ofBranches}`.padStart(5)}`);
  say('', 'lines', 'branches');
  for (const one of files) say(one.filename, one.line_percent, one.branch_percent);
  say('all', lines, branches);
  if (lines < FLOORS.lines || branches < FLOORS.branches) {
    throw new Error(`due are ${FLOORS.lines} % of lines and ${FLOORS.branches} % of branches`);
  }
}

function variantOf(name) {
  const variant = VARIANTS[name];
  if (!variant) throw new Error(`one of ${Object.keys(VARIANTS).join(', ')}, not ${name}`);
  return variant;
}

const folderOf = ({ title }) => path.join(cache, title);

/* Of an earlier run: gcov adds to what it finds. */
function forgetCounts(folder) {
  if (!fs.existsSync(folder)) return;
  for (const file of fs.readdirSync(folder, { recursive: true })) {
    if (file.endsWith('.gcda')) fs.rmSync(path.join(folder, file));
  }
}

function buildCopy(variant) {
  const folder = folderOf(variant);
  copyTree(folder);
  for (const built of [path.join(folder, 'build'), C_TESTS, FAULTS]) forgetCounts(built);
  const builder = [path.join('scripts', 'build.js')];
  run(process.execPath, builder, { cwd: folder, env: buildEnvironment(variant) });
}

/* For others that run children under a sanitizer: where the build is, and the environment that is
 * Node's, and only Node's. */
function buildInstrumented(name) {
  const variant = variantOf(name);
  buildCopy(variant);
  return { folder: folderOf(variant), env: preload(variant) };
}

module.exports = { buildInstrumented, copyTree };

if (require.main === module) main(() => {
  const [name, ...mochaArguments] = process.argv.slice(2);
  const variant = variantOf(name);
  if (os.platform() !== 'linux') return console.log(`${variant.title}: skipped, for Linux only`);
  const steps = [
    ['build', () => buildCopy(variant)],
    ['suite', () => runSuite(variant, folderOf(variant), mochaArguments)],
  ];
  for (const [title, step] of mochaArguments.length ? [] : variant.more ?? []) {
    steps.push([title, () => step(folderOf(variant))]);
  }
  return runSteps(variant.title, steps);
});
