/* with: slab.c plat.c list.h */
/* records of a slab are claimed once each, by however many threads, and arrive once, in order */
#include "slab.h"

#include "check.h"

#define THREADS 4
#define RECORDS 512
#define ROUNDS 60

size_t oli_flat_slots(const oli_flat* flat) {
  return flat->arg_count > flat->ret_count ? flat->arg_count : flat->ret_count;
}

static const oli_flat two_slots = {.arg_count = 2, .ret_count = 1};

static oli_slab* new_slab(uint32_t count) {
  oli_slab* slab = oli_slab_new(&two_slots, count);
  CHECK(slab != NULL);
  for (uint32_t i = 0; i < count; i++) {
    oli_record* record = oli_slab_at(slab, i);
    record->id = i;
    record->slots[0] = i;
    record->slots[1] = -1;
  }
  return slab;
}

static void a_record_knows_its_slab_and_has_room_for_its_slots(void) {
  oli_slab* slab = new_slab(3);
  for (uint32_t i = 0; i < 3; i++) {
    oli_record* record = oli_slab_at(slab, i);
    CHECK(oli_slab_of(record) == slab && record->id == i && record->slots[0] == i);
    CHECK((uintptr_t) record->slots % sizeof(double) == 0);
  }
  CHECK(oli_slab_unref(slab));
  free(slab);
}

static void records_are_claimed_in_their_order_until_they_are_used_up(void) {
  oli_slab* slab = new_slab(3);
  for (uint32_t i = 0; i < 3; i++) {
    CHECK(!oli_slab_used_up(slab));
    CHECK(oli_slab_claim(slab)->id == i);
  }
  CHECK(oli_slab_used_up(slab) && oli_slab_claim(slab) == NULL);
  free(slab);
}

static void what_is_cut_is_claimed_by_nobody(void) {
  oli_slab* slab = new_slab(3);
  CHECK(oli_slab_claim(slab) != NULL);
  oli_slab_cut(slab);
  CHECK(oli_slab_used_up(slab) && oli_slab_claim(slab) == NULL);
  free(slab);
}

static void the_last_reference_frees(void) {
  oli_slab* slab = new_slab(1);
  oli_slab_ref(slab);
  CHECK(!oli_slab_unref(slab));
  CHECK(oli_slab_unref(slab));
  free(slab);
}

static void arrivals_are_taken_all_at_once_in_the_order_of_their_pushes(void) {
  oli_arrivals arrivals;
  oli_record* last;
  oli_slab* slab = new_slab(3);
  oli_arrivals_init(&arrivals);
  CHECK(oli_arrivals_take(&arrivals, &last) == NULL);
  for (uint32_t i = 0; i < 3; i++) {
    CHECK(oli_arrivals_push(&arrivals, oli_slab_at(slab, i)) == (i == 0));
  }
  oli_record* record = oli_arrivals_take(&arrivals, &last);
  CHECK(last == oli_slab_at(slab, 2));
  for (uint32_t i = 0; i < 3; i++, record = record->next) CHECK(record->id == i);
  CHECK(record == NULL && oli_arrivals_take(&arrivals, &last) == NULL);
  CHECK(oli_arrivals_push(&arrivals, oli_slab_at(slab, 0)));
  free(slab);
}

/* ---- Threads ------------------------------------------------------------------------------- */

typedef struct bench {
  oli_slab* slab;
  oli_arrivals arrivals;
  atomic_uint tellings; /* pushes that found nothing there */
  atomic_bool freed;
} bench;

static void work(void* arg) {
  bench* shared = arg;
  oli_record* record;
  while ((record = oli_slab_claim(shared->slab)) != NULL) {
    record->slots[1] = 2 * record->slots[0];
    if (oli_arrivals_push(&shared->arrivals, record)) atomic_fetch_add(&shared->tellings, 1);
  }
  if (oli_slab_unref(shared->slab)) {
    CHECK(!atomic_exchange(&shared->freed, true));
    free(shared->slab);
  }
}

/* The loop's part: what arrives is there once, with all that its thread wrote. */
static uint32_t take_some(bench* shared, bool seen[RECORDS]) {
  uint32_t count = 0;
  oli_record *next, *last;
  for (oli_record* at = oli_arrivals_take(&shared->arrivals, &last); at != NULL;
       at = next, count++) {
    next = at->next;
    CHECK(at->slots[1] == 2.0 * at->id && !seen[at->id]);
    seen[at->id] = true;
  }
  return count;
}

static void every_record_arrives_once(void) {
  oli_thread threads[THREADS];
  bool seen[RECORDS] = {false};
  bench shared = {.slab = new_slab(RECORDS)};
  uint32_t arrived = 0, takes = 0;
  oli_arrivals_init(&shared.arrivals);
  for (int i = 0; i < THREADS; i++) {
    oli_slab_ref(shared.slab);
    CHECK(oli_thread_start(&threads[i], "slab", work, &shared) == 0);
  }
  while (arrived < RECORDS) {
    uint32_t some = take_some(&shared, seen);
    arrived += some;
    takes += some > 0;
  }
  CHECK(take_some(&shared, seen) == 0 && arrived == RECORDS);
  if (oli_slab_unref(shared.slab)) {
    CHECK(!atomic_exchange(&shared.freed, true));
    free(shared.slab);
  }
  for (int i = 0; i < THREADS; i++) oli_thread_join(threads[i]);
  CHECK(atomic_load(&shared.freed) && atomic_load(&shared.tellings) == takes);
}

int main(void) {
  a_record_knows_its_slab_and_has_room_for_its_slots();
  records_are_claimed_in_their_order_until_they_are_used_up();
  what_is_cut_is_claimed_by_nobody();
  the_last_reference_frees();
  arrivals_are_taken_all_at_once_in_the_order_of_their_pushes();
  for (int i = 0; i < ROUNDS; i++) every_record_arrives_once();
  return 0;
}
