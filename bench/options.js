'use strict';

const { parseArgs } = require('node:util');
const { modes } = require('./mode.js');
const peers = require('./peers/index.js');
const tasks = require('./tasks/index.js');

class OptionError extends Error {}

const USAGE = `node bench/run.js [options]

  --modes LIST      ${Object.keys(modes).join(', ')}: what else the machine does (default: both)
  --peers LIST      ${Object.keys(peers).join(', ')} (default: all)
  --tasks LIST      ${Object.keys(tasks).join(', ')} (default: all)
  --in-flight LIST  jobs kept in flight (default: 1,16,256,10000; 100000 takes longer)
  --queued N        jobs waiting at once where memory is measured (default: 200000)
  --rounds N        processes for each figure (default: 5)
  --ms N            how long one process measures, after half of it as warm-up (default: 500)
  --json FILE       write every single figure there as well
  --quick           one short round in quiet mode: shows that all of it runs, not how fast
  --help
`;

const FULL = {
  modes: Object.keys(modes).join(','),
  'in-flight': '1,16,256,10000',
  queued: '200000',
  rounds: '5',
  ms: '500',
};
const QUICK = { ...FULL, modes: 'quiet', queued: '20000', rounds: '1', ms: '60' };

const string = { type: 'string' };
const OPTIONS = {
  modes: string,
  peers: string,
  tasks: string,
  'in-flight': string,
  queued: string,
  rounds: string,
  ms: string,
  json: string,
  quick: { type: 'boolean' },
  help: { type: 'boolean' },
};

function namesFrom(option, list, known) {
  const names = list === undefined ? Object.keys(known) : list.split(',');
  for (const name of names) {
    if (!Object.hasOwn(known, name)) {
      const all = Object.keys(known).join(', ');
      throw new OptionError(`--${option}: no '${name}' here, only ${all}`);
    }
  }
  return names;
}

function count(option, text) {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new OptionError(`--${option}: '${text}' is not a whole number above 0`);
}

function parse(argv) {
  try {
    return parseArgs({ args: argv, options: OPTIONS }).values;
  } catch (error) {
    throw new OptionError(error.message, { cause: error });
  }
}

function readOptions(argv) {
  const values = parse(argv);
  const given = { ...(values.quick ? QUICK : FULL), ...values };
  return {
    help: given.help === true,
    json: given.json,
    modes: namesFrom('modes', given.modes, modes),
    peers: namesFrom('peers', given.peers, peers),
    tasks: namesFrom('tasks', given.tasks, tasks),
    inFlight: given['in-flight'].split(',').map((text) => count('in-flight', text)),
    queued: count('queued', given.queued),
    rounds: count('rounds', given.rounds),
    ms: count('ms', given.ms),
  };
}

module.exports = { readOptions, OptionError, USAGE };
