/* node_pool.h: running jobs on Node's own threads. Floor 2.
 *
 * Jobs wait in a queue of ours. A runner is one napi_async_work that takes job after job until the
 * queue is empty, so that a flood of short jobs costs neither an async work nor a wake-up each.
 *
 * Invariants, under pool->lock:
 *   - while jobs are queued and fewer than runners_max are alive, as many runners wait to start as
 *     jobs do, or whoever queued the last job kicks, or wakes the loop, which does;
 *   - no more than runners_max + 1 are alive, and the last of these only waits.
 *
 * Fairness to fs, dns and others on the same threads: a runner that has worked for a slice asks the
 * loop for a relief, which waits in Node's queue behind whatever came before it. The runner leaves
 * when it sees one waiting. While the loop is blocked no relief comes, and the runner goes on. */
#ifndef OLI_NODE_POOL_H
#define OLI_NODE_POOL_H

#include "job.h"

/* What worker tables point at. */
struct ol_pool {
  const char* name;
};

typedef struct oli_node_pool {
  oli_mutex lock;
  oli_list queue; /* linked by job->link */
  size_t queued;
  size_t runners_max; /* as many threads as Node has */
  size_t runners;     /* alive */
  size_t waiting;     /* of these, not started by Node yet */
  bool relief_wanted;
  bool closed;
  oli_list given; /* runners that Node has, linked by runner->link; loop only, without the lock */
} oli_node_pool;

void oli_node_pool_init(oli_node_pool* pool);

enum oli_pushed {
  OLI_PUSHED,         /* queued; or, stopped meanwhile, skipped and sent home */
  OLI_PUSHED_STARVED, /* queued, and a runner more could take it at once: kick, or wake the loop */
  OLI_PUSH_REFUSED    /* the pool is closed; the job is still the caller's */
};

/* Queues a job. [any] */
enum oli_pushed oli_node_pool_push(ol_job* job);

/* Takes a job out of the queue. False: it is not there. [any] */
bool oli_node_pool_remove(ol_job* job);

/* Starts the runners that are missing, unless the environment ends. [loop] */
void oli_node_pool_kick(struct oli_env* env);

/* Takes back the runners that Node has not started: it waits for them when the environment ends, and
 * they may stand behind jobs that last for ever. [loop] */
void oli_node_pool_recall(struct oli_env* env);

/* Takes no more jobs, and gives out those that are queued. [loop] */
void oli_node_pool_close(oli_node_pool* pool, oli_list* jobs);

#endif
