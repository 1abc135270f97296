/* with: plat.c arena.c failure.c timer.c job.c hold.c */
/* a held job is over once its last hold is released, and a hold is released once */
#include <stdlib.h>

#include "job_fixture.h"

enum { THREADS = 4, ROUNDS = 2000 };

static ol_held first, held[THREADS];
static int answer;

static int hold_execute(ol_job* job, void* state) {
  (void) state;
  first = ol_hold(job);
  CHECK(first.number != 0);
  return answer;
}

static const ol_worker worker = {OL_WORKER("held", int, hold_execute)};

static ol_job* held_job(void) {
  ol_job* job = fixture_job(&worker);
  CHECK(!oli_job_run(job, NULL));
  CHECK(atomic_load(&job->status) == OLI_NOT_OVER);
  return job;
}

static void the_last_release_ends_it(void) {
  int homes = fixture_homes;
  ol_job* job = held_job();
  ol_job* locked = ol_lock(first);
  CHECK(locked == job);
  ol_held second = ol_hold(locked);
  ol_unlock(locked);
  CHECK(ol_release(first) == OL_OK && fixture_homes == homes);
  CHECK(ol_release(second) == OL_OK && fixture_homes == homes + 1);
  CHECK(ol_status(job) == OL_OK);
  oli_job_free(job);
}

/* At that moment another thread lets go of the job, which is held by execute, too. */
static void release_meanwhile(oli_shift* shift) {
  int homes = fixture_homes;
  CHECK(ol_release(first) == OL_OK && fixture_homes == homes);
  shift->owes = true;
}

static void the_thread_is_done_before_the_end_can_be_known(void) {
  oli_shift shift = {.done = release_meanwhile};
  int homes = fixture_homes;
  ol_job* job = fixture_job(&worker);
  CHECK(oli_job_run(job, &shift) && shift.owes && fixture_homes == homes);
  oli_job_free(job);
}

static void a_second_release_and_a_late_use_are_refused(void) {
  ol_job* job = held_job();
  CHECK(ol_release(first) == OL_OK);
  CHECK(ol_release(first) == OL_CLOSED && ol_lock(first) == NULL);
  CHECK(ol_release((ol_held){0, 0}) == OL_INVALID && ol_lock((ol_held){0, 0}) == NULL);
  CHECK(ol_release((ol_held){first.row, first.number + 1}) == OL_INVALID);
  CHECK(ol_release((ol_held){first.row + 1000000, first.number}) == OL_INVALID);
  ol_unlock(NULL);
  CHECK(ol_hold(job).number == 0);
  oli_job_free(job);
}

static void a_row_that_is_used_again_does_not_take_the_old_hold(void) {
  ol_job* job = held_job();
  ol_held old = first;
  ol_release(old);
  ol_job* other = held_job();
  CHECK(first.row == old.row && ol_release(old) == OL_CLOSED && ol_lock(old) == NULL);
  CHECK(ol_release(first) == OL_OK);
  oli_job_free(job);
  oli_job_free(other);
}

static void a_lock_keeps_the_job_from_being_over(void) {
  int homes = fixture_homes;
  ol_job* job = held_job();
  ol_job* locked = ol_lock(first);
  CHECK(ol_release(first) == OL_OK && fixture_homes == homes);
  CHECK(ol_fail(locked, "LATE", "failed after execute") == OL_FAILED);
  ol_unlock(locked);
  CHECK(fixture_homes == homes + 1 && ol_status(job) == OL_FAILED);
  oli_job_free(job);
}

static void count_stop(void* arg) {
  ++*(int*) arg;
}

static void a_stop_finds_what_a_held_job_armed(void) {
  int stops = 0;
  ol_job* job = held_job();
  ol_job* locked = ol_lock(first);
  CHECK(ol_on_stop(locked, count_stop, &stops) == OL_OK);
  ol_unlock(locked);
  CHECK(oli_job_stop(job, OL_CANCELLED) == OL_OK && stops == 1);
  CHECK(ol_release(first) == OL_OK && ol_status(job) == OL_CANCELLED);
  oli_job_free(job);
}

static void release_one(void* arg) {
  ol_held* mine = arg;
  ol_job* job = ol_lock(*mine);
  CHECK(job != NULL);
  ol_unlock(job);
  CHECK(ol_release(*mine) == OL_OK);
  CHECK(ol_release(*mine) == OL_CLOSED);
}

static int spread_execute(ol_job* job, void* state) {
  (void) state;
  for (int i = 0; i < THREADS; i++) held[i] = ol_hold(job);
  return OL_OK;
}

static const ol_worker spread = {OL_WORKER("spread", int, spread_execute)};

static void threads_that_release_at_once_end_it_once(void) {
  for (int round = 0; round < ROUNDS; round++) {
    oli_thread threads[THREADS];
    int homes = fixture_homes;
    ol_job* job = fixture_job(&spread);
    CHECK(!oli_job_run(job, NULL));
    for (int i = 0; i < THREADS; i++) {
      CHECK(oli_thread_start(&threads[i], "release", release_one, &held[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) oli_thread_join(threads[i]);
    CHECK(fixture_homes == homes + 1);
    oli_job_free(job);
  }
}

int main(void) {
  the_last_release_ends_it();
  the_thread_is_done_before_the_end_can_be_known();
  a_second_release_and_a_late_use_are_refused();
  a_row_that_is_used_again_does_not_take_the_old_hold();
  a_lock_keeps_the_job_from_being_over();
  a_stop_finds_what_a_held_job_armed();
  threads_that_release_at_once_end_it_once();
  return 0;
}
