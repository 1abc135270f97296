/* read.h: from JavaScript values to C. Floor 2, loop only.
 *
 * Reading runs JavaScript that belongs to the caller: getters, proxies. Such code may detach a
 * buffer, close a handle, or call the same worker again. So it is read in two passes: the first
 * fetches and converts all that can run code; the second, during which none can run, takes the
 * addresses of pinned memory and the use of handles. */
#ifndef OLI_READ_H
#define OLI_READ_H

#include "ask.h"
#include "env.h"

/* Reads the arguments of a call into the state of a job that is not submitted yet. On failure the
 * exception is pending, or kept by the layer (see oli_refuse), and what was taken goes when the job
 * is freed. */
napi_status oli_read_call(ol_job* job, napi_value self, size_t argc, const napi_value* argv);

/* Reads what all calls of a map have in common, [options] and [self], as a call would. The
 * arguments come later, with each of them. The job will never be submitted. */
napi_status oli_read_common(ol_job* job, napi_value self, napi_value options);

/* Reads [value] into a record of [shape], shape->size zeroed bytes; the job may be running. What
 * the record points to goes into [arena], the caller's to clear. napi_ok, or an exception is
 * pending or kept by the layer. */
napi_status oli_read_message(ol_job* job, const oli_shape* shape, napi_value value,
                             oli_arena* arena, void* record);

/* Reads what a function of JavaScript gave into an ask that has an answer; what the job does
 * meanwhile does not matter. On failure the exception is pending. */
napi_status oli_read_answer(ol_job* job, oli_ask* ask, napi_value value);

#endif
