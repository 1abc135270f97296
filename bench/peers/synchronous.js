'use strict';

const addon = require('../addon.js');

const sync = (task) => ({ sync: () => addon('hand')[task].sync });

module.exports = {
  addons: ['hand'],
  tasks: { add: sync('add'), upper: sync('upper'), sum: sync('sum') },
};
