/* The workers of types.c in a runtime whose JavaScript takes no memory of C's: Electron is one. The
 * library is compiled in here, with the two functions of Node-API that differ. */
#define _GNU_SOURCE 1 /* for offloop.c, before any header */
#include <offloop.h>

static napi_status refuse_buffer(napi_env env, size_t size, void* data, napi_finalize finalize,
                                 void* hint, napi_value* result) {
  (void) env, (void) size, (void) data, (void) finalize, (void) hint, (void) result;
  return napi_no_external_buffers_allowed;
}

static napi_status refuse_array_buffer(napi_env env, void* data, size_t size,
                                       napi_finalize finalize, void* hint, napi_value* result) {
  return refuse_buffer(env, size, data, finalize, hint, result);
}

#define napi_create_external_buffer refuse_buffer
#define napi_create_external_arraybuffer refuse_array_buffer
#include "../../src/offloop.c"

#include "types.c"
