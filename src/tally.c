#include "tally.h"

#include <string.h>

void oli_tally_init(oli_tally* tally) {
  memset(tally, 0, sizeof *tally);
  atomic_init(&tally->begun, 0);
  atomic_init(&tally->dropped, 0);
  atomic_init(&tally->running, 0);
}

void oli_tally_begin(oli_tally* tally) {
  atomic_fetch_add_explicit(&tally->running, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&tally->begun, 1, memory_order_relaxed);
}

void oli_tally_finish(oli_tally* tally) {
  atomic_fetch_sub_explicit(&tally->running, 1, memory_order_relaxed);
}

void oli_tally_drop(oli_tally* tally) {
  atomic_fetch_add_explicit(&tally->dropped, 1, memory_order_relaxed);
}

/* The bits of the number of microseconds. */
size_t oli_tally_bucket(uint64_t ns) {
  const uint64_t most_us = (UINT64_C(1) << (OLI_TALLY_BUCKETS - 1)) - 1;
  uint64_t us = ns / 1000 < most_us ? ns / 1000 : most_us;
  size_t bucket = 0;
  for (size_t step = 16; step > 0; step /= 2) {
    if (us >> (bucket + step) != 0) bucket += step;
  }
  return bucket + (us != 0);
}

static void tally_add(oli_tally_histogram* histogram, uint64_t ns) {
  histogram->sum_ns += ns;
  histogram->buckets[oli_tally_bucket(ns)]++;
}

void oli_tally_settle(oli_tally* tally, enum oli_tally_end end) {
  if (end == OLI_TALLY_DONE) tally->done++;
  if (end == OLI_TALLY_FAILED) tally->failed++;
  if (end == OLI_TALLY_CANCELLED) tally->cancelled++;
}

void oli_tally_settle_run(oli_tally* tally, enum oli_tally_end end, oli_tally_times times) {
  oli_tally_settle(tally, end);
  tally->busy_ns += times.busy;
  tally_add(&tally->waited, times.waited);
  tally_add(&tally->took, times.took);
}

/* One that is taken up meanwhile may be counted by either. */
uint64_t oli_tally_queued(const oli_tally* tally) {
  uint64_t gone = atomic_load_explicit(&tally->begun, memory_order_relaxed) +
                  atomic_load_explicit(&tally->dropped, memory_order_relaxed);
  return tally->submitted > gone ? tally->submitted - gone : 0;
}
