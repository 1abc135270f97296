'use strict';

/*
 * Writes what stands between the addon under test and the functions that may fail: a header that
 * gives each of them another name, and the C of those of Node-API, after their declarations in the
 * headers. What a runtime can really give is by kind of function:
 *
 *   those that may run JavaScript: an exception
 *   these and those that look whether it can run: the end of all JavaScript
 *   those that take memory or resources of the system: napi_generic_failure
 */

const fs = require('node:fs');
const path = require('node:path');

const { include_dir: INCLUDE } = require('node-api-headers');

const HEADERS = ['js_native_api.h', 'node_api.h'];
const SYSTEM = ['malloc', 'calloc', 'realloc', 'free', 'pthread_create'];

const CALLING = ['call_function', 'make_callback'];

/* Getters, setters and proxies may be behind these, a script, or a length that is refused. */
const THROWING = [
  'create_arraybuffer', 'create_buffer_copy', 'create_dataview', 'create_typedarray',
  'delete_element', 'delete_property', 'get_element', 'get_named_property', 'get_property',
  'get_property_names', 'has_element', 'has_named_property', 'has_property', 'instanceof',
  'new_instance', 'run_script', 'set_element', 'set_named_property', 'set_property',
];

/* These only look whether JavaScript can run. */
const LOOKING = [
  'check_object_type_tag', 'create_date', 'create_external', 'create_external_arraybuffer',
  'create_external_buffer', 'create_promise', 'define_class',
  'define_properties', 'strict_equals', 'type_tag_object', 'wrap',
];

const ALLOCATING = [
  'create_arraybuffer', 'create_bigint_int64', 'create_bigint_uint64', 'create_buffer_copy',
  'create_external_arraybuffer', 'create_external_buffer', 'create_string_utf8',
  'queue_async_work',
];

/* Written by hand in inject.c. */
const OWN = ['create_function', 'create_async_work', 'create_threadsafe_function'];

const ENVIRONMENT = '(?:node_api_basic_env|napi_env) env';
const DECLARATION = new RegExp(
  `NAPI_EXTERN napi_status NAPI_CDECL\\s+napi_(\\w+)\\(\\s*(${ENVIRONMENT}[^)]*)\\);`, 'g',
);

/* [name, parameters] of each function that can fail. Comments and attributes are no part of it. */
function declarations() {
  const wanted = new Set([...CALLING, ...THROWING, ...LOOKING, ...ALLOCATING]);
  const texts = HEADERS.map((name) => fs.readFileSync(path.join(INCLUDE, name), 'utf8'));
  const found = [...texts.join('\n').matchAll(DECLARATION)].map(([, name, parameters]) => [
    name, parameters.replace(/\s+/g, ' '),
  ]).filter(([name]) => wanted.has(name));
  const missing = [...wanted].filter((name) => !found.some(([known]) => known === name));
  if (missing.length) throw new Error(`the headers do not declare napi_${missing.join(', napi_')}`);
  return found;
}

const nameOf = (parameter) => /(\w+)(?:\[\])?$/.exec(parameter.trim())[1];

const refused = (strike) => `  if (${strike}) return napi_pending_exception;`;

function wrapper([name, parameters]) {
  const names = parameters.split(',').map(nameOf).join(', ');
  const strikes = [];
  if (LOOKING.includes(name)) strikes.push('  faults_strike_looking();');
  if (CALLING.includes(name)) strikes.push(refused('faults_strike_call(env)'));
  if (THROWING.includes(name)) strikes.push(refused('faults_strike_running(env)'));
  if (ALLOCATING.includes(name)) {
    strikes.push('  if (faults_strike(FAULTS_FAILURE)) return napi_generic_failure;');
  }
  return `napi_status faults_napi_${name}(${parameters}) {\n${strikes.join('\n')}\n` +
    `  return napi_${name}(${names});\n}\n`;
}

/* Gives the files { names, wrappers } in [folder]. */
function writeWrappers(folder) {
  const functions = declarations();
  const names = [...OWN, ...functions.map(([name]) => name)];
  const wrapped = [...SYSTEM, ...names.map((name) => `napi_${name}`)];
  const files = {
    names: path.join(folder, 'names.h'), wrappers: path.join(folder, 'wrappers.c'),
  };
  const defines = wrapped.map((name) => `#define ${name} faults_${name}`);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(files.names, `${defines.join('\n')}\n`);
  fs.writeFileSync(files.wrappers, `#include "inject.h"\n\n${functions.map(wrapper).join('\n')}`);
  return files;
}

module.exports = { writeWrappers };
