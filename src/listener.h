/* listener.h: who hears of a job's progress: the onProgress of its call. Floor 2.
 *
 * Values are told within the time that settling has in a turn of the loop, but one of each job
 * in every turn: so a flood keeps neither timers nor other jobs waiting, and no job waits for
 * ever. The last ones are told by who settles the job, before it does. */
#ifndef OLI_LISTENER_H
#define OLI_LISTENER_H

#include "env.h"

/* Gives a job that is not submitted its listener. OL_OK or OL_NO_MEMORY. [loop] */
int oli_listener_open(ol_job* job);

/* Tells what waits. False: there is more, for the next turn of the loop. No listener: true. Runs
 * JavaScript of the user's. [loop] */
bool oli_listener_tell(ol_job* job);

#endif
