'use strict';

module.exports = {
  addons: ['addon_api'],
  baseline: true,
  tasks: require('./exports.js')('addon_api'),
};
