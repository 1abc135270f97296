// The stage: calls of workers that take and give nothing but numbers and booleans cross into C many
// at a time, and so do their answers; see stage.h. A call that is not quite of that kind, with
// options or an argument that is not right, goes the general way, which knows all the errors.
//
// The first call while nothing is on its way crosses at once; those behind it when the turn is over
// (a microtask), when there are enough of them, or with the next call of another kind.
(function (layer, native) {
  'use strict';
  const { NumberIsInteger, Promise, Uint32Array } = layer.intrinsics;
  const {
    CallbackWaiter, FAILED, RESOLVED, PromiseWaiter, capture, closeContexts,
    settleWaiter, takeCaptured,
  } = layer.calls;
  const { ANSWERS, MEMBERS_MOST, PART, readAt, slots, words } = layer.flat;

  // enum stage_check
  const WITHIN = 1;
  const WHOLE = 2;
  const BOOL = 3;

  const NO_MEMORY = -4; // enum ol_status_code

  // What crosses at once, in calls and in doubles.
  const CALLS_MOST = 256;
  const END_MOST = PART - MEMBERS_MOST - 1;

  // ---- Names ----------------------------------------------------------------------------------

  // Who waits for an id: the function that resolves a promise, or a CallbackWaiter; and of which
  // worker the job is. Ids that are free stand in [freeIds]. All elements are there from the start,
  // so that setting one calls no setter.
  let waiters = layer.newArray(0);
  let flatOf = new Uint32Array(0);
  let freeIds = new Uint32Array(0);
  let freeCount = 0;
  const flats = [];

  function copyOf(array, size) {
    const copy = new Uint32Array(size);
    for (let i = 0; i < array.length; i++) copy[i] = array[i];
    return copy;
  }

  function grow() {
    const old = waiters.length;
    const size = old === 0 ? 64 : old * 2;
    const grown = layer.newArray(size);
    for (let i = 0; i < old; i++) grown[i] = waiters[i];
    for (let i = old; i < size; i++) grown[i] = undefined;
    waiters = grown;
    flatOf = copyOf(flatOf, size);
    freeIds = copyOf(freeIds, size);
    for (let id = size - 1; id >= old; id--) freeIds[freeCount++] = id;
  }

  function park(waiter, flat) {
    if (freeCount === 0) grow();
    const id = freeIds[--freeCount];
    waiters[id] = waiter;
    flatOf[id] = flat.number;
    return id;
  }

  function take(id) {
    const waiter = waiters[id];
    waiters[id] = undefined;
    freeIds[freeCount++] = id;
    return waiter;
  }

  // ---- Calls ----------------------------------------------------------------------------------

  let end = 0; // of what is written, in doubles
  let staged = 0; // calls in there
  let inFlight = 0; // and those that crossed and are not settled
  let due = false; // a microtask will flush
  let crossing = false; // C reads what is staged, and may call an init hook of async_hooks

  function failAll(ids) {
    for (let i = 0; i < ids.length; i++) layer.settleStaged(ids[i], FAILED, NO_MEMORY);
  }

  // What C did not take fails, but not before its call has returned.
  function refuse(taken, count) {
    const ids = [];
    let at = 0;
    for (let i = 0; i < count; i++) {
      const id = words[2 * at];
      if (i >= taken) layer.append(ids, id);
      at += 1 + flats[words[2 * at + 1]].checks.length;
    }
    layer.inMicrotask(failAll, ids);
  }

  function cross(count) {
    crossing = true;
    try {
      return native.flush(count);
    } finally {
      crossing = false;
    }
  }

  // What this throws at the end of the stack leaves everything staged, for the next flush.
  layer.flush = () => {
    const count = staged;
    if (count === 0 || crossing) return;
    const taken = cross(count);
    staged = 0;
    end = 0;
    if (taken < count) refuse(taken, count);
  };

  function flushDue() {
    due = false;
    layer.flush();
  }

  // Whether [value] could be written for [check].
  function write(at, check, value) {
    if (typeof value !== 'number') {
      if (check.kind !== BOOL || typeof value !== 'boolean') return false;
      slots[at] = value ? 1 : 0;
      return true;
    }
    if (check.kind >= WITHIN) {
      if (check.kind === BOOL || !(value >= check.low && value <= check.high)) return false;
      if (check.kind === WHOLE && !NumberIsInteger(value)) return false;
    }
    slots[at] = value;
    return true;
  }

  // Whether the first [count] of [args] could be written; nothing is staged by that. While others
  // cross there is no place.
  layer.stageArgs = (flat, args, count) => {
    const { checks } = flat;
    if (crossing || count !== checks.length || end > END_MOST) return false;
    for (let i = 0; i < count; i++) {
      if (!write(end + 1 + i, checks[i], args[i])) return false;
    }
    return true;
  };

  function flushLater() {
    due = true;
    try {
      layer.inMicrotask(flushDue);
    } catch (error) {
      due = false;
      throw error;
    }
  }

  // [args] have been written while [before] were in flight. More are where the waiter or the
  // microtask has called an init hook of async_hooks, and that a worker, which wrote to the same
  // place. What throws, at the end of the stack, leaves nothing of this call.
  function commit(flat, waiter, args, before) {
    const first = inFlight === 0;
    if (!first && !due) flushLater();
    if (inFlight !== before) layer.stageArgs(flat, args, flat.checks.length);
    const at = end;
    const id = park(waiter, flat);
    words[2 * at] = id;
    words[2 * at + 1] = flat.number;
    end += 1 + flat.checks.length;
    staged++;
    inFlight++;
    if (!first && staged < CALLS_MOST && end <= END_MOST) return;
    try {
      layer.flush();
    } catch (error) {
      // Nothing has crossed. This call never will, and there is no room here to call anything.
      if (staged > 0) {
        end = at;
        staged--;
        inFlight--;
        waiters[id] = undefined;
        freeIds[freeCount++] = id;
      }
      throw error;
    }
  }

  layer.stagePromise = (flat, args) => {
    const before = inFlight;
    const promise = new Promise(capture);
    const resolve = takeCaptured();
    if (resolve === undefined) return promise; // rejected: the stack has ended
    commit(flat, resolve, args, before);
    return promise;
  };

  layer.stageCallback = (flat, args, style, callback) => {
    const before = inFlight;
    const waiter = new CallbackWaiter(flat.name, undefined, callback, style);
    try {
      commit(flat, waiter, args, before);
    } catch (error) {
      closeContexts(waiter);
      throw error;
    }
  };

  // ---- Answers --------------------------------------------------------------------------------

  // How many of the latest answers were told, and where the next one stands: a layer that was ended
  // in the middle goes on there.
  let told = 0;
  let toldAt = ANSWERS;

  layer.settleFlat = (again, count) => {
    let at = again ? toldAt : ANSWERS;
    for (let i = again ? told : 0; i < count; i++) {
      const id = words[2 * at];
      const { reader } = flats[flatOf[id]];
      const answer = readAt(reader, at + 1);
      const waiter = take(id);
      at += 1 + reader.width;
      told = i + 1;
      toldAt = at;
      inFlight--;
      if (typeof waiter === 'function') waiter(answer);
      else settleWaiter(waiter, RESOLVED, answer);
    }
  };

  // One that went home as an ordinary job: it failed, most likely.
  layer.settleStaged = (id, outcome, value) => {
    const { name } = flats[flatOf[id]];
    const waiter = take(id);
    inFlight--;
    const told = typeof waiter === 'function'
      ? new PromiseWaiter(name, undefined, undefined, waiter)
      : waiter;
    settleWaiter(told, outcome, value);
  };

  // ---- Workers --------------------------------------------------------------------------------

  class Check {
    constructor(kind, low, high) {
      this.kind = kind;
      this.low = low;
      this.high = high;
    }
  }

  // See oli_stage_describe.
  layer.makeFlat = (name, number, reader, ...args) => {
    const checks = [];
    for (let i = 0; i < args.length; i += 3) {
      layer.append(checks, new Check(args[i], args[i + 1], args[i + 2]));
    }
    const flat = { name, number, reader, checks };
    layer.define(flats, number, flat, true);
    return flat;
  };
})
