'use strict';

/* Stands for rxjs where the documentation runs: as much of an Observable as its samples use. After
 * the end, and after unsubscribe(), nothing is told; the teardown runs once. */

class Observable {
  constructor(begin) {
    this.begin = begin;
  }

  subscribe(next) {
    let over = false;
    let teardown = () => {};
    const end = () => {
      if (over) return;
      over = true;
      teardown();
    };
    const subscriber = { next: (value) => over || next(value), error: end, complete: end };
    teardown = this.begin(subscriber);
    if (over) teardown();
    return { unsubscribe: end };
  }
}

module.exports = { Observable };
