/* with: plat.c arena.c failure.c timer.c job.c queue.c pool.c each.c */
/* ol_each calls the body for every index once, with the help of who is free, and ends when told */
#include "each_fixture.h"

enum { MANY = 100003 };

static atomic_uchar seen[MANY];
static atomic_size_t calls, indices;
static atomic_int inside, most;

static void forget(void) {
  for (int i = 0; i < MANY; i++) atomic_store(&seen[i], 0);
  atomic_store(&calls, 0);
  atomic_store(&indices, 0);
  atomic_store(&inside, 0);
  atomic_store(&most, 0);
}

static void each_was_seen_once(size_t n) {
  for (size_t i = 0; i < MANY; i++) CHECK(atomic_load(&seen[i]) == (i < n));
}

static int see(ol_job* job, void* state, size_t begin, size_t end) {
  CHECK(state == job->state && begin < end);
  atomic_fetch_add(&calls, 1);
  for (size_t i = begin; i < end; i++) atomic_fetch_add(&seen[i], 1);
  atomic_fetch_add(&indices, end - begin);
  return OL_OK;
}

static int see_all(ol_job* job, looper* self) {
  return ol_each(job, *(size_t*) self->arg, see);
}

static void sees_all(oli_pool* pool) {
  static size_t sizes[] = {0, 1, 2, 3, 7, 8, 9, 64, 1000, MANY};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    forget();
    CHECK(looper_run(pool, see_all, &sizes[i]) == OL_OK);
    each_was_seen_once(sizes[i]);
    CHECK(atomic_load(&calls) <= sizes[i] && (sizes[i] == 0 || atomic_load(&calls) > 0));
  }
}

static void every_index_is_given_once(void) {
  sees_all(NULL);
  for (size_t threads = 1; threads <= 4; threads++) {
    owner* self = owner_new(threads, false, LONG_NS);
    sees_all(&self->pool);
    owner_end(self);
  }
}

/* ---- Alone --------------------------------------------------------------------------------- */

static size_t next_begin, last_len;
static uintptr_t own;

static int see_in_order(ol_job* job, void* state, size_t begin, size_t end) {
  CHECK(begin == next_begin && end - begin <= last_len);
  CHECK(oli_thread_self() == own && !oli_job_is_here(job));
  next_begin = end;
  last_len = end - begin;
  return see(job, state, begin, end);
}

static int see_all_in_order(ol_job* job, looper* self) {
  (void) self;
  own = oli_thread_self();
  next_begin = 0;
  last_len = MANY;
  CHECK(oli_job_is_here(job));
  int status = ol_each(job, MANY, see_in_order);
  CHECK(oli_job_is_here(job) && next_begin == MANY && last_len == 1);
  return status;
}

static void is_done_alone(oli_pool* pool) {
  forget();
  CHECK(looper_run(pool, see_all_in_order, NULL) == OL_OK);
  each_was_seen_once(MANY);
  CHECK(atomic_load(&calls) > 50 && atomic_load(&calls) < 1000);
}

static void chunks_get_smaller_and_come_in_order(void) {
  is_done_alone(NULL);
}

static void a_pool_without_a_free_thread_leaves_the_caller_alone(void) {
  owner* self = owner_new(2, true, LONG_NS);
  atomic_bool gate = false;
  oli_list left;
  push(self, &gate, NULL);
  push(self, &gate, NULL);
  NAP_UNTIL(atomic_load(&runs) == 2);
  self->pool.refuses = false;
  is_done_alone(&self->pool);
  CHECK(QUEUED(self) == 0);
  self->pool.refuses = true;
  is_done_alone(&self->pool);
  oli_pool_close(&self->pool, &left);
  is_done_alone(&self->pool);
  atomic_store(&gate, true);
  NAP_UNTIL(atomic_load(&homes) == 2);
  owner_end(self);
}

/* ---- Helped -------------------------------------------------------------------------------- */

/* Comes back when so many have been inside at once. */
static int meet(ol_job* job, void* state, size_t begin, size_t end) {
  int now = atomic_fetch_add(&inside, 1) + 1, before = atomic_load(&most);
  int wanted = *(int*) ((looper*) state)->arg;
  while (now > before && !atomic_compare_exchange_weak(&most, &before, now)) continue;
  CHECK(!oli_job_is_here(job));
  while (atomic_load(&most) < wanted) nap_ms(1);
  atomic_fetch_sub(&inside, 1);
  return see(job, state, begin, end);
}

static int meet_all(ol_job* job, looper* self) {
  (void) self;
  int status = ol_each(job, 1000, meet);
  CHECK(atomic_load(&inside) == 0 && oli_job_is_here(job));
  return status;
}

static void free_threads_help(void) {
  owner* self = owner_new(3, false, LONG_NS);
  for (int wanted = 1; wanted <= 4; wanted++) {
    forget();
    CHECK(looper_run(&self->pool, meet_all, &wanted) == OL_OK);
    each_was_seen_once(1000);
    CHECK(QUEUED(self) == 0);
  }
  owner_end(self);
}

/* ---- The end ------------------------------------------------------------------------------- */

static int fail_at_500(ol_job* job, void* state, size_t begin, size_t end) {
  see(job, state, begin, end);
  if (begin <= 500 && 500 < end) return ol_fail(job, "ERR_500", "at %d", 500);
  return OL_OK;
}

static int return_at_500(ol_job* job, void* state, size_t begin, size_t end) {
  see(job, state, begin, end);
  return begin <= 500 && 500 < end ? OL_AGAIN : OL_OK;
}

static int cancel_at_500(ol_job* job, void* state, size_t begin, size_t end) {
  see(job, state, begin, end);
  if (begin <= 500 && 500 < end) ol_cancel(job);
  return OL_OK;
}

typedef struct ending {
  int (*body)(ol_job* job, void* state, size_t begin, size_t end);
  int status, stop;
} ending;

static int end_early(ol_job* job, looper* self) {
  const ending* wanted = self->arg;
  CHECK(ol_each(job, MANY, wanted->body) == wanted->status);
  CHECK(ol_stopped(job) == wanted->stop && oli_job_is_here(job));
  return wanted->status;
}

static void a_body_or_a_stop_ends_the_loop(void) {
  static ending endings[] = {{fail_at_500, OL_FAILED, OL_FAILED},
                             {return_at_500, OL_AGAIN, OL_OK},
                             {cancel_at_500, OL_CANCELLED, OL_CANCELLED}};
  owner* self = owner_new(3, false, LONG_NS);
  for (int helped = 0; helped <= 1; helped++) {
    for (int i = 0; i < 3; i++) {
      forget();
      oli_pool* pool = helped ? &self->pool : NULL;
      CHECK(looper_run(pool, end_early, &endings[i]) == endings[i].status);
      CHECK(helped || atomic_load(&indices) > 500);
      CHECK(helped || atomic_load(&indices) < MANY / 2);
      for (int k = 0; k < MANY; k++) CHECK(atomic_load(&seen[k]) <= 1);
    }
  }
  owner_end(self);
}

/* All that have begun when the first fails return, and no other begins. */
static int fail_when_all_are_in(ol_job* job, void* state, size_t begin, size_t end) {
  int now = atomic_fetch_add(&inside, 1) + 1;
  (void) state;
  (void) begin;
  (void) end;
  atomic_fetch_add(&calls, 1);
  if (now == 3) return ol_fail(job, "ERR_THIRD", "third");
  while (ol_stopped(job) == OL_OK) nap_ms(1);
  return OL_INVALID;
}

static int fail_all(ol_job* job, looper* self) {
  (void) self;
  int status = ol_each(job, MANY, fail_when_all_are_in);
  CHECK(status == OL_FAILED || status == OL_INVALID);
  CHECK(atomic_load(&calls) == 3);
  return status;
}

static void the_failure_of_a_helper_stops_the_others(void) {
  owner* self = owner_new(2, false, LONG_NS);
  forget();
  CHECK(looper_run(&self->pool, fail_all, NULL) == OL_FAILED);
  owner_end(self);
}

static int stop_before(ol_job* job, looper* self) {
  (void) self;
  CHECK(ol_each(job, 10, NULL) == OL_INVALID);
  CHECK(ol_each(job, 0, see) == OL_OK);
  ol_end(job);
  CHECK(ol_each(job, 10, see) == OL_ENDED && atomic_load(&calls) == 0);
  CHECK(ol_each(job, 0, see) == OL_OK);
  return OL_OK;
}

static void a_stopped_job_begins_none(void) {
  forget();
  CHECK(looper_run(NULL, stop_before, NULL) == OL_ENDED);
}

/* ---- Loops within loops -------------------------------------------------------------------- */

static atomic_int depths[4];

static int dive(ol_job* job, void* state, size_t begin, size_t end);

static int dive_to_3(ol_job* job, void* state, size_t begin, size_t end) {
  (void) job;
  (void) state;
  atomic_fetch_add(&depths[3], (int) (end - begin));
  return OL_OK;
}

static int dive_to_2(ol_job* job, void* state, size_t begin, size_t end) {
  (void) state;
  int status = OL_OK;
  atomic_fetch_add(&depths[2], (int) (end - begin));
  for (; begin < end && status == OL_OK; begin++) status = ol_each(job, 20, dive_to_3);
  return status;
}

static int dive(ol_job* job, void* state, size_t begin, size_t end) {
  (void) state;
  int status = OL_OK;
  atomic_fetch_add(&depths[1], (int) (end - begin));
  for (; begin < end && status == OL_OK; begin++) status = ol_each(job, 20, dive_to_2);
  return status;
}

static int dive_all(ol_job* job, looper* self) {
  (void) self;
  return ol_each(job, 20, dive);
}

static void loops_within_loops_end(void) {
  for (size_t threads = 1; threads <= 4; threads++) {
    owner* self = owner_new(threads, false, LONG_NS);
    for (int i = 0; i < 4; i++) atomic_store(&depths[i], 0);
    CHECK(looper_run(&self->pool, dive_all, NULL) == OL_OK);
    CHECK(atomic_load(&depths[1]) == 20 && atomic_load(&depths[2]) == 400);
    CHECK(atomic_load(&depths[3]) == 8000 && QUEUED(self) == 0);
    owner_end(self);
  }
}

/* Its own pool: no thread is left but those that have joined. */
typedef struct loop_task {
  oli_task task;
  oli_pool* pool;
  atomic_bool done;
} loop_task;

static void loop_task_run(oli_task* task, oli_shift* shift) {
  (void) shift;
  loop_task* self = OLI_OF(task, loop_task, task);
  CHECK(looper_run(self->pool, dive_all, NULL) == OL_OK);
  atomic_store(&self->done, true);
}

static const oli_task_kind loop_task_kind = {NULL, loop_task_run, NULL, false, NULL};

static void loops_of_all_threads_of_a_pool_end(void) {
  enum { TASKS = 12 };
  owner* self = owner_new(3, false, LONG_NS);
  loop_task tasks[TASKS];
  for (int i = 0; i < 4; i++) atomic_store(&depths[i], 0);
  for (int i = 0; i < TASKS; i++) {
    tasks[i] = (loop_task){.task = {.kind = &loop_task_kind, .jobs = 1}, .pool = &self->pool};
    CHECK(oli_pool_push(&self->pool, &tasks[i].task) == OLI_POOL_PUSHED);
  }
  for (int i = 0; i < TASKS; i++) NAP_UNTIL(atomic_load(&tasks[i].done));
  CHECK(atomic_load(&depths[3]) == TASKS * 8000);
  NAP_UNTIL(IDLE(self) == THREADS(self));
  CHECK(QUEUED(self) == 0);
  owner_end(self);
}

int main(void) {
  every_index_is_given_once();
  chunks_get_smaller_and_come_in_order();
  a_pool_without_a_free_thread_leaves_the_caller_alone();
  free_threads_help();
  a_body_or_a_stop_ends_the_loop();
  the_failure_of_a_helper_stops_the_others();
  a_stopped_job_begins_none();
  loops_within_loops_end();
  loops_of_all_threads_of_a_pool_end();
  return 0;
}
