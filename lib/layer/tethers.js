// Tethers: how C, signals and the collector know the inner half of a stream, a session or a map. A
// tether keeps the inner half only while somebody waits. At all other times the outer half alone
// does, which is the program's, and with it goes all that the inner half refers to of the program's
// own: the signal, the iterable, `this`, the listener, errors with their frames. So it does not
// matter which of these refers back to the outer half: all are collected together. What is left to
// be ended then, the tether ends, which refers to nothing of the program's.
(function (layer) {
  'use strict';
  const {
    FinalizationRegistry, FinalizationRegistryPrototypeRegister,
    FinalizationRegistryPrototypeUnregister, ObjectSetPrototypeOf, WeakRef, WeakRefPrototypeDeref,
  } = layer.intrinsics;

  const collected = new FinalizationRegistry((tether) => tether.lose());

  // What is an object, or undefined.
  class Weak {
    constructor(value) {
      this.ref = value === undefined ? undefined : new WeakRef(value);
    }

    get() {
      return this.ref === undefined ? undefined : WeakRefPrototypeDeref(this.ref);
    }
  }

  // Whoever extends this has lose(): nobody can reach the outer half any more.
  class Tether {
    constructor(inner, signal) {
      this.inward = new Weak(inner);
      this.watched = new Weak(signal);
      this.kept = undefined; // the inner half, while somebody waits
    }

    // undefined: it was collected.
    get inner() {
      return this.kept ?? this.inward.get();
    }

    get signal() {
      return this.watched.get();
    }

    // From now on it hears of the end of [outer].
    hold(outer) {
      FinalizationRegistryPrototypeRegister(collected, outer, this, this);
    }

    // All is over: nothing is left to be ended.
    release() {
      this.kept = undefined;
      FinalizationRegistryPrototypeUnregister(collected, this);
    }
  }

  ObjectSetPrototypeOf(Weak.prototype, null);
  ObjectSetPrototypeOf(Tether.prototype, null);

  layer.tethers = { __proto__: null, Tether, Weak };
})
