/* timer.h: deadlines, kept by one thread of the process. Floor 1.
 *
 * JavaScript timers do not fire while the loop is blocked or in .sync, and jobs have deadlines
 * there too. The thread starts with the first timer and goes away when it had nothing to do for a
 * second. */
#ifndef OLI_TIMER_H
#define OLI_TIMER_H

#include "plat.h"

/* Embedded in what has a deadline. All zero, with [fire] set: not armed. */
typedef struct oli_timer {
  /* On the timer thread, no lock held. May arm it again, disarm any timer, and free this one. */
  void (*fire)(struct oli_timer* timer);
  uint64_t due_ns; /* of oli_now_ns */
  /* links of the heap, private to timer.c */
  struct oli_timer* child;
  struct oli_timer* next;
  struct oli_timer* prev;
  bool armed;
} oli_timer;

/* Fires once at [due_ns], also when that has passed. An armed one is moved. OL_OK, or OL_NO_MEMORY
 * when the thread cannot be made. [any] */
int oli_timer_arm(oli_timer* timer, uint64_t due_ns);

/* Once this returns, fire does not run and will not run: it waits for one that does, unless it is
 * called from fire itself, and undoes an arming by that fire. Harmless when not armed. The caller
 * holds no lock that fire takes. [any] */
void oli_timer_disarm(oli_timer* timer);

#endif
