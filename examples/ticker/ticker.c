/* Counts on a thread of its own: 0, 1, 2 ... with a period between, which a message changes. */
#include <offloop.h>

typedef struct {
  int32_t period_ms;
  bool has_more;
  ol_fn more;    /* without it there is one round, without an end */
  int64_t count; /* of the numbers that were sent */
} ticks_state;

typedef struct {
  int64_t count; /* more(count, periodMs) */
  int32_t period_ms;
  uint32_t more; /* gives how many numbers the next round has; 0: that was all */
} ticks_round;

#define PERIOD .min = 1, .max = INT32_MAX

static const ol_shape* const round_shape =
  OL_SHAPE(ticks_round, OL_ARG(ticks_round, count), OL_ARG(ticks_round, period_ms),
           OL_RET(ticks_round, more));

/* A new period begins when it arrives. */
static int ticks_wait(ol_job* job, ticks_state* s) {
  int32_t next = s->period_ms;
  int status;
  do {
    s->period_ms = next;
    status = ol_receive(job, &next, s->period_ms);
  } while (status == OL_OK);
  return status == OL_TIMED_OUT ? ol_status(job) : status;
}

static int ticks_execute(ol_job* job, void* state) {
  ticks_state* s = state;
  int status = OL_OK;
  for (int64_t left = s->has_more ? 0 : INT64_MAX; status == OL_OK; left--) {
    if (left == 0) {
      ticks_round round = {s->count, s->period_ms, 0};
      status = ol_call(job, &s->more, round_shape, &round, -1);
      if (status != OL_OK || round.more == 0) return status;
      left = round.more;
    }
    status = ticks_wait(job, s);
    if (status == OL_OK) status = ol_emit(job, &s->count);
    s->count += status == OL_OK;
  }
  return status;
}

static const ol_worker ticks = {
  OL_WORKER("ticks", ticks_state, ticks_execute),
  .fields = OL_FIELDS(OL_OPTION(ticks_state, period_ms, .def = 5000, PERIOD),
                      OL_OPTION(ticks_state, more, .given = offsetof(ticks_state, has_more)),
                      OL_RET(ticks_state, count)),
  .message = OL_OF(int32_t, PERIOD),
  .item = OL_OF(int64_t),
};

OL_MODULE(&ticks)
