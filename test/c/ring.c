/* with: offloop.h */
/* a ring keeps its slots in order while it turns, grows and runs out of memory */
#include <stdlib.h>

/* Compiled in here with an allocator that can run dry. */
static int dry;

#define malloc(SIZE) (dry ? NULL : malloc(SIZE))
#include "../../src/ring.c"
#undef malloc

#include "check.h"

static uint32_t next_in, next_out;

static void push_some(oli_ring* ring, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t* slot = oli_ring_push(ring);
    CHECK(slot != NULL);
    *slot = next_in++;
  }
}

static void shift_some(oli_ring* ring, size_t count) {
  uint32_t slots[64];
  if (count > 0) CHECK(*(uint32_t*) oli_ring_front(ring) == next_out);
  oli_ring_shift(ring, count, slots);
  for (size_t i = 0; i < count; i++) CHECK(slots[i] == next_out++);
}

static void slots_come_out_in_the_order_in_which_they_went_in(void) {
  oli_ring ring = {.slot_size = sizeof(uint32_t)};
  uint32_t seed = 7;
  for (int i = 0; i < 20000; i++) {
    push_some(&ring, check_random(&seed) % 60);
    shift_some(&ring, check_random(&seed) % (ring.len < 64 ? ring.len + 1 : 64));
    if (ring.len == 0) continue;
    oli_ring_drop(&ring, 1);
    next_out++;
  }
  CHECK(ring.len == next_in - next_out);
  CHECK(ring.capacity >= ring.len && (ring.capacity & (ring.capacity - 1)) == 0);
  oli_ring_clear(&ring);
  CHECK(ring.slots == NULL && ring.len == 0 && ring.slot_size == sizeof(uint32_t));
}

static void a_reserve_makes_the_pushes_that_follow_safe(void) {
  oli_ring ring = {.slot_size = 24};
  CHECK(oli_ring_reserve(&ring, 100));
  dry = 1;
  for (int i = 0; i < 100; i++) CHECK(oli_ring_push(&ring) != NULL);
  while (ring.len < ring.capacity) CHECK(oli_ring_push(&ring) != NULL);
  size_t len = ring.len;
  CHECK(oli_ring_push(&ring) == NULL && ring.len == len && ring.slots != NULL);
  dry = 0;
  CHECK(oli_ring_push(&ring) != NULL && ring.len == len + 1);
  oli_ring_clear(&ring);
}

static void more_than_memory_is_refused(void) {
  oli_ring ring = {.slot_size = 24};
  CHECK(oli_ring_push(&ring) != NULL);
  CHECK(!oli_ring_reserve(&ring, SIZE_MAX) && !oli_ring_reserve(&ring, SIZE_MAX / 24));
  CHECK(ring.len == 1 && oli_ring_front(&ring) == ring.slots);
  oli_ring_clear(&ring);
}

int main(void) {
  slots_come_out_in_the_order_in_which_they_went_in();
  a_reserve_makes_the_pushes_that_follow_safe();
  more_than_memory_is_refused();
  return 0;
}
