/* with: plat.c arena.c failure.c timer.c job.c */
/* stopping a job is harmless at any time, says what happened, and calls what is armed */
#include "job.h"

#include "job_fixture.h"

static int executed, fired, fired_instead;

typedef struct script {
  int (*body)(ol_job* job);
} script;

static int script_execute(ol_job* job, void* state) {
  script* s = state;
  executed++;
  return s->body(job);
}

static const ol_worker worker = {OL_WORKER("script", script, script_execute)};

static ol_job* start(int (*body)(ol_job* job)) {
  executed = fired = fired_instead = fixture_homes = 0;
  fixture_queued = false;
  ol_job* job = fixture_job(&worker);
  ((script*) job->state)->body = body;
  return job;
}

static void run_and_free(int (*body)(ol_job* job), int status) {
  ol_job* job = start(body);
  oli_job_run(job, NULL);
  CHECK(executed == 1 && ol_status(job) == status);
  oli_job_free(job);
}

static void fire(void* arg) {
  *(int*) arg += 1;
}

static int body_nothing(ol_job* job) {
  (void) job;
  return OL_OK;
}

/* ---- Stopping: C13, C36 -------------------------------------------------------------------- */

static void stopped_in_its_queue_a_job_never_executes_and_is_sent_home_once(void) {
  ol_job* job = start(body_nothing);
  fixture_queued = true;
  CHECK(ol_cancel(job) == OL_OK);
  CHECK(executed == 0 && fixture_homes == 1 && ol_status(job) == OL_CANCELLED);
  CHECK(ol_cancel(job) == OL_CLOSED && fixture_homes == 1);
  oli_job_free(job);
}

static int body_cancel_twice(ol_job* job) {
  CHECK(ol_stopped(job) == OL_OK && ol_status(job) == OL_OK);
  CHECK(ol_cancel(job) == OL_OK);
  CHECK(ol_stopped(job) == OL_CANCELLED && ol_status(job) == OL_CANCELLED);
  CHECK(ol_cancel(job) == OL_CANCELLED);
  CHECK(oli_job_stop(job, OL_TIMED_OUT) == OL_CANCELLED);
  ol_end(job);
  return OL_OK;
}

static void the_first_reason_stays_and_later_ones_are_told_of_it(void) {
  run_and_free(body_cancel_twice, OL_CANCELLED);
  CHECK(fixture_homes == 0);
}

static void a_stop_that_comes_too_late_says_so_and_changes_nothing(void) {
  ol_job* job = start(body_nothing);
  oli_job_run(job, NULL);
  CHECK(ol_cancel(job) == OL_CLOSED && oli_job_stop(job, OL_TIMED_OUT) == OL_CLOSED);
  ol_end(job);
  CHECK(ol_status(job) == OL_OK && ol_stopped(job) == OL_OK && fixture_homes == 0);
  oli_job_free(job);
}

/* ---- ol_on_stop ---------------------------------------------------------------------------- */

static int body_armed(ol_job* job) {
  CHECK(ol_on_stop(job, fire, &fired) == OL_OK && fired == 0);
  CHECK(ol_cancel(job) == OL_OK && fired == 1);
  ol_cancel(job);
  ol_fail(job, NULL, "too late");
  return OL_OK;
}

static void what_is_armed_runs_once_before_the_stop_returns(void) {
  run_and_free(body_armed, OL_CANCELLED);
  CHECK(fired == 1);
}

static int body_fail(ol_job* job) {
  CHECK(ol_on_stop(job, fire, &fired) == OL_OK);
  return ol_fail(job, NULL, "no more");
}

static void a_failure_runs_it_too_so_that_other_threads_of_the_job_wake(void) {
  run_and_free(body_fail, OL_FAILED);
  CHECK(fired == 1);
}

static int body_disarmed(ol_job* job) {
  CHECK(ol_on_stop(job, fire, &fired) == OL_OK);
  CHECK(ol_on_stop(job, NULL, NULL) == OL_OK);
  ol_cancel(job);
  CHECK(ol_on_stop(job, NULL, NULL) == OL_CANCELLED);
  return OL_OK;
}

static void what_was_disarmed_never_runs(void) {
  run_and_free(body_disarmed, OL_CANCELLED);
  CHECK(fired == 0);
}

static int body_replaced(ol_job* job) {
  CHECK(ol_on_stop(job, fire, &fired) == OL_OK);
  CHECK(ol_on_stop(job, fire, &fired_instead) == OL_OK);
  return ol_cancel(job);
}

static void the_second_replaces_the_first(void) {
  run_and_free(body_replaced, OL_CANCELLED);
  CHECK(fired == 0 && fired_instead == 1);
}

static int body_too_late(ol_job* job) {
  ol_cancel(job);
  CHECK(ol_on_stop(job, fire, &fired) == OL_CANCELLED);
  return OL_OK;
}

static void armed_after_the_stop_it_says_why_and_does_not_run(void) {
  run_and_free(body_too_late, OL_CANCELLED);
  CHECK(fired == 0);
}

static int body_left_armed(ol_job* job) {
  return ol_on_stop(job, fire, &fired);
}

static void the_end_of_execute_disarms(void) {
  ol_job* job = start(body_left_armed);
  oli_job_run(job, NULL);
  CHECK(ol_cancel(job) == OL_CLOSED && fired == 0);
  CHECK(ol_on_stop(job, fire, &fired) == OL_CLOSED);
  oli_job_free(job);
  CHECK(fired == 0);
}

int main(void) {
  stopped_in_its_queue_a_job_never_executes_and_is_sent_home_once();
  the_first_reason_stays_and_later_ones_are_told_of_it();
  a_stop_that_comes_too_late_says_so_and_changes_nothing();
  what_is_armed_runs_once_before_the_stop_returns();
  a_failure_runs_it_too_so_that_other_threads_of_the_job_wake();
  what_was_disarmed_never_runs();
  the_second_replaces_the_first();
  armed_after_the_stop_it_says_why_and_does_not_run();
  the_end_of_execute_disarms();
  return 0;
}
