/* The jobs as offloop workers: the whole of what their author writes. binding.gyp builds it once
 * for each pool: JOBS_POOL, or one whose threads spin for JOBS_SPIN_US before they sleep. */
#include <offloop.h>

#include "work.h"

#ifdef JOBS_SPIN_US
static const ol_pool spinning = {OL_POOL("spinning"), .spin_us = JOBS_SPIN_US};
#define JOBS_POOL (&spinning)
#endif

typedef struct {
  double a, b, sum;
} add_state;

static int add_execute(ol_job* job, void* state) {
  add_state* s = state;
  (void) job;
  s->sum = s->a + s->b;
  return OL_OK;
}

typedef struct {
  ol_str text, upper;
} upper_state;

static int upper_execute(ol_job* job, void* state) {
  upper_state* s = state;
  char* upper = ol_alloc(job, s->text.len);
  if (upper == NULL) return OL_NO_MEMORY;
  work_upper(s->text.data, s->text.len, upper);
  s->upper = (ol_str){upper, s->text.len};
  return OL_OK;
}

typedef struct {
  ol_buf bytes;
  double sum;
} sum_state;

static int sum_execute(ol_job* job, void* state) {
  sum_state* s = state;
  (void) job;
  s->sum = work_sum(s->bytes.data, s->bytes.len);
  return OL_OK;
}

typedef struct {
  uint32_t ms;
} time_state;

static int nap_execute(ol_job* job, void* state) {
  const time_state* s = state;
  (void) job;
  work_nap(s->ms);
  return OL_OK;
}

static int spin_execute(ol_job* job, void* state) {
  const time_state* s = state;
  (void) job;
  work_spin(s->ms);
  return OL_OK;
}

static const ol_worker add = {
  OL_WORKER("add", add_state, add_execute),
  .fields = OL_FIELDS(OL_ARG(add_state, a), OL_ARG(add_state, b), OL_RET(add_state, sum)),
  .pool = JOBS_POOL,
};

static const ol_worker upper = {
  OL_WORKER("upper", upper_state, upper_execute),
  .fields = OL_FIELDS(OL_ARG(upper_state, text), OL_RET(upper_state, upper)),
  .pool = JOBS_POOL,
};

static const ol_worker sum = {
  OL_WORKER("sum", sum_state, sum_execute),
  .fields = OL_FIELDS(OL_ARG(sum_state, bytes, .pinned = true), OL_RET(sum_state, sum)),
  .pool = JOBS_POOL,
};

static const ol_worker nap = {
  OL_WORKER("nap", time_state, nap_execute),
  .fields = OL_FIELDS(OL_ARG(time_state, ms)),
  .pool = JOBS_POOL,
};

static const ol_worker spin = {
  OL_WORKER("spin", time_state, spin_execute),
  .fields = OL_FIELDS(OL_ARG(time_state, ms)),
  .pool = JOBS_POOL,
};

OL_MODULE(&add, &upper, &sum, &nap, &spin)
