// Calls: from a JavaScript function to start(timeout, aborted, [arguments], listened) in C, which
// gives the id of a job, and from settle(again, id, outcome, value, ...) back to whoever waits for
// it.
//
// Nothing settles before start has returned, so a waiter is put down after it. An id is used again
// once its job is settled.
(function (layer, native) {
  'use strict';
  const {
    ArrayIsArray, ObjectSetPrototypeOf, Promise, PromisePrototype, PromiseReject, PromiseThen,
    ReflectApply, SymbolFor, SymbolSpecies,
  } = layer.intrinsics;
  const { Context, closeAll, countRead, rejectsWhereItIs, report, runIn, takeRead } =
    layer.contexts;

  // As enum oli_outcome, enum ol_callback_style and ol_status_code say.
  const RESOLVED = 0;
  const FAILED = 1;
  const THROWN = 2;
  const RAISED = 3;
  const UNWRITTEN = 4;
  const CALLBACK_RESULT = 1;

  // Stands for the deadline that the worker's table gives.
  const TIMEOUT_OF_WORKER = -1;

  // Who waits for which id. An id that was never used before is defined, not set.
  const waiters = [undefined];

  function park(id, waiter) {
    if (id < waiters.length) {
      waiters[id] = waiter;
    } else {
      layer.define(waiters, id, waiter, true);
    }
  }

  // ---- Outcomes -------------------------------------------------------------------------------

  // Whoever waits must be told, so a reason that cannot be read is none.
  function reasonOf(signal) {
    try {
      return signal?.reason;
    } catch {
      return undefined;
    }
  }

  // [maker] and what it called are left out of the error's stack. Each who waits for the same gets
  // an error of its own.
  function errorOf(name, outcome, value, signal, maker) {
    if (outcome === FAILED) return layer.failure(name, value, reasonOf(signal), maker);
    return outcome === UNWRITTEN ? layer.makeAnother(value, maker) : value;
  }

  // The user's promise is resolved with this one. After three awaits the frames of the async
  // function that awaits it are in the stack of an error made here, and success has paid nothing.
  async function fail(makeError) {
    await undefined;
    await undefined;
    await undefined;
    throw makeError(fail);
  }

  // Calls [tell], who is so heard after the calls that have failed before: a runtime may settle
  // several batches before it runs promise reactions. No promise is resolved with another, which
  // would call what users have made of Promise.prototype.then.
  async function afterFailures(tell) {
    await undefined;
    await undefined;
    await undefined;
    await undefined;
    tell();
  }

  // Whether a promise that is resolved with another still follows it: users may change that.
  function promisesFollow() {
    try {
      return PromisePrototype.then === PromiseThen && PromisePrototype.constructor === Promise &&
        Promise[SymbolSpecies] === Promise;
    } catch {
      return false;
    }
  }

  // Rejects, by its [resolve], a promise with what makeError(maker) gives, for whoever awaits it.
  function reject(resolve, makeError) {
    if (promisesFollow()) {
      resolve(fail(makeError));
    } else {
      const error = makeError(layer.settle);
      resolve({ __proto__: null, then: (_, rejectNow) => rejectNow(error) });
    }
  }

  // What every waiter has: name, signal, context, event (see trace.js), functions (the contexts of
  // those that its job may call) and settle(outcome, value).
  class PromiseWaiter {
    constructor(name, signal, promise, resolve) {
      this.name = name;
      this.signal = signal;
      this.promise = promise;
      this.resolve = resolve;
      this.context = undefined;
      this.event = undefined;
      this.functions = undefined;
    }

    settle(outcome, value) {
      const { name, signal, resolve } = this;
      if (outcome === RESOLVED) resolve(value);
      else reject(resolve, (maker) => errorOf(name, outcome, value, signal, maker));
    }
  }

  // No setter of Object.prototype has a say in what a waiter holds.
  ObjectSetPrototypeOf(PromiseWaiter.prototype, null);

  // One executor for all promises: it runs within the constructor, and a closure each costs more
  // than the rest of a call. What it leaves is taken away at once: it would keep the promise, and
  // with that the result, from being collected.
  let captured;
  const capture = (resolve) => {
    captured = resolve;
  };

  function takeCaptured() {
    const resolve = captured;
    captured = undefined;
    return resolve;
  }

  function newPromiseWaiter(name, signal) {
    const promise = new Promise(capture);
    const waiter = new PromiseWaiter(name, signal, promise, takeCaptured());
    if (rejectsWhereItIs || signal !== undefined) waiter.context = new Context(name);
    return waiter;
  }

  // It is its own context: where many wait, an object each counts. Fields are defined, not set, so
  // that no setter of a prototype has a say in what it holds.
  class CallbackWaiter extends Context {
    signal;
    callback;
    style;
    name;
    event;
    functions;

    constructor(name, signal, callback, style) {
      super(name);
      this.signal = signal;
      this.callback = callback;
      this.style = style;
      this.name = name;
    }

    get context() {
      return this;
    }

    settle(outcome, value) {
      const { callback, name, signal, style } = this;
      if (outcome !== RESOLVED) {
        const error = errorOf(name, outcome, value, signal, layer.settle);
        if (style === CALLBACK_RESULT) throw error;
        callback(error);
      } else if (style === CALLBACK_RESULT) {
        callback(value);
      } else {
        callback(null, value);
      }
    }
  }

  // Ids from here on are the stage's own.
  const STAGE_ID = 0x80000000;

  function tellUntraced(waiter, outcome, value) {
    if (outcome !== RAISED) {
      waiter.settle(outcome, value);
      return;
    }
    const { raised } = waiter;
    if (raised.outcome === THROWN) layer.takeMade(raised.value); // the user's, whoever made it
    waiter.settle(raised.outcome, raised.value);
  }

  // The error that is traced is made beside the one that the waiter makes of the same.
  function tellTraced(waiter, outcome, value) {
    const { name, signal } = waiter;
    const failed = outcome !== RESOLVED;
    const told = outcome === RAISED
      ? waiter.raised.value
      : errorOf(name, outcome, value, signal, layer.settle);
    layer.trace.settle(waiter, failed, told, () => tellUntraced(waiter, outcome, value));
  }

  function tell(waiter, outcome, value) {
    if (waiter.event !== undefined) tellTraced(waiter, outcome, value);
    else tellUntraced(waiter, outcome, value);
  }

  // Nothing of the user's runs where a promise is resolved.
  const isQuiet = (waiter, outcome) =>
    outcome === RESOLVED && waiter.promise !== undefined && waiter.event === undefined;

  function closeContexts(waiter) {
    waiter.context?.closeContext();
    closeAll(waiter.functions);
  }

  // For each waiter once. What the user's code throws is told, and must not cost others of the
  // batch their results.
  function settleWaiter(waiter, outcome, value) {
    if (isQuiet(waiter, outcome)) waiter.settle(outcome, value);
    else runIn(waiter.context, tell, waiter, outcome, value);
    closeContexts(waiter);
  }

  function forgetSignal({ context, signal }, id) {
    try {
      if (signal !== undefined) layer.unwatchSignal(signal, id);
    } catch (error) {
      report(context, error);
    }
  }

  // How much of the latest batch was told: where the layer goes on that was ended in the middle.
  let told = 0;

  function deliver(batch, at) {
    const id = batch[at];
    const outcome = batch[at + 1];
    const value = batch[at + 2];
    if (id >= STAGE_ID) {
      told = at + 3;
      layer.settleStaged(id - STAGE_ID, outcome, value);
      return;
    }
    const waiter = waiters[id];
    waiters[id] = undefined;
    told = at + 3;
    layer.unlisten(id);
    if (waiter === undefined) return;
    forgetSignal(waiter, id);
    settleWaiter(waiter, outcome, value);
  }

  // What is told may settle others at once, which are a batch of their own.
  layer.settle = (again, ...batch) => {
    for (let at = again ? told : 0; at < batch.length; at += 3) {
      try {
        deliver(batch, at);
      } catch (error) {
        native.fatal(error);
      }
      told = at + 3;
    }
  };

  // A promise for a job that JavaScript did not start by a call: a handle that closes. The same one
  // for all who wait for the id.
  layer.wait = (name, id) => {
    const known = waiters[id];
    if (known !== undefined) return known.promise;
    const waiter = newPromiseWaiter(name, undefined);
    if (waiter.resolve !== undefined) park(id, waiter); // else rejected: the stack has ended
    return waiter.promise;
  };

  // ---- Options --------------------------------------------------------------------------------

  function optionError(name, option, expected, received, kind = 0) {
    return layer.argumentError(kind, name, layer.ROLE_OPTION, option, expected, received);
  }

  function checkSignal(name, signal) {
    if (signal !== undefined && !layer.isSignal(signal)) {
      throw optionError(name, 'signal', 'an instance of AbortSignal', signal);
    }
    return signal;
  }

  function checkTimeout(name, timeout) {
    if (timeout === undefined) return TIMEOUT_OF_WORKER;
    if (typeof timeout !== 'number') throw optionError(name, 'timeout', 'a number', timeout);
    if (!(timeout >= 0)) throw optionError(name, 'timeout', '>= 0', timeout, 1);
    return timeout;
  }

  function checkListener(name, onProgress) {
    if (onProgress !== undefined && typeof onProgress !== 'function') {
      throw optionError(name, 'onProgress', 'a function', onProgress);
    }
    return onProgress;
  }

  const NO_REQUEST = {
    signal: undefined, timeout: TIMEOUT_OF_WORKER, onProgress: undefined, place: undefined,
  };

  function readRequest(name, options) {
    if (options === undefined) return NO_REQUEST;
    // An array there is a mistake.
    if (typeof options !== 'object' || options === null || ArrayIsArray(options)) {
      throw layer.argumentError(0, name, layer.ROLE_ARG, 'options', 'an object', options);
    }
    const signal = checkSignal(name, options.signal);
    const timeout = checkTimeout(name, options.timeout);
    const onProgress = checkListener(name, options.onProgress);
    const place = layer.readPlace(name, options);
    return { signal, timeout, onProgress, place };
  }

  function optionsOf(args, arity) {
    return args.length > arity ? args[arity] : undefined;
  }

  function callNative(start, self, request, args) {
    const aborted = request.signal !== undefined && request.signal.aborted;
    const listened = request.onProgress !== undefined;
    const { place, timeout } = request;
    if (place === undefined) return start(timeout, aborted, args, self, listened);
    const { slot, priority, queueTimeout } = place;
    return start(timeout, aborted, args, self, listened, slot, priority, queueTimeout);
  }

  // ---- Workers --------------------------------------------------------------------------------

  const NOBODY = {
    __proto__: null, signal: undefined, context: undefined, event: undefined, functions: undefined,
    settle() {}, hear() {},
  };

  // What goes on beside a job from its call to its end. Where that cannot begin, as on a signal
  // that cannot be listened to, the caller gets the error, and nobody waits for the job.
  function attend(id, waiter, { onProgress, place, signal }) {
    try {
      if (place !== undefined) layer.keepPlace(place);
      if (onProgress !== undefined) layer.listen(waiter, id, onProgress);
      if (signal !== undefined) layer.watchSignal(signal, id);
    } catch (error) {
      park(id, NOBODY);
      native.stop(id);
      throw error;
    }
  }

  // The ways into C for one worker; see call.h. [plain] is undefined where it has none; [slot] is
  // that of its pool.
  const entryOf = (start, plain, slot) => ({ start, plain, slot });

  // No id: C has refused the call, and what it throws it leaves to be thrown here.
  function enter({ plain, start }, self, request, args) {
    const id = request === NO_REQUEST && plain !== undefined
      ? ReflectApply(plain, undefined, args)
      : callNative(start, self, request, args);
    if (id === undefined) throw layer.keptRefusal();
    return id;
  }

  // The waiter is there before the job: nothing may come between a job and who waits for it. What
  // was called before starts before. Gives the job's id.
  function startJob(waiter, entry, self, request, args) {
    layer.flush();
    const known = countRead();
    try {
      const id = enter(entry, self, request, args);
      park(id, waiter);
      if (request !== NO_REQUEST) attend(id, waiter, request);
      return id;
    } finally {
      waiter.functions = takeRead(known);
    }
  }

  function startTraced(waiter, entry, self, request, args) {
    const pool = layer.poolName(entry.slot, request);
    return layer.trace.call(waiter, pool, () => startJob(waiter, entry, self, request, args));
  }

  // Nobody waits for what could not be started.
  function startWaited(waiter, entry, self, request, args) {
    try {
      const start = layer.trace.isWatched() ? startTraced : startJob;
      return start(waiter, entry, self, request, args);
    } catch (error) {
      closeContexts(waiter);
      throw error;
    }
  }

  function startPromise(name, entry, self, request, args) {
    const waiter = newPromiseWaiter(name, request.signal);
    if (waiter.resolve === undefined) return waiter.promise; // rejected: the stack has ended
    startWaited(waiter, entry, self, request, args);
    return waiter.promise;
  }

  function startCallback(name, style, entry, self, request, args, callback) {
    const waiter = new CallbackWaiter(name, request.signal, callback, style);
    startWaited(waiter, entry, self, request, args);
  }

  // Nothing could be told before the call returns. What was called before may be what it waits for.
  function runSync(name, sync, self, args, request, maker) {
    if (request.onProgress !== undefined) {
      throw optionError(name, 'onProgress', 'undefined with .sync', request.onProgress, 2);
    }
    layer.refusePlace(name, request, 'with .sync');
    layer.flush();
    const answer = callNative(sync, self, request, args);
    if (answer === undefined) throw layer.keptRefusal();
    const { outcome, value } = answer;
    if (outcome !== RESOLVED) throw errorOf(name, outcome, value, request.signal, maker);
    return value;
  }

  // util.promisify gives the worker itself: without a callback it gives a promise, of whatever form
  // its callbacks are.
  const PROMISIFY = SymbolFor('nodejs.util.promisify.custom');

  // Wrong arguments reject in promise form and throw in the other two, as Node's own functions do.
  layer.makeWorker = (name, arity, style, start, plain, sync, slot, stays, flat) => {
    const { stageArgs, stagePromise, stageCallback } = layer;
    const { isWatched } = layer.trace;
    const entry = entryOf(start, plain, slot);

    function callAlone(self, args, callback, maker) {
      try {
        const request = readRequest(name, optionsOf(args, arity));
        if (stays) layer.refusePlace(name, request, 'where a job may call functions');
        if (callback === undefined) return startPromise(name, entry, self, request, args);
        startCallback(name, style, entry, self, request, args, callback);
        return undefined;
      } catch (error) {
        layer.blameCaller(error, maker);
        if (callback === undefined) return PromiseReject(error);
        throw error;
      }
    }

    function worker(...args) {
      const last = args.length - 1;
      const callback = last >= 0 && typeof args[last] === 'function' ? args[last] : undefined;
      if (flat !== undefined && !isWatched() &&
          stageArgs(flat, args, callback === undefined ? last + 1 : last)) {
        if (callback === undefined) return stagePromise(flat, args);
        return stageCallback(flat, args, style, callback);
      }
      if (callback !== undefined) args.length = last;
      const told = callAlone(this, args, callback, worker);
      return told; // no tail call: blameCaller() looks for this frame
    }

    // For who has to stop it: what crosses in a batch cannot be.
    function mapped(...args) {
      const promise = callAlone(this, args, undefined, mapped);
      return promise;
    }

    layer.define(worker, 'name', name);
    layer.define(worker, 'length', arity);
    if (sync !== undefined) {
      const workerSync = function (...args) {
        try {
          const request = readRequest(name, optionsOf(args, arity));
          return runSync(name, sync, this, args, request, workerSync);
        } catch (error) {
          throw layer.blameCaller(error, workerSync);
        }
      };
      layer.define(workerSync, 'name', `${name}.sync`);
      layer.define(workerSync, 'length', arity);
      layer.define(worker, 'sync', workerSync);
    }
    layer.define(worker, PROMISIFY, worker);
    layer.addMap({ worker, mapped, name, arity, start, stays });
    layer.addPool(worker, slot);
    return worker;
  };

  const resumption = entryOf(native.resume, undefined);

  // For ol_start: the same with a job that C has made. Wrong arguments throw.
  function beginJob(name, style, options, callback) {
    if (callback !== undefined && typeof callback !== 'function') {
      throw layer.argumentError(0, name, layer.ROLE_ARG, 'callback', 'a function', callback);
    }
    const request = readRequest(name, options);
    if (callback === undefined) return startPromise(name, resumption, undefined, request, []);
    startCallback(name, style, resumption, undefined, request, [], callback);
    return undefined;
  }

  layer.begin = function begin(name, style, options, callback) {
    try {
      return beginJob(name, style, options, callback);
    } catch (error) {
      throw layer.blameCaller(error, begin);
    }
  };

  // For streams, which begin and end as calls do.
  layer.calls = {
    __proto__: null, CallbackWaiter, FAILED, RESOLVED, THROWN, UNWRITTEN, PromiseWaiter,
    afterFailures, capture, closeContexts, entryOf, errorOf, optionError, optionsOf, readRequest,
    reasonOf, reject, settleWaiter, startWaited, takeCaptured, waiters,
  };
})
