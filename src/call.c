#include "call.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "listener.h"
#include "read.h"
#include "settle.h"
#include "stream.h"

/* ---- A request ----------------------------------------------------------------------------- */

/* Longer deadlines, infinity among them, are none: this is 292 years. */
#define CALL_TIMEOUT_MAX_MS 9.2e12

/* Where and when it is to run, as far as the call says. */
typedef struct call_place {
  uint32_t berth; /* 0: that of the worker */
  int32_t priority;
  double patience_ms; /* infinite: without an end */
} call_place;

static const call_place call_usual_place = {0, 0, INFINITY};

/* [given]: number of a berth, priority, patience. */
static napi_status call_read_place(napi_env napi, const napi_value given[3], call_place* place) {
  napi_status status = napi_get_value_uint32(napi, given[0], &place->berth);
  if (status == napi_ok) status = napi_get_value_int32(napi, given[1], &place->priority);
  if (status == napi_ok) status = napi_get_value_double(napi, given[2], &place->patience_ms);
  return status;
}

/* Before the job is submitted. */
static napi_status call_set_place(ol_job* job, const call_place* place) {
  if (place->berth != 0 && job->binding->stays) {
    return oli_throw_text(job->env->napi, true, "ERR_INVALID_ARG_VALUE",
                          "The \"pool\" option of %s must be undefined: its jobs have threads of "
                          "their own",
                          job->worker->name);
  }
  if (place->berth != 0) job->berth = oli_berth_at(job->env, place->berth);
  job->task.priority = (int8_t) place->priority;
  if (place->patience_ms >= CALL_TIMEOUT_MAX_MS) return napi_ok;
  if (oli_job_make_patience(job, place->patience_ms) == OL_OK) return napi_ok;
  return oli_throw_no_memory(job->env->napi);
}

/* What start and sync are called with. */
typedef struct call_request {
  oli_binding* binding;
  double timeout_ms; /* below 0: the worker's own; infinite: none */
  bool aborted, listened;
  call_place place;
  napi_value self;
  size_t argc;
  const napi_value* argv;
  bool checks; /* options and this: there is no call yet */
} call_request;

/* Room for the options, and one too many. */
#define CALL_ARGV_SIZE (OLI_ARGS_MAX + 2)

/* The caller's arguments, which come as an array: its elements are its own. */
static napi_status call_unpack(napi_env napi, napi_value array, napi_value argv[CALL_ARGV_SIZE],
                               call_request* request) {
  uint32_t len = 0;
  napi_status status = napi_get_array_length(napi, array, &len);
  request->argc = len < CALL_ARGV_SIZE ? len : CALL_ARGV_SIZE;
  request->argv = argv;
  for (uint32_t i = 0; i < request->argc && status == napi_ok; i++) {
    status = napi_get_element(napi, array, i, &argv[i]);
  }
  return status;
}

static napi_status call_read_request(napi_env napi, napi_callback_info info,
                                     napi_value argv[CALL_ARGV_SIZE], call_request* request) {
  napi_value given[8];
  size_t argc = 8;
  napi_status status = napi_get_cb_info(napi, info, &argc, given, NULL, (void**) &request->binding);
  request->checks = argc == 2;
  request->self = given[request->checks ? 1 : 3];
  argv[0] = given[0];
  if (status == napi_ok && request->checks) return napi_ok;
  request->place = call_usual_place;
  if (status == napi_ok) status = napi_get_value_double(napi, given[0], &request->timeout_ms);
  if (status == napi_ok) status = napi_get_value_bool(napi, given[1], &request->aborted);
  if (status == napi_ok) status = call_unpack(napi, given[2], argv, request);
  if (status == napi_ok) status = napi_get_value_bool(napi, given[4], &request->listened);
  if (status == napi_ok && argc > 5) status = call_read_place(napi, &given[5], &request->place);
  return oli_check(napi, status);
}

/* ---- Making the job ------------------------------------------------------------------------ */

napi_status oli_call_set_deadline(ol_job* job, double timeout_ms) {
  if (timeout_ms < 0) {
    timeout_ms = job->worker->timeout_ms == 0 ? CALL_TIMEOUT_MAX_MS : job->worker->timeout_ms;
  }
  if (timeout_ms >= CALL_TIMEOUT_MAX_MS) return napi_ok;
  if (timeout_ms == 0) {
    oli_job_stop(job, OL_TIMED_OUT);
    return napi_ok;
  }
  uint64_t due_ns = oli_now_ns() + (uint64_t) (timeout_ms * 1e6);
  if (oli_job_set_deadline(job, due_ns) == OL_OK) return napi_ok;
  return oli_throw_text(job->env->napi, false, "ERR_OL_NO_MEMORY",
                        "Out of memory or threads: cannot keep the deadline of %s",
                        job->worker->name);
}

/* A status of prepare ends the job as the same status of execute would. */
static void call_end_prepared(ol_job* job, int status) {
  if (oli_is_status(status)) {
    oli_job_stop(job, status);
  } else {
    ol_fail(job, "ERR_OL_INVALID", "prepare of %s returned %d, which is no status",
            job->worker->name, status);
  }
}

static napi_status call_prepare(ol_job* job) {
  bool pending = false;
  if (job->worker->prepare == NULL) return napi_ok;
  job->accepted = true;
  int status = job->worker->prepare(job->env->napi, job, job->state);
  napi_status asked = napi_is_exception_pending(job->env->napi, &pending);
  if (asked != napi_ok) return asked;
  if (pending) return napi_pending_exception;
  if (status != OL_OK) call_end_prepared(job, status);
  return napi_ok;
}

static napi_status call_listen(ol_job* job, bool listened) {
  if (!listened || oli_listener_open(job) == OL_OK) return napi_ok;
  return oli_throw_no_memory(job->env->napi);
}

static napi_status call_read(ol_job* job, const call_request* request) {
  napi_status status = call_listen(job, request->listened);
  if (status == napi_ok) {
    status = oli_read_call(job, request->self, request->argc, request->argv);
  }
  if (status == napi_ok) status = call_set_place(job, &request->place);
  if (status == napi_ok) status = call_prepare(job);
  if (request->aborted) oli_job_stop(job, OL_CANCELLED);
  if (status == napi_ok) status = oli_call_set_deadline(job, request->timeout_ms);
  return oli_check(job->env->napi, status);
}

/* [kind]: NULL, or another than that of the environment's jobs. It is there before the deadline,
 * which may pass at once. NULL: an exception is pending, and nothing is left of the job. */
static ol_job* call_make(const call_request* request, const oli_job_kind* kind) {
  oli_env* env = request->binding->env;
  ol_job* job = oli_env_new_job(request->binding);
  if (job == NULL) {
    oli_throw_no_memory(env->napi);
    return NULL;
  }
  if (kind != NULL) job->kind = kind;
  if (call_read(job, request) == napi_ok) return job;
  oli_env_free_job(job);
  return NULL;
}

/* ---- start --------------------------------------------------------------------------------- */

/* The job's id in JavaScript; NULL: an exception is pending, and the job is gone. */
static napi_value call_submit(ol_job* job) {
  oli_env* env = job->env;
  napi_value id;
  if (oli_env_name_job(env, job) != napi_ok) {
    oli_env_free_job(job);
    return NULL;
  }
  napi_status status = napi_create_uint32(env->napi, job->id, &id);
  if (job->stream != NULL) {
    oli_stream_begin(job);
  } else {
    oli_env_submit(job);
    oli_job_arm_patience(job);
  }
  return oli_check(env->napi, status) == napi_ok ? id : NULL;
}

/* What is wrong is thrown, and nothing is left of the job either way. */
static void call_check(oli_binding* binding, napi_value options, napi_value self) {
  ol_job* job = oli_env_new_job(binding);
  if (job == NULL) {
    oli_throw_no_memory(binding->env->napi);
    return;
  }
  oli_read_common(job, self, options);
  oli_env_free_job(job);
}

static napi_value call_start(napi_env napi, napi_callback_info info) {
  napi_value argv[CALL_ARGV_SIZE];
  call_request request;
  if (call_read_request(napi, info, argv, &request) != napi_ok) return NULL;
  if (request.checks) {
    call_check(request.binding, argv[0], request.self);
    return NULL;
  }
  ol_job* job = call_make(&request, NULL);
  return job == NULL ? NULL : call_submit(job);
}

static napi_value call_start_plain(napi_env napi, napi_callback_info info) {
  napi_value argv[CALL_ARGV_SIZE];
  call_request request = {
    .timeout_ms = -1, .place = call_usual_place, .argc = CALL_ARGV_SIZE, .argv = argv};
  napi_status status =
    napi_get_cb_info(napi, info, &request.argc, argv, NULL, (void**) &request.binding);
  if (oli_check(napi, status) != napi_ok) return NULL;
  if (request.argc > CALL_ARGV_SIZE) request.argc = CALL_ARGV_SIZE;
  ol_job* job = call_make(&request, NULL);
  return job == NULL ? NULL : call_submit(job);
}

/* ---- sync ---------------------------------------------------------------------------------- */

static bool call_sync_unqueue(ol_job* job) {
  (void) job;
  return false;
}

static void call_sync_home(ol_job* job) {
  (void) job;
}

/* Runs on the loop: it waits in no queue, and is at home. */
static const oli_job_kind call_sync_kind = {
  sizeof(oli_job_kind), call_sync_unqueue, call_sync_home, NULL, NULL, oli_env_helpers};

static napi_status call_pair(napi_env napi, uint32_t outcome, napi_value value, napi_value* pair) {
  napi_property_descriptor members[] = {
    {.utf8name = "outcome", .attributes = napi_default_jsproperty},
    {.utf8name = "value", .value = value, .attributes = napi_default_jsproperty},
  };
  napi_status status = napi_create_uint32(napi, outcome, &members[0].value);
  if (status == napi_ok) status = napi_create_object(napi, pair);
  return status == napi_ok ? napi_define_properties(napi, *pair, 2, members) : status;
}

static napi_value call_sync(napi_env napi, napi_callback_info info) {
  napi_value argv[CALL_ARGV_SIZE], value, pair;
  call_request request;
  if (call_read_request(napi, info, argv, &request) != napi_ok) return NULL;
  ol_job* job = call_make(&request, &call_sync_kind);
  if (job == NULL) return NULL;
  job->accepted = true;
  if (!oli_job_run(job, NULL)) oli_job_await(job);
  uint32_t outcome = (uint32_t) oli_settle_outcome(job, &value);
  oli_env_free_job(job);
  if (value == NULL) return NULL;
  return oli_check(napi, call_pair(napi, outcome, value, &pair)) == napi_ok ? pair : NULL;
}

static napi_status call_function(oli_binding* binding, napi_callback call, napi_value* function) {
  return napi_create_function(binding->env->napi, binding->worker.name, NAPI_AUTO_LENGTH, call,
                              binding, function);
}

napi_status oli_call_start_function(oli_binding* binding, napi_value* function) {
  return call_function(binding, call_start, function);
}

napi_status oli_call_plain_function(oli_binding* binding, napi_value* function) {
  if (binding->method_of != NULL) return napi_get_undefined(binding->env->napi, function);
  return call_function(binding, call_start_plain, function);
}

napi_status oli_call_sync_function(oli_binding* binding, napi_value* function) {
  return call_function(binding, call_sync, function);
}

/* ---- ol_start ------------------------------------------------------------------------------ */

/* native.resume(timeout_ms, aborted, [], undefined, listened): submits the job that ol_start is
 * moving. */
static napi_value call_resume(napi_env napi, napi_callback_info info) {
  napi_value argv[8];
  size_t argc = 8;
  double timeout_ms;
  bool aborted, listened;
  call_place place = call_usual_place;
  oli_env* env;
  napi_status status = napi_get_cb_info(napi, info, &argc, argv, NULL, (void**) &env);
  if (status == napi_ok) status = napi_get_value_double(napi, argv[0], &timeout_ms);
  if (status == napi_ok) status = napi_get_value_bool(napi, argv[1], &aborted);
  if (status == napi_ok) status = napi_get_value_bool(napi, argv[4], &listened);
  if (status == napi_ok && argc > 5) status = call_read_place(napi, &argv[5], &place);
  if (oli_check(napi, status) != napi_ok) return NULL;
  ol_job* job = env->moving;
  if (aborted) oli_job_stop(job, OL_CANCELLED);
  status = call_listen(job, listened);
  if (status == napi_ok) status = call_set_place(job, &place);
  if (status == napi_ok) status = oli_call_set_deadline(job, timeout_ms);
  if (oli_check(napi, status) != napi_ok) return NULL;
  env->moving = NULL;
  return call_submit(job);
}

/* For a stream or session what it has: 1 for items, 2 for messages. */
static uint32_t call_style(const ol_job* job) {
  const oli_binding* binding = job->binding;
  if (job->stream == NULL) return (uint32_t) job->worker->callback;
  return (binding->item != NULL ? 1u : 0u) | (binding->message != NULL ? 2u : 0u);
}

static napi_status call_begin(ol_job* job, napi_value options, napi_value callback,
                              napi_value* result) {
  oli_env* env = job->env;
  napi_value argv[4], undefined;
  napi_status status = napi_get_undefined(env->napi, &undefined);
  if (status == napi_ok) {
    status = napi_create_string_utf8(env->napi, job->worker->name, NAPI_AUTO_LENGTH, &argv[0]);
  }
  if (status == napi_ok) status = napi_create_uint32(env->napi, call_style(job), &argv[1]);
  argv[2] = options == NULL ? undefined : options;
  argv[3] = callback == NULL ? undefined : callback;
  enum oli_layer_function begin = job->stream == NULL ? OLI_LAYER_BEGIN : OLI_LAYER_BEGIN_STREAM;
  if (status == napi_ok) status = oli_env_call(env, begin, 4, argv, result);
  return oli_check(env->napi, status);
}

/* Reading the options may call ol_start again, so what is being moved is kept as a stack. */
static napi_status call_move(ol_job* job, napi_value options, napi_value callback,
                             napi_value* result) {
  oli_env* env = job->env;
  void* outer = env->moving;
  env->moving = job;
  napi_status status = call_begin(job, options, callback, result);
  if (env->moving == job) oli_env_free_job(job);
  env->moving = outer;
  return status;
}

/* NULL: an exception is pending. */
static ol_job* call_new_job(napi_env napi, const ol_worker* worker) {
  oli_env* env = oli_env_get(napi);
  oli_binding* binding = env == NULL ? NULL : oli_binding_get(env, worker);
  ol_job* job = binding == NULL ? NULL : oli_env_new_job(binding);
  if (job == NULL && binding != NULL) {
    oli_throw_no_memory(napi);
  }
  return job;
}

napi_status ol_start(napi_env napi, const ol_worker* worker, void* state, napi_value options,
                     napi_value callback, napi_value* result) {
  ol_job* job = call_new_job(napi, worker);
  if (job == NULL) {
    if (worker->destroy != NULL) worker->destroy(state);
    return napi_pending_exception;
  }
  memcpy(job->state, state, worker->state_size);
  job->accepted = true;
  return call_move(job, options, callback, result);
}

/* ---- Natives ------------------------------------------------------------------------------- */

/* The job that a native is called for; NULL: there is none. The native's data is the
 * environment. */
static ol_job* call_argument(napi_env napi, napi_callback_info info) {
  napi_value argv[1];
  size_t argc = 1;
  uint32_t id = 0;
  oli_env* env;
  napi_status status = napi_get_cb_info(napi, info, &argc, argv, NULL, (void**) &env);
  if (status == napi_ok) status = napi_get_value_uint32(napi, argv[0], &id);
  if (oli_check(napi, status) != napi_ok) return NULL;
  return id < env->id_size ? env->by_id[id] : NULL;
}

/* native.stop(id): cancels a job; gives OL_OK, or the status with which it had stopped before. The
 * layer names only jobs that are not settled. */
static napi_value call_stop(napi_env napi, napi_callback_info info) {
  napi_value result;
  ol_job* job = call_argument(napi, info);
  int before = job == NULL ? OL_CLOSED : oli_stream_stop(job, OL_CANCELLED);
  return napi_create_int32(napi, before, &result) == napi_ok ? result : NULL;
}

/* native.stopWaiting(id): cancels a job that has not begun. */
static napi_value call_stop_waiting(napi_env napi, napi_callback_info info) {
  const ol_job* job = call_argument(napi, info);
  return job == NULL || oli_job_has_begun(job) ? NULL : call_stop(napi, info);
}

/* native.fatal(error): what a callback threw, as an uncaughtException. */
static napi_value call_fatal(napi_env napi, napi_callback_info info) {
  napi_value argv[1];
  size_t argc = 1;
  if (napi_get_cb_info(napi, info, &argc, argv, NULL, NULL) == napi_ok) {
    napi_fatal_exception(napi, argv[0]);
  }
  return NULL;
}

napi_status oli_call_natives(oli_env* env, napi_value native) {
  static const struct {
    const char* name;
    napi_callback call;
  } natives[] = {
    {"resume", call_resume},
    {"stop", call_stop},
    {"stopWaiting", call_stop_waiting},
    {"fatal", call_fatal},
  };
  napi_status status = napi_ok;
  for (size_t i = 0; i < sizeof(natives) / sizeof(natives[0]) && status == napi_ok; i++) {
    status = oli_env_define(env, native, natives[i].name, natives[i].call);
  }
  return status;
}
