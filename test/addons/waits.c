/* Workers that wait: for a stop, for a time, or for a gate that only JavaScript opens; and numbers
 * that say how far they came. */
#define _POSIX_C_SOURCE 200809L

#include <offloop.h>

#include <stdatomic.h>
#include <time.h>

static atomic_int entered, left, told, destroyed;
static atomic_bool open_gate;

typedef struct wait_state {
  int32_t ms, woken_by;
} wait_state;

static void wait_destroy(void* state) {
  (void) state;
  atomic_fetch_add(&destroyed, 1);
}

/* ---- block({ ms }): until it is stopped; ms is only read ------------------------------------ */

static int block_execute(ol_job* job, void* state) {
  (void) state;
  atomic_fetch_add(&entered, 1);
  int why = ol_sleep(job, -1);
  atomic_fetch_add(&left, 1);
  return why;
}

static const ol_worker block = {
  OL_WORKER("block", wait_state, block_execute),
  .fields = OL_FIELDS(OL_OPTION(wait_state, ms)),
  .destroy = wait_destroy,
};

/* ---- nap(ms): that long, or until it is stopped --------------------------------------------- */

static int nap_execute(ol_job* job, void* state) {
  wait_state* s = state;
  atomic_fetch_add(&entered, 1);
  s->woken_by = ol_sleep(job, s->ms);
  atomic_fetch_add(&left, 1);
  return s->woken_by;
}

#define NAP_FIELDS OL_FIELDS(OL_ARG(wait_state, ms), OL_RET(wait_state, woken_by))

static const ol_worker nap = {
  OL_WORKER("nap", wait_state, nap_execute),
  .fields = NAP_FIELDS,
  .destroy = wait_destroy,
};

/* The same, with a deadline of the table's own. */
static const ol_worker brief_nap = {
  OL_WORKER("briefNap", wait_state, nap_execute),
  .fields = NAP_FIELDS,
  .timeout_ms = 20,
  .destroy = wait_destroy,
};

/* ---- hold(), occupy(): until the gate is open; that hold was stopped is only counted -------- */

static int occupy_execute(ol_job* job, void* state) {
  static const struct timespec millisecond = {0, 1000000};
  (void) job;
  (void) state;
  while (!atomic_load(&open_gate)) nanosleep(&millisecond, NULL);
  return OL_OK;
}

static const ol_worker occupy = {
  OL_WORKER("occupy", wait_state, occupy_execute),
  .destroy = wait_destroy,
};

static void hold_tell(void* arg) {
  (void) arg;
  atomic_fetch_add(&told, 1);
}

static int hold_execute(ol_job* job, void* state) {
  int why = ol_on_stop(job, hold_tell, NULL);
  if (why != OL_OK) return why;
  atomic_fetch_add(&entered, 1);
  occupy_execute(job, state);
  atomic_fetch_add(&left, 1);
  return OL_OK;
}

static const ol_worker hold = {
  OL_WORKER("hold", wait_state, hold_execute),
  .destroy = wait_destroy,
};

/* ---- setGate(open), counts() ---------------------------------------------------------------- */

typedef struct gate_state {
  bool open;
} gate_state;

static int gate_execute(ol_job* job, void* state) {
  (void) job;
  atomic_store(&open_gate, ((gate_state*) state)->open);
  return OL_OK;
}

static const ol_worker set_gate = {
  OL_WORKER("setGate", gate_state, gate_execute),
  .fields = OL_FIELDS(OL_ARG(gate_state, open)),
};

typedef struct counts_state {
  int32_t entered, left, told, destroyed;
} counts_state;

static int counts_execute(ol_job* job, void* state) {
  counts_state* s = state;
  (void) job;
  *s = (counts_state){atomic_load(&entered), atomic_load(&left), atomic_load(&told),
                      atomic_load(&destroyed)};
  return OL_OK;
}

static const ol_worker counts = {
  OL_WORKER("counts", counts_state, counts_execute),
  .fields = OL_FIELDS(OL_RET(counts_state, entered), OL_RET(counts_state, left),
                      OL_RET(counts_state, told), OL_RET(counts_state, destroyed)),
};

OL_MODULE(&block, &nap, &brief_nap, &hold, &occupy, &set_gate, &counts)
