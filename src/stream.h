/* stream.h: a job that JavaScript talks with while it runs: items come, messages go. Floor 2.
 *
 *   lazy      made by the call, not submitted: nobody has read yet. One with messages never is
 *   open      submitted: items go into the channel, and JavaScript takes them out
 *   parked    the job is over and came home, items are left, queued or taken and not used up: it is
 *             settled when JavaScript has used up the last of them
 *   settled   nothing is left to be read
 *
 * Cut is a stream of which nothing is read any more, in any state: its reader has left, or a signal
 * or the end of a handle has stopped it. What is queued is thrown away, what the layer has taken
 * is, too, and so it is never parked.
 *
 * JavaScript asks: native.takeItems gives what there is, in one call. If that is nothing, the
 * channel notifies when it is worth asking again, and the loop tells the layer so. Whoever takes
 * and is told is lib/layer/feeds.js. A worker may have messages and no items: then there is no
 * channel here, and nothing is ever parked. Messages are mailbox.c's and post.c's.
 *
 * All is the loop's. A notify comes with no lock held. */
#ifndef OLI_STREAM_H
#define OLI_STREAM_H

#include "channel.h"
#include "env.h"

typedef struct oli_stream {
  ol_job* job;
  oli_channel* items; /* NULL: it has messages only */
  bool lazy, parked;
  napi_ref fault;    /* NULL, or what was thrown when items were taken, until that is told */
  int cut;           /* OL_OK, or why nothing is read any more: OL_ENDED where the reader left */
  bool kept;         /* keeps the loop alive */
  size_t take_limit; /* items that are taken at a time, at most */
  size_t take_max;   /* items of the next batch: grows while batches are used up within a slice */
} oli_stream;

/* What the layer is told: event(id, which, value). */
enum oli_stream_event {
  OLI_STREAM_READY = 0,   /* there may be items, or room for messages */
  OLI_STREAM_STARTED = 1, /* ol_started was called */
  OLI_STREAM_BROKEN = 2, /* value: what was thrown when items were taken; the job is settled next */
  OLI_STREAM_DROPPED = 3, /* value: how many items were, when the job is about to be settled */
  OLI_STREAM_OVER = 4,    /* its job was parked */
  OLI_STREAM_CUT = 5      /* what was taken and not read is not to be read */
};

/* Gives a new job its stream, and its mailbox if it has messages. False: out of memory. [loop] */
bool oli_stream_open(ol_job* job);

/* What a job's kind is told: wakes whoever waits to emit or to receive. [any] */
void oli_stream_told(ol_job* job, int why);

/* Around a wait of the job's own thread; of the environment, which knows where turns go. */
void oli_stream_on_wait(ol_job* job, void (*pause)(void* job), void (*resume)(void* job));

/* Of a job that was named: submits it, or puts that off until it is read. */
void oli_stream_begin(ol_job* job);

/* Of a stream whose job came home: true: it is parked; false: it is to be settled now, and has told
 * the layer all but that. One that was cut when its job might have emitted more ends as that says,
 * also where the job has ended well: its reader would take what it has for all there is. */
bool oli_stream_park(ol_job* job);

/* Before the name of its job is free, which takes it off the loop as any other: puts it back on. */
void oli_stream_keep(ol_job* job);

/* Sends home a job that waits for JavaScript, lazy or parked: nobody will read, or nobody should.
 * No stream, or another state: nothing. */
void oli_stream_finish(ol_job* job);

/* Stops a job as oli_job_stop does, and cuts its stream, if it has one. Tells the layer, which runs
 * no code of the user's by that. [loop] */
int oli_stream_stop(ol_job* job, int why);

/* Stops those jobs that use [handle] or what was made of it, and wait for JavaScript: streams, and
 * those that call functions. JavaScript may be waiting for the handle to close. */
void oli_stream_stop_users(oli_env* env, const oli_handle* handle);

void oli_stream_free(ol_job* job);

/* Tells the layer that there may be items. [started]: ol_started was called, too. */
void oli_stream_deliver(ol_job* job, bool started);

/* Tells it that the stream was cut, once more where the stack had no room for it. */
void oli_stream_deliver_cut(ol_job* job);

/* The stream that a native is called for, by its first argument; NULL: it is settled, or an
 * exception is pending. The native's data is the environment. */
oli_stream* oli_stream_argument(napi_env napi, napi_callback_info info, size_t argc,
                                napi_value* argv);

/* Adds native.startStream, takeItems, itemReader, breakStream, leaveStream, keepStream,
 * droppedItems and queuedItems. */
napi_status oli_stream_natives(oli_env* env, napi_value native);

#endif
