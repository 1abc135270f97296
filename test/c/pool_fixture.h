/* pool_fixture.h: a pool with an owner that counts, and jobs that count where they end. */
#ifndef POOL_FIXTURE_H
#define POOL_FIXTURE_H

#include "check.h"
#include "job.h"
#include "nap.h"
#include "pool.h"

#define LONG_NS (UINT64_C(3600) * 1000000000)

/* Freed by the last drop, as an environment is; so a late touch of the pool is a use after free. */
typedef struct owner {
  oli_pool pool;
  atomic_int refs;
} owner;

static atomic_int owners, runs, homes;
static atomic_int late; /* jobs that were stopped between their queue and execute */

static void owner_hold(void* arg) {
  owner* self = arg;
  CHECK(atomic_fetch_add(&self->refs, 1) > 0);
}

static void owner_drop(void* arg) {
  owner* self = arg;
  if (atomic_fetch_sub(&self->refs, 1) != 1) return;
  oli_pool_destroy(&self->pool);
  free(self);
  atomic_fetch_sub(&owners, 1);
}

typedef struct work {
  oli_pool* pool;
  atomic_bool* gate; /* closed: the job waits; NULL: it does not */
  int* order;        /* where it notes how many ran before it; NULL: nowhere */
  bool ran;
  atomic_bool* home_gate; /* as the other, where it goes home */
} work;

static int work_execute(ol_job* job, void* state) {
  work* self = state;
  (void) job;
  int before = atomic_fetch_add(&runs, 1);
  CHECK(!self->ran);
  self->ran = true;
  if (self->order != NULL) *self->order = before;
  while (self->gate != NULL && !atomic_load(self->gate)) nap_ms(1);
  return OL_OK;
}

/* A job is over, and freed, before its thread looks for the next one. */
static void work_run(oli_task* task, oli_shift* shift) {
  ol_job* job = oli_job_of(task);
  oli_job_run(job, NULL);
  shift->done(shift);
  if (!((work*) job->state)->ran) atomic_fetch_add(&late, 1);
  job->kind->home(job);
}

static bool work_is_void(const oli_task* task) {
  return oli_job_is_void(oli_job_of(task));
}

static const oli_task_kind work_task = {NULL, work_run, work_is_void, false, NULL};

static inline owner* owner_new(size_t threads_max, bool refuses, uint64_t idle_ns) {
  owner* self = calloc(1, sizeof *self);
  CHECK(self != NULL);
  atomic_fetch_add(&owners, 1);
  atomic_init(&self->refs, 1);
  self->pool.name = "pool test";
  self->pool.threads_max = threads_max;
  self->pool.refuses = refuses;
  self->pool.idle_ns = idle_ns;
  self->pool.owner = self;
  self->pool.hold = owner_hold;
  self->pool.drop = owner_drop;
  oli_pool_init(&self->pool);
  return self;
}

static inline size_t owner_count(owner* self, const size_t* count) {
  oli_mutex_lock(&self->pool.lock);
  size_t found = *count;
  oli_mutex_unlock(&self->pool.lock);
  return found;
}

#define THREADS(OWNER) owner_count((OWNER), &(OWNER)->pool.threads)
#define IDLE(OWNER) owner_count((OWNER), &(OWNER)->pool.idle)
#define QUEUED(OWNER) owner_count((OWNER), &(OWNER)->pool.queue.len)

static const ol_worker work_worker = {OL_WORKER("work", work, work_execute)};

static bool work_unqueue(ol_job* job) {
  return oli_pool_remove(((work*) job->state)->pool, &job->task);
}

static void work_home(ol_job* job) {
  const work* self = job->state;
  CHECK(atomic_load(&job->status) != OLI_NOT_OVER);
  while (self->home_gate != NULL && !atomic_load(self->home_gate)) nap_ms(1);
  oli_job_free(job);
  atomic_fetch_add(&homes, 1);
}

static const oli_job_kind work_kind = {sizeof(oli_job_kind), work_unqueue, work_home, NULL,
                                       &work_task,           NULL};

/* As the owners of real pools do: a job that was stopped on its way into the queue is skipped. */
static inline enum oli_pool_pushed work_push(oli_pool* pool, ol_job* job) {
  enum oli_pool_pushed pushed = oli_pool_push(pool, &job->task);
  if (pushed != OLI_POOL_VOID) return pushed;
  oli_job_skip(job);
  job->kind->home(job);
  return OLI_POOL_PUSHED;
}

static inline ol_job* work_new(owner* self, atomic_bool* gate, int* order) {
  ol_job* job = oli_job_new(&work_kind, &work_worker);
  CHECK(job != NULL);
  *(work*) job->state = (work){.pool = &self->pool, .gate = gate, .order = order};
  return job;
}

static inline void push(owner* self, atomic_bool* gate, int* order) {
  CHECK(work_push(&self->pool, work_new(self, gate, order)) == OLI_POOL_PUSHED);
}

/* Closes a pool whose queue is empty, gives it up, and waits for the last of its threads. */
static inline void owner_end(owner* self) {
  oli_list left;
  oli_pool_close(&self->pool, &left);
  CHECK(oli_list_empty(&left));
  owner_drop(self);
  NAP_UNTIL(atomic_load(&owners) == 0);
  atomic_store(&runs, 0);
  atomic_store(&homes, 0);
}

#endif
