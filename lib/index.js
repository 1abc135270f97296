'use strict';

/*
 * The package's own face: what a build needs to find, and `load`. An addon needs none of it at run
 * time; whatever runs then travels inside the addon itself.
 */

const fs = require('node:fs');
const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { inspect } = require('node:util');
const prebuilds = require('node-gyp-build');
const { version } = require('../package.json');

/* gyp takes an absolute path with a space for two paths, and wants / on Windows too. */
function fromHere(...names) {
  return path.relative('.', path.join(__dirname, '..', ...names)).split(path.sep).join('/');
}

/**
 * Loads the addon of a package: its build if there is one, or else its prebuild for this platform.
 * @param {string | URL} folder the package's: `__dirname`, or `new URL('.', import.meta.url)`
 * @param {string} [name] the addon's name, needed only where a folder has several
 * @returns {any} what the addon exports
 * @throws {Error} ERR_OL_NOT_BUILT with `tried`, the folders that were searched; ERR_OL_AMBIGUOUS
 */
function load(folder, name) {
  const base = folder instanceof URL ? fileURLToPath(folder) : folder;
  if (typeof base !== 'string') throw wrongType('load', 'folder', 'a string or a URL', folder);
  if (!['string', 'undefined'].includes(typeof name)) throw wrongType('load', 'name', 'a string', name);
  return require(find(path.resolve(base), name));
}

/* The order, and PREBUILDS_ONLY, are node-gyp-build's. */
function find(folder, name) {
  const builds = process.env.PREBUILDS_ONLY ? [] : ['build/Release', 'build/Debug'];
  for (const build of builds) {
    const file = pickBuild(path.join(folder, build), name);
    if (file) return file;
  }
  return pickPrebuild(path.join(folder, 'prebuilds'), name) || fail(folder, name, builds);
}

function pickBuild(folder, name) {
  const files = filesOf(folder).filter((file) => file === `${name || path.parse(file).name}.node`);
  if (files.length > 1) throw ambiguous(folder, files);
  return files[0] && path.join(folder, files[0]);
}

/* node-gyp-build's layout: prebuilds/linux-x64/NAME.TAGS.node, the most particular tags first. */
function pickPrebuild(folder, name) {
  const [platform] = filesOf(folder)
    .map(prebuilds.parseTuple)
    .filter(prebuilds.matchTuple(process.platform, process.arch))
    .sort(prebuilds.compareTuples);
  if (!platform) return undefined;
  const [best] = filesOf(path.join(folder, platform.name))
    .filter((file) => !name || file.startsWith(`${name}.`))
    .map(prebuilds.parseTags)
    .filter(prebuilds.matchTags('node', process.versions.modules))
    .sort(prebuilds.compareTags('node'));
  return best && path.join(folder, platform.name, best.file);
}

function filesOf(folder) {
  try {
    return fs.readdirSync(folder);
  } catch {
    return []; /* not there, or not readable: nothing to load from */
  }
}

function fail(folder, name, builds) {
  const platform = `${process.platform}-${process.arch}`;
  const tried = [...builds, `prebuilds/${platform}`].map((place) => path.join(folder, place));
  const file = name ? `${name}.node` : 'addon (*.node)';
  const list = tried.map((place) => `\n  ${place}`).join('');
  throw Object.assign(
    new Error(`No ${file} for ${platform} was found. Build it first. Looked in:${list}`),
    { code: 'ERR_OL_NOT_BUILT', tried },
  );
}

function ambiguous(folder, files) {
  const names = files.map((file) => path.parse(file).name).join(', ');
  return Object.assign(
    new Error(`${folder} holds several addons; give load() the name of one: ${names}`),
    { code: 'ERR_OL_AMBIGUOUS' },
  );
}

/**
 * What an addon has beside its workers: createPool and pools.
 * @param {any} addon what it exports
 * @throws {TypeError} ERR_INVALID_ARG_TYPE: it was not made with offloop
 */
function of(addon) {
  const face = addon?.[Symbol.for('offloop')];
  if (face === undefined) {
    throw wrongType('of', 'addon', 'the exports of an addon made with offloop', addon);
  }
  return face;
}

function wrongType(callee, argument, expected, value) {
  return Object.assign(
    new TypeError(
      `${callee}: ${argument} must be ${expected}, not ${inspect(value, { depth: 0 })}`,
    ),
    { code: 'ERR_INVALID_ARG_TYPE' },
  );
}

/* Not a literal of module.exports: import reads one without running it, and takes its names for
   those of every package with `module.exports = require('offloop').load(__dirname)`. */
const offloop = {
  gyp: fromHere('offloop.gyp'),
  include: fromHere('include'),
  sources: fromHere('src', 'offloop.c'),
  version,
  load,
  of,
};

module.exports = offloop;
