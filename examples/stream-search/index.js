'use strict';

const { setTimeout: delay } = require('node:timers/promises');
const { search } = require('../../build/Release/stream-search.node');
const { makeHaystack } = require('./haystack');

const MIB = 1024 * 1024;
const GIB_IN_MIB = 1024;
const SMALL_MIB = 64;
const PRINTED = 5; // matches of the first search; the others are counted
const SLOW = 400; // matches that the slow reader takes, one a millisecond
const HIGH_WATER = 256; // what an offloop stream has unless its table says otherwise
const TIMED = MIB; // bytes; fewer say nothing about speed

/* 1 GiB by hand, less where all examples run one after the other. */
function haystackMib() {
  const small = process.env.npm_lifecycle_event === 'examples';
  const mib = Number(process.env.HAYSTACK_MIB ?? (small ? SMALL_MIB : GIB_IN_MIB));
  if (!Number.isInteger(mib) || mib < 1) throw new Error('HAYSTACK_MIB: a whole number above 0');
  return mib;
}

const show = ({ offset, line }) => console.log(`${`${offset}`.padStart(12)}: ${line}`);

/* Every match, the first few on the screen while the search runs. Speed goes to stderr. */
async function searchAll(file, word, printed) {
  const began = performance.now();
  const stream = search(file, word);
  let seen = 0;
  for await (const match of stream) {
    if (++seen <= printed) show(match);
  }
  const { bytes, matches } = await stream.result;
  const ms = performance.now() - began;
  console.log(`'${word}': ${matches} in ${bytes} bytes`);
  if (bytes >= TIMED) console.error(`${Math.round(bytes / 1e3 / ms)} MB/s`);
}

/* The search waits for its reader, so that its memory does not grow with what it finds. */
async function readSlowly(file, word) {
  const before = process.memoryUsage().rss;
  const stream = search(file, word);
  let taken = 0;
  for await (const match of stream) {
    if (match && ++taken === SLOW) break;
    await delay(1);
  }
  const { bytes, matches } = await stream.result;
  const grown = (process.memoryUsage().rss - before) / MIB;
  const ahead = matches - taken <= HIGH_WATER ? `at most ${HIGH_WATER}` : matches - taken;
  console.log(`a slow reader took ${taken} matches of '${word}'; the search was ${ahead} ahead`);
  console.log(`its break ended the thread after ${bytes} bytes`);
  console.error(`memory grew by ${grown.toFixed(1)} MiB meanwhile`);
}

async function searchHaystack() {
  const haystack = makeHaystack(haystackMib(), 'needle');
  process.once('exit', haystack.remove);
  await searchAll(haystack.file, 'needle', PRINTED);
  await readSlowly(haystack.file, 'the');
}

function main([file, word]) {
  if (file === undefined) return searchHaystack();
  if (word === undefined) throw new Error('node index.js [FILE WORD]');
  return searchAll(file, word, Infinity);
}

function fail(error) {
  console.error(error.message);
  process.exitCode = 1;
}

module.exports = { search };

if (require.main === module) Promise.resolve(process.argv.slice(2)).then(main).catch(fail);
