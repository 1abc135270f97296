/* with: plat.c arena.c failure.c timer.c job.c queue.c */
/* pushed, removed, stopped and closed at random, each job runs once or comes back */
#include "plat.h"

#include "check.h"

/* Compiled in here with a system that now and then has no thread to give. */
static atomic_uint starts;

static int scarce_start(oli_thread* thread, const char* name, size_t stack_size, void (*run)(void*),
                        void* arg) {
  if (atomic_fetch_add(&starts, 1) % 5 == 4) return -1;
  return oli_thread_start_sized(thread, name, stack_size, run, arg);
}

#define oli_thread_start_sized scarce_start
#include "../../src/pool.c"
#undef oli_thread_start_sized

#include "pool_fixture.h"

enum { ROUNDS = 60, PUSHERS = 4, JOBS = 300 };

/* A thread that makes jobs and keeps them until the pool is gone, so that it may touch them at any
 * time. */
typedef struct pusher {
  owner* owner;
  oli_thread thread;
  uint32_t seed;
  ol_job* jobs[JOBS];
} pusher;

static atomic_int refused, removed, skipped, closed_out;

/* A task that several threads may join, in the queue now and then beside the jobs. Its pusher takes
 * it back, and goes on when the last of those that have joined has left. */
typedef struct share {
  oli_task task;
  int joined; /* under the pool's lock */
  atomic_int left;
} share;

static bool share_join(oli_task* task) {
  OLI_OF(task, share, task)->joined++;
  return --task->jobs > 0;
}

static void share_run(oli_task* task, oli_shift* shift) {
  (void) shift;
  atomic_fetch_add(&OLI_OF(task, share, task)->left, 1);
}

static const oli_task_kind share_kind = {share_join, share_run, NULL, true, NULL};

static atomic_int helped;

static void push_share(oli_pool* pool, uint32_t chance) {
  share it = {.task = {.kind = &share_kind, .jobs = 1 + chance % 4, .priority = 1}};
  enum oli_pool_pushed pushed = oli_pool_push(pool, &it.task);
  if (chance % 2) oli_spin_pause();
  oli_pool_remove(pool, &it.task);
  CHECK(pushed == OLI_POOL_PUSHED || it.joined == 0);
  while (atomic_load(&it.left) < it.joined) oli_spin_pause();
  atomic_fetch_add(&helped, it.joined);
}

static bool kept_unqueue(ol_job* job) {
  bool queued = work_unqueue(job);
  if (queued) atomic_fetch_add(&skipped, 1);
  return queued;
}

static void kept_home(ol_job* job) {
  CHECK(atomic_load(&job->status) != OLI_NOT_OVER);
  atomic_fetch_add(&homes, 1);
}

static const oli_job_kind kept_kind = {sizeof(oli_job_kind), kept_unqueue, kept_home, NULL,
                                       &work_task,           NULL};

static void close_pool(owner* self) {
  oli_list left;
  oli_pool_close(&self->pool, &left);
  while (oli_list_shift(&left) != NULL) atomic_fetch_add(&closed_out, 1);
}

static void push_stopped(oli_pool* pool, ol_job* job) {
  CHECK(oli_job_stop(job, OL_CANCELLED) == OL_OK);
  CHECK(work_push(pool, job) == OLI_POOL_PUSHED);
  atomic_fetch_add(&skipped, 1);
}

/* Takes every fourth job out again and stops every fourth, where that is not too late. */
static void push_and_regret(oli_pool* pool, ol_job* job, uint32_t chance) {
  if (work_push(pool, job) != OLI_POOL_PUSHED) {
    atomic_fetch_add(&refused, 1);
  } else if (chance % 4 == 0) {
    if (oli_pool_remove(pool, &job->task)) atomic_fetch_add(&removed, 1);
  } else if (chance % 4 == 1) {
    oli_job_stop(job, OL_CANCELLED);
  }
}

static void pusher_run(void* arg) {
  pusher* self = arg;
  oli_pool* pool = &self->owner->pool;
  for (int i = 0; i < JOBS; i++) {
    uint32_t chance = check_random(&self->seed) % 1000;
    self->jobs[i] = work_new(self->owner, NULL, NULL);
    self->jobs[i]->kind = &kept_kind;
    self->jobs[i]->task.priority = (int8_t) (chance % 5) - 2;
    if (chance < 100) {
      push_stopped(pool, self->jobs[i]);
    } else {
      push_and_regret(pool, self->jobs[i], chance);
    }
    if (chance % 8 == 3) push_share(pool, chance);
    if (chance == 999) close_pool(self->owner);
    if (chance % 64 == 0) nap_ms(1);
  }
  owner_drop(self->owner);
}

static void one_round(uint32_t* seed) {
  static pusher pushers[PUSHERS];
  uint64_t idle_ns = check_random(seed) % 2 ? 500000 : LONG_NS;
  owner* self = owner_new(1 + check_random(seed) % 4, check_random(seed) % 3 == 0, idle_ns);
  self->pool.waiting_max = check_random(seed) % 2 * 20;
  self->pool.spin_ns = check_random(seed) % 2 * 30000;
  for (int i = 0; i < PUSHERS; i++) {
    pushers[i].owner = self;
    pushers[i].seed = check_random(seed);
    owner_hold(self);
    CHECK(oli_thread_start(&pushers[i].thread, "pusher", pusher_run, &pushers[i]) == 0);
  }
  for (int i = 0; i < PUSHERS; i++) oli_thread_join(pushers[i].thread);
  if (check_random(seed) % 2) NAP_UNTIL(QUEUED(self) == 0);
  close_pool(self);
  owner_drop(self);
  NAP_UNTIL(atomic_load(&owners) == 0);
  for (int i = 0; i < PUSHERS * JOBS; i++) oli_job_free(pushers[i / JOBS].jobs[i % JOBS]);
}

int main(void) {
  uint32_t seed = 5;
  for (int round = 1; round <= ROUNDS; round++) {
    one_round(&seed);
    int left = atomic_load(&refused) + atomic_load(&removed) + atomic_load(&closed_out);
    int stopped = atomic_load(&skipped) + atomic_load(&late);
    CHECK(atomic_load(&runs) == round * PUSHERS * JOBS - left - stopped);
    CHECK(atomic_load(&homes) == atomic_load(&runs) + stopped);
  }
  CHECK(atomic_load(&runs) > 0 && atomic_load(&refused) > 0 && atomic_load(&removed) > 0);
  CHECK(atomic_load(&helped) > 0);
  return 0;
}
