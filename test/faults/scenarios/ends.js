'use strict';

/*
 * Faults go on until the thread has ended: nothing settles any more, but all is given back. The
 * function begins what is in flight then.
 */

const { count } = require('../steps');

const ignore = (promise) => promise.catch(() => {});

module.exports = {
  ends: true,

  async idle({ openBox, add }) {
    await Promise.allSettled([openBox(), add(1, 2)]);
  },

  async busy({ add, addFew, addNode, addOwn, ask, chat, lines, openBox, sum, wait, work }) {
    const box = await openBox().catch(() => undefined);
    const timeout = 50;
    ignore(wait({ timeout }));
    for (const worker of [add, addFew, addNode, addOwn]) count(4).map((i) => ignore(worker(i, 1)));
    ignore(ask(() => wait({ timeout }), 2));
    ignore(sum(1000));
    ignore(work(5, { onProgress() {} }));
    ignore(lines(1e6).next());
    if (box !== undefined) ignore(box.exclusive(() => wait({ timeout })));
    ignore(chat().next());
    process.exit();
  },
};
