'use strict';

const addon = require('../addon.js');

module.exports = {
  addons: ['addon_api'],
  baseline: true,
  tasks: {
    add: { promise: () => addon('addon_api').promise, callback: () => addon('addon_api').callback },
  },
};
