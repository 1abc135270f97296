#include "ask.h"

#include <stdlib.h>
#include <string.h>

#include "parcel.h"

/* Of a wait: the function threw. No status is positive. */
enum { ASK_RAISED = 1 };

/* ---- Life ---------------------------------------------------------------------------------- */

bool oli_asker_open(ol_job* job, const oli_asker_kind* kind) {
  job->asker = oli_arena_alloc(&job->arena, sizeof *job->asker);
  if (job->asker == NULL) return false;
  job->asker->kind = kind;
  job->asker->job = job;
  return true;
}

void oli_ask_drop(oli_ask* ask) {
  if (ask == NULL || atomic_fetch_sub(&ask->refs, 1) != 1) return;
  oli_call_shape_free(&ask->shape);
  oli_arena_clear(&ask->args);
  oli_arena_clear(&ask->kept);
  free(ask);
}

static void ask_drop_last(oli_asker* asker) {
  oli_ask_drop(asker->last);
  asker->last = NULL;
}

void oli_asker_close(ol_job* job) {
  if (job->asker != NULL) ask_drop_last(job->asker);
  job->asker = NULL;
}

/* A shape is compiled for each call, which costs little beside two threads that wait for each
 * other: it may stand on the caller's stack, where its address says nothing. */
static int ask_compile(ol_job* job, oli_ask* ask, const ol_shape* shape) {
  oli_refusal refusal;
  if (shape == NULL || oli_shape_of_call(shape, &ask->shape, &refusal)) return OL_OK;
  if (refusal.no_memory) return OL_NO_MEMORY;
  ol_fail(job, "ERR_OL_INVALID", "ol_call of \"%s\" in %s: %s", ask->function->name,
          job->worker->name, refusal.text);
  return OL_INVALID;
}

/* Copies all, also what ol_buf_new made: who was not answered in time may ask the same again. */
static int ask_fill(oli_ask* ask, const void* call) {
  const oli_shape *arguments = ask->shape.arguments, *answer = ask->shape.answer;
  size_t bytes = 0;
  if (answer != NULL) {
    ask->answer = oli_arena_alloc(&ask->kept, answer->size);
    if (ask->answer == NULL) return OL_NO_MEMORY;
  }
  if (arguments == NULL) return OL_OK;
  ask->given = oli_arena_alloc(&ask->args, arguments->size);
  if (ask->given == NULL) return OL_NO_MEMORY;
  return oli_parcel_copy(arguments, call, ask->given, NULL, NULL, &ask->args, &bytes);
}

static int ask_new(ol_job* job, const oli_function* function, const ol_shape* shape,
                   const void* call, oli_ask** made) {
  oli_ask* ask = calloc(1, sizeof *ask);
  if (ask == NULL) return OL_NO_MEMORY;
  atomic_init(&ask->refs, 1);
  ask->function = function;
  int status = ask_compile(job, ask, shape);
  if (status == OL_OK) status = ask_fill(ask, call);
  if (status != OL_OK) oli_ask_drop(ask);
  *made = ask;
  return status;
}

/* ---- The answer ---------------------------------------------------------------------------- */

/* Only the answer's own members: the others of the struct are the author's. */
static void ask_copy_answer(const oli_ask* ask, char* call) {
  const oli_shape* shape = ask->shape.answer;
  const char* answer = ask->answer;
  for (size_t i = 0; shape != NULL && i < shape->count; i++) {
    const ol_field* row = &shape->fields[i].row;
    memcpy(call + row->offset, answer + row->offset, row->size);
    if (row->given != 0) memcpy(call + row->given, answer + row->given, sizeof(bool));
  }
}

/* A throw fails the job as ol_fail does, with the value that the layer has. */
static int ask_raise(ol_job* job) {
  int before = oli_job_stop(job, OL_FAILED);
  if (before != OL_OK) return before;
  job->raised = true;
  return OL_FAILED;
}

/* ---- Waiting ------------------------------------------------------------------------------- */

static void ask_set_now(oli_asker* asker, oli_ask* ask) {
  oli_mutex_lock(&asker->job->lock);
  asker->now = ask;
  oli_mutex_unlock(&asker->job->lock);
}

static int ask_outcome_locked(const ol_job* job, const oli_ask* ask) {
  int why = atomic_load(&job->stop);
  if (why != OL_OK) return why;
  if (!ask->over) return OL_TIMED_OUT;
  return ask->state == OLI_ASK_RAISED ? ASK_RAISED : OL_OK;
}

/* From here on nobody tells this thread of the ask. */
static int ask_await(oli_asker* asker, const oli_ask* ask, uint64_t due_ns) {
  ol_job* job = asker->job;
  oli_mutex_lock(&job->lock);
  oli_job_wait_locked(job, &ask->over, due_ns);
  int outcome = ask_outcome_locked(job, ask);
  asker->now = NULL;
  oli_mutex_unlock(&job->lock);
  return outcome;
}

/* The throw counts from when it was thrown, not from when the turn is back. */
static int ask_wait(oli_asker* asker, oli_ask* ask, uint64_t due_ns) {
  ask_set_now(asker, ask);
  asker->kind->pose(asker);
  asker->kind->pause(asker->job);
  int outcome = ask_await(asker, ask, due_ns);
  asker->kind->withdraw(asker);
  if (outcome == ASK_RAISED) outcome = ask_raise(asker->job);
  asker->kind->resume(asker->job);
  return outcome;
}

/* ---- ol_call ------------------------------------------------------------------------------- */

static const oli_function* ask_find_function(const ol_job* job, const ol_fn* fn) {
  const oli_function* function = fn == NULL ? NULL : job->functions;
  while (function != NULL && function != fn->function) function = function->next;
  return function;
}

int ol_call(ol_job* job, const ol_fn* fn, const ol_shape* shape, void* call, int ms) {
  oli_ask* ask;
  const oli_function* function = ask_find_function(job, fn);
  if (function == NULL || (shape != NULL && call == NULL)) return OL_INVALID;
  if (!oli_job_is_here(job)) return OL_INVALID;
  uint64_t due_ns = oli_job_due_ns(ms);
  int status = ol_stopped(job);
  if (status == OL_OK) status = ask_new(job, function, shape, call, &ask);
  if (status != OL_OK) return status;
  ask_drop_last(job->asker); /* which the arguments may have pointed to */
  status = ms == 0 ? OL_TIMED_OUT : ask_wait(job->asker, ask, due_ns);
  if (status == OL_OK) {
    ask_copy_answer(ask, call);
    job->asker->last = ask;
  } else {
    oli_ask_drop(ask);
  }
  return status;
}

/* ---- On the loop --------------------------------------------------------------------------- */

oli_ask* oli_ask_take(oli_asker* asker, uint64_t number) {
  oli_mutex_lock(&asker->job->lock);
  oli_ask* ask = asker->now;
  if (ask != NULL && ask->state != OLI_ASK_POSED) ask = NULL;
  if (ask != NULL) {
    ask->state = OLI_ASK_TAKEN;
    ask->number = number;
    atomic_fetch_add(&ask->refs, 1);
  }
  oli_mutex_unlock(&asker->job->lock);
  return ask;
}

oli_ask* oli_ask_find(oli_asker* asker, uint64_t number) {
  oli_mutex_lock(&asker->job->lock);
  oli_ask* ask = asker->now;
  if (ask != NULL && (ask->state != OLI_ASK_TAKEN || ask->number != number)) ask = NULL;
  if (ask != NULL) atomic_fetch_add(&ask->refs, 1);
  oli_mutex_unlock(&asker->job->lock);
  return ask;
}

bool oli_ask_end(oli_asker* asker, oli_ask* ask, enum oli_ask_state state) {
  ol_job* job = asker->job;
  oli_mutex_lock(&job->lock);
  bool waits = asker->now == ask;
  if (waits) {
    ask->state = state;
    ask->over = true;
    if (job->sleeper != NULL) oli_cond_signal(job->sleeper);
  }
  oli_mutex_unlock(&job->lock);
  oli_ask_drop(ask);
  return waits;
}
