// Asks: a job on its own thread calls a function that it was given, and waits. C calls what
// makeAsked has made of the function with the id of the job and the number of the ask, which name
// it in the answer. What is answered to a job that waits no more is dropped in C.
(function (layer, native) {
  'use strict';
  const { ReflectApply } = layer.intrinsics;
  const { THROWN, UNWRITTEN, waiters } = layer.calls;
  const { openForCall, runIn } = layer.contexts;

  // Whoever waits for the job gets this very value, if the job fails by it. An error of offloop's,
  // of an argument or the answer, shows who that is.
  layer.raise = (id, number, value) => {
    const waiter = waiters[id];
    const outcome = layer.takeRefusal(value) ? UNWRITTEN : THROWN;
    if (native.raise(id, number) && waiter !== undefined) {
      layer.define(waiter, 'raised', { outcome, value });
    }
  };

  // What is wrong with the answer is the function's fault, too.
  function answer(id, number, value) {
    try {
      native.answer(id, number, value);
    } catch (error) {
      layer.raise(id, number, error);
    }
  }

  async function answerLater(id, number, promise) {
    let value;
    try {
      value = await promise;
    } catch (error) {
      layer.raise(id, number, error);
      return;
    }
    answer(id, number, value);
  }

  // Only an object can be a promise, or like one.
  function callFunction(fn, id, number, args) {
    let value;
    try {
      value = ReflectApply(fn, undefined, args);
    } catch (error) {
      layer.raise(id, number, error);
      return;
    }
    const plain = (typeof value !== 'object' && typeof value !== 'function') || value === null;
    if (plain) answer(id, number, value);
    else answerLater(id, number, value);
  }

  // The function is called where its worker was, as far as AsyncLocalStorage is concerned. The
  // waiter of the call gets the context, and closes it.
  layer.makeAsked = (name, fn) => {
    const context = openForCall(name);
    return (id, number, ...args) => runIn(context, callFunction, fn, id, number, args);
  };
})
