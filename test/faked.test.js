'use strict';

const assert = require('node:assert');
const { runChild } = require('./support/child');

const FAKED = {
  microtasks: 'queueMicrotask',
  ticks: 'process.nextTick',
  timers: 'setImmediate and the other timers',
  clocks: 'the clocks',
  all: 'all of these',
};

/* A clock of Node's own test runner, where it has one. */
function hasClock() {
  try {
    return require('node:test').mock?.timers !== undefined;
  } catch {
    return false;
  }
}

if (hasClock()) FAKED.runner = 'the timers of node:test';

async function works(name) {
  const { stderr, stdout } = await runChild('faked.child.js', [name], {
    env: { NODE_NO_WARNINGS: '1' }, leaks: false,
  });
  assert.deepStrictEqual({ stderr, stdout }, { stderr: '', stdout: 'works\n' });
}

describe('an addon that is first loaded while the clock is faked works then and afterwards', () => {
  for (const [name, title] of Object.entries(FAKED)) it(title, () => works(name));
});
