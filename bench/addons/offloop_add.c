/* The add job as an offloop worker: the whole of what its author writes. */
#include <offloop.h>

typedef struct {
  double a, b, sum;
} add_state;

static int add_execute(ol_job* job, void* state) {
  add_state* s = state;
  (void) job;
  s->sum = s->a + s->b;
  return OL_OK;
}

static const ol_worker add = {
  OL_WORKER("add", add_state, add_execute),
  .fields = OL_FIELDS(OL_ARG(add_state, a), OL_ARG(add_state, b), OL_RET(add_state, sum)),
};

OL_MODULE(&add)
