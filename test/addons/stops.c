/* Workers that are stopped from C: by themselves, by another thread, in a system call. */
#define _POSIX_C_SOURCE 200809L

#include <offloop.h>

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

static atomic_int entered, fired, fired_late;

/* ---- readPipe(): waits in read() until the stop writes a byte ------------------------------- */

typedef struct pipe_state {
  int32_t ends[2];
  int32_t bytes;
} pipe_state;

static void pipe_wake(void* arg) {
  atomic_fetch_add(&fired, 1);
  if (write(((pipe_state*) arg)->ends[1], "x", 1) != 1) atomic_fetch_add(&fired, 1000);
}

/* Disarmed before the ends are closed: their numbers will be others' soon. */
static int pipe_read(ol_job* job, pipe_state* s) {
  char byte;
  int why = ol_on_stop(job, pipe_wake, s);
  if (why != OL_OK) return why;
  atomic_fetch_add(&entered, 1);
  s->bytes = (int32_t) read(s->ends[0], &byte, 1);
  return ol_on_stop(job, NULL, NULL);
}

static int pipe_execute(ol_job* job, void* state) {
  pipe_state* s = state;
  int ends[2];
  if (pipe(ends) != 0) return OL_NO_MEMORY;
  s->ends[0] = ends[0];
  s->ends[1] = ends[1];
  int why = pipe_read(job, s);
  close(ends[0]);
  close(ends[1]);
  return why;
}

static const ol_worker read_pipe = {OL_WORKER("readPipe", pipe_state, pipe_execute)};

/* ---- armAndDisarm(): over and over, until it is stopped ------------------------------------- */

typedef struct arm_state {
  atomic_bool armed;
  double times;
} arm_state;

static void arm_fire(void* arg) {
  arm_state* s = arg;
  if (!atomic_load(&s->armed)) atomic_fetch_add(&fired_late, 1);
  sched_yield();
  if (!atomic_load(&s->armed)) atomic_fetch_add(&fired_late, 1);
}

static int arm_execute(ol_job* job, void* state) {
  arm_state* s = state;
  int why = OL_OK;
  atomic_fetch_add(&entered, 1);
  for (; why == OL_OK; s->times++) {
    atomic_store(&s->armed, true);
    ol_on_stop(job, arm_fire, s);
    why = ol_on_stop(job, NULL, NULL);
    atomic_store(&s->armed, false);
  }
  return why;
}

static const ol_worker arm_and_disarm = {OL_WORKER("armAndDisarm", arm_state, arm_execute)};

/* ---- stopSlowly(): who stops it needs a while ------------------------------------------------ */

enum { A_WHILE_NS = 50 * 1000 * 1000 };

typedef struct slow_state {
  int32_t unused;
} slow_state;

static void slow_stop(void* arg) {
  (void) arg;
  nanosleep(&(struct timespec){.tv_nsec = A_WHILE_NS}, NULL);
}

static int slow_execute(ol_job* job, void* state) {
  ol_on_stop(job, slow_stop, state);
  atomic_fetch_add(&entered, 1);
  return ol_sleep(job, -1);
}

static const ol_worker stop_slowly = {OL_WORKER("stopSlowly", slow_state, slow_execute)};

/* ---- stopBy(verb, where): cancelled, ended or failed by C ----------------------------------- */

enum { BY_CANCEL, BY_END, BY_FAIL };
static const char* const verbs[] = {"cancel", "end", "fail", NULL};
enum { IN_EXECUTE, IN_THREAD, IN_COMPLETE };
static const char* const places[] = {"execute", "thread", "complete", NULL};

typedef struct stop_state {
  ol_job* job;
  int32_t verb, place;
  int32_t told, told_again, woken_by; /* statuses that the verbs gave */
  ol_str text;
} stop_state;

static int stop_once(ol_job* job, int verb) {
  if (verb == BY_CANCEL) return ol_cancel(job);
  if (verb == BY_FAIL) return ol_fail(job, "ERR_STOPPED", "stopped from C");
  ol_end(job);
  return ol_status(job);
}

static void stop_twice(stop_state* s) {
  s->told = stop_once(s->job, s->verb);
  s->told_again = ol_cancel(s->job);
}

static void* stop_thread(void* arg) {
  stop_twice(arg);
  return NULL;
}

static int stop_execute(ol_job* job, void* state) {
  stop_state* s = state;
  pthread_t thread;
  s->job = job;
  if (ol_str_printf(job, &s->text, "as far as it came") != OL_OK) return OL_NO_MEMORY;
  if (s->place == IN_COMPLETE) return OL_OK;
  if (s->place == IN_EXECUTE) {
    stop_twice(s);
    return OL_OK;
  }
  if (pthread_create(&thread, NULL, stop_thread, s) != 0) return OL_NO_MEMORY;
  s->woken_by = ol_sleep(job, -1);
  pthread_join(thread, NULL);
  return OL_OK;
}

static napi_value stop_complete(napi_env env, ol_job* job, void* state) {
  stop_state* s = state;
  (void) env;
  (void) job;
  if (s->place == IN_COMPLETE) stop_twice(s);
  return NULL;
}

static const ol_worker stop_by = {
  OL_WORKER("stopBy", stop_state, stop_execute),
  .fields = OL_FIELDS(OL_ARG(stop_state, verb, .one_of = verbs),
                      OL_ARG(stop_state, place, .one_of = places), OL_RET(stop_state, told),
                      OL_RET(stop_state, told_again), OL_RET(stop_state, woken_by),
                      OL_RET(stop_state, text)),
  .complete = stop_complete,
};

/* ---- counts() ------------------------------------------------------------------------------- */

typedef struct counts_state {
  int32_t entered, fired, fired_late;
} counts_state;

static int counts_execute(ol_job* job, void* state) {
  counts_state* s = state;
  (void) job;
  *s = (counts_state){atomic_load(&entered), atomic_load(&fired), atomic_load(&fired_late)};
  return OL_OK;
}

static const ol_worker counts = {
  OL_WORKER("counts", counts_state, counts_execute),
  .fields = OL_FIELDS(OL_RET(counts_state, entered), OL_RET(counts_state, fired),
                      OL_RET(counts_state, fired_late)),
};

OL_MODULE(&read_pipe, &arm_and_disarm, &stop_slowly, &stop_by, &counts)
