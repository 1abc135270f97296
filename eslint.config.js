'use strict';

const js = require('@eslint/js');

const nodeGlobals = [
  '__dirname', '__filename', 'AbortController', 'AbortSignal', 'Buffer', 'clearImmediate', 'clearInterval',
  'clearTimeout', 'console', 'DOMException', 'Event', 'EventTarget', 'exports', 'gc', 'global', 'MessageChannel',
  'module', 'performance', 'process', 'queueMicrotask', 'require', 'setImmediate', 'setInterval',
  'setTimeout', 'structuredClone', 'TextDecoder', 'TextEncoder', 'URL',
];
const mochaGlobals = ['after', 'afterEach', 'before', 'beforeEach', 'describe', 'it'];
const values = ['Infinity', 'NaN', 'undefined'];
const noGlobals = Object.fromEntries(
  [...Object.getOwnPropertyNames(globalThis), ...nodeGlobals]
    .filter((name) => !values.includes(name))
    .map((name) => [name, 'off']),
);
const readonly = (names) => Object.fromEntries(names.map((name) => [name, 'readonly']));

module.exports = [
  { ignores: ['build/', 'coverage/', '**/node_modules/', '**/*.ts'] },
  js.configs.recommended,
  {
    languageOptions: {
      ecmaVersion: 2022,
      sourceType: 'commonjs',
      globals: readonly(nodeGlobals),
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'eqeqeq': ['error', 'always'],
      'max-len': ['error', { code: 100, ignoreUrls: true, ignoreStrings: true }],
      'max-lines-per-function': ['error', 80],
      'no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'strict': ['error', 'global'],
    },
  },
  {
    /* Scripts, each a function. Globals may be changed by users: only intrinsics.js takes them. */
    files: ['lib/layer/**'],
    languageOptions: { sourceType: 'script' },
    rules: { 'max-lines-per-function': 'off', 'strict': ['error', 'function'] },
  },
  {
    files: ['lib/layer/**'],
    ignores: ['lib/layer/intrinsics.js'],
    languageOptions: { globals: noGlobals },
  },
  { files: ['**/*.mjs'], languageOptions: { sourceType: 'module' } },
  {
    files: ['test/**'],
    languageOptions: { globals: readonly(mochaGlobals) },
    rules: { 'max-lines-per-function': 'off' },
  },
];
