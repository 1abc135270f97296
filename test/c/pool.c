/* with: plat.c arena.c failure.c timer.c job.c queue.c */
/* a pool makes threads as jobs need them, keeps the jobs' order, lets threads go, and closes */
#include "plat.h"

/* Compiled in here with a system that may have no more threads. */
static bool no_threads;

static int scarce_start(oli_thread* thread, const char* name, size_t stack_size, void (*run)(void*),
                        void* arg) {
  return no_threads ? -1 : oli_thread_start_sized(thread, name, stack_size, run, arg);
}

#define oli_thread_start_sized scarce_start
#include "../../src/pool.c"
#undef oli_thread_start_sized

#include "pool_fixture.h"

static void push_refused(owner* self, enum oli_pool_pushed why) {
  ol_job* job = work_new(self, NULL, NULL);
  CHECK(work_push(&self->pool, job) == why && !job->task.queued);
  oli_job_free(job);
}

static void threads_are_made_up_to_the_limit(void) {
  owner* self = owner_new(3, false, LONG_NS);
  atomic_bool gate = false;
  for (int i = 1; i <= 3; i++) {
    push(self, &gate, NULL);
    NAP_UNTIL(atomic_load(&runs) == i);
    CHECK(THREADS(self) == (size_t) i);
  }
  for (int i = 0; i < 10; i++) push(self, NULL, NULL);
  CHECK(THREADS(self) == 3 && QUEUED(self) == 10);
  atomic_store(&gate, true);
  NAP_UNTIL(atomic_load(&homes) == 13);
  owner_end(self);
}

static void an_idle_thread_is_used_before_a_new_one(void) {
  owner* self = owner_new(8, false, LONG_NS);
  for (int i = 1; i <= 50; i++) {
    push(self, NULL, NULL);
    NAP_UNTIL(atomic_load(&homes) == i && IDLE(self) == 1);
    CHECK(THREADS(self) == 1);
  }
  atomic_bool gate = false;
  push(self, &gate, NULL);
  push(self, &gate, NULL);
  NAP_UNTIL(atomic_load(&runs) == 52);
  CHECK(THREADS(self) == 2);
  atomic_store(&gate, true);
  NAP_UNTIL(atomic_load(&homes) == 52);
  owner_end(self);
}

static void jobs_run_in_the_order_of_pushing(void) {
  enum { JOBS = 100 };
  owner* self = owner_new(1, false, LONG_NS);
  atomic_bool gate = false;
  int order[JOBS];
  push(self, &gate, NULL);
  for (int i = 0; i < JOBS; i++) push(self, NULL, &order[i]);
  atomic_store(&gate, true);
  NAP_UNTIL(atomic_load(&homes) == JOBS + 1);
  for (int i = 0; i < JOBS; i++) CHECK(order[i] == i + 1);
  owner_end(self);
}

static void idle_threads_go_away_and_come_back(void) {
  owner* self = owner_new(4, false, 3000000);
  for (int round = 1; round <= 3; round++) {
    atomic_bool gate = false;
    for (int i = 0; i < 4; i++) push(self, &gate, NULL);
    NAP_UNTIL(THREADS(self) == 4);
    atomic_store(&gate, true);
    NAP_UNTIL(atomic_load(&homes) == 4 * round && THREADS(self) == 0);
    CHECK(IDLE(self) == 0);
  }
  NAP_UNTIL(atomic_load(&self->refs) == 1);
  owner_end(self);
}

static void a_pool_that_refuses_says_that_it_is_full(void) {
  owner* self = owner_new(2, true, LONG_NS);
  atomic_bool gate = false;
  push(self, &gate, NULL);
  push(self, &gate, NULL);
  push_refused(self, OLI_POOL_FULL);
  atomic_store(&gate, true);
  NAP_UNTIL(atomic_load(&homes) == 2 && IDLE(self) == 2);
  atomic_store(&gate, false);
  push(self, &gate, NULL);
  push(self, &gate, NULL);
  push_refused(self, OLI_POOL_FULL);
  atomic_store(&gate, true);
  NAP_UNTIL(atomic_load(&homes) == 4);
  owner_end(self);
}

static void a_system_without_threads_is_an_error_or_a_wait(void) {
  owner* self = owner_new(4, false, LONG_NS);
  atomic_bool gate = false;
  no_threads = true;
  push_refused(self, OLI_POOL_NO_THREAD);
  CHECK(atomic_load(&self->refs) == 1 && THREADS(self) == 0 && QUEUED(self) == 0);
  no_threads = false;
  push(self, &gate, NULL);
  no_threads = true;
  push(self, NULL, NULL);
  CHECK(THREADS(self) == 1);
  atomic_store(&gate, true);
  NAP_UNTIL(atomic_load(&homes) == 2);
  no_threads = false;
  owner_end(self);
}

static void a_pool_that_refuses_does_not_wait_for_a_thread_either(void) {
  owner* self = owner_new(4, true, LONG_NS);
  atomic_bool gate = false;
  push(self, &gate, NULL);
  no_threads = true;
  push_refused(self, OLI_POOL_NO_THREAD);
  no_threads = false;
  atomic_store(&gate, true);
  NAP_UNTIL(atomic_load(&homes) == 1);
  owner_end(self);
}

static void as_many_wait_as_may(void) {
  for (int refuses = 0; refuses <= 1; refuses++) {
    owner* self = owner_new(2, refuses, LONG_NS);
    atomic_bool gate = false;
    self->pool.waiting_max = 3;
    for (int i = 0; i < 5; i++) {
      CHECK(!oli_pool_is_full(&self->pool, NULL));
      push(self, &gate, NULL);
    }
    CHECK(oli_pool_is_full(&self->pool, NULL));
    if (refuses) {
      push_refused(self, OLI_POOL_FULL);
    } else {
      push(self, &gate, NULL);
    }
    NAP_UNTIL(atomic_load(&runs) == 2);
    CHECK(oli_pool_is_full(&self->pool, NULL) && QUEUED(self) == (size_t) (refuses ? 3 : 4));
    atomic_store(&gate, true);
    NAP_UNTIL(atomic_load(&homes) == (refuses ? 5 : 6) && IDLE(self) == 2);
    CHECK(!oli_pool_is_full(&self->pool, NULL));
    owner_end(self);
  }
}

/* Its job keeps it for a while on the way home, when it has left the job and is not back. */
static void a_thread_that_has_left_its_job_counts_as_free(void) {
  owner* self = owner_new(1, true, LONG_NS);
  atomic_bool gate = false, home_gate = false;
  size_t fills;
  ol_job* job = work_new(self, &gate, NULL);
  ((work*) job->state)->home_gate = &home_gate;
  CHECK(work_push(&self->pool, job) == OLI_POOL_PUSHED);
  push_refused(self, OLI_POOL_FULL);
  CHECK(oli_pool_is_full(&self->pool, &fills) && fills == 2);
  atomic_store(&gate, true);
  while (oli_pool_is_full(&self->pool, NULL)) nap_ms(1);
  push(self, NULL, NULL);
  push_refused(self, OLI_POOL_FULL);
  CHECK(THREADS(self) == 1 && QUEUED(self) == 1 && atomic_load(&runs) == 1);
  atomic_store(&home_gate, true);
  NAP_UNTIL(atomic_load(&homes) == 2);
  owner_end(self);
}

static void a_task_that_does_not_wait_is_refused_where_no_thread_is_free(void) {
  owner* self = owner_new(2, false, LONG_NS);
  atomic_bool gate = false;
  for (int i = 0; i < 2; i++) {
    ol_job* job = work_new(self, &gate, NULL);
    job->task.at_once = true;
    CHECK(work_push(&self->pool, job) == OLI_POOL_PUSHED);
  }
  ol_job* late = work_new(self, NULL, NULL);
  late->task.at_once = true;
  CHECK(work_push(&self->pool, late) == OLI_POOL_LATE && !late->task.queued);
  push(self, NULL, NULL);
  atomic_store(&gate, true);
  NAP_UNTIL(atomic_load(&homes) == 3);
  oli_job_free(late);
  owner_end(self);
}

static void idle_threads_stay_where_they_are_told_so(void) {
  owner* self = owner_new(2, false, UINT64_MAX);
  push(self, NULL, NULL);
  NAP_UNTIL(IDLE(self) == 1);
  oli_mutex_lock(&self->pool.lock);
  CHECK(!self->pool.retiring);
  oli_mutex_unlock(&self->pool.lock);
  owner_end(self);
}

static void a_system_without_threads_keeps_those_who_may_wait(void) {
  owner* self = owner_new(4, true, LONG_NS);
  atomic_bool gate = false;
  self->pool.waiting_max = 10;
  push(self, &gate, NULL);
  NAP_UNTIL(atomic_load(&runs) == 1);
  no_threads = true;
  for (int i = 0; i < 5; i++) push(self, NULL, NULL);
  CHECK(THREADS(self) == 1 && QUEUED(self) == 5);
  no_threads = false;
  push(self, NULL, NULL);
  NAP_UNTIL(atomic_load(&homes) == 6);
  CHECK(THREADS(self) > 1);
  atomic_store(&gate, true);
  NAP_UNTIL(atomic_load(&homes) == 7);
  owner_end(self);
}

static void push_urgent(owner* self, int priority, int* order) {
  ol_job* job = work_new(self, NULL, order);
  job->task.priority = (int8_t) priority;
  CHECK(work_push(&self->pool, job) == OLI_POOL_PUSHED);
}

static void urgent_jobs_run_first_and_can_be_seen_to_wait(void) {
  owner* self = owner_new(1, false, LONG_NS);
  atomic_bool gate = false;
  oli_task normal = {.priority = 0}, urgent = {.priority = 1};
  int order[4];
  push(self, &gate, NULL);
  NAP_UNTIL(atomic_load(&runs) == 1);
  push_urgent(self, -1, &order[3]);
  push_urgent(self, 0, &order[1]);
  CHECK(!oli_queue_has_better(&self->pool.queue, &normal));
  push_urgent(self, 0, &order[2]);
  push_urgent(self, 1, &order[0]);
  CHECK(oli_queue_has_better(&self->pool.queue, &normal));
  CHECK(!oli_queue_has_better(&self->pool.queue, &urgent));
  atomic_store(&gate, true);
  NAP_UNTIL(atomic_load(&homes) == 5);
  for (int i = 0; i < 4; i++) CHECK(order[i] == i + 1);
  CHECK(!oli_queue_has_better(&self->pool.queue, &normal));
  owner_end(self);
}

static bool has_order(const oli_task* task, void* wanted) {
  return ((work*) oli_job_of(task)->state)->order == wanted;
}

static void queued_jobs_that_match_can_be_taken_out(void) {
  owner* self = owner_new(1, false, LONG_NS);
  atomic_bool gate = false;
  oli_list taken;
  int order, count = 0;
  oli_list_init(&taken);
  push(self, &gate, NULL);
  NAP_UNTIL(atomic_load(&runs) == 1);
  for (int i = 0; i < 12; i++) push(self, NULL, i % 3 == 0 ? &order : NULL);
  oli_pool_take_if(&self->pool, has_order, &order, &taken);
  for (oli_link* link; (link = oli_list_shift(&taken)) != NULL; count++) {
    oli_job_free(oli_job_at(link));
  }
  CHECK(count == 4 && QUEUED(self) == 8);
  atomic_store(&gate, true);
  NAP_UNTIL(atomic_load(&homes) == 9);
  CHECK(atomic_load(&runs) == 9);
  owner_end(self);
}

static void a_queued_job_can_be_taken_out(void) {
  owner* self = owner_new(1, false, LONG_NS);
  atomic_bool gate = false;
  push(self, &gate, NULL);
  NAP_UNTIL(atomic_load(&runs) == 1);
  ol_job* job = work_new(self, NULL, NULL);
  CHECK(!oli_pool_remove(&self->pool, &job->task));
  CHECK(work_push(&self->pool, job) == OLI_POOL_PUSHED && QUEUED(self) == 1);
  CHECK(oli_pool_remove(&self->pool, &job->task) && QUEUED(self) == 0);
  CHECK(!oli_pool_remove(&self->pool, &job->task));
  oli_job_free(job);
  ol_job* stopped = work_new(self, NULL, NULL);
  CHECK(work_push(&self->pool, stopped) == OLI_POOL_PUSHED);
  CHECK(oli_job_stop(stopped, OL_CANCELLED) == OL_OK && atomic_load(&homes) == 1);
  atomic_store(&gate, true);
  NAP_UNTIL(atomic_load(&homes) == 2);
  CHECK(atomic_load(&runs) == 1);
  owner_end(self);
}

static void a_job_that_was_stopped_before_goes_home_at_once(void) {
  owner* self = owner_new(1, false, LONG_NS);
  oli_list left;
  for (int i = 1; i <= 2; i++) {
    ol_job* job = work_new(self, NULL, NULL);
    CHECK(oli_job_stop(job, OL_CANCELLED) == OL_OK && atomic_load(&homes) == i - 1);
    CHECK(work_push(&self->pool, job) == OLI_POOL_PUSHED && atomic_load(&homes) == i);
    oli_pool_close(&self->pool, &left);
  }
  CHECK(THREADS(self) == 0 && atomic_load(&runs) == 0);
  owner_end(self);
}

static void closing_gives_out_the_queue_and_lets_threads_go(void) {
  owner* self = owner_new(2, false, LONG_NS);
  atomic_bool gate = false;
  oli_list left;
  oli_link* link;
  int count = 0;
  for (int i = 0; i < 7; i++) push(self, &gate, NULL);
  NAP_UNTIL(atomic_load(&runs) == 2);
  oli_pool_close(&self->pool, &left);
  for (; (link = oli_list_shift(&left)) != NULL; count++) {
    CHECK(!oli_job_at(link)->task.queued);
    oli_job_free(oli_job_at(link));
  }
  CHECK(count == 5);
  push_refused(self, OLI_POOL_CLOSED);
  CHECK(THREADS(self) == 2 && atomic_load(&homes) == 0);
  atomic_store(&gate, true);
  NAP_UNTIL(THREADS(self) == 0 && atomic_load(&homes) == 2);
  owner_end(self);
}

static void idle_threads_of_a_closed_pool_leave_at_once(void) {
  owner* self = owner_new(3, false, LONG_NS);
  oli_list left;
  atomic_bool gate = false;
  for (int i = 0; i < 3; i++) push(self, &gate, NULL);
  NAP_UNTIL(atomic_load(&runs) == 3);
  atomic_store(&gate, true);
  NAP_UNTIL(IDLE(self) == 3);
  oli_pool_close(&self->pool, &left);
  NAP_UNTIL(THREADS(self) == 0);
  owner_end(self);
}

static atomic_int emptied;

static void note_emptied(void* arg) {
  owner* self = arg;
  CHECK(self->pool.closed && oli_pool_threads(&self->pool) == 0);
  atomic_fetch_add(&emptied, 1);
}

static void the_last_thread_of_a_closed_pool_says_so_and_can_be_joined(void) {
  for (int threads = 1; threads <= 8; threads++) {
    owner* self = owner_new(8, false, LONG_NS);
    oli_list left;
    atomic_bool gate = false;
    self->pool.emptied = note_emptied;
    atomic_store(&emptied, 0);
    for (int i = 0; i < threads; i++) push(self, &gate, NULL);
    NAP_UNTIL(atomic_load(&runs) == threads);
    CHECK(atomic_load(&emptied) == 0 && oli_pool_threads(&self->pool) == (size_t) threads);
    oli_pool_close(&self->pool, &left);
    atomic_store(&gate, true);
    NAP_UNTIL(atomic_load(&emptied) == 1);
    oli_pool_join(&self->pool);
    CHECK(atomic_load(&self->refs) == 1);
    oli_pool_join(&self->pool);
    owner_end(self);
    CHECK(atomic_load(&emptied) == 1);
  }
}

static void threads_that_leave_an_open_pool_leave_nothing_to_be_joined(void) {
  owner* self = owner_new(2, false, 1000000);
  self->pool.emptied = note_emptied;
  atomic_store(&emptied, 0);
  push(self, NULL, NULL);
  NAP_UNTIL(atomic_load(&homes) == 1 && THREADS(self) == 0);
  CHECK(!self->pool.has_left);
  NAP_UNTIL(atomic_load(&self->refs) == 1);
  owner_end(self);
  CHECK(atomic_load(&emptied) == 0);
}

static void a_reserved_thread_stays_as_long_as_it_is_reserved(void) {
  owner* self = owner_new(2, false, 1000000);
  CHECK(oli_pool_reserve(&self->pool) && oli_pool_reserve(&self->pool));
  CHECK(THREADS(self) == 1);
  atomic_bool gate = false;
  push(self, &gate, NULL);
  push(self, &gate, NULL);
  NAP_UNTIL(atomic_load(&runs) == 2);
  no_threads = true;
  atomic_store(&gate, true);
  NAP_UNTIL(atomic_load(&homes) == 2 && THREADS(self) == 1);
  oli_pool_unreserve(&self->pool);
  for (int i = 3; i <= 20; i++) {
    nap_ms(1);
    push(self, NULL, NULL);
    NAP_UNTIL(atomic_load(&homes) == i);
  }
  oli_pool_unreserve(&self->pool);
  NAP_UNTIL(THREADS(self) == 0);
  CHECK(!oli_pool_reserve(&self->pool));
  no_threads = false;
  NAP_UNTIL(atomic_load(&self->refs) == 1);
  owner_end(self);
}

static void a_closed_pool_keeps_no_thread_that_was_reserved(void) {
  owner* self = owner_new(2, false, LONG_NS);
  oli_list left;
  CHECK(oli_pool_reserve(&self->pool));
  oli_pool_close(&self->pool, &left);
  NAP_UNTIL(THREADS(self) == 0);
  CHECK(oli_pool_reserve(&self->pool) && THREADS(self) == 0);
  owner_end(self);
}

int main(void) {
  threads_are_made_up_to_the_limit();
  an_idle_thread_is_used_before_a_new_one();
  jobs_run_in_the_order_of_pushing();
  idle_threads_go_away_and_come_back();
  a_pool_that_refuses_says_that_it_is_full();
  a_system_without_threads_is_an_error_or_a_wait();
  a_pool_that_refuses_does_not_wait_for_a_thread_either();
  as_many_wait_as_may();
  a_thread_that_has_left_its_job_counts_as_free();
  a_task_that_does_not_wait_is_refused_where_no_thread_is_free();
  idle_threads_stay_where_they_are_told_so();
  a_system_without_threads_keeps_those_who_may_wait();
  urgent_jobs_run_first_and_can_be_seen_to_wait();
  queued_jobs_that_match_can_be_taken_out();
  a_queued_job_can_be_taken_out();
  a_job_that_was_stopped_before_goes_home_at_once();
  closing_gives_out_the_queue_and_lets_threads_go();
  idle_threads_of_a_closed_pool_leave_at_once();
  a_reserved_thread_stays_as_long_as_it_is_reserved();
  a_closed_pool_keeps_no_thread_that_was_reserved();
  the_last_thread_of_a_closed_pool_says_so_and_can_be_joined();
  threads_that_leave_an_open_pool_leave_nothing_to_be_joined();
  return 0;
}
