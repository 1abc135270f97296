/* tally.h: what became of the jobs of a pool, in numbers. Floor 1.
 *
 * Of one environment: its loop writes most, and reads all. What a thread adds to is atomic. Nothing
 * is ever set back, so two looks at it tell what happened between. */
#ifndef OLI_TALLY_H
#define OLI_TALLY_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Bucket 0 is less than a microsecond, bucket n from 2^(n-1) microseconds on, the last without an
 * end: 2^30 microseconds are eighteen minutes. */
#define OLI_TALLY_BUCKETS 32

typedef struct oli_tally {
  /* by threads */
  atomic_uint_fast64_t begun; /* that a thread took up */
  atomic_size_t running;      /* of these, not over yet */

  /* loop only */
  uint64_t submitted;
  uint64_t skipped; /* over without having run */
  uint64_t done, failed, cancelled;
  uint64_t busy_ns; /* of those that ran and are settled */
  uint64_t waited[OLI_TALLY_BUCKETS];
  uint64_t took[OLI_TALLY_BUCKETS];
} oli_tally;

enum oli_tally_end { OLI_TALLY_DONE, OLI_TALLY_FAILED, OLI_TALLY_CANCELLED };

void oli_tally_init(oli_tally* tally);

/* A thread takes one up; it is over. [any] */
void oli_tally_begin(oli_tally* tally);
void oli_tally_finish(oli_tally* tally);

/* The same for a thread that goes through a slab, whose records are not counted when they are
 * submitted and begun. [any] */
void oli_tally_enter(oli_tally* tally);
void oli_tally_go(oli_tally* tally);

/* One that ran is settled. [loop] */
void oli_tally_settle(oli_tally* tally, enum oli_tally_end end, uint64_t waited_ns,
                      uint64_t took_ns);

/* One that never ran is. [loop] */
void oli_tally_skip(oli_tally* tally, enum oli_tally_end end);

/* How many wait to be taken up. [loop] */
uint64_t oli_tally_queued(const oli_tally* tally);

size_t oli_tally_bucket(uint64_t ns);

#endif
