'use strict';

const { performance } = require('node:perf_hooks');

const TURN_MS = 1; /* an idle loop shows about that as its longest gap */
const TIMER_MS = 10;

/* A timer, and the longest time from one of its calls to the next. */
class Beat {
  constructor(everyMs) {
    this.longestMs = 0;
    this.lastMs = performance.now();
    this.timer = setInterval(() => this.mark(), everyMs);
  }

  mark() {
    const now = performance.now();
    this.longestMs = Math.max(this.longestMs, now - this.lastMs);
    this.lastMs = now;
  }

  stop() {
    this.mark();
    clearInterval(this.timer);
    return this.longestMs;
  }
}

/* How long the loop did not turn at its worst, and how late a timer was. Begins when it is made. */
class Pulse {
  constructor() {
    this.turn = new Beat(TURN_MS);
    this.timer = new Beat(TIMER_MS);
  }

  stop() {
    return { gapMs: this.turn.stop(), lateMs: Math.max(0, this.timer.stop() - TIMER_MS) };
  }
}

module.exports = { Pulse };
