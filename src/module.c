/* module.c: a module is made once in a realm. Floor 3, loop only.
 *
 * Node-API gives a napi_env to each load, and a second environment would hold the layer and all
 * that it has made once more, until the thread ends. So the first load leaves a function with the
 * global object that fills an exports object: the later ones find and call it, and have no
 * environment. It is found by the address of the tables, because only this binary has those: the
 * copy of a file, and a worker thread, have their own. Such a binary stays in memory, so that no
 * other gets the address. A load that fails leaves nothing.
 *
 * All of that crosses from one napi_env to the other within JavaScript, since no napi_value may. */
#include <inttypes.h>
#include <stdio.h>

#include "env.h"
#include "error.h"

enum { MODULE_KEY_SIZE = 48, MODULE_TEXT_SIZE = 96 };

static void module_key(const void* const* tables, char key[MODULE_KEY_SIZE]) {
  snprintf(key, MODULE_KEY_SIZE, "offloop.module.%" PRIxPTR, (uintptr_t) tables);
}

/* NULL: none was made in this realm. */
static napi_status module_find(napi_env napi, const char* key, napi_value* fill) {
  char text[MODULE_TEXT_SIZE];
  napi_value script;
  napi_valuetype type = napi_undefined;
  snprintf(text, sizeof text, "globalThis[Symbol.for('%s')]", key);
  napi_status status = napi_create_string_utf8(napi, text, NAPI_AUTO_LENGTH, &script);
  if (status == napi_ok) status = napi_run_script(napi, script, fill);
  if (status == napi_ok) status = napi_typeof(napi, *fill, &type);
  if (type != napi_function) *fill = NULL;
  return status;
}

static napi_status module_make(napi_env napi, const char* key, const void* const* tables,
                               napi_value* fill) {
  napi_value argv[2];
  napi_status status = napi_create_string_utf8(napi, key, NAPI_AUTO_LENGTH, &argv[0]);
  if (status == napi_ok) status = napi_create_object(napi, &argv[1]);
  if (status == napi_ok) status = ol_export(napi, argv[1], tables);
  if (status != napi_ok) return status;
  return oli_env_call(oli_env_get(napi), OLI_LAYER_KEEP_MODULE, 2, argv, fill);
}

napi_status ol_export_once(napi_env napi, napi_value exports, const void* const* tables) {
  char key[MODULE_KEY_SIZE];
  napi_value fill;
  module_key(tables, key);
  napi_status status = module_find(napi, key, &fill);
  if (status == napi_ok && fill == NULL) status = module_make(napi, key, tables, &fill);
  if (status == napi_ok) status = napi_call_function(napi, exports, fill, 1, &exports, NULL);
  return oli_check(napi, status);
}
