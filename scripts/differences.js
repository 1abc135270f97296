'use strict';

/*
 * What a runtime does differently, from test/differences.json. By runtime (`node-18`, which is all
 * of Node 18, `bun`, `deno`) it lists the tests that are left out there, and why:
 *
 *   { "file": "end.test.js", "title": "part of the full title", "why": "..." }
 *
 * Without a title the whole file is left out, and not even loaded. An entry that matches no test is
 * an error, so that none outlives its reason.
 */

const fs = require('node:fs');
const path = require('node:path');

const FOLDER = path.join(__dirname, '..', 'test');

function runtimeName() {
  if (process.versions.bun) return 'bun';
  if (process.versions.deno) return 'deno';
  return `node-${parseInt(process.versions.node, 10)}`;
}

function differences() {
  const all = JSON.parse(fs.readFileSync(path.join(FOLDER, 'differences.json'), 'utf8'));
  return all[runtimeName()] || [];
}

function leftOutFiles() {
  const files = differences().filter(({ title }) => !title).map(({ file }) => file);
  const missing = files.find((file) => !fs.existsSync(path.join(FOLDER, file)));
  if (missing) throw new Error(`test/differences.json names ${missing}, which is not there`);
  return files;
}

function allTests(suite) {
  return [...suite.tests, ...suite.suites.flatMap(allTests)];
}

/* Marks the tests that an entry means; one file's entries are no concern of a run without it. */
function leaveOut({ file, title, why }, tests) {
  const inFile = tests.filter((test) => path.basename(test.file) === file);
  const meant = inFile.filter((test) => test.fullTitle().includes(title));
  if (inFile.length && !meant.length) {
    throw new Error(`test/differences.json: no test of ${file} is called "${title}"`);
  }
  for (const test of meant) {
    test.pending = true;
    test.title += ` (${runtimeName()}: ${why})`;
  }
}

const mochaHooks = {
  beforeAll() {
    const tests = allTests(this.test.parent);
    for (const entry of differences().filter(({ title }) => title)) leaveOut(entry, tests);
  },
};

module.exports = { leftOutFiles, mochaHooks };
