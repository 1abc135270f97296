/* Handles whose close waits until it is let go, and handles that have no close; jobs that keep all
 * of Node's threads meanwhile. */
#define _POSIX_C_SOURCE 200809L

#include <offloop.h>

#include <stdatomic.h>
#include <time.h>

static atomic_bool gate;
static atomic_int closing, closed, kept;

static void await_gate(void) {
  const struct timespec moment = {0, 1000000};
  while (!atomic_load(&gate)) nanosleep(&moment, NULL);
}

/* ---- openSlow(parent), openEmpty() ---------------------------------------------------------- */

typedef struct thing {
  int unused;
} thing;

static void slow_close(void* data) {
  (void) data;
  atomic_fetch_add(&closing, 1);
  await_gate();
  atomic_fetch_add(&closed, 1);
}

static const ol_class Slow = {OL_CLASS("Slow", thing, slow_close)};
static const ol_class Empty = {OL_CLASS("Empty", thing, NULL)};

typedef struct open_state {
  thing *parent, *handle;
} open_state;

static int slow_execute(ol_job* job, void* state) {
  open_state* s = state;
  s->handle = ol_new(job, &Slow, s->parent);
  return s->handle == NULL ? OL_NO_MEMORY : OL_OK;
}

static int empty_execute(ol_job* job, void* state) {
  open_state* s = state;
  s->handle = ol_new(job, &Empty, s->parent);
  return s->handle == NULL ? OL_NO_MEMORY : OL_OK;
}

#define OPEN(NAME, EXECUTE, PARENT, CLASS)                                     \
  OL_WORKER(NAME, open_state, EXECUTE),                                        \
    .fields = OL_FIELDS(OL_ARG_OPTIONAL(open_state, parent, .handle = PARENT), \
                        OL_RET(open_state, handle, .handle = CLASS))

static const ol_worker open_slow = {OPEN("openSlow", slow_execute, &Empty, &Slow)};
static const ol_worker open_empty = {OPEN("openEmpty", empty_execute, &Slow, &Empty)};

/* ---- keep(): a job on a thread of Node's, until it is let go -------------------------------- */

static int keep_execute(ol_job* job, void* state) {
  (void) job;
  (void) state;
  atomic_fetch_add(&kept, 1);
  await_gate();
  return OL_OK;
}

static const ol_worker keep = {OL_WORKER("keep", char, keep_execute), .pool = &ol_node_pool};

/* ---- setGate(open), counts() ---------------------------------------------------------------- */

typedef struct gate_state {
  bool open;
} gate_state;

static int gate_execute(ol_job* job, void* state) {
  (void) job;
  atomic_store(&gate, ((gate_state*) state)->open);
  return OL_OK;
}

static const ol_worker set_gate = {OL_WORKER("setGate", gate_state, gate_execute),
                                   .fields = OL_FIELDS(OL_ARG(gate_state, open))};

typedef struct counts_state {
  int32_t closing, closed, kept;
} counts_state;

static int counts_execute(ol_job* job, void* state) {
  (void) job;
  *(counts_state*) state =
    (counts_state){atomic_load(&closing), atomic_load(&closed), atomic_load(&kept)};
  return OL_OK;
}

static const ol_worker counts = {
  OL_WORKER("counts", counts_state, counts_execute),
  .fields = OL_FIELDS(OL_RET(counts_state, closing), OL_RET(counts_state, closed),
                      OL_RET(counts_state, kept)),
};

OL_MODULE(&open_slow, &open_empty, &keep, &set_gate, &counts)
