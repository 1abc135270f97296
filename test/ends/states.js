'use strict';

/*
 * What may be going on when a process or a thread ends: test/addons/ends.c has a worker for each.
 *
 *   says    what it is, for people
 *   reach   resolves when it is so. Gets { addon, begun, stop }: begun(n) waits until n jobs have
 *           begun; stop aborts when the end is to come by itself, and ends what otherwise would not
 *   atOnce  the end follows in the same turn of the loop
 */

const MIB = 1024 * 1024;
const FOREVER_MS = -1;

const forget = () => {};
const many = (count, make) => Array.from({ length: count }, (_, i) => make(i));
const never = () => new Promise(forget);

/* The outcome of what the end will interrupt is nobody's concern. */
const launch = (count, make) => many(count, (i) => make(i).catch(forget));

/* Sleeps by the worker until the state is let go. */
const sleeper = (name, count, needed) => async ({ addon, begun, stop }) => {
  launch(count, () => addon[name](FOREVER_MS, { signal: stop }));
  await begun(needed);
};

async function readSome(stream) {
  for (let i = 0; i < 3; i++) await stream.next();
}

async function openThings(addon) {
  const thing = await addon.open();
  return [thing, await thing.part(), await addon.open()];
}

const states = {
  /* ---- Jobs ---- */

  idle: {
    says: 'the addon was used, and has nothing to do',
    reach: ({ addon }) => Promise.all([addon.add(1, 2), addon.sleep(0)]),
  },
  begun: {
    says: 'calls were made in this very turn of the loop',
    atOnce: true,
    async reach({ addon, stop }) {
      launch(20, () => addon.sleep(FOREVER_MS, { signal: stop }));
      launch(20, () => addon.add(1, 2));
    },
  },
  queued: {
    says: 'jobs wait for a thread',
    reach: sleeper('sleep', 100, 1),
  },
  queuedOnNode: {
    says: "jobs wait for a thread of Node's pool",
    reach: sleeper('sleepOnNode', 100, 1),
  },
  gated: {
    says: 'jobs wait for the one of their worker that may run',
    reach: sleeper('sleepOneByOne', 10, 1),
  },
  running: {
    says: 'jobs run that heed their stop, on a thread of their own, too',
    async reach(run) {
      await Promise.all([sleeper('sleep', 1, 2)(run), sleeper('sleepOnOwn', 1, 2)(run)]);
    },
  },
  reading: {
    says: 'a job is inside a system call that its stop ends',
    async reach({ addon, begun, stop }) {
      launch(1, () => addon.read({ signal: stop }));
      await begun(1);
    },
  },
  deaf: {
    says: 'jobs run that do not heed their stop',
    async reach({ addon, begun }) {
      launch(2, () => addon.deaf(200));
      await begun(2);
    },
  },
  pinned: {
    says: 'a job reads memory of JavaScript',
    async reach({ addon, begun, stop }) {
      launch(1, () => addon.sum(Buffer.alloc(16 * MIB, 1), { signal: stop }));
      await begun(1);
    },
  },
  numeric: {
    says: 'calls of numbers are under way in batches',
    async reach({ addon, begun }) {
      launch(300, () => addon.rest(1));
      await begun(1);
    },
  },
  unsettled: {
    says: 'jobs are over, and JavaScript was not told',
    atOnce: true,
    async reach({ addon }) {
      launch(500, () => addon.sleep(0));
      while (addon.counts.sync().begun < 500) continue;
    },
  },
  loop: {
    says: 'threads work at a loop of ol_each',
    async reach({ addon, begun, stop }) {
      launch(1, () => addon.loop({ signal: stop }));
      await begun(1);
    },
  },
  held: {
    says: "a thread of the addon's own holds a job whose execute has returned",
    async reach({ addon, begun, stop }) {
      launch(3, () => addon.hold({ signal: stop }));
      await begun(3);
    },
  },
  pool: {
    says: 'jobs wait and run in a pool of createPool',
    async reach({ addon, begun, stop }) {
      const pool = addon[Symbol.for('offloop')].createPool({ threads: 2 });
      launch(20, () => addon.sleep(FOREVER_MS, { pool, signal: stop }));
      await begun(2);
    },
  },
  map: {
    says: 'a map is being read',
    async reach({ addon, stop }) {
      const results = addon.sleep.map(many(1000, () => 1), { concurrency: 4, signal: stop });
      await readSome(results);
      results.next().catch(forget);
    },
  },

  /* ---- Jobs that talk with JavaScript ---- */

  stream: {
    says: 'a job waits for somebody to read its items',
    async reach({ addon }) {
      const stream = addon.emit();
      await readSome(stream);
      globalThis.kept = stream;
    },
  },
  items: {
    says: 'a job sends items to a callback without end',
    async reach({ addon, stop }) {
      await new Promise((resolve) => addon.emit({ signal: stop }, resolve, forget));
    },
  },
  session: {
    says: 'a job waits for messages',
    async reach({ addon, begun, stop }) {
      const session = addon.receive();
      for (let i = 0; i < 10; i++) session.post(i);
      stop.addEventListener('abort', () => session.close().catch(forget));
      await begun(1);
    },
  },
  upcall: {
    says: 'a job waits for the answer of JavaScript',
    async reach({ addon, stop }) {
      await new Promise((resolve) => {
        launch(1, () => addon.ask(() => (resolve(), never()), FOREVER_MS, { signal: stop }));
      });
    },
  },
  progress: {
    says: 'a job tells its progress without end',
    async reach({ addon, stop }) {
      await new Promise((onProgress) => {
        launch(1, () => addon.tell({ onProgress, signal: stop }));
      });
    },
  },

  /* ---- Handles ---- */

  open: {
    says: 'handles are open, one a part of another',
    async reach({ addon }) {
      globalThis.kept = await openThings(addon);
    },
  },
  line: {
    says: 'jobs stand in the line of a serial handle',
    async reach({ addon, begun, stop }) {
      const [thing] = await openThings(addon);
      launch(5, () => thing.use(FOREVER_MS, { signal: stop }));
      await begun(1);
    },
  },
  exclusive: {
    says: 'a function has the turn of a handle, and others wait for it',
    async reach({ addon, begun, stop }) {
      const [thing] = await openThings(addon);
      launch(2, () => thing.exclusive((tx) => tx.use(FOREVER_MS, { signal: stop })));
      launch(2, () => thing.use(0));
      await begun(1);
    },
  },
  closing: {
    says: 'handles are being closed',
    async reach({ addon }) {
      const things = await Promise.all(many(3, () => openThings(addon)));
      launch(9, (i) => things.flat()[i].close());
    },
  },
};

/* As far as they come: they share the threads that there are. */
const together = Object.values(states).filter(({ atOnce }) => !atOnce);
states.everything = {
  says: 'all of that at once',
  async reach(run) {
    for (const { reach } of together) reach(run).catch(forget);
    await run.begun(10);
  },
};

module.exports = states;
