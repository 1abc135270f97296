'use strict';

// Jobs on a pool of the size that UV_THREADPOOL_SIZE says: node pools.js NAME. Prints the counts.

const fs = require('node:fs');
const { setTimeout: delay } = require('node:timers/promises');
const { env, until } = require('./env');

const times = (count, make) => Array.from({ length: count }, make);

const ways = {
  /* Short jobs, while fs is called too. */
  async many() {
    let left = 500;
    let readsBeforeLast = 0;
    fs.stat(__filename, () => left > 0 && readsBeforeLast++);
    await Promise.all(times(500, () => env.nap(1).then(() => left--)));
    return { readsBeforeLast };
  },
  /* Jobs that wait for each other, as many as run at once, and then all the others. */
  async together() {
    const jobs = times(100, () => env.wait());
    const most = Number(process.env.UV_THREADPOOL_SIZE) || 4;
    await until(() => env.counts().started >= most);
    await delay(50); // more might start
    env.setGate(true);
    await Promise.all(jobs);
  },
};

ways[process.argv[2]]().then((more) => {
  console.log(JSON.stringify({ ...env.counts(), ...more }));
});
