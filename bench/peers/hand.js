'use strict';

module.exports = { addons: ['hand'], baseline: true, tasks: require('./exports.js')('hand') };
