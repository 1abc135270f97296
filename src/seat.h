/* seat.h: where a thread runs the records of a slab, one after another. Floor 2.
 *
 * A record has no job of its own. The seat has one, which is run again for each record, as long as
 * it comes out clean: over, successful, with results that fit into slots. A job that failed, was
 * stopped, is held, or made something that has to be let go of goes home as any other job does,
 * under the record's id, and the seat takes a new one.
 *
 * A seat is on the stack of its thread and listed in its environment while the thread is at a slab,
 * so that whoever stops all jobs finds the one that runs. The environment's seats_lock guards the
 * list and the bond between a seat and its job: who frees a job, or takes the seat to pieces, undoes
 * it first. It is taken before a job's stop lock and pool.lock. */
#ifndef OLI_SEAT_H
#define OLI_SEAT_H

#include "berth.h"
#include "env.h"
#include "slab.h"

typedef struct oli_seat {
  oli_link link; /* in env->stage.seats */
  ol_job* job;   /* NULL: it has none, or that one went home */
  oli_berth* berth;
  atomic_uint_fast64_t from_ns; /* when its record was begun with */
} oli_seat;

/* The kind of a slab's task. */
extern const oli_task_kind oli_seat_task_kind;

/* Stops the jobs in all seats, for the end of the environment. [loop] */
void oli_seats_stop(oli_env* env);

/* How long the records that run now have been running, all in all. [loop] */
uint64_t oli_seats_running_ns(const oli_berth* berth, uint64_t now_ns);

/* The job is about to be freed. [any] */
void oli_seat_forget(ol_job* job);

/* Undoes a reference to a slab of the environment, which may be gone with it. [any] */
void oli_seat_drop_slab(oli_slab* slab);

#endif
