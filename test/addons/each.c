/* Workers with loops: that count what they are given, meet, fail, wait, emit and ask. */
#include <offloop.h>

#include <stdatomic.h>

static atomic_int begun; /* bodies that wait for a stop */

typedef struct each_state {
  uint32_t n, threads, at;
  ol_fn ask;
  uint32_t once, twice, calls;
  ol_str in_body, after;
  atomic_uchar* seen;
  atomic_uint chunks, inside, most;
} each_state;

/* ---- count(n, threads): whose bodies wait until so many have been inside at once ------------ */

static void count_meet(each_state* s) {
  unsigned now = atomic_fetch_add(&s->inside, 1) + 1, most = atomic_load(&s->most);
  while (now > most && !atomic_compare_exchange_weak(&s->most, &most, now)) continue;
}

static int count_body(ol_job* job, void* state, size_t begin, size_t end) {
  each_state* s = state;
  atomic_fetch_add(&s->chunks, 1);
  count_meet(s);
  while (atomic_load(&s->most) < s->threads && ol_stopped(job) == OL_OK) continue;
  for (size_t i = begin; i < end; i++) atomic_fetch_add(&s->seen[i], 1);
  ol_progress_add(job, (double) (end - begin));
  atomic_fetch_sub(&s->inside, 1);
  return OL_OK;
}

static int count_all(ol_job* job, each_state* s,
                     int (*body)(ol_job* job, void* state, size_t begin, size_t end)) {
  s->seen = ol_alloc(job, s->n + 1);
  if (s->seen == NULL) return OL_NO_MEMORY;
  int status = ol_each(job, s->n, body);
  for (uint32_t i = 0; i < s->n; i++) {
    s->once += atomic_load(&s->seen[i]) == 1;
    s->twice += atomic_load(&s->seen[i]) > 1;
  }
  s->calls = atomic_load(&s->chunks);
  return status;
}

static int count_execute(ol_job* job, void* state) {
  return count_all(job, state, count_body);
}

#define COUNT_FIELDS                                                                      \
  OL_FIELDS(OL_ARG(each_state, n), OL_ARG(each_state, threads), OL_RET(each_state, once), \
            OL_RET(each_state, twice), OL_RET(each_state, calls))

static const ol_worker count = {
  OL_WORKER("count", each_state, count_execute),
  .fields = COUNT_FIELDS,
};

static const ol_worker count_apart = {
  OL_WORKER("countApart", each_state, count_execute),
  .fields = COUNT_FIELDS,
  .pool = &ol_own_thread,
};

/* ---- fail(n, at): the body that is given that index ----------------------------------------- */

static int fail_body(ol_job* job, void* state, size_t begin, size_t end) {
  each_state* s = state;
  if (begin <= s->at && s->at < end) return ol_fail(job, "ERR_EACH", "failed at %u", s->at);
  return OL_OK;
}

static int fail_execute(ol_job* job, void* state) {
  return ol_each(job, ((each_state*) state)->n, fail_body);
}

static const ol_worker fail = {
  OL_WORKER("fail", each_state, fail_execute),
  .fields = OL_FIELDS(OL_ARG(each_state, n), OL_ARG(each_state, at)),
};

/* ---- wait(n): bodies that last until the job is stopped ------------------------------------- */

static int wait_body(ol_job* job, void* state, size_t begin, size_t end) {
  (void) state;
  (void) begin;
  (void) end;
  atomic_fetch_add(&begun, 1);
  while (ol_stopped(job) == OL_OK) continue;
  return OL_OK;
}

static int wait_execute(ol_job* job, void* state) {
  return ol_each(job, ((each_state*) state)->n, wait_body);
}

static const ol_worker wait = {
  OL_WORKER("wait", each_state, wait_execute),
  .fields = OL_FIELDS(OL_ARG(each_state, n)),
};

static int begun_execute(ol_job* job, void* state) {
  (void) job;
  ((each_state*) state)->calls = (uint32_t) atomic_load(&begun);
  return OL_OK;
}

static const ol_worker begun_count = {
  OL_WORKER("begun", each_state, begun_execute),
  .fields = OL_FIELDS(OL_RET(each_state, calls)),
};

/* ---- nest(n): a loop of n indices, each of them a loop of n ---------------------------------- */

static int nest_inner(ol_job* job, void* state, size_t begin, size_t end) {
  (void) job;
  atomic_fetch_add(&((each_state*) state)->chunks, (unsigned) (end - begin));
  return OL_OK;
}

static int nest_body(ol_job* job, void* state, size_t begin, size_t end) {
  each_state* s = state;
  int status = OL_OK;
  for (; begin < end && status == OL_OK; begin++) status = ol_each(job, s->n, nest_inner);
  return status;
}

static int nest_execute(ol_job* job, void* state) {
  each_state* s = state;
  int status = ol_each(job, s->n, nest_body);
  s->calls = atomic_load(&s->chunks);
  return status;
}

static const ol_worker nest = {
  OL_WORKER("nest", each_state, nest_execute),
  .fields = OL_FIELDS(OL_ARG(each_state, n), OL_RET(each_state, calls)),
};

/* ---- numbers(n): a stream of all indices ----------------------------------------------------- */

static int numbers_body(ol_job* job, void* state, size_t begin, size_t end) {
  int status = OL_OK;
  (void) state;
  for (; begin < end && status == OL_OK; begin++) {
    uint32_t number = (uint32_t) begin;
    status = ol_emit(job, &number);
  }
  return status;
}

static int numbers_execute(ol_job* job, void* state) {
  return ol_each(job, ((each_state*) state)->n, numbers_body);
}

static const ol_worker numbers = {
  OL_WORKER("numbers", each_state, numbers_execute),
  .fields = OL_FIELDS(OL_ARG(each_state, n)),
  .item = OL_OF(uint32_t),
  .high_water = 4,
};

/* ---- ask(fn, n): what ol_call says in a body, and behind the loop ---------------------------- */

static int ask_body(ol_job* job, void* state, size_t begin, size_t end) {
  each_state* s = state;
  (void) begin;
  (void) end;
  return ol_str_printf(job, &s->in_body, "%s",
                       ol_status_name(ol_call(job, &s->ask, NULL, NULL, -1)));
}

static int ask_execute(ol_job* job, void* state) {
  each_state* s = state;
  int status = ol_each(job, s->n, ask_body);
  if (status != OL_OK) return status;
  return ol_str_printf(job, &s->after, "%s", ol_status_name(ol_call(job, &s->ask, NULL, NULL, -1)));
}

static const ol_worker ask = {
  OL_WORKER("ask", each_state, ask_execute),
  .fields = OL_FIELDS(OL_ARG(each_state, ask), OL_ARG(each_state, n), OL_RET(each_state, in_body),
                      OL_RET(each_state, after)),
};

OL_MODULE(&count, &count_apart, &fail, &wait, &begun_count, &nest, &numbers, &ask)
