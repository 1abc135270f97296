'use strict';

/*
 * A folder that node-gyp takes for Node's own headers, made of the npm package node-api-headers, so
 * that a build downloads nothing. It holds Node-API and nothing else: no V8, no libuv.
 */

const fs = require('node:fs');
const path = require('node:path');
const { cache } = require('./steps');

const COMMON_GYPI = `{
  'target_defaults': {
    'default_configuration': 'Release',
    'configurations': {
      'Debug': { 'cflags': ['-g', '-O0'], 'xcode_settings': { 'GCC_OPTIMIZATION_LEVEL': '0' } },
      'Release': { 'cflags': ['-O2'], 'xcode_settings': { 'GCC_OPTIMIZATION_LEVEL': '2' } },
    },
  },
}
`;

const CONFIG_GYPI = "{ 'target_defaults': {}, 'variables': {} }\n";

/* A file that is right already keeps its time, or else make would build everything again. */
function writeIfChanged(file, text) {
  if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === text) return;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

function makeNodedir(folder = path.join(cache, 'nodedir')) {
  const include = path.join(folder, 'include', 'node');
  const { include_dir: headers } = require('node-api-headers');
  writeIfChanged(path.join(include, 'common.gypi'), COMMON_GYPI);
  writeIfChanged(path.join(include, 'config.gypi'), CONFIG_GYPI);
  for (const name of fs.readdirSync(headers)) {
    writeIfChanged(path.join(include, name), fs.readFileSync(path.join(headers, name), 'utf8'));
  }
  return folder;
}

module.exports = { makeNodedir, writeIfChanged };
