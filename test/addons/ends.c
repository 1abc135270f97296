/* What may be going on when a process or a thread ends, each by a worker of its own; see test/ends.
 * All that begins and ends is counted in memory of the process, which outlives the environments. */
#define _POSIX_C_SOURCE 200809L

#include <offloop.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static atomic_long made, destroyed, doubled; /* states; doubled: destroyed again */
static atomic_long begun, running; /* jobs, until execute or a held job's thread is over */
static atomic_long opened, closed; /* handles */

static void enter(void) {
  atomic_fetch_add(&running, 1);
  atomic_fetch_add(&begun, 1);
}

static int leave(int status) {
  atomic_fetch_sub(&running, 1);
  return status;
}

static void rest_ms(long ms) {
  struct timespec left = {ms / 1000, ms % 1000 * 1000000};
  while (nanosleep(&left, &left) != 0) continue;
}

/* ---- The state of all workers but those of numbers ------------------------------------------- */

typedef struct thing {
  bool open;
} thing;

typedef struct ends_state {
  int32_t ms;
  ol_buf data;
  ol_fn fn;
  thing *self, *result;
  double sum;
  bool dead;
} ends_state;

static int state_prepare(napi_env env, ol_job* job, void* state) {
  (void) env;
  (void) job;
  (void) state;
  atomic_fetch_add(&made, 1);
  return OL_OK;
}

/* Reads the pinned memory once more: it is the job's until here. */
static void state_destroy(void* state) {
  ends_state* s = state;
  if (s->data.len > 0) s->sum += s->data.data[s->data.len - 1];
  atomic_fetch_add(s->dead ? &doubled : &destroyed, 1);
  s->dead = true;
}

#define COUNTED .prepare = state_prepare, .destroy = state_destroy

/* ---- Jobs that are stopped, or do not heed it ------------------------------------------------ */

static int sleep_execute(ol_job* job, void* state) {
  enter();
  return leave(ol_sleep(job, ((ends_state*) state)->ms));
}

static int deaf_execute(ol_job* job, void* state) {
  (void) job;
  enter();
  rest_ms(((ends_state*) state)->ms);
  return leave(OL_OK);
}

static void read_stop(void* arg) {
  ssize_t written = write(((int*) arg)[1], "", 1);
  (void) written;
}

/* Sits in a system call, which only its stop ends. */
static int read_execute(ol_job* job, void* state) {
  int ends[2];
  char byte;
  (void) state;
  enter();
  if (pipe(ends) != 0) return leave(OL_NO_MEMORY);
  int status = ol_on_stop(job, read_stop, ends);
  if (status == OL_OK && read(ends[0], &byte, 1) != 1) status = OL_FAILED;
  ol_on_stop(job, NULL, NULL);
  close(ends[0]);
  close(ends[1]);
  return leave(status == OL_OK ? ol_stopped(job) : status);
}

/* Reads pinned memory until it is stopped. */
static int sum_execute(ol_job* job, void* state) {
  ends_state* s = state;
  enter();
  while (ol_stopped(job) == OL_OK) {
    for (size_t i = 0; i < s->data.len; i += 64) s->sum += s->data.data[i];
  }
  return leave(ol_stopped(job));
}

static int loop_body(ol_job* job, void* state, size_t begin, size_t end) {
  (void) state;
  (void) begin;
  (void) end;
  enter();
  while (ol_stopped(job) == OL_OK) continue;
  return leave(OL_OK);
}

static int loop_execute(ol_job* job, void* state) {
  (void) state;
  return ol_each(job, 100, loop_body);
}

#define SLEEP .fields = OL_FIELDS(OL_ARG(ends_state, ms)), COUNTED

static const ol_worker sleep_worker = {OL_WORKER("sleep", ends_state, sleep_execute), SLEEP};
static const ol_worker sleep_node = {OL_WORKER("sleepOnNode", ends_state, sleep_execute), SLEEP,
                                     .pool = &ol_node_pool};
static const ol_worker sleep_own = {OL_WORKER("sleepOnOwn", ends_state, sleep_execute), SLEEP,
                                    .pool = &ol_own_thread};
static const ol_worker sleep_one = {OL_WORKER("sleepOneByOne", ends_state, sleep_execute), SLEEP,
                                    .max_running = 1};
static const ol_worker deaf = {OL_WORKER("deaf", ends_state, deaf_execute), SLEEP};
static const ol_worker read_worker = {OL_WORKER("read", ends_state, read_execute), COUNTED};
static const ol_worker sum = {
  OL_WORKER("sum", ends_state, sum_execute),
  .fields = OL_FIELDS(OL_ARG(ends_state, data, .pinned = true)),
  COUNTED,
};
static const ol_worker loop = {OL_WORKER("loop", ends_state, loop_execute), COUNTED};

/* ---- Jobs that talk with JavaScript ---------------------------------------------------------- */

static int emit_execute(ol_job* job, void* state) {
  int status = OL_OK;
  (void) state;
  enter();
  for (int32_t i = 0; status == OL_OK; i++) status = ol_emit(job, &i);
  return leave(status);
}

/* Until there are no more messages. */
static int receive_execute(ol_job* job, void* state) {
  int32_t message;
  int status = OL_OK;
  (void) state;
  enter();
  while (status == OL_OK) status = ol_receive(job, &message, -1);
  return leave(status);
}

static int ask_execute(ol_job* job, void* state) {
  ends_state* s = state;
  enter();
  return leave(ol_call(job, &s->fn, NULL, NULL, s->ms));
}

static int tell_execute(ol_job* job, void* state) {
  (void) state;
  enter();
  for (double i = 0; ol_stopped(job) == OL_OK; i++) ol_progress(job, i, 1e9);
  return leave(ol_stopped(job));
}

static const ol_worker emit = {OL_WORKER("emit", ends_state, emit_execute), .item = OL_OF(int32_t),
                               .high_water = 8, COUNTED};
static const ol_worker receive = {OL_WORKER("receive", ends_state, receive_execute),
                                  .message = OL_OF(int32_t), COUNTED};
static const ol_worker ask = {OL_WORKER("ask", ends_state, ask_execute),
                              .fields = OL_FIELDS(OL_ARG(ends_state, fn), OL_ARG(ends_state, ms)),
                              COUNTED};
static const ol_worker tell = {OL_WORKER("tell", ends_state, tell_execute), COUNTED};

/* ---- hold(): a thread of the addon's own ends the job when it is stopped --------------------- */

typedef struct holder {
  ol_held held;
  atomic_bool stopped;
} holder;

static void holder_stop(void* arg) {
  atomic_store(&((holder*) arg)->stopped, true);
}

/* The holder is the job's memory, which may be gone with the release. */
static void* holder_run(void* arg) {
  holder* self = arg;
  while (!atomic_load(&self->stopped)) rest_ms(1);
  leave(OL_OK);
  ol_release(self->held);
  return NULL;
}

static int hold_execute(ol_job* job, void* state) {
  pthread_t thread;
  holder* self = ol_alloc(job, sizeof *self);
  (void) state;
  if (self == NULL) return OL_NO_MEMORY;
  enter();
  atomic_init(&self->stopped, false);
  self->held = ol_hold(job);
  if (ol_on_stop(job, holder_stop, self) != OL_OK) holder_stop(self);
  if (pthread_create(&thread, NULL, holder_run, self) != 0) abort();
  pthread_detach(thread);
  return OL_OK;
}

static const ol_worker hold = {OL_WORKER("hold", ends_state, hold_execute), COUNTED};

/* ---- Handles: open(), thing.part(), thing.use(ms) -------------------------------------------- */

static void thing_close(void* data) {
  thing* self = data;
  rest_ms(20);
  if (self->open)
    atomic_fetch_add(&closed, 1);
  else
    atomic_fetch_add(&doubled, 1);
  self->open = false;
}

static const ol_class Thing = {OL_CLASS("Thing", thing, thing_close), .serial = true};

static int open_execute(ol_job* job, void* state) {
  ends_state* s = state;
  s->result = ol_new(job, &Thing, s->self);
  if (s->result == NULL) return OL_NO_MEMORY;
  s->result->open = true;
  atomic_fetch_add(&opened, 1);
  return OL_OK;
}

static const ol_worker open_worker = {
  OL_WORKER("open", ends_state, open_execute),
  .fields = OL_FIELDS(OL_RET(ends_state, result, .handle = &Thing)),
  COUNTED,
};
static const ol_worker part = {
  OL_WORKER("part", ends_state, open_execute),
  .fields = OL_FIELDS(OL_THIS(ends_state, self, .handle = &Thing),
                      OL_RET(ends_state, result, .handle = &Thing)),
  COUNTED,
};
static const ol_worker use = {
  OL_WORKER("use", ends_state, sleep_execute),
  .fields = OL_FIELDS(OL_THIS(ends_state, self, .handle = &Thing), OL_ARG(ends_state, ms)),
  COUNTED,
};

/* ---- Numbers, whose calls cross many at a time: rest(ms), add(a, b) -------------------------- */

typedef struct rest_state {
  double ms;
} rest_state;

static int rest_execute(ol_job* job, void* state) {
  (void) job;
  enter();
  rest_ms((long) ((rest_state*) state)->ms);
  return leave(OL_OK);
}

typedef struct add_state {
  double a, b, sum;
} add_state;

static int add_execute(ol_job* job, void* state) {
  add_state* s = state;
  (void) job;
  s->sum = s->a + s->b;
  return OL_OK;
}

static const ol_worker rest = {
  OL_WORKER("rest", rest_state, rest_execute),
  .fields = OL_FIELDS(OL_ARG(rest_state, ms, .min = 0, .max = 1000)),
};
static const ol_worker add = {
  OL_WORKER("add", add_state, add_execute),
  .fields = OL_FIELDS(OL_ARG(add_state, a), OL_ARG(add_state, b), OL_RET(add_state, sum)),
};

/* ---- counts.sync(), and what is said when the library is left -------------------------------- */

typedef struct counts_state {
  double made, destroyed, doubled, begun, running, opened, closed;
} counts_state;

static int counts_execute(ol_job* job, void* state) {
  (void) job;
  *(counts_state*) state = (counts_state){
    (double) atomic_load(&made),   (double) atomic_load(&destroyed), (double) atomic_load(&doubled),
    (double) atomic_load(&begun),  (double) atomic_load(&running),   (double) atomic_load(&opened),
    (double) atomic_load(&closed),
  };
  return OL_OK;
}

static const ol_worker counts = {
  OL_WORKER("counts", counts_state, counts_execute),
  .fields = OL_FIELDS(OL_RET(counts_state, made), OL_RET(counts_state, destroyed),
                      OL_RET(counts_state, doubled), OL_RET(counts_state, begun),
                      OL_RET(counts_state, running), OL_RET(counts_state, opened),
                      OL_RET(counts_state, closed)),
};

/* Nothing in JavaScript sees this end. */
static void library_exit(void) {
  char text[160];
  int len = snprintf(text, sizeof text,
                     "{\"at\":\"library\",\"made\":%ld,\"destroyed\":%ld,\"doubled\":%ld,"
                     "\"running\":%ld,\"opened\":%ld,\"closed\":%ld}\n",
                     atomic_load(&made), atomic_load(&destroyed), atomic_load(&doubled),
                     atomic_load(&running), atomic_load(&opened), atomic_load(&closed));
  ssize_t written = write(STDOUT_FILENO, text, (size_t) len);
  (void) written;
}

OL_MODULE(OL_SETUP(NULL, library_exit), &sleep_worker, &sleep_node, &sleep_own, &sleep_one, &deaf,
          &read_worker, &sum, &loop, &emit, &receive, &ask, &tell, &hold, &open_worker, &part, &use,
          &rest, &add, &counts)
