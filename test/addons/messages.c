/* Workers that receive messages: numbers, bare values, records of every type that are sent back as
 * items, and one that uses a serial handle. What happens in C is counted. */
#define _POSIX_C_SOURCE 200809L

#include <offloop.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static atomic_long made, entered, left, destroyed, received;
static atomic_bool gate;

typedef struct talk {
  int32_t every_ms, wait_ms, fail_at, end_at;
  bool gated;
  int32_t count, emitted;
  bool ordered;
  ol_str end;
} talk;

static int talk_prepare(napi_env env, ol_job* job, void* state) {
  (void) env;
  (void) job;
  (void) state;
  atomic_fetch_add(&made, 1);
  return OL_OK;
}

static void talk_destroy(void* state) {
  (void) state;
  atomic_fetch_add(&destroyed, 1);
}

static void nap_ms(long ms) {
  const struct timespec nap = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&nap, NULL);
}

/* ---- Numbers: collect(options) takes them, echo(options) sends them back --------------------- */

static int talk_take(ol_job* job, talk* s, int32_t number) {
  if (number != s->count) s->ordered = false;
  s->count++;
  atomic_fetch_add(&received, 1);
  if (s->every_ms > 0) nap_ms(s->every_ms);
  if (s->count == s->fail_at) return ol_fail(job, "ERR_TALK", "failed at %d", number);
  if (s->count == s->end_at) ol_end(job);
  return OL_OK;
}

/* Told to end or not: what was posted before is to be there when it is opened. */
static void talk_wait_for_gate(const talk* s) {
  while (s->gated && !atomic_load(&gate)) nap_ms(1);
}

static int talk_run(ol_job* job, talk* s, bool echoes) {
  int32_t number = -1;
  int status = OL_OK;
  s->ordered = true;
  ol_started(job);
  talk_wait_for_gate(s);
  while (status == OL_OK && (status = ol_receive(job, &number, s->wait_ms)) == OL_OK) {
    status = talk_take(job, s, number);
    if (status == OL_OK && echoes) status = ol_emit(job, &number);
    if (status == OL_OK && echoes) s->emitted++;
  }
  const char* name = ol_status_name(status);
  s->end = (ol_str){name, strlen(name)};
  return status;
}

static int collect_execute(ol_job* job, void* state) {
  atomic_fetch_add(&entered, 1);
  int status = talk_run(job, state, false);
  atomic_fetch_add(&left, 1);
  return status;
}

static int echo_execute(ol_job* job, void* state) {
  atomic_fetch_add(&entered, 1);
  int status = talk_run(job, state, true);
  atomic_fetch_add(&left, 1);
  return status;
}

#define TALK                                                                                     \
  .fields = OL_FIELDS(OL_OPTION(talk, every_ms), OL_OPTION(talk, wait_ms, .def = -1),            \
                      OL_OPTION(talk, fail_at), OL_OPTION(talk, end_at), OL_OPTION(talk, gated), \
                      OL_RET(talk, count), OL_RET(talk, emitted), OL_RET(talk, ordered),         \
                      OL_RET(talk, end)),                                                        \
  .message = OL_OF(int32_t), .prepare = talk_prepare, .destroy = talk_destroy

static const ol_worker collect = {OL_WORKER("collect", talk, collect_execute), TALK};
static const ol_worker collect4 = {OL_WORKER("collect4", talk, collect_execute), TALK,
                                   .mailbox = 4};
static const ol_worker collect1 = {OL_WORKER("collect1", talk, collect_execute), TALK,
                                   .mailbox = 1};
static const ol_worker collect_all = {OL_WORKER("collectAll", talk, collect_execute), TALK,
                                      .mailbox = OL_NO_LIMIT};
static const ol_worker collect_brief = {OL_WORKER("collectBrief", talk, collect_execute), TALK,
                                        .timeout_ms = 20};
static const ol_worker echo = {OL_WORKER("echo", talk, echo_execute), TALK, .item = OL_OF(int32_t)};

/* ---- mirror(): records of every type, there and back ----------------------------------------- */

typedef struct point {
  double x, y;
} point;

typedef struct record {
  bool flag, has_size, has_note;
  int8_t small;
  uint32_t wide;
  int64_t big;
  float half;
  double whole;
  int32_t mode, size, level;
  ol_str text, note, secret;
  ol_buf bytes;
  ol_f64s numbers;
  ol_u64s words;
  ol_list points, names, grid;
  point at;
  ol_value any;
  ol_date when;
  char tag[8];
} record;

static const char* const modes[] = {"fast", "fine", NULL};

/* clang-format off */
#define RECORD                                                                                 \
  OL_SHAPE(record, OL_MEMBER(record, flag), OL_MEMBER(record, small, .min = -5, .max = 5),     \
           OL_MEMBER(record, wide), OL_MEMBER(record, big, .bigint = true),                    \
           OL_MEMBER(record, half), OL_MEMBER(record, whole),                                  \
           OL_MEMBER(record, mode, .one_of = modes),                                           \
           OL_MEMBER(record, size, .given = offsetof(record, has_size)),                       \
           OL_MEMBER(record, level, .def = 7), OL_MEMBER(record, text),                        \
           OL_MEMBER(record, note, .given = offsetof(record, has_note)),                       \
           OL_MEMBER(record, secret, .secret = true), OL_MEMBER(record, bytes),                \
           OL_MEMBER(record, numbers), OL_MEMBER(record, words),                               \
           OL_MEMBER(record, points,                                                           \
                     .of = OL_SHAPE(point, OL_MEMBER(point, x), OL_MEMBER(point, y))),         \
           OL_MEMBER(record, names, .of = OL_OF(ol_str)),                                      \
           OL_MEMBER(record, grid, .of = OL_OF(ol_list, .of = OL_OF(int32_t))),                \
           OL_MEMBER(record, at,                                                               \
                     .of = OL_SHAPE(point, OL_MEMBER(point, x), OL_MEMBER(point, y))),         \
           OL_MEMBER(record, any), OL_MEMBER(record, when), OL_MEMBER(record, tag))
/* clang-format on */

static int mirror_execute(ol_job* job, void* state) {
  record message;
  int status;
  (void) state;
  while ((status = ol_receive(job, &message, -1)) == OL_OK) {
    status = ol_emit(job, &message);
    if (status != OL_OK) break;
  }
  return status;
}

static const ol_worker mirror = {OL_WORKER("mirror", int, mirror_execute), .message = RECORD,
                                 .item = RECORD, .prepare = talk_prepare, .destroy = talk_destroy};

/* ---- Bare values: strings, lists of strings, bytes; what they point to stays until the next -- */

static int texts_execute(ol_job* job, void* state) {
  ol_str text, before = {"", 0};
  int status;
  (void) state;
  while ((status = ol_receive(job, &text, -1)) == OL_OK) {
    ol_str kept;
    if (text.data[text.len] != '\0') return OL_INVALID;
    status = ol_str_printf(job, &kept, "%s%s", before.data, text.data);
    if (status == OL_OK) status = ol_emit(job, &kept);
    if (status != OL_OK) break;
    before = kept;
  }
  return status;
}

static const ol_worker texts = {OL_WORKER("texts", int, texts_execute), .message = OL_OF(ol_str),
                                .item = OL_OF(ol_str), .prepare = talk_prepare,
                                .destroy = talk_destroy};

static int lists_execute(ol_job* job, void* state) {
  ol_list list;
  int status;
  talk_wait_for_gate(state);
  while ((status = ol_receive(job, &list, -1)) == OL_OK) {
    double len = (double) list.len;
    status = ol_emit(job, &len);
    if (status != OL_OK) break;
  }
  return status;
}

static const ol_worker lists = {OL_WORKER("lists", talk, lists_execute),
                                .fields = OL_FIELDS(OL_OPTION(talk, gated)),
                                .message = OL_OF(ol_list, .of = OL_OF(ol_str)),
                                .item = OL_OF(double),
                                .prepare = talk_prepare,
                                .destroy = talk_destroy};

typedef struct chunk {
  ol_buf data;
} chunk;

/* Ends with its endAt-th message, or when there are no more. */
static int sums_execute(ol_job* job, void* state) {
  chunk message;
  talk* s = state;
  int status;
  while ((status = ol_receive(job, &message, -1)) == OL_OK) {
    double sum = 0;
    for (size_t i = 0; i < message.data.len; i++) sum += message.data.data[i];
    status = ol_emit(job, &sum);
    if (status != OL_OK || ++s->count == s->end_at) break;
  }
  return status;
}

static const ol_worker sums = {OL_WORKER("sums", talk, sums_execute),
                               .fields = OL_FIELDS(OL_OPTION(talk, end_at)),
                               .message = OL_SHAPE(chunk, OL_MEMBER(chunk, data)),
                               .item = OL_OF(double),
                               .prepare = talk_prepare,
                               .destroy = talk_destroy};

/* ---- statuses(): of ol_receive where it is called wrongly, and without a message ------------- */

typedef struct statuses_state {
  ol_str no_record, elsewhere, now, soon, first, none_left;
} statuses_state;

typedef struct stranger {
  ol_job* job;
  int status;
} stranger;

static void* stranger_run(void* arg) {
  stranger* self = arg;
  int32_t number;
  self->status = ol_receive(self->job, &number, -1);
  return NULL;
}

static int receive_elsewhere(ol_job* job) {
  pthread_t thread;
  stranger other = {job, OL_OK};
  if (pthread_create(&thread, NULL, stranger_run, &other) != 0) return OL_NO_MEMORY;
  pthread_join(thread, NULL);
  return other.status;
}

static ol_str status_text(int status) {
  const char* name = ol_status_name(status);
  return (ol_str){name, strlen(name)};
}

static int statuses_execute(ol_job* job, void* state) {
  statuses_state* s = state;
  int32_t number = 0;
  s->no_record = status_text(ol_receive(job, NULL, -1));
  s->elsewhere = status_text(receive_elsewhere(job));
  s->now = status_text(ol_receive(job, &number, 0));
  s->soon = status_text(ol_receive(job, &number, 5));
  ol_started(job);
  s->first = status_text(ol_receive(job, &number, -1));
  ol_end(job);
  s->none_left = status_text(ol_receive(job, &number, -1));
  return OL_OK;
}

#define STATUSES                                                                            \
  .fields = OL_FIELDS(OL_RET(statuses_state, no_record), OL_RET(statuses_state, elsewhere), \
                      OL_RET(statuses_state, now), OL_RET(statuses_state, soon),            \
                      OL_RET(statuses_state, first), OL_RET(statuses_state, none_left)),    \
  .prepare = talk_prepare, .destroy = talk_destroy

static const ol_worker statuses = {OL_WORKER("statuses", statuses_state, statuses_execute),
                                   STATUSES, .message = OL_OF(int32_t)};
static const ol_worker deaf = {OL_WORKER("deaf", statuses_state, statuses_execute), STATUSES};
static const ol_worker silent = {OL_WORKER("silent", statuses_state, statuses_execute), STATUSES,
                                 .item = OL_OF(int32_t)};

/* ---- held(): execute returns, a thread of the addon's own ends the job ----------------------- */

typedef struct held_state {
  ol_held held;
  atomic_bool stop;
  int32_t status;
} held_state;

static void held_stop(void* arg) {
  atomic_store(&((held_state*) arg)->stop, true);
}

static void* held_run(void* arg) {
  held_state* self = arg;
  ol_held held = self->held;
  int32_t number;
  while (!atomic_load(&self->stop)) nap_ms(1);
  ol_job* job = ol_lock(held);
  self->status = ol_receive(job, &number, -1);
  ol_unlock(job);
  ol_release(held);
  return NULL;
}

static int held_execute(ol_job* job, void* state) {
  held_state* self = state;
  pthread_t thread;
  self->held = ol_hold(job);
  if (ol_on_stop(job, held_stop, self) != OL_OK) held_stop(self);
  if (pthread_create(&thread, NULL, held_run, self) != 0) {
    ol_release(self->held);
    return OL_NO_MEMORY;
  }
  pthread_detach(thread);
  return OL_OK;
}

static const ol_worker held = {
  OL_WORKER("held", held_state, held_execute), .fields = OL_FIELDS(OL_RET(held_state, status)),
  .message = OL_OF(int32_t), .prepare = talk_prepare, .destroy = talk_destroy};

/* ---- A serial handle whose session lends its turn while it waits ----------------------------- */

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
  int32_t result;
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

static int session_execute(ol_job* job, void* state) {
  store_state* s = state;
  int32_t add;
  int status;
  store_use(s->self);
  for (;;) {
    store_leave(s->self); /* what it lends while it waits */
    status = ol_receive(job, &add, -1);
    store_use(s->self);
    if (status != OL_OK) break;
    s->self->runs += add;
  }
  s->result = s->self->runs;
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
static const ol_worker session = {
  OL_WORKER("session", store_state, session_execute),
  .fields = OL_FIELDS(OL_THIS(store_state, self, .handle = &Store), OL_RET(store_state, result)),
  .message = OL_OF(int32_t), .prepare = talk_prepare, .destroy = talk_destroy};
static const ol_worker run = {
  OL_WORKER("run", store_state, run_execute),
  .fields = OL_FIELDS(OL_THIS(store_state, self, .handle = &Store), OL_RET(store_state, result))};

/* ---- counts(), setGate(open), startCollect() ------------------------------------------------- */

static napi_value get_counts(napi_env env, napi_callback_info info) {
  const struct {
    const char* name;
    long count;
  } counts[] = {
    {"made", atomic_load(&made)},         {"entered", atomic_load(&entered)},
    {"left", atomic_load(&left)},         {"destroyed", atomic_load(&destroyed)},
    {"received", atomic_load(&received)}, {"met", atomic_load(&met)},
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

static napi_value set_gate(napi_env env, napi_callback_info info) {
  napi_value argv[1];
  size_t argc = 1;
  bool open = false;
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  napi_get_value_bool(env, argv[0], &open);
  atomic_store(&gate, open);
  return NULL;
}

static napi_value start_collect(napi_env env, napi_callback_info info) {
  talk state = {.wait_ms = -1};
  napi_value result = NULL;
  (void) info;
  atomic_fetch_add(&made, 1);
  ol_start(env, &collect, &state, NULL, NULL, &result);
  return result;
}

static const void* const tables[] = {
  &collect, &collect4, &collect1,   &collect_all, &collect_brief, &echo,
  &mirror,  &texts,    &lists,      &sums,        &statuses,      &deaf,
  &silent,  &held,     &open_store, &session,     &run,           NULL,
};

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  const napi_property_descriptor more[] = {
    {.utf8name = "counts", .method = get_counts},
    {.utf8name = "setGate", .method = set_gate},
    {.utf8name = "startCollect", .method = start_collect},
  };
  if (ol_export(env, exports, tables) != napi_ok) return NULL;
  napi_define_properties(env, exports, 3, more);
  return exports;
}
