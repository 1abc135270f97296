'use strict';

/*
 * What can be said of the code without running it. `--fix` formats the C instead. A tool that is
 * not installed is a skipped step, but in CI a failed one.
 */

const fs = require('node:fs');
const path = require('node:path');
const { root, cache, main, run, runSteps, skip, installed } = require('./steps');
const { checkFloors } = require('./floors');
const { checkLayer } = require('./embed');
const { checkTargets, listTargets } = require('./targets');

const NODE_API = require('node-api-headers').include_dir;
const STRICT = ['-Wall', '-Wextra', '-pedantic', '-Werror', '-Iinclude', `-I${NODE_API}`];
const C_FOLDERS = ['include', 'src', 'test', 'examples', 'bench/addons'];

function filesUnder(folder, ending) {
  const entries = fs.existsSync(path.join(root, folder))
    ? fs.readdirSync(path.join(root, folder), { withFileTypes: true })
    : [];
  return entries.flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesUnder(name, ending);
    return ending.test(entry.name) ? [name] : [];
  });
}

const cFiles = () => C_FOLDERS.flatMap((folder) => filesUnder(folder, /\.[ch]$/));

function checkFormat(tool) {
  try {
    run(tool, ['--dry-run', '-Werror', ...cFiles()]);
  } catch (error) {
    const faults = cFiles().filter((file) => error.message.includes(`\n${file}:`));
    throw faults.length ? new Error(`npm run format would change ${faults.join(', ')}`) : error;
  }
}

function needs(tool, step) {
  return () => {
    if (installed(tool)) return step(tool);
    const reason = `${tool} is not installed`;
    if (process.env.CI) throw new Error(reason);
    return skip(reason);
  };
}

const compile = (compiler, flags, file) =>
  run(compiler, [...flags, ...STRICT, '-O2', '-c', '-o', '/dev/null', file]);

/* The header is quiet under the strictest flags of who includes it, and needs no other before. */
function compileHeader(compiler, flags) {
  const file = path.join(cache, `header.${flags[0].includes('++') ? 'cc' : 'c'}`);
  fs.mkdirSync(cache, { recursive: true });
  fs.writeFileSync(file, '#include <offloop.h>\n');
  compile(compiler, flags, file);
}

function compileSources(compiler) {
  const addons = [...listTargets().map(([, file]) => file), 'test/support/consumer/add.c'];
  for (const file of ['src/offloop.c', ...addons]) compile(compiler, ['-std=c11'], file);
}

function cppHeader(compiler) {
  for (const year of [11, 17, 20]) compileHeader(compiler, [`-std=c++${year}`]);
}

/* One file, as users compile it. A job may point to the stack of a thread that waits. */
function cppcheck() {
  const checks = ['--enable=warning,performance,portability', '--std=c11', '--inline-suppr'];
  const unwanted = ['missingInclude', 'missingIncludeSystem', 'toomanyconfigs', 'autoVariables'];
  const quiet = ['--quiet', ...unwanted.map((id) => `--suppress=${id}`)];
  run('cppcheck', [...checks, ...quiet, '--error-exitcode=1', '-Iinclude', 'src/offloop.c']);
}

function eslint() {
  run(process.execPath, [path.join(root, 'node_modules/eslint/bin/eslint.js'), '.']);
}

function types() {
  const options = ['--noEmit', '--strict', '--module', 'node16', '--lib', 'esnext,dom'];
  const files = ['test/types.ts', 'test/types-bare.ts', ...filesUnder('examples', /\.ts$/)];
  run(process.execPath, [require.resolve('typescript/bin/tsc'), ...options, ...files]);
}

/* clang-format leaves comments as they are; JavaScript is eslint's matter. The tables of one file
 * are better read as they are. */
const COLUMNS = 100;
const LONG_TABLES = 'test/c/fields.c';

const linesOf = (file) => fs.readFileSync(path.join(root, file), 'utf8').split('\n');

/* What programs print may be as long as it is. */
function sampleLines(page) {
  const samples = linesOf(page).join('\n').match(/^```(?:c|cpp|js)\b[^]*?^```$/gm) ?? [];
  return samples.flatMap((sample) => sample.split('\n'));
}

function checkLength() {
  const tooLong = (file, lines) =>
    lines.filter((line) => line.length > COLUMNS).map((line) => `${file}: ${line}`);
  const sources = cFiles().filter((file) => file !== LONG_TABLES);
  const pages = ['README.md', ...filesUnder('docs', /\.md$/)];
  const faults = [
    ...sources.flatMap((file) => tooLong(file, linesOf(file))),
    ...pages.flatMap((page) => tooLong(page, sampleLines(page))),
  ];
  if (faults.length) throw new Error(`over ${COLUMNS} columns:\n${faults.join('\n')}`);
}

/* npm writes the addresses it downloaded from, unless .npmrc forbids it. */
function checkLock() {
  const lock = fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8');
  if (/"resolved": *"http/.test(lock)) throw new Error('package-lock.json names download addresses');
}

const steps = [
  ['eslint', eslint],
  ['types', types],
  ['clang-format', needs('clang-format', checkFormat)],
  ['floors', checkFloors],
  ['lines of at most 100 columns', checkLength],
  ['the embedded layer is current', checkLayer],
  ['the list of addons is current', checkTargets],
  ['the lock file names no download addresses', checkLock],
  ['header, gcc', needs('gcc', (tool) => compileHeader(tool, ['-std=c11']))],
  ['header, clang', needs('clang', (tool) => compileHeader(tool, ['-std=c11']))],
  ['header, g++ 11, 17, 20', needs('g++', cppHeader)],
  ['header, clang++ 11, 17, 20', needs('clang++', cppHeader)],
  ['sources, gcc', needs('gcc', compileSources)],
  ['sources, clang', needs('clang', compileSources)],
  ['cppcheck', needs('cppcheck', cppcheck)],
];

main(() => {
  if (process.argv.includes('--fix')) return run('clang-format', ['-i', ...cFiles()]);
  return runSteps('lint', steps);
});
