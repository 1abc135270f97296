'use strict';

/* Brings the packages of package.json from the registry, unless they are here already. Peers are
 * optional ones: npm goes on without those that do not run here. */

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const changedMs = (...names) =>
  fs.statSync(path.join(__dirname, ...names), { throwIfNoEntry: false })?.mtimeMs ?? 0;

/* npm writes the second file last. */
const isCurrent = () =>
  changedMs('package-lock.json') <= changedMs('node_modules', '.package-lock.json');

function install() {
  if (isCurrent()) return;
  const npm = { cwd: __dirname, stdio: ['ignore', 'inherit', 'inherit'] };
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { ...npm, shell: true });
}

module.exports = { install };
