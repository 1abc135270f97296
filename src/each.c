/* each.c: ol_each, a loop over indices that idle threads help with. Floor 1.
 *
 * Shape: the loop lives on the stack of its caller, who works at it like anybody else. Beside that
 * it is a task of a pool, which idle threads may join. Whoever works claims chunk after chunk by
 * one atomic cursor: a fixed part of what is left for each thread, so that chunks are large at
 * first and single indices at the end, when the threads are to finish together. That is guided
 * self-scheduling (C. D. Polychronopoulos, D. J. Kuck, IEEE Transactions on Computers C-36, 1987).
 *
 * Why it cannot wait for ever: the caller takes the task out of the pool again when there is no
 * index left, and then waits only for those that have joined. These have a thread, and work at
 * nothing but this loop. What they wait for are loops within its bodies, and whoever has joined
 * such a loop came later: no circle. A pool that is full, busy or closed sends no helper.
 *
 * A helper touches the loop last under the job's stop lock, when it leaves; [joined] is under the
 * pool's lock and does not change any more once the task is out of the pool.
 *
 * While a loop runs, no thread is execute's own (job->thread is 0): ol_emit of a body must not lend
 * the turn of a handle that other bodies use, and ol_receive and ol_call refuse. */
#include "job.h"
#include "pool.h"

/* The first chunks are such a part of a thread's share; the fewer, the less there is to claim. */
#define EACH_PARTS 8u

typedef struct each_loop {
  oli_task task;
  ol_job* job;
  oli_pool* pool; /* whose task it is; NULL: nobody's */
  int (*body)(ol_job* job, void* state, size_t begin, size_t end);
  size_t n;
  size_t divisor;     /* of what is left, for a chunk */
  atomic_size_t next; /* the first index that nobody has claimed */
  atomic_int status;  /* the first of a body that was not OL_OK */
  size_t joined;      /* helpers */
  size_t left;        /* of these, that are through; under the job's lock */
  oli_cond leave;     /* tells that one more has left */
} each_loop;

/* ---- Working at it ------------------------------------------------------------------------- */

/* False: all indices are claimed. */
static bool each_claim(each_loop* loop, size_t* begin, size_t* end) {
  *begin = atomic_load_explicit(&loop->next, memory_order_relaxed);
  do {
    size_t rest = loop->n - *begin;
    if (rest == 0) return false;
    *end = *begin + (rest < loop->divisor ? 1 : rest / loop->divisor);
  } while (!atomic_compare_exchange_weak_explicit(&loop->next, begin, *end, memory_order_relaxed,
                                                  memory_order_relaxed));
  return true;
}

static bool each_goes_on(const each_loop* loop) {
  return atomic_load_explicit(&loop->status, memory_order_relaxed) == OL_OK &&
         ol_stopped(loop->job) == OL_OK;
}

static void each_work(each_loop* loop) {
  size_t begin, end;
  while (each_goes_on(loop) && each_claim(loop, &begin, &end)) {
    int first = OL_OK;
    int status = loop->body(loop->job, loop->job->state, begin, end);
    if (status != OL_OK) atomic_compare_exchange_strong(&loop->status, &first, status);
  }
}

/* ---- Helpers ------------------------------------------------------------------------------- */

static bool each_join(oli_task* task) {
  OLI_OF(task, each_loop, task)->joined++;
  return --task->jobs > 0;
}

typedef struct each_helper {
  each_loop* loop;
  oli_shift* shift;
} each_helper;

/* The loop, and the job with it, may be gone when the lock is free. */
static void each_leave(each_helper* helper) {
  each_loop* loop = helper->loop;
  oli_mutex* lock = &loop->job->lock;
  helper->shift->done(helper->shift);
  oli_mutex_lock(lock);
  loop->left++;
  oli_cond_signal(&loop->leave);
  oli_mutex_unlock(lock);
}

static void each_help_on(void* helper) {
  each_work(((each_helper*) helper)->loop);
}

/* A body has ended the helper's thread: the job fails. */
static void each_lose_helper(void* helper) {
  oli_job_lose_thread(((each_helper*) helper)->loop->job);
  each_leave(helper);
}

static void each_help(oli_task* task, oli_shift* shift) {
  each_helper helper = {OLI_OF(task, each_loop, task), shift};
  oli_thread_guard(each_help_on, each_lose_helper, &helper);
  each_leave(&helper);
}

static const oli_task_kind each_kind = {each_join, each_help, NULL, true, NULL};

static void each_await_helpers(each_loop* loop) {
  oli_mutex_lock(&loop->job->lock);
  while (loop->left < loop->joined) oli_cond_wait(&loop->leave, &loop->job->lock);
  oli_mutex_unlock(&loop->job->lock);
}

static void each_work_on(void* loop) {
  each_work(loop);
}

/* Nobody joins any more, and who has joined is through. */
static void each_finish(each_loop* loop) {
  if (loop->pool != NULL) oli_pool_remove(loop->pool, &loop->task);
  each_await_helpers(loop);
  oli_cond_destroy(&loop->leave);
}

/* A body has ended execute's thread, and the loop goes with its stack. */
static void each_lose_caller(void* loop) {
  oli_job_lose_thread(((each_loop*) loop)->job);
  each_finish(loop);
}

static void each_share(each_loop* loop, oli_pool* pool) {
  oli_cond_init(&loop->leave);
  if (oli_pool_push(pool, &loop->task) == OLI_POOL_PUSHED) loop->pool = pool;
  oli_thread_guard(each_work_on, each_lose_caller, loop);
  each_finish(loop);
}

/* ---- ol_each ------------------------------------------------------------------------------- */

/* How many helpers could be of use. */
static uint32_t each_helpers(const oli_pool* pool, size_t n) {
  if (pool == NULL || n < 2) return 0;
  size_t most = pool->threads_max < UINT32_MAX ? pool->threads_max : UINT32_MAX;
  return (uint32_t) (n - 1 < most ? n - 1 : most);
}

static void each_run(each_loop* loop) {
  ol_job* job = loop->job;
  oli_pool* pool = job->kind->helpers == NULL ? NULL : job->kind->helpers(job);
  uint32_t helpers = each_helpers(pool, loop->n);
  loop->task.jobs = helpers;
  loop->divisor = ((size_t) helpers + 1) * EACH_PARTS;
  uintptr_t own = atomic_exchange(&job->thread, 0);
  if (helpers > 0) {
    each_share(loop, pool);
  } else {
    each_work(loop);
  }
  atomic_store(&job->thread, own);
}

int ol_each(ol_job* job, size_t n,
            int (*body)(ol_job* job, void* state, size_t begin, size_t end)) {
  if (body == NULL) return OL_INVALID;
  each_loop loop = {.job = job, .body = body, .n = n};
  loop.task.kind = &each_kind;
  loop.task.priority = job->task.priority;
  atomic_init(&loop.next, 0);
  atomic_init(&loop.status, OL_OK);
  each_run(&loop);
  int status = atomic_load(&loop.status);
  if (status != OL_OK) return status;
  return atomic_load(&loop.next) < n ? ol_stopped(job) : OL_OK;
}
