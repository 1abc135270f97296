'use strict';

// An error with its stack costs more than the rest of a call, so no call that succeeds may throw
// one inside and catch it. Only Node lets a thread's own debugger see every throw.

const assert = require('node:assert');
const types = require('./support/addon')('types');

const { Float16Array } = globalThis;
const seesThrows = !globalThis.Bun && !globalThis.Deno;

/* The first lines of all errors that are thrown while [run] runs, caught or not. */
function thrownIn(run) {
  const { Session } = require('node:inspector');
  const session = new Session();
  const thrown = [];
  session.connect();
  session.on('Debugger.paused', ({ params }) => {
    thrown.push(`${params.data?.description}`.split('\n')[0]);
    session.post('Debugger.resume');
  });
  session.post('Debugger.enable');
  session.post('Debugger.setPauseOnExceptions', { state: 'all' });
  try {
    run();
  } finally {
    session.disconnect();
  }
  return thrown;
}

const withPrototype = (value, prototype) => Object.setPrototypeOf(value, prototype);

const calls = {
  'with a pinned Buffer': () => types.pinned.sync(Buffer.alloc(8)),
  'with a pinned ArrayBuffer': () => types.pinned.sync(new ArrayBuffer(8)),
  'with a pinned SharedArrayBuffer': () => types.pinned.sync(new SharedArrayBuffer(8)),
  'with a pinned DataView': () => types.pinned.sync(new DataView(new ArrayBuffer(8))),
  'with pinned numbers': () => types.pinnedNumbers.sync(new Float64Array(8)),
  'with a pinned ArrayBuffer without a prototype':
    () => types.pinned.sync(withPrototype(new ArrayBuffer(8), null)),
  'with memory of a kind that is newer than the addon':
    () => Float16Array && types.buf.sync(new Float16Array(8)),
  'with memory that is pinned, of such a kind':
    () => Float16Array && types.pinned.sync(new Float16Array(8)),
  'with a SharedArrayBuffer': () => types.buf.sync(new SharedArrayBuffer(8)),
  'with values of every type':
    () => types.values.sync([null, true, 1, 1n, 'a', Buffer.alloc(1), new SharedArrayBuffer(1)]),
  'with arrays, records and options': () => {
    types.points.sync([{ x: 1, y: 2 }, { x: 1, y: 2, z: 3, label: 'a' }]);
    types.blur.sync(1, 2, { radius: 5, mode: 'fine', signal: new AbortController().signal });
  },
  'with a handle': () => types.addBoxes.sync(types.makeBox.sync(1)),
};

(seesThrows ? describe : describe.skip)('a call that succeeds throws nothing inside', () => {
  for (const [name, call] of Object.entries(calls)) {
    it(name, () => assert.deepStrictEqual(thrownIn(call), []));
  }

  it('and what one that fails throws is seen here', () => {
    const thrown = thrownIn(() => assert.throws(() => types.f64.sync('1')));
    assert.match(thrown[0], /must be a number/);
  });
});
