/* function.h: functions of JavaScript that jobs call. Floor 2; the loop's, but for the first two.
 *
 * The layer (lib/layer/asks.js) makes of each function what can be asked: it calls the function in
 * its caller's async context, waits for a promise, and answers by native.answer or native.raise. A
 * strong reference keeps it, from the call of the worker until the job is freed. Where the
 * environment ends before, its hook deletes the reference, while the job's own memory is still
 * there: so what is left of it may be freed on any thread. */
#ifndef OLI_FUNCTION_H
#define OLI_FUNCTION_H

#include "ask.h"
#include "env.h"

/* As oli_asker_kind says. [job] */
void oli_function_pose(oli_asker* asker);
void oli_function_withdraw(oli_asker* asker);

/* Gives a job that is not submitted yet the function [value]; [name] lives as long as the job. It
 * may run code of the caller's (async_hooks). napi_ok, or an exception is pending. */
napi_status oli_function_new(ol_job* job, const char* name, napi_value value, ol_fn* fn);

/* Lets go of the functions of a job; of those of all jobs, before the environment is closed. */
void oli_function_release(ol_job* job);
void oli_function_forget_all(oli_env* env);

/* Calls what is asked for, for as long as this turn of the loop has time. */
void oli_function_deliver(oli_env* env);

/* Adds native.answer and native.raise. */
napi_status oli_function_natives(oli_env* env, napi_value native);

#endif
