// Streams and sessions: a call of a worker that emits gives an object whose items are asked for,
// one by one or in batches; one of a worker that only takes messages gives an object to post them.
// What is behind either is a feed.
(function (layer, native) {
  'use strict';
  const {
    AsyncIteratorPrototype, ObjectCreate, PromiseReject, SymbolAsyncDispose, SymbolAsyncIterator,
    SymbolToStringTag, WeakMap, WeakMapPrototypeGet, WeakMapPrototypeSet,
  } = layer.intrinsics;
  const { entryOf, optionsOf, readRequest } = layer.calls;
  const { CallbackFeed, PromiseFeed, endOf } = layer.feeds;

  // ---- Streams --------------------------------------------------------------------------------

  const feeds = new WeakMap();

  function feedOf(stream) {
    const feed = WeakMapPrototypeGet(feeds, stream);
    if (feed === undefined) layer.refuseThis('a stream or session of offloop', stream);
    return feed;
  }

  // Whether the process waits for [stream].
  function refer(stream, referenced) {
    const feed = feedOf(stream);
    feed.referenced = referenced;
    feed.check(stream);
    return stream;
  }

  function makeBatches(stream) {
    const feed = feedOf(stream);
    const batches = ObjectCreate(batchesPrototype);
    WeakMapPrototypeSet(feeds, batches, feed);
    WeakMapPrototypeSet(sources, batches, stream);
    return batches;
  }

  // Called for each item, so it is written out, as makePromising() would make it.
  function next() {
    try {
      return feedOf(this).ask(false, this);
    } catch (error) {
      return PromiseReject(layer.blameCaller(error, next));
    }
  }

  const ends = layer.makePromising({
    __proto__: null,
    return: (stream, value) => feedOf(stream).end((resolve) => resolve(endOf(value))),
    throw: (stream, error) => feedOf(stream).end((resolve, reject) => reject(error)),
    close: (stream) => feedOf(stream).end((resolve) => resolve(undefined)),
  });

  const references = layer.makeMethods({
    __proto__: null,
    ref: (stream) => refer(stream, true),
    unref: (stream) => refer(stream, false),
  });

  const { batches } = layer.makeMethods({ __proto__: null, batches: makeBatches });

  const promises = {
    __proto__: null,
    result(stream) {
      const feed = feedOf(stream);
      return feed.askFor(feed.result, stream);
    },
    started(stream) {
      const feed = feedOf(stream);
      return feed.askFor(feed.started, stream);
    },
  };

  function dropped(stream) {
    const feed = feedOf(stream);
    return feed.id === 0 ? feed.dropped : native.droppedItems(feed.id);
  }

  // An iterator of batches keeps its stream from being collected.
  const sources = new WeakMap();

  function itself() {
    return this;
  }

  function makePrototype(tag, methods) {
    const prototype = ObjectCreate(AsyncIteratorPrototype);
    layer.defineMethods(prototype, methods);
    layer.define(prototype, SymbolAsyncIterator, itself);
    layer.define(prototype, SymbolAsyncDispose, methods.close ?? methods.return);
    layer.define(prototype, SymbolToStringTag, tag);
    layer.mark(prototype);
    return prototype;
  }
  layer.makeIteratorPrototype = makePrototype;

  // ---- How they print -------------------------------------------------------------------------

  function lookAtStream(stream) {
    const feed = feedOf(stream);
    const known = { state: feed.state, unread: feed.unread };
    const lost = dropped(stream);
    if (lost > 0) known.dropped = lost;
    return known;
  }

  function lookAtMail(session) {
    const { mail, state } = feedOf(session);
    return { state, queued: mail.queued };
  }

  const lookAtTalk = (stream) => ({ ...lookAtStream(stream), ...lookAtMail(stream) });

  const show = (prototype, tag, look) =>
    layer.showBy(prototype, tag, (stream) => `${tag}(${feedOf(stream).name})`, look);

  // ---- Streams and batches --------------------------------------------------------------------

  const streamPrototype = makePrototype('Stream', { __proto__: null, next, ...ends, ...references, batches });
  layer.defineGetters(streamPrototype, { __proto__: null, ...promises, dropped });
  show(streamPrototype, 'Stream', lookAtStream);

  // ---- Sessions -------------------------------------------------------------------------------

  function mailOf(session) {
    const { mail } = feedOf(session);
    if (mail === undefined) layer.refuseThis('a stream or session that takes messages', session);
    return mail;
  }

  // Written out as next() is.
  function post(value) {
    try {
      return mailOf(this).post(value, post);
    } catch (error) {
      throw layer.blameCaller(error, post);
    }
  }

  const { drained } = layer.makePromising({
    __proto__: null,
    drained(session) {
      const promise = mailOf(session).drained();
      feedOf(session).check(session);
      return promise;
    },
  });
  const mailing = { __proto__: null, post, drained };

  // What has messages and items is a stream with two methods more.
  const talkPrototype = ObjectCreate(streamPrototype);
  layer.defineMethods(talkPrototype, mailing);
  show(talkPrototype, 'Stream', lookAtTalk);

  const sessionPrototype = {};
  const { close } = ends;
  layer.defineMethods(sessionPrototype, { __proto__: null, ...mailing, close, ...references });
  layer.defineGetters(sessionPrototype, promises);
  layer.define(sessionPrototype, SymbolAsyncDispose, close);
  layer.define(sessionPrototype, SymbolToStringTag, 'Session');
  layer.mark(sessionPrototype);
  show(sessionPrototype, 'Session', lookAtMail);

  const batchesPrototype = makePrototype('StreamBatches', {
    __proto__: null,
    next() {
      try {
        return feedOf(this).ask(true, this);
      } catch (error) {
        return PromiseReject(layer.blameCaller(error, nextBatch));
      }
    },
    return: ends.return,
    throw: ends.throw,
  });
  const nextBatch = batchesPrototype.next; // as it is here
  show(batchesPrototype, 'StreamBatches', lookAtStream);

  function makeOuter(prototype, feed) {
    const outer = ObjectCreate(prototype);
    WeakMapPrototypeSet(feeds, outer, feed);
    feed.tether.hold(outer);
    return outer;
  }

  // ---- Workers --------------------------------------------------------------------------------

  // The functions at the end of the arguments, which are taken off: none, or onItem, where there
  // are items, and onEnd.
  function takeCallbacks({ name, items }, args) {
    const last = args.length - 1;
    const first = items ? last - 1 : last;
    if (last < 0 || typeof args[last] !== 'function') return undefined;
    if (first < 0 || typeof args[first] !== 'function') {
      throw layer.argumentError(0, name, layer.ROLE_ARG, 'onEnd', 'a function', undefined);
    }
    const callbacks = { onItem: items ? args[first] : undefined, onEnd: args[last] };
    args.length = first;
    return callbacks;
  }

  function callForPromises(kind, request, self, args) {
    const { items, messages, name, entry } = kind;
    const feed = new PromiseFeed(name, request, messages);
    feed.open(self, entry, args, request.onProgress);
    if (!items) return makeOuter(sessionPrototype, feed);
    return makeOuter(messages ? talkPrototype : streamPrototype, feed);
  }

  // Only who posts needs something in return; it is not collected before onEnd was called.
  function callForCallbacks(kind, request, callbacks, self, args) {
    const { messages, name, entry } = kind;
    const feed = new CallbackFeed(name, request, messages, callbacks);
    feed.open(self, entry, args, request.onProgress);
    feed.begin();
    const session = messages ? makeOuter(sessionPrototype, feed) : undefined;
    feed.check(session);
    feed.listen();
    return session;
  }

  // Their jobs have threads of their own at once.
  function readStreamRequest(name, options) {
    const request = readRequest(name, options);
    layer.refusePlace(name, request, 'with streams and sessions');
    return request;
  }

  function call(kind, self, args) {
    const callbacks = takeCallbacks(kind, args);
    const request = readStreamRequest(kind.name, optionsOf(args, kind.arity));
    return callbacks === undefined
      ? callForPromises(kind, request, self, args)
      : callForCallbacks(kind, request, callbacks, self, args);
  }

  // Wrong arguments throw: what the call gives is no promise.
  layer.makeStream = (name, arity, start, items, messages, slot) => {
    const entry = entryOf(start, undefined, slot);
    const kind = { name, arity, entry, items, messages };
    function worker(...args) {
      try {
        return call(kind, this, args);
      } catch (error) {
        throw layer.blameCaller(error, worker);
      }
    }
    layer.define(worker, 'name', name);
    layer.define(worker, 'length', arity);
    layer.addPool(worker, slot);
    return worker;
  };

  const resumption = entryOf(native.resume, undefined);

  // For ol_start, which has one function to give and no call to take two from.
  layer.beginStream = (name, style, options, callback) => {
    if (callback !== undefined) {
      throw layer.argumentError(2, name, layer.ROLE_ARG, 'callback', 'NULL for a stream', callback);
    }
    const items = (style & 1) !== 0;
    const messages = (style & 2) !== 0;
    const kind = { name, entry: resumption, items, messages };
    return callForPromises(kind, readStreamRequest(name, options), undefined, []);
  };
})
