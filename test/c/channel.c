/* with: plat.c arena.c attribute.c rules.c fields.c parcel.c ring.c */
/* a channel keeps order and limits, tells its taker once, and serves putters as they came */
#include <stdlib.h>
#include <string.h>

/* Compiled in here with an allocator that can run dry. */
static int dry;

#define malloc(SIZE) (dry ? NULL : malloc(SIZE))
#define calloc(COUNT, SIZE) (dry ? NULL : calloc(COUNT, SIZE))
#include "../../src/channel.c"
#undef malloc
#undef calloc

#include "nap.h"
#include "shape_fixture.h"

typedef struct pair {
  int32_t id;
  double number;
} pair;

typedef struct text {
  int32_t id;
  ol_buf buf;
} text;

/* clang-format off */
static const ol_shape* const pair_shape =
  OL_SHAPE(pair, OL_MEMBER(pair, id), OL_MEMBER(pair, number));
static const ol_shape* const text_shape =
  OL_SHAPE(text, OL_MEMBER(text, id), OL_MEMBER(text, buf));
/* clang-format on */

static const oli_shape* bare;
static const oli_shape* deep;
static oli_mutex lock = OLI_MUTEX_INIT;
static atomic_int notified, freed;

static void count_notify(void* arg) {
  CHECK(arg == &notified);
  atomic_fetch_add(&notified, 1);
}

static void count_free(void* data) {
  atomic_fetch_add(&freed, 1);
  free(data);
}

static oli_channel* channel_of(const oli_shape* shape, size_t items, size_t bytes, int on_full) {
  oli_channel_limits limits = {items, bytes, on_full};
  oli_channel* channel = oli_channel_new(shape, limits, count_notify, &notified);
  CHECK(channel != NULL);
  atomic_store(&notified, 0);
  atomic_store(&freed, 0);
  return channel;
}

static int put_pair(oli_channel* channel, int32_t id, uint64_t due_ns) {
  pair record = {id, id / 2.0};
  return oli_channel_put(channel, &record, NULL, NULL, due_ns);
}

/* A record with a block of [size] bytes. */
static int put_text(oli_channel* channel, int32_t id, size_t size, uint64_t due_ns) {
  oli_arena arena = {0};
  text record = {.id = id};
  oli_owned owned;
  CHECK(oli_arena_buf_adopt(&arena, &record.buf, malloc(size), size, count_free) == OL_OK);
  memset(record.buf.data, id, size);
  int status = oli_channel_put(channel, &record, &arena, &lock, due_ns);
  CHECK(oli_arena_find(&arena, record.buf.data, &owned) == (status != OL_OK));
  oli_arena_clear(&arena);
  return status;
}

static int32_t id_at(const oli_batch* batch, size_t index) {
  int32_t id;
  memcpy(&id, oli_batch_record(batch, index), sizeof id);
  return id;
}

/* Takes [len] records, the first of them [first], and says at once that they are used up. */
static void take_and_use(oli_channel* channel, int32_t first, size_t len) {
  oli_batch batch, none;
  CHECK(oli_channel_take(channel, 0, len, &batch) == OL_OK && batch.len == len);
  for (size_t i = 0; i < len; i++) CHECK(id_at(&batch, i) == first + (int32_t) i);
  oli_batch_free(&batch);
  CHECK(oli_channel_take(channel, len, 0, &none) == OL_OK && none.len == 0);
  oli_batch_free(&none);
}

/* What taking from an empty channel gives. */
static int take_nothing(oli_channel* channel, size_t used) {
  oli_batch batch;
  int status = oli_channel_take(channel, used, 100, &batch);
  CHECK(batch.len == 0 && batch.records == NULL);
  oli_batch_free(&batch);
  return status;
}

/* ---- Order and limits ---------------------------------------------------------------------- */

static void records_come_out_in_order(void) {
  oli_channel* channel = channel_of(bare, 1000, 0, OLI_FULL_WAIT);
  int32_t in = 0, out = 0;
  uint32_t seed = 3;
  for (int i = 0; i < 2000; i++) {
    size_t more = check_random(&seed) % (1001 - (uint32_t) (in - out));
    for (size_t k = 0; k < more; k++) CHECK(put_pair(channel, in++, 0) == OL_OK);
    size_t less = check_random(&seed) % ((uint32_t) (in - out) + 1);
    if (less > 0) take_and_use(channel, out, less);
    out += (int32_t) less;
    CHECK(oli_channel_len(channel) == (size_t) (in - out));
  }
  oli_channel_free(channel);
}

static void what_is_taken_counts_until_it_is_used_up(void) {
  oli_channel* channel = channel_of(bare, 4, 0, OLI_FULL_WAIT);
  oli_batch batch;
  for (int i = 0; i < 4; i++) CHECK(put_pair(channel, i, 0) == OL_OK);
  CHECK(put_pair(channel, 4, 0) == OL_AGAIN);
  CHECK(oli_channel_take(channel, 0, 3, &batch) == OL_OK && batch.len == 3);
  CHECK(batch.stride == sizeof(pair) && oli_batch_arena(&batch, 0) == NULL);
  CHECK(put_pair(channel, 4, 0) == OL_AGAIN);
  oli_batch_free(&batch);
  CHECK(put_pair(channel, 4, 0) == OL_AGAIN);
  CHECK(oli_channel_take(channel, 2, 0, &batch) == OL_OK && batch.len == 0);
  CHECK(put_pair(channel, 4, 0) == OL_OK && put_pair(channel, 5, 0) == OL_OK);
  CHECK(put_pair(channel, 6, 0) == OL_AGAIN);
  oli_channel_free(channel);
}

static void bytes_are_limited_and_one_record_always_fits(void) {
  oli_channel* channel = channel_of(deep, 100, 1000, OLI_FULL_WAIT);
  oli_batch batch;
  CHECK(put_text(channel, 0, 5000, 0) == OL_OK && put_text(channel, 1, 1, 0) == OL_AGAIN);
  take_and_use(channel, 0, 1);
  CHECK(put_text(channel, 1, 400, 0) == OL_OK && put_text(channel, 2, 400, 0) == OL_OK);
  CHECK(put_text(channel, 3, 400, 0) == OL_AGAIN);
  CHECK(oli_channel_take(channel, 0, 1, &batch) == OL_OK);
  CHECK(put_text(channel, 3, 400, 0) == OL_AGAIN);
  oli_batch_free(&batch);
  CHECK(oli_channel_take(channel, 1, 0, &batch) == OL_OK && put_text(channel, 3, 400, 0) == OL_OK);
  oli_channel_free(channel);
  channel = channel_of(bare, 100, 5 * sizeof(pair) + 1, OLI_FULL_WAIT);
  for (int i = 0; i < 5; i++) CHECK(put_pair(channel, i, 0) == OL_OK);
  CHECK(put_pair(channel, 5, 0) == OL_AGAIN);
  oli_channel_free(channel);
}

static void the_oldest_are_dropped_and_the_newest_stays(void) {
  oli_channel* channel = channel_of(deep, 3, 0, OLI_FULL_DROP_OLDEST);
  oli_batch batch;
  for (int i = 0; i < 10; i++) CHECK(put_text(channel, i, 8, 0) == OL_OK);
  CHECK(oli_channel_dropped(channel) == 7 && atomic_load(&freed) == 7);
  CHECK(oli_channel_take(channel, 0, 9, &batch) == OL_OK && batch.len == 3);
  CHECK(id_at(&batch, 0) == 7);
  for (int i = 10; i < 13; i++) CHECK(put_text(channel, i, 8, 0) == OL_OK);
  oli_batch_free(&batch);
  CHECK(oli_channel_len(channel) == 1 && oli_channel_dropped(channel) == 9);
  take_and_use(channel, 12, 1);
  oli_channel_free(channel);
  CHECK(atomic_load(&freed) == 13);
}

static void the_oldest_make_room_for_a_big_one(void) {
  oli_channel* channel = channel_of(deep, 100, 1000, OLI_FULL_DROP_OLDEST);
  for (int i = 0; i < 8; i++) CHECK(put_text(channel, i, 50, 0) == OL_OK);
  CHECK(oli_channel_dropped(channel) == 0 && put_text(channel, 8, 800, 0) == OL_OK);
  CHECK(oli_channel_len(channel) > 1 && oli_channel_dropped(channel) > 4);
  CHECK(put_text(channel, 9, 3000, 0) == OL_OK && oli_channel_len(channel) == 1);
  take_and_use(channel, 9, 1);
  oli_channel_free(channel);
  channel = channel_of(bare, 2, 0, OLI_FULL_DROP_OLDEST);
  for (int i = 0; i < 9; i++) CHECK(put_pair(channel, i, 0) == OL_OK);
  take_and_use(channel, 7, 2);
  CHECK(oli_channel_dropped(channel) == 7);
  oli_channel_free(channel);
}

static void the_newest_is_dropped_where_it_is_told_so(void) {
  oli_channel* channel = channel_of(deep, 2, 0, OLI_FULL_DROP_NEWEST);
  for (int i = 0; i < 5; i++) CHECK(put_text(channel, i, 8, UINT64_MAX) == OL_OK);
  CHECK(oli_channel_dropped(channel) == 3 && atomic_load(&freed) == 3);
  take_and_use(channel, 0, 2);
  oli_channel_free(channel);
}

/* ---- Blocks and memory --------------------------------------------------------------------- */

static void a_batch_outlives_its_channel_and_gives_its_blocks(void) {
  oli_channel* channel = channel_of(deep, 9, 0, OLI_FULL_WAIT);
  oli_batch batch;
  oli_owned owned;
  for (int i = 0; i < 3; i++) CHECK(put_text(channel, i, 100, 0) == OL_OK);
  CHECK(oli_channel_take(channel, 0, 9, &batch) == OL_OK && batch.len == 3);
  oli_channel_free(channel);
  const text* second = oli_batch_record(&batch, 1);
  CHECK(second->buf.data[99] == 1);
  CHECK(oli_arena_take(oli_batch_arena(&batch, 1), second->buf.data, &owned));
  oli_batch_free(&batch);
  CHECK(atomic_load(&freed) == 2 && batch.records == NULL);
  owned.free_data(owned.data);
}

static void what_is_refused_may_be_put_again(void) {
  oli_channel* channel = channel_of(deep, 1, 0, OLI_FULL_WAIT);
  oli_arena arena = {0};
  text record = {.id = 1};
  CHECK(put_text(channel, 0, 8, 0) == OL_OK);
  CHECK(oli_arena_buf_adopt(&arena, &record.buf, malloc(8), 8, count_free) == OL_OK);
  for (int i = 0; i < 3; i++) {
    CHECK(oli_channel_put(channel, &record, &arena, &lock, 0) == OL_AGAIN);
    record.buf.data[0] = 5; /* it is still there */
  }
  take_and_use(channel, 0, 1);
  CHECK(oli_channel_put(channel, &record, &arena, &lock, 0) == OL_OK);
  oli_arena_clear(&arena);
  CHECK(atomic_load(&freed) == 1);
  take_and_use(channel, 1, 1);
  CHECK(atomic_load(&freed) == 2);
  oli_channel_free(channel);
}

static void what_is_refused_stays_its_putters(void) {
  oli_channel* channel = channel_of(deep, 1, 0, OLI_FULL_WAIT);
  CHECK(put_text(channel, 0, 8, 0) == OL_OK && put_text(channel, 1, 8, 0) == OL_AGAIN);
  CHECK(atomic_load(&freed) == 1);
  CHECK(put_text(channel, 1, 8, oli_now_ns() + 2000000) == OL_TIMED_OUT);
  CHECK(atomic_load(&freed) == 2);
  oli_channel_stop(channel, OL_ENDED);
  oli_channel_stop(channel, OL_CANCELLED);
  CHECK(put_text(channel, 1, 8, UINT64_MAX) == OL_ENDED && atomic_load(&freed) == 3);
  take_and_use(channel, 0, 1);
  CHECK(take_nothing(channel, 0) == OL_ENDED);
  oli_channel_free(channel);
}

static void a_cut_throws_away_what_is_queued(void) {
  oli_channel* channel = channel_of(deep, 9, 1000, OLI_FULL_WAIT);
  oli_batch batch;
  for (int i = 0; i < 4; i++) CHECK(put_text(channel, i, 8, 0) == OL_OK);
  CHECK(oli_channel_take(channel, 0, 1, &batch) == OL_OK);
  oli_channel_stop(channel, OL_ENDED);
  oli_channel_cut(channel, OL_CANCELLED);
  CHECK(atomic_load(&freed) == 3 && oli_channel_len(channel) == 0);
  CHECK(take_nothing(channel, 1) == OL_ENDED);
  CHECK(((text*) oli_batch_record(&batch, 0))->buf.data[7] == 0);
  oli_batch_free(&batch);
  oli_channel_cut(channel, OL_CANCELLED);
  oli_channel_free(channel);
}

static void no_memory_takes_and_loses_nothing(void) {
  oli_channel* channel = channel_of(deep, 99, 100000, OLI_FULL_WAIT);
  oli_batch batch;
  dry = 1;
  CHECK(oli_channel_new(bare, (oli_channel_limits){1, 0, 0}, NULL, NULL) == NULL);
  dry = 0;
  for (int i = 0; i < 4; i++) CHECK(put_text(channel, i, 8, 0) == OL_OK);
  dry = 1;
  CHECK(oli_channel_take(channel, 0, 99, &batch) == OL_NO_MEMORY && batch.len == 0);
  dry = 0;
  oli_batch_free(&batch);
  take_and_use(channel, 0, 4);
  oli_channel_free(channel);
}

static void bad_data_is_refused(void) {
  oli_channel* channel = channel_of(deep, 2, 0, OLI_FULL_WAIT);
  text bad = {1, {NULL, 7}};
  CHECK(oli_channel_put(channel, &bad, NULL, NULL, 0) == OL_INVALID);
  CHECK(oli_channel_len(channel) == 0);
  oli_channel_free(channel);
}

/* ---- Waking the taker ---------------------------------------------------------------------- */

static void an_empty_take_is_told_once(void) {
  oli_channel* channel = channel_of(bare, 9, 0, OLI_FULL_WAIT);
  CHECK(put_pair(channel, 0, 0) == OL_OK && atomic_load(&notified) == 0);
  take_and_use(channel, 0, 1);
  CHECK(put_pair(channel, 1, 0) == OL_OK && atomic_load(&notified) == 0);
  take_and_use(channel, 1, 1);
  CHECK(take_nothing(channel, 0) == OL_OK && take_nothing(channel, 0) == OL_OK);
  CHECK(atomic_load(&notified) == 0);
  for (int i = 2; i < 5; i++) CHECK(put_pair(channel, i, 0) == OL_OK);
  CHECK(atomic_load(&notified) == 1);
  take_and_use(channel, 2, 3);
  CHECK(take_nothing(channel, 0) == OL_OK);
  oli_channel_stop(channel, OL_ENDED);
  CHECK(atomic_load(&notified) == 2);
  oli_channel_cut(channel, OL_ENDED);
  CHECK(take_nothing(channel, 0) == OL_ENDED && atomic_load(&notified) == 2);
  oli_channel_free(channel);
}

static void who_looked_in_vain_is_told(void) {
  oli_channel* channel = channel_of(bare, 1000, 0, OLI_FULL_WAIT);
  for (int round = 0; round < 10; round++) {
    for (int i = 0; i < 500; i++) CHECK(put_pair(channel, i, 0) == OL_OK);
    CHECK(atomic_load(&notified) == round);
    take_and_use(channel, 0, 500);
    CHECK(take_nothing(channel, 0) == OL_OK && atomic_load(&notified) == round);
    CHECK(put_pair(channel, 0, 0) == OL_OK && atomic_load(&notified) == round + 1);
    take_and_use(channel, 0, 1);
  }
  oli_channel_free(channel);
}

enum { FLOOD = 50000 };

/* In bursts, so that the taker finds many, few and none. */
static void put_a_flood(void* channel) {
  uint32_t seed = 5;
  for (int32_t i = 0; i < FLOOD; i++) {
    CHECK(put_pair(channel, i, UINT64_MAX) == OL_OK);
    for (uint32_t k = check_random(&seed) % 400; i % 50 == 0 && k > 0; k--) oli_spin_pause();
  }
}

/* Comes again only when it found some or was told. */
static void in_a_flood_all_come_in_order(void) {
  oli_channel* channel = channel_of(bare, 128, 0, OLI_FULL_WAIT);
  oli_thread thread;
  int32_t next = 0;
  int empty = 0;
  size_t used = 0;
  CHECK(oli_thread_start(&thread, "flood", put_a_flood, channel) == 0);
  while (next < FLOOD) {
    oli_batch batch;
    CHECK(oli_channel_take(channel, used, 64, &batch) == OL_OK && batch.len <= 64);
    for (size_t i = 0; i < batch.len; i++) CHECK(id_at(&batch, i) == next++);
    used = batch.len;
    empty += used == 0;
    oli_batch_free(&batch);
    if (used == 0) NAP_UNTIL(atomic_load(&notified) == empty);
  }
  oli_thread_join(thread);
  CHECK(atomic_load(&notified) == empty);
  oli_channel_free(channel);
}

static void put_one_late(void* channel) {
  nap_ms(2);
  CHECK(put_pair(channel, 5, 0) == OL_OK);
}

static void stop_late(void* channel) {
  nap_ms(2);
  oli_channel_stop(channel, OL_CANCELLED);
}

static void a_waiting_taker_wakes(void) {
  oli_channel* channel = channel_of(bare, 9, 0, OLI_FULL_WAIT);
  oli_thread thread;
  CHECK(oli_channel_wait(channel, 0) == OL_TIMED_OUT);
  CHECK(oli_channel_wait(channel, oli_now_ns() + 1000000) == OL_TIMED_OUT);
  CHECK(oli_thread_start(&thread, "put", put_one_late, channel) == 0);
  CHECK(oli_channel_wait(channel, UINT64_MAX) == OL_OK && oli_channel_len(channel) == 1);
  oli_thread_join(thread);
  CHECK(oli_channel_wait(channel, 0) == OL_OK);
  take_and_use(channel, 5, 1);
  CHECK(oli_thread_start(&thread, "stop", stop_late, channel) == 0);
  CHECK(oli_channel_wait(channel, UINT64_MAX) == OL_CANCELLED);
  oli_thread_join(thread);
  CHECK(atomic_load(&notified) == 0);
  oli_channel_free(channel);
}

/* ---- Waiting putters ----------------------------------------------------------------------- */

typedef struct waiter {
  oli_channel* channel;
  oli_thread thread;
  int32_t id;
  size_t size;
  uint64_t due_ns;
  int status;
} waiter;

static void waiter_run(void* arg) {
  waiter* self = arg;
  self->status = self->size > 0 ? put_text(self->channel, self->id, self->size, self->due_ns)
                                : put_pair(self->channel, self->id, self->due_ns);
}

static size_t waiting(oli_channel* channel) {
  size_t count = 0;
  oli_mutex_lock(&channel->lock);
  for (oli_link* link = channel->putters.head.next; link != &channel->putters.head;
       link = link->next) {
    count++;
  }
  oli_mutex_unlock(&channel->lock);
  return count;
}

/* Starts it behind all who wait already. */
static void waiter_start(waiter* self, oli_channel* channel, int32_t id, size_t size) {
  size_t before = waiting(channel);
  *self = (waiter){.channel = channel, .id = id, .size = size, .due_ns = UINT64_MAX};
  CHECK(oli_thread_start(&self->thread, "waiter", waiter_run, self) == 0);
  NAP_UNTIL(waiting(channel) == before + 1);
}

static void waiter_ends(waiter* self, int status) {
  oli_thread_join(self->thread);
  CHECK(self->status == status);
}

static void who_waits_is_served_in_the_order_of_coming(void) {
  oli_channel* channel = channel_of(bare, 2, 0, OLI_FULL_WAIT);
  waiter waiters[3];
  CHECK(put_pair(channel, 0, 0) == OL_OK && put_pair(channel, 1, 0) == OL_OK);
  for (int i = 0; i < 3; i++) waiter_start(&waiters[i], channel, 2 + i, 0);
  take_and_use(channel, 0, 2);
  CHECK(oli_channel_len(channel) == 2 && put_pair(channel, 9, 0) == OL_AGAIN);
  waiter_ends(&waiters[0], OL_OK);
  waiter_ends(&waiters[1], OL_OK);
  take_and_use(channel, 2, 2);
  waiter_ends(&waiters[2], OL_OK);
  take_and_use(channel, 4, 1);
  oli_channel_free(channel);
}

/* The big one does not fit; a small one that comes later would, and does not pass it. */
static void a_small_record_does_not_pass_a_big_one_that_waits(void) {
  oli_channel* channel = channel_of(deep, 9, 1000, OLI_FULL_WAIT);
  waiter big;
  CHECK(put_text(channel, 0, 500, 0) == OL_OK);
  waiter_start(&big, channel, 1, 800);
  CHECK(put_text(channel, 2, 10, 0) == OL_AGAIN);
  take_and_use(channel, 0, 1);
  waiter_ends(&big, OL_OK);
  CHECK(put_text(channel, 2, 10, 0) == OL_OK);
  take_and_use(channel, 1, 2);
  oli_channel_free(channel);
}

static void who_gives_up_makes_room_for_the_next(void) {
  oli_channel* channel = channel_of(deep, 9, 1000, OLI_FULL_WAIT);
  waiter big, small;
  CHECK(put_text(channel, 0, 500, 0) == OL_OK);
  big = (waiter){.channel = channel, .id = 1, .size = 800, .due_ns = oli_now_ns() + 50000000};
  CHECK(oli_thread_start(&big.thread, "waiter", waiter_run, &big) == 0);
  NAP_UNTIL(waiting(channel) == 1 || oli_now_ns() > big.due_ns);
  small = (waiter){.channel = channel, .id = 1, .size = 10, .due_ns = UINT64_MAX};
  CHECK(oli_thread_start(&small.thread, "waiter", waiter_run, &small) == 0);
  waiter_ends(&big, OL_TIMED_OUT);
  waiter_ends(&small, OL_OK);
  take_and_use(channel, 0, 2);
  oli_channel_free(channel);
  CHECK(atomic_load(&freed) == 3);
}

static void a_stop_frees_all_who_wait(void) {
  for (int cut = 0; cut < 2; cut++) {
    oli_channel* channel = channel_of(deep, 1, 0, OLI_FULL_WAIT);
    waiter waiters[4];
    CHECK(put_text(channel, 0, 8, 0) == OL_OK);
    for (int i = 0; i < 4; i++) waiter_start(&waiters[i], channel, 1, 8);
    (cut ? oli_channel_cut : oli_channel_stop)(channel, OL_CANCELLED);
    for (int i = 0; i < 4; i++) waiter_ends(&waiters[i], OL_CANCELLED);
    CHECK(atomic_load(&freed) == 4 + cut);
    if (!cut) take_and_use(channel, 0, 1);
    CHECK(take_nothing(channel, 0) == OL_CANCELLED);
    oli_channel_free(channel);
  }
}

static atomic_int pauses, resumes;

static void count_pause(void* arg) {
  atomic_fetch_add(&pauses, 1);
  CHECK(oli_channel_len(arg) < 2); /* no lock is held */
}

static void count_resume(void* arg) {
  CHECK(oli_channel_len(arg) < 2);
  atomic_fetch_add(&resumes, 1);
}

static void only_a_wait_is_told(void) {
  oli_channel* channel = channel_of(bare, 1, 0, OLI_FULL_WAIT);
  waiter late;
  oli_channel_on_wait(channel, count_pause, count_resume, channel);
  CHECK(put_pair(channel, 0, UINT64_MAX) == OL_OK && put_pair(channel, 1, 0) == OL_AGAIN);
  CHECK(oli_channel_wait(channel, UINT64_MAX) == OL_OK && atomic_load(&pauses) == 0);
  waiter_start(&late, channel, 1, 0);
  NAP_UNTIL(atomic_load(&pauses) == 1);
  CHECK(atomic_load(&resumes) == 0);
  take_and_use(channel, 0, 1);
  waiter_ends(&late, OL_OK);
  CHECK(atomic_load(&resumes) == 1);
  take_and_use(channel, 1, 1);
  CHECK(oli_channel_wait(channel, 0) == OL_TIMED_OUT && atomic_load(&pauses) == 1);
  CHECK(oli_channel_wait(channel, oli_now_ns() + 1000000) == OL_TIMED_OUT);
  CHECK(atomic_load(&pauses) == 2 && atomic_load(&resumes) == 2);
  oli_channel_free(channel);
}

static void tries_never_overtake(void* arg) {
  waiter* self = arg;
  while ((self->status = put_pair(self->channel, self->id, 0)) == OL_AGAIN) continue;
}

/* The try comes again at once, all the time, and the one that waits is asleep. */
static void who_tries_does_not_starve_who_waits(void) {
  for (int i = 0; i < 200; i++) {
    oli_channel* channel = channel_of(bare, 1, 0, OLI_FULL_WAIT);
    waiter asleep, trying = {.channel = channel, .id = 2};
    CHECK(put_pair(channel, 0, 0) == OL_OK);
    waiter_start(&asleep, channel, 1, 0);
    CHECK(oli_thread_start(&trying.thread, "try", tries_never_overtake, &trying) == 0);
    take_and_use(channel, 0, 1);
    take_and_use(channel, 1, 1);
    waiter_ends(&asleep, OL_OK);
    waiter_ends(&trying, OL_OK);
    take_and_use(channel, 2, 1);
    oli_channel_free(channel);
  }
}

/* ---- With an arena of the record's own ------------------------------------------------------ */

static int put_whole(oli_channel* channel, int32_t id, bool* left) {
  oli_arena arena = {0};
  text record = {.id = id};
  CHECK(oli_arena_buf_adopt(&arena, &record.buf, malloc(8), 8, count_free) == OL_OK);
  int status = oli_channel_put_whole(channel, &record, &arena);
  *left = arena.blocks != NULL;
  oli_arena_clear(&arena);
  return status;
}

static void a_record_goes_in_with_its_arena_or_leaves_it(void) {
  bool left;
  oli_channel* channel = channel_of(deep, 1, 0, OLI_FULL_WAIT);
  CHECK(oli_channel_room(channel, 0) == OL_OK);
  CHECK(put_whole(channel, 7, &left) == OL_OK && !left && atomic_load(&freed) == 0);
  CHECK(oli_channel_room(channel, 0) == OL_AGAIN);
  CHECK(put_whole(channel, 8, &left) == OL_AGAIN && left && atomic_load(&freed) == 1);
  take_and_use(channel, 7, 1);
  CHECK(oli_channel_room(channel, 0) == OL_OK && atomic_load(&freed) == 2);
  oli_channel_stop(channel, OL_ENDED);
  CHECK(oli_channel_room(channel, 0) == OL_ENDED);
  CHECK(put_whole(channel, 9, &left) == OL_ENDED && left && atomic_load(&freed) == 3);
  oli_channel_free(channel);
  channel = channel_of(deep, 1, 0, OLI_FULL_DROP_NEWEST);
  CHECK(put_whole(channel, 1, &left) == OL_OK && !left);
  CHECK(put_whole(channel, 2, &left) == OL_OK && !left && atomic_load(&freed) == 1);
  oli_channel_free(channel);
  CHECK(atomic_load(&freed) == 2);
  channel = channel_of(bare, 1, 0, OLI_FULL_WAIT);
  CHECK(oli_channel_put_whole(channel, &(pair){3, 1}, NULL) == OL_OK);
  take_and_use(channel, 3, 1);
  oli_channel_free(channel);
}

int main(void) {
  bare = fixture_shape(pair_shape);
  deep = fixture_shape(text_shape);
  records_come_out_in_order();
  what_is_taken_counts_until_it_is_used_up();
  bytes_are_limited_and_one_record_always_fits();
  the_oldest_are_dropped_and_the_newest_stays();
  the_oldest_make_room_for_a_big_one();
  the_newest_is_dropped_where_it_is_told_so();
  a_batch_outlives_its_channel_and_gives_its_blocks();
  what_is_refused_may_be_put_again();
  what_is_refused_stays_its_putters();
  a_cut_throws_away_what_is_queued();
  no_memory_takes_and_loses_nothing();
  bad_data_is_refused();
  an_empty_take_is_told_once();
  who_looked_in_vain_is_told();
  in_a_flood_all_come_in_order();
  a_waiting_taker_wakes();
  who_waits_is_served_in_the_order_of_coming();
  a_small_record_does_not_pass_a_big_one_that_waits();
  who_gives_up_makes_room_for_the_next();
  a_stop_frees_all_who_wait();
  only_a_wait_is_told();
  who_tries_does_not_starve_who_waits();
  a_record_goes_in_with_its_arena_or_leaves_it();
  return 0;
}
