'use strict';

/*
 * Builds the addons of binding.gyp into build/Release: node scripts/build.js [NAME ...], all of
 * them when none is named. A second build does only what has changed. Flags of one's own go in by
 * CFLAGS and LDFLAGS.
 */

const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { root, main, show } = require('./steps');
const { makeNodedir } = require('./nodedir');
const { updateTargets } = require('./targets');

const NODE_GYP = require.resolve('node-gyp/bin/node-gyp.js');

/* npm hands its settings down, and node-gyp would prefer a nodedir found there to the one here. */
function cleanEnvironment() {
  const foreign = /^npm_(package_)?config_(?!(node_gyp_)?python$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

/* Windows links against node.lib, which only Node's own headers bring. gyp links with the C++
 * compiler unless it is told another; here all is C, and no C++ compiler need be there. */
function nodeGyp(folder, nodedir, [command, ...args], how = show) {
  const headers = process.platform === 'win32' ? [] : [`--nodedir=${nodedir}`];
  return how(process.execPath, [NODE_GYP, command, '--silent', ...headers, ...args], {
    cwd: folder,
    env: { ...(folder === root && { LINK: process.env.CC ?? 'cc' }), ...cleanEnvironment() },
  });
}

/* Stack traces and coverage of these builds name the layer's real files. */
function build(names) {
  updateTargets();
  const layer = pathToFileURL(path.join(root, 'lib', 'layer'));
  const nodedir = path.relative(root, makeNodedir()); /* an absolute path may not hold spaces */
  nodeGyp(root, nodedir, ['configure', '--', `-Dol_layer_url=${layer}`]);
  nodeGyp(root, nodedir, ['build', '--jobs=max', ...names]);
}

module.exports = { build, nodeGyp };

if (require.main === module) main(() => build(process.argv.slice(2)));
