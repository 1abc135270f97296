// Streams: a call of a worker that emits gives an object whose items are asked for, one at a time
// or as many as there are.
//
// A feed is the stream's inner half, which C knows by its id. It refers to the outer half only
// while somebody waits, so that a stream that nobody has any more is collected, and its job
// stopped.
//
// C is asked for more only when all that was got before has been read: the question says so, which
// is how the job learns how far its reader is.
(function (layer, native) {
  'use strict';
  const {
    ArrayPrototypeShift, ArrayPrototypeSlice, AsyncIteratorPrototype, FinalizationRegistry,
    FinalizationRegistryPrototypeRegister, ObjectCreate, ObjectSetPrototypeOf, Promise,
    PromisePrototypeThen, PromiseReject, PromiseResolve, ReflectApply, SymbolAsyncDispose,
    SymbolAsyncIterator, SymbolToStringTag, WeakMap, WeakMapPrototypeGet, WeakMapPrototypeSet,
  } = layer.intrinsics;
  const {
    FAILED, RESOLVED, PromiseWaiter, callNative, errorOf, openContext, optionsOf, park,
    readRequest, runInContext, waiters,
  } = layer.calls;

  // enum oli_stream_event, and an outcome: see oli_outcome.
  const READY = 0;
  const STARTED = 1;
  const BROKEN = 2;
  const THROWN = 2;
  const ABORTED = -1; // OL_CANCELLED

  // What a deadline is until the stream starts.
  const NEVER = Infinity;

  // Of the callback form: between two batches the loop may turn, and a callback may be slow.
  const CALLBACK_BATCH = 8;

  const NOTHING = [];
  const ignore = () => {};
  const itemOf = (value) => ({ __proto__: null, value, done: false });
  const endOf = (value) => ({ __proto__: null, value, done: true });

  // ---- Feeds ----------------------------------------------------------------------------------

  // What every stream has, read by a stream object or by callbacks.
  class Feed {
    constructor(name, request) {
      this.name = name;
      this.signal = request.signal;
      this.timeout = request.timeout;
      this.id = 0; // 0: settled
      this.begun = false;
      this.kept = false;
      this.items = NOTHING; // got from C
      this.next = 0; // of these, the first that is not read
      this.dropped = 0;
      this.fault = undefined; // what an item threw on its way
    }

    open(self, start, args, onProgress) {
      const request = { signal: this.signal, timeout: NEVER, onProgress };
      this.id = callNative(start, self, request, args);
      park(this.id, this);
      try {
        if (this.signal !== undefined) layer.watchSignal(this.signal, this.id);
      } catch (error) {
        this.signal = undefined;
        this.leave();
        throw error;
      }
      if (onProgress !== undefined) layer.listen(this.name, this.id, onProgress);
    }

    begin() {
      if (this.begun) return;
      this.begun = true;
      if (this.id !== 0) native.startStream(this.id, this.timeout);
    }

    // Whether there is something to read, now that all is read that was.
    fetch(most) {
      if (this.id === 0) return false;
      const used = this.items.length;
      this.items = NOTHING;
      this.next = 0;
      this.items = native.takeItems(this.id, used, most) ?? NOTHING;
      return this.items.length > 0;
    }

    leave() {
      this.begun = true;
      this.items = NOTHING;
      this.next = 0;
      if (this.id !== 0) native.leaveStream(this.id);
    }

    // Whether the process waits for this stream.
    keep(kept) {
      if (this.id === 0 || kept === this.kept) return;
      this.kept = kept;
      native.keepStream(this.id, kept);
    }

    hear(event, value) {
      if (event === BROKEN) this.fault = { value };
      else if (event !== READY) this.dropped = value;
    }

    // How it ended; an item that could not be delivered is why it did.
    close(outcome, value) {
      this.id = 0;
      return this.fault === undefined
        ? { outcome, value }
        : { outcome: THROWN, value: this.fault.value };
    }
  }

  // No setter of Object.prototype has a say in what a feed holds.
  ObjectSetPrototypeOf(Feed.prototype, null);

  // ---- Read by promises -----------------------------------------------------------------------

  // A promise that is made when it is asked for, before or after it is known how it ends.
  class Later {
    constructor(feed) {
      this.feed = feed;
      this.promise = undefined;
      this.resolve = undefined;
      this.ending = undefined;
    }

    ask() {
      if (this.promise === undefined) {
        this.promise = new Promise((resolve) => {
          this.resolve = resolve;
        });
        if (this.ending !== undefined) this.tell();
      }
      return this.promise;
    }

    get waits() {
      return this.promise !== undefined && this.ending === undefined;
    }

    settle(outcome, value) {
      if (this.ending !== undefined) return;
      this.ending = { outcome, value };
      if (this.promise !== undefined) this.tell();
    }

    tell() {
      const { feed, ending, resolve } = this;
      const waiter = new PromiseWaiter(feed.name, feed.signal, undefined, resolve);
      waiter.settle(ending.outcome, ending.value);
      // A reader was told, or will be: so nobody has to hear of it here.
      if (feed.begun && feed.read) PromisePrototypeThen(this.promise, undefined, ignore);
    }
  }

  ObjectSetPrototypeOf(Later.prototype, null);

  class PromiseFeed extends Feed {
    constructor(name, request) {
      super(name, request);
      this.readers = []; // { resolve, whole }
      this.leavers = []; // functions
      this.referenced = true;
      this.holder = undefined; // the stream, while somebody waits
      this.read = false;
      this.outcome = undefined; // once it is settled, { outcome, value }
      this.ending = undefined; // the same, until a reader was told
      this.result = new Later(this);
      this.started = new Later(this);
    }

    // The result comes behind the items: nobody waits for it who leaves items unread.
    get waits() {
      if (this.readers.length > 0 || this.leavers.length > 0) return true;
      return (this.result.waits || this.started.waits) && !this.has() && !this.fetch(0);
    }

    // An item proves that the job has started, whether or not the C says so.
    fetch(most) {
      const got = super.fetch(most);
      if (got) this.started.settle(RESOLVED, undefined);
      return got;
    }

    // [stream], where it is at hand, is not collected while somebody waits.
    check(stream = this.holder) {
      const waits = this.id !== 0 && this.begun && this.waits;
      this.holder = waits ? stream : undefined;
      this.keep(waits && this.referenced);
    }

    // The next item or all that are there, as an iterator's result.
    take(whole) {
      const { items, next } = this;
      this.next = whole ? items.length : next + 1;
      if (this.id === 0 && !this.has()) this.tellResultLater();
      if (!whole) return itemOf(items[next]);
      return itemOf(next === 0 ? items : ArrayPrototypeSlice(items, next));
    }

    has() {
      return this.next < this.items.length;
    }

    // The result comes behind the last item.
    tellResult() {
      const { outcome, value } = this.outcome;
      if (!this.has()) this.result.settle(outcome, value);
    }

    // Behind the reader of the item that is being taken, who is told in the next microtask.
    async tellResultLater() {
      await undefined;
      this.tellResult();
    }

    leave() {
      super.leave();
      if (this.id === 0) this.tellResult();
    }

    // The end, for a reader that came last; the first one hears of a failure.
    finish(resolve) {
      const ending = this.ending;
      this.ending = undefined;
      if (ending === undefined || ending.outcome === RESOLVED) return resolve(endOf(undefined));
      const { outcome, value } = ending;
      return new PromiseWaiter(this.name, this.signal, undefined, resolve).settle(outcome, value);
    }

    ask(whole, stream) {
      this.read = true;
      if (this.has()) return PromiseResolve(this.take(whole));
      this.begin();
      if (this.readers.length === 0 && this.fetch(0)) return PromiseResolve(this.take(whole));
      return new Promise((resolve) => {
        if (this.id === 0) {
          this.finish(resolve);
        } else {
          layer.append(this.readers, { resolve, whole });
          this.check(stream);
        }
      });
    }

    askFor(later, stream) {
      const promise = later.ask();
      this.begin();
      this.check(stream);
      return promise;
    }

    serve() {
      while (this.readers.length > 0 && (this.has() || this.fetch(0))) {
        const { resolve, whole } = ArrayPrototypeShift(this.readers);
        resolve(this.take(whole));
      }
      this.check();
    }

    hear(event, value) {
      super.hear(event, value);
      if (event === READY) this.serve();
      if (event === STARTED) this.started.settle(RESOLVED, undefined);
    }

    // A promise for the moment in which the job is over.
    end(tell) {
      this.read = true;
      this.leave();
      return new Promise((resolve, reject) => {
        const done = () => tell(resolve, reject);
        if (this.id === 0) {
          this.ending = undefined;
          done();
        } else {
          layer.append(this.leavers, done);
          this.check();
        }
      });
    }

    // What was got before an abort is not read any more.
    settle(outcome, value) {
      const ending = this.close(outcome, value);
      const { leavers, readers } = this;
      this.leavers = [];
      this.readers = [];
      if (layer.statusOf(outcome, value) === ABORTED) this.items = NOTHING;
      this.outcome = ending;
      this.holder = undefined;
      this.ending = leavers.length > 0 ? undefined : ending;
      this.started.settle(ending.outcome, ending.outcome === RESOLVED ? undefined : ending.value);
      this.tellResult();
      for (let i = 0; i < readers.length; i++) this.finish(readers[i].resolve);
      for (let i = 0; i < leavers.length; i++) leavers[i]();
    }
  }

  // [status] of a job that failed; undefined: it did not.
  layer.statusOf = (outcome, value) => {
    if (outcome !== FAILED) return undefined;
    return typeof value === 'number' ? value : value[0];
  };

  // ---- Read by callbacks ----------------------------------------------------------------------

  // A throw of the user's is told, and the rest goes on.
  function guarded(fn, ...args) {
    try {
      ReflectApply(fn, undefined, args);
    } catch (error) {
      native.fatal(error);
    }
  }

  class CallbackFeed extends Feed {
    constructor(name, request, onItem, onEnd) {
      super(name, request);
      this.onItem = onItem;
      this.onEnd = onEnd;
      this.context = openContext(name);
    }

    wanted() {
      return this.next < this.items.length && this.signal?.aborted !== true;
    }

    giveAll() {
      while (this.wanted()) guarded(this.onItem, this.items[this.next++]);
    }

    hear(event, value) {
      super.hear(event, value);
      if (event !== READY) return;
      const giveAll = () => this.giveAll();
      while (this.fetch(CALLBACK_BATCH)) runInContext(this.context, giveAll, []);
    }

    settle(outcome, value) {
      const ending = this.close(outcome, value);
      const { context, name, onEnd, signal } = this;
      if (ending.outcome === RESOLVED) {
        runInContext(context, onEnd, [null, ending.value]);
      } else {
        const error = errorOf(name, ending.outcome, ending.value, signal, layer.settle);
        runInContext(context, onEnd, [error]);
      }
    }
  }

  layer.streamEvent = (id, event, value) => {
    const feed = waiters[id];
    if (feed !== undefined) feed.hear(event, value);
  };

  // ---- Streams --------------------------------------------------------------------------------

  const feeds = new WeakMap();
  const collected = new FinalizationRegistry((feed) => feed.leave());

  function feedOf(stream) {
    const feed = WeakMapPrototypeGet(feeds, stream);
    if (feed === undefined) {
      const { ROLE_THIS, argumentError } = layer;
      throw argumentError(0, 'a method', ROLE_THIS, 'this', 'a stream of offloop', stream);
    }
    return feed;
  }

  // What a method gives for a wrong `this`: a rejection, as a generator's methods do.
  function promised(stream, use) {
    try {
      return use(feedOf(stream));
    } catch (error) {
      return PromiseReject(error);
    }
  }

  const common = {
    next() {
      return promised(this, (feed) => feed.ask(false, this));
    },
    return(value) {
      return promised(this, (feed) => feed.end((resolve) => resolve(endOf(value))));
    },
    throw(error) {
      return promised(this, (feed) => feed.end((resolve, reject) => reject(error)));
    },
    close() {
      return promised(this, (feed) => feed.end((resolve) => resolve(undefined)));
    },
    ref() {
      const feed = feedOf(this);
      feed.referenced = true;
      feed.check(this);
      return this;
    },
    unref() {
      const feed = feedOf(this);
      feed.referenced = false;
      feed.check(this);
      return this;
    },
    batches() {
      const feed = feedOf(this);
      const batches = ObjectCreate(batchesPrototype);
      WeakMapPrototypeSet(feeds, batches, feed);
      WeakMapPrototypeSet(sources, batches, this);
      return batches;
    },
  };

  const getters = {
    result: (feed, stream) => feed.askFor(feed.result, stream),
    started: (feed, stream) => feed.askFor(feed.started, stream),
    dropped: (feed) => (feed.id === 0 ? feed.dropped : native.droppedItems(feed.id)),
  };

  // An iterator of batches keeps its stream from being collected.
  const sources = new WeakMap();

  function itself() {
    return this;
  }

  function makePrototype(tag, methods) {
    const prototype = ObjectCreate(AsyncIteratorPrototype);
    for (const name in methods) layer.define(prototype, name, methods[name]);
    layer.define(prototype, SymbolAsyncIterator, itself);
    layer.define(prototype, SymbolAsyncDispose, methods.close ?? methods.return);
    layer.define(prototype, SymbolToStringTag, tag);
    return prototype;
  }

  const streamPrototype = makePrototype('Stream', { __proto__: null, ...common });
  for (const name in getters) {
    const get = getters[name];
    layer.intrinsics.ObjectDefineProperty(streamPrototype, name, {
      __proto__: null, configurable: true, enumerable: false,
      get() {
        return get(feedOf(this), this);
      },
    });
  }

  const batchesPrototype = makePrototype('StreamBatches', {
    __proto__: null,
    next() {
      return promised(this, (feed) => feed.ask(true, this));
    },
    return: common.return,
    throw: common.throw,
  });

  function makeStream(feed) {
    const stream = ObjectCreate(streamPrototype);
    WeakMapPrototypeSet(feeds, stream, feed);
    FinalizationRegistryPrototypeRegister(collected, stream, feed);
    return stream;
  }

  // ---- Workers --------------------------------------------------------------------------------

  // The functions at the end of the arguments, which are taken off: none, or onItem and onEnd.
  function takeCallbacks(name, args) {
    const last = args.length - 1;
    if (last < 0 || typeof args[last] !== 'function') return undefined;
    if (last === 0 || typeof args[last - 1] !== 'function') {
      throw layer.argumentError(0, name, layer.ROLE_ARG, 'onEnd', 'a function', undefined);
    }
    const callbacks = { onItem: args[last - 1], onEnd: args[last] };
    args.length = last - 1;
    return callbacks;
  }

  function openStream(name, request, start, self, args) {
    const feed = new PromiseFeed(name, request);
    feed.open(self, start, args, request.onProgress);
    return makeStream(feed);
  }

  function call(name, arity, start, self, args) {
    const callbacks = takeCallbacks(name, args);
    const request = readRequest(name, optionsOf(args, arity));
    if (callbacks === undefined) return openStream(name, request, start, self, args);
    const feed = new CallbackFeed(name, request, callbacks.onItem, callbacks.onEnd);
    feed.open(self, start, args, request.onProgress);
    feed.begin();
    feed.keep(true);
    feed.hear(READY);
    return undefined;
  }

  // Wrong arguments throw: what the call gives is no promise.
  layer.makeStream = (name, arity, start) => {
    function worker(...args) {
      try {
        return call(name, arity, start, this, args);
      } catch (error) {
        throw layer.blameCaller(error, worker);
      }
    }
    layer.define(worker, 'name', name);
    layer.define(worker, 'length', arity);
    return worker;
  };

  // For ol_start, which has one function to give and no call to take two from.
  layer.beginStream = (name, style, options, callback) => {
    if (callback !== undefined) {
      throw layer.argumentError(2, name, layer.ROLE_ARG, 'callback', 'NULL for a stream', callback);
    }
    return openStream(name, readRequest(name, options), native.resume, undefined, []);
  };
})
