/* handle.h: native things that outlive a job. Floor 1.
 *
 *   open      jobs may use it
 *   closing   told to close: refuses new jobs, and so do its children
 *   closed    the author's close has run; only the memory is left
 *
 * A handle is kept by the jobs that use or made it, by its children, and by its JavaScript objects.
 * It closes when no job and no child keeps it, and it either was told to or has no object. So a
 * child keeps its parent open, a job that failed closes what it made, and a handle whose object is
 * collected while a job uses it can still come back as that job's result.
 *
 * The closer is a job, made together with the handle, which reserves a thread for it, so that
 * closing runs out of neither memory nor threads. It is sent off once (sent), by whoever takes away
 * the last thing that kept the handle. A close of the author's never runs on the loop: until the
 * end of the environment a thread of the set's pool runs it (away), after it whichever thread sends
 * it off. The handle's memory goes with its closer and its last object.
 *
 * One lock for all handles of an environment (set->lock) guards states, counts, families and lines.
 * It is a leaf: closers are submitted and run after it is released.
 *
 * Invariant of the end: a closer that is for the pool is counted in set->away from the moment at
 * which it falls due, in the same critical section that may have ended the closer of its last
 * child. So once that count is zero and the set has ended, nothing goes to the pool any more: where
 * a chain of parents is under way, the thread of the pool that is at it goes through with it, and
 * whoever joins the pool waits for that.
 *
 * Turns. Uses of a serial handle stand in its line in the order of the calls; the first one has the
 * turn. A job runs once it is first in the line of each serial handle it uses. It enters all lines
 * at once, on the loop, so the oldest job is first in each of its lines and none waits for ever.
 *
 * A job lends its turns while it waits for JavaScript: it leaves its lines, and comes back behind
 * those that run and those that came back before it, in all lines at once. So it waits only for
 * jobs that wait for no turn, or for less than it does.
 *
 * An exclusive job keeps the turn of one serial handle for a function of JavaScript, which gets a
 * stand-in: a handle of the same class and the same data with a line of its own. It never executes:
 *
 *   waiting   in the line as any job; what stops it takes it out of there
 *   granted   it has the turn and is listed in set->granted until the loop calls the function
 *   ended     the function has settled, was never called or never will go on: the stand-in refuses
 *             new jobs, and the exclusive job is over once the stand-in's last job is freed
 *
 * For that it is its stand-in's closer. The stand-in is in no family: the exclusive job's use of
 * the handle keeps that open, and closing the handle lets the function finish. From creation to the
 * end of granted the stand-in counts a user more, which stands for the function. */
#ifndef OLI_HANDLE_H
#define OLI_HANDLE_H

#include "job.h"

typedef struct oli_handle oli_handle;

/* All handles of one environment. The members before the lock are set by its owner. */
typedef struct oli_handles {
  struct oli_env* env;
  /* Keeps the environment's memory, once for a handle and once for its closer. The first is undone
   * by drop, the second by whoever frees the closer. [any] */
  void (*hold)(struct oli_env* env);
  void (*drop)(struct oli_env* env);
  /* Makes sure that a thread will run a closer, until release, once for each. False: none can be
   * made. [any] */
  bool (*reserve)(struct oli_env* env);
  void (*release)(struct oli_env* env);
  const oli_job_kind* kind;       /* of closers */
  void (*submit)(ol_job* closer); /* sends it to a thread that was reserved [any] */
  oli_mutex lock;
  oli_cond closed;  /* [away] is zero */
  oli_list roots;   /* handles without a parent that are not closed, linked by handle->sibling */
  oli_list granted; /* stand-ins whose functions are to be called, linked by handle->sibling */
  size_t away;      /* closers that fell due, are the pool's, and have not run */
  bool ended;       /* closers run where they fall due */
} oli_handles;

/* A job's use of a handle: in the job's arena. */
typedef struct oli_use {
  struct oli_use* next; /* in job->uses */
  oli_handle* handle;
  ol_job* job;
  oli_link link; /* in handle->line, from oli_handle_take_turn until the job is over */
} oli_use;

struct oli_handle {
  oli_handles* set;
  const ol_class* cls;
  void* data;         /* the author's struct: room, or the origin's */
  oli_handle* origin; /* NULL: it is no stand-in, otherwise the handle with the room */
  int depth;          /* of a stand-in: one more than that whose turn it keeps */
  oli_handle* parent; /* NULL: none, or closed */
  oli_link sibling;   /* in parent->children or set->roots, until closed */
  oli_list children;  /* those not closed */
  ol_job* closer;     /* NULL once it came home */
  size_t users;       /* jobs that use it or made it, until they are freed */
  size_t objects;     /* JavaScript objects not finalised: two, where the first is dead already */
  bool closing, sent;
  bool granted;          /* a stand-in whose exclusive job has the turn */
  oli_list line;         /* serial: uses in the order of the calls */
  oli_handle* next_made; /* in job->made */
  void* object;          /* napi_ref, weak, of the latest object; loop only */
  bool begun;            /* a stand-in whose function was called and has not settled; loop only */
  max_align_t room[];    /* for the author's struct */
};

/* Stand-ins of stand-ins, at most: what one of them ends may end the next, on one stack. */
#define OLI_EXCLUSIVE_DEPTH 64

/* Empties the set; its owner then sets the members before the lock. */
void oli_handles_init(oli_handles* set);
void oli_handles_destroy(oli_handles* set);

/* The handle whose author's struct is at [data], among those that [job] uses or made and their
 * ancestors; NULL: none. [job] or loop */
oli_handle* oli_handle_of_job(ol_job* job, const void* data);

/* Keeps the handle open until the job is freed. OL_OK, OL_CLOSED or OL_NO_MEMORY. [loop] */
int oli_handle_use(oli_handle* handle, ol_job* job);

/* Ends all uses of a job, and closes what it made and nothing else keeps. Before its arena goes;
 * twice is harmless. [any] */
void oli_handle_leave(ol_job* job);

/* Closes what the job made though it has objects: its results could not be delivered. [loop] */
void oli_handle_take_back(ol_job* job);

/* A JavaScript object of the handle is there, or was finalised. The handle may be freed by the
 * second. [loop] */
void oli_handle_add_object(oli_handle* handle);
void oli_handle_drop_object(oli_handle* handle);

/* Tells it and its children to close. Twice is harmless. [any] */
void oli_handle_close(oli_handle* handle);
bool oli_handle_is_closing(oli_handle* handle);

bool oli_handle_is_closer(const ol_job* job);

/* Closes all, and waits until it is done. Those that jobs still use close when these are freed, on
 * their threads; the pool gets none any more. [loop] */
void oli_handles_close(oli_handles* set);

/* Puts a job into the lines of the serial handles it uses; job->turn is one of them, or NULL. True:
 * it may be submitted; false: it waits. [loop] */
bool oli_handle_take_turn(ol_job* job);

/* The job is over, or lends its turn: gives up a turn. Returns a job that may run now; NULL: no
 * other. Called until it returns NULL, before the job is freed. [any] */
ol_job* oli_handle_pass_turn(ol_job* job);

/* Waits until a job that lent its turn has it back: before all that never had theirs. On its
 * thread, also when it was stopped: what runs now must not meet it. */
void oli_handle_retake_turn(ol_job* job);

/* Of a job that may run now: wakes it, if it lent its turn and waits for it. False: it is to be
 * submitted. [any] */
bool oli_handle_return_turn(ol_job* job);

/* Takes a job out of the lines in which it waits. True: it is the caller's and will never be
 * submitted; false: it was not waiting. [any] */
bool oli_handle_leave_line(ol_job* job);

/* A job that is to keep the turn of a serial handle, with its stand-in. It still has to use the
 * handle, and to be submitted as any other, but for the pool: oli_handle_grant takes its place. It
 * is freed as any other, in each of its states but granted. NULL: out of memory. [loop] */
ol_job* oli_handle_new_exclusive(oli_handle* handle);

bool oli_handle_is_exclusive(const ol_job* job);
oli_handle* oli_handle_stand_in(const ol_job* exclusive);

/* The exclusive job has its turn. True: its stand-in is listed, to be told to the loop; the job may
 * be gone by then. False: it was ended before. [any] */
bool oli_handle_grant(ol_job* exclusive);

/* A stand-in whose function is to be called; NULL: none. [loop] */
oli_handle* oli_handle_next_granted(oli_handles* set);

/* Whether jobs use the stand-in of a function that has not settled. [loop] */
bool oli_handle_is_used(oli_handle* stand_in);

/* The function has settled, or is not to be called. Twice is harmless. [loop] */
void oli_handle_end(oli_handle* stand_in);

#endif
