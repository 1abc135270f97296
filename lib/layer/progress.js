// Progress: who listens to which job. A listener is there from the call until its job is settled,
// and is called where its caller's AsyncLocalStorage is. That of a stream is kept by the stream: a
// job that nobody reads may never be settled (tethers.js).
(function (layer) {
  'use strict';
  const { ReflectApply } = layer.intrinsics;
  const { waiters } = layer.calls;
  const { Context, runIn } = layer.contexts;

  // By id; of no class, so that nothing is found but what was put there.
  const listeners = { __proto__: null };

  layer.listen = (waiter, id, onProgress) => {
    const listener = { __proto__: null, onProgress, context: new Context(waiter.name) };
    if (waiter.inner === undefined) listeners[id] = listener;
    else waiter.inner.listener = listener;
  };

  layer.unlisten = (id) => {
    const listener = listeners[id];
    if (listener === undefined) return;
    listeners[id] = undefined;
    listener.context.closeContext();
  };

  // What a listener throws is told, and costs it nothing that comes after.
  layer.progress = (id, done, total) => {
    const listener = listeners[id] ?? waiters[id]?.inner?.listener;
    if (listener === undefined) return;
    const { context, onProgress } = listener;
    runIn(context, ReflectApply, onProgress, undefined, [done, total]);
  };
})
