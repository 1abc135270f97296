'use strict';

const peers = require('../peers/index.js');

const BASELINES = Object.keys(peers).filter((peer) => peers[peer].baseline)
  .map((peer) => ({ peer }));
const FORMS = ['promise', 'callback', 'sync'];
const OFF_LOOP = ['promise', 'callback'];

/* The cells of every peer in every form that it has for the task. */
function subjects(names, cell, forms = FORMS) {
  const formsOf = (peer) => forms.filter((form) => peers[peer].tasks[cell.task]?.[form]);
  return names.flatMap((peer) => formsOf(peer).map((form) => ({ ...cell, peer, form })));
}

/* A table of jobs, compared with the better one of the baselines. */
const view = (title, cells, columns) =>
  ({ title, cells, columns, baselines: BASELINES, versus: 'vs best' });

module.exports = { subjects, view, BASELINES, OFF_LOOP };
