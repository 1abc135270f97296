'use strict';

// Child processes of the runtime that runs this suite.

const { execFile } = require('node:child_process');
const path = require('node:path');

const GUARD_MS = 120000;

const RUN = process.versions.deno ? ['run', '--allow-all', '--v8-flags=--expose-gc'] : [];

/* Runs a file, of test/support unless its path is whole, with arguments; options are the runtime's
 * own. Gives how it ended: { code, signal, stdout, stderr }. Without leaks: process.exit() leaves
 * what Node has as it is, so a sanitizer that is preloaded into the child looks for none. */
function runChild(file, args = [], { options = [], env = {}, leaks = true } = {}) {
  const argv = [...RUN, ...options, path.resolve(__dirname, file), ...args];
  const sanitizer = leaks ? {} : { ASAN_OPTIONS: 'detect_leaks=0' };
  const settings = { env: { ...process.env, ...sanitizer, ...env }, timeout: GUARD_MS };
  return new Promise((resolve) => {
    execFile(process.execPath, argv, settings, (error, stdout, stderr) => {
      const { code = 0, signal = null } = error ?? {};
      resolve({ code, signal, stdout, stderr });
    });
  });
}

module.exports = { runChild };
