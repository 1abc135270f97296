/* ask.h: a job that calls a function of JavaScript and waits for what it gives. Floor 1.
 *
 * An ask is one such call. It is counted, because either side may be through with it first:
 *
 *   posed      the job's thread has copied the arguments into it, and waits
 *   taken      the loop has it: it makes values of the arguments, calls the function, and, when the
 *              answer is there, reads it into the ask's own memory
 *   answered, raised   the job's thread is woken, and the ask is its own again
 *
 * A job that is stopped, or that has waited long enough, lets go of its ask in any state
 * (asker->now is another, or NULL). Whatever the loop then still does with it touches the ask only,
 * and reaches nobody. Between the call and the answer the loop holds no ask: JavaScript knows it by
 * the id of its job and a number, so that a promise that never settles keeps nothing.
 *
 * Locks. now, state, over and number are under the job's stop lock, which also wakes the waiting
 * thread, by job->sleeper: a stop does so as well. What an ask points to belongs to whoever its
 * state names. The functions of the kind are called without a lock. */
#ifndef OLI_ASK_H
#define OLI_ASK_H

#include "fields.h"
#include "job.h"

/* A function that a job was given, in the job's arena. */
typedef struct oli_function {
  struct oli_function* next; /* in job->functions; constant once the job is submitted */
  const char* name;          /* "onAuth", "hooks.onAuth"; lives as long as the job */
  void* ref;                 /* napi_ref; this and the next are the loop's */
  oli_link link;             /* in env->functions until the reference is deleted */
} oli_function;

enum oli_ask_state { OLI_ASK_POSED, OLI_ASK_TAKEN, OLI_ASK_ANSWERED, OLI_ASK_RAISED };

typedef struct oli_ask {
  atomic_int refs;
  const oli_function* function;
  oli_call_shape shape;
  void* given;    /* a record with the arguments; in [args], with all that they point to */
  void* answer;   /* a record for the answer, zeroed; in [kept], likewise */
  oli_arena args; /* empty once values were made of them */
  oli_arena kept;
  int state;
  bool over; /* answered or raised */
  uint64_t number;
} oli_ask;

/* What stands behind the askers of an environment. */
struct oli_asker;
typedef struct oli_asker_kind {
  /* Tells the loop that there is an ask; takes that back. The second waits for nothing. [job] */
  void (*pose)(struct oli_asker* asker);
  void (*withdraw)(struct oli_asker* asker);
  /* Around the wait: the job lends its turns. The second may block. [job] */
  void (*pause)(void* job);
  void (*resume)(void* job);
} oli_asker_kind;

/* A job that may ask, in its arena. */
typedef struct oli_asker {
  const oli_asker_kind* kind;
  ol_job* job;
  oli_link link; /* of the kind */
  oli_ask* now;  /* what the job waits for, or NULL */
  oli_ask* last; /* whose answer the author has; of the job's thread, then of who frees the job */
} oli_asker;

/* Gives a new job what it asks with. False: out of memory. */
bool oli_asker_open(ol_job* job, const oli_asker_kind* kind);

/* Frees the last answer, once destroy was called. No asker: nothing. */
void oli_asker_close(ol_job* job);

/* The ask that is posed, now taken under [number] and held; NULL: none is. [loop] */
oli_ask* oli_ask_take(oli_asker* asker, uint64_t number);

/* The ask that was taken under [number], held; NULL: the job waits for it no more. [loop] */
oli_ask* oli_ask_find(oli_asker* asker, uint64_t number);

/* Tells the job that its ask is answered, or that the function has thrown, and lets go of the ask.
 * False: it waits no more. [loop] */
bool oli_ask_end(oli_asker* asker, oli_ask* ask, enum oli_ask_state state);

/* Lets go of an ask. [any] */
void oli_ask_drop(oli_ask* ask);

#endif
