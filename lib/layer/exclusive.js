// Exclusive calls: handle.exclusive(fn) waits in the handle's line as a job does, and keeps the
// turn while fn works with the stand-in it is given. C says when the turn has come, and is told
// when fn has settled; how that ended is how the call ends, once the stand-in's jobs are over, too.
(function (layer, native) {
  'use strict';
  const { PromisePrototypeThen, PromiseReject, Promise, ReflectApply, SymbolSpecies } =
    layer.intrinsics;
  const {
    RESOLVED, THROWN, PromiseWaiter, entryOf, optionError, readRequest, startWaited, waiters,
  } = layer.calls;

  const { Context, report } = layer.contexts;

  const NAME = 'exclusive';
  const entry = entryOf(native.startExclusive, undefined);

  class ExclusiveWaiter extends PromiseWaiter {
    constructor(signal, promise, resolve) {
      super(NAME, signal, promise, resolve);
      this.id = 0; // from the turn on, until it is settled
      this.standIn = undefined;
      this.begin = undefined; // called then
      this.ending = undefined; // of the function
    }

    // Awaited by the function's caller, whose AsyncLocalStorage it so keeps.
    turn() {
      return {
        __proto__: null,
        then: (resolve) => {
          this.begin = resolve;
          if (this.id !== 0) resolve();
        },
      };
    }

    give(id, standIn) {
      this.id = id;
      this.standIn = standIn;
      if (this.begin !== undefined) this.begin();
    }

    // A job that was stopped before the function was called has an outcome of its own.
    settle(outcome, value) {
      this.id = 0;
      const ending = this.ending ?? { outcome, value };
      super.settle(ending.outcome, ending.value);
    }
  }

  // The signal counts only while the call waits.
  layer.beginExclusive = (id, standIn) => {
    const waiter = waiters[id];
    const { signal } = waiter;
    waiter.signal = undefined;
    try {
      if (signal !== undefined) layer.unwatchSignal(signal, id);
    } catch (error) {
      report(waiter.context, error);
    }
    waiter.give(id, standIn);
  };

  // What is awaited holds no stand-in: the user's to keep.
  function call(waiter, fn) {
    const { standIn } = waiter;
    waiter.standIn = undefined;
    return ReflectApply(fn, undefined, [standIn]);
  }

  async function perform(waiter, fn) {
    await waiter.turn();
    try {
      const value = await call(waiter, fn);
      waiter.ending = { __proto__: null, outcome: RESOLVED, value };
    } catch (error) {
      waiter.ending = { __proto__: null, outcome: THROWN, value: error };
    }
    if (waiter.id !== 0) native.endExclusive(waiter.id);
  }

  const ignore = () => {};

  // Has whoever awaits [promise] be in the stacks of errors that are made while [working] awaits:
  // the engine looks for them along what `then` gives. The promise is settled by others.
  function showAwaiting(working, promise) {
    const species = function (executor) {
      executor(ignore, ignore);
      return promise;
    };
    layer.define(working, 'constructor', { __proto__: null, [SymbolSpecies]: species });
    PromisePrototypeThen(working);
  }

  function start(self, fn, options) {
    if (typeof fn !== 'function') {
      throw layer.argumentError(0, NAME, layer.ROLE_ARG, 'fn', 'a function', fn);
    }
    const request = readRequest(NAME, options);
    if (request.onProgress !== undefined) {
      throw optionError(NAME, 'onProgress', 'undefined with exclusive', request.onProgress, 2);
    }
    layer.refusePlace(NAME, request, 'with exclusive');
    let resolve;
    const promise = new Promise((resolvePromise) => {
      resolve = resolvePromise;
    });
    if (resolve === undefined) return promise; // rejected: the stack has ended
    const waiter = new ExclusiveWaiter(request.signal, promise, resolve);
    if (request.signal !== undefined) waiter.context = new Context(NAME);
    // First: at the end of the stack it throws, and nobody would end the turn.
    const working = perform(waiter, fn);
    startWaited(waiter, entry, self, request, []);
    showAwaiting(working, promise);
    return promise;
  }

  // The method of every serial class.
  const common = {
    exclusive(fn, options = undefined) {
      try {
        return start(this, fn, options);
      } catch (error) {
        return PromiseReject(layer.blameCaller(error, common.exclusive));
      }
    },
  };
  layer.exclusive = common.exclusive;
})
