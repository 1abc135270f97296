/* job.h: one run of a worker. Floor 1.
 *
 * States, and who moves a job from one to the next:
 *
 *   made     the loop owns it, alone: arguments are read into the state
 *   queued   listed in a queue; the queue's lock decides who takes it out: a thread that will run
 *            it, or the thread that stops it
 *   running  its thread owns it; execute runs
 *   held     execute has returned, but a hold is left; whoever releases the last one ends the job
 *   over     job->status is set, under the stop lock; execute does not run and never will again
 *   home     listed in its environment; the loop settles and frees it (the thread that brought it
 *            does so when the environment is gone)
 *
 * The stop lock (job->lock) guards what several threads may do to a running job: stop it, fail it,
 * arm and disarm on_stop, allocate, sleep, answer what it asks (ask.h). It is a leaf: nothing but
 * the author's stop function runs under it. Invariants, all under the lock:
 *   - job->stop goes from OL_OK to a reason once and never changes again;
 *   - on_stop runs at most once, and only while armed: disarming clears it under the same lock;
 *   - a sleeper is woken by the very critical section that sets job->stop. */
#ifndef OLI_JOB_H
#define OLI_JOB_H

#include "arena.h"
#include "failure.h"
#include "list.h"
#include "offloop.h"
#include "plat.h"
#include "queue.h"
#include "timer.h"

struct oli_asker;
struct oli_berth;
struct oli_env;
struct oli_function;
struct oli_gate;
struct oli_handles;
struct oli_binding;
struct oli_handle;
struct oli_mailbox;
struct oli_pin;
struct oli_pool;
struct oli_progress;
struct oli_stream;
struct oli_turn_wait;
struct oli_use;

/* What differs between the ways a job can be run. The first word of every job points here, so that
 * C that knows nothing else of a job can reach its functions. Grows only at its end. */
typedef struct oli_job_kind {
  size_t size;
  /* Takes the job out of the queue it waits in. True: it is the caller's, and will never run.
   * [any] */
  bool (*unqueue)(ol_job* job);
  /* Takes over a job that is over. The job may be freed before this returns. [any] */
  void (*home)(ol_job* job);
  /* The job was told to stop, for [why], or is over: wakes what waits on its behalf. NULL: nothing
   * does. No lock is held. [any] */
  void (*told)(ol_job* job, int why);
  /* Of its tasks. NULL: no pool that asks for it runs them. */
  const oli_task_kind* task;
  /* Where the helpers of its loops come from; it outlives the job. NULL: there are none. [job] */
  struct oli_pool* (*helpers)(ol_job* job);
} oli_job_kind;

/* Stops the job when it fires. */
typedef struct oli_deadline {
  oli_timer timer;
  ol_job* job;
} oli_deadline;

typedef struct oli_patience {
  oli_timer timer;
  ol_job* job;
  double ms;
} oli_patience;

/* The value of job->status while the job is not over. */
#define OLI_NOT_OVER 1

struct ol_job {
  const oli_job_kind* kind;
  const ol_worker* worker; /* the copy in its binding, all members there */
  void* state;             /* worker->state_size bytes, in the same allocation as the job */
  struct oli_env* env;
  struct oli_handles* handles; /* of its environment */
  const struct oli_binding* binding;
  struct oli_berth* berth; /* the pool it waits in and is counted by; NULL: a handle's own job */

  oli_task task;         /* its link: in the queue it waits in, later among those that came home */
  uint32_t id;           /* names it in JavaScript; 0: nobody waits for it */
  bool submitted;        /* loop only: a second submission is refused */
  bool pinned;           /* counted among those that reach JavaScript memory; under env->lock */
  bool accepted;         /* its state is the author's to destroy */
  bool entered;          /* counts as running in its environment, until it is home or freed */
  bool must_run;         /* closes a handle: runs even when the environment ends */
  struct oli_gate* gate; /* where it has a place until it comes home, or NULL; under its lock */

  uint64_t
    queued_ns; /* when it was sent to its pool; this and the next three where it has a berth */
  atomic_uint_fast64_t begun_ns; /* 0: it never ran */
  atomic_uint_fast64_t left_ns;  /* when execute returned and left it held; 0: it did not */
  uint64_t over_ns;              /* of who brings it home */

  atomic_int stop;   /* OL_OK, or why it was told to stop */
  atomic_int status; /* how it ended; OLI_NOT_OVER until then */
  /* Messages wait for it: it runs, though it was told to end before it began. Set under the lock,
   * and not once it was stopped. */
  atomic_bool awaited;

  oli_mutex lock; /* guards the rest of this part, and every change of the two above */
  void (*on_stop)(void* arg);
  void* on_stop_arg;
  oli_cond* sleeper;       /* of the thread in ol_sleep, ol_call or oli_job_await, on its stack */
  size_t holds;            /* execute's own, until it returns, and those of ol_hold and ol_lock */
  int returned;            /* by execute */
  bool outlives;           /* was held when execute returned */
  atomic_uintptr_t thread; /* that runs execute; 0 while a loop of ol_each runs */
  oli_arena arena;
  oli_failure* failure; /* in the arena; NULL: nothing was told */

  struct oli_patience* patience;   /* as the deadline */
  oli_deadline* deadline;          /* in the arena, disarmed before the job is freed; NULL: none */
  struct oli_pin* pins;            /* references to JavaScript memory, in the arena; loop only */
  struct oli_use* uses;            /* handles kept open, in the arena */
  struct oli_handle* turn;         /* the serial handle whose turn the job takes, or NULL */
  struct oli_turn_wait* turn_wait; /* it lent its turn and wants it back; under the handles' lock */
  bool has_turn;                   /* in every line; under the handles' lock */
  struct oli_handle* made;     /* handles of ol_new that no result has taken yet; under the lock */
  struct oli_stream* stream;   /* NULL: it gives one answer and no items */
  struct oli_mailbox* mailbox; /* NULL: it takes no messages */

  struct oli_progress* progress; /* set before it is submitted; NULL: nobody listens */
  oli_link news;                 /* this and the next: of news.h, under env->lock */
  unsigned news_kinds;

  bool seated;           /* it was made for a seat (seat.h) */
  oli_link among_seated; /* until it is freed; under the environment's seats_lock */

  struct oli_asker* asker;        /* NULL: its worker takes no functions of JavaScript */
  struct oli_function* functions; /* that it was given, in the arena */
  bool raised; /* it failed with what one of them threw, which the layer has; of execute's thread */
};

/* Whether a number is one of enum ol_status_code. */
bool oli_is_status(int number);

/* A new job with a zeroed state, or NULL. Its environment and its way home are the caller's to
 * set. */
ol_job* oli_job_new(const oli_job_kind* kind, const ol_worker* worker);

/* When a wait that was given [ms] ends, by oli_now_ns; 0: never. */
uint64_t oli_job_due_ns(int ms);

/* Waits until [*enough], which changes under the lock together with a signal to job->sleeper,
 * until the job is stopped, or until [due_ns]; 0: no limit. The stop lock is held, and let go
 * meanwhile. [job] */
void oli_job_wait_locked(ol_job* job, const bool* enough, uint64_t due_ns);

/* Calls execute, on this thread, unless the job was stopped before, and notes how it ended. [shift]
 * is done between the two, unless it is NULL: once execute's own hold is gone, whoever releases the
 * last one lets JavaScript know of the end. True: the job is over, and the caller sends it home;
 * false: it is held, and may be home already. [job] */
bool oli_job_run(ol_job* job, oli_shift* shift);

/* The author's code has ended a thread that worked at the job, which fails by that. [any] */
void oli_job_lose_thread(ol_job* job);

/* The same in execute, whose thread this is: the job ends, and goes home unless it is held.
 * [job] */
void oli_job_abandon(ol_job* job, oli_shift* shift);

/* Whether this is the thread that runs execute, and nobody else works at the job: it is in no loop
 * of ol_each. [any] */
bool oli_job_is_here(const ol_job* job);

/* Waits for the end of a job that oli_job_run left held, of a kind that sends no job home. */
void oli_job_await(ol_job* job);

/* Whether a job that has not begun never will: it was stopped, unless by OL_ENDED while messages
 * wait for it. [any] */
bool oli_job_is_void(const ol_job* job);

/* Whether a thread has begun with it. [any] */
static inline bool oli_job_has_begun(const ol_job* job) {
  return atomic_load_explicit(&job->begun_ns, memory_order_relaxed) != 0;
}

/* Whether execute does not run and never will again. [any] */
static inline bool oli_job_is_over(const ol_job* job) {
  return atomic_load(&job->status) != OLI_NOT_OVER;
}

/* The job of a task that is one. */
static inline ol_job* oli_job_of(const oli_task* task) {
  return OLI_OF(task, ol_job, task);
}

/* The job at a link of a list of jobs. */
static inline ol_job* oli_job_at(const oli_link* link) {
  return OLI_OF(link, ol_job, task.link);
}

/* Keeps a job from being over. False: execute does not run and nobody holds it. [any] */
bool oli_job_hold(ol_job* job);

/* Undoes it; the last one ends the job and sends it home. [any] */
void oli_job_drop(ol_job* job);

/* Ends a job that never ran. The caller took it out of its queue, or it never was in one. [any] */
void oli_job_skip(ol_job* job);

/* Stops a job for [why]. A waiting one that is void is taken out of its queue, skipped and sent
 * home by this call. OL_OK: this call stopped it; OL_CLOSED: too late, it was over; otherwise why
 * it was stopped before. The caller makes sure that the job is not freed meanwhile, and does not
 * touch it afterwards unless it is the one who would free it. [any] */
int oli_job_stop(ol_job* job, int why);

/* What oli_job_stop does with a waiting job that is void, for one that has become so afterwards.
 * [any] */
void oli_job_withdraw(ol_job* job);

/* Stops the job with OL_TIMED_OUT at [due_ns]; once, before it is submitted. OL_OK or
 * OL_NO_MEMORY. */
int oli_job_set_deadline(ol_job* job, uint64_t due_ns);

/* The patience of a job: what it may wait for its turn and a thread. It is made before the job is
 * submitted and armed after that, by the thread that will free the job. When it ends and the job
 * has not begun, the job is taken out of its queue, and ends with OL_TIMED_OUT; a job that runs
 * never hears of it. One without any (0 ms) never enters a queue in which it would have to wait for
 * others: whoever finds that out gives it up. OL_OK or OL_NO_MEMORY. */
int oli_job_make_patience(ol_job* job, double ms);
int oli_job_arm_patience(ol_job* job);

/* A job that is in no queue has lost its patience: it ends with OL_TIMED_OUT, unless it was stopped
 * before, and goes home. [any] */
void oli_job_give_up(ol_job* job);

/* Disarms the deadline and the patience, and calls the author's destroy if it is due. The memory
 * stays. Twice is harmless. */
void oli_job_retire(ol_job* job);

/* Whether a job that is over was successful and has left nothing to be let go of but memory. */
bool oli_job_is_clean(const ol_job* job);

/* Makes a job that is clean, and whose arena is empty, one that has not run, with a zeroed state.
 * Somebody may be about to stop it. */
void oli_job_renew(ol_job* job);

/* Retires the job and frees all its memory. */
void oli_job_free(ol_job* job);

#endif
