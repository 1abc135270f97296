'use strict';

/* Charts by Vega-Lite, as SVG. Bars and dots are medians, thin lines go from the worst round to the
 * best. */

const { label } = require('./label.js');
const { short } = require('./table.js');

const PANEL_WIDTH = 160;
const ROW = { step: 22, for: 'position' };
const CONFIG = {
  font: 'sans-serif',
  background: 'white',
  aria: false, /* the tables beside them say it in words */
  view: { stroke: null },
  legend: { labelLimit: 0 },
  axis: { grid: true, domain: false, ticks: false, labelLimit: 0 },
  axisY: { grid: false },
};
const INK = { offloop: '#c2410c', peers: '#94a3b8' };

/* One value for each cell that has a figure: what is drawn, and where. */
function valuesOf(results, cells, chart, place) {
  return cells.flatMap((cell) => {
    const figure = results.figure(cell, [], chart);
    return figure ? [{ subject: label(cell), mode: cell.mode, ...place, ...figure }] : [];
  });
}

const inModes = (cells, modes) => modes.flatMap((mode) => cells.map((cell) => ({ ...cell, mode })));
const inOrder = (values, name) => [...new Set(values.map((value) => value[name]))];

/* The powers of ten around the values, for the lines of a logarithmic axis. */
function decades(values) {
  const from = Math.floor(Math.log10(Math.min(...values.map(({ min }) => min))));
  const to = Math.ceil(Math.log10(Math.max(...values.map(({ max }) => max))));
  return Array.from({ length: to - from + 1 }, (_, k) => 10 ** (from + k));
}

function quantity(values, { log }) {
  const common = { field: 'median', type: 'quantitative', title: null };
  if (!log) return { ...common, axis: { format: '~s', tickCount: 5 } };
  const ticks = decades(values);
  const scale = { type: 'log', domain: [ticks[0], ticks.at(-1)] };
  return { ...common, scale, axis: { format: '~s', values: ticks } };
}

const names = (field) => (values) =>
  ({ field, type: 'nominal', title: null, sort: inOrder(values, field) });

const subjectsOf = names('subject');
const modesOf = names('mode');
const viewsOf = names('view');

/* A panel for each view: a row for each subject, a dot for each mode. */
function dots(values, chart) {
  const x = quantity(values, chart);
  return {
    facet: { column: viewsOf(values) },
    spec: {
      width: PANEL_WIDTH,
      height: ROW,
      encoding: {
        y: subjectsOf(values),
        yOffset: modesOf(values),
        color: modesOf(values),
      },
      layer: [
        { mark: 'rule', encoding: { x: { ...x, field: 'min' }, x2: { field: 'max' } } },
        { mark: { type: 'point', filled: true, size: 40 }, encoding: { x } },
      ],
    },
  };
}

/* A panel for each mode: a line for each subject over the views. */
function lines(values, chart) {
  return {
    facet: { column: modesOf(values) },
    spec: {
      width: 2 * PANEL_WIDTH,
      height: PANEL_WIDTH,
      mark: { type: 'line', point: true },
      encoding: {
        x: { field: 'x', type: 'ordinal', title: null, axis: { labelAngle: 0 } },
        y: quantity(values, chart),
        color: subjectsOf(values),
      },
    },
  };
}

/* A panel for each mode: a bar for each subject, offloop's in another colour. */
function bars(values, chart) {
  const x = quantity(values, chart);
  const marked = values.map((value) => ({
    ...value,
    shown: short(value.median),
    own: value.subject.startsWith('offloop') ? 'offloop' : 'peers',
  }));
  return {
    data: { values: marked },
    facet: { column: modesOf(values) },
    spec: {
      width: 2 * PANEL_WIDTH,
      height: ROW,
      encoding: { y: subjectsOf(values) },
      layer: [
        {
          mark: { type: 'bar', height: 13 },
          encoding: {
            x,
            color: {
              field: 'own',
              scale: { domain: Object.keys(INK), range: Object.values(INK) },
              legend: null,
            },
          },
        },
        { mark: 'rule', encoding: { x: { ...x, field: 'min' }, x2: { field: 'max' } } },
        {
          mark: { type: 'text', align: 'left', dx: 6 },
          encoding: { x: { ...x, field: 'max' }, text: { field: 'shown' } },
        },
      ],
    },
  };
}

async function render(spec, values, title) {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const full = { data: { values }, title, config: CONFIG, ...spec };
  return new vega.View(vega.parse(compile(full).spec), { renderer: 'none' }).toSVG();
}

/* The chart of a section; undefined where nothing was measured. */
async function sectionChart(results, { chart, views }, options) {
  const values = views(options).flatMap(({ title, x, cells }) =>
    valuesOf(results, inModes(cells, options.modes), chart, { view: title, x }));
  if (values.length === 0) return undefined;
  return render((chart.lines ? lines : dots)(values, chart), values, chart.title);
}

/* The chart of one view, as bars. */
async function barChart(results, view, chart, modes) {
  const values = valuesOf(results, inModes(view.cells, modes), chart, {});
  return values.length === 0 ? undefined : render(bars(values, chart), values, chart.title);
}

module.exports = { sectionChart, barChart };
