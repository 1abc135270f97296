/* Workers that tell how far they are: by every policy, from several threads, as streams, as
 * methods, held, and started by ol_start. */
#include <offloop.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_int left; /* jobs that have told all they had to tell */
static atomic_int gate; /* how often it was opened */
static atomic_int made, destroyed;

static int count_prepare(napi_env env, ol_job* job, void* state) {
  (void) env;
  (void) job;
  (void) state;
  atomic_fetch_add(&made, 1);
  return OL_OK;
}

static void count_destroy(void* state) {
  (void) state;
  atomic_fetch_add(&destroyed, 1);
}

#define COUNTED .prepare = count_prepare, .destroy = count_destroy

typedef struct count_state {
  int32_t n, every_ms, gate_at, fail_at;
  double total;
  bool add;
  struct counter* self;
  int32_t told;
} count_state;

/* ---- count(n, { everyMs, gateAt, failAt, total, add }): tells 1, 2 ... n --------------------- */

/* Until JavaScript opens the gate once more than that, or the job is stopped. */
static int count_wait(ol_job* job, int before) {
  int status = OL_OK;
  while (status == OL_OK && atomic_load(&gate) == before) status = ol_sleep(job, 1);
  return status;
}

static int count_step(ol_job* job, count_state* s, int32_t i) {
  int before = atomic_load(&gate); /* who is told may open it at once */
  if (s->add) {
    ol_progress_add(job, 1);
  } else {
    ol_progress(job, i, s->total);
  }
  s->told++;
  if (i == s->fail_at) return ol_fail(job, "ERR_COUNT", "failed at %d", i);
  if (i == s->gate_at) return count_wait(job, before);
  return s->every_ms > 0 ? ol_sleep(job, s->every_ms) : ol_stopped(job);
}

static int count_execute(ol_job* job, void* state) {
  count_state* s = state;
  int status = OL_OK;
  for (int32_t i = 1; i <= s->n && status == OL_OK; i++) status = count_step(job, s, i);
  atomic_fetch_add(&left, 1);
  return status;
}

#define COUNT_OPTIONS                                                                       \
  OL_ARG(count_state, n), OL_OPTION(count_state, every_ms),                                 \
    OL_OPTION(count_state, gate_at, .def = -1), OL_OPTION(count_state, fail_at, .def = -1), \
    OL_OPTION(count_state, total), OL_OPTION(count_state, add), OL_RET(count_state, told)

#define COUNT .fields = OL_FIELDS(COUNT_OPTIONS), COUNTED

static const ol_worker latest = {OL_WORKER("latest", count_state, count_execute), COUNT};
static const ol_worker apart = {OL_WORKER("apart", count_state, count_execute), COUNT,
                                .pool = &ol_own_thread};
static const ol_worker every = {OL_WORKER("every", count_state, count_execute), COUNT,
                                .progress = OL_PROGRESS_EVERY};
static const ol_worker hourly = {OL_WORKER("hourly", count_state, count_execute), COUNT,
                                 .progress_ms = 3600000};
static const ol_worker often = {OL_WORKER("often", count_state, count_execute), COUNT,
                                .progress_ms = 5};

/* ---- items(n): each is told and sent --------------------------------------------------------- */

static int items_execute(ol_job* job, void* state) {
  count_state* s = state;
  int status = OL_OK;
  for (int32_t i = 1; i <= s->n && status == OL_OK; i++) {
    status = count_step(job, s, i);
    if (status == OL_OK) status = ol_emit(job, &i);
  }
  atomic_fetch_add(&left, 1);
  return status;
}

static const ol_worker items = {OL_WORKER("items", count_state, items_execute), COUNT,
                                .item = OL_OF(int32_t), .progress = OL_PROGRESS_EVERY};
static const ol_worker hourly_items = {OL_WORKER("hourlyItems", count_state, items_execute), COUNT,
                                       .item = OL_OF(int32_t), .progress_ms = 3600000};

/* ---- A handle with a method that tells
 * -------------------------------------------------------- */

typedef struct counter {
  int32_t unused;
} counter;

static const ol_class Counter = {OL_CLASS("Counter", counter, NULL), .serial = true};

static int open_execute(ol_job* job, void* state) {
  count_state* s = state;
  s->self = ol_new(job, &Counter, NULL);
  return s->self == NULL ? OL_NO_MEMORY : OL_OK;
}

static const ol_worker open_counter = {OL_WORKER("openCounter", count_state, open_execute),
                                       .fields =
                                         OL_FIELDS(OL_RET(count_state, self, .handle = &Counter))};
static const ol_worker method = {
  OL_WORKER("count", count_state, count_execute),
  .fields = OL_FIELDS(OL_THIS(count_state, self, .handle = &Counter), COUNT_OPTIONS),
  .progress = OL_PROGRESS_EVERY};

/* ---- threads(count, n): so many threads of the addon's own add 1, n times each, when execute has
 * returned */

typedef struct threads_state {
  int32_t threads, n;
} threads_state;

typedef struct adder {
  ol_held held;
  int32_t n;
} adder;

static void* adder_run(void* arg) {
  adder* self = arg;
  ol_job* job = ol_lock(self->held);
  for (int32_t i = 0; i < self->n && ol_stopped(job) == OL_OK; i++) ol_progress_add(job, 1);
  ol_unlock(job);
  ol_release(self->held);
  free(self);
  return NULL;
}

static int threads_start(ol_job* job, int32_t n) {
  pthread_t thread;
  adder* self = malloc(sizeof *self);
  if (self == NULL) return OL_NO_MEMORY;
  *self = (adder){ol_hold(job), n};
  if (pthread_create(&thread, NULL, adder_run, self) != 0) {
    ol_release(self->held);
    free(self);
    return OL_NO_MEMORY;
  }
  pthread_detach(thread);
  return OL_OK;
}

static int threads_execute(ol_job* job, void* state) {
  threads_state* s = state;
  int status = OL_OK;
  ol_progress(job, 0, (double) s->threads * s->n);
  for (int32_t i = 0; i < s->threads && status == OL_OK; i++) status = threads_start(job, s->n);
  return status;
}

#define THREADS \
  .fields = OL_FIELDS(OL_ARG(threads_state, threads), OL_ARG(threads_state, n)), COUNTED

static const ol_worker threads = {OL_WORKER("threads", threads_state, threads_execute), THREADS};
static const ol_worker threads_every = {OL_WORKER("threadsEvery", threads_state, threads_execute),
                                        THREADS, .progress = OL_PROGRESS_EVERY};

/* ---- tell(done, total): once, with any two numbers
 * -------------------------------------------- */

typedef struct tell_state {
  double done, total;
} tell_state;

static int tell_execute(ol_job* job, void* state) {
  tell_state* s = state;
  ol_progress(job, s->done, s->total);
  ol_progress_add(job, 1);
  return OL_OK;
}

static const ol_worker tell = {OL_WORKER("tell", tell_state, tell_execute),
                               .fields =
                                 OL_FIELDS(OL_ARG(tell_state, done), OL_ARG(tell_state, total)),
                               .progress = OL_PROGRESS_EVERY};

/* ---- Functions of Node-API
 * -------------------------------------------------------------------- */

/* start(n, options): count, by ol_start. */
static napi_value start(napi_env env, napi_callback_info info) {
  napi_value argv[2], result = NULL;
  size_t argc = 2;
  count_state state = {.gate_at = -1, .fail_at = -1};
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  napi_get_value_int32(env, argv[0], &state.n);
  atomic_fetch_add(&made, 1);
  return ol_start(env, &every, &state, argv[1], NULL, &result) == napi_ok ? result : NULL;
}

static napi_value open_gate(napi_env env, napi_callback_info info) {
  (void) env;
  (void) info;
  atomic_fetch_add(&gate, 1);
  return NULL;
}

/* How many jobs have told all. */
static napi_value get_left(napi_env env, napi_callback_info info) {
  napi_value number = NULL;
  (void) info;
  napi_create_int32(env, atomic_load(&left), &number);
  return number;
}

/* How many states were not destroyed yet. */
static napi_value get_alive(napi_env env, napi_callback_info info) {
  napi_value number = NULL;
  int dead = atomic_load(&destroyed); /* first, or one might be dead before it was made */
  (void) info;
  napi_create_int32(env, atomic_load(&made) - dead, &number);
  return number;
}

static const void* const tables[] = {
  &latest,       &apart,  &every,   &hourly,        &often, &items, &hourly_items,
  &open_counter, &method, &threads, &threads_every, &tell,  NULL,
};

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  const napi_property_descriptor own[] = {
    {.utf8name = "start", .method = start},
    {.utf8name = "openGate", .method = open_gate},
    {.utf8name = "left", .method = get_left},
    {.utf8name = "alive", .method = get_alive},
  };
  if (ol_export(env, exports, tables) != napi_ok) return NULL;
  napi_define_properties(env, exports, sizeof own / sizeof own[0], own);
  return exports;
}
