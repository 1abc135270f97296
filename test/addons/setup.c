/* A module whose setup fails the first time that it is run, and works the second time. */
#include <offloop.h>

#include <stdatomic.h>

static atomic_int inits;

static int library_init(void) {
  return atomic_fetch_add(&inits, 1) == 0 ? OL_NO_MEMORY : OL_OK;
}

typedef struct count_state {
  int32_t inits;
} count_state;

static int count_execute(ol_job* job, void* state) {
  (void) job;
  ((count_state*) state)->inits = atomic_load(&inits);
  return OL_OK;
}

static const ol_worker count_inits = {
  OL_WORKER("countInits", count_state, count_execute),
  .fields = OL_FIELDS(OL_RET(count_state, inits)),
};

OL_MODULE(&count_inits, OL_SETUP(library_init, NULL))
