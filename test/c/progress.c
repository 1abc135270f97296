/* with: plat.c ring.c arena.c failure.c timer.c job.c */
/* no news is lost, the last value is always there to take, and sums are whole */
#include "ring.h"
#include "timer.h"

/* Compiled in here with a ring and a timer that can be out of memory and threads. */
static atomic_bool out_of_memory, out_of_threads;

static void* scarce_push(oli_ring* ring) {
  return atomic_load(&out_of_memory) ? NULL : oli_ring_push(ring);
}

static int scarce_arm(oli_timer* timer, uint64_t due_ns);

#define oli_ring_push scarce_push
#define oli_timer_arm scarce_arm
#include "../../src/progress.c"
#undef oli_ring_push
#undef oli_timer_arm

#include "job_fixture.h"
#include "nap.h"

static int scarce_arm(oli_timer* timer, uint64_t due_ns) {
  return atomic_load(&out_of_threads) ? OL_NO_MEMORY : oli_timer_arm(timer, due_ns);
}

enum { THREADS = 4, ROUNDS = 20000 };

static int nothing(ol_job* job, void* state) {
  (void) job;
  (void) state;
  return OL_OK;
}

static const ol_worker latest = {OL_WORKER("latest", int, nothing)};
static const ol_worker every = {OL_WORKER("every", int, nothing), .progress = OL_PROGRESS_EVERY};
static const ol_worker hourly = {OL_WORKER("hourly", int, nothing), .progress_ms = 3600000};
static const ol_worker soon = {OL_WORKER("soon", int, nothing), .progress_ms = 2};

static atomic_int notified;

static void count_notify(ol_job* job) {
  (void) job;
  atomic_fetch_add(&notified, 1);
}

static ol_job* heard_job(const ol_worker* worker) {
  ol_job* job = fixture_job(worker);
  atomic_store(&notified, 0);
  CHECK(oli_progress_open(job, count_notify) == OL_OK);
  return job;
}

static void free_job(ol_job* job) {
  oli_progress_close(job);
  oli_progress_close(job);
  oli_job_free(job);
}

/* Takes one value, which must be this one. */
static void check_take(ol_job* job, double done, double total, bool others) {
  oli_progress_value value;
  bool more;
  CHECK(oli_progress_waits(job->progress));
  CHECK(oli_progress_take(job->progress, &value, &more));
  CHECK(value.done == done && value.total == total && more == others);
}

static void check_quiet(ol_job* job) {
  oli_progress_value value;
  bool more;
  CHECK(!oli_progress_waits(job->progress));
  CHECK(!oli_progress_take(job->progress, &value, &more) && !more);
}

/* ---- One thread ---------------------------------------------------------------------------- */

static void where_nobody_listens_nothing_happens(void) {
  ol_job* job = fixture_job(&latest);
  ol_progress(job, 1, 2);
  ol_progress_add(job, 1);
  CHECK(job->progress == NULL);
  free_job(job);
}

static void the_latest_value_waits_alone_and_is_told_once(void) {
  ol_job* job = heard_job(&latest);
  check_quiet(job);
  for (int i = 1; i <= 1000; i++) ol_progress(job, i, 1000);
  CHECK(atomic_load(&notified) == 1 && job->progress->values.len == 1);
  check_take(job, 1000, 1000, false);
  check_quiet(job);
  ol_progress(job, 7, 1000);
  CHECK(atomic_load(&notified) == 2);
  check_take(job, 7, 1000, false);
  free_job(job);
}

static void every_value_waits_in_order_and_all_are_told_once(void) {
  ol_job* job = heard_job(&every);
  for (int i = 1; i <= 1000; i++) ol_progress(job, i, 0);
  CHECK(atomic_load(&notified) == 1);
  for (int i = 1; i <= 999; i++) check_take(job, i, 0, true);
  ol_progress(job, 1001, 0);
  CHECK(atomic_load(&notified) == 1);
  check_take(job, 1000, 0, true);
  check_take(job, 1001, 0, false);
  ol_progress(job, 1002, 0);
  CHECK(atomic_load(&notified) == 2);
  free_job(job);
}

static void adding_leaves_the_total_and_totals_that_are_none_are_0(void) {
  ol_job* job = heard_job(&every);
  ol_progress_add(job, 2);
  ol_progress(job, 10, 20);
  ol_progress_add(job, -0.5);
  ol_progress(job, 1, -1);
  volatile double zero = 0;
  ol_progress(job, 1, zero / zero);
  ol_progress_add(job, 1);
  check_take(job, 2, 0, true);
  check_take(job, 10, 20, true);
  check_take(job, 9.5, 20, true);
  check_take(job, 1, 0, true);
  check_take(job, 1, 0, true);
  check_take(job, 2, 0, false);
  free_job(job);
}

static void too_early_a_value_waits_untold_and_can_be_taken_at_the_end(void) {
  ol_job* job = heard_job(&hourly);
  ol_progress(job, 1, 0);
  check_take(job, 1, 0, false);
  for (int i = 2; i <= 100; i++) ol_progress(job, i, 0);
  CHECK(atomic_load(&notified) == 1 && job->progress->timer.armed);
  check_take(job, 100, 0, false);
  free_job(job);
}

static void the_timer_tells_once_the_pause_is_over(void) {
  ol_job* job = heard_job(&soon);
  ol_progress(job, 1, 0);
  for (int i = 2; i <= 10; i++) {
    uint64_t before_ns = oli_now_ns();
    check_take(job, i - 1, 0, false);
    ol_progress(job, i, 0);
    NAP_UNTIL(atomic_load(&notified) == i);
    CHECK(oli_now_ns() - before_ns >= 2 * PROGRESS_NS_PER_MS);
  }
  free_job(job);
}

static void without_a_thread_for_the_timer_the_next_value_tries_again(void) {
  ol_job* job = heard_job(&soon);
  ol_progress(job, 1, 0);
  check_take(job, 1, 0, false);
  job->progress->taken_ns += UINT64_C(3600) * 1000 * PROGRESS_NS_PER_MS;
  atomic_store(&out_of_threads, true);
  ol_progress(job, 2, 0);
  CHECK(!job->progress->told && job->progress->values.len == 1);
  atomic_store(&out_of_threads, false);
  ol_progress(job, 3, 0);
  CHECK(job->progress->told && job->progress->timer.armed);
  check_take(job, 3, 0, false);
  free_job(job);
}

static void without_memory_for_a_value_the_job_is_stopped(void) {
  ol_job* job = heard_job(&every);
  ol_progress(job, 1, 0);
  atomic_store(&out_of_memory, true);
  ol_progress(job, 2, 0);
  atomic_store(&out_of_memory, false);
  CHECK(ol_stopped(job) == OL_NO_MEMORY);
  check_take(job, 1, 0, false);
  free_job(job);
}

/* ---- Several threads ----------------------------------------------------------------------- */

static void add_many(void* job) {
  for (int i = 0; i < ROUNDS; i++) ol_progress_add(job, 1);
}

/* Takes whenever it was notified, as the loop does, until the sum is there; gives how many. */
static int take_until_whole(ol_job* job) {
  oli_progress_value value = {0, 0};
  double before = 0;
  int heard = 0, taken = 0;
  while (value.done < THREADS * ROUNDS) {
    NAP_UNTIL(atomic_load(&notified) > heard);
    heard = atomic_load(&notified);
    for (bool more = true; more; before = value.done) {
      if (!oli_progress_take(job->progress, &value, &more)) break;
      CHECK(value.done > before);
      taken++;
    }
  }
  CHECK(value.done == THREADS * ROUNDS);
  return taken;
}

static int sum_by_threads(const ol_worker* worker) {
  oli_thread threads[THREADS];
  ol_job* job = heard_job(worker);
  for (int i = 0; i < THREADS; i++) {
    CHECK(oli_thread_start(&threads[i], "add", add_many, job) == 0);
  }
  int taken = take_until_whole(job);
  for (int i = 0; i < THREADS; i++) oli_thread_join(threads[i]);
  check_quiet(job);
  free_job(job);
  return taken;
}

static void several_threads_add_and_the_sum_arrives_by_notifies_alone(void) {
  CHECK(sum_by_threads(&latest) >= 1);
  CHECK(sum_by_threads(&soon) >= 1);
  CHECK(sum_by_threads(&every) == THREADS * ROUNDS);
}

int main(void) {
  where_nobody_listens_nothing_happens();
  the_latest_value_waits_alone_and_is_told_once();
  every_value_waits_in_order_and_all_are_told_once();
  adding_leaves_the_total_and_totals_that_are_none_are_0();
  too_early_a_value_waits_untold_and_can_be_taken_at_the_end();
  the_timer_tells_once_the_pause_is_over();
  without_a_thread_for_the_timer_the_next_value_tries_again();
  without_memory_for_a_value_the_job_is_stopped();
  several_threads_add_and_the_sum_arrives_by_notifies_alone();
  return 0;
}
