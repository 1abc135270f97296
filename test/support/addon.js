'use strict';

// addon('NAME') loads the test addon of test/addons/NAME.c; addon.file('NAME') says where it is.
// OFFLOOP_BUILD names another folder of built addons, such as one with sanitizers.

const path = require('node:path');

const root = path.join(__dirname, '..', '..');
const folder = path.resolve(root, process.env.OFFLOOP_BUILD || path.join('build', 'Release'));

const file = (name) => path.join(folder, `${name}.node`);

module.exports = (name) => require(file(name));
module.exports.file = file;
