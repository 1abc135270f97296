'use strict';

// Processes and worker threads whose loop waits for the ticker of examples/ticker and for nothing
// else: node ticker.js NAME.

const { isMainThread, parentPort, workerData } = require('node:worker_threads');
const ticker = require('../../examples/ticker/ticker');

/* What could wake the loop by itself: there is none. */
const timers = () =>
  (process.getActiveResourcesInfo?.() ?? []).filter((name) => name === 'Timeout').join();

const ways = {
  /* Far longer between the numbers than it takes to print one, so that the loop is asleep. */
  idle() {
    const rounds = [3, 0];
    ticker.callback = (number) => console.log(`${number}${timers()}`);
    ticker.start({ periodMs: 30, more: () => rounds.shift() });
  },
  stop() {
    ticker.callback = async function (number) {
      if (number === 2) console.log(`${await this.stop()} numbers`);
    };
    ticker.start({ periodMs: 1 });
  },
  exit() {
    ticker.callback = (number) => number === 2 && process.exit(5);
    ticker.start({ periodMs: 1 });
  },
  asked() {
    ticker.start({ more: () => process.exit(5) });
  },
  throws() {
    ticker.callback = (number) => {
      console.log(number);
      if (number === 2) throw new Error('not caught');
    };
    ticker.start({ periodMs: 1 });
  },
  thread() {
    ticker.callback = (number) => parentPort.postMessage(number);
    ticker.start({ periodMs: 1 });
  },
};

ways[isMainThread ? process.argv[2] : workerData]();
