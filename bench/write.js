'use strict';

/* Writes the report, and with --docs also what README.md shows. */

const fs = require('node:fs');
const path = require('node:path');
const { barChart, sectionChart } = require('./chart.js');
const { page } = require('./page.js');
const { reportOf } = require('./report.js');
const sections = require('./sections/index.js');
const { targetTable } = require('./targets.js');

const DOCS = path.join(__dirname, '..', 'docs');
const MAIN = 256; /* in flight */

/* The main result: the view of the add job with so many in flight, where this run has it. */
async function mainChart(results, options) {
  const { views, chart } = sections.add;
  const [view] = views({ ...options, inFlight: [MAIN] });
  const title = `Jobs a second, ${MAIN} in flight: add two doubles off the loop`;
  return barChart(results, view, { ...chart, title, log: false }, options.modes);
}

async function sectionPart(results, name, options, described) {
  const section = sections[name];
  const own = section.once ? options.modes.slice(0, 1) : options.modes;
  const modes = own.map((mode, k) =>
    ({ described: described[k], ...reportOf(results, section, options, mode) }));
  const svg = await sectionChart(results, section, options);
  return { title: section.title, about: section.about, modes, svg };
}

async function partsOf(results, options, described) {
  const parts = [];
  for (const name of options.sections) {
    parts.push(await sectionPart(results, name, options, described));
  }
  return parts;
}

/* A line that says what has been written. */
async function writeReport(results, options, { machine, contexts, described }) {
  const svg = await mainChart(results, options);
  const html = page({
    machine,
    contexts,
    svg,
    targets: targetTable(results, options),
    sections: await partsOf(results, options, described),
  });
  const files = [[options.html, html]];
  if (options.docs) {
    files.push([path.join(DOCS, 'speed.html'), html]);
    if (svg !== undefined) files.push([path.join(DOCS, 'speed.svg'), `${svg}\n`]);
  }
  for (const [file, content] of files) fs.writeFileSync(file, content);
  return `written: ${files.map(([file]) => path.relative('', file)).join(', ')}`;
}

module.exports = { writeReport };
