/* slab.h: many small jobs that crossed into C at once. Floor 1.
 *
 * A record is what is left of a job that is flat (flat.h) and was called without options: its id,
 * its slots. A slab holds records of one worker, one behind the other, as they were called. It
 * stands in its pool's queue as one task: threads join it and claim record after record by a
 * cursor, so that no record costs a lock, and none waits behind a long one while a thread is free.
 * A thread claims one each time it joins, and more as long as its shift goes on, so a slab that was
 * joined as often as it has records needs no place in the queue any more.
 *
 *   waiting   cursor <= its index: nobody has it
 *   claimed   of the thread whose step of the cursor gave it
 *   arrived   its results stand in its slots, or in an ordinary job that went home under its id; in
 *             the arrivals of its environment until the loop takes it
 *
 * A slab is counted (refs): one for the queue that it stands in, one for each thread at work at it,
 * one for the loop, until its last record is settled or the environment ends. */
#ifndef OLI_SLAB_H
#define OLI_SLAB_H

#include "flat.h"
#include "list.h"
#include "plat.h"
#include "queue.h"

typedef struct oli_record {
  struct oli_record* next; /* behind it among the arrivals */
  uint32_t id;             /* names the job in the layer */
  uint32_t offset;         /* bytes from the start of its slab */
  float wait_us, run_us;   /* how long it waited for a thread, and ran; see below */
  double slots[];
} oli_record;

/* In run_us: it did not run, for want of memory; an ordinary job has gone home in its place. */
#define OLI_RECORD_NO_MEMORY (-1.0f)
#define OLI_RECORD_GONE (-2.0f)

typedef struct oli_slab {
  oli_task task;
  uint32_t joined; /* how often a thread came to it, under the lock of its queue's owner */
  const oli_flat* flat;
  void* worker;  /* its owner's: of whose jobs the records are */
  oli_link link; /* of its owner, on the loop */
  uint64_t queued_ns;
  uint32_t stride; /* bytes from a record to the next */
  uint32_t count;
  uint32_t unsettled; /* records; loop only */
  atomic_uint cursor; /* the next record to be claimed; may run past the end */
  atomic_uint refs;
  double records[]; /* count times stride bytes */
} oli_slab;

/* A slab of [count] records with one reference. Of a record nothing is set but its offset. NULL:
 * out of memory. */
oli_slab* oli_slab_new(const oli_flat* flat, uint32_t count);

void oli_slab_ref(oli_slab* slab);

/* True: it was the last one, and the slab is the caller's to free. */
bool oli_slab_unref(oli_slab* slab);

oli_record* oli_slab_at(oli_slab* slab, uint32_t index);
oli_slab* oli_slab_of(oli_record* record);

/* The next record that nobody has; NULL: there is none. [any] */
oli_record* oli_slab_claim(oli_slab* slab);

/* How many nobody has. [any] */
uint32_t oli_slab_left(oli_slab* slab);
bool oli_slab_used_up(oli_slab* slab);

/* Takes away all that nobody has claimed. [any] */
void oli_slab_cut(oli_slab* slab);

/* ---- Arrivals ------------------------------------------------------------------------------ */

/* Records on their way back to the loop: threads push them one by one, the loop takes all that
 * there are. It is Treiber's stack (IBM RJ 5118, 1986), whose trouble with an element that leaves
 * and comes back cannot arise where nothing but all of it is taken. */
typedef struct oli_arrivals {
  _Atomic(oli_record*) top;
} oli_arrivals;

void oli_arrivals_init(oli_arrivals* arrivals);

/* True: there were none before, so the loop has to be told. What the thread wrote into the record
 * is seen by who takes it. [any] */
bool oli_arrivals_push(oli_arrivals* arrivals, oli_record* record);

/* All of them, linked by next in the order in which they came, and the last of them; NULL: none.
 * [loop] */
oli_record* oli_arrivals_take(oli_arrivals* arrivals, oli_record** last);

#endif
