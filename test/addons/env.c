/* Workers that count, in memory of the process, what becomes of their jobs: so the main thread
 * reads what happened in another one, also after that has ended. */
#define _POSIX_C_SOURCE 200809L

#include <offloop.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The marks of a state. */
#define ALIVE 0x600d600d
#define ENDED 0x0e0d0e0d
#define DEAD 0x0dead0ad

/* A job is made once its arguments are read, and its state is destroyed exactly once. */
static atomic_long made, started, ended, running, most, completed, destroyed;
static atomic_long doubled, early; /* destroyed again; completed before execute had ended */
static atomic_long freed;          /* buffers that JavaScript or a job was done with */
static atomic_long inits, slots;   /* of the process; slots: instance data set and not freed */
static atomic_int gate;

typedef struct tally {
  uint32_t mark;
  int32_t ms;
  double n;
  ol_buf data; /* pinned or copied */
  ol_buf made; /* moves to JavaScript */
  int pipe[2];
} tally;

/* ---- Counting ------------------------------------------------------------------------------ */

static int tally_prepare(napi_env env, ol_job* job, void* state) {
  tally* s = state;
  (void) env;
  (void) job;
  s->mark = ALIVE;
  atomic_fetch_add(&made, 1);
  return OL_OK;
}

static napi_value tally_complete(napi_env env, ol_job* job, void* state) {
  const tally* s = state;
  (void) env;
  if (ol_status(job) == OL_OK && s->mark != ENDED) atomic_fetch_add(&early, 1);
  atomic_fetch_add(&completed, 1);
  return NULL;
}

/* Touches the pinned memory too: it is the job's until here. */
static void tally_destroy(void* state) {
  tally* s = state;
  if (s->data.len > 0) s->n += s->data.data[s->data.len - 1];
  atomic_fetch_add(s->mark == DEAD ? &doubled : &destroyed, 1);
  s->mark = DEAD;
}

static void tally_start(void) {
  atomic_fetch_add(&started, 1);
  long now = 1 + atomic_fetch_add(&running, 1), before = atomic_load(&most);
  while (now > before && !atomic_compare_exchange_weak(&most, &before, now)) continue;
}

static int tally_end(tally* s, int status) {
  s->mark = ENDED;
  atomic_fetch_sub(&running, 1);
  atomic_fetch_add(&ended, 1);
  return status;
}

#define TALLIED_APART .prepare = tally_prepare, .complete = tally_complete, .destroy = tally_destroy

/* env_node.c is the same on Node's pool. */
#ifndef ENV_POOL
#define ENV_POOL &ol_default_pool
#endif
#define TALLIED TALLIED_APART, .pool = ENV_POOL

/* ---- Workers ------------------------------------------------------------------------------- */

static int quick_execute(ol_job* job, void* state) {
  (void) job;
  tally_start();
  return tally_end(state, OL_OK);
}

static int nap_execute(ol_job* job, void* state) {
  tally* s = state;
  tally_start();
  return tally_end(s, ol_sleep(job, s->ms));
}

/* Waits for openGate(), or to be stopped. */
static int wait_execute(ol_job* job, void* state) {
  int status = OL_OK;
  tally_start();
  while (status == OL_OK && !atomic_load(&gate)) status = ol_sleep(job, 1);
  return tally_end(state, status);
}

static void pipe_stop(void* arg) {
  const tally* s = arg;
  ssize_t written = write(s->pipe[1], "", 1);
  (void) written;
}

/* Sits in a system call, which only an armed stop ends. */
static int block_execute(ol_job* job, void* state) {
  tally* s = state;
  char byte;
  tally_start();
  if (pipe(s->pipe) != 0) return tally_end(s, ol_fail(job, "ERR_TEST", "no pipe"));
  int status = ol_on_stop(job, pipe_stop, s);
  if (status == OL_OK && read(s->pipe[0], &byte, 1) != 1) status = OL_FAILED;
  ol_on_stop(job, NULL, NULL);
  close(s->pipe[0]);
  close(s->pipe[1]);
  return tally_end(s, ol_stopped(job) == OL_OK ? status : ol_stopped(job));
}

/* Does not ask whether it is stopped. */
static int deaf_execute(ol_job* job, void* state) {
  tally* s = state;
  struct timespec left = {s->ms / 1000, s->ms % 1000 * 1000000L};
  (void) job;
  tally_start();
  while (nanosleep(&left, &left) != 0) continue;
  return tally_end(s, OL_OK);
}

/* Reads all of the memory over and over until it is stopped, and once more then. */
static int read_execute(ol_job* job, void* state) {
  tally* s = state;
  tally_start();
  for (bool last = false; !last;) {
    last = ol_stopped(job) != OL_OK;
    for (size_t i = 0; i < s->data.len; i += 64) s->n += s->data.data[i];
  }
  return tally_end(s, OL_OK);
}

/* Adds up the bytes once the gate is open: until then nobody but the job keeps them. */
static int sum_execute(ol_job* job, void* state) {
  tally* s = state;
  int status = OL_OK;
  tally_start();
  while (status == OL_OK && !atomic_load(&gate)) status = ol_sleep(job, 1);
  for (size_t i = 0; i < s->data.len; i++) s->n += s->data.data[i];
  return tally_end(s, status);
}

static void bytes_free(void* data) {
  free(data);
  atomic_fetch_add(&freed, 1);
}

/* A result of the author's own memory. */
static int bytes_execute(ol_job* job, void* state) {
  tally* s = state;
  size_t size = (size_t) s->n;
  tally_start();
  uint8_t* data = malloc(size);
  if (data == NULL) return tally_end(s, OL_NO_MEMORY);
  for (size_t i = 0; i < size; i++) data[i] = (uint8_t) i;
  return tally_end(s, ol_buf_adopt(job, &s->made, data, size, bytes_free));
}

static const ol_worker quick = {
  OL_WORKER("quick", tally, quick_execute),
  .fields = OL_FIELDS(OL_ARG_OPTIONAL(tally, n), OL_RET(tally, n)),
  TALLIED,
};
static const ol_worker nap = {
  OL_WORKER("nap", tally, nap_execute),
  .fields = OL_FIELDS(OL_ARG(tally, ms)),
  TALLIED,
};
static const ol_worker wait_worker = {OL_WORKER("wait", tally, wait_execute), TALLIED};
static const ol_worker block = {OL_WORKER("block", tally, block_execute), TALLIED};
static const ol_worker deaf = {
  OL_WORKER("deaf", tally, deaf_execute),
  .fields = OL_FIELDS(OL_ARG(tally, ms)),
  TALLIED,
};
static const ol_worker read_worker = {
  OL_WORKER("read", tally, read_execute),
  .fields = OL_FIELDS(OL_ARG(tally, data, .pinned = true), OL_RET(tally, n)),
  TALLIED,
};
/* On a thread that Node knows nothing of, and does not wait for. */
static const ol_worker read_apart = {
  OL_WORKER("readApart", tally, read_execute),
  .fields = OL_FIELDS(OL_ARG(tally, data, .pinned = true), OL_RET(tally, n)),
  .pool = &ol_own_thread,
  TALLIED_APART,
};
static const ol_worker sum = {
  OL_WORKER("sum", tally, sum_execute),
  .fields = OL_FIELDS(OL_ARG(tally, data, .pinned = true), OL_RET(tally, n)),
  TALLIED,
};
static const ol_worker sum_copy = {
  OL_WORKER("sumCopy", tally, sum_execute),
  .fields = OL_FIELDS(OL_ARG(tally, data), OL_RET(tally, n)),
  TALLIED,
};
static const ol_worker bytes = {
  OL_WORKER("bytes", tally, bytes_execute),
  .fields = OL_FIELDS(OL_ARG(tally, n), OL_RET(tally, made)),
  TALLIED,
};

/* ---- Plain functions of the addon's own ---------------------------------------------------- */

static napi_value get_counts(napi_env env, napi_callback_info info) {
  const struct {
    const char* name;
    atomic_long* count;
  } counts[] = {
    {"made", &made},           {"started", &started},     {"ended", &ended},     {"most", &most},
    {"completed", &completed}, {"destroyed", &destroyed}, {"doubled", &doubled}, {"early", &early},
    {"freed", &freed},         {"inits", &inits},         {"slots", &slots},
  };
  napi_value object, number;
  (void) info;
  napi_create_object(env, &object);
  for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
    napi_create_int64(env, atomic_load(counts[i].count), &number);
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

/* Keeps the loop from turning until so many jobs have ended in all; false: not within a minute. */
static napi_value block_loop_until(napi_env env, napi_callback_info info) {
  napi_value argv[1], result;
  size_t argc = 1;
  int64_t wanted = 0;
  int ms = 60000;
  const struct timespec nap_time = {0, 1000000};
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  napi_get_value_int64(env, argv[0], &wanted);
  for (; atomic_load(&ended) < wanted && ms > 0; ms--) nanosleep(&nap_time, NULL);
  napi_get_boolean(env, ms > 0, &result);
  return result;
}

/* ---- The author's own instance data -------------------------------------------------------- */

static void slot_free(napi_env env, void* data, void* hint) {
  (void) env;
  (void) hint;
  free(data);
  atomic_fetch_sub(&slots, 1);
}

/* What init put into the slot of this environment. */
static napi_value get_slot(napi_env env, napi_callback_info info) {
  napi_value number;
  void* data = NULL;
  (void) info;
  napi_get_instance_data(env, &data);
  napi_create_int32(env, data == NULL ? -1 : *(int32_t*) data, &number);
  return number;
}

static void slot_set(napi_env env) {
  static atomic_int last;
  int32_t* slot = malloc(sizeof *slot);
  if (slot == NULL) return;
  *slot = 1 + atomic_fetch_add(&last, 1);
  atomic_fetch_add(&slots, 1);
  napi_set_instance_data(env, slot, slot_free, NULL);
}

/* ---- The module ---------------------------------------------------------------------------- */

static int library_init(void) {
  atomic_fetch_add(&inits, 1);
  return OL_OK;
}

/* Told by the standard output: nothing in JavaScript can see the end of the process. */
static void library_exit(void) {
  const char* text = atomic_load(&running) == 0 ? "library exit\n" : "library exit too early\n";
  if (getenv("TEST_TELL_EXIT") == NULL) return;
  ssize_t written = write(STDOUT_FILENO, text, strlen(text));
  (void) written;
}

static const void* const tables[] = {
  OL_SETUP(library_init, library_exit),
  &quick,
  &nap,
  &wait_worker,
  &block,
  &deaf,
  &read_worker,
  &read_apart,
  &sum,
  &sum_copy,
  &bytes,
  NULL,
};

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  const napi_property_descriptor functions[] = {
    {.utf8name = "counts", .method = get_counts},
    {.utf8name = "setGate", .method = set_gate},
    {.utf8name = "blockLoopUntil", .method = block_loop_until},
    {.utf8name = "slot", .method = get_slot},
  };
  slot_set(env);
  if (ol_export(env, exports, tables) != napi_ok) return NULL;
  napi_define_properties(env, exports, sizeof(functions) / sizeof(functions[0]), functions);
  return exports;
}
