/* node_pool.h: running jobs on Node's own threads. Floor 2.
 *
 * Tasks, which are jobs or hold many of them, wait in a queue of ours (queue.h). A runner is one
 * napi_async_work that takes one after the other until the queue is empty, so that a flood of short
 * jobs costs neither an async work nor a wake-up each.
 *
 * Invariants, under pool->lock, where jobs are counted as the queue does:
 *   - while jobs are queued and fewer than runners_max are alive, as many runners wait to start as
 *     jobs do, or one of these kicks, or wakes the loop, which does: who queued the last job; or,
 *     when the queue seemed too little work for several threads, the one runner that waits, as soon
 *     as it has begun, or has taken the job it was called for;
 *   - no more than runners_max + 1 are alive, and the last of these only waits.
 *
 * A runner that finds no job after several lingers a moment, without a call of Node-API between: a
 * job that is queued calls it, and it counts as waiting from there until it looks. One lingers at a
 * time.
 *
 * Fairness to fs, dns and others on the same threads: a runner that has worked for a slice asks the
 * loop for a relief, which waits in Node's queue behind whatever came before it. The runner leaves
 * when it sees one waiting, also from the midst of a task of many jobs, which goes on to stand in
 * the queue as long as it needs another thread. While the loop is blocked no relief comes, and the
 * runner goes on. */
#ifndef OLI_NODE_POOL_H
#define OLI_NODE_POOL_H

#include "job.h"

typedef struct oli_node_pool {
  oli_mutex lock;
  oli_queue queue;
  size_t runners_max; /* as many threads as Node has */
  size_t runners;     /* alive */
  size_t waiting;     /* of these, not started by Node yet */
  atomic_size_t busy; /* of these, at work at a task; added to under the lock */
  bool relief_wanted;
  bool closed;
  uint64_t job_ns; /* what a job takes, on average of the last few */
  oli_cond call;   /* tells the runner that lingers */
  bool lingering;  /* one does */
  bool called;     /* and there is a job for it: it counts as waiting until it looks */
  oli_list given;  /* runners that Node has, linked by runner->link; loop only, without the lock */
} oli_node_pool;

void oli_node_pool_init(oli_node_pool* pool);
void oli_node_pool_destroy(oli_node_pool* pool);

enum oli_pushed {
  OLI_PUSHED,         /* queued */
  OLI_PUSHED_STARVED, /* queued, and a runner more could take it at once: kick, or wake the loop */
  OLI_PUSH_CLOSED,    /* the pool is; the task is still the caller's */
  OLI_PUSH_VOID,      /* it was stopped meanwhile, likewise */
  OLI_PUSH_LATE       /* it does not wait, and as many are at work as may; likewise */
};

/* Queues a task. [any] */
enum oli_pushed oli_node_pool_push(oli_node_pool* pool, oli_task* task);

/* Takes a task out of the queue. False: it is not there. [any] */
bool oli_node_pool_remove(oli_node_pool* pool, oli_task* task);

/* Starts the runners that are missing, unless the environment ends. [loop] */
void oli_node_pool_kick(struct oli_env* env);

/* Takes back the runners that Node has not started: it waits for them when the environment ends,
 * and they may stand behind jobs that last for ever. [loop] */
void oli_node_pool_recall(struct oli_env* env);

/* Takes no more tasks, and gives out those that are queued. [loop] */
void oli_node_pool_close(oli_node_pool* pool, oli_list* tasks);

#endif
