/* channel.h: a bounded queue of records between a job and JavaScript. Floor 1.
 *
 * The same queue carries items, from any thread that holds the job to the loop, and messages, from
 * the loop to the job. Records are copied in, with all that they point to (parcel.h). Any number of
 * threads put; one at a time takes.
 *
 * Behind. The taker is behind by what is queued plus what it has taken and not yet used up: so a
 * batch that lies in JavaScript still counts, and the limits hold for both together.
 *
 * States. open: records go in and out. stopped: nothing goes in any more, what is there still comes
 * out (whoever waits to put learns why). cut: stopped and emptied. It never opens again. */
#ifndef OLI_CHANNEL_H
#define OLI_CHANNEL_H

#include "arena.h"
#include "fields.h"
#include "plat.h"

/* What happens to a record that finds the channel full. */
enum oli_on_full {
  OLI_FULL_WAIT = 0, /* its putter waits */
  /* Queued records make room, the oldest first, and are counted. Where the taker has them all, it
   * goes in all the same: the newest is never lost. */
  OLI_FULL_DROP_OLDEST = 1,
  OLI_FULL_DROP_NEWEST = 2 /* it is counted and forgotten */
};

typedef struct oli_channel_limits {
  size_t items; /* at least 1 */
  size_t bytes; /* of records with what they point to; 0: no limit. One record always fits */
  int on_full;  /* enum oli_on_full */
} oli_channel_limits;

typedef struct oli_channel oli_channel;

/* [shape] outlives the channel and its batches. [notify], or NULL, is called with [arg] on the
 * putter's or the stopper's thread, with no lock of the channel held; a putter may be that late
 * that the record has been taken meanwhile, so [arg] must live as long as anybody puts or stops.
 * NULL: out of memory. */
oli_channel* oli_channel_new(const oli_shape* shape, oli_channel_limits limits,
                             void (*notify)(void* arg), void* arg);
/* Nobody waits in it or knows it any more. */
void oli_channel_free(oli_channel* channel);

/* What a thread calls around each wait of its own in put and wait, with no lock of the channel
 * held: a job lends its handle's turn meanwhile. [resume] may block. Set once, before others know
 * the channel. */
void oli_channel_on_wait(oli_channel* channel, void (*pause)(void* arg), void (*resume)(void* arg),
                         void* arg);

/* Puts a copy of [record] in. Blocks of [arena] (guarded by [arena_lock]) that it points to move,
 * and are freed when it is dropped; whatever else but OL_OK comes, they are in the arena again,
 * and the same record may be put once more. [due_ns]: how long to wait for room by oli_now_ns; 0:
 * not at all; UINT64_MAX: for ever. Who waits is served in the order of coming, before all who
 * come later. OL_OK (also when a record was dropped), OL_AGAIN (full, not waiting), OL_TIMED_OUT,
 * OL_NO_MEMORY, OL_INVALID (parcel.h), or why the channel was stopped. [any] */
int oli_channel_put(oli_channel* channel, const void* record, oli_arena* arena,
                    oli_mutex* arena_lock, uint64_t due_ns);

/* Puts a record in with its own arena, whose blocks it points to, without copying them or waiting:
 * OL_AGAIN where oli_channel_put would wait. The arena is empty when it went in or was dropped,
 * otherwise still the caller's to clear. Of a bare record it may be NULL. [any] */
int oli_channel_put_whole(oli_channel* channel, const void* record, oli_arena* arena);

/* Whether a record without weight would go in now after [before] others: OL_OK, OL_AGAIN, or why it
 * was stopped. [any] */
int oli_channel_room(oli_channel* channel, size_t before);

/* Records that were taken, oldest first. They and what they point to are the taker's until it frees
 * the batch, which may be after the channel is gone. */
typedef struct oli_batch {
  const oli_shape* shape;
  size_t len;    /* records */
  size_t stride; /* bytes from one to the next; shape->size where records point to nothing */
  char* records; /* NULL: none */
} oli_batch;

/* A record, and the arena of what it points to: blocks may be taken from it. NULL: a bare
 * record. */
void* oli_batch_record(const oli_batch* batch, size_t index);
oli_arena* oli_batch_arena(const oli_batch* batch, size_t index);

/* Says that [used] records of earlier batches are used up, which counts in every case, and takes up
 * to [max] records. Where there is none, [batch] is empty: an open channel then notifies once, as
 * soon as it is worth coming again. A [max] of 0 only says what is used up. OL_OK; OL_NO_MEMORY:
 * nothing taken; or, when it is empty and stopped, why. One thread at a time. */
int oli_channel_take(oli_channel* channel, size_t used, size_t max, oli_batch* batch);

/* Waits until there is something to take, until [due_ns] or a stop; say first what is used up,
 * because a full channel gets no news. OL_OK, OL_TIMED_OUT, or why it was stopped (only once it is
 * empty). One thread at a time. */
int oli_channel_wait(oli_channel* channel, uint64_t due_ns);

/* Frees a batch's memory; an empty one too. Its records are not used up by this: oli_channel_take
 * says so. */
void oli_batch_free(oli_batch* batch);

/* Nothing goes in any more; [why] is what putters and, later, the taker get. The first wins.
 * [any] */
void oli_channel_stop(oli_channel* channel, int why);

/* Stops, and throws away what is queued: the reader has left. [any] */
void oli_channel_cut(oli_channel* channel, int why);

/* How many records were dropped; how many are queued; how many the taker is behind. [any] */
uint64_t oli_channel_dropped(oli_channel* channel);
size_t oli_channel_len(oli_channel* channel);
size_t oli_channel_behind(oli_channel* channel);

#endif
