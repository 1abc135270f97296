/* with: plat.c arena.c failure.c timer.c job.c queue.c pool.c each.c */
/* many loops on one pool, that is closed and loops that are stopped: no index is given twice */
#include "each_fixture.h"

enum { ROUNDS = 12, LOOPERS = 4, LOOPS = 40, MOST = 3000 };

/* A thread that runs one job after the other; its loops count what they are given. */
typedef struct runner {
  owner* owner;
  oli_thread thread;
  uint32_t seed;
  atomic_uchar seen[MOST];
  uintptr_t own;
  size_t n, stop_at;
  bool nests;
} runner;

static atomic_int stopped, complete, helped;

static int count_inner(ol_job* job, void* state, size_t begin, size_t end) {
  (void) job;
  (void) state;
  CHECK(begin < end);
  return OL_OK;
}

static int count_outer(ol_job* job, void* state, size_t begin, size_t end) {
  runner* self = ((looper*) state)->arg;
  for (size_t i = begin; i < end; i++) {
    atomic_fetch_add_explicit(&self->seen[i], 1, memory_order_relaxed);
    if (i == self->stop_at) ol_cancel(job);
  }
  if (oli_thread_self() != self->own) atomic_fetch_add(&helped, 1);
  if (ol_alloc(job, end - begin) == NULL) return OL_NO_MEMORY;
  return self->nests ? ol_each(job, end - begin, count_inner) : OL_OK;
}

static int count_all(ol_job* job, looper* looper) {
  runner* self = looper->arg;
  int status = ol_each(job, self->n, count_outer);
  CHECK(status == OL_OK || status == OL_CANCELLED);
  for (size_t i = 0; i < self->n; i++) {
    unsigned times = atomic_load_explicit(&self->seen[i], memory_order_relaxed);
    CHECK(times == 1 || (times == 0 && status == OL_CANCELLED));
    atomic_store_explicit(&self->seen[i], 0, memory_order_relaxed);
  }
  atomic_fetch_add(status == OL_OK ? &complete : &stopped, 1);
  return OL_OK;
}

static void runner_run(void* arg) {
  runner* self = arg;
  self->own = oli_thread_self();
  for (int i = 0; i < LOOPS; i++) {
    uint32_t chance = check_random(&self->seed);
    self->n = chance % MOST;
    self->nests = chance % 3 == 0;
    self->stop_at = chance % 4 == 0 ? chance % 1000 : MOST;
    looper_run(&self->owner->pool, count_all, self);
  }
  owner_drop(self->owner);
}

static void one_round(uint32_t* seed) {
  static runner runners[LOOPERS];
  oli_list left;
  owner* self = owner_new(1 + check_random(seed) % 4, false, 1000000);
  for (int i = 0; i < LOOPERS; i++) {
    runners[i].owner = self;
    runners[i].seed = check_random(seed);
    owner_hold(self);
  }
  for (int i = 0; i < LOOPERS; i++) {
    CHECK(oli_thread_start(&runners[i].thread, "runner", runner_run, &runners[i]) == 0);
  }
  if (check_random(seed) % 4 == 0) oli_pool_close(&self->pool, &left);
  for (int i = 0; i < LOOPERS; i++) oli_thread_join(runners[i].thread);
  CHECK(QUEUED(self) == 0);
  owner_end(self);
}

int main(void) {
  uint32_t seed = 11;
  for (int round = 0; round < ROUNDS; round++) one_round(&seed);
  CHECK(atomic_load(&complete) + atomic_load(&stopped) == ROUNDS * LOOPERS * LOOPS);
  CHECK(atomic_load(&complete) > 0 && atomic_load(&stopped) > 0 && atomic_load(&helped) > 0);
  return 0;
}
