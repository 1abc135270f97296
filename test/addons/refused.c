/* A module whose table cannot work: loading it throws. */
#include <offloop.h>

static int refused_execute(ol_job* job, void* state) {
  (void) job;
  (void) state;
  return OL_OK;
}

static const ol_worker refused = {OL_WORKER("refused", int, refused_execute), .callback = -1};

OL_MODULE(&refused)
