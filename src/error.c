/* error.c: every way in which C throws.
 *
 * Where the layer cannot be called any more, because the engine stops, nothing can be thrown
 * either: callers only learn that an exception is pending, and give up as they would with one. */
#include "error.h"

#include <stdio.h>

#include "ends.h"
#include "write.h"

enum { ERROR_TEXT_SIZE = 512 };

/* ---- Throwing ------------------------------------------------------------------------------ */

/* NULL is undefined. */
static napi_status error_text(napi_env napi, const char* text, napi_value* value) {
  if (text == NULL) return napi_get_undefined(napi, value);
  return napi_create_string_utf8(napi, text, NAPI_AUTO_LENGTH, value);
}

/* The arguments of layer.argumentError. */
static napi_status error_words(napi_env napi, enum oli_error_kind kind, const oli_place* place,
                               const char* expected, napi_value argv[6]) {
  napi_status status = napi_create_uint32(napi, (uint32_t) kind, &argv[0]);
  if (status == napi_ok) status = error_text(napi, place->worker, &argv[1]);
  if (status == napi_ok) status = napi_create_int32(napi, place->role, &argv[2]);
  if (status == napi_ok) status = error_text(napi, place->path, &argv[3]);
  if (status == napi_ok) status = error_text(napi, expected, &argv[4]);
  if (status == napi_ok && argv[5] == NULL) status = napi_get_undefined(napi, &argv[5]);
  return status;
}

static napi_status error_make(oli_env* env, enum oli_error_kind kind, const oli_place* place,
                              const char* expected, napi_value received, napi_value* error) {
  napi_value argv[6] = {NULL, NULL, NULL, NULL, NULL, received};
  napi_status status = error_words(env->napi, kind, place, expected, argv);
  return status == napi_ok ? oli_env_call(env, OLI_LAYER_ARGUMENT_ERROR, 6, argv, error) : status;
}

napi_status oli_throw(oli_env* env, enum oli_error_kind kind, const oli_place* place,
                      const char* expected, napi_value received) {
  napi_value error;
  napi_status status = error_make(env, kind, place, expected, received, &error);
  if (status == napi_ok) status = napi_throw(env->napi, error);
  oli_check(env->napi, status);
  return napi_pending_exception;
}

napi_status oli_refuse(oli_env* env, enum oli_error_kind kind, const oli_place* place,
                       const char* expected, napi_value received) {
  napi_value error;
  oli_check(env->napi, error_make(env, kind, place, expected, received, &error));
  return napi_pending_exception;
}

/* By the layer, so that it knows the error for its own, once it can be called. */
static napi_status error_throw_coded(napi_env napi, bool type_error, const char* code,
                                     const char* message) {
  napi_value argv[3], error;
  oli_env* env = oli_ends_find(napi);
  if (env == NULL) return napi_generic_failure;
  napi_status status = napi_get_boolean(napi, type_error, &argv[0]);
  if (status == napi_ok) status = error_text(napi, code, &argv[1]);
  if (status == napi_ok) status = error_text(napi, message, &argv[2]);
  if (status == napi_ok) status = oli_env_call(env, OLI_LAYER_CODED_ERROR, 3, argv, &error);
  return status == napi_ok ? napi_throw(napi, error) : status;
}

/* Where the layer cannot make it, an exception is pending, or Node-API makes one. */
napi_status oli_throw_text(napi_env napi, bool type_error, const char* code, const char* format,
                           ...) {
  char text[ERROR_TEXT_SIZE];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  if (error_throw_coded(napi, type_error, code, text) == napi_ok) return napi_pending_exception;
  if (type_error) {
    napi_throw_type_error(napi, code, text);
  } else {
    napi_throw_error(napi, code, text);
  }
  return napi_pending_exception;
}

napi_status oli_throw_no_memory(napi_env napi) {
  return oli_throw_text(napi, false, "ERR_OL_NO_MEMORY", "Out of memory");
}

/* What Node-API itself says of the call that failed last: a constant text. */
static const char* error_of_node_api(napi_env napi) {
  const napi_extended_error_info* info = NULL;
  if (napi_get_last_error_info(napi, &info) != napi_ok || info == NULL) return "unknown";
  return info->error_message != NULL ? info->error_message : "unknown";
}

/* Asking for the reason comes first: the next call, even this one, replaces it. */
napi_status oli_check(napi_env napi, napi_status status) {
  if (status == napi_ok || status == napi_pending_exception) return status;
  const char* why = error_of_node_api(napi);
  bool pending = false;
  if (napi_is_exception_pending(napi, &pending) == napi_ok && pending) {
    return napi_pending_exception;
  }
  return oli_throw_text(napi, false, "ERR_OL_NODE_API", "A call of Node-API failed: %s (%d)", why,
                        (int) status);
}

/* ---- Failures of jobs ---------------------------------------------------------------------- */

/* An array under construction; once something failed, pushing does nothing. */
typedef struct error_list {
  napi_env napi;
  napi_value array;
  uint32_t len;
  napi_status status;
} error_list;

static void error_push(error_list* list, napi_value value) {
  if (list->status != napi_ok) return;
  list->status = napi_set_element(list->napi, list->array, list->len++, value);
}

/* NULL is null. */
static void error_push_text(error_list* list, const char* text) {
  napi_value value = NULL;
  if (list->status != napi_ok) return;
  list->status = text != NULL ? napi_create_string_utf8(list->napi, text, NAPI_AUTO_LENGTH, &value)
                              : napi_get_null(list->napi, &value);
  error_push(list, value);
}

static void error_push_number(error_list* list, int number) {
  napi_value value = NULL;
  if (list->status != napi_ok) return;
  list->status = napi_create_int32(list->napi, number, &value);
  error_push(list, value);
}

static void error_push_details(error_list* list, ol_job* job, const oli_failure* failure) {
  for (const oli_detail* detail = failure->details; detail != NULL; detail = detail->next) {
    napi_value value = NULL;
    error_push_text(list, detail->name);
    if (list->status != napi_ok) return;
    list->status = oli_write_value(job, &detail->value, &value);
    error_push(list, value);
  }
}

/* Elements of the array below. */
static size_t error_count(const oli_failure* failure) {
  size_t count = 6;
  for (const oli_detail* at = failure->details; at != NULL; at = at->next) count += 2;
  return count;
}

/* A number where the status says all, which is the usual case; otherwise the array that
 * lib/layer/errors.js takes apart. */
static napi_status error_describe(oli_env* env, ol_job* job, const oli_failure* failure,
                                  napi_value* description) {
  int status = ol_status(job);
  if (failure == NULL) return napi_create_int32(env->napi, status, description);
  error_list list = {.napi = env->napi};
  list.status = oli_write_array(env, error_count(failure), &list.array);
  error_push_number(&list, status);
  error_push_text(&list, failure->code);
  error_push_text(&list, failure->message);
  if (failure->error != 0) {
    error_push_number(&list, -failure->error);
  } else {
    error_push_text(&list, NULL);
  }
  error_push_text(&list, failure->syscall);
  error_push_text(&list, failure->path);
  error_push_details(&list, job, failure);
  *description = list.array;
  return list.status;
}

/* The failure is read without the stop lock: the job is over. */
napi_status oli_describe_failure(oli_env* env, ol_job* job, napi_value* description) {
  return error_describe(env, job, job->failure, description);
}

/* The texts of a failure stay as they are once it is told, details may be added to it. */
napi_status oli_describe_end(oli_env* env, ol_job* job, napi_value* description) {
  oli_failure failure = {0};
  int status = ol_status(job);
  if (status == OL_OK || status == OL_ENDED) return napi_get_undefined(env->napi, description);
  oli_mutex_lock(&job->lock);
  bool told = job->failure != NULL;
  if (told) failure = *job->failure;
  oli_mutex_unlock(&job->lock);
  failure.details = NULL;
  return error_describe(env, job, told && failure.code != NULL ? &failure : NULL, description);
}
