#include "job.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool oli_is_status(int number) {
  return number <= OL_OK && number >= OL_ENDED;
}

const char* ol_status_name(int status) {
  static const char* const names[] = {"OL_OK",     "OL_CANCELLED", "OL_TIMED_OUT",
                                      "OL_AGAIN",  "OL_NO_MEMORY", "OL_INVALID",
                                      "OL_CLOSED", "OL_FAILED",    "OL_ENDED"};
  return oli_is_status(status) ? names[-status] : "OL_UNKNOWN";
}

/* ---- Life ---------------------------------------------------------------------------------- */

/* The state stands behind the job, aligned for any type. */
static size_t job_state_offset(void) {
  size_t align = alignof(max_align_t);
  return (sizeof(ol_job) + align - 1) / align * align;
}

ol_job* oli_job_new(const oli_job_kind* kind, const ol_worker* worker) {
  size_t offset = job_state_offset();
  if (worker->state_size > SIZE_MAX - offset) return NULL;
  ol_job* job = calloc(1, offset + worker->state_size);
  if (job == NULL) return NULL;
  job->kind = kind;
  job->worker = worker;
  job->task.kind = kind->task;
  job->task.jobs = 1;
  job->state = (char*) job + offset;
  atomic_init(&job->stop, OL_OK);
  atomic_init(&job->status, OLI_NOT_OVER);
  atomic_init(&job->awaited, false);
  atomic_init(&job->begun_ns, 0);
  atomic_init(&job->left_ns, 0);
  atomic_init(&job->thread, 0);
  oli_mutex_init(&job->lock);
  return job;
}

void oli_job_retire(ol_job* job) {
  if (job->deadline != NULL) oli_timer_disarm(&job->deadline->timer);
  if (job->patience != NULL) oli_timer_disarm(&job->patience->timer);
  if (!job->accepted) return;
  job->accepted = false;
  if (job->worker->destroy != NULL) job->worker->destroy(job->state);
}

void oli_job_free(ol_job* job) {
  oli_job_retire(job);
  oli_arena_clear(&job->arena);
  oli_mutex_destroy(&job->lock);
  free(job);
}

bool oli_job_is_clean(const ol_job* job) {
  int status = ol_status(job);
  bool good = status == OL_OK || status == OL_ENDED;
  return good && !job->outlives && job->failure == NULL && job->made == NULL;
}

void oli_job_renew(ol_job* job) {
  memset(job->state, 0, job->worker->state_size);
  oli_mutex_lock(&job->lock);
  atomic_store(&job->stop, OL_OK);
  atomic_store(&job->status, OLI_NOT_OVER);
  oli_mutex_unlock(&job->lock);
}

/* ---- Stopping (the lock is held in every *_locked) ----------------------------------------- */

static bool job_over_locked(const ol_job* job) {
  return atomic_load(&job->status) != OLI_NOT_OVER;
}

static void job_stop_locked(ol_job* job, int why) {
  atomic_store(&job->stop, why);
  if (job->sleeper != NULL) oli_cond_signal(job->sleeper);
  if (job->on_stop == NULL) return;
  void (*stop)(void*) = job->on_stop;
  job->on_stop = NULL;
  stop(job->on_stop_arg);
}

/* OL_OK: not stopped and not over, so that a stop or a failure still counts. */
static int job_settled_locked(const ol_job* job) {
  return job_over_locked(job) ? OL_CLOSED : atomic_load(&job->stop);
}

static void job_tell_kind(ol_job* job, int why) {
  if (job->kind->told != NULL) job->kind->told(job, why);
}

static int job_try_stop(ol_job* job, int why) {
  oli_mutex_lock(&job->lock);
  int before = job_settled_locked(job);
  if (before == OL_OK) job_stop_locked(job, why);
  oli_mutex_unlock(&job->lock);
  if (before == OL_OK) job_tell_kind(job, why);
  return before;
}

void oli_job_withdraw(ol_job* job) {
  if (!oli_job_is_void(job) || !job->kind->unqueue(job)) return;
  oli_job_skip(job);
  job->kind->home(job);
}

int oli_job_stop(ol_job* job, int why) {
  int before = job_try_stop(job, why);
  if (before == OL_OK) oli_job_withdraw(job);
  return before;
}

bool oli_job_is_void(const ol_job* job) {
  int why = ol_stopped(job);
  return why != OL_OK && !(why == OL_ENDED && atomic_load(&job->awaited));
}

/* On the timer thread. Whoever frees the job disarms the timer first, and so waits for this. */
static void job_expire(oli_timer* timer) {
  oli_job_stop(OLI_OF(timer, oli_deadline, timer)->job, OL_TIMED_OUT);
}

int oli_job_set_deadline(ol_job* job, uint64_t due_ns) {
  oli_deadline* deadline = oli_arena_alloc(&job->arena, sizeof *deadline);
  if (deadline == NULL) return OL_NO_MEMORY;
  deadline->job = job;
  deadline->timer.fire = job_expire;
  job->deadline = deadline;
  return oli_timer_arm(&deadline->timer, due_ns);
}

int ol_cancel(ol_job* job) {
  return oli_job_stop(job, OL_CANCELLED);
}

void ol_end(ol_job* job) {
  oli_job_stop(job, OL_ENDED);
}

int ol_stopped(const ol_job* job) {
  return atomic_load_explicit(&job->stop, memory_order_acquire);
}

int ol_status(const ol_job* job) {
  int status = atomic_load(&job->status);
  return status == OLI_NOT_OVER ? ol_stopped(job) : status;
}

int ol_on_stop(ol_job* job, void (*stop)(void* arg), void* arg) {
  oli_mutex_lock(&job->lock);
  int why = job_settled_locked(job);
  job->on_stop = why == OL_OK ? stop : NULL;
  job->on_stop_arg = arg;
  oli_mutex_unlock(&job->lock);
  return why;
}

uint64_t oli_job_due_ns(int ms) {
  return ms < 0 ? 0 : oli_now_ns() + (uint64_t) ms * 1000000u;
}

void oli_job_wait_locked(ol_job* job, const bool* enough, uint64_t due_ns) {
  oli_cond woken;
  oli_cond_init(&woken);
  job->sleeper = &woken;
  while (!*enough && atomic_load(&job->stop) == OL_OK) {
    if (due_ns == 0) {
      oli_cond_wait(&woken, &job->lock);
    } else if (!oli_cond_wait_until(&woken, &job->lock, due_ns)) {
      break;
    }
  }
  job->sleeper = NULL;
  oli_cond_destroy(&woken);
}

int ol_sleep(ol_job* job, int ms) {
  static const bool never = false;
  uint64_t due_ns = oli_job_due_ns(ms);
  oli_mutex_lock(&job->lock);
  if (ms != 0) oli_job_wait_locked(job, &never, due_ns);
  int why = atomic_load(&job->stop);
  oli_mutex_unlock(&job->lock);
  return why;
}

/* ---- Running ------------------------------------------------------------------------------- */

/* Where a failure is told; NULL: out of memory. */
static oli_failure* job_failure_locked(ol_job* job) {
  if (job->failure == NULL) job->failure = oli_arena_alloc(&job->arena, sizeof *job->failure);
  return job->failure;
}

static void job_tell_locked(ol_job* job, const char* code, const char* format, ...)
  OL_PRINTF_(3, 4);

static void job_tell_locked(ol_job* job, const char* code, const char* format, ...) {
  va_list args;
  oli_failure* failure = job_failure_locked(job);
  if (failure == NULL) return;
  va_start(args, format);
  oli_failure_set(failure, &job->arena, code, format, args);
  va_end(args);
}

/* How a job ends whose execute returned [returned]. A stop wins over whatever follows from it. Out
 * of memory does not follow from ol_end, after which the results are delivered. */
static int job_outcome_locked(ol_job* job, int returned) {
  int why = atomic_load(&job->stop);
  if (why == OL_ENDED && returned == OL_NO_MEMORY) return returned;
  if (why != OL_OK) return why;
  if (oli_is_status(returned)) return returned;
  job_tell_locked(job, "ERR_OL_INVALID", "execute of %s returned %d, which is no status",
                  job->worker->name, returned);
  return OL_INVALID;
}

/* A held job stays armed: what it waits in goes on when execute has returned. */
static bool job_drop_locked(ol_job* job) {
  if (--job->holds > 0) return false;
  job->on_stop = NULL;
  atomic_store(&job->status, job_outcome_locked(job, job->returned));
  if (job->sleeper != NULL) oli_cond_signal(job->sleeper);
  return true;
}

static void job_outlive_locked(ol_job* job) {
  job->outlives = true;
  atomic_store_explicit(&job->left_ns, oli_now_ns(), memory_order_relaxed);
}

/* Ends execute's own hold. */
static bool job_conclude(ol_job* job, int returned) {
  oli_mutex_lock(&job->lock);
  job->returned = returned;
  bool over = job_drop_locked(job);
  if (!over) job_outlive_locked(job);
  oli_mutex_unlock(&job->lock);
  if (over) job_tell_kind(job, OL_CLOSED);
  return over;
}

static void job_end_shift(oli_shift* shift) {
  if (shift != NULL) shift->done(shift);
}

bool oli_job_run(ol_job* job, oli_shift* shift) {
  bool runs = job->must_run || !oli_job_is_void(job);
  atomic_store(&job->thread, oli_thread_self());
  job->holds = 1;
  int returned = runs ? job->worker->execute(job, job->state) : OL_CANCELLED;
  job_end_shift(shift);
  return job_conclude(job, returned);
}

void oli_job_lose_thread(ol_job* job) {
  ol_fail(job, "ERR_OL_THREAD", "%s has ended the thread that it ran on", job->worker->name);
}

void oli_job_abandon(ol_job* job, oli_shift* shift) {
  oli_job_lose_thread(job);
  job_end_shift(shift);
  if (job_conclude(job, OL_FAILED)) job->kind->home(job);
}

/* [outlives] is set by that very thread, so it is read without the lock. */
bool oli_job_is_here(const ol_job* job) {
  return atomic_load(&job->thread) == oli_thread_self() && !job->outlives;
}

void oli_job_skip(ol_job* job) {
  job->holds = 1;
  job_conclude(job, OL_CANCELLED);
}

void oli_job_await(ol_job* job) {
  oli_cond over;
  oli_cond_init(&over);
  oli_mutex_lock(&job->lock);
  job->sleeper = &over;
  while (!job_over_locked(job)) oli_cond_wait(&over, &job->lock);
  job->sleeper = NULL;
  oli_mutex_unlock(&job->lock);
  oli_cond_destroy(&over);
}

bool oli_job_hold(ol_job* job) {
  oli_mutex_lock(&job->lock);
  bool held = job->holds > 0;
  if (held) job->holds++;
  oli_mutex_unlock(&job->lock);
  return held;
}

/* A job of a kind that sends none home may be gone with the lock, so the kind is looked up
 * before. */
void oli_job_drop(ol_job* job) {
  const oli_job_kind* kind = job->kind;
  oli_mutex_lock(&job->lock);
  bool over = job_drop_locked(job);
  oli_mutex_unlock(&job->lock);
  if (over && kind->told != NULL) kind->told(job, OL_CLOSED);
  if (over) kind->home(job);
}

/* ---- Waiting to run ------------------------------------------------------------------------ */

/* How soon a job that was between two queues is looked at again. */
#define JOB_AGAIN_NS 1000000u

static void job_tell_impatience(ol_job* job) {
  oli_mutex_lock(&job->lock);
  job_tell_locked(job, "ERR_OL_TIMEOUT", "%s has waited %g ms in the queue", job->worker->name,
                  job->patience->ms);
  oli_mutex_unlock(&job->lock);
}

void oli_job_give_up(ol_job* job) {
  if (job_try_stop(job, OL_TIMED_OUT) == OL_OK) job_tell_impatience(job);
  oli_job_skip(job);
  job->kind->home(job);
}

/* On the timer thread. Whoever takes the job out of its queue owns it. */
static void job_lose_patience(oli_timer* timer) {
  ol_job* job = OLI_OF(timer, oli_patience, timer)->job;
  if (job->kind->unqueue(job)) {
    oli_job_give_up(job);
  } else if (!oli_job_has_begun(job) && !oli_job_is_over(job)) {
    oli_timer_arm(timer, oli_now_ns() + JOB_AGAIN_NS);
  }
}

int oli_job_make_patience(ol_job* job, double ms) {
  oli_patience* patience = oli_arena_alloc(&job->arena, sizeof *patience);
  if (patience == NULL) return OL_NO_MEMORY;
  patience->timer.fire = job_lose_patience;
  patience->job = job;
  patience->ms = ms;
  job->patience = patience;
  job->task.at_once = ms * 1e6 < 1; /* not one nanosecond */
  return OL_OK;
}

int oli_job_arm_patience(ol_job* job) {
  if (job->patience == NULL || job->task.at_once) return OL_OK;
  return oli_timer_arm(&job->patience->timer, oli_now_ns() + (uint64_t) (job->patience->ms * 1e6));
}

/* ---- Failing ------------------------------------------------------------------------------- */

/* Where the failure is to be told, with the lock held; NULL: [status] says why it does not
 * count. */
static oli_failure* job_begin_failing(ol_job* job, int* status) {
  oli_mutex_lock(&job->lock);
  *status = job_settled_locked(job);
  if (*status == OL_OK) {
    oli_failure* failure = job_failure_locked(job);
    if (failure != NULL) return failure;
    *status = OL_NO_MEMORY;
    job_stop_locked(job, OL_NO_MEMORY);
  }
  oli_mutex_unlock(&job->lock);
  job_tell_kind(job, *status);
  return NULL;
}

static int job_end_failing(ol_job* job) {
  job_stop_locked(job, OL_FAILED);
  oli_mutex_unlock(&job->lock);
  job_tell_kind(job, OL_FAILED);
  return OL_FAILED;
}

int ol_vfail(ol_job* job, const char* code, const char* format, va_list args) {
  int status;
  oli_failure* failure = job_begin_failing(job, &status);
  if (failure == NULL) return status;
  oli_failure_set(failure, &job->arena, code, format, args);
  return job_end_failing(job);
}

int ol_fail(ol_job* job, const char* code, const char* format, ...) {
  va_list args;
  va_start(args, format);
  int status = ol_vfail(job, code, format, args);
  va_end(args);
  return status;
}

int ol_fail_errno(ol_job* job, int error, const char* syscall, const char* path) {
  int status;
  oli_failure* failure = job_begin_failing(job, &status);
  if (failure == NULL) return status;
  oli_failure_set_errno(failure, &job->arena, error, syscall, path);
  return job_end_failing(job);
}

static int job_add_detail_locked(ol_job* job, const char* name, ol_value value) {
  if (job_over_locked(job)) return OL_CLOSED;
  oli_failure* failure = job_failure_locked(job);
  if (failure == NULL) return OL_NO_MEMORY;
  return oli_failure_add_detail(failure, &job->arena, name, value);
}

int ol_fail_detail(ol_job* job, const char* name, ol_value value) {
  oli_mutex_lock(&job->lock);
  int status = job_add_detail_locked(job, name, value);
  oli_mutex_unlock(&job->lock);
  return status;
}

/* ---- Memory -------------------------------------------------------------------------------- */

void* ol_alloc(ol_job* job, size_t size) {
  oli_mutex_lock(&job->lock);
  void* data = oli_arena_alloc(&job->arena, size);
  oli_mutex_unlock(&job->lock);
  return data;
}

int ol_buf_new(ol_job* job, ol_buf* buf, size_t size) {
  oli_mutex_lock(&job->lock);
  int status = oli_arena_buf_new(&job->arena, buf, size);
  oli_mutex_unlock(&job->lock);
  return status;
}

int ol_buf_resize(ol_job* job, ol_buf* buf, size_t size) {
  oli_mutex_lock(&job->lock);
  int status = oli_arena_buf_resize(&job->arena, buf, size);
  oli_mutex_unlock(&job->lock);
  return status;
}

int ol_buf_adopt(ol_job* job, ol_buf* buf, void* data, size_t size, void (*free_data)(void* data)) {
  oli_mutex_lock(&job->lock);
  int status = oli_arena_buf_adopt(&job->arena, buf, data, size, free_data);
  oli_mutex_unlock(&job->lock);
  if (status != OL_OK && data != NULL && free_data != NULL) free_data(data);
  return status;
}

int ol_str_printf(ol_job* job, ol_str* str, const char* format, ...) {
  size_t len;
  va_list args;
  va_start(args, format);
  oli_mutex_lock(&job->lock);
  char* text = oli_arena_vprintf(&job->arena, &len, format, args);
  oli_mutex_unlock(&job->lock);
  va_end(args);
  if (text == NULL) return OL_NO_MEMORY;
  *str = (ol_str){text, len};
  return OL_OK;
}
