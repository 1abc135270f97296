// What can be seen from outside while jobs run: channels of node:diagnostics_channel, as its
// tracingChannel names and orders them, and lines on the standard error where NODE_DEBUG names
// offloop. Who does not listen pays for the question alone. Node 18 has neither, because a layer
// without require cannot reach its modules.
(function (layer) {
  'use strict';
  const { debuglog, diagnosticsChannel } = layer.intrinsics;
  const { Context } = layer.contexts;

  const nobody = { __proto__: null, hasSubscribers: false, publish() {} };
  const open = (event) =>
    diagnosticsChannel?.channel(`tracing:offloop.job:${event}`) ?? nobody;

  const start = open('start');
  const end = open('end');
  const asyncStart = open('asyncStart');
  const asyncEnd = open('asyncEnd');
  const failure = open('error');

  // The lines are those of node:util, which also reads the variable.
  const log = debuglog?.('offloop');
  const logs = log?.enabled === true;
  const say = logs ? log : () => {};

  const isWatched = () => logs || start.hasSubscribers || end.hasSubscribers ||
    asyncStart.hasSubscribers || asyncEnd.hasSubscribers || failure.hasSubscribers;

  // Calls [begin], which gives the id of a job, and keeps with its waiter what is told of it. The
  // waiter has a context by then, because subscribers are told there how the job ended.
  function call(waiter, pool, begin) {
    const event = { worker: waiter.name, pool, id: undefined };
    if (waiter.context === undefined) waiter.context = new Context(waiter.name);
    start.publish(event);
    try {
      event.id = begin();
      waiter.event = event;
      say('call %s, job %d, on %s', event.worker, event.id, pool);
      return event.id;
    } catch (error) {
      layer.define(event, 'error', error, true);
      say('call %s refused: %s', event.worker, error?.message);
      failure.publish(event);
      throw error;
    } finally {
      end.publish(event);
    }
  }

  // Calls [tell], by which a waiter learns how its job ended, in the waiter's context.
  function settle({ event }, failed, value, tell) {
    layer.define(event, failed ? 'error' : 'result', value, true);
    say('settle %s, job %d: %s', event.worker, event.id, failed ? value?.message : 'good');
    if (failed) failure.publish(event);
    asyncStart.publish(event);
    try {
      tell();
    } finally {
      asyncEnd.publish(event);
    }
  }

  layer.trace = { __proto__: null, call, isWatched, say, settle };
})
