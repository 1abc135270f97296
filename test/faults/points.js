'use strict';

// The nouns of scripts/faults.js, which the processes that it starts share.

const fs = require('node:fs');
const path = require('node:path');

const FOLDER = path.join(__dirname, 'scenarios');

/* In the order of enum faults_kind, whose first member is none. [codes]: those that the failure may
 * have in JavaScript. Where there is no memory for a thread, or no thread, the job has none. */
const KINDS = [
  { name: 'none', codes: [], modes: [] },
  { name: 'memory', codes: ['ERR_OL_NO_MEMORY', 'ERR_OL_BUSY'], modes: ['once', 'lasting'] },
  { name: 'thread', codes: ['ERR_OL_NO_MEMORY', 'ERR_OL_BUSY'], modes: ['once', 'lasting'] },
  { name: 'exception', codes: ['ERR_INJECTED'], modes: ['once'] },
  { name: 'failure', codes: ['ERR_OL_NO_MEMORY'], modes: ['once', 'lasting'] },
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
