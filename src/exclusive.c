#include "exclusive.h"

#include "call.h"
#include "error.h"
#include "object.h"
#include "settle.h"
#include "stream.h"

/* ---- Asking for the turn ------------------------------------------------------------------- */

/* The serial handle of [object]; NULL: an exception is pending. */
static oli_handle* exclusive_handle(oli_env* env, napi_value object) {
  static const oli_place place = {.worker = "exclusive", .role = OL_ROLE_THIS, .path = "this"};
  oli_handle* handle = oli_object_any_handle(env, object);
  if (handle == NULL || !handle->cls->serial) {
    oli_throw(env, OLI_ERROR_TYPE, &place, "a serial handle of this addon", object);
    return NULL;
  }
  if (handle->depth < OLI_EXCLUSIVE_DEPTH) return handle;
  oli_throw_text(env->napi, false, "ERR_OL_BUSY", "exclusive is nested more than %d deep",
                 OLI_EXCLUSIVE_DEPTH);
  return NULL;
}

/* Before it can be told to stop. */
static napi_status exclusive_use(oli_handle* handle, ol_job* job) {
  oli_env* env = job->env;
  const oli_place place = {.worker = "exclusive", .role = OL_ROLE_THIS, .path = "this"};
  int status = oli_handle_use(handle, job);
  if (status == OL_CLOSED) {
    return oli_throw(env, OLI_ERROR_CLOSED, &place, handle->cls->name, NULL);
  }
  if (status == OL_OK) return oli_env_name_job(env, job);
  return oli_throw_no_memory(env->napi);
}

/* NULL: an exception is pending, and nothing is left of the job. */
static ol_job* exclusive_make(oli_env* env, oli_handle* handle, double timeout_ms) {
  ol_job* job = oli_handle_new_exclusive(handle);
  if (job == NULL) {
    oli_throw_no_memory(env->napi);
    return NULL;
  }
  if (exclusive_use(handle, job) == napi_ok) {
    if (oli_call_set_deadline(job, timeout_ms) == napi_ok) return job;
    oli_env_free_id(env, oli_env_forget_job(env, job));
  }
  oli_env_free_job(job);
  return NULL;
}

/* native.startExclusive(timeout_ms, aborted, [], object): the id of the job. */
static napi_value exclusive_start(napi_env napi, napi_callback_info info) {
  napi_value argv[4], id;
  size_t argc = 4;
  double timeout_ms;
  bool aborted;
  oli_env* env;
  napi_status status = napi_get_cb_info(napi, info, &argc, argv, NULL, (void**) &env);
  if (status == napi_ok) status = napi_get_value_double(napi, argv[0], &timeout_ms);
  if (status == napi_ok) status = napi_get_value_bool(napi, argv[1], &aborted);
  if (oli_check(napi, status) != napi_ok) return NULL;
  oli_handle* handle = exclusive_handle(env, argv[3]);
  ol_job* job = handle == NULL ? NULL : exclusive_make(env, handle, timeout_ms);
  if (job == NULL) return NULL;
  if (aborted) oli_job_stop(job, OL_CANCELLED);
  status = napi_create_uint32(napi, job->id, &id);
  oli_env_submit(job);
  return oli_check(napi, status) == napi_ok ? id : NULL;
}

/* ---- Calling the function ------------------------------------------------------------------ */

static void exclusive_forget_deadline(ol_job* job) {
  if (job->deadline != NULL) oli_timer_disarm(&job->deadline->timer);
}

/* The function is called by the layer a little later, in the context of its caller. */
static napi_status exclusive_tell(oli_env* env, oli_handle* stand_in) {
  napi_value argv[2];
  napi_status status = oli_object_get(env, stand_in, &argv[1]);
  if (status == napi_ok) status = napi_create_uint32(env->napi, stand_in->closer->id, &argv[0]);
  if (status != napi_ok) return status;
  return oli_env_call(env, OLI_LAYER_EXCLUSIVE, 2, argv, NULL);
}

/* The function has settled, or is not to be called. */
static void exclusive_end(oli_handle* stand_in) {
  if (stand_in->begun) oli_env_keep_loop(stand_in->set->env, 1);
  stand_in->begun = false;
  oli_handle_end(stand_in);
}

/* What stopped the job while it waited is known for good once the deadline is disarmed. Begun
 * before the layer is told, which runs code of the signal's that may end it at once. */
static void exclusive_begin(oli_env* env, oli_handle* stand_in) {
  ol_job* job = stand_in->closer;
  exclusive_forget_deadline(job);
  if (ol_stopped(job) == OL_OK) {
    stand_in->begun = true;
    oli_env_keep_loop(env, -1);
    if (exclusive_tell(env, stand_in) == napi_ok) return;
    oli_settle_report(env->napi);
    oli_job_stop(job, OL_NO_MEMORY);
  }
  exclusive_end(stand_in);
}

void oli_exclusive_deliver(oli_env* env) {
  oli_handle* stand_in;
  napi_handle_scope scope;
  while ((stand_in = oli_handle_next_granted(&env->handles)) != NULL) {
    bool open = napi_open_handle_scope(env->napi, &scope) == napi_ok;
    exclusive_begin(env, stand_in);
    if (open) napi_close_handle_scope(env->napi, scope);
  }
}

/* ---- Its end ------------------------------------------------------------------------------- */

void oli_exclusive_finish(ol_job* job) {
  if (oli_handle_is_exclusive(job)) exclusive_end(oli_handle_stand_in(job));
}

/* Streams that nobody reads any more would keep the turn for ever. */
static void exclusive_stop_streams(oli_env* env, oli_handle* stand_in) {
  if (oli_handle_is_used(stand_in)) oli_stream_stop_users(env, stand_in);
}

/* native.endExclusive(id) */
static napi_value exclusive_settled(napi_env napi, napi_callback_info info) {
  napi_value argv[1];
  size_t argc = 1;
  uint32_t id = 0;
  oli_env* env;
  napi_status status = napi_get_cb_info(napi, info, &argc, argv, NULL, (void**) &env);
  if (status == napi_ok) status = napi_get_value_uint32(napi, argv[0], &id);
  if (oli_check(napi, status) != napi_ok) return NULL;
  ol_job* job = id < env->id_size ? env->by_id[id] : NULL;
  if (job == NULL || !oli_handle_is_exclusive(job)) return NULL;
  exclusive_stop_streams(env, oli_handle_stand_in(job));
  exclusive_end(oli_handle_stand_in(job));
  return NULL;
}

napi_status oli_exclusive_natives(oli_env* env, napi_value native) {
  napi_status status = oli_env_define(env, native, "startExclusive", exclusive_start);
  if (status != napi_ok) return status;
  return oli_env_define(env, native, "endExclusive", exclusive_settled);
}
