/* One worker in two styles: asyncWork(data) gives a promise, asyncWork(arg1, arg2, callback) calls
 * back with the sum alone. */
#include <offloop.h>

typedef struct {
  double arg1, arg2, result;
  bool has_arg2;
} add_state;

/* Runs on a thread of the pool: no JavaScript within reach, and none needed. */
static int add_execute(ol_job* job, void* state) {
  add_state* add = state;
  (void) job;
  add->result = add->arg1 + add->arg2;
  return OL_OK;
}

/* Runs on the loop. Of one number only a positive one is a good result; any other is what the
 * promise is rejected with, as it is: whatever complete throws need not be an Error. */
static napi_value add_complete(napi_env env, ol_job* job, void* state) {
  const add_state* add = state;
  napi_value number;
  if (ol_status(job) != OL_OK || add->has_arg2 || add->result > 0) return NULL; /* as usual */
  if (napi_create_double(env, add->result, &number) == napi_ok) napi_throw(env, number);
  return NULL;
}

static const ol_worker async_work = {
  OL_WORKER("asyncWork", add_state, add_execute),
  .fields = OL_FIELDS(OL_ARG(add_state, arg1),
                      OL_ARG_OPTIONAL(add_state, arg2, .given = offsetof(add_state, has_arg2)),
                      OL_RET(add_state, result)),
  .callback = OL_CALLBACK_RESULT, /* callback(579), not callback(null, 579) */
  .complete = add_complete,
};

OL_MODULE(&async_work)
