// The end of the process. process.exit() runs no cleanup hook on the main thread, so jobs are
// stopped from an 'exit' listener. All addons of the process share one: eleven would be taken for a
// leak.
(function (layer, native) {
  'use strict';
  const {
    ObjectDefineProperty, Set, SetPrototypeAdd, SetPrototypeForEach, SymbolFor, process,
    setImmediate,
  } = layer.intrinsics;

  const key = SymbolFor('offloop.exit');

  function openExits() {
    const exits = new Set();
    const tell = (exiting) => SetPrototypeForEach(exits, (exit) => exit(exiting));
    ObjectDefineProperty(process, key, { __proto__: null, value: exits });
    process.on('exit', () => {
      tell(true);
      setImmediate(tell, false); // the loop goes on only if the event was emitted by hand
    });
    return exits;
  }

  if (typeof process?.on === 'function') SetPrototypeAdd(process[key] ?? openExits(), native.exit);

  // Whether the end of this environment has to be asked for, because it is that of a worker thread
  // or because nothing tells: see env_watch in env.c.
  layer.watched = process?.getBuiltinModule?.('worker_threads')?.isMainThread !== true;
})
