#include "progress.h"

#include "ring.h"

#define PROGRESS_NS_PER_MS UINT64_C(1000000)

/* In the job's arena. */
struct oli_progress {
  ol_job* job;
  void (*notify)(ol_job* job);
  bool keeps_all;    /* OL_PROGRESS_EVERY */
  uint64_t pause_ns; /* at least this long from a take to the next notify */
  oli_timer timer;   /* notifies when the pause is over */

  oli_mutex lock;  /* guards the rest */
  oli_ring values; /* that wait: oli_progress_value; has room for one */
  oli_progress_value last;
  uint64_t taken_ns; /* written by the taker alone */
  bool told;
};

/* ---- Life ---------------------------------------------------------------------------------- */

/* On the timer thread. */
static void progress_fire(oli_timer* timer) {
  oli_progress* progress = OLI_OF(timer, oli_progress, timer);
  progress->notify(progress->job);
}

int oli_progress_open(ol_job* job, void (*notify)(ol_job* job)) {
  oli_progress* progress = oli_arena_alloc(&job->arena, sizeof *progress);
  if (progress == NULL) return OL_NO_MEMORY;
  progress->values.slot_size = sizeof(oli_progress_value);
  if (!oli_ring_reserve(&progress->values, 1)) return OL_NO_MEMORY;
  progress->job = job;
  progress->notify = notify;
  progress->keeps_all = job->worker->progress == OL_PROGRESS_EVERY;
  progress->pause_ns = job->worker->progress_ms * PROGRESS_NS_PER_MS;
  progress->timer.fire = progress_fire;
  oli_mutex_init(&progress->lock);
  job->progress = progress;
  return OL_OK;
}

void oli_progress_close(ol_job* job) {
  oli_progress* progress = job->progress;
  if (progress == NULL) return;
  oli_timer_disarm(&progress->timer);
  oli_ring_clear(&progress->values);
  oli_mutex_destroy(&progress->lock);
  job->progress = NULL;
}

/* ---- Putting ------------------------------------------------------------------------------- */

/* False: out of memory, which cannot be where one value waits at most. */
static bool progress_store_locked(oli_progress* progress) {
  oli_ring* values = &progress->values;
  bool takes_place = values->len > 0 && !progress->keeps_all;
  oli_progress_value* place = takes_place ? oli_ring_front(values) : oli_ring_push(values);
  if (place == NULL) return false;
  *place = progress->last;
  return true;
}

/* Whether the caller is to notify. */
static bool progress_tell_locked(oli_progress* progress) {
  if (progress->told) return false;
  progress->told = true;
  if (progress->taken_ns == 0 || progress->pause_ns == 0) return true;
  uint64_t due_ns = progress->taken_ns + progress->pause_ns;
  if (oli_now_ns() >= due_ns) return true;
  progress->told = oli_timer_arm(&progress->timer, due_ns) == OL_OK;
  return false;
}

/* Releases the lock. */
static void progress_put(oli_progress* progress) {
  bool stored = progress_store_locked(progress);
  bool tells = stored && progress_tell_locked(progress);
  oli_mutex_unlock(&progress->lock);
  if (tells) progress->notify(progress->job);
  if (!stored) oli_job_stop(progress->job, OL_NO_MEMORY);
}

void ol_progress(ol_job* job, double done, double total) {
  oli_progress* progress = job->progress;
  if (progress == NULL) return;
  oli_mutex_lock(&progress->lock);
  progress->last = (oli_progress_value){done, total > 0 ? total : 0};
  progress_put(progress);
}

void ol_progress_add(ol_job* job, double done) {
  oli_progress* progress = job->progress;
  if (progress == NULL) return;
  oli_mutex_lock(&progress->lock);
  progress->last.done += done;
  progress_put(progress);
}

/* ---- Taking -------------------------------------------------------------------------------- */

bool oli_progress_take(oli_progress* progress, oli_progress_value* value, bool* more) {
  uint64_t now_ns = oli_now_ns();
  oli_mutex_lock(&progress->lock);
  bool waits = progress->values.len > 0;
  if (waits) {
    oli_ring_shift(&progress->values, 1, value);
    progress->taken_ns = now_ns;
  }
  *more = progress->values.len > 0;
  if (!*more) progress->told = false;
  oli_mutex_unlock(&progress->lock);
  return waits;
}

bool oli_progress_waits(oli_progress* progress) {
  oli_mutex_lock(&progress->lock);
  bool waits = progress->values.len > 0;
  oli_mutex_unlock(&progress->lock);
  return waits;
}

uint64_t oli_progress_taken_ns(const oli_progress* progress) {
  return progress->taken_ns;
}
