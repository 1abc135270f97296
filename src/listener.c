#include "listener.h"

#include "news.h"
#include "progress.h"
#include "settle.h"

/* [any] */
static void listener_notify(ol_job* job) {
  oli_news_tell(job, OLI_NEWS_PROGRESS);
}

int oli_listener_open(ol_job* job) {
  return oli_progress_open(job, listener_notify);
}

/* A total that is not known is left out. */
static napi_status listener_call(ol_job* job, const oli_progress_value* value) {
  oli_env* env = job->env;
  napi_value argv[3];
  napi_status status = napi_create_uint32(env->napi, job->id, &argv[0]);
  if (status == napi_ok) status = napi_create_double(env->napi, value->done, &argv[1]);
  if (status == napi_ok) status = napi_create_double(env->napi, value->total, &argv[2]);
  if (status != napi_ok) return status;
  return oli_env_call(env, OLI_LAYER_PROGRESS, value->total > 0 ? 3 : 2, argv, NULL);
}

static void listener_tell(ol_job* job, const oli_progress_value* value) {
  napi_handle_scope scope;
  napi_env napi = job->env->napi;
  if (napi_open_handle_scope(napi, &scope) != napi_ok) return;
  listener_call(job, value);
  oli_settle_report(napi);
  napi_close_handle_scope(napi, scope);
}

static bool listener_has_had_its_turn(const ol_job* job) {
  oli_env* env = job->env;
  return oli_settle_turn_over(env) && oli_progress_taken_ns(job->progress) >= env->turn.start_ns;
}

bool oli_listener_tell(ol_job* job) {
  oli_progress_value value;
  bool more = job->progress != NULL && oli_progress_waits(job->progress);
  while (more) {
    if (listener_has_had_its_turn(job)) return false;
    if (oli_progress_take(job->progress, &value, &more)) listener_tell(job, &value);
  }
  return true;
}
