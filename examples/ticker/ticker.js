'use strict';

const { ticks } = require('../../build/Release/ticker.node');

let session;

/* Whoever is the callback when a number arrives is called; whatever else is there is ignored. */
function tell(number) {
  const { callback } = ticker;
  if (typeof callback === 'function') Reflect.apply(callback, ticker, [number]);
}

const ticker = {
  /**
   * @param {object} [options]
   * @param {number} [options.periodMs] 5000 unless given
   * @param {(count: number, periodMs: number) => number | Promise<number>} [options.more] is asked
   *   before each round how many numbers that has; 0: there is none. Without it they have no end
   * @returns {boolean} false: it is running already
   */
  start(options = {}) {
    if (session !== undefined) return false;
    session = ticks(options, tell, (error) => {
      session = undefined;
      if (error) throw error; // nobody waits for it: an uncaughtException
    });
    return true;
  },

  /** The period from now on, in milliseconds. False: it does not run, or takes no more for now. */
  setPeriod: (periodMs) => session !== undefined && session.post(periodMs),

  /** Resolves when the thread has stopped, with how many numbers it has sent. */
  async stop() {
    const stopped = session;
    await stopped?.close();
    return stopped?.result;
  },
};

module.exports = ticker;
