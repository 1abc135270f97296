/* function.c: see function.h.
 *
 * No job is freed while JavaScript runs: that is done on the loop, between calls into the layer.
 * So an asker stays valid through a call, but what it waits for may change at any time. */
#include "function.h"

#include "error.h"
#include "read.h"
#include "settle.h"
#include "write.h"

/* ---- From the job -------------------------------------------------------------------------- */

void oli_function_pose(oli_asker* asker) {
  oli_env* env = asker->job->env;
  oli_mutex_lock(&env->lock);
  if (!env->closed && !oli_link_listed(&asker->link)) oli_list_push(&env->asking, &asker->link);
  oli_mutex_unlock(&env->lock);
  oli_env_wake(env);
}

void oli_function_withdraw(oli_asker* asker) {
  oli_env* env = asker->job->env;
  oli_mutex_lock(&env->lock);
  if (oli_link_listed(&asker->link)) oli_link_remove(&asker->link);
  oli_mutex_unlock(&env->lock);
}

/* ---- Keeping them -------------------------------------------------------------------------- */

static napi_status function_make_asked(ol_job* job, napi_value value, napi_value* asked) {
  napi_value argv[2] = {NULL, value};
  napi_status status =
    napi_create_string_utf8(job->env->napi, job->worker->name, NAPI_AUTO_LENGTH, &argv[0]);
  if (status != napi_ok) return status;
  return oli_env_call(job->env, OLI_LAYER_MAKE_ASKED, 2, argv, asked);
}

napi_status oli_function_new(ol_job* job, const char* name, napi_value value, ol_fn* fn) {
  napi_value asked;
  napi_ref ref;
  oli_env* env = job->env;
  oli_function* function = oli_arena_alloc(&job->arena, sizeof *function);
  if (function == NULL) {
    return oli_throw_no_memory(env->napi);
  }
  napi_status status = function_make_asked(job, value, &asked);
  if (status == napi_ok) status = napi_create_reference(env->napi, asked, 1, &ref);
  if (status != napi_ok) return oli_check(env->napi, status);
  *function = (oli_function){.next = job->functions, .name = name, .ref = ref};
  job->functions = function;
  oli_list_push(&env->functions, &function->link);
  fn->function = function;
  return napi_ok;
}

static void function_forget(oli_env* env, oli_function* function) {
  if (!oli_link_listed(&function->link)) return;
  oli_link_remove(&function->link);
  napi_delete_reference(env->napi, function->ref);
}

void oli_function_release(ol_job* job) {
  for (oli_function* function = job->functions; function != NULL; function = function->next) {
    function_forget(job->env, function);
  }
}

void oli_function_forget_all(oli_env* env) {
  while (!oli_list_empty(&env->functions)) {
    function_forget(env, OLI_OF(env->functions.head.next, oli_function, link));
  }
}

/* ---- Calling ------------------------------------------------------------------------------- */

static bool function_any_asks(oli_env* env) {
  oli_mutex_lock(&env->lock);
  bool any = !oli_list_empty(&env->asking);
  oli_mutex_unlock(&env->lock);
  return any;
}

/* The next job that asks; NULL: it has gone away meanwhile. */
static oli_asker* function_next_asker(oli_env* env) {
  oli_mutex_lock(&env->lock);
  oli_link* link = oli_list_shift(&env->asking);
  oli_mutex_unlock(&env->lock);
  return link == NULL ? NULL : OLI_OF(link, oli_asker, link);
}

static napi_status function_name_ask(ol_job* job, const oli_ask* ask, napi_value argv[2]) {
  napi_env napi = job->env->napi;
  napi_status status = napi_create_uint32(napi, job->id, &argv[0]);
  return status == napi_ok ? napi_create_double(napi, (double) ask->number, &argv[1]) : status;
}

/* An argument that JavaScript cannot have fails the job as a throw of the function would. */
static void function_raise(ol_job* job, napi_value argv[2]) {
  napi_value given[3] = {argv[0], argv[1], NULL};
  if (napi_get_and_clear_last_exception(job->env->napi, &given[2]) != napi_ok) return;
  oli_env_call(job->env, OLI_LAYER_RAISE, 3, given, NULL);
}

static void function_call(ol_job* job, oli_ask* ask) {
  napi_value function, undefined, argv[2 + OLI_ARGS_MAX];
  napi_env napi = job->env->napi;
  size_t argc = ask->shape.arguments == NULL ? 0 : ask->shape.arguments->count;
  napi_status status = function_name_ask(job, ask, argv);
  if (status == napi_ok) status = napi_get_undefined(napi, &undefined);
  if (status == napi_ok) status = napi_get_reference_value(napi, ask->function->ref, &function);
  if (status != napi_ok) return;
  status = oli_write_arguments(job, ask, &argv[2]);
  oli_arena_clear(&ask->args);
  if (status != napi_ok) {
    function_raise(job, argv);
  } else {
    napi_call_function(napi, undefined, function, 2 + argc, argv, NULL);
  }
}

static void function_ask(oli_env* env, oli_asker* asker) {
  napi_handle_scope scope;
  if (napi_open_handle_scope(env->napi, &scope) != napi_ok) return;
  oli_ask* ask = oli_ask_take(asker, ++env->asks);
  if (ask != NULL) {
    function_call(asker->job, ask);
    oli_ask_drop(ask);
    oli_settle_report(env->napi);
  }
  napi_close_handle_scope(env->napi, scope);
}

/* A function may take its time, so the clock is asked before each. What is left is called in the
 * next turn, which the layer sees to. */
void oli_function_deliver(oli_env* env) {
  while (function_any_asks(env) && !oli_settle_turn_over(env)) {
    oli_asker* asker = function_next_asker(env);
    if (asker != NULL) function_ask(env, asker);
  }
}

/* ---- Natives ------------------------------------------------------------------------------- */

/* The ask that a native is called for, held, by its first two arguments; NULL: nobody waits for
 * it. */
static oli_ask* function_argument(napi_env napi, napi_callback_info info, napi_value argv[3],
                                  oli_asker** asker) {
  oli_env* env;
  size_t argc = 3;
  uint32_t id = 0;
  double number = 0;
  napi_status status = napi_get_cb_info(napi, info, &argc, argv, NULL, (void**) &env);
  if (status == napi_ok) status = napi_get_value_uint32(napi, argv[0], &id);
  if (status == napi_ok) status = napi_get_value_double(napi, argv[1], &number);
  if (oli_check(napi, status) != napi_ok || id >= env->id_size) return NULL;
  ol_job* job = env->by_id[id];
  *asker = job == NULL ? NULL : job->asker;
  return *asker == NULL ? NULL : oli_ask_find(*asker, (uint64_t) number);
}

/* native.answer(id, number, value). Throws what is wrong with the value. */
static napi_value function_answer(napi_env napi, napi_callback_info info) {
  napi_value argv[3];
  oli_asker* asker;
  oli_ask* ask = function_argument(napi, info, argv, &asker);
  if (ask == NULL) return NULL;
  if (ask->shape.answer != NULL && oli_read_answer(asker->job, ask, argv[2]) != napi_ok) {
    oli_ask_drop(ask);
  } else {
    oli_ask_end(asker, ask, OLI_ASK_ANSWERED);
  }
  return NULL;
}

/* native.raise(id, number): whether the job still waits, and now learns that the function has
 * thrown. */
static napi_value function_raised(napi_env napi, napi_callback_info info) {
  napi_value argv[3], result = NULL;
  oli_asker* asker;
  oli_ask* ask = function_argument(napi, info, argv, &asker);
  bool waits = ask != NULL && oli_ask_end(asker, ask, OLI_ASK_RAISED);
  napi_get_boolean(napi, waits, &result);
  return result;
}

napi_status oli_function_natives(oli_env* env, napi_value native) {
  napi_status status = oli_env_define(env, native, "answer", function_answer);
  return status == napi_ok ? oli_env_define(env, native, "raise", function_raised) : status;
}
