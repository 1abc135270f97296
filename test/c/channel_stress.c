/* with: plat.c arena.c attribute.c rules.c fields.c parcel.c ring.c channel.c */
/* eight producers with a queue of eight lose, double and swap nothing, and none stays stuck */
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "nap.h"
#include "shape_fixture.h"

/* OFFLOOP_STRESS_ITEMS sets another number of items for each of the long runs. */
enum { PRODUCERS = 8, QUEUE = 8, ITEMS = 200000, STOPS = 400 };

typedef struct item {
  uint32_t producer, number;
} item;

typedef struct note {
  uint32_t producer, number;
  ol_str text;
  ol_buf buf;
} note;

/* clang-format off */
static const ol_shape* const item_shape =
  OL_SHAPE(item, OL_MEMBER(item, producer), OL_MEMBER(item, number));
static const ol_shape* const note_shape =
  OL_SHAPE(note, OL_MEMBER(note, producer), OL_MEMBER(note, number), OL_MEMBER(note, text),
           OL_MEMBER(note, buf));
/* clang-format on */

static const oli_shape* item_made;
static const oli_shape* note_made;

/* One run. The notified reader sleeps on a bell of its own, as a loop does; the other in the
 * channel. */
typedef struct run {
  oli_channel* channel;
  bool deep, notified, random;
  uint32_t each; /* records of one producer */
  size_t batch_max;
  oli_mutex lock;
  oli_cond bell;
  bool rung;
  uint64_t rings, wants;
  uint32_t next[PRODUCERS];
  uint64_t taken;
} run;

typedef struct producer {
  run* run;
  oli_thread thread;
  uint32_t number;
  uint32_t put; /* records that went in */
  int status;   /* of the put that ended it */
} producer;

static atomic_ullong blocks_made, blocks_freed;

static void block_free(void* data) {
  atomic_fetch_add(&blocks_freed, 1);
  free(data);
}

/* ---- Producers ----------------------------------------------------------------------------- */

static int put_item(producer* self, uint32_t number, uint64_t due_ns) {
  item record = {self->number, number};
  return oli_channel_put(self->run->channel, &record, NULL, NULL, due_ns);
}

static int put_note(producer* self, uint32_t number, uint64_t due_ns) {
  oli_arena arena = {0};
  oli_mutex lock = OLI_MUTEX_INIT;
  char text[16];
  int len = snprintf(text, sizeof text, "%u.%u", self->number, number);
  note record = {self->number, number, {text, (size_t) len}, {NULL, 0}};
  size_t size = 1 + number % 30;
  CHECK(oli_arena_buf_adopt(&arena, &record.buf, malloc(size), size, block_free) == OL_OK);
  atomic_fetch_add(&blocks_made, 1);
  memset(record.buf.data, (int) (number & 0xFF), size);
  int status = oli_channel_put(self->run->channel, &record, &arena, &lock, due_ns);
  oli_arena_clear(&arena);
  return status;
}

static int put_one(producer* self, uint32_t number, uint64_t due_ns) {
  return self->run->deep ? put_note(self, number, due_ns) : put_item(self, number, due_ns);
}

/* For ever, or a moment, or not at all: what is refused is put again. */
static uint64_t some_due(uint32_t* seed) {
  switch (check_random(seed) % 4) {
    case 0: return 0;
    case 1: return oli_now_ns() + check_random(seed) % 200000;
    default: return UINT64_MAX;
  }
}

static void producer_run(void* arg) {
  producer* self = arg;
  uint32_t seed = self->number + 1;
  while (self->put < self->run->each) {
    int status = put_one(self, self->put, self->run->random ? some_due(&seed) : UINT64_MAX);
    if (status == OL_OK) self->put++;
    self->status = status;
    if (status != OL_OK && status != OL_AGAIN && status != OL_TIMED_OUT) return;
  }
}

/* ---- The reader ---------------------------------------------------------------------------- */

static void run_ring(void* arg) {
  run* self = arg;
  oli_mutex_lock(&self->lock);
  CHECK(!self->rung);
  self->rung = true;
  self->rings++;
  oli_cond_signal(&self->bell);
  oli_mutex_unlock(&self->lock);
}

static void run_await_bell(run* self) {
  oli_mutex_lock(&self->lock);
  self->wants++;
  while (!self->rung) oli_cond_wait(&self->bell, &self->lock);
  self->rung = false;
  oli_mutex_unlock(&self->lock);
}

static void check_note(const note* record) {
  char text[16];
  int len = snprintf(text, sizeof text, "%u.%u", record->producer, record->number);
  CHECK(record->text.len == (size_t) len && strcmp(record->text.data, text) == 0);
  CHECK(record->buf.len == 1 + record->number % 30);
  CHECK(record->buf.data[record->buf.len - 1] == (record->number & 0xFF));
}

static void read_batch(run* self, const oli_batch* batch) {
  for (size_t i = 0; i < batch->len; i++) {
    item record;
    memcpy(&record, oli_batch_record(batch, i), sizeof record);
    CHECK(record.producer < PRODUCERS && record.number == self->next[record.producer]++);
    if (self->deep) check_note(oli_batch_record(batch, i));
  }
  self->taken += batch->len;
}

/* Until the channel is stopped and empty, or [most] records are read. Gives why it ended. */
static int read_all(run* self, uint64_t most) {
  oli_batch batch;
  size_t used = 0;
  while (self->taken < most) {
    int status = oli_channel_take(self->channel, used, self->batch_max, &batch);
    used = batch.len;
    if (status != OL_OK) return status;
    if (used == 0 && self->notified) run_await_bell(self);
    if (used == 0 && !self->notified) (void) oli_channel_wait(self->channel, UINT64_MAX);
    read_batch(self, &batch);
    oli_batch_free(&batch);
  }
  return OL_OK;
}

/* ---- Runs ---------------------------------------------------------------------------------- */

static void run_begin(run* self, producer* producers) {
  oli_channel_limits limits = {QUEUE, self->deep ? 4000 : 0, OLI_FULL_WAIT};
  void (*notify)(void*) = self->notified ? run_ring : NULL;
  self->channel = oli_channel_new(self->deep ? note_made : item_made, limits, notify, self);
  CHECK(self->channel != NULL);
  oli_mutex_init(&self->lock);
  oli_cond_init(&self->bell);
  for (uint32_t i = 0; i < PRODUCERS; i++) {
    producers[i] = (producer){.run = self, .number = i};
    CHECK(oli_thread_start(&producers[i].thread, "producer", producer_run, &producers[i]) == 0);
  }
}

static void run_end(run* self) {
  oli_channel_free(self->channel);
  oli_cond_destroy(&self->bell);
  oli_mutex_destroy(&self->lock);
  CHECK(atomic_load(&blocks_made) == atomic_load(&blocks_freed));
}

/* All come through, in the order of each producer. */
static void nothing_is_lost(run self, long items) {
  producer producers[PRODUCERS];
  self.each = (uint32_t) (items / PRODUCERS);
  run_begin(&self, producers);
  CHECK(read_all(&self, (uint64_t) self.each * PRODUCERS) == OL_OK);
  for (int i = 0; i < PRODUCERS; i++) {
    oli_thread_join(producers[i].thread);
    CHECK(producers[i].status == OL_OK && self.next[i] == self.each);
  }
  CHECK(oli_channel_len(self.channel) == 0 && self.rings <= self.wants);
  run_end(&self);
}

typedef struct stopper {
  oli_channel* channel;
  uint32_t after;
  bool cut;
} stopper;

static void stopper_run(void* arg) {
  stopper* self = arg;
  uint64_t due_ns = oli_now_ns() + self->after;
  while (oli_now_ns() < due_ns) continue;
  (self->cut ? oli_channel_cut : oli_channel_stop)(self->channel, OL_ENDED);
}

/* Stopped, what went in comes out; cut, no more than that. The threads all end, or the test does
 * not. */
static void nobody_stays_stuck(run self, uint32_t* seed) {
  producer producers[PRODUCERS];
  oli_thread thread;
  uint64_t put = 0;
  bool reads = check_random(seed) % 4 != 0;
  self.each = UINT32_MAX;
  run_begin(&self, producers);
  stopper stop = {self.channel, check_random(seed) % 300000, check_random(seed) % 2 != 0};
  CHECK(oli_thread_start(&thread, "stopper", stopper_run, &stop) == 0);
  if (reads) CHECK(read_all(&self, UINT64_MAX) == OL_ENDED);
  for (int i = 0; i < PRODUCERS; i++) {
    oli_thread_join(producers[i].thread);
    CHECK(producers[i].status == OL_ENDED && self.next[i] <= producers[i].put);
    put += producers[i].put;
  }
  oli_thread_join(thread);
  if (reads && !stop.cut) CHECK(self.taken == put);
  run_end(&self);
}

int main(void) {
  uint32_t seed = 11;
  long items = oli_env_number("OFFLOOP_STRESS_ITEMS", ITEMS);
  item_made = fixture_shape(item_shape);
  note_made = fixture_shape(note_shape);
  nothing_is_lost((run){.notified = true, .batch_max = SIZE_MAX}, items);
  nothing_is_lost((run){.batch_max = 3}, items);
  nothing_is_lost((run){.random = true, .notified = true, .batch_max = 5}, items / 4);
  nothing_is_lost((run){.deep = true, .random = true, .batch_max = SIZE_MAX}, items / 4);
  for (int i = 0; i < STOPS; i++) {
    run self = {.batch_max = i % 3 == 0 ? 1 : SIZE_MAX};
    self.deep = i % 2 != 0;
    self.notified = i % 4 < 2;
    self.random = i % 5 < 2;
    nobody_stays_stuck(self, &seed);
  }
  return 0;
}
