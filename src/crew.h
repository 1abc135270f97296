/* crew.h: the threads of an environment for jobs that wait for JavaScript. Floor 2.
 *
 * Such jobs stay for as long as their reader likes: on Node's threads they would keep fs and dns
 * waiting, in a pool each other. So each has a thread to itself. Threads come and go, up to a
 * limit; past it a job fails, because to queue it could be to queue it for ever. */
#ifndef OLI_CREW_H
#define OLI_CREW_H

#include "pool.h"

struct oli_env;

/* Jobs at once in one environment, from their push until they come home. */
#define OLI_CREW_MAX 256

/* The pool is the caller's; oli_pool_destroy and oli_pool_close end it. */
void oli_crew_init(oli_pool* crew, struct oli_env* env);

/* Hands a job over: it runs, or comes home failed. [any] */
void oli_crew_push(ol_job* job);

/* A job comes home: if it was pushed, another may take its place. [any] */
void oli_crew_leave(ol_job* job);

#endif
