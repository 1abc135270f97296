'use strict';

const path = require('node:path');

/* Loads one of this folder's addons. */
module.exports = (name) => require(path.join(__dirname, 'build', 'Release', `${name}.node`));
