'use strict';

const assert = require('node:assert');
const { setTimeout: delay } = require('node:timers/promises');
const { runChild } = require('./support/child');
const { twice } = require('./support/addon')('calls');

const NEAR = 150; // frames from the end of the stack

/* Runs [body] that many frames down. */
function sink(frames, body) {
  if (frames === 0) body();
  else sink(frames - 1, body);
}

function reaches(frames) {
  try {
    sink(frames, () => {});
    return true;
  } catch {
    return false;
  }
}

function deepest() {
  let [low, high] = [100, 1e6];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (reaches(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/* Calls at every depth near the end; gives how many calls neither threw nor were answered. */
async function lost(call) {
  let [made, ended] = [0, 0];
  const end = deepest();
  for (let frames = end - NEAR; frames <= end; frames++) {
    let begun = false;
    try {
      sink(frames, () => {
        begun = true;
        made += 1;
        call(() => { ended += 1; });
      });
    } catch {
      if (begun) ended += 1;
    }
  }
  for (let i = 0; i < 200 && ended < made; i++) await delay(10);
  return made - ended;
}

/* Optimised frames are so small that hardly any call meets the end in the layer. Node 18 writes of
 * some of what is caught to the standard error. */
async function says(child, text, ...more) {
  const options = process.versions.bun || process.versions.deno ? [] : more;
  const { stdout, stderr } = await runChild(child, [], { options });
  assert.strictEqual(stdout, text, stderr);
}

describe('near the end of the stack', () => {
  it('a call with a callback throws or is answered', async () => {
    assert.strictEqual(await lost((done) => twice(1, done)), 0);
  });

  it('a call without one throws or is settled', async () => {
    assert.strictEqual(await lost((done) => { twice(1).then(done, done); }), 0);
  });

  it('every verb throws, rejects or works, and nothing that it took is lost', () =>
    says('stack-verbs.js', 'lost nothing\n', '--no-opt'));

  it('so it is in optimised frames, where the end comes between other calls', () =>
    says('stack-verbs.js', 'lost nothing\n'));

  it('of calls that cross in batches each throws or is answered, as are those behind', () =>
    says('flat-stack.js', 'lost 0\n', '--no-opt'));

  it('next() of a map throws, rejects or gives a result, and no other result is lost', () =>
    says('map-stack.js', 'lost 0\n', '--no-opt'));
});
