// The next microtask, by await and nothing else. While the addon is loaded queueMicrotask,
// process.nextTick and the `then` of promises may be those of a fake clock, or of a library that
// has put itself in their place: what they are given then runs when somebody likes, or never.
// Nobody can replace await. The next turn of the loop comes from C for the same reason: see
// env_open_turns in src/env.c.
(function (layer, native) {
  'use strict';
  const { process, setImmediate } = layer.intrinsics;

  const tasks = []; // { fn, value }
  let go; // has run() go on; undefined while it is about to, or is on its way back

  // What run() awaits. Near the end of the stack an async function cannot be called safely, because
  // what it throws may be lost; this one waits already.
  const more = {
    __proto__: null,
    then(resolve) {
      if (tasks.length > 0) resolve();
      else go = resolve;
    },
  };

  function callGuarded({ fn, value }) {
    try {
      fn(value);
    } catch (error) {
      native.fatal(error);
    }
  }

  async function run() {
    for (;;) {
      await more;
      for (let i = 0; i < tasks.length; i++) callGuarded(tasks[i]);
      tasks.length = 0;
    }
  }

  run();

  // Calls fn(value) in a microtask; or throws, at the end of the stack, and never calls it.
  layer.inMicrotask = (fn, value) => {
    layer.append(tasks, { fn, value });
    if (go === undefined) return;
    try {
      go();
      go = undefined;
    } catch (error) {
      tasks.length--;
      throw error;
    }
  };

  // Bun goes through no other phase of its loop while C sends itself wake-ups. There an immediate
  // has to do, which may be a fake one.
  layer.yields = process?.versions?.bun !== undefined;
  layer.yield = () => {
    setImmediate(native.nextTurn);
  };
})
