/* view.h: the memory of JavaScript's buffers and typed arrays. Floor 2, loop only. */
#ifndef OLI_VIEW_H
#define OLI_VIEW_H

#include "env.h"

typedef struct oli_view {
  int type;      /* of a typed array OL_TYPE_I8S and its kin; OL_TYPE_BUF: other memory, of which
                    only the bytes are known; OL_TYPE_END: no memory at all */
  void* data;    /* may be NULL when there are no bytes */
  size_t size;   /* bytes */
  bool detached; /* it had memory once */
} oli_view;

/* The memory of a value. Runs no JavaScript of the caller's. */
napi_status oli_view_get(oli_env* env, napi_value value, oli_view* view);

/* Whether the memory can neither shrink nor grow. */
napi_status oli_view_is_fixed(oli_env* env, napi_value value, bool* fixed);

/* "an instance of Float64Array", for the types from OL_TYPE_BUF to OL_TYPE_F64S. */
const char* oli_view_words(int type);

/* A new Buffer or typed array of the type with a copy of [size] bytes. */
napi_status oli_view_copy(napi_env napi, int type, const void* data, size_t size, napi_value* view);

/* The same around the memory itself, or around a copy where the runtime allows no other. [taken]:
 * JavaScript frees the memory now; otherwise it is still the caller's, also when this fails. It is
 * aligned for the elements. */
napi_status oli_view_move(napi_env napi, int type, oli_owned owned, size_t size, napi_value* view,
                          bool* taken);

#endif
