/* pool.c: threads that wait for jobs under one lock.
 *
 * A thread is, in turn: made by a push, under the lock; running a job, without it; idle, for
 * linger_ns at most; gone. Jobs are run in the order of pushing, one at a time by a thread.
 *
 * Invariants whenever the lock is free:
 *   - a queue that is not empty has a living thread: a thread leaves an empty queue or a closed
 *     pool, and closing empties the queue;
 *   - for each queued job, up to [idle], one idle thread was signalled after the job was queued. An
 *     idle thread that wakes for whatever reason looks at the queue, so a signal that meets a
 *     thread which has just given up waiting is not lost;
 *   - each queued job past those has a thread on its way, or none could be added when it came.
 * The lock is a leaf. Making a thread under it costs others a moment, and no push ever has to
 * account for a thread that another push has announced and then could not make. */
#include "pool.h"

void oli_pool_init(oli_pool* pool) {
  oli_mutex_init(&pool->lock);
  oli_cond_init(&pool->wake);
  oli_list_init(&pool->queue);
  pool->queued = pool->threads = pool->idle = 0;
  pool->closed = false;
}

void oli_pool_destroy(oli_pool* pool) {
  oli_cond_destroy(&pool->wake);
  oli_mutex_destroy(&pool->lock);
}

/* ---- The queue ----------------------------------------------------------------------------- */

static void pool_add_locked(oli_pool* pool, ol_job* job) {
  oli_list_push(&pool->queue, &job->link);
  job->in_pool = true;
  pool->queued++;
}

static void pool_take_out_locked(oli_pool* pool, ol_job* job) {
  oli_link_remove(&job->link);
  job->in_pool = false;
  pool->queued--;
}

/* NULL: the queue is empty. */
static ol_job* pool_first_locked(oli_pool* pool) {
  if (oli_list_empty(&pool->queue)) return NULL;
  ol_job* job = OLI_OF(pool->queue.head.next, ol_job, link);
  pool_take_out_locked(pool, job);
  return job;
}

/* ---- Threads ------------------------------------------------------------------------------- */

/* Until there is a job, or it has waited too long, or the pool is closed. */
static void pool_idle_locked(oli_pool* pool) {
  uint64_t due_ns = oli_now_ns() + pool->linger_ns;
  bool waits = true;
  pool->idle++;
  while (waits && !pool->closed && oli_list_empty(&pool->queue)) {
    waits = oli_cond_wait_until(&pool->wake, &pool->lock, due_ns);
  }
  pool->idle--;
}

/* NULL: the thread is to go, and is no longer counted. */
static ol_job* pool_next(oli_pool* pool) {
  oli_mutex_lock(&pool->lock);
  if (oli_list_empty(&pool->queue)) pool_idle_locked(pool);
  ol_job* job = pool_first_locked(pool);
  if (job == NULL) pool->threads--;
  oli_mutex_unlock(&pool->lock);
  return job;
}

/* The pool may be gone after the drop. */
static void pool_thread(void* arg) {
  oli_pool* pool = arg;
  ol_job* job;
  while ((job = pool_next(pool)) != NULL) pool->run(job);
  pool->drop(pool->owner);
}

/* False: the system gives none. The new thread waits for the lock. */
static bool pool_grow_locked(oli_pool* pool) {
  oli_thread thread;
  pool->hold(pool->owner);
  if (oli_thread_start(&thread, pool->name, pool_thread, pool) != 0) {
    pool->drop(pool->owner);
    return false;
  }
  oli_thread_detach(thread);
  pool->threads++;
  return true;
}

/* ---- Pushing ------------------------------------------------------------------------------- */

/* A thread for one more job than is queued; [pushed] tells why there is none. A pool that queues is
 * content with threads that are busy. */
static bool pool_finds_thread_locked(oli_pool* pool, enum oli_pool_pushed* pushed) {
  if (pool->queued < pool->idle) {
    oli_cond_signal(&pool->wake);
    return true;
  }
  bool may_grow = pool->threads < pool->threads_max;
  if (may_grow && pool_grow_locked(pool)) return true;
  *pushed = may_grow ? OLI_POOL_NO_THREAD : OLI_POOL_FULL;
  return !pool->refuses && pool->threads > 0;
}

static enum oli_pool_pushed pool_push_locked(oli_pool* pool, ol_job* job) {
  enum oli_pool_pushed pushed = OLI_POOL_PUSHED;
  if (pool->closed) return OLI_POOL_CLOSED;
  if (!pool_finds_thread_locked(pool, &pushed)) return pushed;
  pool_add_locked(pool, job);
  return OLI_POOL_PUSHED;
}

/* Whoever stops the job sets the flag first and then looks for it in the queue; here it is queued
 * only if the flag is not set, under the queue's lock: one of the two sends it home. */
enum oli_pool_pushed oli_pool_push(oli_pool* pool, ol_job* job) {
  enum oli_pool_pushed pushed = OLI_POOL_PUSHED;
  oli_mutex_lock(&pool->lock);
  bool stopped = oli_job_is_void(job);
  if (!stopped) pushed = pool_push_locked(pool, job);
  oli_mutex_unlock(&pool->lock);
  if (!stopped) return pushed;
  oli_job_skip(job);
  job->kind->home(job);
  return OLI_POOL_PUSHED;
}

bool oli_pool_remove(oli_pool* pool, ol_job* job) {
  oli_mutex_lock(&pool->lock);
  bool queued = job->in_pool;
  if (queued) pool_take_out_locked(pool, job);
  oli_mutex_unlock(&pool->lock);
  return queued;
}

void oli_pool_close(oli_pool* pool, oli_list* jobs) {
  ol_job* job;
  oli_list_init(jobs);
  oli_mutex_lock(&pool->lock);
  pool->closed = true;
  while ((job = pool_first_locked(pool)) != NULL) oli_list_push(jobs, &job->link);
  oli_cond_broadcast(&pool->wake);
  oli_mutex_unlock(&pool->lock);
}
