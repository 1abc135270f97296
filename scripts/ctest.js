'use strict';

// Compiles and runs the tests in test/c, each a plain main() that exits with 0 when its fact holds.
// A test begins with the files of src/ that it needs, and its title:
//
//   /* with: plat.c list.h timer.c */
//   /* timers fire in the order of their deadlines */
//
// CFLAGS adds flags. All of them, or only those named: npm run test:c -- timer

const fs = require('node:fs');
const path = require('node:path');
const { root, cache, main, runSteps, start } = require('./steps');

/* For the types that tables name; a test that called Node-API would not link. */
const NODE_API = require('node-api-headers').include_dir;
const FOLDER = path.join(root, 'test', 'c');
const STRICT = ['-std=c11', '-Wall', '-Wextra', '-pedantic', '-Werror', '-g', '-O1', '-pthread'];
const RUN_MS = 120000;

const HEAD = /^\/\* with: ([^/]*) \*\/\n\/\* (.*) \*\/$/m;

function readTest(file) {
  const text = fs.readFileSync(path.join(FOLDER, file), 'utf8').replace(/\r\n/g, '\n');
  const [, needs, title] = HEAD.exec(text) ?? [];
  if (!needs || !title) throw new Error(`test/c/${file} must begin with its files and its title`);
  const sources = needs.split(/\s+/).filter((name) => name.endsWith('.c'));
  return { name: path.parse(file).name, title, sources };
}

function listCTests() {
  const files = fs.existsSync(FOLDER) ? fs.readdirSync(FOLDER) : [];
  return files.filter((name) => name.endsWith('.c')).sort().map(readTest);
}

/* A sanitizer's library that is preloaded for Node's sake is not for the compiler. */
function plainEnvironment() {
  const { LD_PRELOAD, ...environment } = process.env;
  return environment;
}

/* Of this process, and gone with it; for coverage, OFFLOOP_CTEST names one that is kept. */
const kept = process.env.OFFLOOP_CTEST;
const folder = kept ?? path.join(cache, 'ctest', `${process.pid}`);
if (!kept) process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));

function compile(args) {
  const flags = [...STRICT, ...(process.env.CFLAGS || '').split(' ').filter(Boolean)];
  const include = ['-Isrc', '-Iinclude', `-I${NODE_API}`];
  fs.mkdirSync(folder, { recursive: true });
  return start(process.env.CC || 'cc', [...flags, ...include, ...args], { env: plainEnvironment() });
}

const outputs = new Map();

/* Compiled once, whoever needs it; gives the file. */
function outputOf(name, inputs) {
  const output = path.join(folder, name);
  const make = async () => {
    await compile([...await inputs(), '-o', output]);
    return output;
  };
  if (!outputs.has(name)) outputs.set(name, make());
  return outputs.get(name);
}

function objectOf(source) {
  return outputOf(`${path.parse(source).name}.o`, () => ['-c', `src/${source}`]);
}

/* Gives the program, whose counts of coverage are not to be taken for those of src/NAME.c. */
function buildCTest({ name, sources }) {
  return outputOf(`${name}.test`, async () => [
    `test/c/${name}.c`, ...await Promise.all(sources.map(objectOf)),
  ]);
}

async function runCTest(test, runMs = RUN_MS) {
  await start(await buildCTest(test), [], { env: plainEnvironment(), timeout: runMs });
}

module.exports = { listCTests, buildCTest, runCTest };

if (require.main === module) {
  const names = process.argv.slice(2);
  main(() => {
    const tests = listCTests().filter(({ name }) => !names.length || names.includes(name));
    const steps = tests.map((test) => [`${test.name}: ${test.title}`, () => runCTest(test)]);
    return runSteps('C tests', steps);
  });
}
