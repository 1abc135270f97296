/* check.h: what the plain C tests have in common. A test prints nothing and exits 0, or says which
 * line was not true and exits 1. */
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK(TRUTH)                                                        \
  do {                                                                      \
    if (!(TRUTH)) {                                                         \
      fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #TRUTH); \
      exit(1);                                                              \
    }                                                                       \
  } while (0)

/* Numbers that look random and are the same in every run. [seed] is not 0. */
static inline uint32_t check_random(uint32_t* seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 17;
  *seed ^= *seed << 5;
  return *seed;
}

#endif
