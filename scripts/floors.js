'use strict';

/*
 * Holds src/ to its floors. The first line of each header, or of a C file without one, says on
 * which it stands: `Floor 1.`. A file includes its own floor and those below; only plat knows the
 * operating system; only floors 2 and 3 speak Node-API. Functions end within 80 lines.
 */

const fs = require('node:fs');
const path = require('node:path');
const { root } = require('./steps');

const SOURCE = path.join(root, 'src');
const WHOLE = 'offloop.c'; /* includes all the others, so that users compile one file */
const LINES_MAX = 80;

const read = (name) => fs.readFileSync(path.join(SOURCE, name), 'utf8');

/* Comments become blanks, so that lines keep their numbers; strings stay. */
function blankComments(text) {
  const token = /\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\.|[^"\\\n])*"/g;
  return text.replace(token, (found) => (found[0] === '"' ? found : found.replace(/[^\n]/g, ' ')));
}

function floorOf(name, names) {
  const header = `${path.parse(name).name}.h`;
  const text = read(names.includes(header) ? header : name);
  const stated = /^\/\*[\s\S]*?\bFloor (\d)[\s\S]*?\*\//.exec(text);
  return stated ? Number(stated[1]) : undefined;
}

function includeFaults(name, code, floor, floors) {
  const included = [...code.matchAll(/^#\s*include\s+"([\w./]+)"/gm)].map((match) => match[1]);
  return included
    .filter((other) => floors.get(other) > floor)
    .map((other) => `${name} (floor ${floor}) includes ${other} (floor ${floors.get(other)})`);
}

function wordFaults(name, code, floor) {
  const faults = [];
  const system = /\b(_WIN32|_MSC_VER|__APPLE__|__linux__|pthread\w*)\b/.exec(code);
  const api = /\bnapi_\w+\s*\(|\bnode_api(_\w+\s*\(|\.h\b)/.exec(code);
  if (system && path.parse(name).name !== 'plat') faults.push(`${name} says ${system[0]}: only plat may`);
  if (api && (floor < 2 || floor > 3)) faults.push(`${name} (floor ${floor}) says ${api[0]}`);
  return faults;
}

/* In formatted code a function opens with a word at column 0, and closes with a brace there. */
function lengthFaults(name, code) {
  let first = 0;
  return code.split('\n').flatMap((line, index) => {
    if (/^\w.*[^:]$/.test(line)) first = index;
    const length = index - first + 1;
    return line === '}' && length > LINES_MAX ? [`${name}:${first + 1}: ${length} lines long`] : [];
  });
}

function checkFloors() {
  const names = fs.readdirSync(SOURCE).filter((name) => /\.[ch]$/.test(name) && name !== WHOLE);
  const floors = new Map(names.map((name) => [name, floorOf(name, names)]));
  const faults = names.flatMap((name) => {
    const floor = floors.get(name);
    const code = blankComments(read(name));
    if (floor === undefined) return [`${name} does not say on which floor it stands`];
    return [
      ...includeFaults(name, code, floor, floors),
      ...wordFaults(name, code, floor),
      ...lengthFaults(name, code),
    ];
  });
  if (faults.length) throw new Error(faults.join('\n'));
}

module.exports = { checkFloors };
