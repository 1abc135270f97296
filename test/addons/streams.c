/* Workers that send items: numbers of a range with every policy of a full queue, records, buffers,
 * and jobs that threads of their own hold. What happens in C is counted. */
#define _POSIX_C_SOURCE 200809L

#include <offloop.h>

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static atomic_long made, entered, left, destroyed, emitted, freed, refused, armed, second_release,
  late_lock;
static atomic_int last_status;

typedef struct range {
  int32_t n, every_ms, fail_at, end_at, started_at;
  bool try_only, deaf;
  int32_t count, refusals;
  int64_t big;
} range;

static int range_prepare(napi_env env, ol_job* job, void* state) {
  (void) env;
  (void) job;
  (void) state;
  atomic_fetch_add(&made, 1);
  return OL_OK;
}

static void range_destroy(void* state) {
  (void) state;
  atomic_fetch_add(&destroyed, 1);
}

/* ---- range(n, { everyMs, failAt, endAt, startedAt, tryOnly }): 0, 1, 2 ... ------------------- */

static int range_send(ol_job* job, range* s, int32_t number) {
  int status = s->try_only ? ol_try_emit(job, &number) : ol_emit(job, &number);
  if (status == OL_OK) {
    s->count++;
    atomic_fetch_add(&emitted, 1);
  } else if (status == OL_AGAIN) {
    s->refusals++;
    status = OL_OK;
  }
  return status;
}

static int range_step(ol_job* job, range* s, int32_t i) {
  if (i == s->started_at) ol_started(job);
  if (i == s->fail_at) return ol_fail(job, "ERR_RANGE", "failed at %d", i);
  if (i == s->end_at) ol_end(job);
  int status = s->every_ms > 0 ? ol_sleep(job, s->every_ms) : OL_OK;
  return status == OL_OK ? range_send(job, s, i) : status;
}

static int range_execute(ol_job* job, void* state) {
  range* s = state;
  int status = OL_OK;
  atomic_fetch_add(&entered, 1);
  for (int32_t i = 0; (s->n < 0 || i < s->n) && status == OL_OK; i++)
    status = range_step(job, s, i);
  atomic_store(&last_status, status);
  atomic_fetch_add(&left, 1);
  return status;
}

#define RANGE                                                                                     \
  .fields =                                                                                       \
    OL_FIELDS(OL_ARG(range, n), OL_OPTION(range, every_ms), OL_OPTION(range, fail_at, .def = -1), \
              OL_OPTION(range, end_at, .def = -1), OL_OPTION(range, started_at, .def = -1),       \
              OL_OPTION(range, try_only), OL_RET(range, count), OL_RET(range, refusals)),         \
  .item = OL_OF(int32_t), .prepare = range_prepare, .destroy = range_destroy

static const ol_worker range_worker = {OL_WORKER("range", range, range_execute), RANGE};
static const ol_worker range8 = {OL_WORKER("range8", range, range_execute), RANGE, .high_water = 8};
static const ol_worker range1 = {OL_WORKER("range1", range, range_execute), RANGE, .high_water = 1};
static const ol_worker range_all = {OL_WORKER("rangeAll", range, range_execute), RANGE,
                                    .high_water = OL_NO_LIMIT};
static const ol_worker range_bytes = {OL_WORKER("rangeBytes", range, range_execute), RANGE,
                                      .high_water_bytes = 40};
static const ol_worker newest = {OL_WORKER("newest", range, range_execute), RANGE, .high_water = 8,
                                 .on_full = OL_FULL_DROP_OLDEST};
static const ol_worker oldest = {OL_WORKER("oldest", range, range_execute), RANGE, .high_water = 8,
                                 .on_full = OL_FULL_DROP_NEWEST};
static const ol_worker range_brief = {OL_WORKER("rangeBrief", range, range_execute), RANGE,
                                      .timeout_ms = 20};

/* ---- rows(n): records that point to things -------------------------------------------------- */

typedef struct row {
  int32_t id;
  ol_str name;
  ol_buf data;
  ol_list points;
} row;

static void row_free(void* data) {
  free(data);
  atomic_fetch_add(&freed, 1);
}

/* As authors write it who do not want to wait: the very item once more, when there is room. */
static int row_send(ol_job* job, const range* s, const row* item) {
  int status = s->try_only ? ol_try_emit(job, item) : ol_emit(job, item);
  while (status == OL_AGAIN && ol_sleep(job, 1) == OL_OK) status = ol_try_emit(job, item);
  return status;
}

/* What the item points to is the job's own and changes after each. */
static int rows_execute(ol_job* job, void* state) {
  range* s = state;
  char name[16];
  double points[2];
  int status = OL_OK;
  for (int32_t i = 0; i < s->n && status == OL_OK; i++) {
    row item = {.id = i, .name = {name, 4}, .points = {points, 2}};
    memcpy(name, "row", 3);
    name[3] = (char) ('0' + i % 10);
    points[0] = i;
    points[1] = -i;
    uint8_t* data = malloc(20000);
    if (data == NULL) return OL_NO_MEMORY;
    memset(data, i & 255, 20000);
    status = ol_buf_adopt(job, &item.data, data, 20000, row_free);
    if (status == OL_OK) status = row_send(job, s, &item);
  }
  return status;
}

static const ol_worker rows = {
  OL_WORKER("rows", range, rows_execute),
  .fields = OL_FIELDS(OL_ARG(range, n), OL_OPTION(range, try_only)),
  .item = OL_SHAPE(row, OL_MEMBER(row, id), OL_MEMBER(row, name), OL_MEMBER(row, data),
                   OL_MEMBER(row, points, .of = OL_OF(double))),
  .high_water = 16,
};

/* ---- chunks(n): Buffers ---------------------------------------------------------------------- */

static int chunks_execute(ol_job* job, void* state) {
  range* s = state;
  uint8_t bytes[100];
  int status = OL_OK;
  for (int32_t i = 0; i < s->n && status == OL_OK; i++) {
    memset(bytes, 'a' + i % 26, sizeof bytes);
    status = ol_emit(job, &(ol_buf){bytes, sizeof bytes});
  }
  return status;
}

static const ol_worker chunks = {
  OL_WORKER("chunks", range, chunks_execute),
  .fields = OL_FIELDS(OL_ARG(range, n)),
  .item = OL_OF(ol_buf),
};

/* ---- plains(n), truths(n), singles(n): nothing but numbers and booleans ---------------------- */

typedef struct plain {
  bool odd;
  int8_t i8;
  int16_t i16;
  int32_t i32;
  int64_t i64;
  uint8_t u8;
  uint16_t u16;
  uint32_t u32;
  uint64_t u64;
  float f32;
  double f64;
} plain;

static const int64_t whole_max = 9007199254740992;

/* The least and the most of each type in turn. */
static plain plain_of(int32_t i) {
  const plain least = {.i8 = INT8_MIN,
                       .i16 = INT16_MIN,
                       .i32 = INT32_MIN,
                       .i64 = -whole_max,
                       .f32 = -0.0f,
                       .f64 = -INFINITY};
  const plain most = {.odd = true,
                      .i8 = INT8_MAX,
                      .i16 = INT16_MAX,
                      .i32 = INT32_MAX,
                      .i64 = whole_max,
                      .u8 = UINT8_MAX,
                      .u16 = UINT16_MAX,
                      .u32 = UINT32_MAX,
                      .u64 = (uint64_t) whole_max,
                      .f32 = 0.5f,
                      .f64 = NAN};
  return i % 2 == 0 ? least : most;
}

static int plains_execute(ol_job* job, void* state) {
  const range* s = state;
  int status = OL_OK;
  for (int32_t i = 0; i < s->n && status == OL_OK; i++) {
    plain item = plain_of(i);
    if (i == s->fail_at) item.u64 = UINT64_MAX;
    status = ol_emit(job, &item);
  }
  return status;
}

/* Any byte but 0 is true. */
static int truths_execute(ol_job* job, void* state) {
  const range* s = state;
  int status = OL_OK;
  for (int32_t i = 0; i < s->n && status == OL_OK; i++) {
    unsigned char item = i % 3 == 0 ? 0 : (unsigned char) i | 1;
    status = ol_emit(job, &item);
  }
  return status;
}

static int singles_execute(ol_job* job, void* state) {
  const range* s = state;
  int status = OL_OK;
  for (int32_t i = 0; i < s->n && status == OL_OK; i++) {
    float item = (float) i / 2;
    status = ol_emit(job, &item);
  }
  return status;
}

static const ol_worker plains = {
  OL_WORKER("plains", range, plains_execute),
  .fields = OL_FIELDS(OL_ARG(range, n), OL_OPTION(range, fail_at, .def = -1)),
  .item = OL_SHAPE(plain, OL_MEMBER(plain, odd), OL_MEMBER(plain, i8), OL_MEMBER(plain, i16),
                   OL_MEMBER(plain, i32), OL_MEMBER(plain, i64), OL_MEMBER(plain, u8),
                   OL_MEMBER(plain, u16), OL_MEMBER(plain, u32), OL_MEMBER(plain, u64),
                   OL_MEMBER(plain, f32), OL_MEMBER(plain, f64)),
};
static const ol_worker truths = {OL_WORKER("truths", range, truths_execute),
                                 .fields = OL_FIELDS(OL_ARG(range, n)), .item = OL_OF(bool)};
static const ol_worker singles = {OL_WORKER("singles", range, singles_execute),
                                  .fields = OL_FIELDS(OL_ARG(range, n)), .item = OL_OF(float)};

/* ---- oddities(n): almost plain --------------------------------------------------------------- */

typedef struct oddity {
  int32_t last, first, maybe;
  bool has_maybe;
} oddity;

static int oddities_execute(ol_job* job, void* state) {
  const range* s = state;
  int status = OL_OK;
  for (int32_t i = 0; i < s->n && status == OL_OK; i++) {
    oddity item = {.last = i, .first = -i, .maybe = i, .has_maybe = i % 2 == 1};
    status = ol_emit(job, &item);
  }
  return status;
}

static const ol_worker oddities = {
  OL_WORKER("oddities", range, oddities_execute),
  .fields = OL_FIELDS(OL_ARG(range, n)),
  .item = OL_SHAPE(oddity, OL_MEMBER(oddity, last),
                   OL_MEMBER(oddity, maybe, .given = offsetof(oddity, has_maybe))),
};
static const ol_worker numbered = {
  OL_WORKER("numbered", range, oddities_execute),
  .fields = OL_FIELDS(OL_ARG(range, n)),
  .item = OL_SHAPE(oddity, OL_MEMBER(oddity, last), OL_MEMBER(oddity, first, .name = "0")),
};

/* ---- bigs(n): the third is more than JavaScript's numbers hold ------------------------------- */

static int bigs_execute(ol_job* job, void* state) {
  range* s = state;
  int status = OL_OK;
  for (int32_t i = 0; i < s->n && status == OL_OK; i++) {
    s->big = i == 2 ? INT64_MAX : i;
    status = ol_emit(job, &s->big);
  }
  return status;
}

static const ol_worker bigs = {
  OL_WORKER("bigs", range, bigs_execute),
  .fields = OL_FIELDS(OL_ARG(range, n)),
  .item = OL_OF(int64_t),
};

/* ---- unsent(): what is sent by jobs that have no items, and as no item ----------------------- */

typedef struct unsent_state {
  ol_str emit, try_emit;
} unsent_state;

static int unsent_note(ol_job* job, unsent_state* s, const void* item) {
  int status = ol_str_printf(job, &s->emit, "%s", ol_status_name(ol_emit(job, item)));
  if (status != OL_OK) return status;
  return ol_str_printf(job, &s->try_emit, "%s", ol_status_name(ol_try_emit(job, item)));
}

static int unsent_execute(ol_job* job, void* state) {
  return unsent_note(job, state, &(const int32_t){1});
}

static int no_item_execute(ol_job* job, void* state) {
  return unsent_note(job, state, NULL);
}

#define UNSENT .fields = OL_FIELDS(OL_RET(unsent_state, emit), OL_RET(unsent_state, try_emit))

static const ol_worker unsent = {OL_WORKER("unsent", unsent_state, unsent_execute), UNSENT};
static const ol_worker unsent_session = {OL_WORKER("unsentSession", unsent_state, unsent_execute),
                                         UNSENT, .message = OL_OF(int32_t)};
static const ol_worker no_item = {OL_WORKER("noItem", unsent_state, no_item_execute), UNSENT,
                                  .item = OL_OF(int32_t)};

/* ---- held(threads, n): as many threads of the addon's own emit, the last release ends it ----- */

typedef struct held_state {
  int32_t threads, n;
  ol_buf pinned;
  int32_t sum;
} held_state;

typedef struct holder {
  ol_held held;
  held_state* state;
  int32_t first, n;
} holder;

static int holder_emit_all(ol_job* job, const holder* self) {
  int status = OL_OK;
  for (int32_t i = 0; i < self->n && status == OL_OK; i++) {
    int32_t number = self->first + i;
    status = ol_emit(job, &number);
    if (status == OL_OK) atomic_fetch_add(&emitted, 1);
  }
  return status;
}

static void* holder_run(void* arg) {
  holder* self = arg;
  ol_job* job = ol_lock(self->held);
  if (job != NULL) {
    holder_emit_all(job, self);
    ol_unlock(job);
  }
  ol_release(self->held);
  if (ol_release(self->held) == OL_CLOSED) atomic_fetch_add(&second_release, 1);
  if (ol_lock(self->held) == NULL) atomic_fetch_add(&late_lock, 1);
  free(self);
  return NULL;
}

static int held_start(ol_job* job, held_state* s, int32_t index) {
  pthread_t thread;
  holder* self = malloc(sizeof *self);
  if (self == NULL) return OL_NO_MEMORY;
  *self = (holder){ol_hold(job), s, index * s->n, s->n};
  if (pthread_create(&thread, NULL, holder_run, self) != 0) {
    ol_release(self->held);
    free(self);
    return OL_NO_MEMORY;
  }
  pthread_detach(thread);
  return OL_OK;
}

static int held_execute(ol_job* job, void* state) {
  held_state* s = state;
  int status = OL_OK;
  for (int32_t i = 0; i < s->threads && status == OL_OK; i++) status = held_start(job, s, i);
  s->sum = s->threads * s->n;
  return status;
}

#define HELD                                                                                \
  .fields =                                                                                 \
    OL_FIELDS(OL_ARG(held_state, threads), OL_ARG(held_state, n), OL_RET(held_state, sum)), \
  .prepare = range_prepare, .destroy = range_destroy

static const ol_worker held = {OL_WORKER("held", held_state, held_execute), HELD,
                               .item = OL_OF(int32_t), .high_water = 8};

/* ---- bytesOf(buffer): a stream whose job reaches JavaScript's memory ------------------------- */

static int bytes_execute(ol_job* job, void* state) {
  held_state* s = state;
  int status = OL_OK;
  atomic_fetch_add(&entered, 1);
  for (size_t i = 0; i < s->pinned.len && status == OL_OK; i++) {
    int32_t byte = s->pinned.data[i];
    status = ol_emit(job, &byte);
  }
  atomic_fetch_add(&left, 1);
  return status;
}

static const ol_worker bytes_of = {OL_WORKER("bytesOf", held_state, bytes_execute),
                                   .fields = OL_FIELDS(OL_ARG(held_state, pinned, .pinned = true)),
                                   .item = OL_OF(int32_t), .prepare = range_prepare,
                                   .destroy = range_destroy};

/* ---- later(ms): one answer, by a thread that outlives execute; with .sync, too --------------- */

typedef struct later_state {
  int32_t ms, answer;
  bool fail;
} later_state;

typedef struct later_thread {
  ol_held held;
  later_state* state;
} later_thread;

static void* later_run(void* arg) {
  later_thread* self = arg;
  const struct timespec nap = {self->state->ms / 1000, self->state->ms % 1000 * 1000000L};
  nanosleep(&nap, NULL);
  ol_job* job = ol_lock(self->held);
  if (job != NULL && self->state->fail) ol_fail(job, "ERR_LATER", "failed later");
  self->state->answer = 42;
  ol_unlock(job);
  ol_release(self->held);
  free(self);
  return NULL;
}

static int later_execute(ol_job* job, void* state) {
  pthread_t thread;
  later_thread* self = malloc(sizeof *self);
  if (self == NULL) return OL_NO_MEMORY;
  *self = (later_thread){ol_hold(job), state};
  if (pthread_create(&thread, NULL, later_run, self) != 0) {
    ol_release(self->held);
    free(self);
    return OL_NO_MEMORY;
  }
  pthread_detach(thread);
  return OL_OK;
}

#define LATER                                                                                      \
  .fields =                                                                                        \
    OL_FIELDS(OL_ARG(later_state, ms), OL_OPTION(later_state, fail), OL_RET(later_state, answer)), \
  .prepare = range_prepare, .destroy = range_destroy

static const ol_worker later = {OL_WORKER("later", later_state, later_execute), LATER};
static const ol_worker later_own = {OL_WORKER("laterOwn", later_state, later_execute), LATER,
                                    .pool = &ol_own_thread};

/* ---- subscribe(): execute returns at once; the stop of the job ends the subscription --------- */

typedef struct subscription {
  ol_held held;
  atomic_bool stop;
} subscription;

static void subscription_stop(void* arg) {
  atomic_store(&((subscription*) arg)->stop, true);
  atomic_fetch_add(&armed, 1);
}

static void* subscription_run(void* arg) {
  subscription* self = arg;
  const struct timespec nap = {0, 1000000};
  for (int32_t i = 0; !atomic_load(&self->stop); i++) {
    ol_job* job = ol_lock(self->held);
    if (ol_try_emit(job, &i) != OL_OK) atomic_fetch_add(&refused, 1);
    ol_unlock(job);
    nanosleep(&nap, NULL);
  }
  ol_release(self->held);
  return NULL;
}

static int subscribe_execute(ol_job* job, void* state) {
  pthread_t thread;
  (void) state;
  subscription* self = ol_alloc(job, sizeof *self);
  if (self == NULL) return OL_NO_MEMORY;
  atomic_init(&self->stop, false);
  self->held = ol_hold(job);
  ol_on_stop(job, subscription_stop, self);
  if (pthread_create(&thread, NULL, subscription_run, self) != 0) {
    ol_release(self->held);
    return OL_NO_MEMORY;
  }
  pthread_detach(thread);
  ol_started(job);
  return OL_OK;
}

static const ol_worker subscribe = {OL_WORKER("subscribe", range, subscribe_execute),
                                    .item = OL_OF(int32_t), .prepare = range_prepare,
                                    .destroy = range_destroy};

/* ---- A serial handle whose rows are read while others use it --------------------------------- */

typedef struct store {
  atomic_int users;
  int32_t runs;
} store;

static atomic_int met;

static void store_close(void* data) {
  (void) data;
}

static const ol_class Store = {OL_CLASS("Store", store, store_close), .serial = true};

typedef struct store_state {
  store* self;
  int32_t n, result;
} store_state;

static int open_execute(ol_job* job, void* state) {
  store_state* s = state;
  s->self = ol_new(job, &Store, NULL);
  return s->self == NULL ? OL_NO_MEMORY : OL_OK;
}

static void store_use(store* self) {
  if (atomic_fetch_add(&self->users, 1) != 0) atomic_fetch_add(&met, 1);
}

static void store_leave(store* self) {
  atomic_fetch_sub(&self->users, 1);
}

static int query_execute(ol_job* job, void* state) {
  store_state* s = state;
  int status = OL_OK;
  store_use(s->self);
  for (int32_t i = 0; i < s->n && status == OL_OK; i++) {
    store_leave(s->self); /* what it lends while it waits */
    status = ol_emit(job, &i);
    store_use(s->self);
  }
  store_leave(s->self);
  return status;
}

static int run_execute(ol_job* job, void* state) {
  store_state* s = state;
  (void) job;
  store_use(s->self);
  s->result = ++s->self->runs;
  store_leave(s->self);
  return OL_OK;
}

static const ol_worker open_store = {OL_WORKER("openStore", store_state, open_execute),
                                     .fields =
                                       OL_FIELDS(OL_RET(store_state, self, .handle = &Store))};
static const ol_worker query = {
  OL_WORKER("query", store_state, query_execute),
  .fields = OL_FIELDS(OL_THIS(store_state, self, .handle = &Store), OL_ARG(store_state, n)),
  .item = OL_OF(int32_t), .high_water = 2};
static const ol_worker run = {
  OL_WORKER("run", store_state, run_execute),
  .fields = OL_FIELDS(OL_THIS(store_state, self, .handle = &Store), OL_RET(store_state, result))};

/* ---- counts() -------------------------------------------------------------------------------- */

static napi_value get_counts(napi_env env, napi_callback_info info) {
  const struct {
    const char* name;
    long count;
  } counts[] = {
    {"made", atomic_load(&made)},
    {"entered", atomic_load(&entered)},
    {"left", atomic_load(&left)},
    {"destroyed", atomic_load(&destroyed)},
    {"emitted", atomic_load(&emitted)},
    {"freed", atomic_load(&freed)},
    {"stops", atomic_load(&armed)},
    {"lastStatus", atomic_load(&last_status)},
    {"met", atomic_load(&met)},
    {"secondReleases", atomic_load(&second_release)},
    {"lateLocks", atomic_load(&late_lock)},
    {"refused", atomic_load(&refused)},
  };
  napi_value object, number;
  (void) info;
  napi_create_object(env, &object);
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    napi_create_int64(env, counts[i].count, &number);
    napi_set_named_property(env, object, counts[i].name, number);
  }
  return object;
}

static const void* const tables[] = {
  &range_worker, &range8,     &range1,   &range_all, &range_bytes,    &newest,  &oldest,
  &range_brief,  &rows,       &chunks,   &bigs,      &held,           &later,   &later_own,
  &subscribe,    &open_store, &query,    &run,       &bytes_of,       &plains,  &truths,
  &singles,      &oddities,   &numbered, &unsent,    &unsent_session, &no_item, NULL,
};

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  const napi_property_descriptor counts = {.utf8name = "counts", .method = get_counts};
  if (ol_export(env, exports, tables) != napi_ok) return NULL;
  napi_define_properties(env, exports, 1, &counts);
  return exports;
}
