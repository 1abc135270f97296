/* nap.h: waiting in a test. A test waits until something is true and never asserts that it was
 * soon; the runner's own time limit ends one that waits for ever. */
#ifndef NAP_H
#define NAP_H

#include "plat.h"

static inline void nap_ms(unsigned ms) {
  oli_mutex mutex;
  oli_cond nobody;
  uint64_t due_ns = oli_now_ns() + ms * UINT64_C(1000000);
  oli_mutex_init(&mutex);
  oli_cond_init(&nobody);
  oli_mutex_lock(&mutex);
  while (oli_cond_wait_until(&nobody, &mutex, due_ns)) continue;
  oli_mutex_unlock(&mutex);
  oli_cond_destroy(&nobody);
  oli_mutex_destroy(&mutex);
}

#define NAP_UNTIL(TRUTH) \
  while (!(TRUTH)) nap_ms(1)

#endif
