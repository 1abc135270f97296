'use strict';

const { tasks } = require('./in-worker.js');

const entries = Object.entries(tasks).map(([name, task]) => [name, (args) => task(...args)]);

module.exports = Object.fromEntries(entries);
