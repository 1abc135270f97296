/* with: plat.c arena.c failure.c attribute.c rules.c fields.c timer.c job.c parcel.c ask.c */
/* ol_call waits for its answer, a throw, a stop or its time, and what comes late reaches nobody */
#include "ask.h"

#include <string.h>

#include "job_fixture.h"
#include "nap.h"
#include "shape_fixture.h"

#define ROUNDS 300

typedef struct talk {
  int32_t question;
  int32_t untouched;
  ol_str text;
  int32_t answer;
  ol_str more;
} talk;

static const ol_shape* const talk_shape = OL_SHAPE(talk, OL_ARG(talk, question), OL_ARG(talk, text),
                                                   OL_RET(talk, answer), OL_RET(talk, more));

/* ---- The loop's side, which counts ----------------------------------------------------------- */

static atomic_int posed, withdrawn, paused, resumed;

static void pose(oli_asker* asker) {
  CHECK(asker->now != NULL);
  atomic_fetch_add(&posed, 1);
}

static void withdraw(oli_asker* asker) {
  CHECK(asker->now == NULL);
  atomic_fetch_add(&withdrawn, 1);
}

static void pause_turn(void* job) {
  (void) job;
  atomic_fetch_add(&paused, 1);
}

static void resume_turn(void* job) {
  (void) job;
  CHECK(atomic_fetch_add(&resumed, 1) + 1 == atomic_load(&paused));
}

static const oli_asker_kind kind = {pose, withdraw, pause_turn, resume_turn};

/* ---- The job's side -------------------------------------------------------------------------- */

typedef struct asking {
  ol_fn fn;
  int32_t rounds;
  int ms;
  atomic_int statuses[4]; /* answered, failed, late, stopped */
  atomic_int last;
} asking;

static void count(asking* s, int status) {
  int which = status == OL_OK ? 0 : status == OL_FAILED ? 1 : status == OL_TIMED_OUT ? 2 : 3;
  atomic_fetch_add(&s->statuses[which], 1);
  atomic_store(&s->last, status);
}

/* What is asked is on this stack; the text of one answer is the next question's. */
static int asking_execute(ol_job* job, void* state) {
  asking* s = state;
  talk call = {.untouched = 77, .text = {"first", 5}};
  int status = OL_OK;
  for (int32_t i = 0; i < s->rounds && (status == OL_OK || status == OL_TIMED_OUT); i++) {
    int32_t before = call.answer;
    call.question = i;
    status = ol_call(job, &s->fn, talk_shape, &call, s->ms);
    CHECK(call.untouched == 77 && call.question == i);
    if (status == OL_OK) CHECK(call.answer == i * 2 && call.more.len == 4);
    if (status != OL_OK) CHECK(call.answer == before);
    call.text = status == OL_OK ? call.more : (ol_str){"first", 5};
    count(s, status);
  }
  return status == OL_TIMED_OUT ? OL_OK : status;
}

static const ol_worker worker = {OL_WORKER("asking", asking, asking_execute)};

static asking* state_of(ol_job* job) {
  return job->state;
}

static ol_job* start(oli_thread* thread, int32_t rounds, int ms, void (*run)(void* job)) {
  static oli_function function = {.name = "fn"};
  ol_job* job = fixture_job(&worker);
  CHECK(oli_asker_open(job, &kind));
  job->functions = &function;
  *state_of(job) = (asking){.fn = {&function}, .rounds = rounds, .ms = ms};
  CHECK(oli_thread_start(thread, "asking", run, job) == 0);
  return job;
}

static void run(void* job) {
  oli_job_run(job, NULL);
}

static void end(ol_job* job, oli_thread thread) {
  oli_thread_join(thread);
  oli_asker_close(job);
  oli_job_free(job);
  CHECK(atomic_load(&paused) == atomic_load(&resumed));
  CHECK(atomic_load(&posed) == atomic_load(&withdrawn));
}

static bool is_over(ol_job* job) {
  return atomic_load(&job->status) != OLI_NOT_OVER;
}

/* The next ask; NULL: the job is over. */
static oli_ask* take(ol_job* job, uint64_t number) {
  oli_ask* ask = NULL;
  while (ask == NULL && !is_over(job)) ask = oli_ask_take(job->asker, number);
  return ask;
}

static void fill(oli_ask* ask) {
  talk* answer = ask->answer;
  const talk* given = ask->given;
  answer->answer = given->question * 2;
  CHECK(given->text.len == (size_t) (strcmp(given->text.data, "next") == 0 ? 4 : 5));
  answer->more.data = oli_arena_copy(&ask->kept, "next", 4);
  answer->more.len = 4;
  CHECK(answer->more.data != NULL);
}

/* ---- The tests ------------------------------------------------------------------------------- */

static void every_ask_gets_its_answer(void) {
  oli_thread thread;
  oli_ask* ask;
  ol_job* job = start(&thread, ROUNDS, -1, run);
  uint64_t number = 0;
  while ((ask = take(job, ++number)) != NULL) {
    CHECK(oli_ask_take(job->asker, number + 1) == NULL);
    CHECK(oli_ask_find(job->asker, number + 1) == NULL);
    oli_ask_drop(ask);
    ask = oli_ask_find(job->asker, number);
    CHECK(ask != NULL);
    fill(ask);
    CHECK(oli_ask_end(job->asker, ask, OLI_ASK_ANSWERED));
  }
  CHECK(atomic_load(&state_of(job)->statuses[0]) == ROUNDS && ol_status(job) == OL_OK);
  end(job, thread);
}

static void a_throw_fails_the_job(void) {
  oli_thread thread;
  ol_job* job = start(&thread, 2, -1, run);
  oli_ask* ask = take(job, 1);
  CHECK(ask != NULL && oli_ask_end(job->asker, ask, OLI_ASK_RAISED));
  NAP_UNTIL(is_over(job));
  CHECK(job->raised && ol_status(job) == OL_FAILED);
  CHECK(atomic_load(&state_of(job)->statuses[1]) == 1);
  end(job, thread);
}

static void a_failure_that_came_before_is_not_replaced(void) {
  oli_thread thread;
  ol_job* job = start(&thread, 2, -1, run);
  oli_ask* ask = take(job, 1);
  CHECK(ask != NULL && ol_fail(job, "ERR_FIRST", "first") == OL_FAILED);
  oli_ask_end(job->asker, ask, OLI_ASK_RAISED);
  NAP_UNTIL(is_over(job));
  CHECK(!job->raised && strcmp(job->failure->code, "ERR_FIRST") == 0);
  end(job, thread);
}

/* In each state of an ask: posed, taken. */
static void a_stop_ends_the_wait(bool taken, int why) {
  oli_thread thread;
  ol_job* job = start(&thread, 2, -1, run);
  oli_ask* ask = taken ? take(job, 1) : NULL;
  NAP_UNTIL(atomic_load(&paused) == atomic_load(&resumed) + 1);
  CHECK(oli_job_stop(job, why) == OL_OK);
  NAP_UNTIL(is_over(job));
  CHECK(oli_ask_take(job->asker, 2) == NULL && oli_ask_find(job->asker, 1) == NULL);
  CHECK(atomic_load(&state_of(job)->last) == why && ol_status(job) == why);
  if (ask != NULL) fill(ask);
  if (ask != NULL) CHECK(!oli_ask_end(job->asker, ask, OLI_ASK_ANSWERED));
  end(job, thread);
}

/* The loop goes on with an ask whose job has long asked the next one, or is over. */
static void what_comes_late_reaches_nobody(void) {
  oli_thread thread;
  oli_ask *ask, *late = NULL;
  ol_job* job = start(&thread, ROUNDS, 1, run);
  uint64_t number = 0;
  while ((ask = take(job, ++number)) != NULL) {
    if (late != NULL) {
      fill(late);
      oli_ask_end(job->asker, late, OLI_ASK_ANSWERED);
    }
    late = ask;
  }
  if (late != NULL) CHECK(!oli_ask_end(job->asker, late, OLI_ASK_ANSWERED));
  CHECK(atomic_load(&state_of(job)->statuses[2]) > 0);
  CHECK(atomic_load(&state_of(job)->statuses[1]) == 0 && ol_status(job) == OL_OK);
  end(job, thread);
}

static void answers_race_with_the_end_of_their_time(void) {
  oli_thread thread;
  oli_ask* ask;
  ol_job* job = start(&thread, ROUNDS, 1, run);
  uint32_t seed = 7;
  int told = 0;
  while ((ask = take(job, 1)) != NULL) {
    fill(ask);
    if (check_random(&seed) % 2) nap_ms(1);
    told += oli_ask_end(job->asker, ask, OLI_ASK_ANSWERED);
  }
  CHECK(atomic_load(&state_of(job)->statuses[0]) == told);
  end(job, thread);
}

static void off_its_thread_and_without_its_function_it_is_refused(void) {
  oli_thread thread;
  talk call = {0};
  oli_function strange = {.name = "strange"};
  ol_job* job = start(&thread, 1, -1, run);
  oli_ask* ask = take(job, 1);
  const ol_fn *fn = &state_of(job)->fn, none = {NULL}, other = {&strange};
  CHECK(ol_call(job, fn, talk_shape, &call, -1) == OL_INVALID);
  CHECK(ol_call(job, &other, talk_shape, &call, -1) == OL_INVALID);
  CHECK(ol_call(job, &none, talk_shape, &call, -1) == OL_INVALID);
  CHECK(ol_call(job, NULL, talk_shape, &call, -1) == OL_INVALID);
  fill(ask);
  CHECK(oli_ask_end(job->asker, ask, OLI_ASK_ANSWERED));
  end(job, thread);
}

int main(void) {
  every_ask_gets_its_answer();
  a_throw_fails_the_job();
  a_failure_that_came_before_is_not_replaced();
  a_stop_ends_the_wait(false, OL_CANCELLED);
  a_stop_ends_the_wait(true, OL_CLOSED);
  a_stop_ends_the_wait(true, OL_ENDED);
  what_comes_late_reaches_nobody();
  answers_race_with_the_end_of_their_time();
  off_its_thread_and_without_its_function_it_is_refused();
  return 0;
}
