/* gate.h: at most so many jobs at once. Floor 1.
 *
 * A job that finds the places taken waits at the gate, outside any pool, by priority and then in
 * the order of the calls. Whoever gives a place up lets the next one in and sends it to its pool.
 *
 * The stop of a job that waits takes it out: whoever stops it sets the flag first and then looks
 * here, and it is queued only if the flag is not set, under the gate's lock. One of the two has it.
 * A job that is let in leaves the queue under that lock, before it is queued in a pool, so
 * task->queued is never another queue's where it is read.
 *
 * Why nobody waits for ever: who waits at a gate may have turns of serial handles, so who has a
 * place must never wait for one. It does not: turns come before the gate, and a worker whose jobs
 * lend theirs has none (binding.c sees to that). */
#ifndef OLI_GATE_H
#define OLI_GATE_H

#include "job.h"

typedef struct oli_gate {
  void (*send)(ol_job* job); /* to its pool; the job may be over and gone before it returns */
  uint32_t places;           /* at least 1; does not change */

  oli_mutex lock; /* a leaf; guards the rest, and job->gate and the task of those that wait */
  oli_queue queue;
  size_t taken;
  bool sending; /* somebody sends off those that may take a place */
} oli_gate;

void oli_gate_init(oli_gate* gate, uint32_t places, void (*send)(ol_job* job));
void oli_gate_destroy(oli_gate* gate);

/* True: the job is the caller's: it is in, which job->gate says, or it was stopped meanwhile, or it
 * does not wait and finds no place. False: it waits. [any] */
bool oli_gate_enter(oli_gate* gate, ol_job* job);

/* Takes out a job that waits. True: it is the caller's and will never be sent. [any] */
bool oli_gate_withdraw(oli_gate* gate, ol_job* job);

/* A job that was in, whose job->gate this was, is over: sends off who may take its place. The
 * caller keeps the gate until this returns. [any] */
void oli_gate_leave(oli_gate* gate);

#endif
