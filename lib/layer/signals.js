// AbortSignals. All jobs of one signal share one listener: with one each, ten thousand jobs on a
// signal cost forty microseconds apiece. The listener is removed with the last of its jobs. What
// else ends by a signal gives a function in place of a job's id.
(function (layer, native) {
  'use strict';
  const {
    EventTargetPrototypeRemoveEventListener, Set, SetPrototypeAdd, SetPrototypeDelete,
    SetPrototypeForEach, SetPrototypeGetSize, WeakMap, WeakMapPrototypeDelete, WeakMapPrototypeGet,
    WeakMapPrototypeSet, removeEventListener,
  } = layer.intrinsics;

  // Of each signal with jobs: their ids, and the listener.
  const watches = new WeakMap();

  function stop(id) {
    if (typeof id === 'function') id();
    else native.stop(id);
  }

  function stopWaiting(id) {
    if (typeof id === 'number') native.stopWaiting(id);
  }

  function openWatch(signal) {
    const ids = new Set();
    const listener = () => {
      WeakMapPrototypeDelete(watches, signal);
      // First: or what runs would make room for them.
      SetPrototypeForEach(ids, stopWaiting);
      SetPrototypeForEach(ids, stop);
    };
    const watch = { ids, listener };
    signal.addEventListener('abort', listener, { once: true });
    WeakMapPrototypeSet(watches, signal, watch);
    return watch;
  }

  // Stops the job when the signal aborts, or at once if reading the arguments has aborted it.
  layer.watchSignal = (signal, id) => {
    if (signal.aborted) {
      stop(id);
    } else {
      const watch = WeakMapPrototypeGet(watches, signal) ?? openWatch(signal);
      SetPrototypeAdd(watch.ids, id);
    }
  };

  layer.unwatchSignal = (signal, id) => {
    const watch = WeakMapPrototypeGet(watches, signal);
    if (watch === undefined) return;
    SetPrototypeDelete(watch.ids, id);
    if (SetPrototypeGetSize(watch.ids) > 0) return;
    WeakMapPrototypeDelete(watches, signal);
    signal.removeEventListener('abort', watch.listener);
  };

  const nobody = () => {};

  // The runtime's own methods refuse what only has them from a prototype, or behind a proxy.
  function canBeHeard(signal) {
    if (typeof signal.addEventListener !== 'function') return false;
    const remove = signal.removeEventListener;
    if (remove === removeEventListener) {
      EventTargetPrototypeRemoveEventListener(signal, 'abort', nobody);
    }
    return typeof remove === 'function';
  }

  // What looks like an AbortSignal and can be listened to is taken for one, as Node's own functions
  // do.
  layer.isSignal = (value) => {
    if (typeof value !== 'object' || value === null) return false;
    try {
      return typeof value.aborted === 'boolean' && canBeHeard(value);
    } catch {
      return false;
    }
  };
})
