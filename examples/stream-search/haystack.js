'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const MIB = 1024 * 1024;
const LINE = 64;
const WORDS = ['the', 'quick', 'brown', 'fox', 'jumps', 'over', 'a', 'lazy', 'dog', 'while', 'hay', 'dries'];

/* One MiB of lines of words, the same each time. */
function block() {
  let text = '';
  for (let seed = 1; text.length < MIB;) {
    let line = '';
    while (line.length < LINE) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      line += `${WORDS[(seed >>> 16) % WORDS.length]} `;
    }
    text += `${line.trimEnd()}\n`;
  }
  return Buffer.from(text.slice(0, MIB));
}

/* Where the needle of a MiB lies: every fourth across its end, which is that of a chunk too. */
function placeIn(mib, { length }, last) {
  if (mib % 4 === 3 && !last) return MIB - (length >> 1);
  return Math.imul(mib + 1, 40503) % (MIB - length);
}

/**
 * Makes a file of `mibs` MiB of hay, in a new folder of its own.
 * @param {number} mibs
 * @param {string} needle lies in it once for each MiB
 * @returns {{ file: string, remove: () => void }}
 */
function makeHaystack(mibs, needle) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'offloop haystack-'));
  const file = path.join(folder, 'haystack.txt');
  const remove = () => fs.rmSync(folder, { recursive: true, force: true });
  const hay = block();
  const spaced = Buffer.from(` ${needle} `);
  const out = fs.openSync(file, 'w');
  try {
    for (let mib = 0; mib < mibs; mib++) fs.writeSync(out, hay, 0, MIB, mib * MIB);
    for (let mib = 0; mib < mibs; mib++) {
      const at = placeIn(mib, spaced, mib === mibs - 1);
      fs.writeSync(out, spaced, 0, spaced.length, mib * MIB + at);
    }
  } catch (error) {
    remove();
    throw error;
  } finally {
    fs.closeSync(out);
  }
  return { file, remove };
}

module.exports = { makeHaystack };
