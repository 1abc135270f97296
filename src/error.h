/* error.h: errors for JavaScript. Floor 2, loop only.
 *
 * The layer words them (lib/layer/errors.js); C says what was wrong with what. */
#ifndef OLI_ERROR_H
#define OLI_ERROR_H

#include "env.h"

enum oli_error_kind {
  OLI_ERROR_TYPE = 0,   /* TypeError, ERR_INVALID_ARG_TYPE */
  OLI_ERROR_RANGE = 1,  /* RangeError, ERR_OUT_OF_RANGE */
  OLI_ERROR_VALUE = 2,  /* TypeError, ERR_INVALID_ARG_VALUE */
  OLI_ERROR_CLOSED = 3, /* Error, ERR_OL_CLOSED */
  OLI_ERROR_EXTRA = 4,  /* TypeError, ERR_OL_EXTRA_ARGS */
  OLI_ERROR_MEMORY = 5, /* Error, ERR_OL_NO_MEMORY; what was received is its cause */
  OLI_ERROR_SECRET = 6, /* as OLI_ERROR_TYPE, without a word of the value itself */
  OLI_ERROR_MISTAKE = 7 /* Error, ERR_OL_INVALID: what only a mistake in C can bring about */
};

/* Where in a call a value stands. */
typedef struct oli_place {
  const char* worker; /* "blur" */
  int role;           /* enum ol_role: an argument, an option, a result ... */
  const char* path;   /* "radius", "points[3].x" */
} oli_place;

/* Throws. [expected]: what it must be, in words: "a boolean", "an integer", ">= 1 and <= 99";
 * of a mistake what is wrong: "has a length, but no data". [received] may be NULL. Returns
 * napi_pending_exception, always. */
napi_status oli_throw(oli_env* env, enum oli_error_kind kind, const oli_place* place,
                      const char* expected, napi_value received);

/* The same without throwing: the layer keeps the error and throws it in JavaScript, once the native
 * that it has called gives undefined. There V8 sees who catches it, which --abort-on-uncaught-
 * exception wants to know. */
napi_status oli_refuse(oli_env* env, enum oli_error_kind kind, const oli_place* place,
                       const char* expected, napi_value received);

/* Throws an Error (TypeError when [type_error]) with a code and a printed message of its own. In a
 * call its stack begins with the caller, as that of oli_throw does. */
napi_status oli_throw_text(napi_env napi, bool type_error, const char* code, const char* format,
                           ...) OL_PRINTF_(4, 5);

/* Throws an Error with code ERR_OL_NO_MEMORY. */
napi_status oli_throw_no_memory(napi_env napi);

/* The same for a Node-API call that failed: leaves a pending exception, or an error that the layer
 * keeps, as it is, otherwise makes one. napi_ok passes through. */
napi_status oli_check(napi_env napi, napi_status status);

/* What the layer makes the error of a failed job from. */
napi_status oli_describe_failure(oli_env* env, ol_job* job, napi_value* description);

/* The same of a job that may still run, but for details; undefined: it has not failed. */
napi_status oli_describe_end(oli_env* env, ol_job* job, napi_value* description);

#endif
