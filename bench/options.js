'use strict';

const path = require('node:path');
const { parseArgs } = require('node:util');
const { modes } = require('./mode.js');
const peers = require('./peers/index.js');
const sections = require('./sections/index.js');

class OptionError extends Error {}

const USAGE = `node bench/run.js [options]

  --modes LIST      ${Object.keys(modes).join(', ')}: what else the machine does (default: both)
  --sections LIST   ${Object.keys(sections).join(', ')}
                    (default: all)
  --peers LIST      ${Object.keys(peers).join(', ')}
                    (default: all)
  --in-flight LIST  jobs kept in flight (default: 1,16,256,10000,100000)
  --queued N        jobs waiting at once where memory is measured (default: 1000000)
  --home N          jobs that come home at once (default: 200000)
  --rounds N        processes for each figure (default: 3)
  --ms N            how long one process measures, after half of it as warm-up (default: 200)
  --html FILE       the report with its charts (default: bench/report.html)
  --json FILE       write every single figure there as well
  --docs            write the report and the chart of the main result into docs/, too
  --quick           one short round in quiet mode: shows that all of it runs, not how fast
  --help
`;

const FULL = {
  modes: Object.keys(modes).join(','),
  'in-flight': '1,16,256,10000,100000',
  queued: '1000000',
  home: '200000',
  rounds: '3',
  ms: '200',
  html: path.join(__dirname, 'report.html'),
};
const QUICK = {
  ...FULL,
  modes: 'quiet',
  'in-flight': '16,256',
  queued: '10000',
  home: '10000',
  rounds: '1',
  ms: '30',
};

const string = { type: 'string' };
const boolean = { type: 'boolean' };
const OPTIONS = {
  modes: string,
  sections: string,
  peers: string,
  'in-flight': string,
  queued: string,
  home: string,
  rounds: string,
  ms: string,
  html: string,
  json: string,
  docs: boolean,
  quick: boolean,
  help: boolean,
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
    docs: given.docs === true,
    html: given.html,
    json: given.json,
    modes: namesFrom('modes', given.modes, modes),
    sections: namesFrom('sections', given.sections, sections),
    peers: namesFrom('peers', given.peers, peers),
    inFlight: given['in-flight'].split(',').map((text) => count('in-flight', text)),
    queued: count('queued', given.queued),
    home: count('home', given.home),
    rounds: count('rounds', given.rounds),
    ms: count('ms', given.ms),
  };
}

module.exports = { readOptions, OptionError, USAGE };
