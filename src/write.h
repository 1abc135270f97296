/* write.h: from C to JavaScript values. Floor 2, loop only. */
#ifndef OLI_WRITE_H
#define OLI_WRITE_H

#include "ask.h"
#include "channel.h"
#include "env.h"

/* The results of a job that is over: one OL_RET is the value itself, several are an object, none is
 * undefined. A value that JavaScript cannot hold (an integer past 2^53 without .bigint, an index
 * outside .one_of) throws a RangeError. Buffers of the job's own and handles move: called once. */
napi_status oli_write_results(ol_job* job, napi_value* result);

/* One item of a stream. Its buffers move: called once for each. napi_ok, or an exception is
 * pending. */
napi_status oli_write_item(ol_job* job, const oli_batch* batch, size_t index, napi_value* value);

/* The arguments of an ask into [argv], one for each; their buffers move. napi_ok, or an exception
 * is pending. */
napi_status oli_write_arguments(ol_job* job, oli_ask* ask, napi_value* argv);

/* One ol_value, for details of errors. */
napi_status oli_write_value(ol_job* job, const ol_value* value, napi_value* result);

/* An array of [len] elements, at most OLI_LIST_MAX, that are to be set: no setter of the user's
 * runs then, whatever stands under numbers on the prototypes. */
napi_status oli_write_array(oli_env* env, size_t len, napi_value* array);

#endif
