/* Workers that take and give nothing but numbers and booleans, whose calls cross in batches: those
 * that do what such a job is not expected to do, too. */
#define _POSIX_C_SOURCE 200809L

#include <offloop.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifndef FLAT_POOL
#define FLAT_POOL NULL
#endif

#define FLAT(NAME, STATE, EXECUTE) OL_WORKER(NAME, STATE, EXECUTE), .pool = FLAT_POOL

static atomic_int executed, freed, parked_jobs, stopped;

static void pause_briefly(void) {
  nanosleep(&(const struct timespec){0, 200000}, NULL);
}

/* ---- echo(...): all types, as they came ----------------------------------------------------- */

typedef struct echo_state {
  int8_t i8;
  uint16_t u16;
  int32_t i32;
  int64_t i64;
  float f32;
  double f64;
  bool yes;
  double within;
} echo_state;

static int echo_execute(ol_job* job, void* state) {
  (void) job;
  (void) state;
  atomic_fetch_add(&executed, 1);
  return OL_OK;
}

static const ol_worker echo = {
  FLAT("echo", echo_state, echo_execute),
  .fields = OL_FIELDS(OL_ARG(echo_state, i8), OL_ARG(echo_state, u16), OL_ARG(echo_state, i32),
                      OL_ARG(echo_state, i64), OL_ARG(echo_state, f32), OL_ARG(echo_state, f64),
                      OL_ARG(echo_state, yes), OL_ARG(echo_state, within, .min = -1, .max = 1),
                      OL_RET(echo_state, i8), OL_RET(echo_state, u16), OL_RET(echo_state, i32),
                      OL_RET(echo_state, i64), OL_RET(echo_state, f32), OL_RET(echo_state, f64),
                      OL_RET(echo_state, yes), OL_RET(echo_state, within)),
};

/* ---- nothing(), truth(yes) ------------------------------------------------------------------ */

static const ol_worker nothing = {FLAT("nothing", char, echo_execute)};

typedef struct truth_state {
  bool yes;
} truth_state;

static const ol_worker truth = {
  FLAT("truth", truth_state, echo_execute),
  .fields = OL_FIELDS(OL_ARG(truth_state, yes), OL_RET(truth_state, yes)),
};

/* ---- does(how, number): number + 1, or what [how] says -------------------------------------- */

enum { SUCCEEDS, FAILS, RETURNS, ENDS, OVERFLOWS, ALLOCATES, ADOPTS, IS_HELD, CANCELS, DETAILS };

typedef struct does_state {
  uint8_t how;
  int64_t number;
} does_state;

static void count_free(void* data) {
  (void) data;
  atomic_fetch_add(&freed, 1);
}

static void* release_later(void* arg) {
  ol_held* held = arg;
  pause_briefly();
  ol_release(*held);
  return NULL;
}

static int hold_for_a_while(ol_job* job) {
  pthread_t thread;
  ol_held* held = ol_alloc(job, sizeof *held);
  if (held == NULL) return OL_NO_MEMORY;
  *held = ol_hold(job);
  if (pthread_create(&thread, NULL, release_later, held) != 0) return ol_release(*held);
  pthread_detach(thread);
  return OL_OK;
}

static int adopt(ol_job* job) {
  static char memory[8];
  ol_buf buf;
  return ol_buf_adopt(job, &buf, memory, sizeof memory, count_free);
}

static int does_something(ol_job* job, does_state* s) {
  switch (s->how) {
    case FAILS: return ol_fail(job, "ERR_DOES", "number %d", (int) s->number);
    case RETURNS: return OL_CLOSED;
    case ENDS: ol_end(job); return ol_stopped(job);
    case OVERFLOWS: s->number = INT64_MAX; return OL_OK;
    case ALLOCATES: return ol_alloc(job, 100) == NULL ? OL_NO_MEMORY : OL_OK;
    case ADOPTS: return adopt(job);
    case IS_HELD: return hold_for_a_while(job);
    case CANCELS: return ol_cancel(job);
    case DETAILS: return ol_fail_detail(job, "unused", (ol_value){0});
    default: return OL_OK;
  }
}

/* What the state was before must not be seen by the next job. */
static int does_execute(ol_job* job, void* state) {
  does_state* s = state;
  atomic_fetch_add(&executed, 1);
  if (ol_status(job) != OL_OK) return ol_fail(job, "ERR_STALE", "stopped before it began");
  s->number++;
  return does_something(job, s);
}

static const ol_worker does = {
  FLAT("does", does_state, does_execute),
  .fields =
    OL_FIELDS(OL_ARG(does_state, how), OL_ARG(does_state, number), OL_RET(does_state, number)),
};

/* ---- fill(number): whether the rest of the state was zero ----------------------------------- */

typedef struct fill_state {
  int32_t number;
  int32_t rest[16];
  bool zero;
} fill_state;

static int fill_execute(ol_job* job, void* state) {
  fill_state* s = state;
  (void) job;
  s->zero = true;
  for (int i = 0; i < 16; i++) {
    if (s->rest[i] != 0) s->zero = false;
    s->rest[i] = s->number;
  }
  return OL_OK;
}

static const ol_worker fill = {
  FLAT("fill", fill_state, fill_execute),
  .fields = OL_FIELDS(OL_ARG(fill_state, number), OL_RET(fill_state, zero)),
};

/* ---- meet(count): returns when so many jobs have come ---------------------------------------- */

static pthread_mutex_t meeting = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int there, at_gate;
static bool gate_is_open;

typedef struct meet_state {
  int32_t count;
} meet_state;

static int meet_execute(ol_job* job, void* state) {
  meet_state* s = state;
  (void) job;
  pthread_mutex_lock(&meeting);
  there++;
  pthread_cond_broadcast(&changed);
  while (there < s->count) pthread_cond_wait(&changed, &meeting);
  pthread_mutex_unlock(&meeting);
  return OL_OK;
}

static const ol_worker meet = {
  FLAT("meet", meet_state, meet_execute),
  .fields = OL_FIELDS(OL_ARG(meet_state, count), OL_RET(meet_state, count)),
};

/* ---- waitAtGate(), openGate.sync(open) gives how many wait ----------------------------------- */

static int wait_at_gate_execute(ol_job* job, void* state) {
  (void) job;
  (void) state;
  pthread_mutex_lock(&meeting);
  at_gate++;
  while (!gate_is_open) pthread_cond_wait(&changed, &meeting);
  at_gate--;
  pthread_mutex_unlock(&meeting);
  return OL_OK;
}

static const ol_worker wait_at_gate = {FLAT("waitAtGate", char, wait_at_gate_execute)};

typedef struct gate_state {
  bool open;
  int32_t waiting;
} gate_state;

static int open_gate_execute(ol_job* job, void* state) {
  gate_state* s = state;
  (void) job;
  pthread_mutex_lock(&meeting);
  s->waiting = at_gate;
  gate_is_open = s->open;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&meeting);
  return OL_OK;
}

static const ol_worker open_gate = {
  OL_WORKER("openGate", gate_state, open_gate_execute),
  .fields = OL_FIELDS(OL_ARG(gate_state, open), OL_RET(gate_state, waiting)),
};

/* ---- rests(ms): gives that back when it has passed ------------------------------------------- */

typedef struct rests_state {
  double ms;
} rests_state;

static int rests_execute(ol_job* job, void* state) {
  const rests_state* s = state;
  (void) job;
  nanosleep(&(const struct timespec){0, (long) (s->ms * 1e6)}, NULL);
  return OL_OK;
}

static const ol_worker rests = {
  FLAT("rests", rests_state, rests_execute),
  .fields = OL_FIELDS(OL_ARG(rests_state, ms, .min = 0, .max = 999), OL_RET(rests_state, ms)),
};

/* ---- sleeps(): until it is stopped ----------------------------------------------------------- */

static int sleeps_execute(ol_job* job, void* state) {
  (void) state;
  atomic_fetch_add(&executed, 1);
  int why = ol_sleep(job, -1);
  atomic_fetch_add(&stopped, 1);
  return why;
}

static const ol_worker sleeps = {FLAT("sleeps", char, sleeps_execute)};

/* ---- holdsUntilStopped(): it is held, when execute has returned, until it is stopped --------- */

typedef struct parked {
  ol_held held;
  bool stopped;
  pthread_mutex_t lock;
  pthread_cond_t changed;
} parked;

static void parked_stop(void* arg) {
  parked* p = arg;
  pthread_mutex_lock(&p->lock);
  p->stopped = true;
  pthread_cond_signal(&p->changed);
  pthread_mutex_unlock(&p->lock);
}

static void* parked_wait(void* arg) {
  parked* p = arg;
  pthread_mutex_lock(&p->lock);
  while (!p->stopped) pthread_cond_wait(&p->changed, &p->lock);
  pthread_mutex_unlock(&p->lock);
  atomic_fetch_add(&stopped, 1);
  ol_release(p->held);
  free(p);
  return NULL;
}

static int holds_execute(ol_job* job, void* state) {
  pthread_t thread;
  parked* p = calloc(1, sizeof *p);
  (void) state;
  if (p == NULL) return OL_NO_MEMORY;
  pthread_mutex_init(&p->lock, NULL);
  pthread_cond_init(&p->changed, NULL);
  p->held = ol_hold(job);
  if (ol_on_stop(job, parked_stop, p) != OL_OK) p->stopped = true;
  if (pthread_create(&thread, NULL, parked_wait, p) != 0) abort();
  pthread_detach(thread);
  atomic_fetch_add(&parked_jobs, 1);
  atomic_fetch_add(&executed, 1);
  return OL_OK;
}

static const ol_worker holds_until_stopped = {
  FLAT("holdsUntilStopped", char, holds_execute),
};

/* ---- first(text): the order in which jobs begin ---------------------------------------------- */

typedef struct begins_state {
  int32_t number;
  ol_str text;
  int32_t before;
} begins_state;

static atomic_int begun;

static int begins_execute(ol_job* job, void* state) {
  begins_state* s = state;
  (void) job;
  s->before = atomic_fetch_add(&begun, 1);
  return OL_OK;
}

static const ol_worker begins_flat = {
  FLAT("beginsFlat", begins_state, begins_execute),
  .fields = OL_FIELDS(OL_ARG(begins_state, number), OL_RET(begins_state, before)),
};

static const ol_worker begins_general = {
  FLAT("beginsGeneral", begins_state, begins_execute),
  .fields = OL_FIELDS(OL_ARG(begins_state, text), OL_RET(begins_state, before)),
};

/* ---- resultOnly(number): a callback without an error ----------------------------------------- */

static const ol_worker result_only = {
  FLAT("resultOnly", does_state, echo_execute),
  .fields = OL_FIELDS(OL_ARG(does_state, number), OL_RET(does_state, number)),
  .callback = OL_CALLBACK_RESULT,
};

/* ---- strictly(number): answered one by one --------------------------------------------------- */

static const ol_worker strictly = {
  FLAT("strictly", does_state, echo_execute),
  .fields = OL_FIELDS(OL_ARG(does_state, number), OL_RET(does_state, number)),
  .strict = true,
};

/* ---- wide(...): as many arguments as there may be, and back ---------------------------------- */

typedef struct wide_state {
  double a, b, c, d, e, f, g, h, i, j, k, l;
  bool m;
} wide_state;

static const ol_worker wide = {
  FLAT("wide", wide_state, echo_execute),
  .fields = OL_FIELDS(
    OL_ARG(wide_state, a), OL_RET(wide_state, a), OL_ARG(wide_state, b), OL_RET(wide_state, b),
    OL_ARG(wide_state, c), OL_RET(wide_state, c), OL_ARG(wide_state, d), OL_RET(wide_state, d),
    OL_ARG(wide_state, e), OL_RET(wide_state, e), OL_ARG(wide_state, f), OL_RET(wide_state, f),
    OL_ARG(wide_state, g), OL_RET(wide_state, g), OL_ARG(wide_state, h), OL_RET(wide_state, h),
    OL_ARG(wide_state, i), OL_RET(wide_state, i), OL_ARG(wide_state, j), OL_RET(wide_state, j),
    OL_ARG(wide_state, k), OL_RET(wide_state, k), OL_ARG(wide_state, l), OL_RET(wide_state, l),
    OL_ARG(wide_state, m), OL_RET(wide_state, m)),
};

/* ---- numbers(count): a stream of -1, -2 ... -------------------------------------------------- */

typedef struct numbers_state {
  int32_t count;
} numbers_state;

static int numbers_execute(ol_job* job, void* state) {
  const numbers_state* s = state;
  for (double i = 1; i <= s->count; i++) {
    int status = ol_emit(job, &(const double){-i});
    if (status != OL_OK) return status;
  }
  return OL_OK;
}

static const ol_worker numbers = {
  OL_WORKER("numbers", numbers_state, numbers_execute),
  .fields = OL_FIELDS(OL_ARG(numbers_state, count)),
  .item = OL_OF(double),
};

/* ---- counts.sync() --------------------------------------------------------------------------- */

typedef struct counts_state {
  int32_t executed, freed, parked, stopped;
} counts_state;

static int counts_execute(ol_job* job, void* state) {
  (void) job;
  *(counts_state*) state = (counts_state){atomic_load(&executed), atomic_load(&freed),
                                          atomic_load(&parked_jobs), atomic_load(&stopped)};
  return OL_OK;
}

static const ol_worker counts = {
  OL_WORKER("counts", counts_state, counts_execute),
  .fields = OL_FIELDS(OL_RET(counts_state, executed), OL_RET(counts_state, freed),
                      OL_RET(counts_state, parked), OL_RET(counts_state, stopped)),
};

static void say_exit(void) {
  if (getenv("TEST_TELL_EXIT") == NULL) return;
  puts("library exit");
  fflush(stdout);
}

OL_MODULE(&echo, &nothing, &truth, &does, &fill, &meet, &wait_at_gate, &open_gate, &rests, &sleeps,
          &holds_until_stopped, &begins_flat, &begins_general, &result_only, &strictly, &wide,
          &numbers, &counts, OL_SETUP(NULL, say_exit))
