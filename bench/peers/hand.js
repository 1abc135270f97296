'use strict';

const addon = require('../addon.js');

module.exports = {
  addons: ['hand'],
  baseline: true,
  tasks: {
    add: { promise: () => addon('hand').promise, callback: () => addon('hand').callback },
  },
};
