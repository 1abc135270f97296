/* A worker that counts how often each thing was done to its jobs. */
#include <offloop.h>

#include <stdatomic.h>

#define ALIVE 0x600d600d
#define DEAD 0x0dead0ad

static atomic_int accepted, executed, completed, destroyed, wrong;

enum { WORKS, FAILS, THROWS, WAITS };
static const char* const hows[] = {"works", "fails", "throws", "waits", NULL};

typedef struct once_state {
  uint32_t mark;
  int32_t how, number;
  atomic_int runs, ends;
} once_state;

static int once_prepare(napi_env env, ol_job* job, void* state) {
  once_state* s = state;
  (void) env;
  (void) job;
  s->mark = ALIVE;
  atomic_fetch_add(&accepted, 1);
  return OL_OK;
}

static int once_execute(ol_job* job, void* state) {
  once_state* s = state;
  atomic_fetch_add(&executed, 1);
  if (s->mark != ALIVE || atomic_fetch_add(&s->runs, 1) != 0) atomic_fetch_add(&wrong, 1);
  if (s->how == FAILS) return ol_fail(job, "ERR_FAILS", "number %d", (int) s->number);
  return s->how == WAITS ? ol_sleep(job, -1) : OL_OK;
}

static napi_value once_complete(napi_env env, ol_job* job, void* state) {
  once_state* s = state;
  (void) job;
  atomic_fetch_add(&completed, 1);
  if (s->mark != ALIVE || atomic_fetch_add(&s->ends, 1) != 0) atomic_fetch_add(&wrong, 1);
  if (s->how == THROWS) napi_throw_error(env, "ERR_THROWS", "thrown in complete");
  return NULL;
}

static void once_destroy(void* state) {
  once_state* s = state;
  atomic_fetch_add(&destroyed, 1);
  if (s->mark != ALIVE) atomic_fetch_add(&wrong, 1);
  s->mark = DEAD;
}

static const ol_worker once = {
  OL_WORKER("once", once_state, once_execute),
  .fields = OL_FIELDS(OL_ARG(once_state, how, .one_of = hows), OL_ARG(once_state, number),
                      OL_RET(once_state, number)),
  .prepare = once_prepare,
  .complete = once_complete,
  .destroy = once_destroy,
};

/* ---- counts() ------------------------------------------------------------------------------- */

typedef struct counts_state {
  int32_t accepted, executed, completed, destroyed, wrong;
} counts_state;

static int counts_execute(ol_job* job, void* state) {
  counts_state* s = state;
  (void) job;
  *s = (counts_state){atomic_load(&accepted), atomic_load(&executed), atomic_load(&completed),
                      atomic_load(&destroyed), atomic_load(&wrong)};
  return OL_OK;
}

static const ol_worker counts = {
  OL_WORKER("counts", counts_state, counts_execute),
  .fields = OL_FIELDS(OL_RET(counts_state, accepted), OL_RET(counts_state, executed),
                      OL_RET(counts_state, completed), OL_RET(counts_state, destroyed),
                      OL_RET(counts_state, wrong)),
};

OL_MODULE(&once, &counts)
