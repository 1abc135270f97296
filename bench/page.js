'use strict';

/* The report as one HTML file that needs no other. */

const STYLE = `
  body { font: 15px/1.5 sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
  table { border-collapse: collapse; margin: .5rem 0 1.5rem; font-size: 13px; }
  th, td { text-align: right; padding: .15rem .6rem; white-space: nowrap; }
  th:first-child, td:first-child { text-align: left; }
  thead th { border-bottom: 1px solid #888; }
  tbody + tbody td { border-top: 1px solid #ddd; }
  tbody tr:hover { background: #f3f3f3; }
  .own { font-weight: bold; }
  .note { color: #555; font-size: 13px; margin: 0; }
  .wide { overflow-x: auto; }
  svg { max-width: 100%; height: auto; }`;

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

const escaped = (text) => String(text).replace(/[&<>]/g, (char) => ENTITIES[char]);

const cellsOf = (tag, row) => row.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('');

function rowOf(row) {
  const own = row[0].startsWith('offloop') ? ' class="own"' : '';
  return `<tr${own}>${cellsOf('td', row)}</tr>`;
}

function tableOf({ heads, groups }) {
  const bodies = groups.map((rows) => `<tbody>${rows.map(rowOf).join('\n')}</tbody>`);
  const head = `<thead><tr>${cellsOf('th', heads)}</tr></thead>`;
  return `<div class="wide"><table>${head}${bodies.join('')}</table></div>`;
}

const lines = (texts) => texts.map((text) => `<p class="note">${escaped(text)}</p>`).join('\n');

const figure = (svg) => (svg === undefined ? '' : `<div class="wide">${svg}</div>`);

/* One section: { title, about, svg, modes: [{ described, tables, notes }] }. */
function sectionOf({ title, about, svg, modes }) {
  const parts = modes.map(({ described, tables, notes }) =>
    `<h3>${escaped(described)}</h3>${tables.map(tableOf).join('\n')}${lines(notes)}`);
  return `<h2>${escaped(title)}</h2><p>${escaped(about)}</p>${figure(svg)}${parts.join('\n')}`;
}

/* All of it: { machine, contexts, svg, targets, sections }, the first two lines of text. */
function page({ machine, contexts, svg, targets, sections }) {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>offloop: benchmark</title>
<style>${STYLE}
</style></head><body>
<h1>offloop beside its peers</h1>
<p>${escaped(machine)}. Figures are medians of the rounds, <i>min..max</i> their spread. Ratios
above 1.00x are better than the best of hand-written Node-API and node-addon-api in the same form of
call, whether more or less of it is good. Only figures of one run can be compared.</p>
${figure(svg)}
<h2>Targets</h2>${tableOf(targets)}
${sections.map(sectionOf).join('\n')}
<h2>Context</h2>${lines(contexts)}
</body></html>
`;
}

module.exports = { page };
