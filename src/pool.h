/* pool.h: threads of our own that run jobs, come and go. Floor 1.
 *
 * A job that is pushed finds an idle thread, or a new one is made, up to the limit; past it the job
 * waits in the queue, or is refused, as the pool was told. An idle thread goes away after a while.
 *
 * Threads are detached. Each holds its pool's owner (hold, drop) for as long as it lives, so the
 * owner, and the pool in it, outlive them. A closed pool takes no more jobs and gives out those
 * that are queued; idle threads leave at once, the others after the job that they run. */
#ifndef OLI_POOL_H
#define OLI_POOL_H

#include "job.h"

typedef struct oli_pool {
  /* Set by the owner before oli_pool_init. */
  const char* name;   /* of its threads, at most 15 bytes */
  size_t threads_max; /* at least 1 */
  bool refuses;       /* a job that finds all threads busy is refused instead of queued */
  uint64_t linger_ns; /* how long an idle thread stays */
  void* owner;
  /* Called under the pool's lock by a push, whose caller holds the owner too. */
  void (*hold)(void* owner);
  /* For each hold: by a thread as its last deed, with no lock held; or at once, under the lock,
   * when no thread could be made. */
  void (*drop)(void* owner);
  /* Runs a job and brings it home. No lock is held. */
  void (*run)(ol_job* job);

  oli_mutex lock; /* guards what follows, and link and in_pool of the jobs in the queue */
  oli_cond wake;
  oli_list queue;
  size_t queued;  /* jobs in the queue */
  size_t threads; /* that live */
  size_t idle;    /* that wait for a job, those that a signal has not yet woken included */
  bool closed;
} oli_pool;

enum oli_pool_pushed { OLI_POOL_PUSHED, OLI_POOL_FULL, OLI_POOL_CLOSED, OLI_POOL_NO_THREAD };

/* Destroying needs a pool without threads: the last drop of its owner does it. */
void oli_pool_init(oli_pool* pool);
void oli_pool_destroy(oli_pool* pool);

/* Anything but OLI_POOL_PUSHED leaves the job with the caller. A pushed one is not touched any
 * more: it may be home already. A job that was stopped meanwhile is skipped and sent home instead
 * of queued, by this call. FULL: the pool refuses, and all threads have work. NO_THREAD: the system
 * gives no new thread, and no thread lives that will come to this job; of a pool that refuses, none
 * that is free. [any] */
enum oli_pool_pushed oli_pool_push(oli_pool* pool, ol_job* job);

/* Takes a job out of the queue. False: it is not there. [any] */
bool oli_pool_remove(oli_pool* pool, ol_job* job);

/* Takes no more jobs, moves those queued to [jobs], which is set by this, and lets the threads go.
 * Twice is harmless. [any] */
void oli_pool_close(oli_pool* pool, oli_list* jobs);

#endif
