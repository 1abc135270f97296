'use strict';

const addon = require('../addon.js');

module.exports = {
  addons: ['hand'],
  tasks: { add: { sync: () => addon('hand').sync } },
};
