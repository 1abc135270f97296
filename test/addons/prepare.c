/* A worker with a prepare of its own, which may refuse the call in every way there is. */
#include <offloop.h>

#include <stdatomic.h>

static atomic_int prepared, executed, completed, destroyed;

typedef struct task_state {
  int32_t how, status;
  double number;
} task_state;

enum { HOW_ACCEPT, HOW_THROW, HOW_THROW_NUMBER, HOW_STATUS, HOW_FAIL, HOW_CANCEL, HOW_END };
static const char* const hows[] = {"accept", "throw",  "throwNumber", "status",
                                   "fail",   "cancel", "end",         NULL};

static int prepare_throw(napi_env env) {
  napi_throw_range_error(env, "ERR_PREPARE", "not today");
  return OL_OK;
}

static int prepare_throw_number(napi_env env) {
  napi_value number;
  napi_create_int32(env, 42, &number);
  napi_throw(env, number);
  return OL_FAILED;
}

static int task_prepare(napi_env env, ol_job* job, void* state) {
  task_state* s = state;
  atomic_fetch_add(&prepared, 1);
  s->number += 1;
  switch (s->how) {
    case HOW_THROW: return prepare_throw(env);
    case HOW_THROW_NUMBER: return prepare_throw_number(env);
    case HOW_STATUS: return s->status;
    case HOW_FAIL: return ol_fail(job, "ERR_PREPARE", "refused %g", s->number);
    case HOW_CANCEL: return ol_cancel(job);
    case HOW_END: ol_end(job); return OL_OK;
    default: return OL_OK;
  }
}

static int task_execute(ol_job* job, void* state) {
  task_state* s = state;
  (void) job;
  atomic_fetch_add(&executed, 1);
  s->number *= 2;
  return OL_OK;
}

static napi_value task_complete(napi_env env, ol_job* job, void* state) {
  (void) env;
  (void) job;
  (void) state;
  atomic_fetch_add(&completed, 1);
  return NULL;
}

static void task_destroy(void* state) {
  (void) state;
  atomic_fetch_add(&destroyed, 1);
}

static const ol_worker task = {
  OL_WORKER("task", task_state, task_execute),
  .fields = OL_FIELDS(OL_ARG(task_state, number), OL_OPTION(task_state, how, .one_of = hows),
                      OL_OPTION(task_state, status), OL_RET(task_state, number)),
  .prepare = task_prepare,
  .complete = task_complete,
  .destroy = task_destroy,
};

/* ---- counts() ------------------------------------------------------------------------------- */

typedef struct counts_state {
  int32_t prepared, executed, completed, destroyed;
} counts_state;

static int counts_execute(ol_job* job, void* state) {
  counts_state* s = state;
  (void) job;
  *s = (counts_state){atomic_load(&prepared), atomic_load(&executed), atomic_load(&completed),
                      atomic_load(&destroyed)};
  return OL_OK;
}

static const ol_worker counts = {
  OL_WORKER("counts", counts_state, counts_execute),
  .fields = OL_FIELDS(OL_RET(counts_state, prepared), OL_RET(counts_state, executed),
                      OL_RET(counts_state, completed), OL_RET(counts_state, destroyed)),
};

OL_MODULE(&task, &counts)
