/* settle.h: telling JavaScript how jobs ended. Floor 2, loop only.
 *
 * All that came home crosses in chunks, one call into the layer for each, within a slice of time
 * for each turn of the loop; what is left then waits for the next turn, so that timers and sockets
 * get theirs. */
#ifndef OLI_SETTLE_H
#define OLI_SETTLE_H

#include "env.h"

/* How a job ended, for the layer. */
enum oli_outcome {
  OLI_RESOLVED = 0, /* value: the result */
  OLI_FAILED = 1,   /* value: what the error is to be made of, see oli_describe_failure */
  OLI_THROWN = 2,   /* value: whatever the author's complete threw */
  OLI_RAISED = 3,   /* by a function that the job called: the layer has it */
  OLI_UNWRITTEN = 4 /* value: the error of a result that could not be made for JavaScript */
};

/* Settles what came home. */
void oli_settle(oli_env* env);

/* Finds out how a job that is over ended: calls complete, writes the results. */
enum oli_outcome oli_settle_outcome(ol_job* job, napi_value* value);

/* Tells the layer that the job of an id, which it forgets, has failed for that status alone. */
void oli_settle_failed(oli_env* env, uint32_t id, int status);

/* Whether this turn of the loop has had its time of telling JavaScript; from the first question on
 * there will be a next one, which settles again. */
bool oli_settle_turn_over(oli_env* env);

/* The loop has been through its other phases since oli_env_end_turn. */
void oli_settle_begin_turn(oli_env* env);

/* Tells what came out of the layer, if anything did: an uncaughtException. True: nothing was
 * thrown, and the layer was ended in the middle, as a debugger can do. */
bool oli_settle_report(napi_env napi);

/* Calls a function of the layer that tells many how their jobs ended: (again, ...). argv[0] is set
 * by this. Where the layer is ended in the middle it is called once more, with [again], and goes on
 * after those that it has told. */
void oli_settle_tell(oli_env* env, enum oli_layer_function which, size_t argc, napi_value* argv);

#endif
