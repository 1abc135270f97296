/* Workers with a complete of their own: it makes results, turns errors into values, throws. */
#include <offloop.h>

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

static atomic_int completed, destroyed;

typedef struct outcome_state {
  int32_t how, status; /* status: what execute returns */
  double number;
  char text[32];
} outcome_state;

static int outcome_execute(ol_job* job, void* state) {
  outcome_state* s = state;
  s->number *= 2;
  if (s->status == OL_FAILED) return ol_fail(job, "ERR_TASK", "I am a failing task");
  if (s->status == OL_CANCELLED) return ol_cancel(job);
  if (s->status == OL_ENDED) ol_end(job);
  return s->status;
}

static void outcome_destroy(void* state) {
  (void) state;
  atomic_fetch_add(&destroyed, 1);
}

/* ---- What complete makes -------------------------------------------------------------------- */

static napi_value make_undefined(napi_env env, ol_job* job, outcome_state* s) {
  napi_value value;
  (void) job;
  (void) s;
  return napi_get_undefined(env, &value) == napi_ok ? value : NULL;
}

static napi_value make_object(napi_env env, ol_job* job, outcome_state* s) {
  napi_value object, number, text;
  (void) job;
  napi_create_object(env, &object);
  napi_create_double(env, s->number, &number);
  napi_create_string_utf8(env, s->text, NAPI_AUTO_LENGTH, &text);
  napi_set_named_property(env, object, "number", number);
  return napi_set_named_property(env, object, "text", text) == napi_ok ? object : NULL;
}

static napi_value make_status(napi_env env, ol_job* job, outcome_state* s) {
  napi_value value;
  const char* name = ol_status_name(ol_status(job));
  (void) s;
  return napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &value) == napi_ok ? value : NULL;
}

/* An Error that is returned, not thrown, is a value like any other. */
static napi_value make_error(napi_env env, ol_job* job, outcome_state* s) {
  napi_value text, error;
  (void) job;
  napi_create_string_utf8(env, s->text, NAPI_AUTO_LENGTH, &text);
  return napi_create_error(env, NULL, text, &error) == napi_ok ? error : NULL;
}

/* More handles than there would be room for, were no scope open. */
static napi_value make_many(napi_env env, ol_job* job, outcome_state* s) {
  napi_value object = NULL;
  (void) job;
  (void) s;
  for (int i = 0; i < 5000; i++) napi_create_object(env, &object);
  return object;
}

static napi_value (*const makers[])(napi_env, ol_job*, outcome_state*) = {
  make_undefined, make_object, make_status, make_error, make_many};
static const char* const maker_names[] = {"undefined", "object", "status", "error", "many", NULL};

static napi_value make_complete(napi_env env, ol_job* job, void* state) {
  outcome_state* s = state;
  atomic_fetch_add(&completed, 1);
  return makers[s->how](env, job, s);
}

static const ol_worker make = {
  OL_WORKER("make", outcome_state, outcome_execute),
  .fields =
    OL_FIELDS(OL_ARG(outcome_state, how, .one_of = maker_names), OL_OPTION(outcome_state, status),
              OL_OPTION(outcome_state, number), OL_OPTION(outcome_state, text)),
  .complete = make_complete,
  .destroy = outcome_destroy,
};

/* ---- usual({ status, number }): counts, and leaves it to offloop ---------------------------- */

static napi_value usual_complete(napi_env env, ol_job* job, void* state) {
  (void) env;
  (void) job;
  (void) state;
  atomic_fetch_add(&completed, 1);
  return NULL;
}

static const ol_worker usual = {
  OL_WORKER("usual", outcome_state, outcome_execute),
  .fields = OL_FIELDS(OL_OPTION(outcome_state, status), OL_OPTION(outcome_state, number),
                      OL_RET(outcome_state, number)),
  .complete = usual_complete,
  .destroy = outcome_destroy,
};

/* ---- rejectWith(what, { status }): throws a value ------------------------------------------- */

static const char* const thrown_names[] = {"undefined", "null",   "true",   "number", "text",
                                           "symbol",    "bigint", "object", "error",  NULL};

static napi_value thrown_value(napi_env env, const char* name) {
  napi_value value = NULL, text;
  napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &text);
  if (strcmp(name, "undefined") == 0) napi_get_undefined(env, &value);
  if (strcmp(name, "null") == 0) napi_get_null(env, &value);
  if (strcmp(name, "true") == 0) napi_get_boolean(env, true, &value);
  if (strcmp(name, "number") == 0) napi_create_double(env, -7.5, &value);
  if (strcmp(name, "text") == 0) value = text;
  if (strcmp(name, "symbol") == 0) napi_create_symbol(env, text, &value);
  if (strcmp(name, "bigint") == 0) napi_create_bigint_int64(env, 7, &value);
  if (strcmp(name, "object") == 0) napi_create_object(env, &value);
  if (strcmp(name, "error") == 0) napi_create_range_error(env, NULL, text, &value);
  return value;
}

/* A value that is returned along with a throw counts for nothing. */
static napi_value reject_complete(napi_env env, ol_job* job, void* state) {
  outcome_state* s = state;
  (void) job;
  atomic_fetch_add(&completed, 1);
  napi_throw(env, thrown_value(env, thrown_names[s->how]));
  return thrown_value(env, "text");
}

static const ol_worker reject_with = {
  OL_WORKER("rejectWith", outcome_state, outcome_execute),
  .fields =
    OL_FIELDS(OL_ARG(outcome_state, how, .one_of = thrown_names), OL_OPTION(outcome_state, status)),
  .complete = reject_complete,
  .destroy = outcome_destroy,
};

/* ---- threads(): of prepare, which is the loop's, execute and complete; which are the same -- */

typedef struct threads_state {
  pthread_t loop, job;
} threads_state;

static int threads_prepare(napi_env env, ol_job* job, void* state) {
  (void) env;
  (void) job;
  ((threads_state*) state)->loop = pthread_self();
  return OL_OK;
}

static int threads_execute(ol_job* job, void* state) {
  (void) job;
  ((threads_state*) state)->job = pthread_self();
  return OL_OK;
}

static napi_value threads_complete(napi_env env, ol_job* job, void* state) {
  threads_state* s = state;
  napi_value object, execute, complete;
  (void) job;
  napi_create_object(env, &object);
  napi_get_boolean(env, pthread_equal(s->loop, s->job) != 0, &execute);
  napi_get_boolean(env, pthread_equal(s->loop, pthread_self()) != 0, &complete);
  napi_set_named_property(env, object, "executeOnLoop", execute);
  napi_set_named_property(env, object, "completeOnLoop", complete);
  return object;
}

static const ol_worker threads = {
  OL_WORKER("threads", threads_state, threads_execute),
  .prepare = threads_prepare,
  .complete = threads_complete,
};

/* ---- counts() ------------------------------------------------------------------------------- */

typedef struct counts_state {
  int32_t completed, destroyed;
} counts_state;

static int counts_execute(ol_job* job, void* state) {
  counts_state* s = state;
  (void) job;
  s->completed = atomic_load(&completed);
  s->destroyed = atomic_load(&destroyed);
  return OL_OK;
}

static const ol_worker counts = {
  OL_WORKER("counts", counts_state, counts_execute),
  .fields = OL_FIELDS(OL_RET(counts_state, completed), OL_RET(counts_state, destroyed)),
};

OL_MODULE(&make, &usual, &reject_with, &threads, &counts)
