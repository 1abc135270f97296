/* A stream whose items are emitted on the loop's own thread, by a Node-API function that locks its
 * hold. One at a time. */
#include <offloop.h>

static ol_held held; /* written before the stream is started, which JavaScript waits for */

static int open_execute(ol_job* job, void* state) {
  (void) state;
  held = ol_hold(job);
  if (held.number == 0) return OL_NO_MEMORY;
  ol_started(job);
  return OL_OK;
}

static const ol_worker open_worker = {OL_WORKER("open", char, open_execute),
                                      .item = OL_OF(uint32_t), .high_water = 4};

/* emit(number): the name of the status. */
static napi_value emit(napi_env env, napi_callback_info info) {
  napi_value argv[1], name = NULL;
  size_t argc = 1;
  uint32_t number = 0;
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  napi_get_value_uint32(env, argv[0], &number);
  ol_job* job = ol_lock(held);
  int status = job == NULL ? OL_CLOSED : ol_emit(job, &number);
  ol_unlock(job);
  napi_create_string_utf8(env, ol_status_name(status), NAPI_AUTO_LENGTH, &name);
  return name;
}

static napi_value release(napi_env env, napi_callback_info info) {
  (void) env;
  (void) info;
  ol_release(held);
  return NULL;
}

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  static const void* const tables[] = {&open_worker, NULL};
  napi_property_descriptor functions[] = {{.utf8name = "emit", .method = emit},
                                          {.utf8name = "release", .method = release}};
  napi_define_properties(env, exports, 2, functions);
  return ol_export(env, exports, tables) == napi_ok ? exports : NULL;
}
