/* seat.h: where a thread runs the records of a slab, one after another. Floor 2.
 *
 * A record has no job of its own. The seat has one, which is run again for each record, as long as
 * it comes out clean: over, successful, with results that fit into slots. A job that failed, was
 * stopped, is held, or made something that has to be let go of goes home as any other job does,
 * under the record's id, and the seat takes a new one.
 *
 * The jobs of seats are in no table of ids. The environment lists them from the moment they are
 * made until they are freed, under its seats_lock, so that whoever stops all jobs finds those that
 * run and those that are held. That lock is taken before a job's stop lock and pool.lock.
 *
 * A job counts as running (ends.h) while its seat has it, and on its own, like any other,
 * from there until it is over. The statistics count it while it is not over. */
#ifndef OLI_SEAT_H
#define OLI_SEAT_H

#include "berth.h"
#include "env.h"
#include "slab.h"

/* The kind of a slab's task. */
extern const oli_task_kind oli_seat_task_kind;

/* Stops the jobs of all seats, for the end of the environment. [loop] */
void oli_seats_stop(oli_env* env);

/* Adds how many run now, and how long they have had a thread, all in all. [loop] */
void oli_seats_look(const oli_berth* berth, uint64_t now_ns, size_t* running, uint64_t* ns);

/* The job is about to be freed. [any] */
void oli_seat_forget(ol_job* job);

/* Undoes a reference to a slab of the environment, which may be gone with it. [any] */
void oli_seat_drop_slab(oli_slab* slab);

#endif
