/* call.h: from a call in JavaScript to a job. Floor 2, loop only.
 *
 * The layer (lib/layer/calls.js) has taken off the callback and read signal and timeout; what comes
 * here is start(timeout_ms, aborted, [arguments], this, listened). A timeout below 0 stands for the
 * worker's own; this is as the caller said it, where a function of C would get an object for it;
 * listened: the layer wants to hear of the job's progress.
 * Nothing settles before start has returned the job's id. */
#ifndef OLI_CALL_H
#define OLI_CALL_H

#include "env.h"

/* The function start of a binding, which gives the id of an accepted job, and its sync counterpart,
 * which gives { outcome, value }. start(options, this) only throws what is wrong with these. */
napi_status oli_call_start_function(oli_binding* binding, napi_value* function);
napi_status oli_call_sync_function(oli_binding* binding, napi_value* function);

/* The function start(...arguments) for calls without options and without this, which are most; the
 * shorter way. undefined for a method. */
napi_status oli_call_plain_function(oli_binding* binding, napi_value* function);

/* Gives a job that is not submitted its deadline; below 0: that of its worker. napi_ok, or an
 * exception is pending. */
napi_status oli_call_set_deadline(ol_job* job, double timeout_ms);

/* Adds native.stop(id), native.fatal(error) and the async contexts of callbacks. */
napi_status oli_call_natives(oli_env* env, napi_value native);

#endif
