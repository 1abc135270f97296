// Messages: what JavaScript posts to a running job. Each feed of a worker with messages has a Mail.
//
// A full mailbox takes nothing, and who waits for room is told when C says that it is worth asking
// again; there may be none by then, because others have posted meanwhile.
(function (layer, native) {
  'use strict';
  const { Error, ObjectSetPrototypeOf, Promise } = layer.intrinsics;
  const { RESOLVED, errorOf } = layer.calls;

  // Of ol_status_code.
  const OK = 0;
  const AGAIN = -3;
  const CLOSED = -6;

  // Why it ended is told, too, where it is known: nobody may have asked for the result. [maker] is
  // left out of the stacks.
  function closedError(feed, maker) {
    const error = new Error(`${feed.name} takes no more messages: it has ended, or was told to`);
    const ending = feed.outcome;
    layer.define(error, 'code', 'ERR_OL_CLOSED', true);
    if (ending !== undefined && ending.outcome !== RESOLVED) {
      const cause = errorOf(feed.name, ending.outcome, ending.value, feed.signal, maker);
      layer.define(error, 'cause', cause);
    }
    return error;
  }

  layer.Mail = class Mail {
    constructor(feed) {
      this.feed = feed;
      this.waiting = []; // { resolve, reject }
      this.running = true; // until its job is over
    }

    // Errors of the value and of the end have the stack of whoever called [method].
    post(value, method) {
      const { feed } = this;
      try {
        const status = feed.id === 0 ? CLOSED : native.post(feed.id, value);
        if (status === undefined) throw layer.keptRefusal();
        if (status === CLOSED) throw layer.refusal(closedError(feed, method));
        return status === OK;
      } catch (error) {
        throw layer.blameCaller(error, method);
      }
    }

    // Messages that wait to be received.
    get queued() {
      const { id } = this.feed;
      return id === 0 ? 0 : native.queuedMessages(id);
    }

    drained() {
      return new Promise((resolve, reject) => {
        layer.append(this.waiting, { resolve, reject });
        this.hear();
      });
    }

    // There may be room, or never again.
    hear() {
      const { feed, waiting } = this;
      if (waiting.length === 0) return;
      const status = feed.id === 0 ? CLOSED : native.awaitRoom(feed.id);
      if (status === AGAIN) return;
      this.waiting = [];
      for (let i = 0; i < waiting.length; i++) {
        if (status === OK) waiting[i].resolve();
        else waiting[i].reject(closedError(feed, closedError));
      }
    }
  };

  ObjectSetPrototypeOf(layer.Mail.prototype, null);
})
