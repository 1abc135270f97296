/* ring.c: slots in a circle.
 *
 * Shape: one allocation; the slots in use begin at [head] and go on behind the end at the start.
 * The capacity is a power of two, so that a place in the circle costs no division, and doubles when
 * it is used up, so that a slot is moved less than once on average. It never shrinks: a ring that
 * was full once is likely to be so again. */
#include "ring.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { RING_FIRST_CAPACITY = 8 };

static char* ring_at(const oli_ring* ring, size_t index) {
  return ring->slots + ((ring->head + index) & (ring->capacity - 1)) * ring->slot_size;
}

/* The [count] oldest slots, in the two parts that they may lie in. */
static void ring_copy(const oli_ring* ring, size_t count, char* to) {
  size_t unbroken = ring->capacity - ring->head;
  size_t first = count < unbroken ? count : unbroken;
  if (count == 0) return;
  memcpy(to, ring_at(ring, 0), first * ring->slot_size);
  if (first < count) {
    memcpy(to + first * ring->slot_size, ring->slots, (count - first) * ring->slot_size);
  }
}

/* 0: more than there can be. */
static size_t ring_capacity_for(const oli_ring* ring, size_t len) {
  size_t capacity = ring->capacity > 0 ? ring->capacity : RING_FIRST_CAPACITY;
  size_t most = (size_t) PTRDIFF_MAX / ring->slot_size;
  while (capacity < len && capacity <= most) capacity *= 2;
  return capacity <= most ? capacity : 0;
}

static bool ring_grow(oli_ring* ring, size_t capacity) {
  char* slots = capacity > 0 ? malloc(capacity * ring->slot_size) : NULL;
  if (slots == NULL) return false;
  ring_copy(ring, ring->len, slots);
  free(ring->slots);
  ring->slots = slots;
  ring->capacity = capacity;
  ring->head = 0;
  return true;
}

bool oli_ring_reserve(oli_ring* ring, size_t more) {
  if (more <= ring->capacity - ring->len) return true;
  if (more > SIZE_MAX - ring->len) return false;
  return ring_grow(ring, ring_capacity_for(ring, ring->len + more));
}

void* oli_ring_push(oli_ring* ring) {
  if (!oli_ring_reserve(ring, 1)) return NULL;
  return ring_at(ring, ring->len++);
}

void* oli_ring_front(const oli_ring* ring) {
  return ring_at(ring, 0);
}

void oli_ring_drop(oli_ring* ring, size_t count) {
  if (count == 0) return;
  ring->head = (ring->head + count) & (ring->capacity - 1);
  ring->len -= count;
}

void oli_ring_shift(oli_ring* ring, size_t count, void* to) {
  ring_copy(ring, count, to);
  oli_ring_drop(ring, count);
}

void oli_ring_clear(oli_ring* ring) {
  free(ring->slots);
  *ring = (oli_ring){.slot_size = ring->slot_size};
}
