/* ends.h: the environments of the process, the jobs that run in them, and how long an end waits for
 * these. Floor 2.
 *
 * A job that runs cannot be ended from outside. At the end of its environment it is told to stop,
 * and waited for: what it uses, such as the statics of C++ and the library of OL_SETUP, may go
 * after that. The wait has a limit, because the job may never listen: OFFLOOP_EXIT_MS, below 0 for
 * none. It begins when the jobs are told, and the exit of the process gives all environments one
 * and the same end.
 *
 * An environment is listed until its memory goes: its jobs may run longer than it lives.
 *
 * Lock order: the lock of the list is a leaf. */
#ifndef OLI_ENDS_H
#define OLI_ENDS_H

#include "list.h"
#include "node_api.h"
#include "plat.h"

struct oli_env;

/* Of an environment, embedded there. */
typedef struct oli_ends {
  oli_link link;         /* among the environments, under that list's lock */
  atomic_size_t running; /* threads in jobs: from before execute until they are home, or freed */
  atomic_bool awaited;   /* somebody waits for [running] to be zero, on env->quiet */
  uint64_t grace_ns;     /* for jobs that run; UINT64_MAX: without a limit */
  uint64_t due_ns;       /* when the wait for them ends; 0: they were not told to stop; loop only */
} oli_ends;

void oli_ends_init(oli_ends* ends);

/* Makes it known to the process; the second, with its memory, is harmless without the first. */
void oli_ends_list(struct oli_env* env);
void oli_ends_unlist(struct oli_env* env);

/* The environment of [napi] that has not ended; NULL: there is none. [loop] */
struct oli_env* oli_ends_find(napi_env napi);

/* Around all that a job does with the author's code off the loop. A job that is held goes on being
 * counted. The environment's memory must outlive the second. [any] */
void oli_ends_enter(struct oli_env* env);
void oli_ends_leave(struct oli_env* env);

/* Whether a job of any environment runs, also of one that has ended. [any] */
bool oli_ends_any_running(void);

/* All jobs are told to stop: the wait begins, unless it has before. [process]: it is to be that of
 * all environments, because the process exits. [loop] */
void oli_ends_begin(struct oli_env* env, bool process);

/* The process did not exit after all. [loop] */
void oli_ends_revoke(struct oli_env* env, bool process);

/* When the wait ends; UINT64_MAX: it does not. [loop] */
uint64_t oli_ends_due(const struct oli_env* env);

/* Waits until no job runs, or the wait ends. [loop] */
void oli_ends_await(struct oli_env* env);

#endif
