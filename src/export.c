/* export.c: from tables to functions and classes. Floor 3, loop only. */
#include <stdlib.h>

#include "binding.h"
#include "call.h"
#include "env.h"
#include "error.h"

/* ---- Setup: once a process ----------------------------------------------------------------- */

static oli_mutex export_setup_lock = OLI_MUTEX_INIT;

/* A copy of the one whose init has succeeded; kind 0: of none yet. The table itself may be gone:
 * in an init function of the author's OL_SETUP lives as long as its block, another each time. */
static ol_setup export_setup_done;

/* A library that is being used cannot be shut down; the system then frees what it holds. */
static void export_at_exit(void) {
  if (export_setup_done.exit != NULL && !oli_ends_any_running()) export_setup_done.exit();
}

static int export_run_init(const ol_setup* setup) {
  int status = OL_OK;
  oli_mutex_lock(&export_setup_lock);
  if (export_setup_done.kind == 0) {
    if (setup->init != NULL) status = setup->init();
    if (status >= OL_OK) {
      export_setup_done = *setup;
      atexit(export_at_exit);
    }
  }
  oli_mutex_unlock(&export_setup_lock);
  return status;
}

static bool export_is_second(const ol_setup* setup) {
  const ol_setup* done = &export_setup_done;
  oli_mutex_lock(&export_setup_lock);
  bool second = done->kind != 0 && (done->init != setup->init || done->exit != setup->exit);
  oli_mutex_unlock(&export_setup_lock);
  return second;
}

static napi_status export_setup(oli_env* env, const ol_setup* setup) {
  if (export_is_second(setup)) {
    return oli_throw_text(env->napi, true, "ERR_OL_TABLE", "An addon has one OL_SETUP, not two");
  }
  int status = export_run_init(setup);
  if (status >= OL_OK) return napi_ok;
  return oli_throw_text(env->napi, false, "ERR_OL_SETUP", "The addon's setup failed: %s (%d)",
                        ol_status_name(status), status);
}

/* ---- Workers ------------------------------------------------------------------------------- */

/* A serial handle's jobs wait for their turn, others for a function, and the loop must not. */
static napi_status export_sync(oli_binding* binding, napi_value* sync) {
  if (binding->serial || binding->asks) return napi_get_undefined(binding->env->napi, sync);
  return oli_call_sync_function(binding, sync);
}

static napi_status export_stream(oli_binding* binding, napi_value* function) {
  oli_env* env = binding->env;
  napi_value argv[6];
  napi_status status =
    napi_create_string_utf8(env->napi, binding->worker.name, NAPI_AUTO_LENGTH, &argv[0]);
  if (status == napi_ok) {
    status = napi_create_uint32(env->napi, (uint32_t) binding->positional, &argv[1]);
  }
  if (status == napi_ok) status = oli_call_start_function(binding, &argv[2]);
  if (status == napi_ok) status = napi_get_boolean(env->napi, binding->item != NULL, &argv[3]);
  if (status == napi_ok) status = napi_get_boolean(env->napi, binding->message != NULL, &argv[4]);
  if (status == napi_ok) status = napi_create_uint32(env->napi, binding->berth->slot, &argv[5]);
  if (status != napi_ok) return status;
  return oli_env_call(env, OLI_LAYER_MAKE_STREAM, 6, argv, function);
}

static napi_status export_function(oli_binding* binding, napi_value* function) {
  oli_env* env = binding->env;
  napi_value argv[9];
  napi_status status =
    napi_create_string_utf8(env->napi, binding->worker.name, NAPI_AUTO_LENGTH, &argv[0]);
  if (status == napi_ok) {
    status = napi_create_uint32(env->napi, (uint32_t) binding->positional, &argv[1]);
  }
  if (status == napi_ok) {
    status = napi_create_uint32(env->napi, (uint32_t) binding->worker.callback, &argv[2]);
  }
  if (status == napi_ok) status = oli_call_start_function(binding, &argv[3]);
  if (status == napi_ok) status = oli_call_plain_function(binding, &argv[4]);
  if (status == napi_ok) status = export_sync(binding, &argv[5]);
  if (status == napi_ok) status = napi_create_uint32(env->napi, binding->berth->slot, &argv[6]);
  if (status == napi_ok) status = napi_get_boolean(env->napi, binding->stays, &argv[7]);
  if (status == napi_ok) status = oli_stage_describe(binding, &argv[8]);
  if (status != napi_ok) return status;
  return oli_env_call(env, OLI_LAYER_MAKE_WORKER, 9, argv, function);
}

static napi_status export_method(oli_binding* binding, napi_value function) {
  oli_env* env = binding->env;
  napi_value argv[3];
  oli_class_binding* cls = oli_class_binding_find(env, binding->method_of);
  napi_status status = napi_get_reference_value(env->napi, cls->constructor, &argv[0]);
  if (status == napi_ok) {
    status = napi_create_string_utf8(env->napi, binding->worker.name, NAPI_AUTO_LENGTH, &argv[1]);
  }
  argv[2] = function;
  return status == napi_ok ? oli_env_call(env, OLI_LAYER_ADD_METHOD, 3, argv, NULL) : status;
}

/* Refused where another table has the name. */
static napi_status export_value(oli_env* env, napi_value exports, const char* kind,
                                const char* name, napi_value value) {
  napi_value argv[4] = {exports, NULL, NULL, value};
  napi_status status = napi_create_string_utf8(env->napi, kind, NAPI_AUTO_LENGTH, &argv[1]);
  if (status == napi_ok) {
    status = napi_create_string_utf8(env->napi, name, NAPI_AUTO_LENGTH, &argv[2]);
  }
  return status == napi_ok ? oli_env_call(env, OLI_LAYER_EXPORT_VALUE, 4, argv, NULL) : status;
}

/* Made once, so that a table which is exported again is known by its function. */
static napi_status export_make(oli_binding* binding, napi_value* function) {
  bool streams = binding->item != NULL || binding->message != NULL;
  napi_status status =
    streams ? export_stream(binding, function) : export_function(binding, function);
  if (status == napi_ok && binding->method_of != NULL) status = export_method(binding, *function);
  if (status != napi_ok) return status;
  return napi_create_reference(binding->env->napi, *function, 1, &binding->function);
}

static napi_status export_worker(oli_env* env, napi_value exports, const ol_worker* worker) {
  napi_value function;
  oli_binding* binding = oli_binding_get(env, worker);
  if (binding == NULL) return napi_pending_exception;
  napi_status status = binding->function == NULL
                         ? export_make(binding, &function)
                         : napi_get_reference_value(env->napi, binding->function, &function);
  if (status != napi_ok || binding->method_of != NULL) return status;
  return export_value(env, exports, "worker", binding->worker.name, function);
}

/* ---- Tables -------------------------------------------------------------------------------- */

static napi_status export_table(oli_env* env, napi_value exports, const void* table) {
  uint32_t kind = *(const uint32_t*) table;
  if (kind == OL_TABLE_WORKER) return export_worker(env, exports, table);
  if (kind == OL_TABLE_SETUP) return export_setup(env, table);
  if (kind == OL_TABLE_CLASS) {
    return oli_class_binding_get(env, table) == NULL ? napi_pending_exception : napi_ok;
  }
  if (kind == OL_TABLE_POOL) {
    return oli_berth_get(env, table, NULL) == NULL ? napi_pending_exception : napi_ok;
  }
  if (kind == 0) {
    return oli_throw_text(env->napi, true, "ERR_OL_TABLE",
                          "A table does not say what it is: OL_WORKER(...), OL_CLASS(...) or "
                          "OL_POOL(...) was left out");
  }
  return oli_throw_text(env->napi, true, "ERR_OL_TABLE",
                        "A table is none that offloop knows: its first word is 0x%x", kind);
}

/* The constructors, so that JavaScript can ask for instanceof. */
static napi_status export_classes(oli_env* env, napi_value exports) {
  napi_status status = napi_ok;
  for (oli_link* link = env->classes.head.next; link != &env->classes.head && status == napi_ok;
       link = link->next) {
    napi_value constructor;
    oli_class_binding* binding = OLI_OF(link, oli_class_binding, link);
    status = napi_get_reference_value(env->napi, binding->constructor, &constructor);
    if (status != napi_ok) break;
    status = export_value(env, exports, "class", binding->cls.name, constructor);
  }
  return status;
}

static napi_status export_tables(oli_env* env, napi_value exports, const void* const* tables,
                                 bool setups) {
  napi_status status = napi_ok;
  for (; *tables != NULL && status == napi_ok; tables++) {
    bool is_setup = *(const uint32_t*) *tables == OL_TABLE_SETUP;
    if (is_setup == setups) status = export_table(env, exports, *tables);
  }
  return status;
}

/* Setups come first: a module whose setup fails has no functions, whatever the runtime makes of
 * that. */
napi_status ol_export(napi_env napi, napi_value exports, const void* const* tables) {
  oli_env* env = oli_env_get(napi);
  if (env == NULL) return napi_pending_exception;
  napi_status status = export_tables(env, exports, tables, true);
  if (status == napi_ok) status = export_tables(env, exports, tables, false);
  if (status == napi_ok) status = export_classes(env, exports);
  if (status == napi_ok) status = oli_env_call(env, OLI_LAYER_EXPORT_FACE, 1, &exports, NULL);
  return oli_check(napi, status);
}
