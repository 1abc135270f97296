// Messages: what JavaScript posts to a running job. Each feed of a worker with messages has a Mail.
//
// A full mailbox takes nothing, and who waits for room is told when C says that it is worth asking
// again; there may be none by then, because others have posted meanwhile.
(function (layer, native) {
  'use strict';
  const { Error, ObjectSetPrototypeOf, Promise } = layer.intrinsics;
  const { FAILED, RESOLVED, errorOf, reject } = layer.calls;

  // Of ol_status_code.
  const OK = 0;
  const AGAIN = -3;
  const CLOSED = -6;

  // Why the job takes no more, before its outcome has come home, too; undefined: it has ended well.
  function causeOf({ id, name, outcome: known, signal }, maker) {
    const { outcome, value } = known ?? { outcome: FAILED, value: native.whyEnded(id) };
    if (outcome === RESOLVED || value === undefined) return undefined;
    return { error: errorOf(name, outcome, value, signal, maker) };
  }

  // Nobody may have asked for the result, so the text, too, says why it ended. [maker] is left out
  // of the stacks.
  function closedError(feed, maker) {
    const cause = causeOf(feed, maker);
    const why = cause === undefined
      ? 'it has ended, or was told to'
      : cause.error?.message ?? 'it has failed';
    const error = new Error(`${feed.name} takes no more messages: ${why}`);
    layer.define(error, 'code', 'ERR_OL_CLOSED', true);
    if (cause !== undefined) layer.define(error, 'cause', cause.error);
    return layer.makeAgain(error, maker);
  }

  layer.Mail = class Mail {
    constructor(feed) {
      this.feed = feed;
      this.waiting = []; // { resolve }
      this.running = true; // until its job is over
    }

    // Errors of the end have the stack of whoever called [method].
    post(value, method) {
      const { feed } = this;
      const status = feed.id === 0 ? CLOSED : native.post(feed.id, value);
      if (status === undefined) throw layer.keptRefusal();
      if (status === CLOSED) throw closedError(feed, method);
      return status === OK;
    }

    // Messages that wait to be received.
    get queued() {
      const { id } = this.feed;
      return id === 0 ? 0 : native.queuedMessages(id);
    }

    drained() {
      return new Promise((resolve) => {
        layer.append(this.waiting, { resolve });
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
        else reject(waiting[i].resolve, (maker) => closedError(feed, maker));
      }
    }
  };

  ObjectSetPrototypeOf(layer.Mail.prototype, null);
})
