'use strict';

const { performance } = require('node:perf_hooks');

const LOOK_EVERY = 64; /* jobs between two looks at the clock, unless they are slow; a power of 2 */

const glance = () => ({ ms: performance.now(), cpu: process.cpuUsage() });

/* Opens after the warm-up, when every job in flight has been replaced once, and closes after `ms`,
 * when they have been replaced twice more, so that neither the first start nor a half-delivered
 * batch makes the figure. */
class Window {
  constructor({ ms, inFlight }, slow = false) {
    this.ms = ms;
    this.mask = slow ? 0 : LOOK_EVERY - 1;
    this.inFlight = inFlight;
    this.done = 0;
    this.openAfterMs = performance.now() + ms / 2;
  }

  /* Once a job; false: it has closed. */
  tick() {
    return (++this.done & this.mask) !== 0 ? this.to === undefined : this.look();
  }

  look() {
    const now = performance.now();
    if (this.from === undefined) {
      if (now >= this.openAfterMs && this.done >= this.inFlight) {
        this.from = { done: this.done, ...glance() };
      }
    } else if (now - this.from.ms >= this.ms && this.done - this.from.done >= 2 * this.inFlight) {
      this.to ??= { done: this.done, ...glance() };
    }
    return this.to === undefined;
  }

  numbers() {
    const { from, to } = this;
    const jobs = to.done - from.done;
    const cpuUs = to.cpu.user + to.cpu.system - from.cpu.user - from.cpu.system;
    return { jobsPerSecond: (jobs / (to.ms - from.ms)) * 1000, cpuUs: cpuUs / jobs };
  }
}

module.exports = { Window };
