/* seat.c: records become jobs, one at a time for each thread.
 *
 * Invariants:
 *   - a claimed record arrives, once; what it says is settled by the record or, if it is gone, by the
 *     job that went home under its id: never by both, never by neither;
 *   - a job that goes home does not come back to its seat;
 *   - halted is looked at between the renewal of a job and its run, and set before all seats are
 *     walked: a job that was renewed after the walk sees it, one before it is stopped by the walk. */
#include "seat.h"

#include <stdlib.h>

#include "stage.h"

/* ---- The bond with a job ------------------------------------------------------------------- */

static void seat_bind(oli_env* env, oli_seat* seat, ol_job* job) {
  oli_mutex_lock(&env->stage.seats_lock);
  seat->job = job;
  job->seat = seat;
  oli_mutex_unlock(&env->stage.seats_lock);
}

static void seat_unbind(oli_env* env, oli_seat* seat) {
  oli_mutex_lock(&env->stage.seats_lock);
  if (seat->job != NULL) seat->job->seat = NULL;
  seat->job = NULL;
  oli_mutex_unlock(&env->stage.seats_lock);
}

void oli_seat_forget(ol_job* job) {
  oli_env* env = job->env;
  oli_mutex_lock(&env->stage.seats_lock);
  if (job->seat != NULL) job->seat->job = NULL;
  job->seat = NULL;
  oli_mutex_unlock(&env->stage.seats_lock);
}

void oli_seats_stop(oli_env* env) {
  oli_list* seats = &env->stage.seats;
  oli_mutex_lock(&env->stage.seats_lock);
  for (oli_link* link = seats->head.next; link != &seats->head; link = link->next) {
    oli_seat* seat = OLI_OF(link, oli_seat, link);
    if (seat->job != NULL) oli_job_stop(seat->job, OL_CLOSED);
  }
  oli_mutex_unlock(&env->stage.seats_lock);
}

uint64_t oli_seats_running_ns(const oli_berth* berth, uint64_t now_ns) {
  oli_stage* stage = &berth->env->stage;
  uint64_t sum_ns = 0;
  oli_mutex_lock(&stage->seats_lock);
  for (oli_link* link = stage->seats.head.next; link != &stage->seats.head; link = link->next) {
    oli_seat* seat = OLI_OF(link, oli_seat, link);
    uint64_t from_ns = atomic_load_explicit(&seat->from_ns, memory_order_relaxed);
    if (seat->berth == berth && now_ns > from_ns) sum_ns += now_ns - from_ns;
  }
  oli_mutex_unlock(&stage->seats_lock);
  return sum_ns;
}

/* ---- Coming and going ---------------------------------------------------------------------- */

static void seat_enter(oli_env* env, oli_seat* seat, oli_berth* berth, uint64_t now_ns) {
  seat->job = NULL;
  seat->berth = berth;
  atomic_init(&seat->from_ns, now_ns);
  oli_tally_enter(&berth->tally);
  atomic_fetch_add(&env->running, 1);
  oli_mutex_lock(&env->stage.seats_lock);
  oli_list_push(&env->stage.seats, &seat->link);
  oli_mutex_unlock(&env->stage.seats_lock);
}

static void seat_leave(oli_env* env, oli_seat* seat) {
  oli_mutex_lock(&env->stage.seats_lock);
  oli_link_remove(&seat->link);
  ol_job* job = seat->job;
  if (job != NULL) job->seat = NULL;
  oli_mutex_unlock(&env->stage.seats_lock);
  atomic_fetch_sub(&env->running, 1);
  oli_tally_go(&seat->berth->tally);
  if (job == NULL) return;
  oli_job_free(job);
  oli_env_unref(env);
}

/* ---- One record ---------------------------------------------------------------------------- */

/* A job that has not run. False: out of memory. */
static bool seat_take_job(oli_env* env, oli_seat* seat, oli_binding* binding) {
  if (seat->job != NULL) {
    oli_job_renew(seat->job);
    return true;
  }
  ol_job* job = oli_env_new_job(binding);
  if (job == NULL) return false;
  job->submitted = job->accepted = job->seated = true;
  seat_bind(env, seat, job);
  return true;
}

static void seat_arrive(oli_env* env, oli_record* record) {
  if (oli_env_is_closed(env)) return;
  if (oli_arrivals_push(&env->stage.arrivals, record)) oli_env_wake(env);
}

/* True: the answer stands in the record. False: a job went home in its place; one that is held may
 * be gone already, and is not touched any more. */
static bool seat_answer(oli_env* env, oli_seat* seat, const oli_flat* flat, oli_record* record,
                        uint64_t from_ns) {
  ol_job* job = seat->job;
  job->id = OLI_STAGE_ID | record->id;
  job->submitted_ns = oli_slab_of(record)->queued_ns;
  atomic_store_explicit(&job->begun_ns, from_ns, memory_order_relaxed);
  oli_flat_load(flat, record->slots, job->state);
  if (atomic_load(&env->halted)) oli_job_stop(job, OL_CLOSED);
  bool over = oli_job_run(job);
  if (over && oli_job_is_clean(job) && oli_flat_store(flat, job->state, record->slots)) {
    oli_arena_clear(&job->arena);
    return true;
  }
  seat_unbind(env, seat);
  if (over) job->kind->home(job);
  return false;
}

/* [now_ns]: when it was begun with, and in the end when it was done with: the clock is read once
 * for each. */
static void seat_run(oli_env* env, oli_seat* seat, oli_slab* slab, oli_record* record,
                     uint64_t* now_ns) {
  uint64_t from_ns = *now_ns;
  bool able = seat_take_job(env, seat, slab->worker);
  bool answered = able && seat_answer(env, seat, slab->flat, record, from_ns);
  *now_ns = oli_now_ns();
  atomic_store_explicit(&seat->from_ns, *now_ns, memory_order_relaxed);
  record->wait_us = (float) (from_ns - slab->queued_ns) / 1000;
  record->run_us = answered ? (float) (*now_ns - from_ns) / 1000
                   : able   ? OLI_RECORD_GONE
                            : OLI_RECORD_NO_MEMORY;
  seat_arrive(env, record);
}

/* ---- A slab -------------------------------------------------------------------------------- */

void oli_seat_drop_slab(oli_slab* slab) {
  oli_env* env = ((oli_binding*) slab->worker)->env;
  if (!oli_slab_unref(slab)) return;
  free(slab);
  oli_env_unref(env);
}

/* Under the pool's lock. The last thread that is of any use takes the queue's reference over. */
static bool seat_join(oli_task* task) {
  oli_slab* slab = OLI_OF(task, oli_slab, task);
  if (++slab->joined >= slab->count) return false;
  oli_slab_ref(slab);
  return true;
}

static void seat_work(oli_env* env, oli_slab* slab) {
  oli_seat seat;
  oli_record* record;
  uint64_t now_ns = oli_now_ns();
  seat_enter(env, &seat, ((oli_binding*) slab->worker)->berth, now_ns);
  do {
    record = oli_slab_claim(slab);
    if (record != NULL) seat_run(env, &seat, slab, record, &now_ns);
  } while (record != NULL && !oli_pool_has_better(slab->pool, &slab->task));
  seat_leave(env, &seat);
}

static void seat_run_task(oli_task* task) {
  oli_slab* slab = OLI_OF(task, oli_slab, task);
  oli_env* env = ((oli_binding*) slab->worker)->env;
  seat_work(env, slab);
  if (oli_slab_used_up(slab) && oli_pool_remove(slab->pool, task)) oli_seat_drop_slab(slab);
  oli_seat_drop_slab(slab);
}

const oli_task_kind oli_seat_task_kind = {.join = seat_join, .run = seat_run_task};
