'use strict';

/* Builds the examples and runs each, examples/NAME/index.js, with its real output. */

const fs = require('node:fs');
const path = require('node:path');
const { root, main, runSteps, show } = require('./steps');
const { build } = require('./build');

const RUN_MS = 300000;

const names = fs
  .readdirSync(path.join(root, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

function runExample(name) {
  console.log(`\n== examples/${name}`);
  show(process.execPath, [path.join('examples', name, 'index.js')], { timeout: RUN_MS });
}

main(() => {
  build(names);
  return runSteps('examples', names.map((name) => [name, () => runExample(name)]));
});
