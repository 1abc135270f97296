// Maps: worker.map(iterable, options) calls the worker for each element of a source, so many at a
// time, and gives the results in their order.
//
// What was started and not yet read is listed in the order of the source, and is never more than
// [limit]: with it the source is asked no further, whether the jobs are slow or the reader is. So
// the memory is bounded by the limit. The source is asked one element at a time.
//
// A failure takes its place in that order, and all behind it are stopped. Only when what was
// stopped is over is a reader told: then the buffers of no job are in use any more.
//
// The inner half, a Mapping, refers to the outer one only while somebody waits, and jobs and signal
// know it by its tether, so that a map that nobody has any more is collected, and its jobs stopped.
(function (layer, native) {
  'use strict';
  const {
    ArrayIsArray, ObjectCreate, ObjectGetPrototypeOf, ObjectPrototype, ObjectSetPrototypeOf,
    Promise, PromiseReject, PromiseResolve, ReflectApply, ReflectOwnKeys, Set, SetPrototypeAdd,
    SetPrototypeDelete, SetPrototypeGetSize, SymbolAsyncIterator, SymbolIterator, WeakMap,
    WeakMapPrototypeGet, WeakMapPrototypeSet, setImmediate,
  } = layer.intrinsics;
  const { optionError, readRequest, reasonOf, reject, waiters } = layer.calls;
  const { endOf, itemOf } = layer.feeds;
  const { closeAll, countRead, takeRead } = layer.contexts;
  const { Tether, Weak } = layer.tethers;

  // Results come home 64 at a time: with four times as many started no thread waits for the loop,
  // and what waits for its reader stays small.
  const LIMIT = 256;

  // What a map starts before the loop has a turn: so many calls take about half a millisecond.
  const STARTS = 256;

  const ABORTED = -1; // OL_CANCELLED

  // States of an entry.
  const RUNS = 0;
  const GOOD = 1;
  const BAD = 2;

  // ---- Queues ---------------------------------------------------------------------------------

  // First in, first out. An element knows nothing of the others.
  class Queue {
    constructor() {
      this.head = undefined; // { element, next }
      this.tail = undefined;
    }

    get first() {
      return this.head?.element;
    }

    push(element) {
      const node = { __proto__: null, element, next: undefined };
      if (this.tail === undefined) this.head = node;
      else this.tail.next = node;
      this.tail = node;
    }

    shift() {
      const { element, next } = this.head;
      this.head = next;
      if (next === undefined) this.tail = undefined;
      return element;
    }

    // Gives the nodes that stand after [element], or all, which are in it no more.
    cut(element) {
      let last;
      let rest = this.head;
      while (element !== undefined && last?.element !== element) {
        last = rest;
        rest = rest.next;
      }
      if (last === undefined) this.head = undefined;
      else last.next = undefined;
      this.tail = last;
      return rest;
    }
  }

  // ---- Sources --------------------------------------------------------------------------------

  const isObject = (value) =>
    (typeof value === 'object' && value !== null) || typeof value === 'function';

  // How an iterator is got; undefined: the value is not iterable.
  function methodOf(iterable) {
    if (iterable === undefined || iterable === null) return undefined;
    const later = iterable[SymbolAsyncIterator];
    const method = later ?? iterable[SymbolIterator];
    return typeof method === 'function' ? { method, later: method === later } : undefined;
  }

  const FN = 'a function';

  // [what] of an iterable or its iterator is not what it should be.
  const iterableError = (name, what, received, expected) =>
    layer.argumentError(0, name, layer.ROLE_ITERABLE, what, expected, received);

  function mustBeObject(value, name, what) {
    if (isObject(value)) return value;
    throw iterableError(name, what, value, 'an object');
  }

  // What is known of an iterator by who may not keep it. One that has ended, or has thrown, is not
  // told to return.
  class Course {
    constructor(name, later) {
      this.name = name;
      this.later = later;
      this.open = false;
      this.asked = false; // an answer is awaited, or its function runs
    }

    // One whose next() runs at the moment is closed by who called that. A return() that is called
    // while an answer is awaited may have to wait behind it, for ever: so nobody waits for that.
    async close(iterator) {
      const { asked, later, name } = this;
      if (!this.open || (asked && !later)) return;
      this.open = false;
      const method = iterator.return;
      if (method === undefined || method === null) return;
      const answer = ReflectApply(method, iterator, []);
      if (!later) mustBeObject(answer, name, 'return()');
      else if (asked) ignoreFailure(answer);
      else mustBeObject(await answer, name, 'return()');
    }
  }

  class Source {
    constructor(name, iterable, { method, later }) {
      this.iterable = iterable;
      this.method = method;
      this.course = new Course(name, later);
      this.iterator = undefined;
      this.next = undefined;
    }

    begin() {
      const { course, iterable, method } = this;
      const what = course.later ? '[Symbol.asyncIterator]()' : '[Symbol.iterator]()';
      this.iterator = mustBeObject(ReflectApply(method, iterable, []), course.name, what);
      this.next = this.iterator.next;
      if (typeof this.next !== 'function') throw iterableError(course.name, 'next', this.next, FN);
      course.open = true;
    }

    ask() {
      this.course.asked = true;
      return ReflectApply(this.next, this.iterator, []);
    }

    // What it answered, as { done, value } of our own.
    hear(answer) {
      const { course } = this;
      course.asked = false;
      const done = !!mustBeObject(answer, course.name, 'next()').done;
      if (done) course.open = false;
      return { done, value: done ? undefined : answer.value };
    }

    close() {
      return this.course.close(this.iterator);
    }
  }

  async function ignoreFailure(promise) {
    try {
      await promise;
    } catch {
      // Whoever left has gone on.
    }
  }

  // ---- Calls ----------------------------------------------------------------------------------

  // The arguments behind which the options stand. A list that is too long stays so: the call
  // refuses it.
  function padded(list, arity, options) {
    const tooLong = list.length > arity;
    const args = layer.newArray(tooLong ? arity + 2 : arity + 1);
    for (let i = 0; i < arity; i++) args[i] = list[i];
    args[arity] = options;
    if (tooLong) args[arity + 1] = undefined;
    return args;
  }

  // A function in last place would be taken for a callback.
  function argumentsOf(element, arity, options) {
    if (element === undefined && options === undefined) return [];
    const list = ArrayIsArray(element) ? element : [element];
    const { length } = list;
    const plain = options === undefined && length <= arity &&
      !(length > 0 && typeof list[length - 1] === 'function');
    return plain ? list : padded(element === undefined ? [] : list, arity, options);
  }

  // C knows a job by its id, under which its waiter is found by what it promised.
  function stopAll(promises) {
    for (let id = 1; id < waiters.length && SetPrototypeGetSize(promises) > 0; id++) {
      const promise = waiters[id]?.promise;
      if (promise !== undefined && SetPrototypeDelete(promises, promise)) native.stop(id);
    }
  }

  // An element whose job runs, or whose result is there. In flight, it is linked with the others.
  class Entry {
    constructor(state, value) {
      this.state = state;
      this.value = value;
      this.promise = undefined; // while the job runs
      this.made = false; // [value] is an error of the layer's own
      this.dropped = false;
      this.before = undefined;
      this.after = undefined;
    }
  }

  // Of a mapping that is gone, the jobs in flight are stopped. Its iterator is told to return where
  // it is still there, because others have it.
  class MappingTether extends Tether {
    constructor(mapping, signal, course) {
      super(mapping, signal);
      this.course = course;
      this.iterator = undefined; // of the class Weak
      this.watcher = undefined; // what the signal calls
      this.flights = undefined; // the first entry
    }

    add(entry) {
      const { flights } = this;
      entry.after = flights;
      if (flights !== undefined) flights.before = entry;
      this.flights = entry;
    }

    remove(entry) {
      const { after, before } = entry;
      if (before === undefined) this.flights = after;
      else before.after = after;
      if (after !== undefined) after.before = before;
      entry.before = entry.after = undefined;
    }

    watch(signal) {
      this.watcher = () => this.inner?.abort();
      layer.watchSignal(signal, this.watcher);
    }

    unwatch() {
      const { signal, watcher } = this;
      this.watcher = undefined;
      try {
        if (watcher !== undefined && signal !== undefined) layer.unwatchSignal(signal, watcher);
      } catch (error) {
        native.fatal(error);
      }
    }

    lose() {
      const promises = new Set();
      for (let entry = this.flights; entry !== undefined; entry = entry.after) {
        if (entry.promise !== undefined) SetPrototypeAdd(promises, entry.promise);
      }
      stopAll(promises);
      this.unwatch();
      const iterator = this.iterator?.get();
      if (iterator !== undefined) ignoreFailure(this.course.close(iterator));
    }
  }

  async function follow(entry, tether) {
    try {
      entry.value = await entry.promise;
      entry.state = GOOD;
    } catch (error) {
      entry.value = error;
      entry.made = layer.takeMade(error);
      entry.state = BAD;
    }
    entry.promise = undefined;
    tether.remove(entry);
    tether.inner?.land(entry);
  }

  // ---- Mappings -------------------------------------------------------------------------------

  class Mapping {
    constructor({ arity, limit, name, options, self, signal, source, worker }) {
      this.arity = arity;
      this.limit = limit;
      this.name = name;
      this.options = options; // for each call, or undefined
      this.self = self;
      this.signal = signal;
      this.source = source;
      this.worker = worker;
      this.tether = new MappingTether(this, signal, source.course);
      this.entries = new Queue(); // of the class Entry
      this.size = 0; // of these
      this.readers = new Queue(); // { resolve, reject }
      this.holder = undefined; // the outer half, while readers wait
      this.flying = 0; // jobs that are not over, dropped ones too
      this.begun = false;
      this.filling = false;
      this.paused = undefined; // goes on with filling
      this.over = false; // nothing more is started
      this.closed = undefined; // a promise, once the source was told to close
      this.landed = undefined; // a function, while somebody waits for all jobs to be over
      this.left = undefined; // a promise, once it was left
      this.leaving = false; // until that is settled
      this.verdict = undefined; // { error, made }, until a reader was told
    }

    begin() {
      this.begun = true;
      try {
        if (this.signal !== undefined) this.tether.watch(this.signal);
        if (this.over) return;
        this.source.begin();
        this.tether.iterator = new Weak(this.source.iterator);
      } catch (error) {
        this.fail(error);
      }
    }

    // ---- From the source to jobs

    hasRoom() {
      return !this.over && this.size < this.limit;
    }

    add(state, value) {
      const entry = new Entry(state, value);
      this.entries.push(entry);
      this.size++;
      return entry;
    }

    // Nothing comes behind a failure.
    fail(error) {
      this.over = true;
      this.add(BAD, error);
    }

    start(element) {
      const entry = this.add(RUNS, undefined);
      this.flying++;
      try {
        const args = argumentsOf(element, this.arity, this.options);
        entry.promise = ReflectApply(this.worker, this.self, args);
      } catch (error) {
        entry.promise = PromiseReject(error);
      }
      this.tether.add(entry);
      follow(entry, this.tether);
    }

    land(entry) {
      this.flying--;
      if (this.flying === 0) this.resume();
      if (this.flying === 0 && this.landed !== undefined) this.landed();
      if (entry.dropped) return;
      if (entry.state === BAD) this.cut(entry);
      this.advance();
    }

    // [element] of an answer that came after the end belongs to nobody.
    take({ done, value }) {
      if (this.over) ignoreFailure(this.closeSource());
      else if (done) this.over = true;
      else this.start(value);
    }

    lose(error) {
      const { course } = this.source;
      course.asked = course.open = false;
      if (!this.over) this.fail(error);
    }

    // Calls [goOn] when the loop has had a turn: by an immediate, which may be one of a fake
    // clock, or at the latest when all jobs in flight have landed.
    pause(goOn) {
      this.paused = goOn;
      setImmediate(() => this.resume());
    }

    resume() {
      const { paused } = this;
      this.paused = undefined;
      if (paused !== undefined) paused();
    }

    fillOn() {
      this.filling = false;
      this.advance();
    }

    fillNow() {
      for (let starts = 0; this.hasRoom(); starts++) {
        if (starts === STARTS) return this.pause(() => this.fillOn());
        try {
          this.take(this.source.hear(this.source.ask()));
        } catch (error) {
          this.lose(error);
        }
      }
      this.filling = false;
      return undefined;
    }

    async fillLater() {
      for (let starts = 1; this.hasRoom(); starts++) {
        const due = starts % STARTS === 0;
        if (due) await new Promise((resolve) => this.pause(resolve));
        if (!this.hasRoom()) break;
        try {
          this.take(this.source.hear(await this.source.ask()));
        } catch (error) {
          this.lose(error);
        }
        this.serve();
      }
      this.filling = false;
      this.advance();
    }

    // The source's own code may come back here.
    fill() {
      if (this.filling || !this.hasRoom()) return;
      this.filling = true;
      if (!this.begun) this.begin();
      if (this.source.course.later) this.fillLater();
      else this.fillNow();
    }

    // ---- From jobs to readers

    // True: there is room for more.
    serve() {
      let served = false;
      while (this.readers.head !== undefined && !this.leaving) {
        const { first } = this.entries;
        if (first === undefined && this.over) {
          this.conclude();
        } else if (first?.state === GOOD) {
          this.readers.shift().resolve(this.shift());
          served = true;
        } else {
          if (first?.state === BAD) this.leaveFor(first.value, first.made);
          break;
        }
      }
      this.check();
      return served;
    }

    // While somebody waits, nothing is collected.
    check() {
      const waits = this.readers.head !== undefined;
      if (!waits) this.holder = undefined;
      this.tether.kept = waits || this.leaving ? this : undefined;
    }

    shift() {
      this.size--;
      return itemOf(this.entries.shift().value);
    }

    advance() {
      do this.fill(); while (this.serve());
      if (this.over && this.entries.head === undefined) this.tether.unwatch();
      if (this.isOver()) this.tether.release();
    }

    // Nothing comes any more, and nothing is left to be stopped.
    isOver() {
      return this.over && !this.leaving && this.flying === 0 && this.entries.head === undefined &&
        !this.source.course.open;
    }

    // Near the end of the stack the source and the calls may find no room. So a reader takes what
    // is there, or waits, and the rest goes on from a microtask.
    read(outer) {
      this.goOn(); // first: at the end of the stack it throws, and nothing has been taken
      if (this.readers.head === undefined && this.entries.first?.state === GOOD) {
        const promise = PromiseResolve(itemOf(this.entries.first.value));
        this.entries.shift();
        this.size--;
        return promise;
      }
      return new Promise((resolve, reject) => {
        this.readers.push({ __proto__: null, resolve, reject });
        this.holder = outer;
        this.tether.kept = this;
      });
    }

    async goOn() {
      await undefined;
      this.advance();
    }

    // The first reader hears of a failure, others of the end.
    conclude() {
      const { verdict } = this;
      this.verdict = undefined;
      const reader = this.readers.shift();
      if (verdict === undefined) reader.resolve(endOf(undefined));
      else if (!verdict.made) reader.reject(verdict.error);
      else reject(reader.resolve, (maker) => layer.makeAgain(verdict.error, maker));
    }

    // [made]: the error is the layer's own, and shows who awaits the results.
    leaveFor(error, made) {
      return this.leave({ __proto__: null, error, made });
    }

    // ---- The end

    // Drops what was started behind [last], or all; gives the promises of what still runs.
    drop(last) {
      const promises = new Set();
      for (let node = this.entries.cut(last); node !== undefined; node = node.next) {
        const entry = node.element;
        entry.dropped = true;
        this.size--;
        if (entry.promise !== undefined) SetPrototypeAdd(promises, entry.promise);
      }
      return promises;
    }

    cut(entry) {
      this.over = true;
      stopAll(this.drop(entry));
      ignoreFailure(this.closeSource());
    }

    closeSource() {
      this.closed = this.closed === undefined || this.source.course.open
        ? this.source.close()
        : this.closed;
      return this.closed;
    }

    jobsOver() {
      return new Promise((resolve) => {
        if (this.flying === 0) resolve();
        else this.landed = resolve;
      });
    }

    // Stops all and waits for it; then readers are told. Without a verdict it rejects with what the
    // source's return() threw.
    leave(verdict) {
      if (this.left !== undefined) return this.left;
      this.over = this.leaving = true;
      this.verdict = verdict;
      this.left = this.depart(this.drop(undefined));
      this.check();
      return this.left;
    }

    // Code of the user's, which may come back here, runs behind leave().
    async depart(promises) {
      await undefined;
      stopAll(promises);
      const closed = this.closeSource();
      const ignored = ignoreFailure(closed);
      this.tether.unwatch();
      await this.jobsOver();
      try {
        await (this.verdict === undefined ? closed : ignored);
      } finally {
        this.leaving = false;
        this.advance();
      }
    }

    // What is not read yet is not read any more.
    abort() {
      const { name, signal, tether } = this;
      const error = layer.failure(name, ABORTED, reasonOf(signal), tether.watcher);
      ignoreFailure(this.leaveFor(error, layer.takeMade(error)));
    }

    get state() {
      if (this.leaving) return 'closing';
      if (this.over && this.entries.head === undefined) return 'ended';
      return this.begun ? 'running' : 'not begun';
    }

    // Results that wait to be read, and the failure, if there is one.
    get unread() {
      let count = 0;
      for (let node = this.entries.head; node !== undefined; node = node.next) {
        if (node.element.state !== RUNS) count++;
      }
      return count;
    }

    // The user's own end: nobody is told of a failure any more.
    end() {
      const left = this.leave(undefined);
      this.verdict = undefined;
      return left;
    }
  }

  ObjectSetPrototypeOf(Queue.prototype, null);
  ObjectSetPrototypeOf(Course.prototype, null);
  ObjectSetPrototypeOf(Source.prototype, null);
  ObjectSetPrototypeOf(Entry.prototype, null);
  ObjectSetPrototypeOf(Mapping.prototype, null);

  // ---- The outer half -------------------------------------------------------------------------

  const mappings = new WeakMap();

  function mappingOf(outer) {
    const mapping = WeakMapPrototypeGet(mappings, outer);
    if (mapping === undefined) layer.refuseThis('the results of a map of offloop', outer);
    return mapping;
  }

  async function returnFrom(mapping, value) {
    await mapping.end();
    return endOf(value);
  }

  async function throwFrom(mapping, error) {
    await ignoreFailure(mapping.end());
    throw error;
  }

  const resultsPrototype = layer.makeIteratorPrototype('Results', layer.makePromising({
    __proto__: null,
    next: (outer) => mappingOf(outer).read(outer),
    return: (outer, value) => returnFrom(mappingOf(outer), value),
    throw: (outer, error) => throwFrom(mappingOf(outer), error),
  }));

  layer.showBy(resultsPrototype, 'Results', (outer) => `Results(${mappingOf(outer).name})`,
    (outer) => {
      const { flying, state, unread } = mappingOf(outer);
      return { state, running: flying, unread };
    });

  function makeOuter(mapping) {
    const outer = ObjectCreate(resultsPrototype);
    WeakMapPrototypeSet(mappings, outer, mapping);
    mapping.tether.hold(outer);
    return outer;
  }

  // ---- Workers --------------------------------------------------------------------------------

  function checkLimit(name, limit) {
    if (limit === undefined) return LIMIT;
    if (typeof limit !== 'number') throw optionError(name, 'concurrency', 'a number', limit);
    if (!(limit >= 1 && limit % 1 === 0)) {
      throw optionError(name, 'concurrency', 'an integer >= 1', limit, 1);
    }
    return limit;
  }

  function isPlain(object) {
    const prototype = ObjectGetPrototypeOf(object);
    return prototype === ObjectPrototype || prototype === null;
  }

  // Whether the calls get the options: they are cheaper without.
  function concernsCalls(options) {
    if (options === undefined) return false;
    if (!isPlain(options)) return true;
    const keys = ReflectOwnKeys(options);
    for (let i = 0; i < keys.length; i++) {
      if (keys[i] !== 'concurrency' && keys[i] !== 'signal') return true;
    }
    return false;
  }

  function readOptions(name, options, stays) {
    const request = readRequest(name, options);
    const { onProgress, signal } = request;
    if (stays) layer.refusePlace(name, request, 'where a job may call functions');
    if (onProgress !== undefined) {
      throw optionError(name, 'onProgress', 'undefined with .map', onProgress, 2);
    }
    const limit = checkLimit(name, options?.concurrency);
    return { limit, signal, options: concernsCalls(options) ? options : undefined };
  }

  function readSource(name, iterable) {
    const how = methodOf(iterable);
    if (how !== undefined) return new Source(name, iterable, how);
    throw layer.argumentError(0, name, layer.ROLE_ARG, 'iterable', 'iterable', iterable);
  }

  function refuseExtra(name, count) {
    if (count <= 2) return;
    throw layer.argumentError(4, name, layer.ROLE_ARG, '', '1 argument and an options object');
  }

  // What the worker itself would refuse of options and `this`, which are those of all calls.
  function checkCommon(start, options, self) {
    const known = countRead();
    try {
      start(options, self);
    } finally {
      closeAll(takeRead(known));
    }
  }

  // What is wrong with the call throws: it gives no promise. [mapped] does what [worker] does, by
  // jobs that can be stopped; [start] is its way into C.
  layer.addMap = ({ worker, mapped, name: workerName, arity, start, stays }) => {
    const name = `${workerName}.map`;
    const map = function (...args) {
      try {
        const { 0: iterable, 1: options } = args;
        refuseExtra(name, args.length);
        const source = readSource(name, iterable);
        const request = readOptions(name, options, stays);
        checkCommon(start, options, this);
        const kind = { arity, name, self: this, source, worker: mapped };
        return makeOuter(new Mapping({ ...request, ...kind }));
      } catch (error) {
        throw layer.blameCaller(error, map);
      }
    };
    layer.define(map, 'name', name);
    layer.define(map, 'length', 1);
    layer.define(worker, 'map', map);
  };
})
