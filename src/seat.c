/* seat.c: records become jobs, one at a time for each thread.
 *
 * Invariants:
 *   - a claimed record arrives, once; what it says is settled by the record or, if it is gone, by
 *     the job that went home under its id: never by both, never by neither;
 *   - a job that goes home does not come back to its seat;
 *   - halted is looked at between the renewal of a job and its run, and set before all jobs are
 *     walked: a job that was renewed after the walk sees it, one before it is stopped by the
 *     walk. */
#include "seat.h"

#include <stdlib.h>

#include "stage.h"

/* ---- The jobs of all seats ----------------------------------------------------------------- */

static void seat_list(ol_job* job) {
  oli_stage* stage = &job->env->stage;
  oli_ends_enter(job->env);
  job->entered = true;
  oli_mutex_lock(&stage->seats_lock);
  oli_list_push(&stage->seated, &job->among_seated);
  oli_mutex_unlock(&stage->seats_lock);
}

void oli_seat_forget(ol_job* job) {
  oli_stage* stage = &job->env->stage;
  oli_mutex_lock(&stage->seats_lock);
  if (oli_link_listed(&job->among_seated)) oli_link_remove(&job->among_seated);
  oli_mutex_unlock(&stage->seats_lock);
}

static ol_job* seat_job_at(const oli_link* link) {
  return OLI_OF(link, ol_job, among_seated);
}

void oli_seats_stop(oli_env* env) {
  oli_list* jobs = &env->stage.seated;
  oli_mutex_lock(&env->stage.seats_lock);
  for (oli_link* link = jobs->head.next; link != &jobs->head; link = link->next) {
    oli_job_stop(seat_job_at(link), OL_CLOSED);
  }
  oli_mutex_unlock(&env->stage.seats_lock);
}

/* The job of a seat is over from the moment when its record is done with, which comes before the
 * record arrives, until it has another. */
void oli_seats_look(const oli_berth* berth, uint64_t now_ns, size_t* running, uint64_t* ns) {
  oli_stage* stage = &berth->env->stage;
  oli_mutex_lock(&stage->seats_lock);
  for (oli_link* link = stage->seated.head.next; link != &stage->seated.head; link = link->next) {
    const ol_job* job = seat_job_at(link);
    if (job->berth != berth || oli_job_is_over(job)) continue;
    ++*running;
    *ns += oli_berth_running_ns(job, now_ns);
  }
  oli_mutex_unlock(&stage->seats_lock);
}

/* ---- One record ---------------------------------------------------------------------------- */

/* Puts a job that has not run into the seat. False: out of memory. */
static bool seat_take_job(ol_job** seat, oli_binding* binding, uint64_t from_ns) {
  ol_job* job = *seat != NULL ? *seat : oli_env_new_job(binding);
  if (job == NULL) return false;
  atomic_store_explicit(&job->begun_ns, from_ns, memory_order_relaxed);
  if (*seat != NULL) {
    oli_job_renew(job);
  } else {
    job->submitted = job->accepted = job->seated = true;
    seat_list(job);
  }
  *seat = job;
  return true;
}

/* A job that is clean ends with its seat, and not at home. */
static void seat_leave(oli_env* env, ol_job* job) {
  oli_seat_forget(job);
  oli_job_free(job);
  oli_ends_leave(env);
  oli_env_unref(env);
}

/* The thread is done with a record, which nobody knows yet. When none is left it is free. */
static void seat_free_thread(oli_slab* slab, oli_shift* shift) {
  if (oli_slab_used_up(slab)) shift->done(shift);
}

/* Of the last record of a slab the loop may hear without a wake-up: its thread knows. */
static void seat_arrive(oli_env* env, oli_slab* slab, oli_record* record, oli_shift* shift) {
  seat_free_thread(slab, shift);
  if (oli_env_is_closed(env) || !oli_arrivals_push(&env->stage.arrivals, record)) return;
  if (shift->tells && oli_slab_used_up(slab)) {
    shift->owes = true;
  } else {
    oli_env_wake(env);
  }
}

/* True: the answer stands in the record. False: a job went home in its place; one that is held may
 * be gone already, and is not touched any more. */
static bool seat_answer(oli_env* env, ol_job** seat, oli_record* record, oli_shift* shift) {
  ol_job* job = *seat;
  oli_slab* slab = oli_slab_of(record);
  const oli_flat* flat = slab->flat;
  job->id = OLI_STAGE_ID | record->id;
  job->queued_ns = slab->queued_ns;
  oli_flat_load(flat, record->slots, job->state);
  if (atomic_load(&env->halted)) oli_job_stop(job, OL_CLOSED);
  bool over = oli_job_run(job, NULL);
  if (over && oli_job_is_clean(job) && oli_flat_store(flat, job->state, record->slots)) {
    oli_arena_clear(&job->arena);
    return true;
  }
  *seat = NULL;
  if (!over) return false;
  seat_free_thread(slab, shift);
  job->kind->home(job);
  return false;
}

/* [now_ns]: when it was begun with, and in the end when it was done with: the clock is read once
 * for each. */
static void seat_run(oli_env* env, ol_job** seat, oli_slab* slab, oli_record* record,
                     uint64_t* now_ns, oli_shift* shift) {
  uint64_t from_ns = *now_ns;
  bool able = seat_take_job(seat, slab->worker, from_ns);
  bool answered = able && seat_answer(env, seat, record, shift);
  *now_ns = oli_now_ns();
  record->wait_us = (float) (from_ns - slab->queued_ns) / 1000;
  record->run_us = answered ? (float) (*now_ns - from_ns) / 1000
                   : able   ? OLI_RECORD_GONE
                            : OLI_RECORD_NO_MEMORY;
}

/* ---- A slab -------------------------------------------------------------------------------- */

void oli_seat_drop_slab(oli_slab* slab) {
  oli_env* env = ((oli_binding*) slab->worker)->env;
  if (!oli_slab_unref(slab)) return;
  free(slab);
  oli_env_unref(env);
}

static oli_berth* seat_berth(const oli_slab* slab) {
  return ((oli_binding*) slab->worker)->berth;
}

/* Under the lock of the queue's owner. The last thread that is of any use takes the queue's
 * reference over. */
static bool seat_join(oli_task* task) {
  oli_slab* slab = OLI_OF(task, oli_slab, task);
  if (++slab->joined >= slab->count) return false;
  oli_slab_ref(slab);
  return true;
}

/* The next record. With the last one the slab leaves the queue, before that one is answered: what
 * is settled altogether the end of the environment does not look for there. */
static oli_record* seat_claim(oli_slab* slab) {
  oli_record* record = oli_slab_claim(slab);
  if (record == NULL || !oli_slab_used_up(slab)) return record;
  if (oli_berth_remove_task(seat_berth(slab), &slab->task)) oli_seat_drop_slab(slab);
  return record;
}

typedef struct seat_turn {
  oli_env* env;
  oli_slab* slab;
  oli_shift* shift;
  ol_job* seat;       /* its job; NULL: it has none, or that one went home */
  oli_record* record; /* the one that it works at */
} seat_turn;

static void seat_work(void* arg) {
  seat_turn* turn = arg;
  uint64_t now_ns = oli_now_ns();
  bool ends = false;
  while (!ends && (turn->record = seat_claim(turn->slab)) != NULL) {
    seat_run(turn->env, &turn->seat, turn->slab, turn->record, &now_ns, turn->shift);
    seat_arrive(turn->env, turn->slab, turn->record, turn->shift);
    ends = turn->shift->ends(turn->shift, &turn->slab->task, now_ns);
  }
  if (turn->seat != NULL) seat_leave(turn->env, turn->seat);
}

/* The job has ended the thread: it goes home in the place of its record. The thread takes up no
 * other, so it is done with the slab before anybody can know. */
static void seat_lose_thread(void* arg) {
  seat_turn* turn = arg;
  turn->record->run_us = OLI_RECORD_GONE;
  oli_job_abandon(turn->seat, turn->shift);
  seat_arrive(turn->env, turn->slab, turn->record, turn->shift);
  oli_seat_drop_slab(turn->slab);
}

static void seat_run_task(oli_task* task, oli_shift* shift) {
  oli_slab* slab = OLI_OF(task, oli_slab, task);
  seat_turn turn = {.env = ((oli_binding*) slab->worker)->env, .slab = slab, .shift = shift};
  oli_thread_guard(seat_work, seat_lose_thread, &turn);
  oli_seat_drop_slab(slab);
}

/* The queue's reference is this one's. */
static void seat_refuse_task(oli_task* task) {
  oli_slab* slab = OLI_OF(task, oli_slab, task);
  oli_stage_refuse(slab, OLI_POOL_NO_THREAD);
  oli_seat_drop_slab(slab);
}

const oli_task_kind oli_seat_task_kind = {
  .join = seat_join, .run = seat_run_task, .refuse = seat_refuse_task};
