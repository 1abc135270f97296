/* exclusive.h: a function of JavaScript that keeps the turn of a serial handle. Floor 2, loop only.
 *
 * The states of the job, and how the turn is kept, are in handle.h. JavaScript asks for it by
 * native.startExclusive; when the turn has come, the layer gets the object of the stand-in and
 * calls the user's function (lib/layer/exclusive.js); native.endExclusive says that it has settled.
 *
 * The signal and the deadline of the call end with the wait: a function that has begun cannot be
 * interrupted, and if its stand-in refused jobs, nobody could roll back what it has begun. While it
 * runs the loop is not kept alive on its account. */
#ifndef OLI_EXCLUSIVE_H
#define OLI_EXCLUSIVE_H

#include "env.h"

/* Calls the functions whose turn has come. */
void oli_exclusive_deliver(oli_env* env);

/* JavaScript goes on no more: ends an exclusive job that was told to stop. Any other job:
 * nothing. */
void oli_exclusive_finish(ol_job* job);

/* Adds native.startExclusive and native.endExclusive. */
napi_status oli_exclusive_natives(oli_env* env, napi_value native);

#endif
