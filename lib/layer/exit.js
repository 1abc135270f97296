// The end of the process. process.exit() runs no cleanup hook on the main thread, so jobs are
// stopped from an 'exit' listener. All addons of the process share one: eleven would be taken for a
// leak.
(function (layer, native) {
  'use strict';
  const {
    ObjectDefineProperty, Set, SetPrototypeAdd, SetPrototypeForEach, SymbolFor, process,
  } = layer.intrinsics;

  const key = SymbolFor('offloop.exit');

  // What native.exit is told.
  const GOES_ON = 0;
  const EXITS = 1;
  const AWAITS = 2;

  // The jobs of all addons are stopped before those of any are waited for.
  function openExits() {
    const exits = new Set();
    const tell = (phase) => SetPrototypeForEach(exits, (exit) => exit(phase));
    ObjectDefineProperty(process, key, { __proto__: null, value: exits });
    process.on('exit', () => {
      tell(EXITS);
      tell(AWAITS);
      layer.inMicrotask(tell, GOES_ON); // there is one only if the event was emitted by hand
    });
    return exits;
  }

  // Not known before Node 20.16.
  const isMain = process?.getBuiltinModule?.('worker_threads')?.isMainThread === true;

  if (typeof process?.on === 'function') {
    SetPrototypeAdd(process[key] ?? openExits(), (phase) => native.exit(phase, isMain));
  }

  // Whether the end of this environment has to be asked for, because it is that of a worker thread
  // or because nothing tells: see env_watch in env.c.
  layer.watched = !isMain;
})
