'use strict';

const assert = require('node:assert');
const { setTimeout: delay } = require('node:timers/promises');
const addon = require('./support/addon');

const { twice } = addon('calls');
const { does } = addon('flat');

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

describe('near the end of the stack', () => {
  it('a call with a callback throws or is answered', async () => {
    assert.strictEqual(await lost((done) => twice(1, done)), 0);
  });

  it('a call without one throws or is settled', async () => {
    assert.strictEqual(await lost((done) => { twice(1).then(done, done); }), 0);
  });

  /* Calls from the end of the stack upwards, [levels] above it, until one does not throw by itself.
   * Each call is behind one that is in flight and, beside that, others that are staged. */
  async function lostStaged(staged, call, levels) {
    let ended = 0, made = 0;
    const others = Array.from({ length: staged }, (_, i) => does(0, i));
    const attempt = () => {
      made = 1;
      try {
        call(() => { ended++; });
      } catch {
        ended++;
      }
    };
    (function rise() {
      try {
        rise();
      } catch {
        // the end
      }
      if (levels > 0) levels--;
      else if (made === 0) attempt();
    })();
    await Promise.all([...others, does(0, 1), does(0, 2)]);
    for (let i = 0; i < 200 && ended < made; i++) await delay(10);
    return made - ended;
  }

  for (const staged of [1, 256]) {
    it(`of calls that cross in batches, behind ${staged}, each throws or is answered once`, async () => {
      for (let levels = 0; levels < 500; levels += levels < 30 ? 1 : 50) {
        const lost = [
          await lostStaged(staged, (done) => does(0, 1, done), levels),
          await lostStaged(staged, (done) => { does(0, 1).then(done, done); }, levels),
        ];
        assert.deepStrictEqual(lost, [0, 0], `${levels} above the end`);
      }
    });
  }
});
