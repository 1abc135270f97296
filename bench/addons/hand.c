/* The add job written by hand against Node-API, as an experienced author would write it: one
 * allocation a job, every status checked, nothing cached that the manual does not ask to cache.
 *
 * A job belongs to the loop. The pool's thread touches a, b and sum alone, between
 * napi_queue_async_work and the complete callback, which frees the job. Whoever fails before the
 * job is queued frees it too. */
#include <node_api.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct {
  double a, b, sum;
  napi_async_work work;
  napi_deferred deferred; /* promise form */
  napi_ref callback;      /* callback form */
} hand_job;

static void hand_throw_last(napi_env env) {
  const napi_extended_error_info* info = NULL;
  bool pending = false;
  napi_get_last_error_info(env, &info);
  napi_is_exception_pending(env, &pending);
  if (!pending) {
    const char* message = info != NULL ? info->error_message : NULL;
    napi_throw_error(env, NULL, message != NULL ? message : "Node-API call failed");
  }
}

static void hand_free(napi_env env, hand_job* job) {
  if (job->work != NULL) napi_delete_async_work(env, job->work);
  if (job->callback != NULL) napi_delete_reference(env, job->callback);
  free(job);
}

/* Throws what went wrong and gives the job up: the one way out before a job is queued. */
static napi_value hand_refuse(napi_env env, hand_job* job) {
  hand_throw_last(env);
  if (job != NULL) hand_free(env, job);
  return NULL;
}

static bool hand_numbers(napi_env env, const napi_value* argv, double* a, double* b) {
  if (napi_get_value_double(env, argv[0], a) == napi_ok &&
      napi_get_value_double(env, argv[1], b) == napi_ok) {
    return true;
  }
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "add takes two numbers");
  return false;
}

static hand_job* hand_new(napi_env env, const napi_value* argv) {
  hand_job* job = calloc(1, sizeof(*job));
  if (job == NULL) {
    napi_throw_error(env, "ERR_MEMORY_ALLOCATION_FAILED", "out of memory");
    return NULL;
  }
  if (hand_numbers(env, argv, &job->a, &job->b)) return job;
  free(job);
  return NULL;
}

static void hand_execute(napi_env env, void* data) {
  hand_job* job = data;
  (void) env;
  job->sum = job->a + job->b;
}

static napi_status hand_queue(napi_env env, hand_job* job, napi_async_complete_callback complete) {
  napi_value name;
  napi_status status = napi_create_string_utf8(env, "add", NAPI_AUTO_LENGTH, &name);
  if (status != napi_ok) return status;
  status = napi_create_async_work(env, NULL, name, hand_execute, complete, job, &job->work);
  if (status != napi_ok) return status;
  return napi_queue_async_work(env, job->work);
}

/* What a callback gets, as two values: null and the sum, or an error and undefined. */
static napi_status hand_outcome(napi_env env, napi_status status, double sum, napi_value* outcome) {
  napi_value message;
  if (status == napi_ok) {
    status = napi_get_null(env, &outcome[0]);
    return status == napi_ok ? napi_create_double(env, sum, &outcome[1]) : status;
  }
  status = napi_create_string_utf8(env, "the job was cancelled", NAPI_AUTO_LENGTH, &message);
  if (status == napi_ok) status = napi_create_error(env, NULL, message, &outcome[0]);
  return status == napi_ok ? napi_get_undefined(env, &outcome[1]) : status;
}

static void hand_promise_done(napi_env env, napi_status status, void* data) {
  hand_job* job = data;
  napi_value outcome[2];
  if (hand_outcome(env, status, job->sum, outcome) != napi_ok ||
      (status == napi_ok ? napi_resolve_deferred(env, job->deferred, outcome[1])
                         : napi_reject_deferred(env, job->deferred, outcome[0])) != napi_ok) {
    hand_throw_last(env);
  }
  hand_free(env, job);
}

/* A throw of the callback is left pending: Node makes an uncaughtException of it. */
static void hand_callback_done(napi_env env, napi_status status, void* data) {
  hand_job* job = data;
  napi_value global, callback, outcome[2];
  if (hand_outcome(env, status, job->sum, outcome) != napi_ok ||
      napi_get_global(env, &global) != napi_ok ||
      napi_get_reference_value(env, job->callback, &callback) != napi_ok ||
      napi_call_function(env, global, callback, 2, outcome, NULL) != napi_ok) {
    hand_throw_last(env);
  }
  hand_free(env, job);
}

static napi_value hand_promise(napi_env env, napi_callback_info info) {
  napi_value argv[2], promise;
  size_t argc = 2;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok)
    return hand_refuse(env, NULL);
  hand_job* job = hand_new(env, argv);
  if (job == NULL) return NULL;
  if (napi_create_promise(env, &job->deferred, &promise) != napi_ok ||
      hand_queue(env, job, hand_promise_done) != napi_ok) {
    return hand_refuse(env, job);
  }
  return promise;
}

static napi_value hand_callback(napi_env env, napi_callback_info info) {
  napi_value argv[3];
  size_t argc = 3;
  napi_valuetype type;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok ||
      napi_typeof(env, argv[2], &type) != napi_ok) {
    return hand_refuse(env, NULL);
  }
  if (type != napi_function) {
    napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "add takes a function last");
    return NULL;
  }
  hand_job* job = hand_new(env, argv);
  if (job == NULL) return NULL;
  if (napi_create_reference(env, argv[2], 1, &job->callback) != napi_ok ||
      hand_queue(env, job, hand_callback_done) != napi_ok) {
    return hand_refuse(env, job);
  }
  return NULL;
}

/* On the loop, with no job at all: what the call itself costs. */
static napi_value hand_sync(napi_env env, napi_callback_info info) {
  napi_value argv[2], sum;
  size_t argc = 2;
  double a, b;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok)
    return hand_refuse(env, NULL);
  if (!hand_numbers(env, argv, &a, &b)) return NULL;
  if (napi_create_double(env, a + b, &sum) != napi_ok) return hand_refuse(env, NULL);
  return sum;
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
    {"promise", NULL, hand_promise, NULL, NULL, NULL, napi_enumerable, NULL},
    {"callback", NULL, hand_callback, NULL, NULL, NULL, napi_enumerable, NULL},
    {"sync", NULL, hand_sync, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  size_t count = sizeof(functions) / sizeof(functions[0]);
  if (napi_define_properties(env, exports, count, functions) != napi_ok) hand_throw_last(env);
  return exports;
}
