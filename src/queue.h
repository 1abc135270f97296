/* queue.h: tasks that wait for a thread. Floor 1. Takes no lock; its owner does.
 *
 * A task is anything a thread can take up: a job, a block of small jobs, a share in a loop. Of
 * those with the same priority the first that came is picked first. A higher priority goes before,
 * but for aging: lower ones are passed over so many times and then have a pick, so that none
 * starves. That is counted in picks and not in time, and so the same on every machine.
 *
 * Invariants, whenever the owner's lock is free:
 *   - task->queued is true exactly while the task is listed in the band of its priority;
 *   - queue->jobs and queue->owed are sums of task->jobs of what is queued, so a task changes its
 *     own only in join while it is queued;
 *   - queue->best is the priority of the highest band that is not empty; it is read without the
 *     lock, too. */
#ifndef OLI_QUEUE_H
#define OLI_QUEUE_H

#include <stdatomic.h>
#include <stdint.h>

#include "list.h"

#define OLI_PRIORITY_MAX 2 /* from -2, 0 is normal */
#define OLI_BANDS (2 * OLI_PRIORITY_MAX + 1)

typedef struct oli_task oli_task;

/* A thread at work, as its task sees it; embedded in what is the thread's own. Its owner sets ends,
 * done and tells, who works at the task sets owes. */
typedef struct oli_shift {
  /* Asked between two jobs of a task, at that time: whether the thread is to leave the others
   * where they are, in the queue. No lock is held. [the thread] */
  bool (*ends)(struct oli_shift* shift, const oli_task* task, uint64_t now_ns);
  /* The thread is done with the task and free for another. Whoever works at a task calls it before
   * anybody can learn that the work is done, so that a job which answers to that finds the thread
   * free. Otherwise the owner calls it when run has returned. Twice is harmless. [the thread] */
  void (*done)(struct oli_shift* shift);
  bool tells; /* its owner tells the loop of what the last job of a task has left there, */
  bool owes;  /* where the loop was not told yet */
} oli_shift;

typedef struct oli_task_kind {
  /* A thread will work at it. True: others may join it later, so that it stays queued. Under the
   * lock of the queue's owner. NULL: one thread runs it. */
  bool (*join)(oli_task* task);
  /* Works at it; the task may be gone before this returns. No lock is held. */
  void (*run)(oli_task* task, oli_shift* shift);
  /* It was stopped on its way into the queue, and is not to be queued. Whoever stops a task sets
   * that first and looks for it in the queue then; who queues it asks under the queue's lock: one
   * of the two has it. NULL: that cannot be. */
  bool (*is_void)(const oli_task* task);
  /* Nobody needs it to be run: a closed queue forgets it instead of giving it out. */
  bool optional;
  /* No thread can be had for it, and it was taken out of the queue: what is left of it fails. NULL:
   * no queue that asks for it holds it. [loop] */
  void (*refuse)(oli_task* task);
} oli_task_kind;

/* Embedded in what is to be run. Its owner sets kind, jobs, priority and at_once before it is
 * queued. */
struct oli_task {
  oli_link link;
  const oli_task_kind* kind;
  uint32_t jobs;   /* how many threads could be of use to it: 1 for a job */
  int8_t priority; /* clamped to what the bands have */
  bool at_once;    /* it waits for nobody: it is not queued where no thread is free for it */
  bool queued;     /* under the lock of the queue's owner */
};

typedef struct oli_queue {
  oli_list bands[OLI_BANDS];  /* by priority, the lowest first */
  uint32_t passed[OLI_BANDS]; /* picks of higher bands while this one waited */
  size_t len;                 /* tasks */
  size_t jobs;                /* of all of them */
  size_t owed;                /* of those that are not optional */
  atomic_int best;            /* below all priorities when it is empty */
} oli_queue;

void oli_queue_init(oli_queue* queue);

void oli_queue_put(oli_queue* queue, oli_task* task);

/* The task whose turn it is, joined, and out of the queue unless others may join. NULL: there is
 * none. */
oli_task* oli_queue_take(oli_queue* queue);

/* Takes a task out. False: it is not in a queue. */
bool oli_queue_remove(oli_queue* queue, oli_task* task);

/* Moves the tasks that [match] is true of to the end of [tasks], the highest priority first. */
void oli_queue_take_if(oli_queue* queue, bool (*match)(const oli_task* task, void* arg), void* arg,
                       oli_list* tasks);

/* Moves all tasks to the end of [tasks] likewise, and forgets those that are optional. */
void oli_queue_drain(oli_queue* queue, oli_list* tasks);

/* Whether a task of a higher priority waits: one relaxed load, which takes no lock, a hint for who
 * could make room for it. [any] */
static inline bool oli_queue_has_better(const oli_queue* queue, const oli_task* task) {
  return atomic_load_explicit(&queue->best, memory_order_relaxed) > task->priority;
}

#endif
