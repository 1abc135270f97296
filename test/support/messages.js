'use strict';

// Ways in which a process with sessions ends: node messages.js NAME.

const assert = require('node:assert');
const fs = require('node:fs');
const messages = require('./addon')('messages');

const { collect, collect4, echo } = messages;
const say = (what) => fs.writeSync(1, `${what}\n`);
const sayCounts = () => process.on('exit', () => {
  const { entered, left, received } = messages.counts();
  say(`${entered} entered, ${left} left, ${received} received`);
});

const ways = {
  /* ---- A job that takes messages keeps the process ---- */

  runs() {
    sayCounts();
    const session = collect({ waitMs: 50 });
    session.post(0);
    globalThis.kept = session;
  },
  ref() {
    sayCounts();
    globalThis.kept = echo({ waitMs: 50 }).unref().ref();
  },
  callbacks() {
    const session = echo((item) => {
      say(item);
      if (item < 3) session.post(item + 1);
      else session.close();
    }, (error) => say(error));
    session.post(0);
  },
  closed() {
    const session = collect();
    for (let i = 0; i < 100; i++) session.post(i);
    session.close();
    session.result.then(({ count }) => say(count));
  },

  /* ---- unless it is told not to, or has ended ---- */

  unref() {
    sayCounts();
    globalThis.kept = [collect().unref(), echo().unref(), collect(() => {}).unref()];
    globalThis.kept[0].post(0);
    globalThis.kept[1].next().then(say);
  },
  unread() {
    const stream = echo({ endAt: 1 });
    stream.post(0);
    globalThis.kept = stream;
    process.on('exit', () => say('over'));
  },
  collected() {
    collect().post(0);
    (function collectAgain() {
      globalThis.gc();
      if (messages.counts().left === 0) setTimeout(collectAgain, 1);
      else say(`${messages.counts().received} received`);
    })();
  },

  /* ---- process.exit() ---- */

  exit() {
    for (let i = 0; i < 20; i++) {
      const session = i % 2 ? collect4({ everyMs: 1 }) : echo();
      while (session.post(0)) continue;
      session.drained().catch(() => {});
      if (i % 3 === 0) session.close();
    }
    setTimeout(() => process.exit(5), 5);
  },
  exitAtOnce() {
    collect().post(0);
    process.exit(5);
  },
  exitInMessage() {
    const session = messages.lists();
    session.post(Object.defineProperty([], 0, { get: () => process.exit(5) }));
  },
  postsInExitListener() {
    const session = collect();
    process.on('exit', () => {
      try {
        session.post(0);
      } catch ({ code }) {
        say(code);
      }
    });
    setTimeout(() => process.exit(5), 5);
  },
};

const name = process.argv[2];
assert.ok(name in ways, name);
ways[name]();
