'use strict';

const fs = require('node:fs/promises');
const path = require('node:path');
const { countFile } = require('../../build/Release/count-files.node');

/**
 * Counts every file below a folder, each in a job of its own, all of them under way at once.
 * @param {string} folder
 * @param {{ signal?: AbortSignal }} [options] when aborted, what is not done by then is left out
 * @returns {Promise<{ rows: { path: string, lines: number, words: number, bytes: number }[],
 *   errors: Error[] }>} the files that were counted, by path, and what could not be read
 */
async function countTree(folder, { signal } = {}) {
  const rows = [];
  const errors = [];
  const jobs = [];

  async function count(file) {
    try {
      rows.push({ path: file, ...(await countFile(file, { signal })) });
    } catch (error) {
      if (error.name !== 'AbortError') errors.push(error);
    }
  }

  for await (const file of filesBelow(folder, signal, errors)) jobs.push(count(file));
  await Promise.all(jobs);
  rows.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { rows, errors };
}

/* Plain files only: links could lead round in a circle, and a pipe might never end. */
async function* filesBelow(folder, signal, errors) {
  for (const entry of await entriesOf(folder, errors)) {
    if (signal?.aborted) return;
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(name, signal, errors);
    else if (entry.isFile()) yield name;
  }
}

async function entriesOf(folder, errors) {
  try {
    return await fs.readdir(folder, { withFileTypes: true });
  } catch (error) {
    errors.push(error);
    return [];
  }
}

module.exports = { countFile, countTree };
