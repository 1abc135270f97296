/* offloop: runs C off the JavaScript loop and brings the answer back.
 *
 * An addon author writes a plain struct and one function; offloop makes of them a JavaScript
 * function that gives a promise, takes a callback, keeps deadlines and is cancelled by an
 * AbortSignal:
 *
 *   typedef struct { double a, b, sum; } add_state;
 *
 *   static int add_execute(ol_job* job, void* state) {
 *     add_state* s = state;
 *     (void) job;
 *     s->sum = s->a + s->b;
 *     return OL_OK;
 *   }
 *
 *   static const ol_worker add = {
 *     OL_WORKER("add", add_state, add_execute),
 *     .fields = OL_FIELDS(OL_ARG(add_state, a), OL_ARG(add_state, b), OL_RET(add_state, sum)),
 *   };
 *
 *   OL_MODULE(&add)
 *
 * The nouns:
 *   worker   what can be run: a constant table that becomes a JavaScript function or method
 *   job      one run of a worker; made by a call, owned and freed by offloop
 *   state    the author's struct, one for each job: arguments come in, results go out
 *   item     one value sent to JavaScript while the job still runs
 *   message  one value posted from JavaScript to a running job
 *   class    a kind of native thing that outlives a job; a handle is one such thing
 *   pool     the threads that run jobs: ol_default_pool, or one of the author's
 *
 * Threads. Each declaration is tagged with the thread that may call it:
 *   [loop]   the JavaScript thread
 *   [job]    the thread that runs the job's execute, while it runs
 *   [any]    any thread, as long as the job's execute has not returned or the job is held
 * execute gets no napi_env: C on a wrong thread that would touch JavaScript does not compile.
 *
 * Statuses. Functions that can wait or fail return OL_OK or a negative status, and returning that
 * status from execute is always right.
 *
 * Memory. What offloop hands to a job (arguments, ol_alloc) lives until the job is destroyed, which
 * is after complete; the state itself too. docs/memory.md has the whole table. */
#ifndef OFFLOOP_H
#define OFFLOOP_H

/* One binary for Node 18 to 26, Bun and Deno: a build for Node-API 10 crashes Node 18 and 20 when
 * it is loaded, and 8 has all that offloop needs. */
#ifndef NAPI_VERSION
#define NAPI_VERSION 8
#elif NAPI_VERSION > 9 || NAPI_VERSION < 8
#error "offloop needs NAPI_VERSION 8 or 9"
#endif

#include <node_api.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "offloop/fields.h"

#define OL_VERSION_MAJOR 0
#define OL_VERSION_MINOR 1
#define OL_VERSION_PATCH 0

#if defined(__GNUC__)
#if defined(__MINGW32__) && !defined(__clang__)
#define OL_PRINTF_(FORMAT, FIRST) __attribute__((format(gnu_printf, FORMAT, FIRST)))
#else
#define OL_PRINTF_(FORMAT, FIRST) __attribute__((format(printf, FORMAT, FIRST)))
#endif
#define OL_NODISCARD __attribute__((warn_unused_result))
/* Each addon has a copy of its own, and no two of them may find each other. */
#pragma GCC visibility push(hidden)
#else
#define OL_PRINTF_(FORMAT, FIRST)
#define OL_NODISCARD
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ol_job ol_job;
typedef struct ol_pool ol_pool;

/* ---- Statuses ------------------------------------------------------------------------------ */

enum ol_status_code {
  OL_OK = 0,
  OL_CANCELLED = -1, /* stopped by an AbortSignal or by ol_cancel: AbortError, code ABORT_ERR */
  OL_TIMED_OUT = -2, /* past its deadline, or past the time a waiting verb was given */
  OL_AGAIN = -3,     /* would have to wait */
  OL_NO_MEMORY = -4, /* code ERR_OL_NO_MEMORY */
  OL_INVALID = -5,   /* a bad argument of a C function: code ERR_OL_INVALID */
  OL_CLOSED = -6,    /* the handle or the environment is closing, or the job is over */
  OL_FAILED = -7,    /* ol_fail was called, or a function that ol_call called has thrown */
  OL_ENDED = -8      /* ol_end was called: stopped, but not an error */
};

/* The name of a status, such as "OL_TIMED_OUT"; "OL_UNKNOWN" for any other number. [any] */
const char* ol_status_name(int status);

/* ---- Workers ------------------------------------------------------------------------------- */

/* The first word of every table, so that a list of tables can hold all kinds. */
enum ol_table_kind { OL_TABLE_WORKER = 0x6f6c01, OL_TABLE_CLASS, OL_TABLE_SETUP, OL_TABLE_POOL };

/* How the callback of a call is called. */
enum ol_callback_style {
  OL_CALLBACK_ERROR_FIRST = 0, /* callback(error), callback(null, result) */
  OL_CALLBACK_RESULT = 1       /* callback(result); a failure is an uncaughtException */
};

/* What becomes of an item that finds the reader too far behind. */
enum ol_on_full {
  OL_FULL_WAIT = 0,        /* ol_emit waits */
  OL_FULL_DROP_OLDEST = 1, /* the oldest that nobody has taken yet make room, and are counted */
  OL_FULL_DROP_NEWEST = 2  /* it is counted and forgotten */
};

/* What of a job's progress the onProgress of its call is told. */
enum ol_progress_policy {
  OL_PROGRESS_LATEST = 0, /* the latest value; those that came since the call before are left out */
  OL_PROGRESS_EVERY =
    1 /* each value, in order; they wait in memory, 16 bytes each, without limit */
};

/* For .high_water and .mailbox. */
#define OL_NO_LIMIT UINT32_MAX

/* A worker: written once at file scope, never freed. Exported, it becomes
 *
 *   name(...arguments)                        a promise
 *   name(...arguments, callback)              undefined; the callback is called once, later
 *   name(...arguments, { signal, timeout })   with an AbortSignal, a deadline in milliseconds
 *   name(...arguments, { onProgress })        onProgress(done, total) while the job runs
 *   name(...arguments, { pool, priority })    on other threads; before others, or after them
 *   name.map(iterable, { concurrency })       a call for each element; the results, in order
 *   name.sync(...arguments)                   the result; execute runs on the loop
 *
 * and one with .item, whose execute gives items by ol_emit,
 *
 *   name(...arguments)                        a stream: for await (const item of name()) ...
 *   name(...arguments, onItem, onEnd)         undefined; onItem for each item, then onEnd once
 *
 * and one with .message, whose execute takes messages by ol_receive,
 *
 *   name(...arguments)                        a session: post(message), result, close() ...
 *   name(...arguments, onEnd)                 a session; onEnd is called once
 *
 * With .item as well the first is a stream that has post(message) too, and the second takes onItem
 * and onEnd. A job that takes messages starts with its call.
 *
 * Members left out are zero, and zero means the default. Grows only at its end. */
typedef struct ol_worker {
  uint32_t kind;       /* OL_TABLE_WORKER; this and the next two are set by OL_WORKER */
  uint32_t table_size; /* sizeof(ol_worker) */
  size_t field_size;   /* sizeof(ol_field) */

  const char* name;  /* in JavaScript, in errors and in async_hooks */
  size_t state_size; /* bytes; the state is zeroed before the arguments are read into it */

  /* [job] The work. OL_OK, a negative status, or return ol_fail(...). It ends by returning: no
   * longjmp and no C++ exception may leave it; pthread_exit fails the job with ERR_OL_THREAD. */
  int (*execute)(ol_job* job, void* state);

  const ol_field* fields; /* OL_FIELDS(...); NULL: no arguments and no result */

  /* What ol_emit takes: a record without handles. The call gives a stream, and the job runs on a
   * thread of its own. OL_SHAPE(...) or OL_OF(type). NULL: one answer and no items. */
  const ol_shape* item;

  /* What ol_receive fills: a record without handles, and what post(message) takes. The job runs on
   * a thread of its own. OL_SHAPE(...) or OL_OF(type). NULL: it takes no messages. */
  const ol_shape* message;

  /* Whose threads run it. NULL: &ol_own_thread with .item, .message or an ol_fn, which can have no
   * other; otherwise &ol_default_pool. */
  const ol_pool* pool;

  uint32_t timeout_ms; /* deadline of each call that names none; 0: none */
  int callback;        /* enum ol_callback_style */

  /* [loop] Optional. Runs once the arguments are read, before the job is queued. To refuse the
   * call, throw (napi_throw...): execute and complete are then not called, destroy is. A status
   * other than OL_OK ends the job as the same status of execute would, without running it. */
  int (*prepare)(napi_env env, ol_job* job, void* state);

  /* [loop] Optional. Runs once execute has ended, after success, failure and cancellation, which
   * ol_status tells apart, and for a job that was cancelled before it ran. A handle scope is open.
   * What it returns is the result; NULL gives the usual outcome (the OL_RET fields, or the error).
   * A throw rejects with the thrown value, which may be any value. Not called when the environment
   * ends. */
  napi_value (*complete)(napi_env env, ol_job* job, void* state);

  /* Optional. Frees what the state owns. Once for each call that was accepted, also when it was
   * cancelled before execute ran, and for one that prepare refused; so members that execute fills
   * may still be zero. On the loop, or on the job's thread when the environment is gone. */
  void (*destroy)(void* state);

  /* How far the reader of a stream may be behind: items emitted that it has not asked past. */
  uint32_t high_water;     /* items; 0: 256; OL_NO_LIMIT */
  int on_full;             /* enum ol_on_full */
  size_t high_water_bytes; /* of items with what they point to, beside that; 0: no limit. One item
                              always fits */

  int progress;         /* enum ol_progress_policy */
  uint32_t progress_ms; /* OL_PROGRESS_LATEST: from one call of onProgress to the next at least so
                           many milliseconds, but for the last one; 0: as the loop allows */

  /* Messages that may wait to be received: post takes no more, and says so. 0: 256; OL_NO_LIMIT */
  uint32_t mailbox;

  /* Its jobs that may run at once in one environment; the others wait, by priority and then in the
   * order of the calls, and take no thread meanwhile. Calls by .sync are not counted. 0: no limit.
   * Not for one that uses a serial handle and has .item, .message or an ol_fn. */
  uint32_t max_running;

  /* Whether each of its calls is answered by itself, and process.nextTick and promise reactions run
   * before the next (Deno may run these after several). Otherwise many answers come in one go, and
   * these run after the last of them, which is several times faster. */
  bool strict;
} ol_worker;

/* [STATE]: the type of the state. A worker that needs none gives a small type, such as char. */
#define OL_WORKER(NAME, STATE, EXECUTE)                                                     \
  .kind = OL_TABLE_WORKER, .table_size = sizeof(ol_worker), .field_size = sizeof(ol_field), \
  .name = (NAME), .state_size = sizeof(STATE), .execute = (EXECUTE)

/* ---- How a job ends ------------------------------------------------------------------------ */

/* Fails the job: the promise is rejected with an Error of this message and code. The first failure
 * wins, and one that follows a stop is not told. It also stops the job, so that other threads of it
 * learn of it. [code] NULL or empty: "ERR_OL_FAILED". Both texts are copied. Returns OL_FAILED, or
 * the status with which the job had stopped before: `return ol_fail(...)`. [any] */
int ol_fail(ol_job* job, const char* code, const char* format, ...) OL_PRINTF_(3, 4);
int ol_vfail(ol_job* job, const char* code, const char* format, va_list args) OL_PRINTF_(3, 0);

/* Fails as a system call does in Node: code "ENOENT", errno -2, syscall, path, and a message of all
 * of them. [error] is an errno value; -ENOENT, as libuv and io_uring give it, is as good as ENOENT,
 * and the property errno is negative in either case. 0, which is none, gives the code
 * "ERR_OL_INVALID" and no errno. [syscall] and [path] may be NULL and are copied. [any] */
int ol_fail_errno(ol_job* job, int error, const char* syscall, const char* path);

/* Gives the error to come a property [name]; [value] is copied. Before or after ol_fail; nothing is
 * done when the job does not fail. OL_OK or OL_NO_MEMORY, OL_INVALID. [any] */
int ol_fail_detail(ol_job* job, const char* name, ol_value value);

/* Stops the job as an AbortSignal does. OL_OK when this call stopped it, otherwise the status with
 * which it had stopped before. Harmless at any time, and twice. [any] */
int ol_cancel(ol_job* job);

/* Stops the job without an error: unplugged, end of file. The results are delivered as they are,
 * unless execute returns OL_NO_MEMORY. It is the end for all threads of the job: what another one
 * emits after it, or waits to emit, is refused with OL_ENDED. Where several threads emit each has a
 * hold of its own (ol_hold), which it releases when it is through, and the last release ends the
 * job; ol_end is then for stopping all of them. [any] */
void ol_end(ol_job* job);

/* OL_OK, or why the job stopped or failed. In complete: how it ended. [any] */
int ol_status(const ol_job* job);

/* Not 0 once the job is to stop: ask it in long loops. One atomic load. [any] */
int ol_stopped(const ol_job* job);

/* Arms [stop], which is to end what execute waits in: sqlite3_interrupt, shutdown(fd), a write to
 * an eventfd. It runs at most once, on the thread that stops the job, under the job's stop lock: it
 * must not block and must not call offloop. Returns OL_OK when armed; when the job has already
 * stopped, the reason, and stop does not run. A second call replaces the first. With NULL it
 * disarms, and waits for a running stop to return; the end of the job disarms too, which is that of
 * execute unless the job is held. [job] */
int ol_on_stop(ol_job* job, void (*stop)(void* arg), void* arg);

/* Waits [ms] milliseconds; below 0, such as -1: until the job is stopped. 0 does not wait. OL_OK,
 * or why the job stopped. [job] */
int ol_sleep(ol_job* job, int ms);

/* ---- Streams ------------------------------------------------------------------------------- */

/* Sends a copy of [item], a record of worker->item, with all that it points to; what ol_buf_new and
 * ol_buf_adopt made moves instead where the status is OL_OK, also when the item is dropped. After
 * any other status it is the job's as before: the same item may be sent again. Items of one thread
 * keep their order, and all come before the end, the result or the failure. Waits while the reader
 * is high_water behind, unless the table says to drop; the wait ends at once when the job stops.
 * What the item points to has been copied by then; the record itself must stay as it is until the
 * return. While execute waits here, its job lends the turn of a serial handle. OL_OK, also for an
 * item that was dropped; why the job stopped; OL_CLOSED: it is over; OL_NO_MEMORY; OL_INVALID: the
 * worker has no .item, or the item has a length without data. The JavaScript thread is the reader
 * and cannot wait for itself: there it does not wait, and gives OL_AGAIN. [any] */
int ol_emit(ol_job* job, const void* item);

/* The same without waiting: OL_AGAIN when it would have to, and then nothing has moved. [any] */
int ol_try_emit(ol_job* job, const void* item);

/* Fills [message], a record of worker->message, with the oldest that was posted. What it points to
 * is valid until the next ol_receive of the job, or until the job is destroyed. Waits [ms]
 * milliseconds for one; 0: not at all; -1: without a limit. Its job lends the turn of a serial
 * handle meanwhile. OL_OK; OL_TIMED_OUT: there was none in that time; OL_INVALID: the worker has no
 * .message, or this is not the thread that runs execute; OL_NO_MEMORY; or why the job stopped.
 * After ol_end, and when JavaScript has closed the session or left the stream, all that was posted
 * before is received first, and then OL_ENDED; any other stop (a signal, a deadline, a failure, the
 * end of the environment) throws it away. A job that was stopped by its deadline gives OL_TIMED_OUT
 * as well: ol_stopped tells the two apart. [job] */
int ol_receive(ol_job* job, void* message, int ms);

/* Settles stream.started: the device is open, the subscription stands. Once is enough; the first
 * item and the end of the job settle it, too. [any] */
void ol_started(ol_job* job);

/* ---- Progress ------------------------------------------------------------------------------ */

/* Tells the onProgress of the call, if there is one, that [done] of [total] is done, in whatever
 * unit; [total] NaN or not above 0: not known. Which values arrive is worker->progress; the last
 * one always does, before the job settles, however it ends. Never waits, and costs next to nothing
 * where nobody listens. Out of memory for OL_PROGRESS_EVERY: the job is stopped with
 * OL_NO_MEMORY. [any] */
void ol_progress(ol_job* job, double done, double total);

/* The same with [done] more than the value before, at first 0, in one step: several threads may
 * add. The total stays as it was. [any] */
void ol_progress_add(ol_job* job, double done);

/* ---- Loops --------------------------------------------------------------------------------- */

/* Calls [body] for the indices from 0 to n, each of them once: for some from [begin] up to [end],
 * which it leaves out, on this thread and on idle threads of a pool at once, and returns when all
 * of them have. [state] is the job's. A loop has no helpers of its own and waits for none: it takes
 * those there are. Loops within bodies and any number of loops at once are fine.
 *
 * Bodies of one loop run beside each other, so what they write must be theirs by the index, atomic
 * or locked. They may call what is tagged [any], such as ol_stopped, ol_emit, ol_progress_add,
 * ol_alloc and ol_fail, and ol_each; no other verb of [job]: ol_receive and ol_call give OL_INVALID
 * there, and a wait in ol_emit does not lend the turn of a serial handle.
 *
 * OL_OK: all were done; otherwise the first status but OL_OK that a body returned, after which no
 * other begins, or why the job stopped, which is asked before each call of body; OL_INVALID: no
 * body. [job] */
int ol_each(ol_job* job, size_t n, int (*body)(ol_job* job, void* state, size_t begin, size_t end));

/* ---- Asking JavaScript --------------------------------------------------------------------- */

/* Calls [fn], a function among the arguments of the job, on the loop, and waits for what it gives;
 * a promise is awaited. [shape]: OL_SHAPE(S, OL_ARG(S, m), OL_RET(S, m)) tells the members of the
 * struct at [call]: those of OL_ARG are the function's arguments, that of OL_RET its answer
 * (several are the properties of an object; none: the answer is ignored). NULL: neither. Members
 * are of the types that records have, without handles and functions; one with .given or a default
 * may be undefined. The function is called without a this, where its worker was called as far as
 * AsyncLocalStorage goes.
 *
 * Arguments are copied by the call, also buffers of ol_buf_new. What the answer points to lives
 * until the job's next ol_call, or else as long as the job. But for OL_OK, [call] is as it was.
 *
 * [ms]: how long to wait, in milliseconds; -1: without an end; 0: not at all. The wait ends at
 * once when the job is stopped. What comes too late is dropped, and a function that was not called
 * yet is not called any more. While the job waits it lends the turn of its serial handles; to have
 * it back may take longer than [ms].
 *
 * OL_OK; OL_FAILED: the function threw, its promise rejected, or its answer is of a wrong type or
 * out of range, and so the job has failed, as by ol_fail: whoever waits for it gets that very
 * value; OL_TIMED_OUT: no answer in time, and the job goes on, unless ol_stopped says that it was
 * the job's own deadline; why the job stopped, OL_CLOSED also when a handle that it uses was told
 * to close; OL_NO_MEMORY; OL_INVALID: [fn] was left out or is not of this job, an argument has a
 * length without data, this is not the thread of execute, or the shape cannot work, which fails
 * the job with the reason. [job]
 *
 * A function that waits for the end of its own job waits for ever, unless [ms], a timeout or a
 * signal ends it. */
int ol_call(ol_job* job, const ol_fn* fn, const ol_shape* shape, void* call, int ms);

/* ---- Jobs that outlive execute ------------------------------------------------------------- */

/* A hold: a plain value, to be kept and copied by threads and libraries that are not offloop's. */
typedef struct ol_held {
  size_t row;
  uint64_t number; /* never used twice in a process; 0: no hold */
} ol_held;

/* Holds the job: it is over once execute has returned and the last hold is released, and ends then
 * with what execute returned, a stop or a failure in between. The first hold is taken inside
 * execute, others while one is there. Who holds a job has to learn of its stop, by ol_on_stop,
 * which then stays armed until the job is over, or by ol_stopped, and to release it. number 0: out
 * of memory, or the job is over. [any] */
ol_held ol_hold(ol_job* job);

/* Ends a hold. OL_OK; OL_CLOSED: it was released before; OL_INVALID: it never was one. [any] */
int ol_release(ol_held held);

/* The job of a hold, for the verbs tagged [any], until ol_unlock; NULL: it was released. Each
 * ol_lock that gave a job needs its ol_unlock, on any thread. Not from a function of ol_on_stop.
 * [any] */
ol_job* ol_lock(ol_held held);
void ol_unlock(ol_job* job);

/* ---- Memory of a job ----------------------------------------------------------------------- */

/* Zeroed memory that dies with the job, aligned for any type. NULL: out of memory. [any] */
void* ol_alloc(ol_job* job, size_t size);

/* Gives [buf] new memory of [size] bytes, not zeroed. As a result it moves to JavaScript
 * without a copy where the runtime allows; unused, it dies with the job. [any] */
OL_NODISCARD int ol_buf_new(ol_job* job, ol_buf* buf, size_t size);

/* Changes the size of a buffer of ol_buf_new, keeping the bytes that fit. On OL_NO_MEMORY the
 * buffer stays as it was; OL_INVALID for any other buffer. [any] */
OL_NODISCARD int ol_buf_resize(ol_job* job, ol_buf* buf, size_t size);

/* The same as ol_buf_new for memory of the author's: [free_data] is called for it once, on any
 * thread, when JavaScript or the job is done with it; at once, when the status is not OL_OK. NULL
 * is an empty buffer if its size is 0, and [free_data] is not called for it. OL_NO_MEMORY;
 * OL_INVALID: no [buf], a size without data or past all memory, or no [free_data], without which
 * alone the memory stays the author's. It must not call offloop. Memory that counts its users may
 * be adopted for each of them: [free_data] is called once for each adoption. [any] */
OL_NODISCARD int ol_buf_adopt(ol_job* job, ol_buf* buf, void* data, size_t size,
                              void (*free_data)(void* data));

/* Prints into memory of the job and sets [str] to it. OL_OK or OL_NO_MEMORY. [any] */
OL_NODISCARD int ol_str_printf(ol_job* job, ol_str* str, const char* format, ...) OL_PRINTF_(3, 4);

/* ---- Handles ------------------------------------------------------------------------------- */

/* A class of native things that outlive a job: a database, a model. Its handles are objects of a
 * JavaScript class of this name, with a method for each worker that has OL_THIS of the class, and
 * with close(), closed and Symbol.asyncDispose. */
typedef struct ol_class {
  uint32_t kind;       /* OL_TABLE_CLASS; this and the next are set by OL_CLASS */
  uint32_t table_size; /* sizeof(ol_class) */
  const char* name;
  size_t data_size; /* bytes of the author's struct */

  /* Ends one: frees what the struct owns, not the struct. Exactly once for each ol_new, once no job
   * uses it and its children are closed. On a thread of offloop's for that, of which an environment
   * has up to four, or that of a job which outlives its environment; never on the loop, nor on a
   * thread of Node's. NULL: nothing to end. */
  void (*close)(void* data);

  /* Its jobs run one at a time, in the order of their calls; one that waits in ol_emit, ol_receive
   * or ol_call lends its turn meanwhile. Its handles have exclusive(fn), too: fn is called in its
   * turn with an object of the class for the same struct, whose jobs are then the only ones until
   * fn has settled. To them, and to ol_new, that object is the handle. */
  bool serial;
} ol_class;

#define OL_CLASS(NAME, DATA, CLOSE)                                       \
  .kind = OL_TABLE_CLASS, .table_size = sizeof(ol_class), .name = (NAME), \
  .data_size = sizeof(DATA), .close = (CLOSE)

/* A new handle of [cls], zeroed, for an OL_RET with .handle. It is closed if its caller never gets
 * it: when the job fails, is stopped, or does not put it into a result. [parent], or NULL: a handle
 * that must outlive it, such as the database of a statement; one that the job uses or made. NULL:
 * out of memory, a parent that is none, or the system gives no thread that could close it. [job] */
void* ol_new(ol_job* job, const ol_class* cls, void* parent);

/* ---- Modules ------------------------------------------------------------------------------- */

/* Runs once in a process. [init] before the first environment gets the module; a negative status
 * makes the load throw. [exit] when the process exits, unless a job of any environment still runs,
 * also of one that has ended: what such a job uses is left to the system. Either may be NULL. The
 * table is copied: it may be gone after ol_export. */
typedef struct ol_setup {
  uint32_t kind; /* OL_TABLE_SETUP */
  int (*init)(void);
  void (*exit)(void);
} ol_setup;

#define OL_SETUP(INIT, EXIT) (&(const ol_setup){OL_TABLE_SETUP, (INIT), (EXIT)})

/* Puts the functions and classes of [tables], a list closed by NULL, into [exports]: for an init
 * function of one's own. The classes come along with the workers that name them. A table that
 * cannot work, or whose name another table has in these exports or its class, throws a TypeError
 * with code ERR_OL_TABLE that says why; what else is there is replaced. May be called several
 * times. [loop] */
napi_status ol_export(napi_env env, napi_value exports, const void* const* tables);

/* Starts a job from a Node-API function of one's own. [state], worker->state_size bytes, is moved
 * into the job (copied byte by byte) and is offloop's from then on in every case: destroy is called
 * for it also when this fails. Fields that come in are the caller's to fill, and handles among them
 * are not kept open: a worker that takes handles is not for this. [options]: an object with the
 * options of any call, or NULL. [callback]: a function, or NULL for a promise. [result] gets the
 * promise, or undefined; for a worker with .item or .message, which takes no callback here, the
 * stream or session. prepare is not called. napi_pending_exception: wrong options or callback,
 * thrown. [loop] */
napi_status ol_start(napi_env env, const ol_worker* worker, void* state, napi_value options,
                     napi_value callback, napi_value* result);

/* As ol_export, for [tables] that are the whole of an addon, and constant at file scope. A realm,
 * which is a global object of JavaScript, makes once what they export. Where it loads the addon
 * again, because require.cache was cleared, say, [exports] get the same functions and classes.
 * [loop] */
napi_status ol_export_once(napi_env env, napi_value exports, const void* const* tables);

/* OL_MODULE(&open, &query, OL_SETUP(library_init, library_exit)) makes the addon. */
#define OL_MODULE(...)                                                                  \
  static const void* const oli_module_tables[] = {__VA_ARGS__, NULL};                   \
  NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {                            \
    return ol_export_once(env, exports, oli_module_tables) == napi_ok ? exports : NULL; \
  }

/* ---- Pools --------------------------------------------------------------------------------- */

/* For .max_queue: none waits. A job runs at once, or fails with code ERR_OL_BUSY. */
#define OL_NO_QUEUE (UINT32_MAX - 1)

/* What becomes of a job that finds as many waiting as may. */
enum ol_pool_full {
  OL_POOL_WAIT = 0,  /* it waits all the same; JavaScript can ask for pool.full, and wait */
  OL_POOL_REJECT = 1 /* it fails with code ERR_OL_BUSY */
};

/* Threads of one's own that run jobs, written once at file scope, for the .pool of workers; one
 * that no worker names may be named in OL_MODULE, for JavaScript. One for the process: all
 * environments share it. Its threads come with the first jobs and go when there is nothing to do.
 * Members left out are zero, and zero means the default. Grows only at its end. */
struct ol_pool {
  uint32_t kind;       /* OL_TABLE_POOL; this and the next are set by OL_POOL */
  uint32_t table_size; /* sizeof(ol_pool) */
  const char* name;    /* in JavaScript; of its threads, at most 15 bytes of it */

  /* At most so many, up to 1024. 0: as many as the process may use cores, and at least 4, because
   * jobs may block. */
  uint32_t threads;

  uint32_t max_queue; /* jobs that may wait for a thread; 0 and OL_NO_LIMIT: no bound;
                         OL_NO_QUEUE: none may */
  int on_full;        /* enum ol_pool_full */

  uint32_t idle_ms; /* how long a thread without work stays, at most twice that; 0: 5000;
                       OL_NO_LIMIT: as long as the pool */

  /* How long it looks for work before it sleeps, in microseconds, up to a second: the next job
   * begins sooner, and a core is busy meanwhile. 0: not at all. */
  uint32_t spin_us;

  size_t stack_size; /* of each, from 64 KiB on; 0: the system's */
};

#define OL_POOL(NAME) .kind = OL_TABLE_POOL, .table_size = sizeof(ol_pool), .name = (NAME)

/* That of workers which name none: all of it by default, but for .spin_us, which is 20. It is not
 * Node's, so that jobs that block keep neither fs nor dns waiting. */
extern const ol_pool ol_default_pool;

/* Node's own threads, those of fs and dns: UV_THREADPOOL_SIZE of them, 4 unless set. */
extern const ol_pool ol_node_pool;

/* A thread of its own for each job, for those that stay or wait; streams, sessions and jobs that
 * may call functions have it without asking. Threads come and go; past 256 of them at work in an
 * environment a job fails with code ERR_OL_BUSY. One that is held has none when execute has
 * returned. */
extern const ol_pool ol_own_thread;

#ifdef __cplusplus
}
#endif

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif /* OFFLOOP_H */
