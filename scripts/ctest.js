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

const comment = (line = '') => /^\/\* (.*) \*\/$/.exec(line)?.[1];

function readTest(file) {
  const [first, second] = fs.readFileSync(path.join(FOLDER, file), 'utf8').split(/\r?\n/);
  const needs = /^with: (.*)/.exec(comment(first))?.[1];
  const title = comment(second);
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

async function runCTest({ name, sources }, runMs = RUN_MS) {
  const folder = path.join(cache, 'ctest');
  const program = path.join(folder, `${name}-${process.pid}`);
  const include = ['-Isrc', '-Iinclude', `-I${NODE_API}`];
  const files = [`test/c/${name}.c`, ...sources.map((source) => `src/${source}`)];
  const flags = [...STRICT, ...(process.env.CFLAGS || '').split(' ').filter(Boolean)];
  const env = plainEnvironment();
  fs.mkdirSync(folder, { recursive: true });
  try {
    await start(process.env.CC || 'cc', [...flags, ...include, ...files, '-o', program], { env });
    await start(program, [], { env, timeout: runMs });
  } finally {
    fs.rmSync(program, { force: true });
  }
}

module.exports = { listCTests, runCTest };

if (require.main === module) {
  const names = process.argv.slice(2);
  main(() => {
    const tests = listCTests().filter(({ name }) => !names.length || names.includes(name));
    const steps = tests.map((test) => [`${test.name}: ${test.title}`, () => runCTest(test)]);
    return runSteps('C tests', steps);
  });
}
