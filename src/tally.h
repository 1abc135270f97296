/* tally.h: what became of the jobs of a pool, in numbers. Floor 1.
 *
 * Of one environment: its loop writes most, and reads all. What a thread adds to is atomic. Nothing
 * is ever set back, so two looks at it tell what happened between. What a job counts as is changed
 * before it comes home, so whoever learns of its end finds it counted as over. */
#ifndef OLI_TALLY_H
#define OLI_TALLY_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Bucket 0 is less than a microsecond, bucket n from 2^(n-1) microseconds on, the last without an
 * end: 2^30 microseconds are eighteen minutes. */
#define OLI_TALLY_BUCKETS 32

/* Times of jobs that ran and are settled: each in one of the buckets, and all of them added. */
typedef struct oli_tally_histogram {
  uint64_t sum_ns;
  uint64_t buckets[OLI_TALLY_BUCKETS];
} oli_tally_histogram;

typedef struct oli_tally {
  /* by threads */
  atomic_uint_fast64_t begun;   /* that a thread took up */
  atomic_uint_fast64_t dropped; /* over without having run */
  atomic_size_t running;        /* of those that were taken up, not over yet */

  /* loop only */
  uint64_t submitted;
  uint64_t done, failed, cancelled;
  uint64_t busy_ns; /* of their threads: what a job that is held goes on for is none's */
  oli_tally_histogram waited, took;
} oli_tally;

enum oli_tally_end { OLI_TALLY_DONE, OLI_TALLY_FAILED, OLI_TALLY_CANCELLED };

/* Of one job, in nanoseconds: until a thread took it up, from there until it was over, and of that
 * how long its thread was at it. */
typedef struct oli_tally_times {
  uint64_t waited, took, busy;
} oli_tally_times;

void oli_tally_init(oli_tally* tally);

/* A thread takes one up; it is over. [any] */
void oli_tally_begin(oli_tally* tally);
void oli_tally_finish(oli_tally* tally);

/* One that was submitted is over, and no thread took it up. [any] */
void oli_tally_drop(oli_tally* tally);

/* One is settled; and one that ran. [loop] */
void oli_tally_settle(oli_tally* tally, enum oli_tally_end end);
void oli_tally_settle_run(oli_tally* tally, enum oli_tally_end end, oli_tally_times times);

/* How many wait to be taken up. [loop] */
uint64_t oli_tally_queued(const oli_tally* tally);

size_t oli_tally_bucket(uint64_t ns);

#endif
