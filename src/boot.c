#include "boot.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "layer.h"

/* What stack traces call the scripts. Test builds name the real files: coverage finds them. */
#ifndef OL_LAYER_URL
#define OL_LAYER_URL "offloop/layer"
#endif

#define BOOT_URL_MARK "\n//# sourceURL=" OL_LAYER_URL "/"

/* In the order of enum oli_layer_function. */
static const char* const boot_names[OLI_LAYER_COUNT] = {
  "settle",      "begin",      "argumentError", "codedError", "bytesOf",        "isFixed",
  "lengthOf",    "mostOf",     "makeWorker",    "makeClass",  "makeHandle",     "addMethod",
  "yield",       "makeStream", "streamEvent",   "arrayOf",    "beginExclusive", "exportValue",
  "beginStream", "progress",   "newArray",      "makeAsked",  "raise",          "poolTold",
  "exportFace",  "makeReader", "makeFlat",      "settleFlat", "keepModule"};

/* The script with its name behind it, allocated; NULL: out of memory. */
static char* boot_text(const oli_script* script, size_t* len) {
  size_t mark_len = strlen(BOOT_URL_MARK), name_len = strlen(script->name);
  *len = script->text_len + mark_len + name_len;
  char* text = malloc(*len);
  if (text == NULL) return NULL;
  memcpy(text, script->text, script->text_len);
  memcpy(text + script->text_len, BOOT_URL_MARK, mark_len);
  memcpy(text + script->text_len + mark_len, script->name, name_len);
  return text;
}

static napi_status boot_evaluate(napi_env napi, const oli_script* script, napi_value* function) {
  size_t len;
  napi_value source;
  char* text = boot_text(script, &len);
  if (text == NULL) return oli_throw_no_memory(napi);
  napi_status status = napi_create_string_utf8(napi, text, len, &source);
  free(text);
  return status == napi_ok ? napi_run_script(napi, source, function) : status;
}

static napi_status boot_run(oli_env* env, const oli_script* script, napi_value layer,
                            napi_value native) {
  napi_value function, undefined;
  napi_value argv[] = {layer, native};
  napi_status status = boot_evaluate(env->napi, script, &function);
  if (status == napi_ok) status = napi_get_undefined(env->napi, &undefined);
  if (status != napi_ok) return status;
  return napi_call_function(env->napi, undefined, function, 2, argv, NULL);
}

static napi_status boot_take(oli_env* env, napi_value layer) {
  napi_status status = napi_ok;
  for (size_t i = 0; i < OLI_LAYER_COUNT && status == napi_ok; i++) {
    napi_value function;
    status = napi_get_named_property(env->napi, layer, boot_names[i], &function);
    if (status != napi_ok) break;
    status = napi_create_reference(env->napi, function, 1, &env->layer[i]);
  }
  return status;
}

static napi_status boot_take_bool(oli_env* env, napi_value layer, const char* name, bool* taken) {
  napi_value value;
  napi_status status = napi_get_named_property(env->napi, layer, name, &value);
  return status == napi_ok ? napi_get_value_bool(env->napi, value, taken) : status;
}

napi_status oli_boot(oli_env* env, napi_value native) {
  napi_value layer;
  napi_status status = napi_create_object(env->napi, &layer);
  for (size_t i = 0; i < oli_scripts_len && status == napi_ok; i++) {
    status = boot_run(env, &oli_scripts[i], layer, native);
  }
  if (status == napi_ok) status = boot_take(env, layer);
  if (status == napi_ok) status = boot_take_bool(env, layer, "watched", &env->watched);
  if (status == napi_ok) status = boot_take_bool(env, layer, "yields", &env->yields);
  return status;
}
