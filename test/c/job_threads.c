/* with: plat.c arena.c failure.c timer.c job.c */
/* several threads of one job allocate, tell details and fail at once, and one failure wins */
#include "job.h"

#include <string.h>

#include "job_fixture.h"

#define ROUNDS 200
#define THREADS 4
#define PIECES 50

typedef struct shared_state {
  int unused;
} shared_state;

typedef struct part {
  ol_job* job;
  uint32_t* pieces[PIECES];
  int number;
  int told; /* what ol_fail returned */
} part;

static atomic_int freed, stops, stopped_first;

static void count_free(void* data) {
  atomic_fetch_add(&freed, 1);
  free(data);
}

static void count_stop(void* arg) {
  (void) arg;
  atomic_fetch_add(&stops, 1);
}

static void part_allocate(part* self, int index) {
  ol_str str;
  ol_buf buf;
  self->pieces[index] = ol_alloc(self->job, sizeof(uint32_t));
  CHECK(self->pieces[index] != NULL && *self->pieces[index] == 0);
  *self->pieces[index] = (uint32_t) (self->number * PIECES + index);
  CHECK(ol_str_printf(self->job, &str, "%d.%d", self->number, index) == OL_OK && str.len > 2);
  CHECK(ol_buf_new(self->job, &buf, 8) == OL_OK && ol_buf_resize(self->job, &buf, 80) == OL_OK);
  memset(buf.data, self->number, buf.len);
  CHECK(ol_buf_adopt(self->job, &buf, malloc(16), 16, count_free) == OL_OK);
}

static void part_run(void* arg) {
  part* self = arg;
  ol_value number = {.type = OL_VALUE_NUMBER, .as.number = self->number};
  for (int i = 0; i < PIECES; i++) part_allocate(self, i);
  CHECK(ol_fail_detail(self->job, "number", number) == OL_OK);
  self->told = ol_fail(self->job, NULL, "thread %d", self->number);
  if (self->number == 0 && ol_cancel(self->job) == OL_OK) atomic_fetch_add(&stopped_first, 1);
  for (int i = 0; i < PIECES; i++) {
    CHECK(*self->pieces[i] == (uint32_t) (self->number * PIECES + i));
  }
}

static int shared_execute(ol_job* job, void* state) {
  static part parts[THREADS];
  oli_thread threads[THREADS];
  (void) state;
  CHECK(ol_on_stop(job, count_stop, NULL) == OL_OK);
  for (int i = 0; i < THREADS; i++) {
    parts[i] = (part){.job = job, .number = i};
    CHECK(oli_thread_start(&threads[i], "part", part_run, &parts[i]) == 0);
  }
  for (int i = 0; i < THREADS; i++) oli_thread_join(threads[i]);
  for (int i = 0; i < THREADS; i++) CHECK(parts[i].told == OL_FAILED);
  return OL_OK;
}

static const ol_worker shared = {OL_WORKER("shared", shared_state, shared_execute)};

static void one_failure_is_told_whole(const ol_job* job) {
  int number = -1;
  CHECK(ol_status(job) == OL_FAILED);
  CHECK(sscanf(job->failure->message, "thread %d", &number) == 1);
  CHECK(number >= 0 && number < THREADS);
  CHECK(job->failure->details != NULL && job->failure->details->next == NULL);
}

int main(void) {
  for (int i = 0; i < ROUNDS; i++) {
    ol_job* job = fixture_job(&shared);
    oli_job_run(job, NULL);
    one_failure_is_told_whole(job);
    oli_job_free(job);
    CHECK(atomic_load(&stops) == i + 1);
    CHECK(atomic_load(&freed) == (i + 1) * THREADS * PIECES);
  }
  CHECK(atomic_load(&stopped_first) == 0);
  return 0;
}
