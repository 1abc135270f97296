/* addon.c: a worker for each public verb, for scripts/faults.js. Whatever is out of memory here
 * says so, as an author's code should. What is made and what is given back is noted. */
#include <offloop.h>

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "inject.h"

/* ---- States are counted --------------------------------------------------------------------- */

static int state_prepare(napi_env env, ol_job* job, void* state) {
  (void) env;
  (void) job;
  (void) state;
  faults_note(FAULTS_STATE_MADE);
  return OL_OK;
}

static void state_destroy(void* state) {
  (void) state;
  faults_note(FAULTS_STATE_DESTROYED);
}

#define COUNTED .prepare = state_prepare, .destroy = state_destroy

/* ---- add(a, b), of numbers alone ------------------------------------------------------------ */

typedef struct add_state {
  double a, b, sum;
} add_state;

static int add_execute(ol_job* job, void* state) {
  add_state* s = state;
  if (isnan(s->a)) return ol_fail(job, "ERR_NAN", "a is not a number");
  s->sum = s->a + s->b;
  return OL_OK;
}

#define ADD_FIELDS OL_FIELDS(OL_ARG(add_state, a), OL_ARG(add_state, b), OL_RET(add_state, sum))

static const ol_pool few = {OL_POOL("few"), .threads = 2, .max_queue = 4, .idle_ms = 1,
                            .on_full = OL_POOL_REJECT};

static const ol_worker add = {OL_WORKER("add", add_state, add_execute), .fields = ADD_FIELDS};
static const ol_worker add_node = {OL_WORKER("addNode", add_state, add_execute),
                                   .fields = ADD_FIELDS, .pool = &ol_node_pool};
static const ol_worker add_own = {OL_WORKER("addOwn", add_state, add_execute), .fields = ADD_FIELDS,
                                  .pool = &ol_own_thread};
static const ol_worker add_few = {OL_WORKER("addFew", add_state, add_execute), .fields = ADD_FIELDS,
                                  .pool = &few};
static const ol_worker add_alone = {OL_WORKER("addAlone", add_state, add_execute),
                                    .fields = ADD_FIELDS, .max_running = 1, COUNTED};
static const ol_worker add_strict = {OL_WORKER("addStrict", add_state, add_execute),
                                     .fields = ADD_FIELDS, .strict = true};

/* ---- echo(record): all that has a length, there and back ------------------------------------ */

typedef struct pair {
  int32_t id;
  ol_str name;
} pair;

typedef struct record {
  ol_str text;
  ol_buf data;
  ol_f64s numbers;
  ol_list pairs;
  ol_value value;
  ol_date date;
  char word[8];
  int64_t whole;
} record;

typedef struct echo_state {
  record in, out;
} echo_state;

static int echo_execute(ol_job* job, void* state) {
  echo_state* s = state;
  (void) job;
  s->out = s->in;
  return OL_OK;
}

#define PAIR OL_SHAPE(pair, OL_MEMBER(pair, id), OL_MEMBER(pair, name))
#define RECORD                                                                                   \
  OL_SHAPE(record, OL_MEMBER(record, text), OL_MEMBER(record, data), OL_MEMBER(record, numbers), \
           OL_MEMBER(record, pairs, .of = PAIR), OL_MEMBER(record, value),                       \
           OL_MEMBER(record, date), OL_MEMBER(record, word),                                     \
           OL_MEMBER(record, whole, .bigint = true))

static const ol_worker echo = {
  OL_WORKER("echo", echo_state, echo_execute),
  .fields = OL_FIELDS(OL_ARG(echo_state, in, .of = RECORD), OL_RET(echo_state, out, .of = RECORD)),
  COUNTED};

/* ---- make(size, { pinned }): memory that moves to JavaScript -------------------------------- */

typedef struct make_state {
  ol_buf pinned;
  uint32_t size;
  ol_buf made, adopted;
  ol_str text;
} make_state;

static void make_free(void* data) {
  faults_note(FAULTS_DATA_FREED);
  free(data);
}

static int make_adopt(ol_job* job, make_state* s) {
  void* data = malloc(s->size);
  if (data == NULL) return OL_NO_MEMORY;
  memset(data, 1, s->size);
  faults_note(FAULTS_DATA_ADOPTED);
  return ol_buf_adopt(job, &s->adopted, data, s->size, make_free);
}

static int make_execute(ol_job* job, void* state) {
  make_state* s = state;
  int status = ol_buf_new(job, &s->made, 2 * (size_t) s->size);
  if (status == OL_OK) status = ol_buf_resize(job, &s->made, s->size);
  if (status != OL_OK) return status;
  memset(s->made.data, 2, s->made.len);
  if (ol_alloc(job, s->size) == NULL) return OL_NO_MEMORY;
  status = ol_str_printf(job, &s->text, "%u and %u", (unsigned) s->size, (unsigned) s->pinned.len);
  return status == OL_OK ? make_adopt(job, s) : status;
}

static const ol_worker make = {
  OL_WORKER("make", make_state, make_execute),
  .fields = OL_FIELDS(OL_ARG(make_state, size, .min = 1, .max = INFINITY),
                      OL_OPTION(make_state, pinned, .pinned = true), OL_RET(make_state, made),
                      OL_RET(make_state, adopted), OL_RET(make_state, text)),
  COUNTED};

/* ---- fail(), failSystem(), wait() ----------------------------------------------------------- */

static int fail_execute(ol_job* job, void* state) {
  ol_value port = {.type = OL_VALUE_NUMBER, .as.number = 80};
  (void) state;
  int status = ol_fail_detail(job, "port", port);
  return status == OL_OK ? ol_fail(job, "ERR_MINE", "no answer from %s", "there") : status;
}

static int fail_system_execute(ol_job* job, void* state) {
  (void) state;
  return ol_fail_errno(job, 2, "open", "nowhere");
}

static int wait_execute(ol_job* job, void* state) {
  (void) state;
  return ol_sleep(job, -1);
}

static const ol_worker fail = {OL_WORKER("fail", char, fail_execute), COUNTED};
static const ol_worker fail_system = {OL_WORKER("failSystem", char, fail_system_execute), COUNTED};
static const ol_worker wait_worker = {OL_WORKER("wait", char, wait_execute), COUNTED};

/* ---- work(steps): progress, of each policy -------------------------------------------------- */

typedef struct work_state {
  uint32_t steps;
} work_state;

static int work_execute(ol_job* job, void* state) {
  work_state* s = state;
  for (uint32_t i = 1; i <= s->steps; i++) ol_progress(job, i, s->steps);
  ol_progress_add(job, 1);
  return ol_sleep(job, 1);
}

#define WORK_FIELDS OL_FIELDS(OL_ARG(work_state, steps))

static const ol_worker work = {OL_WORKER("work", work_state, work_execute), .fields = WORK_FIELDS,
                               COUNTED};
static const ol_worker work_every = {OL_WORKER("workEvery", work_state, work_execute),
                                     .fields = WORK_FIELDS, .progress = OL_PROGRESS_EVERY, COUNTED};

/* ---- ticks(count), lines(count): streams of numbers and of records --------------------------- */

typedef struct stream_state {
  uint32_t count, sent;
} stream_state;

static int ticks_execute(ol_job* job, void* state) {
  stream_state* s = state;
  int status = OL_OK;
  ol_started(job);
  for (; s->sent < s->count && status == OL_OK; s->sent++) status = ol_emit(job, &s->sent);
  return status;
}

static int lines_execute(ol_job* job, void* state) {
  stream_state* s = state;
  int status = OL_OK;
  for (; s->sent < s->count && status == OL_OK; s->sent++) {
    pair line = {.id = (int32_t) s->sent};
    status = ol_str_printf(job, &line.name, "line %u", (unsigned) s->sent);
    if (status == OL_OK) status = ol_emit(job, &line);
  }
  return status;
}

#define STREAM_FIELDS OL_FIELDS(OL_ARG(stream_state, count), OL_RET(stream_state, sent))

static const ol_worker ticks = {OL_WORKER("ticks", stream_state, ticks_execute),
                                .fields = STREAM_FIELDS, .item = OL_OF(uint32_t), .high_water = 4,
                                COUNTED};
static const ol_worker lines = {OL_WORKER("lines", stream_state, lines_execute),
                                .fields = STREAM_FIELDS,
                                .item = PAIR,
                                .high_water = 4,
                                .high_water_bytes = 200,
                                COUNTED};
static const ol_worker newest = {OL_WORKER("newest", stream_state, lines_execute),
                                 .fields = STREAM_FIELDS,
                                 .item = PAIR,
                                 .high_water = 2,
                                 .on_full = OL_FULL_DROP_OLDEST,
                                 COUNTED};

/* ---- chat(): answers each message by an item; log(): counts them ----------------------------- */

typedef struct talk_state {
  uint32_t received;
} talk_state;

static int talk(ol_job* job, talk_state* s, bool answers) {
  pair message;
  int status = ol_receive(job, &message, -1);
  for (; status == OL_OK; status = ol_receive(job, &message, -1)) {
    s->received++;
    if (answers) status = ol_emit(job, &message);
    if (status != OL_OK) break;
  }
  return status == OL_ENDED ? OL_OK : status;
}

static int chat_execute(ol_job* job, void* state) {
  return talk(job, state, true);
}

static int log_execute(ol_job* job, void* state) {
  return talk(job, state, false);
}

#define TALK_FIELDS OL_FIELDS(OL_RET(talk_state, received))

static const ol_worker chat = {OL_WORKER("chat", talk_state, chat_execute),
                               .fields = TALK_FIELDS,
                               .item = PAIR,
                               .message = PAIR,
                               .mailbox = 2,
                               COUNTED};
static const ol_worker log_worker = {OL_WORKER("log", talk_state, log_execute),
                                     .fields = TALK_FIELDS, .message = PAIR, COUNTED};

/* ---- ask(fn, times): calls it --------------------------------------------------------------- */

typedef struct ask_state {
  ol_fn fn;
  uint32_t times;
  double sum;
} ask_state;

typedef struct question {
  uint32_t round;
  ol_str text;
  double answer;
} question;

#define QUESTION \
  OL_SHAPE(question, OL_ARG(question, round), OL_ARG(question, text), OL_RET(question, answer))

static int ask_execute(ol_job* job, void* state) {
  ask_state* s = state;
  int status = OL_OK;
  for (uint32_t i = 0; i < s->times && status == OL_OK; i++) {
    question call = {.round = i, .text = {"how much", 8}};
    status = ol_call(job, &s->fn, QUESTION, &call, -1);
    s->sum += call.answer;
  }
  return status;
}

static const ol_worker ask = {
  OL_WORKER("ask", ask_state, ask_execute),
  .fields = OL_FIELDS(OL_ARG(ask_state, fn), OL_ARG(ask_state, times), OL_RET(ask_state, sum)),
  COUNTED};

/* ---- Box: a serial class, its boxes within boxes --------------------------------------------- */

typedef struct box {
  double sum;
} box;

static void box_close(void* data) {
  (void) data;
  faults_note(FAULTS_BOX_CLOSED);
}

static const ol_class Box = {OL_CLASS("Box", box, box_close), .serial = true};

typedef struct box_state {
  box *self, *made;
  double number, sum;
} box_state;

static int open_execute(ol_job* job, void* state) {
  box_state* s = state;
  s->made = ol_new(job, &Box, s->self);
  if (s->made == NULL) return OL_NO_MEMORY;
  faults_note(FAULTS_BOX_OPENED);
  return OL_OK;
}

static int put_execute(ol_job* job, void* state) {
  box_state* s = state;
  (void) job;
  s->sum = s->self->sum += s->number;
  return OL_OK;
}

#define THIS OL_THIS(box_state, self, .handle = &Box)
#define MADE OL_RET(box_state, made, .handle = &Box)

static const ol_worker open_box = {OL_WORKER("openBox", box_state, open_execute),
                                   .fields = OL_FIELDS(MADE), COUNTED};
static const ol_worker inner = {OL_WORKER("inner", box_state, open_execute),
                                .fields = OL_FIELDS(THIS, MADE), COUNTED};
static const ol_worker put = {
  OL_WORKER("put", box_state, put_execute),
  .fields = OL_FIELDS(THIS, OL_ARG(box_state, number), OL_RET(box_state, sum)), COUNTED};

/* ---- sum(n): a loop on several threads ------------------------------------------------------- */

typedef struct sum_state {
  uint32_t n;
  double sum;
  double* parts;
} sum_state;

static int sum_body(ol_job* job, void* state, size_t begin, size_t end) {
  sum_state* s = state;
  (void) job;
  for (size_t i = begin; i < end; i++) s->parts[i] = (double) i;
  return OL_OK;
}

static int sum_execute(ol_job* job, void* state) {
  sum_state* s = state;
  s->parts = ol_alloc(job, (s->n + 1) * sizeof(double));
  if (s->parts == NULL) return OL_NO_MEMORY;
  int status = ol_each(job, s->n, sum_body);
  for (uint32_t i = 0; i < s->n; i++) s->sum += s->parts[i];
  return status;
}

static const ol_worker sum = {OL_WORKER("sum", sum_state, sum_execute),
                              .fields = OL_FIELDS(OL_ARG(sum_state, n), OL_RET(sum_state, sum)),
                              COUNTED};

/* ---- later(): a job that a thread of the addon's own ends ------------------------------------ */

typedef struct later_state {
  double answer;
} later_state;

typedef struct later_task {
  ol_held held;
  later_state* state;
} later_task;

static void* later_main(void* arg) {
  later_task task = *(later_task*) arg;
  free(arg);
  ol_job* job = ol_lock(task.held);
  if (job != NULL) {
    task.state->answer = 42;
    ol_unlock(job);
  }
  ol_release(task.held);
  return NULL;
}

static int later_execute(ol_job* job, void* state) {
  pthread_t id;
  ol_held held = ol_hold(job);
  later_task* task = held.number == 0 ? NULL : malloc(sizeof *task);
  if (task == NULL) {
    ol_release(held);
    return OL_NO_MEMORY;
  }
  *task = (later_task){held, state};
  if (pthread_create(&id, NULL, later_main, task) == 0) return pthread_detach(id);
  free(task);
  ol_release(held);
  return ol_fail(job, "ERR_OL_NO_MEMORY", "no thread");
}

static const ol_worker later = {OL_WORKER("later", later_state, later_execute),
                                .fields = OL_FIELDS(OL_RET(later_state, answer)), COUNTED};

/* ---- start(a, b): a job of a Node-API function of the addon itself -------------------------- */

static const ol_worker started = {OL_WORKER("started", add_state, add_execute),
                                  .fields = OL_FIELDS(OL_RET(add_state, sum)), COUNTED};

static napi_value start(napi_env env, napi_callback_info info) {
  napi_value argv[2], result = NULL;
  size_t argc = 2;
  add_state state = {0};
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  napi_get_value_double(env, argv[0], &state.a);
  napi_get_value_double(env, argv[1], &state.b);
  faults_note(FAULTS_STATE_MADE);
  return ol_start(env, &started, &state, NULL, NULL, &result) == napi_ok ? result : NULL;
}

/* ---- The module ------------------------------------------------------------------------------ */

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  static const void* const tables[] = {
    &add,   &add_node,    &add_own, &add_few,     &add_alone, &add_strict, &echo,
    &make,  &fail,        &work,    &work_every,  &ticks,     &lines,      &newest,
    &chat,  &log_worker,  &ask,     &open_box,    &inner,     &put,        &sum,
    &later, &fail_system, &started, &wait_worker, NULL};
  napi_value function;
  if (napi_create_function(env, "start", NAPI_AUTO_LENGTH, start, NULL, &function) != napi_ok ||
      napi_set_named_property(env, exports, "start", function) != napi_ok) {
    napi_throw_error(env, "ERR_OL_NODE_API", "start cannot be exported");
    return NULL;
  }
  return ol_export(env, exports, tables) == napi_ok ? exports : NULL;
}
