/* ring.h: a queue of equal slots that grows. Floor 0. Takes no lock; its owner does. */
#ifndef OLI_RING_H
#define OLI_RING_H

#include <stdbool.h>
#include <stddef.h>

/* All zero but slot_size is an empty ring without memory. */
typedef struct oli_ring {
  char* slots;
  size_t slot_size; /* bytes, at least 1; a multiple of what they are aligned for */
  size_t capacity;  /* in slots: 0 or a power of two */
  size_t head;      /* the oldest slot; < capacity */
  size_t len;
} oli_ring;

/* Makes room for [more] slots. False: out of memory, and nothing has changed. */
bool oli_ring_reserve(oli_ring* ring, size_t more);

/* A new slot behind the others, not zeroed. NULL: out of memory; never after a reserve. */
void* oli_ring_push(oli_ring* ring);

/* The oldest slot; the ring is not empty. */
void* oli_ring_front(const oli_ring* ring);

/* Forgets the [count] oldest slots; at most len. */
void oli_ring_drop(oli_ring* ring, size_t count);

/* Moves the [count] oldest slots to [to]; at most len. */
void oli_ring_shift(oli_ring* ring, size_t count, void* to);

/* Frees the memory; the ring is empty again. */
void oli_ring_clear(oli_ring* ring);

#endif
