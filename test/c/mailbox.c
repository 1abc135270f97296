/* with: plat.c arena.c channel.c failure.c attribute.c rules.c fields.c job.c parcel.c ring.c
 * timer.c */
/* a mailbox keeps order and size, tells its poster once of room, and gives what a stop leaves */
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "job_fixture.h"

/* Compiled in here with an allocator that can run dry, and a put that a job is ended behind. */
static int dry;
static ol_job* ended_by_put;

static int put_and_end(oli_channel* channel, const void* record, oli_arena* arena) {
  int status = oli_channel_put_whole(channel, record, arena);
  if (ended_by_put != NULL) ol_end(ended_by_put);
  return status;
}

#define oli_arena_alloc(ARENA, SIZE) (dry ? NULL : oli_arena_alloc(ARENA, SIZE))
#define oli_channel_put_whole put_and_end
#include "../../src/mailbox.c"
#undef oli_arena_alloc
#undef oli_channel_put_whole

#include "nap.h"
#include "shape_fixture.h"

enum { SIZE = 4, MANY = 20000, TALKED = 2000 };

typedef struct note {
  int32_t id;
  ol_str text;
  ol_buf bytes;
} note;

/* clang-format off */
static const ol_shape* const note_shape =
  OL_SHAPE(note, OL_MEMBER(note, id), OL_MEMBER(note, text), OL_MEMBER(note, bytes));
/* clang-format on */

static const ol_worker worker = {OL_WORKER("mail", int, fixture_execute), .mailbox = SIZE};
static const ol_worker endless = {OL_WORKER("endless", int, fixture_execute),
                                  .mailbox = OL_NO_LIMIT};
static const oli_shape* shape;
static atomic_int told;

static void count_told(void* arg) {
  CHECK(arg == &told);
  atomic_fetch_add(&told, 1);
}

/* This thread is the job's, until another says so. */
static ol_job* mail_job(const ol_worker* of) {
  ol_job* job = fixture_job(of);
  CHECK(oli_mailbox_open(job, shape, count_told, &told));
  job->thread = oli_thread_self();
  atomic_store(&told, 0);
  return job;
}

static void free_job(ol_job* job) {
  oli_mailbox_free(job);
  oli_job_free(job);
}

static int post(ol_job* job, int32_t id) {
  oli_arena arena = {0};
  note record = {.id = id};
  record.text.data = oli_arena_printf(&arena, &record.text.len, "note %d", id);
  CHECK(record.text.data != NULL);
  int status = oli_mailbox_post(job, &record, &arena);
  CHECK(status != OL_OK || (arena.chunks == NULL && arena.blocks == NULL));
  oli_arena_clear(&arena);
  return status;
}

static int receive(ol_job* job, int32_t id, int ms) {
  note message = {.id = -1};
  char text[32];
  int status = ol_receive(job, &message, ms);
  CHECK(status == OL_OK || message.id == -1);
  if (status != OL_OK) return status;
  snprintf(text, sizeof text, "note %d", id);
  CHECK(message.id == id && message.text.len == strlen(text));
  CHECK(strcmp(message.text.data, text) == 0);
  return status;
}

static int frees;

static void count_free(void* data) {
  (void) data;
  frees++;
}

/* Its bytes are the message's to free. */
static void post_owned(ol_job* job) {
  static char memory[8];
  oli_arena arena = {0};
  note record = {.id = 0, .text = {"", 0}};
  CHECK(oli_arena_buf_adopt(&arena, &record.bytes, memory, sizeof memory, count_free) == OL_OK);
  CHECK(oli_mailbox_post(job, &record, &arena) == OL_OK);
}

static void what_was_received_is_freed_by_the_next_message_or_with_the_job(void) {
  note message;
  ol_job* job = mail_job(&worker);
  frees = 0;
  for (int i = 0; i < 3; i++) post_owned(job);
  CHECK(ol_receive(job, &message, 0) == OL_OK && frees == 0);
  CHECK(ol_receive(job, &message, 0) == OL_OK && frees == 1);
  oli_mailbox_free(job);
  CHECK(frees == 3 && job->mailbox == NULL);
  free_job(job);
}

static void messages_come_in_order_up_to_the_size(void) {
  ol_job* job = mail_job(&worker);
  int32_t in = 0, out = 0;
  for (int i = 0; i < 1000; i++) {
    while (post(job, in) == OL_OK) in++;
    CHECK(in - out == SIZE && oli_mailbox_room(job, false) == OL_AGAIN);
    for (int k = 0; k <= i % SIZE; k++) CHECK(receive(job, out++, -1) == OL_OK);
    CHECK(oli_mailbox_room(job, false) == OL_OK);
  }
  free_job(job);
  job = mail_job(&endless);
  for (int32_t i = 0; i < MANY; i++) CHECK(post(job, i) == OL_OK);
  for (int32_t i = 0; i < MANY; i++) CHECK(receive(job, i, 0) == OL_OK);
  free_job(job);
}

static void an_empty_one_waits_as_long_as_it_is_told(void) {
  ol_job* job = mail_job(&worker);
  CHECK(receive(job, 0, 0) == OL_TIMED_OUT);
  uint64_t before_ns = oli_now_ns();
  CHECK(receive(job, 0, 10) == OL_TIMED_OUT);
  CHECK(oli_now_ns() - before_ns >= 10000000u);
  free_job(job);
}

static void room_is_told_once_to_who_asked(void) {
  ol_job* job = mail_job(&worker);
  for (int32_t i = 0; i < SIZE; i++) CHECK(post(job, i) == OL_OK);
  CHECK(receive(job, 0, 0) == OL_OK && atomic_load(&told) == 0);
  CHECK(oli_mailbox_room(job, true) == OL_OK);
  CHECK(post(job, SIZE) == OL_OK && post(job, SIZE + 1) == OL_AGAIN);
  CHECK(oli_mailbox_room(job, true) == OL_AGAIN && oli_mailbox_room(job, false) == OL_AGAIN);
  CHECK(receive(job, 1, 0) == OL_OK && atomic_load(&told) == 1);
  CHECK(receive(job, 2, 0) == OL_OK && atomic_load(&told) == 1);
  free_job(job);
}

static void a_place_that_is_kept_is_nobody_elses(void) {
  ol_job* job = mail_job(&worker);
  for (int32_t i = 0; i < SIZE - 2; i++) CHECK(post(job, i) == OL_OK);
  CHECK(oli_mailbox_reserve(job) == OL_OK && oli_mailbox_reserve(job) == OL_OK);
  CHECK(oli_mailbox_reserve(job) == OL_AGAIN && oli_mailbox_room(job, false) == OL_AGAIN);
  oli_mailbox_unreserve(job);
  CHECK(post(job, SIZE - 2) == OL_OK && oli_mailbox_room(job, false) == OL_AGAIN);
  oli_mailbox_unreserve(job);
  CHECK(post(job, SIZE - 1) == OL_OK && post(job, SIZE) == OL_AGAIN);
  free_job(job);
}

static void an_end_leaves_what_was_posted(void) {
  ol_job* job = mail_job(&worker);
  for (int32_t i = 0; i < SIZE; i++) CHECK(post(job, i) == OL_OK);
  CHECK(oli_mailbox_room(job, true) == OL_AGAIN);
  oli_mailbox_told(job, OL_ENDED);
  CHECK(atomic_load(&told) == 1);
  CHECK(post(job, SIZE) == OL_ENDED && oli_mailbox_room(job, true) == OL_ENDED);
  for (int32_t i = 0; i < SIZE; i++) CHECK(receive(job, i, -1) == OL_OK);
  CHECK(receive(job, SIZE, -1) == OL_ENDED && receive(job, SIZE, 0) == OL_ENDED);
  free_job(job);
}

static void another_stop_leaves_nothing(void) {
  for (int why = OL_FAILED; why < OL_OK; why++) {
    ol_job* job = mail_job(&worker);
    CHECK(post(job, 0) == OL_OK && receive(job, 0, -1) == OL_OK && post(job, 1) == OL_OK);
    oli_mailbox_told(job, why);
    CHECK(receive(job, 1, -1) == why && post(job, 2) == why);
    free_job(job);
  }
}

/* What a job that never began is told, and what becomes of it then. */
static void messages_are_awaited_by_a_job_that_is_to_end(void) {
  ol_job* job = mail_job(&worker);
  CHECK(!oli_job_is_void(job) && post(job, 0) == OL_OK);
  fixture_queued = true;
  int homes = fixture_homes;
  ol_end(job);
  CHECK(!oli_job_is_void(job) && fixture_homes == homes && fixture_queued);
  oli_mailbox_cut(job); /* nobody else would take it out of its queue any more */
  CHECK(oli_job_is_void(job) && fixture_homes == homes + 1 && !fixture_queued);
  CHECK(oli_job_is_over(job) && receive(job, 0, -1) != OL_OK);
  free_job(job);
  job = mail_job(&worker);
  fixture_queued = true;
  ol_end(job);
  CHECK(oli_job_is_void(job) && fixture_homes == homes + 2 && !fixture_queued);
  free_job(job);
  job = mail_job(&worker);
  CHECK(post(job, 0) == OL_OK && ol_cancel(job) == OL_OK && oli_job_is_void(job));
  free_job(job);
}

/* By another thread; what ends it looks at the job at once. */
static void one_that_is_ended_during_a_post_has_it_or_refuses_it(void) {
  ol_job* job = mail_job(&worker);
  int homes = fixture_homes;
  fixture_queued = true;
  ended_by_put = job;
  CHECK(post(job, 0) == OL_OK);
  CHECK(!oli_job_is_void(job) && fixture_homes == homes && fixture_queued);
  CHECK(receive(job, 0, 0) == OL_OK);
  ended_by_put = NULL;
  free_job(job);
  job = mail_job(&worker);
  atomic_store(&job->stop, OL_ENDED); /* and the mailbox is told a little later */
  CHECK(post(job, 0) == OL_ENDED && oli_job_is_void(job));
  fixture_queued = false;
  free_job(job);
}

static void only_its_own_thread_receives(void) {
  ol_job* job = mail_job(&worker);
  CHECK(post(job, 0) == OL_OK && ol_receive(job, NULL, 0) == OL_INVALID);
  job->thread++;
  CHECK(receive(job, 0, 0) == OL_INVALID);
  job->thread--;
  job->outlives = true;
  CHECK(receive(job, 0, 0) == OL_INVALID);
  free_job(job);
  job = fixture_job(&worker);
  job->thread = oli_thread_self();
  CHECK(receive(job, 0, 0) == OL_INVALID);
  oli_mailbox_told(job, OL_CLOSED);
  oli_mailbox_cut(job);
  free_job(job);
}

/* ---- Two threads --------------------------------------------------------------------------- */

/* The poster waits for a word of room whenever it finds none, and for no other. */
static void post_all(void* arg) {
  ol_job* job = arg;
  for (int32_t i = 0; i < TALKED; i++) {
    int before = atomic_load(&told);
    while (post(job, i) == OL_AGAIN) {
      if (oli_mailbox_room(job, true) == OL_AGAIN) NAP_UNTIL(atomic_load(&told) != before);
      before = atomic_load(&told);
    }
  }
}

static void no_word_of_room_is_lost(void) {
  oli_thread poster;
  ol_job* job = mail_job(&worker);
  CHECK(oli_thread_start(&poster, "poster", post_all, job) == 0);
  for (int32_t i = 0; i < TALKED; i++) CHECK(receive(job, i, -1) == OL_OK);
  oli_thread_join(poster);
  free_job(job);
}

static void stop_it(void* arg) {
  nap_ms(5);
  oli_mailbox_told(arg, OL_CANCELLED);
}

static void a_stop_wakes_who_waits(void) {
  oli_thread stopper;
  ol_job* job = mail_job(&worker);
  CHECK(oli_thread_start(&stopper, "stopper", stop_it, job) == 0);
  CHECK(receive(job, 0, -1) == OL_CANCELLED);
  oli_thread_join(stopper);
  free_job(job);
}

static void out_of_memory_opens_none(void) {
  ol_job* job = fixture_job(&worker);
  dry = 1;
  CHECK(!oli_mailbox_open(job, shape, count_told, &told) && job->mailbox == NULL);
  dry = 0;
  free_job(job);
}

int main(void) {
  shape = fixture_shape(note_shape);
  messages_come_in_order_up_to_the_size();
  what_was_received_is_freed_by_the_next_message_or_with_the_job();
  an_empty_one_waits_as_long_as_it_is_told();
  room_is_told_once_to_who_asked();
  a_place_that_is_kept_is_nobody_elses();
  an_end_leaves_what_was_posted();
  another_stop_leaves_nothing();
  messages_are_awaited_by_a_job_that_is_to_end();
  one_that_is_ended_during_a_post_has_it_or_refuses_it();
  only_its_own_thread_receives();
  no_word_of_room_is_lost();
  a_stop_wakes_who_waits();
  out_of_memory_opens_none();
  return 0;
}
