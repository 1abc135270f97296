/* pool.h: threads of our own that work at tasks, come and go. Floor 1.
 *
 * A task that is pushed finds a thread that is idle, or a new one is made, up to the limit; past it
 * the task waits in the queue, or is refused, as the pool was told.
 *
 * How many may wait is counted in tasks and not in threads: a thread that is done with its task is
 * free from the moment it says so (oli_shift.done), however long it takes to come back to the
 * queue. So whoever learns that a task is over finds the room that it has left.
 *
 * Each thread holds its pool's owner (hold, drop) for as long as it lives, so the owner, and the
 * pool in it, outlive them. A closed pool takes no more tasks and gives out those that are queued;
 * idle threads leave at once, the others after the task that they work at. Of a closed pool each
 * thread that leaves joins the one that left before it, and whoever waits for the last one, or
 * destroys the pool, joins that. A thread that leaves an open pool is detached. */
#ifndef OLI_POOL_H
#define OLI_POOL_H

#include <stdatomic.h>

#include "plat.h"
#include "queue.h"
#include "timer.h"

typedef struct oli_pool {
  /* Set by the owner before oli_pool_init. */
  const char* name;   /* of its threads, at most 15 bytes; outlives the pool */
  size_t threads_max; /* at least 1 */
  size_t stack_size;  /* of a thread; 0: the system's */
  bool refuses;       /* a task is refused when it would be one too many to wait */
  size_t waiting_max; /* so many may, that no thread is free for; SIZE_MAX: any number */
  uint64_t idle_ns; /* how long an idle thread stays, and at most twice that; UINT64_MAX: always */
  uint64_t spin_ns; /* how long it looks for work before it sleeps; 0: not at all */
  void* owner;
  /* Called under the pool's lock, when the owner is held by somebody else too. */
  void (*hold)(void* owner);
  /* For each hold: by a thread as its last deed, with no lock held; or at once, under the lock,
   * when no thread could be made. */
  void (*drop)(void* owner);
  /* The last thread of a closed pool is about to drop the owner; NULL: nobody waits for that.
   * Called by that thread with no lock held. */
  void (*emptied)(void* owner);
  /* A task has left the queue without being run, or a thread its task: there may be room. No lock
   * is held. NULL: nobody is told. [any] */
  void (*moved)(void* owner);

  atomic_size_t work; /* queue.jobs; 1 when closed; written under the lock, read without it */
  atomic_size_t busy; /* threads at work at a task; added to under the lock */

  oli_mutex lock; /* guards what follows, and the tasks as far as they belong to their queue */
  oli_queue queue;
  size_t fills;      /* how often a push has found the pool full, or made it so */
  size_t threads;    /* that live; at least one while any is reserved */
  size_t reserved;   /* by oli_pool_reserve */
  size_t coming;     /* of these, made or woken or seen by a push, and not yet at the queue again */
  size_t spinning;   /* of these, looking at [work] */
  size_t called;     /* spinning ones that count as coming */
  size_t idle;       /* that sleep, uncalled; in [sleepers], who fell asleep last at the end */
  size_t idle_least; /* idle, at the fewest, since the retiring began to count */
  oli_list sleepers;
  oli_list spare; /* places for threads, kept until the pool is destroyed */
  bool closed;
  bool has_left;       /* the next two are of the thread that left the closed pool last */
  oli_thread left;     /* to be joined */
  uintptr_t left_self; /* its oli_thread_self */
  bool retiring;       /* [retire] is armed */
  uint64_t job_ns;     /* what a task of one thread takes, on average of the last few */
  oli_timer retire;
} oli_pool;

enum oli_pool_pushed {
  OLI_POOL_PUSHED,
  OLI_POOL_FULL,
  OLI_POOL_LATE,
  OLI_POOL_CLOSED,
  OLI_POOL_NO_THREAD,
  OLI_POOL_VOID
};

/* Destroying needs a pool without threads: the last drop of its owner does it. It waits for the
 * pool's timer, which takes the pool's lock and no other. */
void oli_pool_init(oli_pool* pool);
void oli_pool_destroy(oli_pool* pool);

/* Anything but OLI_POOL_PUSHED leaves the task with the caller. A pushed one is not touched any
 * more: it may be done and gone. FULL: the pool refuses, all threads have work, and as many wait as
 * may. LATE: all threads have work, and the task does not wait. NO_THREAD: the system gives no new
 * thread, and no thread lives that will come to this task; of a pool where none may wait, none that
 * is free. VOID: it was stopped meanwhile, and is to be skipped. The caller holds the owner until
 * this returns. [any] */
enum oli_pool_pushed oli_pool_push(oli_pool* pool, oli_task* task);

/* Keeps a thread alive, which is made when none lives, until oli_pool_unreserve: so no push is
 * refused for want of a thread meanwhile. Counts. False: none can be made. A closed pool keeps none
 * and always gives true. [any] */
bool oli_pool_reserve(oli_pool* pool);
void oli_pool_unreserve(oli_pool* pool);

/* Takes a task out of the queue. False: it is not there. [any] */
bool oli_pool_remove(oli_pool* pool, oli_task* task);

/* Takes the queued tasks that [match] is true of out, and puts them behind the end of [tasks].
 * [match] runs under the lock. [any] */
void oli_pool_take_if(oli_pool* pool, bool (*match)(const oli_task* task, void* arg), void* arg,
                      oli_list* tasks);

/* Takes no more tasks, moves those queued to [tasks], which is set by this, all but the optional
 * ones, and lets the threads go. Twice is harmless. [any] */
void oli_pool_close(oli_pool* pool, oli_list* tasks);

/* How many threads live. [any] */
size_t oli_pool_threads(oli_pool* pool);

/* Joins the last thread of a closed pool, where oli_pool_threads says that none is left: waits for
 * it to drop the owner and to end. Twice is harmless. Not on a thread of the pool. */
void oli_pool_join(oli_pool* pool);

/* Whether a task pushed now would be one too many to wait, also where it would not be refused.
 * [fills], unless NULL: how often the pool was full. [any] */
bool oli_pool_is_full(oli_pool* pool, size_t* fills);

#endif
