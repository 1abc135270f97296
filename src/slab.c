/* slab.c: claims by a cursor, arrivals on a stack; no lock.
 *
 * Invariants:
 *   - each record is claimed once: fetch_add gives each value of the cursor to one thread, and
 *     only values below count are records;
 *   - a record arrives at most once, pushed by the thread that claimed it, and is the loop's from
 *     then on: the thread does not touch it any more;
 *   - of the pushes between two takes, the first one finds the stack empty, and only that one has
 *     to tell the loop.
 * test/model/slab.pml has both protocols. */
#include "slab.h"

#include <stdlib.h>

oli_slab* oli_slab_new(const oli_flat* flat, uint32_t count) {
  uint32_t stride = (uint32_t) (sizeof(oli_record) + oli_flat_slots(flat) * sizeof(double));
  oli_slab* slab = malloc(sizeof *slab + (size_t) stride * count);
  if (slab == NULL) return NULL;
  *slab = (oli_slab){.flat = flat, .stride = stride, .count = count, .unsettled = count};
  atomic_init(&slab->cursor, 0);
  atomic_init(&slab->refs, 1);
  for (uint32_t i = 0; i < count; i++) {
    oli_slab_at(slab, i)->offset = (uint32_t) offsetof(oli_slab, records) + i * stride;
  }
  return slab;
}

void oli_slab_ref(oli_slab* slab) {
  atomic_fetch_add_explicit(&slab->refs, 1, memory_order_relaxed);
}

bool oli_slab_unref(oli_slab* slab) {
  return atomic_fetch_sub_explicit(&slab->refs, 1, memory_order_acq_rel) == 1;
}

oli_record* oli_slab_at(oli_slab* slab, uint32_t index) {
  return (oli_record*) (void*) ((char*) slab->records + (size_t) index * slab->stride);
}

oli_slab* oli_slab_of(oli_record* record) {
  return (oli_slab*) (void*) ((char*) record - record->offset);
}

oli_record* oli_slab_claim(oli_slab* slab) {
  if (oli_slab_used_up(slab)) return NULL;
  uint32_t index = atomic_fetch_add_explicit(&slab->cursor, 1, memory_order_relaxed);
  return index < slab->count ? oli_slab_at(slab, index) : NULL;
}

uint32_t oli_slab_left(oli_slab* slab) {
  uint32_t cursor = atomic_load_explicit(&slab->cursor, memory_order_relaxed);
  return cursor < slab->count ? slab->count - cursor : 0;
}

bool oli_slab_used_up(oli_slab* slab) {
  return oli_slab_left(slab) == 0;
}

void oli_slab_cut(oli_slab* slab) {
  atomic_store_explicit(&slab->cursor, slab->count, memory_order_relaxed);
}

/* ---- Arrivals ------------------------------------------------------------------------------ */

void oli_arrivals_init(oli_arrivals* arrivals) {
  atomic_init(&arrivals->top, NULL);
}

bool oli_arrivals_push(oli_arrivals* arrivals, oli_record* record) {
  oli_record* top = atomic_load_explicit(&arrivals->top, memory_order_relaxed);
  do {
    record->next = top;
  } while (!atomic_compare_exchange_weak_explicit(&arrivals->top, &top, record,
                                                  memory_order_release, memory_order_relaxed));
  return top == NULL;
}

oli_record* oli_arrivals_take(oli_arrivals* arrivals, oli_record** last) {
  oli_record* oldest = NULL;
  oli_record* top = atomic_exchange_explicit(&arrivals->top, NULL, memory_order_acquire);
  *last = top;
  while (top != NULL) {
    oli_record* below = top->next;
    top->next = oldest;
    oldest = top;
    top = below;
  }
  return oldest;
}
