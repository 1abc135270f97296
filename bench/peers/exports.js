'use strict';

const addon = require('../addon.js');

const form = (name, task, of) => ({ [of]: () => addon(name)[task][of] });

/* The tasks of an addon that exports the forms of each task by its name. */
module.exports = (name) => ({
  add: { ...form(name, 'add', 'promise'), ...form(name, 'add', 'callback') },
  upper: form(name, 'upper', 'promise'),
  sum: form(name, 'sum', 'promise'),
  nap: form(name, 'nap', 'promise'),
  spin: form(name, 'spin', 'promise'),
});
