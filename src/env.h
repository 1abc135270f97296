/* env.h: one JavaScript environment that has loaded the addon. Floor 2.
 *
 * It owns its jobs, its handles, the layer of JavaScript that travels in the addon, and the way
 * home: a list of jobs that are over, and one threadsafe function that is nothing but a wake-up. A
 * second one tells settling of the next turn of the loop.
 *
 * Lifetime. The struct is counted (refs): one for the environment until its cleanup hook has run,
 * one for each job, handle and runner. Whoever drops the last one frees it, on any thread.
 *
 * Lock order: handles.lock and pool.lock before wake_lock, that before env->lock; a job's stop lock
 * is taken alone. No lock is held while the author's code or JavaScript runs, but the stop lock
 * under on_stop.
 *
 * The end. Node runs the cleanup hook on the loop when JavaScript can no longer run:
 *   1. every job is stopped; queued ones are skipped and come home;
 *   2. closed is set: from here on no other thread touches the threadsafe function or Node-API, and
 *      a job that is over is freed by the thread that ran it;
 *   3. but for jobs that reach JavaScript memory: these still come home, and the hook waits for
 *      them, because a reference keeps an object, but not its memory once the engine is gone; for
 *      the others that run it waits as long as ends.h says;
 *   4. what is home is freed, unsettled, also during that wait: one job may keep the other's turn;
 *   5. handles are closed by the closers' threads, which the hook joins. */
#ifndef OLI_ENV_H
#define OLI_ENV_H

#include "berth.h"
#include "binding.h"
#include "ends.h"
#include "handle.h"
#include "job.h"
#include "node_pool.h"
#include "pool.h"
#include "stage.h"

/* Functions of the layer (lib/layer) that C calls; the order is that of the names in boot.c. */
enum oli_layer_function {
  OLI_LAYER_SETTLE,         /* (again, id, outcome, value, id, outcome, value, ...) */
  OLI_LAYER_BEGIN,          /* (name, style, options, callback): see ol_start */
  OLI_LAYER_ARGUMENT_ERROR, /* (kind, worker, role, path, expected, received) -> Error */
  OLI_LAYER_CODED_ERROR,    /* (whether a TypeError, code, message) -> Error */
  OLI_LAYER_BYTES_OF,       /* (value) -> Uint8Array of a SharedArrayBuffer, else undefined */
  OLI_LAYER_IS_FIXED,       /* (view or buffer) -> memory neither resizable nor growable */
  OLI_LAYER_LENGTH_OF,      /* (object) -> length of an array behind a Proxy, else -1 */
  OLI_LAYER_MOST_OF,        /* (text) -> bytes that a string, or memory, may have */
  OLI_LAYER_MAKE_WORKER,    /* (name, arity, style, start, plain, sync, number of a berth, stays,
                               flat) -> function; see call.h */
  OLI_LAYER_MAKE_CLASS,     /* (name, serial) -> constructor */
  OLI_LAYER_MAKE_HANDLE,    /* (constructor) -> object */
  OLI_LAYER_ADD_METHOD,     /* (constructor, name, function) */
  OLI_LAYER_YIELD,          /* (): native.nextTurn will be called, a turn later */
  OLI_LAYER_MAKE_STREAM,    /* (name, arity, start, items, messages, number of a berth) ->
                               function that gives a stream or a session */
  OLI_LAYER_STREAM_EVENT,   /* (id, event, value): enum oli_stream_event */
  OLI_LAYER_ARRAY_OF,       /* (...values) -> array */
  OLI_LAYER_EXCLUSIVE,      /* (id, object) */
  OLI_LAYER_EXPORT_VALUE,   /* (exports, kind, name, value) */
  OLI_LAYER_BEGIN_STREAM,   /* (name, style, options, callback): see ol_start */
  OLI_LAYER_PROGRESS,       /* (id, done, total or nothing) */
  OLI_LAYER_NEW_ARRAY,      /* (len) -> array to be filled: setting an element runs no setter */
  OLI_LAYER_MAKE_ASKED,     /* (name, function) -> what is called (id, number, ...arguments) */
  OLI_LAYER_RAISE,          /* (id, number, error): an ask ends with it */
  OLI_LAYER_POOL_TOLD,      /* (number of a berth, enum oli_berth_wish) */
  OLI_LAYER_EXPORT_FACE,    /* (exports) */
  OLI_LAYER_MAKE_READER,    /* (name, bool, name, bool, ...) -> reader; see oli_stage_make_reader */
  OLI_LAYER_MAKE_FLAT,      /* (name, number, reader, ...): see oli_stage_describe */
  OLI_LAYER_SETTLE_FLAT,    /* (again, count of answers on the stage) */
  OLI_LAYER_KEEP_MODULE,    /* (key, made) -> function of (exports); see module.c */
  OLI_LAYER_COUNT
};

/* One turn of the loop, as far as settling takes part in it. Loop only. */
typedef struct oli_turn {
  uint64_t start_ns;  /* 0: none is known */
  uint64_t notice_ns; /* how much longer than usual the next turn is not asked for */
  bool ending;        /* the next turn was asked for: see env_open_turns */
  bool passed;        /* it begins with the next wake-up */
  bool spent;         /* settling waits for that */
} oli_turn;

typedef struct oli_env {
  napi_env napi;
  uintptr_t thread;                         /* that of the loop; constant */
  napi_threadsafe_function wake, next_turn; /* in the order in which they were made */
  napi_ref layer[OLI_LAYER_COUNT];
  oli_node_pool pool;
  oli_pool closers; /* threads for the author's close of handles; one is there as long as these */
  oli_berths berths;
  oli_handles handles;
  oli_stage stage;
  oli_ends ends;

  /* loop only */
  oli_list bindings; /* linked by binding->link */
  oli_list classes;  /* linked by binding->link */
  ol_job** by_id;    /* jobs that somebody waits for; by_id[0] is never used */
  uint32_t* free_ids;
  uint32_t id_size, free_count;
  size_t in_flight; /* reasons to keep the loop alive: jobs with an id, most of all */
  oli_turn turn;
  bool ending;    /* JavaScript can no longer run; for good */
  void* moving;   /* of ol_start, while the layer reads options; see call.c */
  bool yields;    /* the layer, not C, tells of the next turn: see lib/layer/later.js */
  bool watched;   /* nothing else tells when it ends, so a timer asks; see env_watch */
  bool watch_due; /* the watch is armed */
  oli_timer watch;
  oli_list functions; /* that jobs were given, linked by function->link */
  uint64_t asks;      /* that were taken: the number of the last */

  atomic_size_t refs;
  atomic_bool halted;  /* all jobs are being stopped: no other begins */
  atomic_bool closed;  /* set under both locks */
  oli_mutex wake_lock; /* held while [wake] is called */
  oli_mutex lock;      /* guards the rest */
  oli_cond quiet;      /* signalled when pinned falls, no job runs, or the closers are gone */
  oli_list home;       /* jobs that are over, linked by job->task.link */
  oli_list news;       /* jobs with news for the layer, linked by job->news */
  oli_list asking;     /* askers with an ask for the loop, linked by asker->link */
  bool woken;          /* a wake-up is on its way and the loop has not looked since */
  size_t pinned;       /* jobs that reach JavaScript memory and are not over */
  bool closers_gone;   /* the threads of their closed pool have left it */
} oli_env;

/* The environment of [napi], made when there is none yet. NULL: an exception is pending. [loop] */
oli_env* oli_env_get(napi_env napi);

void oli_env_ref(oli_env* env);
void oli_env_unref(oli_env* env);

/* A function of the layer, called. napi_ok, or the status with the exception left pending.
 * [loop] */
napi_status oli_env_call(oli_env* env, enum oli_layer_function which, size_t argc,
                         const napi_value* argv, napi_value* result);

/* Whether JavaScript can run. False from the moment a worker thread is told to end; then every job
 * is told to stop by this, and what Node's pool has not started is taken back. [loop] */
bool oli_env_alive(oli_env* env);

/* A new job of the binding, counted, with its way home. NULL: out of memory. [any] */
ol_job* oli_env_new_job(oli_binding* binding);

/* Sends a job to its pool, or to the line of its serial handle. Refused with OL_INVALID the second
 * time. [loop] */
int oli_env_submit(ol_job* job);

/* Sends a job that has its turns, and its place where places are counted, to its pool. [any] */
void oli_env_send(ol_job* job);

/* Runs a job that its pool gave to this thread, whose shift is done with it by that. True: it is
 * over, and still to be brought home; false: it is held, and may be home already. [job] */
bool oli_env_run(ol_job* job, oli_shift* shift);

/* The pool whose idle threads help with the loops of a job: its own, unless that is bounded, or has
 * no idle threads by its nature; then the default pool. [job] */
oli_pool* oli_env_helpers(ol_job* job);

/* How a thread that has no more to do with it than that runs a job: and brings it home. */
extern const oli_task_kind oli_env_job_task;

/* Frees a job that is over or was never submitted, with all that it held. [loop] while the
 * environment lives, the thread that ran it afterwards. */
void oli_env_free_job(ol_job* job);

/* Takes a job that is over; the job may be freed by this. [wake]: tells the loop, which the
 * completion of a runner does by itself. [any] */
void oli_env_bring_home(ol_job* job, bool wake);

/* Takes a job that came home before, and was parked: it is not counted twice. [loop] */
void oli_env_bring_again(ol_job* job);

/* Whether the cleanup hook ran: Node-API is out of reach. [any] */
bool oli_env_is_closed(oli_env* env);

/* Tells the loop to look, unless it was told already or the environment is closed. [any] */
void oli_env_wake(oli_env* env);

/* Has settling begin anew (oli_settle_begin_turn) when the loop has been through its other phases.
 * False: nothing would tell. [loop] */
bool oli_env_end_turn(oli_env* env);

/* Takes everything home there is. True: jobs have news for the layer, or ask something. [loop] */
bool oli_env_take_home(oli_env* env, oli_list* jobs);

/* Gives back what could not be settled in this turn; it stays in front. [loop] */
void oli_env_return_home(oli_env* env, oli_list* jobs);

/* Adds a function of C to [object]; its data is the environment. */
napi_status oli_env_define(oli_env* env, napi_value object, const char* name, napi_callback call);

/* So many more reasons to keep the loop alive; below 0: fewer. It lives while there are any.
 * [loop] */
void oli_env_keep_loop(oli_env* env, ptrdiff_t more);

/* Gives the job an id, and keeps the loop alive until that is free again. napi_ok or an exception.
 * [loop] */
napi_status oli_env_name_job(oli_env* env, ol_job* job);

/* Takes the id, which is returned and may be one of the layer's own (stage.h), off the job. It must
 * not be free before JavaScript, where somebody waits under that id, was told: whoever is told may
 * start the next job. [loop] */
uint32_t oli_env_forget_job(oli_env* env, ol_job* job);
void oli_env_free_id(oli_env* env, uint32_t id);

#endif
