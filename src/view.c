/* view.c: looks at memory and makes it.
 *
 * Memory that moves to JavaScript is owned by a small record, freed together with it by the
 * finalizer, which the engine calls on the loop at a time of its own, or when the environment
 * ends. */
#include "view.h"

#include <stdlib.h>
#include <string.h>

/* ---- Types --------------------------------------------------------------------------------- */

typedef struct view_type {
  napi_typedarray_type node; /* its number in Node-API */
  const char* words;
} view_type;

#define VIEW_FIRST OL_TYPE_I8S

/* From OL_TYPE_I8S to OL_TYPE_F64S. */
static const view_type view_types[] = {
  {napi_int8_array, "an instance of Int8Array"},
  {napi_uint8_array, "an instance of Uint8Array"},
  {napi_uint8_clamped_array, "an instance of Uint8ClampedArray"},
  {napi_int16_array, "an instance of Int16Array"},
  {napi_uint16_array, "an instance of Uint16Array"},
  {napi_int32_array, "an instance of Int32Array"},
  {napi_uint32_array, "an instance of Uint32Array"},
  {napi_bigint64_array, "an instance of BigInt64Array"},
  {napi_biguint64_array, "an instance of BigUint64Array"},
  {napi_float32_array, "an instance of Float32Array"},
  {napi_float64_array, "an instance of Float64Array"},
};

const char* oli_view_words(int type) {
  if (type >= VIEW_FIRST) return view_types[type - VIEW_FIRST].words;
  return "an instance of Buffer, TypedArray, DataView, ArrayBuffer or SharedArrayBuffer";
}

/* OL_TYPE_END: a kind of typed array that came after Node-API 8. */
static int view_type_of(napi_typedarray_type node) {
  for (int type = VIEW_FIRST; type <= OL_TYPE_F64S; type++) {
    if (view_types[type - VIEW_FIRST].node == node) return type;
  }
  return OL_TYPE_END;
}

/* ---- Looking ------------------------------------------------------------------------------- */

/* Of a SharedArrayBuffer some runtimes say that this is no ArrayBuffer: it cannot be detached. */
static bool view_is_detached(napi_env napi, napi_value buffer) {
  bool detached = false;
  return napi_is_detached_arraybuffer(napi, buffer, &detached) == napi_ok && detached;
}

/* A detached typed array has no elements, so most need not be asked. */
static napi_status view_of_typed_array(napi_env napi, napi_value value, oli_view* view) {
  napi_typedarray_type node = (napi_typedarray_type) -1;
  napi_value buffer;
  size_t len;
  napi_status status =
    napi_get_typedarray_info(napi, value, &node, &len, &view->data, &buffer, NULL);
  if (status != napi_ok) return status;
  view->type = view_type_of(node);
  view->size = len * oli_element_size(view->type);
  view->detached = len == 0 && view_is_detached(napi, buffer);
  return napi_ok;
}

static napi_status view_of_array_buffer(napi_env napi, napi_value value, oli_view* view) {
  view->type = OL_TYPE_BUF;
  view->detached = view_is_detached(napi, value);
  if (view->detached) return napi_ok;
  return napi_get_arraybuffer_info(napi, value, &view->data, &view->size);
}

/* A detached one may still tell its old size. */
static napi_status view_of_data_view(napi_env napi, napi_value value, oli_view* view) {
  napi_value buffer;
  napi_status status = napi_get_dataview_info(napi, value, &view->size, &view->data, &buffer, NULL);
  view->type = OL_TYPE_BUF;
  if (status != napi_ok || !view_is_detached(napi, buffer)) return status;
  *view = (oli_view){.type = OL_TYPE_BUF, .detached = true};
  return napi_ok;
}

/* Node-API 8 does not know what it is; the layer may. */
static napi_status view_of_other(oli_env* env, napi_value value, oli_view* view) {
  napi_value bytes;
  bool found = false;
  *view = (oli_view){.type = OL_TYPE_END};
  napi_status status = oli_env_call(env, OLI_LAYER_BYTES_OF, 1, &value, &bytes);
  if (status == napi_ok) status = napi_is_typedarray(env->napi, bytes, &found);
  if (status != napi_ok || !found) return status;
  status = view_of_typed_array(env->napi, bytes, view);
  view->type = OL_TYPE_BUF;
  return status;
}

napi_status oli_view_get(oli_env* env, napi_value value, oli_view* view) {
  bool is = false;
  *view = (oli_view){.type = OL_TYPE_END};
  napi_status status = napi_is_typedarray(env->napi, value, &is);
  if (status == napi_ok && is) {
    status = view_of_typed_array(env->napi, value, view);
    if (status != napi_ok || view->type != OL_TYPE_END) return status;
  }
  if (status == napi_ok) status = napi_is_arraybuffer(env->napi, value, &is);
  if (status == napi_ok && is) return view_of_array_buffer(env->napi, value, view);
  if (status == napi_ok) status = napi_is_dataview(env->napi, value, &is);
  if (status == napi_ok && is) return view_of_data_view(env->napi, value, view);
  return status == napi_ok ? view_of_other(env, value, view) : status;
}

napi_status oli_view_is_fixed(oli_env* env, napi_value value, bool* fixed) {
  napi_value answer;
  napi_status status = oli_env_call(env, OLI_LAYER_IS_FIXED, 1, &value, &answer);
  return status == napi_ok ? napi_get_value_bool(env->napi, answer, fixed) : status;
}

/* ---- Making -------------------------------------------------------------------------------- */

/* A typed array on the whole of an ArrayBuffer. */
static napi_status view_around(napi_env napi, int type, napi_value buffer, size_t size,
                               napi_value* view) {
  napi_typedarray_type node = view_types[type - VIEW_FIRST].node;
  return napi_create_typedarray(napi, node, size / oli_element_size(type), buffer, 0, view);
}

napi_status oli_view_copy(napi_env napi, int type, const void* data, size_t size,
                          napi_value* view) {
  napi_value buffer;
  void* copy;
  if (type == OL_TYPE_BUF) {
    return napi_create_buffer_copy(napi, size, size > 0 ? data : "", NULL, view);
  }
  napi_status status = napi_create_arraybuffer(napi, size, &copy, &buffer);
  if (status != napi_ok) return status;
  if (size > 0) memcpy(copy, data, size);
  return view_around(napi, type, buffer, size, view);
}

/* Called once JavaScript can no longer reach the memory. */
static void view_finalize(napi_env napi, void* data, void* hint) {
  oli_owned* owned = hint;
  (void) napi;
  (void) data;
  owned->free_data(owned->data);
  free(owned);
}

/* A Buffer for OL_TYPE_BUF, an ArrayBuffer for a typed array to be made of. */
static napi_status view_adopt(napi_env napi, int type, oli_owned* owned, size_t size,
                              napi_value* memory) {
  if (type == OL_TYPE_BUF) {
    return napi_create_external_buffer(napi, size, owned->data, view_finalize, owned, memory);
  }
  return napi_create_external_arraybuffer(napi, owned->data, size, view_finalize, owned, memory);
}

/* Who frees the memory of a failed adoption: a runtime that got as far as making the object calls
 * the finalizer in any case, and reports a generic failure; the other statuses are refusals at the
 * door, and the memory is still ours. */
static napi_status view_move_owned(napi_env napi, int type, oli_owned* owned, size_t size,
                                   napi_value* view, bool* taken) {
  napi_value memory;
  napi_status status = view_adopt(napi, type, owned, size, &memory);
  *taken = status == napi_ok || status == napi_generic_failure;
  if (status == napi_ok) {
    *view = memory;
    return type == OL_TYPE_BUF ? napi_ok : view_around(napi, type, memory, size, view);
  }
  if (!*taken) free(owned);
  return status;
}

napi_status oli_view_move(napi_env napi, int type, oli_owned owned, size_t size, napi_value* view,
                          bool* taken) {
  napi_status status = napi_no_external_buffers_allowed;
  oli_owned* kept = malloc(sizeof *kept);
  *taken = false;
  if (kept != NULL) {
    *kept = owned;
    status = view_move_owned(napi, type, kept, size, view, taken);
  }
  if (status != napi_no_external_buffers_allowed) return status;
  return oli_view_copy(napi, type, owned.data, size, view);
}
