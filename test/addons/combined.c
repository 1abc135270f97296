/* All ways to talk with a running job in one: items, messages, functions of JavaScript, progress;
 * by itself and as a method of a serial handle, which notices jobs that meet. What happens in C is
 * counted. */
#include <offloop.h>

#include <stdatomic.h>
#include <string.h>

static atomic_int made, entered, left, destroyed, opened, closed, met;

static int combined_prepare(napi_env env, ol_job* job, void* state) {
  (void) env;
  (void) job;
  (void) state;
  atomic_fetch_add(&made, 1);
  return OL_OK;
}

static void combined_destroy(void* state) {
  (void) state;
  atomic_fetch_add(&destroyed, 1);
}

/* ---- Hubs ------------------------------------------------------------------------------------ */

typedef struct hub {
  atomic_int users;
} hub;

/* NULL: the job is no method. */
static void hub_enter(hub* self) {
  if (self != NULL && atomic_fetch_add(&self->users, 1) != 0) atomic_fetch_add(&met, 1);
}

static void hub_leave(hub* self) {
  if (self != NULL) atomic_fetch_sub(&self->users, 1);
}

static void hub_close(void* data) {
  hub_enter(data);
  atomic_fetch_add(&closed, 1);
}

static const ol_class Hub = {OL_CLASS("Hub", hub, hub_close), .serial = true};

typedef struct hub_state {
  hub* self;
} hub_state;

static int open_execute(ol_job* job, void* state) {
  hub_state* s = state;
  s->self = ol_new(job, &Hub, NULL);
  if (s->self == NULL) return OL_NO_MEMORY;
  atomic_fetch_add(&opened, 1);
  return OL_OK;
}

static const ol_worker open_hub = {OL_WORKER("openHub", hub_state, open_execute),
                                   .fields = OL_FIELDS(OL_RET(hub_state, self, .handle = &Hub))};

/* ---- hub.touch() ----------------------------------------------------------------------------- */

static int touch_execute(ol_job* job, void* state) {
  hub_state* s = state;
  (void) job;
  hub_enter(s->self);
  hub_leave(s->self);
  return OL_OK;
}

static const ol_worker touch = {OL_WORKER("touch", hub_state, touch_execute),
                                .fields = OL_FIELDS(OL_THIS(hub_state, self, .handle = &Hub))};

/* ---- talk(onAsk, rounds, { pinned }), hub.serve(the same) ------------------------------------ */

typedef struct talk {
  hub* self;
  ol_fn on_ask;
  int32_t rounds;
  ol_buf pinned;
  double sum;
} talk;

typedef struct question {
  int32_t round;
  double value;
  ol_str text;
} question;

typedef struct message {
  double number;
  ol_str text;
} message;

static const ol_shape* const question_shape =
  OL_SHAPE(question, OL_ARG(question, round), OL_RET(question, value), OL_RET(question, text));

/* In each round progress, an item, a question and a message; the handle is lent in each wait. */
static int talk_round(ol_job* job, talk* s, int32_t round) {
  question call = {.round = round};
  message told = {0};
  ol_progress(job, round + 1, s->rounds);
  hub_leave(s->self);
  int status = ol_emit(job, &round);
  if (status == OL_OK) {
    status = ol_call(job, &s->on_ask, question_shape, &call, -1);
  }
  if (status == OL_OK) status = ol_receive(job, &told, -1);
  hub_enter(s->self);
  if (status == OL_OK) s->sum += call.value + told.number + (double) strlen(told.text.data);
  if (status == OL_OK) s->sum += (double) strlen(call.text.data);
  return status;
}

static int talk_execute(ol_job* job, void* state) {
  talk* s = state;
  int status = OL_OK;
  atomic_fetch_add(&entered, 1);
  hub_enter(s->self);
  for (int32_t i = 0; i < s->rounds && status == OL_OK; i++) status = talk_round(job, s, i);
  hub_leave(s->self);
  atomic_fetch_add(&left, 1);
  return status;
}

#define TALK                                                                          \
  .item = OL_OF(int32_t), .high_water = 2, .mailbox = 4,                              \
  .message = OL_SHAPE(message, OL_MEMBER(message, number), OL_MEMBER(message, text)), \
  .progress = OL_PROGRESS_EVERY, .prepare = combined_prepare, .destroy = combined_destroy

static const ol_worker talk_worker = {
  OL_WORKER("talk", talk, talk_execute),
  .fields = OL_FIELDS(OL_ARG(talk, on_ask), OL_ARG(talk, rounds),
                      OL_OPTION(talk, pinned, .pinned = true), OL_RET(talk, sum)),
  TALK};
static const ol_worker serve = {OL_WORKER("serve", talk, talk_execute),
                                .fields = OL_FIELDS(OL_THIS(talk, self, .handle = &Hub),
                                                    OL_ARG(talk, on_ask), OL_ARG(talk, rounds),
                                                    OL_OPTION(talk, pinned, .pinned = true),
                                                    OL_RET(talk, sum)),
                                TALK};

/* ---- counts() -------------------------------------------------------------------------------- */

typedef struct counts {
  int32_t made, entered, left, destroyed, opened, closed, met;
} counts;

static int counts_execute(ol_job* job, void* state) {
  (void) job;
  *(counts*) state = (counts){atomic_load(&made),      atomic_load(&entered), atomic_load(&left),
                              atomic_load(&destroyed), atomic_load(&opened),  atomic_load(&closed),
                              atomic_load(&met)};
  return OL_OK;
}

static const ol_worker counts_worker = {
  OL_WORKER("counts", counts, counts_execute),
  .fields = OL_FIELDS(OL_RET(counts, made), OL_RET(counts, entered), OL_RET(counts, left),
                      OL_RET(counts, destroyed), OL_RET(counts, opened), OL_RET(counts, closed),
                      OL_RET(counts, met))};

OL_MODULE(&open_hub, &touch, &talk_worker, &serve, &counts_worker)
