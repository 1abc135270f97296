/* hold.c: jobs that outlive execute. Floor 1.
 *
 * A hold is a row of one table of the process and a number that no other hold ever has, so that a
 * second release and a late use are told apart from a hold that is good, whatever became of the
 * job. Rows are used again, the table never shrinks: it is as long as there were holds at once.
 *
 * Lock order: the table's lock before a job's stop lock. Nothing of the author's runs under it. */
#include <stdlib.h>

#include "job.h"

/* A row in use has the number of its hold; a free one has 0. */
typedef struct hold_row {
  uint64_t number;
  ol_job* job;
  size_t next; /* free row behind this one */
} hold_row;

static oli_mutex hold_lock = OLI_MUTEX_INIT; /* guards the rest */
static hold_row* hold_rows;
static size_t hold_size;
static size_t hold_free;   /* row; hold_size: none */
static uint64_t hold_last; /* number given out */

static bool hold_grow_locked(void) {
  size_t size = hold_size == 0 ? 16 : hold_size * 2;
  hold_row* rows = realloc(hold_rows, size * sizeof *rows);
  if (rows == NULL) return false;
  for (size_t row = hold_size; row < size; row++) rows[row] = (hold_row){0, NULL, row + 1};
  hold_rows = rows;
  hold_free = hold_size;
  hold_size = size;
  return true;
}

/* A zeroed hold: out of memory. */
static ol_held hold_put_locked(ol_job* job) {
  if (hold_free == hold_size && !hold_grow_locked()) return (ol_held){0, 0};
  size_t row = hold_free;
  hold_free = hold_rows[row].next;
  hold_rows[row] = (hold_row){++hold_last, job, 0};
  return (ol_held){row, hold_last};
}

static ol_job* hold_take_locked(size_t row) {
  ol_job* job = hold_rows[row].job;
  hold_rows[row] = (hold_row){0, NULL, hold_free};
  hold_free = row;
  return job;
}

/* OL_OK; OL_CLOSED: released before; OL_INVALID: never given out. */
static int hold_check_locked(ol_held held) {
  if (held.number == 0 || held.number > hold_last || held.row >= hold_size) return OL_INVALID;
  return hold_rows[held.row].number == held.number ? OL_OK : OL_CLOSED;
}

ol_held ol_hold(ol_job* job) {
  ol_held held = {0, 0};
  if (!oli_job_hold(job)) return held;
  oli_mutex_lock(&hold_lock);
  held = hold_put_locked(job);
  oli_mutex_unlock(&hold_lock);
  if (held.number == 0) oli_job_drop(job);
  return held;
}

int ol_release(ol_held held) {
  ol_job* job = NULL;
  oli_mutex_lock(&hold_lock);
  int status = hold_check_locked(held);
  if (status == OL_OK) job = hold_take_locked(held.row);
  oli_mutex_unlock(&hold_lock);
  if (job != NULL) oli_job_drop(job);
  return status;
}

/* A hold of its own, so that a release by another thread does not take the job away meanwhile. */
ol_job* ol_lock(ol_held held) {
  ol_job* job = NULL;
  oli_mutex_lock(&hold_lock);
  if (hold_check_locked(held) == OL_OK) job = hold_rows[held.row].job;
  if (job != NULL) oli_job_hold(job);
  oli_mutex_unlock(&hold_lock);
  return job;
}

void ol_unlock(ol_job* job) {
  if (job != NULL) oli_job_drop(job);
}
