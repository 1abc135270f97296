// Progress: who listens to which job. A listener is there from the call until its job is settled,
// and is called where its caller's AsyncLocalStorage is.
(function (layer) {
  'use strict';
  const { ReflectApply } = layer.intrinsics;
  const { Context, runIn } = layer.contexts;

  // By id; of no class, so that nothing is found but what was put there.
  const listeners = { __proto__: null };

  layer.listen = (name, id, onProgress) => {
    listeners[id] = { __proto__: null, onProgress, context: new Context(name) };
  };

  layer.unlisten = (id) => {
    const listener = listeners[id];
    if (listener === undefined) return;
    listeners[id] = undefined;
    listener.context.closeContext();
  };

  // What a listener throws is told, and costs it nothing that comes after.
  layer.progress = (id, done, total) => {
    const listener = listeners[id];
    if (listener === undefined) return;
    const { context, onProgress } = listener;
    runIn(context, ReflectApply, onProgress, undefined, [done, total]);
  };
})
