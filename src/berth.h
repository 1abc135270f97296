/* berth.h: a pool as one environment uses it. Floor 2.
 *
 * Every worker has a berth, that of its pool; a call may choose another. So a job knows where it
 * waits and is counted, and the layer knows a berth by its number, which is env->berths' index.
 * Node's pool has a berth too, without a quay.
 *
 * Owned by the environment, made, told and freed by its loop. A berth of a table lives as long as
 * the environment, one of createPool until its object is collected and its jobs are settled. A
 * thread knows it by a job that it owns, or by the quay's list of users, under the lock there.
 *
 * The end of an environment: its jobs have been stopped, and with that taken out of the queues;
 * then it leaves its quays, but holds them until it is freed: a job that was between two queues may
 * still be pushed. */
#ifndef OLI_BERTH_H
#define OLI_BERTH_H

#include "job.h"
#include "node_api.h"
#include "quay.h"
#include "tally.h"

struct oli_env;

/* What the layer waits for. */
enum oli_berth_wish {
  OLI_BERTH_ROOM = 1, /* one more job would not be one too many */
  OLI_BERTH_IDLE = 2, /* no job is in flight */
  OLI_BERTH_GONE = 4, /* the pool, which was closed, has no thread any more */
  OLI_BERTH_DRAIN = 8 /* the same as the first, each time that it was otherwise; stays a wish */
};

typedef struct oli_berth {
  oli_quay_user user;
  struct oli_env* env;
  const ol_pool* source; /* the table; NULL: made by createPool */
  ol_pool table;         /* as it is meant; of createPool without a name */
  oli_quay* quay;        /* held; NULL: Node's pool */
  bool left;             /* the quay was */
  uint32_t slot;         /* in env->berths */
  size_t in_flight;      /* submitted, and not freed yet */
  unsigned wishes;       /* enum oli_berth_wish */
  size_t drains;         /* pool.fills when the layer was told last that it has drained */
  bool forgotten;        /* its object is gone */
  oli_tally tally;
} oli_berth;

/* Of the environment, embedded there; loop only. */
typedef struct oli_berths {
  oli_berth** slots; /* the first is never used; NULL: free */
  uint32_t count;
  size_t wished;     /* berths with wishes */
  oli_berth* common; /* that of the default pool, which is always there */
} oli_berths;

/* The berth of a table, made when there is none. NULL: an exception is pending, which may say what
 * is wrong with the table, and name the worker; NULL: the table was exported by itself. [loop] */
oli_berth* oli_berth_get(struct oli_env* env, const ol_pool* pool, const char* worker);

/* That of the layer's number; 0 or another that is none: NULL. [loop] */
oli_berth* oli_berth_at(struct oli_env* env, uint32_t slot);

/* A job is submitted. [loop] */
void oli_berth_enter(ol_job* job);

/* Hands a job over to its quay: it runs, or comes home failed. [any] */
void oli_berth_push(ol_job* job);

/* Whether what crosses in batches may wait there: nobody counts or refuses what does, and there is
 * more than one thread. [loop] */
bool oli_berth_takes_slabs(const oli_berth* berth);

/* Queues a task that takes care of itself, which its environment outlives, with Node's pool or the
 * quay; takes it out. [loop]; [any] */
enum oli_pool_pushed oli_berth_push_task(oli_berth* berth, oli_task* task);
bool oli_berth_remove_task(oli_berth* berth, oli_task* task);

/* Sends a job home that was not pushed, for that reason. [any] */
void oli_berth_refuse(ol_job* job, enum oli_pool_pushed pushed);

/* It begins, on its thread; it is over, and may never have begun. Once each, before it comes home.
 * [any] */
void oli_berth_begin(ol_job* job);
void oli_berth_finish(ol_job* job);

/* How long a job that runs, or is held, has had its thread; 0: it never ran or is over. [loop] */
uint64_t oli_berth_running_ns(const ol_job* job, uint64_t now_ns);

/* It is settled, or thrown away, and will be freed. [loop] */
void oli_berth_leave(ol_job* job);

/* Tells the layer what it wished to know. [loop] */
void oli_berth_deliver(struct oli_env* env);

/* The end of the environment: nothing of it is queued or pushed any more. [loop] */
void oli_berth_leave_all(struct oli_env* env);

/* With the environment. */
void oli_berth_free_all(struct oli_env* env);

/* Adds what the layer needs for pools. */
napi_status oli_berth_natives(struct oli_env* env, napi_value native);

#endif
