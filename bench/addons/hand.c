/* From a call to its answer; hand.h says who owns a job. Exports { promise, callback, sync } for
 * each kind. */
#include "hand.h"

#include <stdlib.h>
#include <string.h>

#define LEN(ARRAY) (sizeof(ARRAY) / sizeof((ARRAY)[0]))

enum { HAND_ROOM = 128 }; /* bytes of the largest job, for those that run at once */

void hand_throw_last(napi_env env) {
  const napi_extended_error_info* info = NULL;
  bool pending = false;
  napi_get_last_error_info(env, &info);
  napi_is_exception_pending(env, &pending);
  if (!pending) {
    const char* message = info != NULL ? info->error_message : NULL;
    napi_throw_error(env, NULL, message != NULL ? message : "Node-API call failed");
  }
}

static void hand_clear(napi_env env, hand_job* job) {
  if (job->kind->clear != NULL) job->kind->clear(env, job);
}

static void hand_free(napi_env env, hand_job* job) {
  if (job->work != NULL) napi_delete_async_work(env, job->work);
  if (job->callback != NULL) napi_delete_reference(env, job->callback);
  hand_clear(env, job);
  free(job);
}

/* Throws what went wrong and gives the job up: the one way out before a job is queued. */
static napi_value hand_refuse(napi_env env, hand_job* job) {
  hand_throw_last(env);
  if (job != NULL) hand_free(env, job);
  return NULL;
}

static hand_job* hand_new(napi_env env, const hand_kind* kind, const napi_value* argv) {
  hand_job* job = calloc(1, kind->size);
  if (job == NULL) {
    napi_throw_error(env, "ERR_MEMORY_ALLOCATION_FAILED", "out of memory");
    return NULL;
  }
  job->kind = kind;
  if (kind->read(env, argv, job)) return job;
  hand_free(env, job);
  return NULL;
}

static void hand_execute(napi_env env, void* data) {
  hand_job* job = data;
  (void) env;
  job->kind->run(job);
}

static napi_status hand_queue(napi_env env, hand_job* job, napi_async_complete_callback complete) {
  napi_value name;
  napi_status status = napi_create_string_utf8(env, job->kind->name, NAPI_AUTO_LENGTH, &name);
  if (status != napi_ok) return status;
  status = napi_create_async_work(env, NULL, name, hand_execute, complete, job, &job->work);
  if (status != napi_ok) return status;
  return napi_queue_async_work(env, job->work);
}

/* What a callback gets, as two values: null and the result, or an error and undefined. */
static napi_status hand_outcome(napi_env env, napi_status status, const hand_job* job,
                                napi_value* outcome) {
  napi_value message;
  if (status == napi_ok) {
    status = napi_get_null(env, &outcome[0]);
    return status == napi_ok ? job->kind->write(env, job, &outcome[1]) : status;
  }
  status = napi_create_string_utf8(env, "the job was cancelled", NAPI_AUTO_LENGTH, &message);
  if (status == napi_ok) status = napi_create_error(env, NULL, message, &outcome[0]);
  return status == napi_ok ? napi_get_undefined(env, &outcome[1]) : status;
}

static void hand_promise_done(napi_env env, napi_status status, void* data) {
  hand_job* job = data;
  napi_value outcome[2];
  if (hand_outcome(env, status, job, outcome) != napi_ok ||
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
  if (hand_outcome(env, status, job, outcome) != napi_ok ||
      napi_get_global(env, &global) != napi_ok ||
      napi_get_reference_value(env, job->callback, &callback) != napi_ok ||
      napi_call_function(env, global, callback, 2, outcome, NULL) != napi_ok) {
    hand_throw_last(env);
  }
  hand_free(env, job);
}

static const hand_kind* hand_arguments(napi_env env, napi_callback_info info, napi_value* argv) {
  size_t argc = HAND_ARGS + 1;
  void* kind;
  return napi_get_cb_info(env, info, &argc, argv, NULL, &kind) == napi_ok ? kind : NULL;
}

static napi_value hand_promise(napi_env env, napi_callback_info info) {
  napi_value argv[HAND_ARGS + 1], promise;
  const hand_kind* kind = hand_arguments(env, info, argv);
  if (kind == NULL) return hand_refuse(env, NULL);
  hand_job* job = hand_new(env, kind, argv);
  if (job == NULL) return NULL;
  if (napi_create_promise(env, &job->deferred, &promise) != napi_ok ||
      hand_queue(env, job, hand_promise_done) != napi_ok) {
    return hand_refuse(env, job);
  }
  return promise;
}

static napi_value hand_callback(napi_env env, napi_callback_info info) {
  napi_value argv[HAND_ARGS + 1];
  napi_valuetype type;
  const hand_kind* kind = hand_arguments(env, info, argv);
  if (kind == NULL || napi_typeof(env, argv[kind->argc], &type) != napi_ok)
    return hand_refuse(env, NULL);
  if (type != napi_function) {
    napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "the last argument is a function");
    return NULL;
  }
  hand_job* job = hand_new(env, kind, argv);
  if (job == NULL) return NULL;
  if (napi_create_reference(env, argv[kind->argc], 1, &job->callback) != napi_ok ||
      hand_queue(env, job, hand_callback_done) != napi_ok) {
    return hand_refuse(env, job);
  }
  return NULL;
}

/* On the loop, without an allocation: what the call itself costs. */
static napi_value hand_sync(napi_env env, napi_callback_info info) {
  napi_value argv[HAND_ARGS + 1], result = NULL;
  union {
    hand_job job;
    max_align_t aligned;
    char bytes[HAND_ROOM];
  } room;
  const hand_kind* kind = hand_arguments(env, info, argv);
  if (kind == NULL) return hand_refuse(env, NULL);
  memset(&room, 0, kind->size);
  room.job.kind = kind;
  if (kind->read(env, argv, &room.job)) {
    kind->run(&room.job);
    if (kind->write(env, &room.job, &result) != napi_ok) hand_throw_last(env);
  }
  hand_clear(env, &room.job);
  return result;
}

static napi_status hand_define(napi_env env, napi_value exports, const hand_kind* kind) {
  void* data = (void*) kind;
  const napi_property_descriptor forms[] = {
    {"promise", NULL, hand_promise, NULL, NULL, NULL, napi_enumerable, data},
    {"callback", NULL, hand_callback, NULL, NULL, NULL, napi_enumerable, data},
    {"sync", NULL, hand_sync, NULL, NULL, NULL, napi_enumerable, data},
  };
  napi_value object;
  napi_status status = napi_create_object(env, &object);
  if (status == napi_ok) status = napi_define_properties(env, object, LEN(forms), forms);
  return status == napi_ok ? napi_set_named_property(env, exports, kind->name, object) : status;
}

NAPI_MODULE_INIT() {
  for (size_t i = 0; i < hand_kinds_len; i++) {
    if (hand_define(env, exports, &hand_kinds[i]) != napi_ok) {
      hand_throw_last(env);
      break;
    }
  }
  return exports;
}
