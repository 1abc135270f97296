'use strict';

// Ways in which a process with streams ends: node streams.js NAME.

const assert = require('node:assert');
const fs = require('node:fs');
const streams = require('./addon')('streams');

const { range, range8, held, subscribe } = streams;
const say = (what) => fs.writeSync(1, `${what}\n`);
const forget = () => {};

async function read(stream, each = forget) {
  for await (const item of stream) each(item);
}

const ways = {
  /* ---- A process with nothing pending exits ---- */

  async unread() {
    const stream = range8(-1);
    await stream.next();
    globalThis.kept = [stream, range(5)];
    say('read one');
  },
  resultOnly() {
    globalThis.kept = range8(-1);
    globalThis.kept.result.then(say, say);
    say('asked');
  },
  unref() {
    const stream = range(-1, { everyMs: 1000 }).unref();
    stream.next().then(() => say('an item'));
    say('unref');
  },

  /* ---- One that waits does not ---- */

  read() {
    let sum = 0;
    read(range(100, { everyMs: 1 }), (item) => (sum += item)).then(() => say(sum));
  },
  result() {
    range(0, { everyMs: 1 }).result.then(({ count }) => say(count));
  },
  callbacks() {
    let sum = 0;
    range(100, { everyMs: 1 }, (item) => (sum += item), () => say(sum));
  },
  ref() {
    range(1, { everyMs: 50 }).unref().ref().next().then(({ value }) => say(value));
  },
  held() {
    let n = 0;
    read(held(4, 1000), () => n++).then(() => say(n));
  },

  /* ---- process.exit() ---- */

  exit() {
    const all = [range8(-1), range(-1), held(3, 1e6), subscribe()];
    for (const stream of all) read(stream).catch(forget);
    const waiting = range8(-1);
    range(-1, forget, forget);
    waiting.next().then(() => setTimeout(() => process.exit(5), 20));
  },
  exitInItem() {
    let n = 0;
    read(range8(-1), () => ++n >= 100 && process.exit(5));
    range(-1, () => ++n >= 300 && process.exit(5), forget);
  },
};

const name = process.argv[2];
assert.ok(name in ways, name);
ways[name]();
