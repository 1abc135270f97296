// Progress: who listens to which job. A listener is there from the call until its job is settled,
// and is called where its caller's AsyncLocalStorage is.
(function (layer, native) {
  'use strict';
  const { openContext, runInContext } = layer.calls;

  // By id; of no class, so that nothing is found but what was put there.
  const listeners = { __proto__: null };

  layer.listen = (name, id, onProgress) => {
    listeners[id] = { __proto__: null, onProgress, context: openContext(name) };
  };

  layer.unlisten = (id) => {
    if (listeners[id] !== undefined) listeners[id] = undefined;
  };

  // What a listener throws is told, and costs it nothing that comes after.
  layer.progress = (id, done, total) => {
    const listener = listeners[id];
    if (listener === undefined) return;
    try {
      runInContext(listener.context, listener.onProgress, [done, total]);
    } catch (error) {
      native.fatal(error);
    }
  };
})
