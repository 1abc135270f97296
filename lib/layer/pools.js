// Pools: the threads that run jobs, as JavaScript sees them. C knows each by a number, that of its
// berth in this environment. What options say of where and when a job is to run is read here, too.
//
// A pool of a table is there as long as the environment. One of createPool goes with its object,
// which nothing here refers to but what waits for it, once its jobs are settled.
(function (layer, native) {
  'use strict';
  const {
    Error, Event, EventTarget, EventTargetPrototypeDispatchEvent, FinalizationRegistry,
    FinalizationRegistryPrototypeRegister, Float64Array, ObjectDefineProperty,
    ObjectSetPrototypeOf, Promise, ReflectApply, StringPrototypeIncludes,
    SymbolAsyncDispose, SymbolFor, SymbolToStringTag, TypeError, WeakMap, WeakMapPrototypeGet,
    WeakMapPrototypeSet,
  } = layer.intrinsics;
  const { afterFailures, optionError } = layer.calls;

  // enum oli_berth_wish
  const ROOM = 1;
  const IDLE = 2;
  const GONE = 4;
  const DRAIN = 8;

  // What native.lookAtPool gives, and after that the buckets of the histograms.
  const LOOK_HEAD = 10;
  const BUCKETS = 32;
  const look = new Float64Array(LOOK_HEAD + 2 * BUCKETS);

  // ---- The inner half -------------------------------------------------------------------------

  const inners = new WeakMap();
  const bySlot = { __proto__: null }; // of tables for good, others while something waits for them
  const collected = new FinalizationRegistry((slot) => native.forgetPool(slot));

  class Inner {
    constructor(slot, name, threads, shared) {
      this.slot = slot;
      this.name = name;
      this.threads = threads;
      this.shared = shared;
      this.outer = undefined; // while something waits
      this.closing = undefined; // a promise
      this.told = undefined; // resolves it
      this.left = false; // told C to let the threads go
      this.waiting = []; // functions, for room
      this.drains = false; // somebody was told that it is full: the event is due
      this.listens = false; // somebody listens to the event
      this.kept = false; // until its jobs are settled
      native.lookAtPool(slot, look);
      this.busyNs = look[6]; // at the last look
      this.lookNs = look[7];
    }

    // From here on C tells each time that it was full and has room. Nobody calls for a pool that
    // closes.
    listen(outer) {
      if (this.listens || this.closing !== undefined) return;
      this.listens = true;
      this.keep(outer, DRAIN);
    }

    // The object of a pool that somebody listens to stays while its jobs may make room.
    keep(outer, wishes = 0) {
      if (this.kept && wishes === 0) return;
      this.hold(outer);
      const granted = native.wishPool(this.slot, IDLE | wishes);
      this.kept = (granted & IDLE) === 0;
      this.release();
      if ((granted & ~IDLE) !== 0) this.hearLater(granted & ~IDLE, outer);
    }

    // What has come true already is told a little later, as all the rest is.
    wish(outer, wishes) {
      this.hold(outer);
      const granted = native.wishPool(this.slot, wishes);
      if (granted !== 0) this.hearLater(granted, outer);
    }

    async hearLater(granted, outer) {
      await undefined;
      this.hear(granted, outer);
    }

    // Jobs may have been called since this came true.
    hear(granted, outer = this.outer) {
      const room = (granted & ROOM) !== 0;
      if (room) this.tellRoom();
      if ((granted & DRAIN) !== 0 || (room && this.drains)) this.drain(outer);
      if ((granted & IDLE) !== 0) this.rest(outer);
      if ((granted & GONE) !== 0) this.end();
      this.release();
    }

    hold(outer) {
      this.outer = outer;
      bySlot[this.slot] = this;
    }

    release() {
      if (this.shared || this.waits) return;
      this.outer = undefined;
      bySlot[this.slot] = undefined;
    }

    get waits() {
      return this.drains || this.kept || this.waiting.length > 0 || this.told !== undefined;
    }

    tellRoom() {
      const { waiting } = this;
      this.waiting = [];
      for (let i = 0; i < waiting.length; i++) waiting[i]();
    }

    drain(outer) {
      this.drains = false;
      EventTargetPrototypeDispatchEvent(outer, new Event('drain'));
    }

    // Its jobs are over. The threads of a pool that closes go, and are waited for.
    rest(outer) {
      this.kept = false;
      if (this.closing === undefined) {
        if (this.listens) this.keep(outer);
      } else if (!this.left) {
        this.left = true;
        native.closePool(this.slot);
        layer.trace.say('close pool %s', this.name);
      }
    }

    end() {
      const { told } = this;
      this.told = undefined;
      afterFailures(told);
    }

    close(outer) {
      if (this.closing === undefined) {
        const closing = new Promise((resolve) => {
          this.told = resolve;
        });
        if (this.told === undefined) return closing; // rejected: the stack has ended
        this.wish(outer, IDLE);
        this.closing = closing;
      }
      return this.closing;
    }
  }

  ObjectSetPrototypeOf(Inner.prototype, null);

  layer.poolTold = (slot, granted) => bySlot[slot]?.hear(granted);

  function innerOf(pool) {
    const inner = WeakMapPrototypeGet(inners, pool);
    if (inner === undefined) layer.refuseThis('a pool of offloop', pool);
    return inner;
  }

  // ---- Statistics -----------------------------------------------------------------------------

  function checkPercent(percent) {
    const wrong = (kind, expected) =>
      layer.argumentError(kind, 'percentile', layer.ROLE_ARG, 'percent', expected, percent);
    if (typeof percent !== 'number') throw wrong(0, 'a number');
    if (!(percent >= 0 && percent <= 100)) throw wrong(1, '>= 0 and <= 100');
  }

  // Times in milliseconds: how many, all of them added, and how they lie in the buckets.
  class Times {
    count = 0; // fields are defined: no setter has a say
    sum = 0;
    mean = 0;
    buckets = layer.newArray(BUCKETS);

    constructor(look, first, sumNs) {
      for (let i = 0; i < BUCKETS; i++) {
        this.buckets[i] = look[first + i];
        this.count += look[first + i];
      }
      this.sum = sumNs / 1e6;
      this.mean = this.count === 0 ? 0 : this.sum / this.count;
    }

    // What [percent] of them did not exceed: the upper end of the bucket of the last one.
    percentile(percent) {
      try {
        checkPercent(percent);
      } catch (error) {
        throw layer.blameCaller(error, percentile);
      }
      let left = (this.count * percent) / 100;
      let bucket = 0;
      for (; bucket < BUCKETS - 1; bucket++) {
        left -= this.buckets[bucket];
        if (left <= 0) break;
      }
      return this.count === 0 ? 0 : 2 ** bucket / 1000;
    }
  }

  const { percentile } = Times.prototype;

  // Of the time that all threads had since the last look.
  function utilisation(inner, busyNs, nowNs) {
    const passed = (nowNs - inner.lookNs) * inner.threads;
    const busy = busyNs - inner.busyNs;
    inner.busyNs = busyNs;
    inner.lookNs = nowNs;
    if (!(passed > 0) || !(busy > 0)) return 0;
    return busy < passed ? busy / passed : 1;
  }

  // Calls that still wait to cross are counted as queued.
  function statsOf(inner) {
    layer.flush();
    native.lookAtPool(inner.slot, look);
    return {
      name: inner.name,
      threads: look[0],
      queued: look[1],
      running: look[2],
      done: look[3],
      failed: look[4],
      cancelled: look[5],
      utilisation: utilisation(inner, look[6], look[7]),
      waited: new Times(look, LOOK_HEAD, look[8]),
      took: new Times(look, LOOK_HEAD + BUCKETS, look[9]),
    };
  }

  // What prints; unlike stats() it is no look that the next utilisation counts from.
  function overviewOf({ slot, closing }) {
    native.lookAtPool(slot, look);
    return { threads: look[0], queued: look[1], running: look[2], closed: closing !== undefined };
  }

  // ---- The outer half -------------------------------------------------------------------------

  function coded(error, code) {
    layer.define(error, 'code', code, true);
    return error;
  }

  function refuseShared(inner, what) {
    const text = `The pool ${inner.name} is shared by the process: it cannot be ${what}`;
    throw layer.refusal(coded(new Error(text), 'ERR_OL_INVALID'));
  }

  function isFull(pool) {
    const inner = innerOf(pool);
    const full = native.isPoolFull(inner.slot);
    if (full && !inner.drains) {
      inner.drains = true;
      inner.wish(pool, ROOM);
    }
    return full;
  }

  function drained(pool) {
    const inner = innerOf(pool);
    return new Promise((resolve) => {
      layer.append(inner.waiting, resolve);
      inner.wish(pool, ROOM);
    });
  }

  function close(pool) {
    const inner = innerOf(pool);
    if (inner.shared) refuseShared(inner, 'closed');
    return inner.close(pool);
  }

  function destroy(pool) {
    const inner = innerOf(pool);
    if (inner.shared) refuseShared(inner, 'destroyed');
    const closing = inner.close(pool);
    native.stopPool(inner.slot);
    return closing;
  }

  const getters = {
    __proto__: null,
    name: (pool) => innerOf(pool).name,
    threads: (pool) => innerOf(pool).threads,
    closed: (pool) => innerOf(pool).closing !== undefined,
    full: isFull,
  };

  const KEY = {};

  class Pool extends EventTarget {
    constructor(key, inner) {
      if (key !== KEY) {
        const error = new TypeError('Pool has no constructor: createPool makes it');
        throw layer.makeAgain(coded(error, 'ERR_ILLEGAL_CONSTRUCTOR'), Pool);
      }
      super();
      WeakMapPrototypeSet(inners, this, inner);
    }

    // Whether it was full is looked at only where somebody listens. What others have put in the
    // place of the method is theirs to call.
    addEventListener(...args) {
      try {
        const inner = innerOf(this);
        ReflectApply(super.addEventListener, this, args);
        if (typeof args[0] !== 'string' || args[0] === 'drain') inner.listen(this);
      } catch (error) {
        throw layer.blameCaller(error, addEventListener);
      }
    }
  }
  const { addEventListener } = Pool.prototype; // as it is here

  const { stats } = layer.makeMethods({ __proto__: null, stats: (pool) => statsOf(innerOf(pool)) });
  const promising = layer.makePromising({ __proto__: null, drained, close, destroy });

  layer.defineGetters(Pool.prototype, getters);
  layer.defineMethods(Pool.prototype, { __proto__: null, stats, ...promising });
  layer.define(Pool.prototype, SymbolAsyncDispose, promising.close);
  layer.define(Pool.prototype, SymbolToStringTag, 'Pool');
  layer.mark(Pool.prototype);
  layer.define(Pool.prototype, 'constructor', Pool);
  layer.showBy(Pool.prototype, 'Pool', (pool) => `Pool(${innerOf(pool).name})`,
    (pool) => overviewOf(innerOf(pool)));
  layer.showInDeno(Pool.prototype); // an EventTarget

  // ---- Pools of tables ------------------------------------------------------------------------

  const shared = { __proto__: null }; // by number

  function poolAt(slot) {
    if (shared[slot] === undefined) {
      native.describePool(slot, (name, threads) => {
        const inner = new Inner(slot, name, threads, true);
        bySlot[slot] = inner;
        shared[slot] = new Pool(KEY, inner);
      });
    }
    return shared[slot];
  }

  // Of the place that a request asks for, or of the worker's own.
  layer.poolName = (slot, { place }) => {
    if (place !== undefined && place.slot !== 0) return innerOf(place.pool).name;
    return slot === undefined ? undefined : poolAt(slot).name;
  };

  // worker.pool
  layer.addPool = (worker, slot) => {
    ObjectDefineProperty(worker, 'pool', {
      __proto__: null, get: () => poolAt(slot), enumerable: false, configurable: true,
    });
  };

  function listPools() {
    const pools = {};
    native.listPools((slot) => {
      const pool = poolAt(slot);
      layer.define(pools, innerOf(pool).name, pool, true);
    });
    return pools;
  }

  // ---- createPool -----------------------------------------------------------------------------

  const CREATE = 'createPool';

  // OL_NO_LIMIT, OL_NO_QUEUE, and the largest bound beside these.
  const NO_LIMIT = 0xffffffff;
  const NO_QUEUE = NO_LIMIT - 1;
  const QUEUE_MOST = NO_QUEUE - 1;

  function readNumber(option, value, { least = 0, most, unset = 0 }) {
    if (value === undefined) return unset;
    if (typeof value !== 'number') throw optionError(CREATE, option, 'a number', value);
    if (!(value >= least && value <= most && value % 1 === 0)) {
      throw optionError(CREATE, option, `an integer >= ${least} and <= ${most}`, value, 1);
    }
    return value;
  }

  function readName(name) {
    if (name === undefined) return 'pool';
    if (typeof name !== 'string') throw optionError(CREATE, 'name', 'a string', name);
    if (name === '' || StringPrototypeIncludes(name, '\0')) {
      throw optionError(CREATE, 'name', 'a string that is not empty and has no NUL', name, 2);
    }
    return name;
  }

  // As .max_queue of a table, where 0 means no bound.
  function readMaxQueue(maxQueue) {
    if (maxQueue === undefined || maxQueue === Infinity) return NO_LIMIT;
    const read = readNumber('maxQueue', maxQueue, { most: QUEUE_MOST });
    return read === 0 ? NO_QUEUE : read;
  }

  function readOnFull(onFull, maxQueue) {
    if (onFull !== undefined && onFull !== 'wait' && onFull !== 'reject') {
      throw optionError(CREATE, 'onFull', "one of 'wait', 'reject'", onFull, 2);
    }
    if (onFull === 'wait' && maxQueue === NO_QUEUE) {
      throw optionError(CREATE, 'onFull', "'reject' with a maxQueue of 0", onFull, 2);
    }
    if (onFull === 'reject' && maxQueue === NO_LIMIT) {
      throw optionError(CREATE, 'onFull', "'wait' without a maxQueue", onFull, 2);
    }
    return onFull === 'reject' ? 1 : 0;
  }

  // As .idle_ms of a table, where 0 is the default. None at all is the shortest that can be said.
  function readIdle(idle) {
    if (idle === undefined) return 0;
    if (idle === Infinity) return NO_LIMIT;
    const read = readNumber('idleTimeout', idle, { most: NO_LIMIT - 1 });
    return read === 0 ? 1 : read;
  }

  function readStack(stackSize) {
    return readNumber('stackSize', stackSize, { least: 65536, most: 2 ** 32 });
  }

  // Each is read once.
  function readPool(options) {
    const name = readName(options.name);
    const threads = readNumber('threads', options.threads, { least: 1, most: 1024 });
    const maxQueue = readMaxQueue(options.maxQueue);
    const onFull = readOnFull(options.onFull, maxQueue);
    const idle = readIdle(options.idleTimeout);
    const spin = readNumber('spin', options.spin, { most: 1e6 });
    const stack = readStack(options.stackSize);
    return { name, threads, maxQueue, onFull, idle, spin, stack };
  }

  function openPool({ name, threads, maxQueue, onFull, idle, spin, stack }) {
    return native.openPool(name, threads, maxQueue, onFull, idle, spin, stack);
  }

  function makePool(settings) {
    const slot = openPool(settings);
    let pool;
    native.describePool(slot, (_, threads) => {
      pool = new Pool(KEY, new Inner(slot, settings.name, threads, false));
    });
    FinalizationRegistryPrototypeRegister(collected, pool, slot);
    layer.trace.say('make pool %s', settings.name);
    return pool;
  }

  function createPool(options = {}) {
    try {
      if (typeof options !== 'object' || options === null) {
        throw layer.argumentError(0, CREATE, layer.ROLE_ARG, 'options', 'an object', options);
      }
      return makePool(readPool(options));
    } catch (error) {
      throw layer.blameCaller(error, createPool);
    }
  }

  // ---- What calls say -------------------------------------------------------------------------

  function slotOf(name, pool) {
    if (pool === undefined) return 0;
    const object = typeof pool === 'object' && pool !== null;
    const inner = object ? WeakMapPrototypeGet(inners, pool) : undefined;
    if (inner === undefined) throw optionError(name, 'pool', 'a pool of this addon', pool);
    if (inner.closing === undefined) return inner.slot;
    const error = new Error(`${name} cannot run: the pool ${inner.name} is closed`);
    throw layer.refusal(coded(error, 'ERR_OL_CLOSED'));
  }

  function checkPriority(name, priority) {
    if (priority === undefined) return 0;
    if (typeof priority !== 'number') throw optionError(name, 'priority', 'a number', priority);
    if (!(priority >= -2 && priority <= 2 && priority % 1 === 0)) {
      throw optionError(name, 'priority', 'an integer >= -2 and <= 2', priority, 1);
    }
    return priority;
  }

  function checkQueueTimeout(name, ms) {
    if (ms === undefined) return Infinity;
    if (typeof ms !== 'number') throw optionError(name, 'queueTimeout', 'a number', ms);
    if (!(ms >= 0)) throw optionError(name, 'queueTimeout', '>= 0', ms, 1);
    return ms;
  }

  // undefined: nothing is said.
  layer.readPlace = (name, options) => {
    const { pool, priority, queueTimeout } = options;
    if (pool === undefined && priority === undefined && queueTimeout === undefined) {
      return undefined;
    }
    return {
      slot: slotOf(name, pool),
      priority: checkPriority(name, priority),
      queueTimeout: checkQueueTimeout(name, queueTimeout),
      pool, // which is not collected before the job is there
      given: { __proto__: null, pool, priority, queueTimeout },
    };
  };

  // A job was called with it.
  layer.keepPlace = ({ pool, slot }) => {
    if (slot === 0) return;
    const inner = innerOf(pool);
    if (inner.listens) inner.keep(pool);
  };

  // Where a job does not choose its place, or there is no job.
  layer.refusePlace = (name, { place }, where) => {
    if (place === undefined) return;
    for (const option in place.given) {
      const value = place.given[option];
      if (value !== undefined) throw optionError(name, option, `undefined ${where}`, value, 2);
    }
  };

  // ---- What the exports have ------------------------------------------------------------------

  const face = { createPool };
  ObjectDefineProperty(face, 'pools', {
    __proto__: null, get: listPools, enumerable: true, configurable: true,
  });

  layer.exportFace = (exports) => layer.define(exports, SymbolFor('offloop'), face);
})
