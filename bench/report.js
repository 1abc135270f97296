'use strict';

const columns = require('./columns.js');
const { label } = require('./label.js');
const peers = require('./peers/index.js');
const { table } = require('./table.js');

/* One group for each form of call; where there are no forms, offloop first. */
function grouped(cells) {
  const groupOf = ({ form, peer }) => form ?? !peer.startsWith('offloop');
  const names = [...new Set(cells.map(groupOf))];
  return names.map((name) => cells.filter((cell) => groupOf(cell) === name));
}

function rowOf(results, view, cell) {
  const figures = view.columns.map((column) =>
    columns.cells(column, results.figure(cell, view.baselines, column)));
  return [label(cell), ...figures.flat()];
}

/* A view in one mode: heads, and groups of rows. */
function tableOf(results, view, mode) {
  const cells = view.cells.map((cell) => ({ ...cell, mode }));
  const groups = grouped(cells).map((group) => group.map((cell) => rowOf(results, view, cell)));
  const heads = view.columns.map((column) => columns.heads(column, view.versus));
  return { heads: [view.title, ...heads.flat()], groups };
}

/* What the reader of these views has to know: who does another job, and why a figure is not
 * there. */
function notesOf(results, views, mode) {
  const cells = views.flatMap((view) => view.cells);
  const jobs = cells.map(({ peer, task }) => [peer, peers[peer]?.notes?.[task]]);
  const gaps = views.flatMap((view) => view.cells.map((cell) =>
    [`${columns.NONE} ${label(cell)}, ${view.title}`, results.whyNot({ ...cell, mode })]));
  const absent = [...results.absent].map(([peer, why]) => [peer, `absent: ${why}`]);
  const notes = [...jobs, ...gaps, ...absent].filter(([, why]) => why !== undefined);
  return [...new Set(notes.map(([who, why]) => `${who}: ${why}`))];
}

/* What a section gave in one mode: its tables and the notes on them. */
function reportOf(results, { views }, options, mode) {
  const all = views(options);
  return {
    tables: all.map((view) => tableOf(results, view, mode)),
    notes: notesOf(results, all, mode),
  };
}

function text({ tables, notes }) {
  const parts = tables.map(({ heads, groups }) => table(heads, groups));
  return [...parts, notes.join('\n')].filter((part) => part !== '').join('\n\n');
}

module.exports = { reportOf, text };
