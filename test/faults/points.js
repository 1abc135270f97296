'use strict';

// The nouns of scripts/faults.js, which the processes that it starts share.

const fs = require('node:fs');
const path = require('node:path');

const FOLDER = path.join(__dirname, 'scenarios');

const NO_MEMORY = 'ERR_OL_NO_MEMORY';
const NO_THREAD = 'ERR_OL_BUSY'; /* or no memory for one */
const NO_CALL = 'ERR_OL_NODE_API';
const NO_STRING = 'ERR_OUT_OF_RANGE'; /* it is too long, as far as anybody can tell */

/* In the order of enum faults_kind, whose first member is none. [codes]: those that the failure may
 * have in JavaScript. */
const KINDS = [
  { name: 'none', codes: [], modes: [] },
  { name: 'memory', codes: [NO_MEMORY, NO_THREAD], modes: ['once', 'lasting'] },
  { name: 'thread', codes: [NO_MEMORY, NO_THREAD], modes: ['once', 'lasting'] },
  { name: 'exception', codes: ['ERR_INJECTED'], modes: ['once'] },
  {
    name: 'failure',
    codes: [NO_CALL, NO_MEMORY, NO_STRING, NO_THREAD],
    modes: ['once', 'lasting'],
  },
  { name: 'end', codes: [], modes: ['once'] },
];

/* { name, run, loads, ends } of each, named file/function. */
function listScenarios() {
  return fs.readdirSync(FOLDER).flatMap((file) => {
    const { loads = false, ends = false, ...functions } = require(path.join(FOLDER, file));
    const group = path.parse(file).name;
    return Object.entries(functions).map(([name, run]) => ({
      name: `${group}/${name}`, run, loads, ends,
    }));
  });
}

module.exports = { KINDS, listScenarios };
