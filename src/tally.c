#include "tally.h"

#include <string.h>

void oli_tally_init(oli_tally* tally) {
  memset(tally, 0, sizeof *tally);
  atomic_init(&tally->begun, 0);
  atomic_init(&tally->running, 0);
}

void oli_tally_begin(oli_tally* tally) {
  oli_tally_enter(tally);
  atomic_fetch_add_explicit(&tally->begun, 1, memory_order_relaxed);
}

void oli_tally_finish(oli_tally* tally) {
  oli_tally_go(tally);
}

void oli_tally_enter(oli_tally* tally) {
  atomic_fetch_add_explicit(&tally->running, 1, memory_order_relaxed);
}

void oli_tally_go(oli_tally* tally) {
  atomic_fetch_sub_explicit(&tally->running, 1, memory_order_relaxed);
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

static void tally_end(oli_tally* tally, enum oli_tally_end end) {
  if (end == OLI_TALLY_DONE) tally->done++;
  if (end == OLI_TALLY_FAILED) tally->failed++;
  if (end == OLI_TALLY_CANCELLED) tally->cancelled++;
}

void oli_tally_settle(oli_tally* tally, enum oli_tally_end end, uint64_t waited_ns,
                      uint64_t took_ns) {
  tally_end(tally, end);
  tally->busy_ns += took_ns;
  tally->waited[oli_tally_bucket(waited_ns)]++;
  tally->took[oli_tally_bucket(took_ns)]++;
}

void oli_tally_skip(oli_tally* tally, enum oli_tally_end end) {
  tally_end(tally, end);
  tally->skipped++;
}

/* One that is taken up meanwhile may be counted by either. */
uint64_t oli_tally_queued(const oli_tally* tally) {
  uint64_t gone = atomic_load_explicit(&tally->begun, memory_order_relaxed) + tally->skipped;
  return tally->submitted > gone ? tally->submitted - gone : 0;
}
