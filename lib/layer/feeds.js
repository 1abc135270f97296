// Feeds: the inner halves of streams and sessions, which C knows by their ids, and through their
// tethers. A feed refers to the outer half only while somebody waits, so that one that nobody has
// any more is collected, and its job stopped.
//
// C is asked for more only when all that was got before has been read: the question says so, which
// is how the job learns how far its reader is. It settles a feed when all is read, or nothing is to
// be read any more: so a settled feed has no items.
(function (layer, native) {
  'use strict';
  const {
    ArrayPrototypeShift, ObjectSetPrototypeOf, Promise, PromisePrototypeThen, PromiseResolve,
  } = layer.intrinsics;
  const {
    RESOLVED, UNWRITTEN, PromiseWaiter, afterFailures, errorOf, startWaited, waiters,
  } = layer.calls;
  const { Context, runIn } = layer.contexts;
  const { readItems } = layer.flat;
  const { Tether } = layer.tethers;

  // enum oli_stream_event
  const READY = 0;
  const STARTED = 1;
  const BROKEN = 2;
  const DROPPED = 3;
  const OVER = 4;
  const CUT = 5;

  // What a deadline is until the stream starts.
  const NEVER = Infinity;

  // Of the callback form: between two batches microtasks run, and the loop may turn.
  const CALLBACK_BATCH = 8;

  const NOTHING = [];
  const NO_READER = null; // items come as values
  const ignore = () => {};

  // What an iterator's promise is resolved with: plain objects, as of the language's own.
  const itemOf = (value) => ({ value, done: false });
  const endOf = (value) => ({ value, done: true });

  // ---- Feeds ----------------------------------------------------------------------------------

  // A promise that is made when it is asked for, before or after it is known how it ends.
  class Later {
    constructor(tether) {
      this.tether = tether;
      this.promise = undefined;
      this.resolve = undefined;
      this.ending = undefined;
    }

    ask() {
      if (this.promise === undefined) {
        const promise = new Promise((resolve) => {
          this.resolve = resolve;
        });
        if (this.resolve === undefined) return promise; // rejected: the stack has ended
        layer.append(this.tether.asked, this);
        this.promise = promise;
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
      const { ending, resolve, tether } = this;
      const feed = tether.inner;
      const waiter = new PromiseWaiter(tether.name, tether.signal, undefined, resolve);
      waiter.settle(ending.outcome, ending.value);
      // A reader was told, or will be, or could never be: so nobody has to hear of it here. Before
      // the error is made, to listen would cost its stack who awaits: a second one hides the first.
      const heard = feed === undefined || (feed.begun && feed.read);
      if (heard) afterFailures(() => PromisePrototypeThen(this.promise, undefined, ignore));
    }
  }

  // No setter of Object.prototype has a say in what these hold.
  ObjectSetPrototypeOf(Later.prototype, null);

  // A waiter, for the feed. Promises that were given away are settled also when the feed is gone.
  class FeedTether extends Tether {
    constructor(feed, name, signal) {
      super(feed, signal);
      this.name = name;
      this.id = 0; // 0: settled
      this.asked = []; // of the class Later
      this.context = undefined; // these three are a waiter's
      this.event = undefined;
      this.functions = undefined;
    }

    hear(event, value) {
      this.inner?.hear(event, value);
    }

    settle(outcome, value) {
      const { asked, inner } = this;
      this.id = 0;
      this.release();
      if (inner !== undefined) inner.settle(outcome, value);
      for (let i = 0; i < asked.length; i++) asked[i].settle(outcome, value);
    }

    lose() {
      if (this.id !== 0) native.leaveStream(this.id);
    }
  }

  // What every stream and session has, read by promises or by callbacks.
  class Feed {
    constructor(name, request, messages) {
      this.name = name;
      this.signal = request.signal;
      this.timeout = request.timeout;
      this.id = 0; // 0: settled
      this.over = false; // its job is, and C waits for the reader
      this.left = false; // nobody reads any more
      this.begun = false;
      this.kept = false;
      this.referenced = true;
      this.holder = undefined; // the stream, while somebody waits
      this.read = false;
      this.items = NOTHING; // got from C
      this.next = 0; // of these, the first that is not read
      this.reader = undefined; // of flat items, or NO_READER; from the first look for items on
      this.dropped = 0;
      this.fault = undefined; // what an item threw on its way
      this.outcome = undefined; // once it is settled, { outcome, value }
      this.leavers = []; // functions
      this.listener = undefined; // of progress
      this.tether = new FeedTether(this, name, request.signal);
      this.result = new Later(this.tether);
      this.started = new Later(this.tether);
      this.mail = messages ? new layer.Mail(this) : undefined;
    }

    // A job that takes messages begins by this, with its deadline.
    open(self, entry, args, onProgress) {
      const { mail, signal, tether } = this;
      const talks = mail !== undefined;
      const timeout = talks ? this.timeout : NEVER;
      const request = { signal, timeout, onProgress };
      try {
        this.id = tether.id = startWaited(tether, entry, self, request, args);
      } catch (error) {
        this.unlisten();
        throw error;
      }
      this.begun = this.kept = talks;
    }

    unlisten() {
      this.listener?.context.closeContext();
      this.listener = undefined;
    }

    begin() {
      if (this.begun) return;
      if (this.id !== 0) native.startStream(this.id, this.timeout);
      this.begun = true; // last: at the end of the stack nothing has begun
    }

    has() {
      return this.next < this.items.length;
    }

    // Whether there is something to read, now that all is read that was. An item proves that the
    // job has started, whether or not the C says so.
    fetch(most) {
      if (this.id === 0) return false;
      if (this.reader === undefined) this.reader = native.itemReader(this.id) ?? NO_READER;
      const used = this.items.length;
      this.items = NOTHING;
      this.next = 0;
      const taken = native.takeItems(this.id, used, most);
      if (taken === undefined) return false;
      this.keepItems(taken);
      return true;
    }

    // Near its end the stack may have room for the call that takes items, and for none that reads
    // them. They are lost then, and the stream ends with that error.
    keepItems(taken) {
      try {
        this.items = this.reader === NO_READER ? taken : readItems(this.reader, taken);
        this.started.settle(RESOLVED, undefined);
      } catch (error) {
        native.breakStream(this.id, error);
        throw error;
      }
    }

    leave() {
      this.begun = this.left = true;
      this.forget();
      if (this.id !== 0) native.leaveStream(this.id);
    }

    // What was got is not read any more.
    forget() {
      this.items = NOTHING;
      this.next = 0;
    }

    get state() {
      if (this.id === 0) return this.outcome.outcome === RESOLVED ? 'ended' : 'failed';
      if (this.left) return 'closing';
      if (this.over) return 'over';
      return this.begun ? 'running' : 'not begun';
    }

    // Items that wait to be read.
    get unread() {
      const queued = this.id === 0 ? 0 : native.queuedItems(this.id);
      return queued + this.items.length - this.next;
    }

    // Whether the process waits for this stream.
    keep(kept) {
      if (this.id === 0 || kept === this.kept) return;
      this.kept = kept;
      native.keepStream(this.id, kept);
    }

    // [stream], where it is at hand, is not collected while somebody waits. A job that takes
    // messages keeps the process as a server does.
    check(stream = this.holder) {
      const waits = this.id !== 0 && this.begun && this.waits;
      this.holder = waits ? stream : undefined;
      this.tether.kept = waits ? this : undefined;
      this.keep((waits || this.mail?.running === true) && this.referenced);
    }

    askFor(later, stream) {
      const promise = later.ask();
      this.begin();
      this.check(stream);
      return promise;
    }

    hear(event, value) {
      if (event === STARTED) this.started.settle(RESOLVED, undefined);
      else if (event === BROKEN) this.fault = { value };
      else if (event === DROPPED) this.dropped = value;
      else if (event === OVER) this.noteOver();
      else if (event === CUT) this.forget();
      this.mail?.hear();
    }

    noteOver() {
      this.over = true;
      if (this.mail !== undefined) this.mail.running = false;
    }

    // A promise for the moment in which the job is over.
    end(tell) {
      this.read = true;
      this.leave();
      return new Promise((resolve, reject) => {
        const done = () => tell(resolve, reject);
        if (this.id === 0) {
          done();
        } else {
          layer.append(this.leavers, done);
          this.check();
        }
      });
    }

    // How it ended; an item that could not be delivered is why it did.
    settle(outcome, value) {
      const { fault, leavers } = this;
      const ending = fault === undefined
        ? { outcome, value }
        : { outcome: UNWRITTEN, value: fault.value };
      this.id = 0;
      this.forget();
      this.outcome = ending;
      this.holder = undefined;
      this.leavers = [];
      this.mail?.hear();
      this.unlisten();
      this.started.settle(ending.outcome, ending.outcome === RESOLVED ? undefined : ending.value);
      this.result.settle(ending.outcome, ending.value);
      this.tellReaders(leavers.length > 0);
      for (let i = 0; i < leavers.length; i++) leavers[i]();
    }

    tellReaders() {}
  }

  ObjectSetPrototypeOf(Feed.prototype, null);

  // ---- Read by promises -----------------------------------------------------------------------

  class PromiseFeed extends Feed {
    constructor(name, request, messages) {
      super(name, request, messages);
      this.readers = []; // { resolve, whole }
      this.ending = undefined; // the outcome, until a reader was told
    }

    // The result comes behind the items: nobody waits for it who leaves items unread.
    get waits() {
      if (this.readers.length > 0 || this.leavers.length > 0) return true;
      if (this.mail?.waiting.length > 0) return true;
      return (this.result.waits || this.started.waits) && !this.has() && !this.fetch(0);
    }

    // The next item or the whole batch, as an iterator's result.
    take(whole) {
      const { items, next } = this;
      const after = whole ? items.length : next + 1;
      if (this.over && after === items.length) this.proceedLater();
      this.next = after;
      if (!whole) return itemOf(items[next]);
      return itemOf(next === 0 ? items : layer.restOf(items, next));
    }

    // Of a job that is over, C waits to hear that the last item was read, also where nobody asks
    // for another.
    proceed() {
      this.serve();
      if (this.over && !this.has()) this.fetch(0);
      this.check();
    }

    async proceedLater() {
      await undefined;
      this.proceed();
    }

    // The end, for a reader that came last; the first one hears of a failure.
    finish(resolve) {
      const ending = this.ending;
      this.ending = undefined;
      if (ending === undefined || ending.outcome === RESOLVED) return resolve(endOf(undefined));
      const { outcome, value } = ending;
      return new PromiseWaiter(this.name, this.signal, undefined, resolve).settle(outcome, value);
    }

    // At the end of the stack this may throw. What was taken by then is there again.
    give(whole) {
      const { next } = this;
      try {
        return PromiseResolve(this.take(whole));
      } catch (error) {
        this.next = next;
        throw error;
      }
    }

    // At the end of the stack this may throw. Nobody waits then.
    wait(whole, stream) {
      const reader = { resolve: undefined, whole };
      const promise = new Promise((resolve) => {
        reader.resolve = resolve;
      });
      if (reader.resolve === undefined) return promise; // rejected: the stack has ended
      layer.append(this.readers, reader);
      try {
        this.check(stream);
      } catch (error) {
        this.readers.length--;
        throw error;
      }
      return promise;
    }

    ask(whole, stream) {
      this.read = true;
      if (this.has()) return this.give(whole);
      this.begin();
      if (this.readers.length === 0 && this.fetch(0)) return this.give(whole);
      if (this.id !== 0) return this.wait(whole, stream);
      return new Promise((resolve) => this.finish(resolve));
    }

    serve() {
      while (this.readers.length > 0 && (this.has() || this.fetch(0))) {
        const { resolve, whole } = ArrayPrototypeShift(this.readers);
        resolve(this.take(whole));
      }
    }

    hear(event, value) {
      super.hear(event, value);
      if (event === READY || event === OVER) this.proceed();
    }

    end(tell) {
      this.ending = undefined;
      return super.end(tell);
    }

    // Where one has left, it is the end for all.
    tellReaders(left) {
      const { readers } = this;
      this.readers = [];
      this.ending = left ? undefined : this.outcome;
      for (let i = 0; i < readers.length; i++) this.finish(readers[i].resolve);
    }
  }

  // ---- Read by callbacks ----------------------------------------------------------------------

  class CallbackFeed extends Feed {
    constructor(name, request, messages, callbacks) {
      super(name, request, messages);
      this.onItem = callbacks.onItem;
      this.onEnd = callbacks.onEnd;
      this.tether.context = new Context(name);
      this.read = true;
      this.giving = false;
    }

    // onEnd does, at least.
    get waits() {
      return true;
    }

    // From the next turn of the loop on: who were called before the call returns would have nothing
    // to post with, and what a continuation of a promise calls may not throw.
    listen() {
      native.hearStream(this.id);
    }

    giveBatch() {
      const { onItem } = this;
      while (this.has()) onItem(this.items[this.next++]);
    }

    // What a callback begins by microtasks goes on between two batches; what one throws ends the
    // context, but costs no other its item.
    async giveAll() {
      if (this.giving) return;
      this.giving = true;
      const giveBatch = () => this.giveBatch();
      try {
        while (this.fetch(CALLBACK_BATCH)) {
          while (this.has()) runIn(this.tether.context, giveBatch);
          await undefined;
        }
      } catch (error) {
        native.breakStream(this.id, error); // onEnd tells of it: nobody awaits this function
      }
      this.giving = false;
    }

    hear(event, value) {
      super.hear(event, value);
      if (event === READY || event === OVER) this.giveAll();
    }

    settle(outcome, value) {
      super.settle(outcome, value);
      const { name, onEnd, outcome: ending, signal } = this;
      if (ending.outcome === RESOLVED) onEnd(null, ending.value);
      else onEnd(errorOf(name, ending.outcome, ending.value, signal, layer.settle));
    }
  }

  layer.streamEvent = (id, event, value) => {
    const feed = waiters[id];
    if (feed !== undefined) feed.hear(event, value);
  };

  // For the outer halves, and for maps.
  layer.feeds = { __proto__: null, CallbackFeed, PromiseFeed, endOf, itemOf };
})
