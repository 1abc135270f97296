/* progress.h: how far a job is, on its way to the one who listens. Floor 1.
 *
 * Any thread that holds the job puts values, one thread takes them. Under OL_PROGRESS_LATEST one
 * value waits at most, and a newer one takes its place; under OL_PROGRESS_EVERY all wait.
 *
 * States: quiet, nothing waits; told, something waits and the taker knows it, or the timer will
 * tell.
 *
 * Invariants whenever the lock is free:
 *   - told is set only while a value waits. The put that sets it sees to one notify: its own,
 *     once the lock is released, or that of the timer, which it has armed. So no news is lost:
 *     the notify comes behind the value, and a take behind it finds that one or a newer one;
 *   - a take that leaves nothing clears told, so that the next put tells again; one that leaves
 *     something says so, and its caller comes again unasked;
 *   - a value waits untold only where the timer has no thread: the next put tries again, and who
 *     settles the job takes it in any case.
 *
 * Order of locks: the timer's is taken under this one; notify runs under neither. */
#ifndef OLI_PROGRESS_H
#define OLI_PROGRESS_H

#include "job.h"

typedef struct oli_progress oli_progress;

typedef struct oli_progress_value {
  double done;
  double total; /* above 0; 0: not known */
} oli_progress_value;

/* From here on somebody listens to the job: [notify] is called on the putter's thread or on that of
 * the timer when there is something to take. Before the job is submitted. OL_OK or OL_NO_MEMORY. */
int oli_progress_open(ol_job* job, void (*notify)(ol_job* job));

/* The oldest value that waits. False: there is none. [more]: others wait behind it. One thread. */
bool oli_progress_take(oli_progress* progress, oli_progress_value* value, bool* more);

/* Whether there is one. */
bool oli_progress_waits(oli_progress* progress);

/* When the last value was taken, by oli_now_ns; 0: none was. For the thread that takes. */
uint64_t oli_progress_taken_ns(const oli_progress* progress);

/* Nobody puts any more. Once this returns, notify does not run and will not. Nobody listened, or
 * twice: harmless. */
void oli_progress_close(ol_job* job);

#endif
