'use strict';

const addon = require('../addon.js');

const add = () => addon('offloop_add').add;

module.exports = {
  addons: ['offloop_add'],
  keepsContext: true,
  tasks: { add: { promise: add, callback: add } },
};
