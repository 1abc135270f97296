/* A worker whose every job takes memory in all the ways there are. */
#include <offloop.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 65536

static atomic_int adopted, freed;

typedef struct take_state {
  ol_str text;
  ol_buf unused;
  double len;
} take_state;

static void take_free(void* data) {
  atomic_fetch_add(&freed, 1);
  free(data);
}

static int take_adopt(ol_job* job) {
  ol_buf buf;
  atomic_fetch_add(&adopted, 1);
  return ol_buf_adopt(job, &buf, malloc(16), 16, take_free);
}

/* Written to, so that the system really has to give it. */
static int take_execute(ol_job* job, void* state) {
  take_state* s = state;
  char* piece = ol_alloc(job, PIECE);
  if (piece == NULL || ol_buf_new(job, &s->unused, PIECE) != OL_OK) return OL_NO_MEMORY;
  memset(piece, 'x', PIECE - 1);
  memset(s->unused.data, 'x', s->unused.len);
  if (ol_str_printf(job, &s->text, "%s", piece) != OL_OK) return OL_NO_MEMORY;
  s->len = (double) s->text.len;
  return take_adopt(job);
}

static const ol_worker take = {
  OL_WORKER("take", take_state, take_execute),
  .fields = OL_FIELDS(OL_RET(take_state, len)),
};

/* ---- counts() ------------------------------------------------------------------------------- */

typedef struct counts_state {
  int32_t adopted, freed;
} counts_state;

static int counts_execute(ol_job* job, void* state) {
  counts_state* s = state;
  (void) job;
  s->adopted = atomic_load(&adopted);
  s->freed = atomic_load(&freed);
  return OL_OK;
}

static const ol_worker counts = {
  OL_WORKER("counts", counts_state, counts_execute),
  .fields = OL_FIELDS(OL_RET(counts_state, adopted), OL_RET(counts_state, freed)),
};

OL_MODULE(&take, &counts)
