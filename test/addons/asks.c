/* Workers that call functions of JavaScript: with every type, at once and again and again, from the
 * wrong place, with shapes that cannot work; and a serial class whose methods do. What happens in C
 * is counted. */
#define _POSIX_C_SOURCE 200809L

#include <offloop.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static atomic_long made, entered, left, destroyed, opened, closed, late;
static atomic_int last_status;

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

static int leave(int status) {
  atomic_store(&last_status, status);
  atomic_fetch_add(&left, 1);
  return status;
}

static void note(char text[16], int status) {
  snprintf(text, 16, "%s", ol_status_name(status));
}

#define COUNTED .prepare = count_prepare, .destroy = count_destroy

/* ---- ask(fn, question, { ms, goOn }): the answer, or the name of the status ------------------ */

typedef struct question {
  ol_str question, answer;
} question;

static const ol_shape* const question_shape =
  OL_SHAPE(question, OL_ARG(question, question), OL_RET(question, answer));

typedef struct ask_state {
  ol_fn fn;
  ol_str question, answer;
  int32_t ms;
  bool go_on;
} ask_state;

static int ask_execute(ol_job* job, void* state) {
  ask_state* s = state;
  question call = {.question = s->question, .answer = {"unchanged", 9}};
  atomic_fetch_add(&entered, 1);
  int status = ol_call(job, &s->fn, question_shape, &call, s->ms);
  s->answer = call.answer;
  if (status == OL_OK || !s->go_on) return leave(status);
  return leave(ol_str_printf(job, &s->answer, "%s, %.*s", ol_status_name(status),
                             (int) call.answer.len, call.answer.data));
}

#define ASK_FIELDS                                                                      \
  .fields = OL_FIELDS(OL_ARG(ask_state, fn), OL_ARG(ask_state, question),               \
                      OL_OPTION(ask_state, ms, .def = -1), OL_OPTION(ask_state, go_on), \
                      OL_RET(ask_state, answer)),                                       \
  COUNTED

static const ol_worker ask = {OL_WORKER("ask", ask_state, ask_execute), ASK_FIELDS};
static const ol_worker ask_result = {OL_WORKER("askResult", ask_state, ask_execute), ASK_FIELDS,
                                     .callback = OL_CALLBACK_RESULT};

/* ---- sum(fn, times): of what fn(0), fn(1) ... give ------------------------------------------- */

typedef struct sum_state {
  ol_fn fn;
  int32_t times, ms;
  double sum;
} sum_state;

typedef struct step {
  int32_t i;
  double value;
} step;

/* The shape is on the stack, as it may be. */
static int sum_execute(ol_job* job, void* state) {
  sum_state* s = state;
  int status = OL_OK;
  atomic_fetch_add(&entered, 1);
  for (int32_t i = 0; i < s->times && status == OL_OK; i++) {
    step call = {.i = i};
    status = ol_call(job, &s->fn, OL_SHAPE(step, OL_ARG(step, i), OL_RET(step, value)), &call, -1);
    s->sum += call.value;
  }
  return leave(status);
}

static const ol_worker sum = {
  OL_WORKER("sum", sum_state, sum_execute),
  .fields = OL_FIELDS(OL_ARG(sum_state, fn), OL_ARG(sum_state, times), OL_RET(sum_state, sum)),
  COUNTED,
};

/* ---- retry(fn, ms): asks again and again, each time for ms, until there is an answer --------- */

static int retry_execute(ol_job* job, void* state) {
  sum_state* s = state;
  int status = OL_TIMED_OUT;
  atomic_fetch_add(&entered, 1);
  for (int32_t i = 0; status == OL_TIMED_OUT && !ol_stopped(job); i++) {
    step call = {.i = i};
    status =
      ol_call(job, &s->fn, OL_SHAPE(step, OL_ARG(step, i), OL_RET(step, value)), &call, s->ms);
    s->times = i + 1;
    s->sum = call.value;
    if (status == OL_TIMED_OUT) atomic_fetch_add(&late, 1);
  }
  return leave(status);
}

static const ol_worker retry = {
  OL_WORKER("retry", sum_state, retry_execute),
  .fields = OL_FIELDS(OL_ARG(sum_state, fn), OL_ARG(sum_state, ms), OL_RET(sum_state, times),
                      OL_RET(sum_state, sum)),
  COUNTED,
};

/* ---- grow(fn, text): asks with the last answer until it is the same -------------------------- */

static int grow_execute(ol_job* job, void* state) {
  ask_state* s = state;
  question call = {.question = s->question};
  int status = OL_OK;
  do {
    if (call.answer.data != NULL) call.question = call.answer;
    status = ol_call(job, &s->fn, question_shape, &call, -1);
  } while (status == OL_OK && call.answer.len < 1000);
  s->answer = call.answer;
  return status;
}

static const ol_worker grow = {OL_WORKER("grow", ask_state, grow_execute), ASK_FIELDS};

/* ---- everything(fn, size): every type there and back ----------------------------------------- */

typedef struct point {
  double x, y;
} point;

typedef struct everything {
  int unused;
  bool flag, has_absent, back_flag, has_back_absent;
  int8_t small, back_small;
  uint64_t big, back_big;
  double real, back_real, back_limited;
  ol_str text, absent, back_text, back_absent, back_def;
  ol_buf bytes, back_bytes;
  ol_f64s reals, back_reals;
  ol_list points, back_points;
  ol_value value, back_value;
  ol_date date, back_date;
  point point, back_point;
  char chars[8], back_chars[8];
  int32_t mode, back_mode;
} everything;

static const char* const modes[] = {"fast", "fine", NULL};

#define POINT OL_SHAPE(point, OL_MEMBER(point, x), OL_MEMBER(point, y))

static const ol_shape* const everything_shape = OL_SHAPE(
  everything, OL_ARG(everything, flag), OL_ARG(everything, small),
  OL_ARG(everything, big, .bigint = true), OL_ARG(everything, real), OL_ARG(everything, text),
  OL_ARG(everything, absent, .given = offsetof(everything, has_absent)), OL_ARG(everything, bytes),
  OL_ARG(everything, reals), OL_ARG(everything, points, .of = POINT), OL_ARG(everything, value),
  OL_ARG(everything, date), OL_ARG(everything, point, .of = POINT), OL_ARG(everything, chars),
  OL_ARG(everything, mode, .one_of = modes), OL_RET(everything, back_flag, .name = "flag"),
  OL_RET(everything, back_small, .name = "small"),
  OL_RET(everything, back_big, .name = "big", .bigint = true),
  OL_RET(everything, back_real, .name = "real"),
  OL_RET(everything, back_limited, .name = "limited", .min = 1, .max = 9, .def = 5),
  OL_RET(everything, back_text, .name = "text"),
  OL_RET(everything, back_absent, .name = "absent", .given = offsetof(everything, has_back_absent)),
  OL_RET(everything, back_def, .name = "def", .def_str = "none"),
  OL_RET(everything, back_bytes, .name = "bytes"), OL_RET(everything, back_reals, .name = "reals"),
  OL_RET(everything, back_points, .name = "points", .of = POINT),
  OL_RET(everything, back_value, .name = "value"), OL_RET(everything, back_date, .name = "date"),
  OL_RET(everything, back_point, .name = "point", .of = POINT),
  OL_RET(everything, back_chars, .name = "chars"),
  OL_RET(everything, back_mode, .name = "mode", .one_of = modes));

typedef struct everything_state {
  ol_fn fn;
  uint32_t size;
  int64_t id;
  everything all;
  bool kept; /* the buffer that was passed is as it was */
} everything_state;

/* The state has members of the same names, as results. */
#define ALL(M) OL_RET(everything_state, all.back_##M, .name = #M)
#define ALL_OF(M, ...) OL_RET(everything_state, all.back_##M, .name = #M, __VA_ARGS__)

static int everything_execute(ol_job* job, void* state) {
  static point points[] = {{1, 2}, {3, 4}};
  static double reals[] = {0.5, -0.5};
  everything_state* s = state;
  everything* all = &s->all;
  if (ol_buf_new(job, &all->bytes, s->size) != OL_OK) return OL_NO_MEMORY;
  memset(all->bytes.data, 7, s->size);
  all->flag = true;
  all->small = -8;
  all->big = UINT64_MAX;
  all->real = 0.1;
  all->text = (ol_str){"h\xc3\xa9llo", 6};
  all->reals = (ol_f64s){reals, 2};
  all->points = (ol_list){points, 2};
  all->value = (ol_value){.type = OL_VALUE_STR, .as.str = {"any", 3}};
  all->date.ms = 86400000;
  all->point = (point){5, 6};
  memcpy(all->chars, "chars", 6);
  all->mode = 1;
  int status = ol_call(job, &s->fn, everything_shape, all, -1);
  s->kept = all->bytes.len == s->size && (s->size == 0 || all->bytes.data[s->size - 1] == 7);
  return status;
}

static const ol_worker everything_worker = {
  OL_WORKER("everything", everything_state, everything_execute),
  .fields = OL_FIELDS(OL_ARG(everything_state, fn), OL_ARG(everything_state, size), ALL(flag),
                      ALL(small), ALL_OF(big, .bigint = true), ALL(real), ALL(limited), ALL(text),
                      ALL_OF(absent, .given = offsetof(everything_state, all.has_back_absent)),
                      ALL(def), ALL(bytes), ALL(reals), ALL_OF(points, .of = POINT), ALL(value),
                      ALL(date), ALL_OF(point, .of = POINT), ALL(chars),
                      ALL_OF(mode, .one_of = modes), OL_RET(everything_state, kept)),
};

/* tooBig(fn, n): an argument that JavaScript cannot have. */
static int too_big_execute(ol_job* job, void* state) {
  everything_state* s = state;
  s->id = INT64_MAX;
  return leave(
    ol_call(job, &s->fn, OL_SHAPE(everything_state, OL_ARG(everything_state, id)), s, -1));
}

static const ol_worker too_big = {
  OL_WORKER("tooBig", everything_state, too_big_execute),
  .fields = OL_FIELDS(OL_ARG(everything_state, fn), OL_ARG(everything_state, size)),
};

static ol_fn stolen; /* of a job that tells */

/* ---- tell({ fn }): without arguments and answer; the status ---------------------------------- */

typedef struct tell_state {
  ol_fn fn;
  char status[16];
} tell_state;

static int tell_execute(ol_job* job, void* state) {
  tell_state* s = state;
  stolen = s->fn;
  note(s->status, ol_call(job, &s->fn, NULL, NULL, -1));
  return OL_OK;
}

static const ol_worker tell = {
  OL_WORKER("tell", tell_state, tell_execute),
  .fields = OL_FIELDS(OL_OPTION(tell_state, fn), OL_RET(tell_state, status)),
};

/* twice({ fn }): calls it again whatever came of the first call, and fails in its own words. */
static int twice_execute(ol_job* job, void* state) {
  tell_state* s = state;
  int first = ol_call(job, &s->fn, NULL, NULL, -1);
  int second = ol_call(job, &s->fn, NULL, NULL, -1);
  if (first != OL_FAILED || second != OL_FAILED) return OL_INVALID;
  return leave(ol_fail(job, "ERR_LATER", "too late to fail by this"));
}

static const ol_worker twice = {
  OL_WORKER("twice", tell_state, twice_execute),
  .fields = OL_FIELDS(OL_OPTION(tell_state, fn)),
};

/* thenTell({ fn }): complete has the last word over the failure. */
static napi_value then_complete(napi_env env, ol_job* job, void* state) {
  napi_value value;
  (void) state;
  const char* name = ol_status_name(ol_status(job));
  return napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &value) == napi_ok ? value : NULL;
}

static const ol_worker then_tell = {
  OL_WORKER("thenTell", tell_state, twice_execute),
  .fields = OL_FIELDS(OL_OPTION(tell_state, fn)),
  .complete = then_complete,
};

/* ---- elsewhere({ fn }): the statuses of calls from every wrong place ------------------------- */

typedef struct elsewhere_state {
  ol_fn fn;
  char prepared[16], threaded[16], strange[16], completed[16], copied[16], bare[16];
} elsewhere_state;

static int elsewhere_prepare(napi_env env, ol_job* job, void* state) {
  elsewhere_state* s = state;
  (void) env;
  note(s->prepared, ol_call(job, &s->fn, NULL, NULL, -1));
  return OL_OK;
}

typedef struct elsewhere_thread {
  ol_job* job;
  elsewhere_state* state;
} elsewhere_thread;

static void* elsewhere_run(void* arg) {
  elsewhere_thread* thread = arg;
  note(thread->state->threaded, ol_call(thread->job, &thread->state->fn, NULL, NULL, -1));
  return NULL;
}

static int elsewhere_execute(ol_job* job, void* state) {
  elsewhere_state* s = state;
  pthread_t id;
  elsewhere_thread thread = {job, s};
  ol_fn copy = s->fn;
  if (pthread_create(&id, NULL, elsewhere_run, &thread) != 0) return OL_NO_MEMORY;
  pthread_join(id, NULL);
  note(s->strange, ol_call(job, &stolen, NULL, NULL, -1));
  note(s->bare, ol_call(job, &s->fn, question_shape, NULL, -1));
  note(s->copied, ol_call(job, &copy, NULL, NULL, -1));
  return OL_OK;
}

static napi_value elsewhere_complete(napi_env env, ol_job* job, void* state) {
  elsewhere_state* s = state;
  (void) env;
  note(s->completed, ol_call(job, &s->fn, NULL, NULL, -1));
  return NULL;
}

static const ol_worker elsewhere = {
  OL_WORKER("elsewhere", elsewhere_state, elsewhere_execute),
  .fields = OL_FIELDS(OL_OPTION(elsewhere_state, fn), OL_RET(elsewhere_state, prepared),
                      OL_RET(elsewhere_state, threaded), OL_RET(elsewhere_state, strange),
                      OL_RET(elsewhere_state, completed), OL_RET(elsewhere_state, copied),
                      OL_RET(elsewhere_state, bare)),
  .prepare = elsewhere_prepare,
  .complete = elsewhere_complete,
};

/* silent(fn): a job whose worker takes no function cannot call one. */
static int silent_execute(ol_job* job, void* state) {
  tell_state* s = state;
  note(s->status, ol_call(job, &stolen, NULL, NULL, -1));
  return OL_OK;
}

static const ol_worker silent = {
  OL_WORKER("silent", tell_state, silent_execute),
  .fields = OL_FIELDS(OL_RET(tell_state, status)),
};

/* ---- faulty(fn, which): shapes that cannot work ---------------------------------------------- */

static const ol_class Ledger;

typedef struct faulty {
  ol_fn fn;
  int32_t which;
  double number;
  void* handle;
  ol_buf bytes;
  bool flag;
} faulty;

#define NINE(M) M, M, M, M, M, M, M, M, M
#define NUMBER OL_ARG(faulty, number)

static const ol_shape* const faulty_shapes[] = {
  OL_SHAPE(faulty, OL_MEMBER(faulty, number)),
  OL_SHAPE(faulty, OL_ARG(faulty, handle, .handle = &Ledger)),
  OL_SHAPE(faulty, OL_ARG(faulty, fn)),
  OL_SHAPE(faulty, OL_ARG(faulty, bytes, .pinned = true)),
  OL_SHAPE(faulty, OL_RET(faulty, number), OL_RET(faulty, number)),
  OL_SHAPE(faulty, NINE(NUMBER), NINE(NUMBER), NINE(NUMBER), NINE(NUMBER)),
  &(const ol_shape){.field_size = sizeof(ol_field), .size = sizeof(faulty)},
  OL_SHAPE(faulty, OL_RET(faulty, number, .def = 1, .min = 2, .max = 3)),
};

static int faulty_execute(ol_job* job, void* state) {
  faulty* s = state;
  return leave(ol_call(job, &s->fn, faulty_shapes[s->which], s, -1));
}

static const ol_worker faulty_worker = {
  OL_WORKER("faulty", faulty, faulty_execute),
  .fields = OL_FIELDS(OL_ARG(faulty, fn), OL_ARG(faulty, which)),
};

/* nowhere(fn, which): an argument that has a length and no data. */
static int nowhere_execute(ol_job* job, void* state) {
  faulty* s = state;
  s->bytes = (ol_buf){NULL, 5};
  return leave(ol_call(job, &s->fn, OL_SHAPE(faulty, OL_ARG(faulty, bytes)), s, -1));
}

static const ol_worker nowhere = {
  OL_WORKER("nowhere", faulty, nowhere_execute),
  .fields = OL_FIELDS(OL_ARG(faulty, fn), OL_ARG(faulty, which)),
};

/* ---- hooks({ before, list }, n): functions inside of records and lists ----------------------- */

typedef struct hooks {
  ol_fn before, after;
  bool has_after;
  ol_list list; /* of ol_fn */
} hooks;

typedef struct hooks_state {
  hooks hooks;
  double n;
} hooks_state;

static int hooks_call(ol_job* job, const ol_fn* fn, double* n) {
  step call = {.i = (int32_t) *n};
  int status = ol_call(job, fn, OL_SHAPE(step, OL_ARG(step, i), OL_RET(step, value)), &call, -1);
  if (status == OL_OK) *n = call.value;
  return status;
}

static int hooks_execute(ol_job* job, void* state) {
  hooks_state* s = state;
  const ol_fn* fns = s->hooks.list.data;
  int status = hooks_call(job, &s->hooks.before, &s->n);
  for (size_t i = 0; i < s->hooks.list.len && status == OL_OK; i++)
    status = hooks_call(job, &fns[i], &s->n);
  if (status == OL_OK && s->hooks.has_after) status = hooks_call(job, &s->hooks.after, &s->n);
  return status;
}

static const ol_worker hooks_worker = {
  OL_WORKER("hooks", hooks_state, hooks_execute),
  .fields =
    OL_FIELDS(OL_ARG(hooks_state, hooks,
                     .of = OL_SHAPE(hooks, OL_MEMBER(hooks, before),
                                    OL_MEMBER(hooks, after, .given = offsetof(hooks, has_after)),
                                    OL_MEMBER(hooks, list, .of = OL_OF(ol_fn)))),
              OL_ARG(hooks_state, n), OL_RET(hooks_state, n, .name = "result")),
};

/* ---- answers(fn, times): a stream of what fn gives ------------------------------------------- */

static int answers_execute(ol_job* job, void* state) {
  sum_state* s = state;
  int status = OL_OK;
  atomic_fetch_add(&entered, 1);
  for (int32_t i = 0; i < s->times && status == OL_OK; i++) {
    double n = i;
    status = hooks_call(job, &s->fn, &n);
    if (status == OL_OK) status = ol_emit(job, &n);
  }
  return leave(status);
}

static const ol_worker answers = {
  OL_WORKER("answers", sum_state, answers_execute),
  .fields = OL_FIELDS(OL_ARG(sum_state, fn), OL_ARG(sum_state, times)),
  .item = OL_OF(double),
  COUNTED,
};

/* ---- Ledger: serial; ledger.add(n), ledger.review(fn, n) ------------------------------------- */

typedef struct ledger {
  atomic_int busy;
  double total;
} ledger;

static void ledger_close(void* data) {
  (void) data;
  atomic_fetch_add(&closed, 1);
}

static const ol_class Ledger = {OL_CLASS("Ledger", ledger, ledger_close), .serial = true};

typedef struct ledger_state {
  ledger* ledger;
  ol_fn fn;
  double n, total;
  int32_t ms;
} ledger_state;

static int open_execute(ol_job* job, void* state) {
  ledger_state* s = state;
  s->ledger = ol_new(job, &Ledger, NULL);
  if (s->ledger != NULL) atomic_fetch_add(&opened, 1);
  return s->ledger == NULL ? OL_NO_MEMORY : OL_OK;
}

static const ol_worker open_worker = {
  OL_WORKER("openLedger", ledger_state, open_execute),
  .fields = OL_FIELDS(OL_RET(ledger_state, ledger, .handle = &Ledger)),
};

static int ledger_add(ol_job* job, ledger_state* s) {
  if (atomic_fetch_add(&s->ledger->busy, 1) != 0) return ol_fail(job, "ERR_TEST", "two at once");
  s->ledger->total += s->n;
  s->total = s->ledger->total;
  atomic_fetch_sub(&s->ledger->busy, 1);
  return OL_OK;
}

static int add_execute(ol_job* job, void* state) {
  return ledger_add(job, state);
}

static const ol_worker add = {
  OL_WORKER("add", ledger_state, add_execute),
  .fields = OL_FIELDS(OL_THIS(ledger_state, ledger, .handle = &Ledger), OL_ARG(ledger_state, n),
                      OL_RET(ledger_state, total)),
};

/* Adds, asks with the sum, and adds what it was answered. */
static int review_execute(ol_job* job, void* state) {
  ledger_state* s = state;
  int status = ledger_add(job, s);
  atomic_fetch_add(&entered, 1);
  step call = {.i = (int32_t) s->total};
  const ol_shape* shape = OL_SHAPE(step, OL_ARG(step, i), OL_RET(step, value));
  if (status == OL_OK) status = ol_call(job, &s->fn, shape, &call, s->ms);
  s->n = call.value;
  if (status == OL_OK) status = ledger_add(job, s);
  return leave(status);
}

static const ol_worker review = {
  OL_WORKER("review", ledger_state, review_execute),
  .fields = OL_FIELDS(OL_THIS(ledger_state, ledger, .handle = &Ledger), OL_ARG(ledger_state, fn),
                      OL_ARG(ledger_state, n), OL_OPTION(ledger_state, ms, .def = -1),
                      OL_RET(ledger_state, total)),
};

/* ---- counts() -------------------------------------------------------------------------------- */

typedef struct counts_state {
  int64_t made, entered, left, destroyed, opened, closed, late;
  char status[16];
} counts_state;

static int counts_execute(ol_job* job, void* state) {
  (void) job;
  counts_state* s = state;
  s->made = atomic_load(&made);
  s->entered = atomic_load(&entered);
  s->left = atomic_load(&left);
  s->destroyed = atomic_load(&destroyed);
  s->opened = atomic_load(&opened);
  s->closed = atomic_load(&closed);
  s->late = atomic_load(&late);
  note(s->status, atomic_load(&last_status));
  return OL_OK;
}

static const ol_worker counts = {
  OL_WORKER("counts", counts_state, counts_execute),
  .fields = OL_FIELDS(OL_RET(counts_state, made), OL_RET(counts_state, entered),
                      OL_RET(counts_state, left), OL_RET(counts_state, destroyed),
                      OL_RET(counts_state, opened), OL_RET(counts_state, closed),
                      OL_RET(counts_state, late), OL_RET(counts_state, status)),
};

OL_MODULE(&ask, &ask_result, &sum, &retry, &grow, &everything_worker, &too_big, &tell, &twice,
          &then_tell, &elsewhere, &silent, &faulty_worker, &nowhere, &hooks_worker, &answers,
          &open_worker, &add, &review, &counts)
