/* with: plat.c arena.c failure.c timer.c job.c */
/* ol_sleep lasts as long as it was told, or until the job is stopped */
#include "job.h"

#include "job_fixture.h"
#include "nap.h"

#define SHORT_MS 20

typedef struct sleeper {
  int ms;
  bool cancels; /* the job, before it sleeps */
  int woken_by; /* what ol_sleep returned */
  atomic_bool asleep;
  uint64_t slept_ns;
} sleeper;

static int sleeper_execute(ol_job* job, void* state) {
  sleeper* s = state;
  uint64_t began_ns = oli_now_ns();
  if (s->cancels) CHECK(ol_cancel(job) == OL_OK);
  atomic_store(&s->asleep, true);
  s->woken_by = ol_sleep(job, s->ms);
  s->slept_ns = oli_now_ns() - began_ns;
  return s->woken_by;
}

static const ol_worker worker = {OL_WORKER("sleeper", sleeper, sleeper_execute)};

static ol_job* start(int ms) {
  ol_job* job = fixture_job(&worker);
  ((sleeper*) job->state)->ms = ms;
  return job;
}

static sleeper* state_of(ol_job* job) {
  return job->state;
}

static void run(void* job) {
  oli_job_run(job, NULL);
}

/* Until the thread waits under the lock, which it lets go of only there. */
static void await_asleep(ol_job* job) {
  bool waits = false;
  NAP_UNTIL(atomic_load(&state_of(job)->asleep));
  while (!waits) {
    oli_mutex_lock(&job->lock);
    waits = job->sleeper != NULL;
    oli_mutex_unlock(&job->lock);
  }
}

/* ---- The tests ----------------------------------------------------------------------------- */

static void it_lasts_no_shorter_than_it_was_told(void) {
  ol_job* job = start(SHORT_MS);
  oli_job_run(job, NULL);
  CHECK(ol_status(job) == OL_OK && state_of(job)->woken_by == OL_OK);
  CHECK(state_of(job)->slept_ns >= SHORT_MS * UINT64_C(1000000));
  oli_job_free(job);
}

static void without_time_it_only_asks(void) {
  ol_job* job = start(0);
  oli_job_run(job, NULL);
  CHECK(state_of(job)->woken_by == OL_OK);
  oli_job_free(job);
}

static void a_stop_wakes_it_and_it_tells_why(int ms, int why) {
  oli_thread thread;
  ol_job* job = start(ms);
  CHECK(oli_thread_start(&thread, "sleeper", run, job) == 0);
  await_asleep(job);
  CHECK(oli_job_stop(job, why) == OL_OK);
  oli_thread_join(thread);
  CHECK(state_of(job)->woken_by == why && ol_status(job) == why);
  oli_job_free(job);
}

static void fail_elsewhere(void* job) {
  await_asleep(job);
  CHECK(ol_fail(job, "ERR_ELSEWHERE", "another thread of it failed") == OL_FAILED);
}

static void a_failure_on_another_thread_wakes_it_too(void) {
  oli_thread thread;
  ol_job* job = start(-1);
  CHECK(oli_thread_start(&thread, "other", fail_elsewhere, job) == 0);
  oli_job_run(job, NULL);
  oli_thread_join(thread);
  CHECK(state_of(job)->woken_by == OL_FAILED && ol_status(job) == OL_FAILED);
  oli_job_free(job);
}

static void stopped_already_it_does_not_sleep(int ms) {
  ol_job* job = start(ms);
  state_of(job)->cancels = true;
  oli_job_run(job, NULL);
  CHECK(state_of(job)->woken_by == OL_CANCELLED);
  oli_job_free(job);
}

int main(void) {
  it_lasts_no_shorter_than_it_was_told();
  without_time_it_only_asks();
  a_stop_wakes_it_and_it_tells_why(-1, OL_CANCELLED);
  a_stop_wakes_it_and_it_tells_why(INT32_MAX, OL_TIMED_OUT);
  a_stop_wakes_it_and_it_tells_why(-7, OL_ENDED);
  a_failure_on_another_thread_wakes_it_too();
  stopped_already_it_does_not_sleep(-1);
  stopped_already_it_does_not_sleep(INT32_MAX);
  stopped_already_it_does_not_sleep(0);
  return 0;
}
