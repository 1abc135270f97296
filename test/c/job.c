/* with: plat.c arena.c failure.c timer.c job.c */
/* a job ends once, for the first reason, and its state is destroyed once */
#include "job.h"

#include <stdalign.h>
#include <string.h>

#include "job_fixture.h"

static int executed, destroyed, fired;

/* What execute does is a function in its state. */
typedef struct script {
  int (*body)(ol_job* job);
  max_align_t room;
} script;

static int script_execute(ol_job* job, void* state) {
  script* s = state;
  executed++;
  return s->body(job);
}

static void script_destroy(void* state) {
  (void) state;
  destroyed++;
}

static const ol_worker worker = {
  OL_WORKER("script", script, script_execute),
  .destroy = script_destroy,
};

static ol_job* start(int (*body)(ol_job* job)) {
  executed = destroyed = fired = fixture_homes = 0;
  fixture_queued = false;
  ol_job* job = fixture_job(&worker);
  ((script*) job->state)->body = body;
  return job;
}

static void run(ol_job* job, int status) {
  oli_job_run(job, NULL);
  CHECK(executed == 1 && ol_status(job) == status);
}

static void end(ol_job* job) {
  oli_job_free(job);
  CHECK(destroyed == 1);
}

static void fire(void* arg) {
  (void) arg;
  fired++;
}

/* ---- Life ---------------------------------------------------------------------------------- */

static void the_state_is_zeroed_and_aligned_for_any_type(void) {
  static const script zero;
  ol_job* job = fixture_job(&worker);
  CHECK((uintptr_t) job->state % alignof(max_align_t) == 0);
  CHECK(memcmp(job->state, &zero, sizeof zero) == 0);
  oli_job_free(job);
}

static void a_state_too_large_for_memory_is_refused(void) {
  ol_worker large = worker;
  large.state_size = SIZE_MAX - 8;
  CHECK(oli_job_new(&fixture_kind, &large) == NULL);
}

/* C11 */
static void a_job_that_was_never_accepted_neither_executes_nor_destroys(void) {
  ol_job* job = start(NULL);
  job->accepted = false;
  oli_job_free(job);
  CHECK(executed == 0 && destroyed == 0);
}

/* C38 */
static void retiring_twice_destroys_once(void) {
  ol_job* job = start(NULL);
  oli_job_skip(job);
  oli_job_retire(job);
  oli_job_retire(job);
  CHECK(destroyed == 1);
  end(job);
}

/* ---- Outcomes ------------------------------------------------------------------------------ */

static int returned;

static int body_return(ol_job* job) {
  (void) job;
  return returned;
}

static void every_status_that_execute_returns_is_how_the_job_ends(void) {
  for (returned = OL_OK; returned >= OL_ENDED; returned--) {
    ol_job* job = start(body_return);
    CHECK(ol_status(job) == OL_OK);
    run(job, returned);
    end(job);
  }
}

static void what_is_no_status_ends_the_job_as_invalid_and_is_told(void) {
  static const int numbers[] = {1, 5, INT32_MAX, OL_ENDED - 1, INT32_MIN};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    char told[80];
    returned = numbers[i];
    ol_job* job = start(body_return);
    run(job, OL_INVALID);
    snprintf(told, sizeof told, "execute of script returned %d, which is no status", returned);
    CHECK(strcmp(job->failure->message, told) == 0);
    CHECK(strcmp(job->failure->code, "ERR_OL_INVALID") == 0);
    end(job);
  }
}

static void every_status_has_a_name(void) {
  CHECK(strcmp(ol_status_name(OL_OK), "OL_OK") == 0);
  CHECK(strcmp(ol_status_name(OL_CANCELLED), "OL_CANCELLED") == 0);
  CHECK(strcmp(ol_status_name(OL_FAILED), "OL_FAILED") == 0);
  CHECK(strcmp(ol_status_name(OL_ENDED), "OL_ENDED") == 0);
  CHECK(strcmp(ol_status_name(OL_ENDED - 1), "OL_UNKNOWN") == 0);
  CHECK(strcmp(ol_status_name(1), "OL_UNKNOWN") == 0);
}

/* ---- Failing ------------------------------------------------------------------------------- */

static int body_fail_twice(ol_job* job) {
  CHECK(ol_on_stop(job, fire, NULL) == OL_OK);
  CHECK(ol_fail(job, "ERR_FIRST", "the %s", "first") == OL_FAILED);
  CHECK(fired == 1 && ol_stopped(job) == OL_FAILED && ol_status(job) == OL_FAILED);
  CHECK(ol_fail(job, "ERR_SECOND", "the second") == OL_FAILED);
  CHECK(ol_fail_errno(job, 2, "open", "path") == OL_FAILED);
  return OL_OK;
}

/* C6 */
static void the_first_failure_wins_and_stops_the_job(void) {
  ol_job* job = start(body_fail_twice);
  run(job, OL_FAILED);
  CHECK(strcmp(job->failure->message, "the first") == 0 && job->failure->error == 0);
  CHECK(fired == 1);
  end(job);
}

static int body_stop_then_fail(ol_job* job) {
  CHECK(oli_job_stop(job, OL_TIMED_OUT) == OL_OK);
  CHECK(ol_fail(job, NULL, "because of the stop") == OL_TIMED_OUT);
  return OL_FAILED;
}

static void a_stop_wins_over_the_failure_that_follows_from_it(void) {
  ol_job* job = start(body_stop_then_fail);
  run(job, OL_TIMED_OUT);
  CHECK(job->failure == NULL);
  end(job);
}

static int body_end(ol_job* job) {
  ol_end(job);
  CHECK(ol_stopped(job) == OL_ENDED);
  ol_end(job);
  return ol_fail(job, NULL, "too late");
}

static void ending_stops_the_job_and_no_failure_follows(void) {
  ol_job* job = start(body_end);
  run(job, OL_ENDED);
  CHECK(job->failure == NULL);
  end(job);
}

static int body_end_out_of_memory(ol_job* job) {
  ol_end(job);
  return OL_NO_MEMORY;
}

static void out_of_memory_is_told_also_of_a_job_that_was_ended(void) {
  ol_job* job = start(body_end_out_of_memory);
  run(job, OL_NO_MEMORY);
  end(job);
}

static void once_over_nothing_can_fail_it(void) {
  static const ol_value detail = {.type = OL_VALUE_BOOL};
  returned = OL_OK;
  ol_job* job = start(body_return);
  run(job, OL_OK);
  CHECK(ol_fail(job, NULL, "too late") == OL_CLOSED);
  CHECK(ol_fail_errno(job, 2, NULL, NULL) == OL_CLOSED);
  CHECK(ol_fail_detail(job, "late", detail) == OL_CLOSED);
  CHECK(ol_status(job) == OL_OK && job->failure == NULL);
  end(job);
}

static ol_job* adopter;
static int refused_frees;

/* The author's function, which may be slow, and must not keep others from the job. */
static void free_refused(void* data) {
  (void) data;
  CHECK(oli_mutex_try_lock(&adopter->lock));
  oli_mutex_unlock(&adopter->lock);
  refused_frees++;
}

static void memory_that_is_refused_is_freed_once_with_no_lock_held(void) {
  char here[1];
  ol_buf buf = {(uint8_t*) here, 77};
  adopter = fixture_job(&worker);
  CHECK(ol_buf_adopt(adopter, NULL, here, 1, free_refused) == OL_INVALID && refused_frees == 1);
  CHECK(ol_buf_adopt(adopter, &buf, here, SIZE_MAX, free_refused) == OL_INVALID);
  CHECK(refused_frees == 2 && (char*) buf.data == here && buf.len == 77);
  CHECK(ol_buf_adopt(adopter, &buf, here, 1, NULL) == OL_INVALID);
  CHECK(ol_buf_adopt(adopter, &buf, NULL, 1, free_refused) == OL_INVALID && refused_frees == 2);
  CHECK(ol_buf_adopt(adopter, &buf, here, 1, free_refused) == OL_OK && refused_frees == 2);
  adopter->accepted = false;
  oli_job_free(adopter);
  CHECK(refused_frees == 3);
}

int main(void) {
  the_state_is_zeroed_and_aligned_for_any_type();
  a_state_too_large_for_memory_is_refused();
  a_job_that_was_never_accepted_neither_executes_nor_destroys();
  retiring_twice_destroys_once();
  memory_that_is_refused_is_freed_once_with_no_lock_held();
  every_status_that_execute_returns_is_how_the_job_ends();
  what_is_no_status_ends_the_job_as_invalid_and_is_told();
  every_status_has_a_name();
  the_first_failure_wins_and_stops_the_job();
  a_stop_wins_over_the_failure_that_follows_from_it();
  ending_stops_the_job_and_no_failure_follows();
  out_of_memory_is_told_also_of_a_job_that_was_ended();
  once_over_nothing_can_fail_it();
  return 0;
}
