/* context.c: see context.h. An external value stands for a context in JavaScript; what it points to
 * is freed when the value is collected, and the context closed then at the latest. */
#include "context.h"

#include <stdlib.h>

#include "error.h"

typedef struct context {
  napi_async_context inner; /* NULL: closed */
} context;

static void context_close(napi_env napi, context* open) {
  if (open->inner != NULL) napi_async_destroy(napi, open->inner);
  open->inner = NULL;
}

static void context_free(napi_env napi, void* data, void* hint) {
  (void) hint;
  context_close(napi, data);
  free(data);
}

static napi_status context_make(napi_env napi, napi_value resource, napi_value name,
                                napi_value* external) {
  context* made = calloc(1, sizeof *made);
  if (made == NULL) return oli_throw_no_memory(napi);
  napi_status status = napi_async_init(napi, resource, name, &made->inner);
  if (status == napi_ok) status = napi_create_external(napi, made, context_free, NULL, external);
  if (status != napi_ok) context_free(napi, made, NULL);
  return status;
}

/* native.contextOpen(resource, name): a new context, as an external value. */
static napi_value context_open(napi_env napi, napi_callback_info info) {
  napi_value argv[2], external = NULL;
  size_t argc = 2;
  napi_status status = napi_get_cb_info(napi, info, &argc, argv, NULL, NULL);
  if (status == napi_ok) status = context_make(napi, argv[0], argv[1], &external);
  return oli_check(napi, status) == napi_ok ? external : NULL;
}

/* The context that a native is called for; NULL: an exception is pending. */
static context* context_argument(napi_env napi, napi_callback_info info, size_t argc,
                                 napi_value* argv) {
  void* found = NULL;
  napi_status status = napi_get_cb_info(napi, info, &argc, argv, NULL, NULL);
  if (status == napi_ok) status = napi_get_value_external(napi, argv[0], &found);
  return oli_check(napi, status) == napi_ok ? found : NULL;
}

/* native.contextCall(context, function, ...): calls the function with two arguments. What it throws
 * was handed over before, and only tells Node not to leave the context once more. */
static napi_value context_call(napi_env napi, napi_callback_info info) {
  napi_value argv[4], global;
  context* open = context_argument(napi, info, 4, argv);
  if (open == NULL) return NULL;
  if (oli_check(napi, napi_get_global(napi, &global)) != napi_ok) return NULL;
  napi_status status = napi_make_callback(napi, open->inner, global, argv[1], 2, &argv[2], NULL);
  if (status == napi_pending_exception) napi_get_and_clear_last_exception(napi, &argv[0]);
  return NULL;
}

/* native.contextClose(context) */
static napi_value context_shut(napi_env napi, napi_callback_info info) {
  napi_value argv[1];
  context* open = context_argument(napi, info, 1, argv);
  if (open != NULL) context_close(napi, open);
  return NULL;
}

napi_status oli_context_natives(oli_env* env, napi_value native) {
  napi_status status = oli_env_define(env, native, "contextOpen", context_open);
  if (status == napi_ok) status = oli_env_define(env, native, "contextCall", context_call);
  return status == napi_ok ? oli_env_define(env, native, "contextClose", context_shut) : status;
}
