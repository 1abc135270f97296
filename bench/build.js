'use strict';

const path = require('node:path');

function repository() {
  try {
    return { ...require('../scripts/build.js'), ...require('../scripts/nodedir.js') };
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error('run `npm ci` in the root of the repository first', { cause: error });
  }
}

/* Builds the named addons of binding.gyp, with the compiler flags of the repository's own build.
 * What has not changed is not built again. */
function build(addons) {
  const { nodeGyp, makeNodedir } = repository();
  const nodedir = path.relative(__dirname, makeNodedir()); /* absolute ones hold no spaces */
  nodeGyp(__dirname, nodedir, ['configure']);
  nodeGyp(__dirname, nodedir, ['build', '--jobs=max', ...addons]);
}

module.exports = { build };
