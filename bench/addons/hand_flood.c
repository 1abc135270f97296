/* Numbers 0, 1, 2 ... by a raw threadsafe function, one call for each, from an async work.
 *
 * The number travels in the pointer, the best case: an item of any other kind would need memory of
 * its own. The pool's thread writes nothing. The loop releases the threadsafe function when the
 * work is complete, and its finalizer, which runs behind the last item, frees the flood. */
#include <node_api.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct {
  int64_t count;
  napi_async_work work;
  napi_threadsafe_function items;
} flood;

static void flood_execute(napi_env env, void* data) {
  const flood* self = data;
  (void) env;
  for (int64_t i = 0; i < self->count; i++) {
    void* item = (void*) (uintptr_t) i;
    if (napi_call_threadsafe_function(self->items, item, napi_tsfn_blocking) != napi_ok) return;
  }
}

static void flood_complete(napi_env env, napi_status status, void* data) {
  flood* self = data;
  (void) status;
  napi_delete_async_work(env, self->work);
  napi_release_threadsafe_function(self->items, napi_tsfn_release);
}

static void flood_finalize(napi_env env, void* data, void* hint) {
  (void) env;
  (void) hint;
  free(data);
}

static void flood_item(napi_env env, napi_value callback, void* context, void* data) {
  napi_value global, item;
  (void) context;
  if (env == NULL || napi_get_global(env, &global) != napi_ok ||
      napi_create_double(env, (double) (uintptr_t) data, &item) != napi_ok) {
    return;
  }
  napi_call_function(env, global, callback, 1, &item, NULL); /* a throw stays pending, for Node */
}

static bool flood_start(napi_env env, flood* self, int64_t bound, napi_value callback) {
  napi_value name;
  if (napi_create_string_utf8(env, "flood", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_async_work(env, NULL, name, flood_execute, flood_complete, self, &self->work) !=
        napi_ok) {
    return false;
  }
  if (napi_create_threadsafe_function(env, callback, NULL, name, (size_t) bound, 1, self,
                                      flood_finalize, NULL, flood_item, &self->items) != napi_ok) {
    napi_delete_async_work(env, self->work);
    return false;
  }
  return napi_queue_async_work(env, self->work) == napi_ok;
}

/* flood(count, bound, onItem); bound 0: none. */
static napi_value flood_call(napi_env env, napi_callback_info info) {
  napi_value argv[3];
  size_t argc = 3;
  int64_t count, bound;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok ||
      napi_get_value_int64(env, argv[0], &count) != napi_ok ||
      napi_get_value_int64(env, argv[1], &bound) != napi_ok || bound < 0) {
    napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "flood takes two numbers and a function");
    return NULL;
  }
  flood* self = calloc(1, sizeof *self);
  if (self != NULL) self->count = count;
  if (self == NULL || !flood_start(env, self, bound, argv[2])) {
    free(self);
    napi_throw_error(env, NULL, "flood cannot start");
  }
  return NULL;
}

NAPI_MODULE_INIT() {
  napi_value function;
  if (napi_create_function(env, "flood", NAPI_AUTO_LENGTH, flood_call, NULL, &function) !=
        napi_ok ||
      napi_set_named_property(env, exports, "flood", function) != napi_ok) {
    napi_throw_error(env, NULL, "flood cannot be made");
  }
  return exports;
}
