// Contexts: what a call leaves for the user's code that runs later because of it. There that code
// sees its caller's AsyncLocalStorage and domain, under the worker's name in async_hooks. What it
// throws is handed over before the context is left: so a listener of 'uncaughtException' sees the
// same store, and the domain the error.
//
// Whoever opens a context closes it when nothing more will run in it, and async_hooks hears of that
// at once: a tool that keeps what it knows of a resource until then would wait for the collector.
(function (layer, native) {
  'use strict';
  const {
    AsyncLocalStorage, AsyncResource, AsyncResourcePrototypeEmitDestroy,
    AsyncResourcePrototypeRunInAsyncScope, ReflectApply,
  } = layer.intrinsics;

  // [fn] is a function of the layer's, with up to four arguments: an array of them would cost. An
  // uncaughtException leaves all contexts that are entered, so nothing more is called here then.
  function callGuarded(fn, a, b, c, d) {
    try {
      fn(a, b, c, d);
    } catch (error) {
      native.fatal(error);
    }
  }

  // The same for contexts of Node-API, which learn by the throw that they have been left.
  function callAndThrow(fn, args) {
    try {
      ReflectApply(fn, undefined, args);
    } catch (error) {
      native.fatal(error);
      throw error;
    }
  }

  const CLOSED_BY_HAND = { __proto__: null, requireManualDestroy: true };

  const makeContext = () => class Context extends AsyncResource {
    constructor(name) {
      super(name, CLOSED_BY_HAND);
    }

    runInContext(fn, a, b, c, d) {
      AsyncResourcePrototypeRunInAsyncScope(this, callGuarded, undefined, fn, a, b, c, d);
    }

    closeContext() {
      AsyncResourcePrototypeEmitDestroy(this);
    }
  };

  // For runtimes that do not say where AsyncResource is. They hold the resource of a context of
  // Node-API weakly, and with it all that is kept of the call. So the resource is the context
  // itself: somebody holds that for as long as anything may run in it.
  class NativeContext {
    external;

    constructor(name) {
      this.external = native.contextOpen(this, name);
    }

    runInContext(fn, ...args) {
      native.contextCall(this.external, callAndThrow, fn, args);
    }

    closeContext() {
      native.contextClose(this.external);
    }
  }

  const Context = AsyncResource === undefined ? NativeContext : makeContext();

  // Where AsyncLocalStorage does without async_hooks, as from Node 24 on, an unhandledRejection
  // sees the store of where the promise was rejected, not of where it was made.
  const rejectsWhereItIs =
    AsyncLocalStorage !== undefined && AsyncLocalStorage.prototype._enable === undefined;

  // Runs [fn] where [context] is, if there is one. What it throws is told, and goes no further.
  function runIn(context, fn, a, b, c, d) {
    if (context === undefined) callGuarded(fn, a, b, c, d);
    else context.runInContext(fn, a, b, c, d);
  }

  function raise(error) {
    throw error;
  }

  const report = (context, error) => runIn(context, raise, error);

  // The contexts of functions among the arguments of calls that C is reading: the last ones belong
  // to the call that began last, because reading may run a getter that makes another call.
  const read = [];

  function openForCall(name) {
    const context = new Context(name);
    layer.append(read, context);
    return context;
  }

  const countRead = () => read.length;

  // Those behind the first [count]; undefined: there are none.
  function takeRead(count) {
    if (read.length === count) return undefined;
    const taken = layer.restOf(read, count);
    read.length = count;
    return taken;
  }

  function closeAll(contexts) {
    if (contexts === undefined) return;
    for (let i = 0; i < contexts.length; i++) contexts[i].closeContext();
  }

  layer.contexts = {
    __proto__: null, Context, closeAll, countRead, openForCall, rejectsWhereItIs, report, runIn,
    takeRead,
  };
})
