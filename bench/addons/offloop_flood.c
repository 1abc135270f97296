/* Numbers 0, 1, 2 ... as an offloop stream: one an item, and as chunks. */
#include <offloop.h>

enum { CHUNK = 1024 };

typedef struct {
  int64_t count;
} flood_state;

static int items_execute(ol_job* job, void* state) {
  const flood_state* s = state;
  int status = OL_OK;
  for (int64_t i = 0; status == OL_OK && i < s->count; i++) {
    double item = (double) i;
    status = ol_emit(job, &item);
  }
  return status;
}

static int chunks_execute(ol_job* job, void* state) {
  const flood_state* s = state;
  double numbers[CHUNK];
  int status = OL_OK;
  for (int64_t i = 0; status == OL_OK && i < s->count;) {
    ol_f64s chunk = {numbers, 0};
    while (chunk.len < CHUNK && i < s->count) numbers[chunk.len++] = (double) i++;
    status = ol_emit(job, &chunk);
  }
  return status;
}

static const ol_worker items = {
  OL_WORKER("items", flood_state, items_execute),
  .fields = OL_FIELDS(OL_ARG(flood_state, count)),
  .item = OL_OF(double),
};

static const ol_worker chunks = {
  OL_WORKER("chunks", flood_state, chunks_execute),
  .fields = OL_FIELDS(OL_ARG(flood_state, count)),
  .item = OL_OF(ol_f64s),
};

OL_MODULE(&items, &chunks)
