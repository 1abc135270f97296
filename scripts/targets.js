'use strict';

/*
 * The list of addons in binding.gyp: one for each test/addons/NAME.c and examples/NAME/NAME.c. The
 * build keeps it current by itself.
 */

const fs = require('node:fs');
const path = require('node:path');
const { root } = require('./steps');
const { writeIfChanged } = require('./nodedir');

const BINDING = path.join(root, 'binding.gyp');
const LIST = /(?<='targets': \[ # by scripts\/targets\.js\n).*?(?= {2}\],\n)/s;

/* The names in a folder, in an order that is the same on every machine. */
function namesIn(folder) {
  const place = path.join(root, folder);
  const isFolder = fs.existsSync(place) && fs.statSync(place).isDirectory();
  return isFolder ? fs.readdirSync(place).sort() : [];
}

function cFiles(folder) {
  return namesIn(folder).filter((name) => name.endsWith('.c')).map((name) => `${folder}/${name}`);
}

/* [name, source] of every addon. */
function listTargets() {
  const examples = namesIn('examples').flatMap((name) => cFiles(`examples/${name}`));
  const files = [...examples, ...cFiles('test/addons')];
  const targets = files.map((file) => [path.basename(file, '.c'), file]);
  const seen = new Map();
  for (const [name, file] of targets) {
    if (seen.has(name)) throw new Error(`${file} and ${seen.get(name)} would both be ${name}.node`);
    seen.set(name, file);
  }
  return targets;
}

function currentBinding() {
  const entry = ([name, file]) => `    { 'target_name': '${name}', 'sources': ['${file}'] },\n`;
  const binding = fs.readFileSync(BINDING, 'utf8');
  if (!LIST.test(binding)) throw new Error('binding.gyp has no list for scripts/targets.js');
  return binding.replace(LIST, listTargets().map(entry).join(''));
}

function updateTargets() {
  writeIfChanged(BINDING, currentBinding());
}

function checkTargets() {
  if (fs.readFileSync(BINDING, 'utf8') === currentBinding()) return;
  throw new Error('binding.gyp does not list the addons that are there: run npm run build');
}

module.exports = { listTargets, updateTargets, checkTargets };
