#include "berth.h"

#include <stdlib.h>
#include <string.h>

#include "env.h"
#include "error.h"
#include "seat.h"
#include "settle.h"

/* ---- Slots --------------------------------------------------------------------------------- */

oli_berth* oli_berth_at(oli_env* env, uint32_t slot) {
  return slot < env->berths.count ? env->berths.slots[slot] : NULL;
}

/* 0: out of memory. */
static uint32_t berth_new_slot(oli_berths* berths) {
  for (uint32_t slot = 1; slot < berths->count; slot++) {
    if (berths->slots[slot] == NULL) return slot;
  }
  uint32_t first = berths->count == 0 ? 1 : berths->count;
  oli_berth** slots = realloc(berths->slots, 2 * first * sizeof(*slots));
  if (slots == NULL) return 0;
  for (uint32_t slot = berths->count; slot < 2 * first; slot++) slots[slot] = NULL;
  berths->slots = slots;
  berths->count = 2 * first;
  return first;
}

/* ---- Making -------------------------------------------------------------------------------- */

static void berth_tell(oli_quay_user* user) {
  oli_env_wake(OLI_OF(user, oli_berth, user)->env);
}

static oli_berth* berth_new(oli_env* env) {
  uint32_t slot = berth_new_slot(&env->berths);
  oli_berth* berth = slot == 0 ? NULL : calloc(1, sizeof(*berth));
  if (berth == NULL) return NULL;
  berth->env = env;
  berth->slot = slot;
  berth->user.tell = berth_tell;
  oli_tally_init(&berth->tally);
  env->berths.slots[slot] = berth;
  return berth;
}

static void berth_free(oli_berth* berth) {
  berth->env->berths.slots[berth->slot] = NULL;
  if (berth->quay != NULL) {
    if (berth->source == NULL) oli_quay_await(berth->quay, NULL);
    oli_quay_drop(berth->quay);
  }
  free(berth);
}

/* NULL: out of memory. */
static oli_berth* berth_open(oli_env* env, const ol_pool* pool, bool shared) {
  oli_berth* berth = berth_new(env);
  if (berth == NULL) return NULL;
  berth->table = oli_quay_resolve(pool);
  berth->source = shared ? pool : NULL;
  if (pool == &ol_node_pool) return berth;
  berth->quay = oli_quay_join(pool, shared && pool != &ol_own_thread, &berth->user);
  if (berth->quay != NULL) return berth;
  berth_free(berth);
  return NULL;
}

static oli_berth* berth_find(oli_env* env, const ol_pool* pool) {
  for (uint32_t slot = 1; slot < env->berths.count; slot++) {
    oli_berth* berth = env->berths.slots[slot];
    if (berth != NULL && berth->source == pool) return berth;
  }
  return NULL;
}

/* JavaScript finds them by their names. Those of offloop's own pools are theirs, whether they are
 * used or not. NULL: the name is free. */
static const char* berth_name_fault(oli_env* env, const ol_pool* pool) {
  static const struct {
    const ol_pool* pool;
    const char* fault;
  } own[] = {
    {&ol_default_pool, "its name is that of &ol_default_pool"},
    {&ol_node_pool, "its name is that of &ol_node_pool"},
    {&ol_own_thread, "its name is that of &ol_own_thread"},
  };
  for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
    if (own[i].pool == pool) return NULL;
    if (strcmp(own[i].pool->name, pool->name) == 0) return own[i].fault;
  }
  for (uint32_t slot = 1; slot < env->berths.count; slot++) {
    const oli_berth* berth = env->berths.slots[slot];
    if (berth == NULL || berth->source == NULL) continue;
    if (strcmp(berth->source->name, pool->name) == 0) {
      return "the addon has a pool of that name already";
    }
  }
  return NULL;
}

static void berth_out_of_memory(oli_env* env) {
  oli_throw_no_memory(env->napi);
}

static void berth_refuse(oli_env* env, const ol_pool* pool, const char* worker, const char* fault) {
  bool whole = pool->kind == OL_TABLE_POOL && pool->table_size >= offsetof(ol_pool, threads);
  bool named = whole && pool->name != NULL && pool->name[0] != '\0';
  if (worker != NULL) {
    oli_throw_text(env->napi, true, "ERR_OL_TABLE", "worker %s: .pool: %s", worker, fault);
  } else {
    oli_throw_text(env->napi, true, "ERR_OL_TABLE", "pool %s: %s",
                   named ? pool->name : "without a name", fault);
  }
}

oli_berth* oli_berth_get(oli_env* env, const ol_pool* pool, const char* worker) {
  oli_berth* berth = berth_find(env, pool);
  if (berth != NULL) return berth;
  const char* fault = oli_quay_fault(pool);
  if (fault == NULL) fault = berth_name_fault(env, pool);
  if (fault != NULL) {
    berth_refuse(env, pool, worker, fault);
    return NULL;
  }
  berth = berth_open(env, pool, true);
  if (berth == NULL) berth_out_of_memory(env);
  return berth;
}

/* ---- Jobs ---------------------------------------------------------------------------------- */

void oli_berth_enter(ol_job* job) {
  if (job->berth == NULL) return;
  job->berth->in_flight++;
  job->berth->tally.submitted++;
}

static void berth_fail_busy(ol_job* job) {
  const ol_pool* table = &job->berth->table;
  if (table->max_queue == OL_NO_QUEUE) {
    ol_fail(job, "ERR_OL_BUSY", "%s has no thread: %u jobs have one already", job->worker->name,
            (unsigned) table->threads);
  } else {
    ol_fail(job, "ERR_OL_BUSY", "%s finds no place in its pool: %u jobs wait already",
            job->worker->name, (unsigned) table->max_queue);
  }
}

/* Why it was not pushed, unless it was stopped. */
static void berth_fail(ol_job* job, enum oli_pool_pushed pushed) {
  if (pushed == OLI_POOL_FULL) {
    berth_fail_busy(job);
  } else if (pushed == OLI_POOL_NO_THREAD) {
    ol_fail(job, "ERR_OL_BUSY", "%s has no thread: the system gives no more", job->worker->name);
  } else if (pushed == OLI_POOL_CLOSED) {
    oli_job_stop(job, OL_CLOSED);
  }
}

void oli_berth_refuse(ol_job* job, enum oli_pool_pushed pushed) {
  berth_fail(job, pushed);
  oli_job_skip(job);
  job->kind->home(job);
}

/* The job, which holds its environment and berth, may be gone before the push returns. */
void oli_berth_push(ol_job* job) {
  oli_quay* quay = job->berth->quay;
  oli_quay_hold(quay);
  enum oli_pool_pushed pushed = oli_pool_push(&quay->pool, &job->task);
  if (pushed == OLI_POOL_LATE) {
    oli_job_give_up(job);
  } else if (pushed != OLI_POOL_PUSHED) {
    oli_berth_refuse(job, pushed);
  }
  oli_quay_drop(quay);
}

void oli_berth_begin(ol_job* job) {
  oli_berth* berth = job->berth;
  if (berth == NULL) return;
  atomic_store_explicit(&job->begun_ns, oli_now_ns(), memory_order_relaxed);
  oli_tally_begin(&berth->tally);
}

/* A job of a seat is counted by its seat, as long as it is not over (oli_seats_look). */
void oli_berth_finish(ol_job* job) {
  if (job->berth == NULL || !job->submitted) return;
  if (oli_job_has_begun(job)) job->over_ns = oli_now_ns();
  if (job->seated) return;
  if (oli_job_has_begun(job)) {
    oli_tally_finish(&job->berth->tally);
  } else {
    oli_tally_drop(&job->berth->tally);
  }
}

/* ---- Other tasks --------------------------------------------------------------------------- */

static size_t berth_threads_max(const oli_berth* berth) {
  return berth->quay != NULL ? berth->table.threads : berth->env->pool.runners_max;
}

bool oli_berth_takes_slabs(const oli_berth* berth) {
  bool endless = berth->quay == NULL || berth->quay->pool.waiting_max == SIZE_MAX;
  return endless && berth_threads_max(berth) > 1;
}

static enum oli_pool_pushed berth_push_to_node(oli_env* env, oli_task* task) {
  enum oli_pushed pushed = oli_node_pool_push(&env->pool, task);
  if (pushed == OLI_PUSH_CLOSED) return OLI_POOL_CLOSED;
  if (pushed == OLI_PUSH_VOID) return OLI_POOL_VOID;
  if (pushed == OLI_PUSHED_STARVED) oli_node_pool_kick(env);
  return OLI_POOL_PUSHED;
}

enum oli_pool_pushed oli_berth_push_task(oli_berth* berth, oli_task* task) {
  if (berth->quay != NULL) return oli_pool_push(&berth->quay->pool, task);
  return berth_push_to_node(berth->env, task);
}

bool oli_berth_remove_task(oli_berth* berth, oli_task* task) {
  if (berth->quay != NULL) return oli_pool_remove(&berth->quay->pool, task);
  return oli_node_pool_remove(&berth->env->pool, task);
}

/* ---- Settling ------------------------------------------------------------------------------ */

static enum oli_tally_end berth_end_of(const ol_job* job) {
  int status = ol_status(job);
  if (status == OL_OK || status == OL_ENDED) return OLI_TALLY_DONE;
  bool stopped = status == OL_CANCELLED || status == OL_TIMED_OUT || status == OL_CLOSED;
  return stopped ? OLI_TALLY_CANCELLED : OLI_TALLY_FAILED;
}

/* When the thread of a job that has begun was done with it; [now_ns]: it is not yet. */
static uint64_t berth_left_ns(const ol_job* job, uint64_t now_ns) {
  uint64_t left_ns = atomic_load_explicit(&job->left_ns, memory_order_relaxed);
  return left_ns == 0 ? now_ns : left_ns;
}

static void berth_count(oli_berth* berth, const ol_job* job) {
  enum oli_tally_end end = berth_end_of(job);
  uint64_t begun_ns = atomic_load_explicit(&job->begun_ns, memory_order_relaxed);
  if (begun_ns == 0) {
    oli_tally_settle(&berth->tally, end);
    return;
  }
  oli_tally_times times = {.waited = begun_ns - job->queued_ns,
                           .took = job->over_ns - begun_ns,
                           .busy = berth_left_ns(job, job->over_ns) - begun_ns};
  oli_tally_settle_run(&berth->tally, end, times);
}

/* Who waits for the threads of a pool keeps the loop alive: no job does any more. */
static void berth_set_wishes(oli_berth* berth, unsigned wishes) {
  oli_berths* berths = &berth->env->berths;
  unsigned changed = berth->wishes ^ wishes;
  if (berth->wishes == 0 && wishes != 0) berths->wished++;
  if (berth->wishes != 0 && wishes == 0) berths->wished--;
  if (changed & OLI_BERTH_GONE) oli_env_keep_loop(berth->env, wishes & OLI_BERTH_GONE ? 1 : -1);
  berth->wishes = wishes;
  if (berth->quay != NULL && !berth->left) {
    bool room = (wishes & (OLI_BERTH_ROOM | OLI_BERTH_DRAIN)) != 0;
    oli_quay_wish(berth->quay, &berth->user, room);
  }
}

static void berth_close(oli_berth* berth) {
  if (berth->quay == NULL || berth->left) return;
  berth_set_wishes(berth, berth->wishes & ~(unsigned) OLI_BERTH_DRAIN);
  berth->left = true;
  oli_quay_leave(berth->quay, &berth->user);
}

/* Nobody has it any more, and nothing of it is under way. */
static void berth_check(oli_berth* berth) {
  if (!berth->forgotten || berth->in_flight > 0) return;
  berth_set_wishes(berth, 0);
  berth_close(berth);
  berth_free(berth);
}

void oli_berth_leave(ol_job* job) {
  oli_berth* berth = job->berth;
  if (berth == NULL || !job->submitted) return;
  berth_count(berth, job);
  if (job->seated) return;
  berth->in_flight--;
  berth_check(berth);
}

/* ---- Wishes -------------------------------------------------------------------------------- */

/* Whether no thread of the closed pool is left; the last one, which says so before it ends, is then
 * waited for. */
static bool berth_is_deserted(oli_berth* berth) {
  if (oli_pool_threads(&berth->quay->pool) > 0) return false;
  oli_pool_join(&berth->quay->pool);
  return true;
}

static bool berth_is_full(const oli_berth* berth, size_t* fills) {
  *fills = 0;
  return berth->quay != NULL && oli_pool_is_full(&berth->quay->pool, fills);
}

/* Takes those that have come true. */
static unsigned berth_grant(oli_berth* berth) {
  size_t fills;
  unsigned granted = 0;
  if (berth->wishes == 0) return 0;
  bool full = berth_is_full(berth, &fills);
  if (!full) granted |= OLI_BERTH_ROOM;
  if (!full && fills != berth->drains) granted |= OLI_BERTH_DRAIN;
  if (berth->in_flight == 0) granted |= OLI_BERTH_IDLE;
  granted &= berth->wishes;
  if ((berth->wishes & OLI_BERTH_GONE) && berth_is_deserted(berth)) granted |= OLI_BERTH_GONE;
  if (granted & OLI_BERTH_DRAIN) berth->drains = fills;
  unsigned left = berth->wishes & (~granted | OLI_BERTH_DRAIN);
  if (left != berth->wishes) berth_set_wishes(berth, left);
  return granted;
}

static void berth_tell_layer(oli_env* env, uint32_t slot, unsigned granted) {
  napi_handle_scope scope;
  napi_value argv[2];
  if (napi_open_handle_scope(env->napi, &scope) != napi_ok) return;
  if (napi_create_uint32(env->napi, slot, &argv[0]) == napi_ok &&
      napi_create_uint32(env->napi, granted, &argv[1]) == napi_ok) {
    oli_env_call(env, OLI_LAYER_POOL_TOLD, 2, argv, NULL);
    oli_settle_report(env->napi);
  }
  napi_close_handle_scope(env->napi, scope);
}

/* What is told may make and free berths. */
void oli_berth_deliver(oli_env* env) {
  if (env->berths.wished == 0) return;
  for (uint32_t slot = 1; slot < env->berths.count; slot++) {
    oli_berth* berth = env->berths.slots[slot];
    unsigned granted = berth == NULL ? 0 : berth_grant(berth);
    if (granted != 0) berth_tell_layer(env, slot, granted);
  }
}

/* ---- The end ------------------------------------------------------------------------------- */

void oli_berth_leave_all(oli_env* env) {
  for (uint32_t slot = 1; slot < env->berths.count; slot++) {
    if (env->berths.slots[slot] != NULL) berth_close(env->berths.slots[slot]);
  }
}

void oli_berth_free_all(oli_env* env) {
  for (uint32_t slot = 1; slot < env->berths.count; slot++) {
    if (env->berths.slots[slot] != NULL) berth_free(env->berths.slots[slot]);
  }
  free(env->berths.slots);
}

/* ---- Natives ------------------------------------------------------------------------------- */

/* The environment and so many arguments. */
static napi_status berth_args(napi_env napi, napi_callback_info info, size_t count,
                              napi_value* argv, oli_env** env) {
  size_t argc = count;
  return oli_check(napi, napi_get_cb_info(napi, info, &argc, argv, NULL, (void**) env));
}

/* The berth that the first of [count] arguments names; NULL: an exception is pending. */
static oli_berth* berth_named(napi_env napi, napi_callback_info info, size_t count,
                              napi_value* argv) {
  oli_env* env;
  uint32_t slot;
  if (berth_args(napi, info, count, argv, &env) != napi_ok) return NULL;
  if (oli_check(napi, napi_get_value_uint32(napi, argv[0], &slot)) != napi_ok) return NULL;
  return oli_berth_at(env, slot);
}

static napi_value berth_number(napi_env napi, double number) {
  napi_value value;
  return oli_check(napi, napi_create_double(napi, number, &value)) == napi_ok ? value : NULL;
}

/* native.openPool(name, threads, maxQueue, onFull, idleMs, spinUs, stackSize): the berth's number.
 * What is given is right. */
static napi_value berth_open_pool(napi_env napi, napi_callback_info info) {
  napi_value argv[7];
  oli_env* env;
  char name[OLI_QUAY_NAME_SIZE];
  double members[7];
  napi_status status = berth_args(napi, info, 7, argv, &env);
  if (status == napi_ok) {
    status = napi_get_value_string_utf8(napi, argv[0], name, sizeof name, NULL);
  }
  for (size_t i = 1; i < 7 && status == napi_ok; i++) {
    status = napi_get_value_double(napi, argv[i], &members[i]);
  }
  if (oli_check(napi, status) != napi_ok) return NULL;
  ol_pool table = {
    OL_POOL(name),
    .threads = (uint32_t) members[1],
    .max_queue = (uint32_t) members[2],
    .on_full = (int) members[3],
    .idle_ms = (uint32_t) members[4],
    .spin_us = (uint32_t) members[5],
    .stack_size = (size_t) members[6],
  };
  oli_berth* berth = berth_open(env, &table, false);
  if (berth != NULL) return berth_number(napi, berth->slot);
  berth_out_of_memory(env);
  return NULL;
}

static size_t berth_node_threads(oli_node_pool* pool) {
  oli_mutex_lock(&pool->lock);
  size_t threads = pool->runners;
  oli_mutex_unlock(&pool->lock);
  return threads;
}

/* That live. */
static size_t berth_threads(oli_berth* berth) {
  return berth->quay != NULL ? oli_pool_threads(&berth->quay->pool)
                             : berth_node_threads(&berth->env->pool);
}

/* native.describePool(number, tell): tell(name, threads, maxQueue); no name: of createPool. */
static napi_value berth_describe(napi_env napi, napi_callback_info info) {
  napi_value argv[2], told[3], result, undefined;
  oli_berth* berth = berth_named(napi, info, 2, argv);
  if (berth == NULL) return NULL;
  const char* name = berth->source == NULL ? "" : berth->source->name;
  napi_status status = napi_create_string_utf8(napi, name, NAPI_AUTO_LENGTH, &told[0]);
  if (status == napi_ok) {
    status = napi_create_double(napi, (double) berth_threads_max(berth), &told[1]);
  }
  if (status == napi_ok) status = napi_create_uint32(napi, berth->table.max_queue, &told[2]);
  if (status == napi_ok) status = napi_get_undefined(napi, &undefined);
  if (status == napi_ok) status = napi_call_function(napi, undefined, argv[1], 3, told, &result);
  return oli_check(napi, status) == napi_ok ? result : NULL;
}

uint64_t oli_berth_running_ns(const ol_job* job, uint64_t now_ns) {
  uint64_t begun_ns = atomic_load_explicit(&job->begun_ns, memory_order_relaxed);
  if (begun_ns == 0 || oli_job_is_over(job)) return 0;
  uint64_t end_ns = berth_left_ns(job, now_ns);
  return end_ns > begun_ns ? end_ns - begun_ns : 0;
}

/* How long those that run have had their threads; [running]: how many there are. */
static uint64_t berth_look_at_running(const oli_berth* berth, uint64_t now_ns, size_t* running) {
  const oli_env* env = berth->env;
  uint64_t sum_ns = 0;
  size_t left = atomic_load_explicit(&berth->tally.running, memory_order_relaxed);
  *running = left;
  oli_seats_look(berth, now_ns, running, &sum_ns);
  for (uint32_t id = 1; id < env->id_size && left > 0; id++) {
    const ol_job* job = env->by_id[id];
    uint64_t ns = job == NULL || job->berth != berth ? 0 : oli_berth_running_ns(job, now_ns);
    sum_ns += ns;
    if (ns > 0) left--;
  }
  return sum_ns;
}

#define BERTH_LOOK_HEAD 10
#define BERTH_LOOK_LEN (BERTH_LOOK_HEAD + 2 * OLI_TALLY_BUCKETS)

static void berth_fill_look(oli_berth* berth, double* look) {
  const oli_tally* tally = &berth->tally;
  size_t running;
  uint64_t now_ns = oli_now_ns(), running_ns = berth_look_at_running(berth, now_ns, &running);
  *look++ = (double) berth_threads(berth);
  *look++ = (double) oli_tally_queued(tally) + (double) oli_stage_queued(berth);
  *look++ = (double) running;
  *look++ = (double) tally->done;
  *look++ = (double) tally->failed;
  *look++ = (double) tally->cancelled;
  *look++ = (double) (tally->busy_ns + running_ns);
  *look++ = (double) now_ns;
  *look++ = (double) tally->waited.sum_ns;
  *look++ = (double) tally->took.sum_ns;
  for (size_t i = 0; i < OLI_TALLY_BUCKETS; i++) {
    look[i] = (double) tally->waited.buckets[i];
    look[OLI_TALLY_BUCKETS + i] = (double) tally->took.buckets[i];
  }
}

/* native.lookAtPool(number, numbers): threads, queued, running, done, failed, cancelled, busy ns,
 * now in ns, the sums of both histograms in ns, and their buckets, into a Float64Array. */
static napi_value berth_look(napi_env napi, napi_callback_info info) {
  napi_value argv[2];
  void* data;
  size_t len;
  napi_typedarray_type type;
  oli_berth* berth = berth_named(napi, info, 2, argv);
  if (berth == NULL) return NULL;
  napi_status status = napi_get_typedarray_info(napi, argv[1], &type, &len, &data, NULL, NULL);
  if (status == napi_ok && (type != napi_float64_array || len < BERTH_LOOK_LEN)) {
    status = napi_invalid_arg;
  }
  if (oli_check(napi, status) == napi_ok) berth_fill_look(berth, data);
  return NULL;
}

/* native.isPoolFull(number) */
static napi_value berth_ask_full(napi_env napi, napi_callback_info info) {
  napi_value argv[1], result;
  oli_berth* berth = berth_named(napi, info, 1, argv);
  if (berth == NULL) return NULL;
  size_t fills;
  bool full = berth_is_full(berth, &fills);
  return oli_check(napi, napi_get_boolean(napi, full, &result)) == napi_ok ? result : NULL;
}

/* A pool that is full when somebody begins to listen is yet to drain. */
static void berth_begin_to_listen(oli_berth* berth) {
  size_t fills;
  bool full = berth_is_full(berth, &fills);
  berth->drains = full ? fills - 1 : fills;
}

/* native.wishPool(number, wishes): layer.poolTold will be called, unless one has come true already,
 * which this gives. */
static napi_value berth_wish(napi_env napi, napi_callback_info info) {
  napi_value argv[2];
  uint32_t wishes = 0;
  oli_berth* berth = berth_named(napi, info, 2, argv);
  if (berth == NULL) return NULL;
  if (oli_check(napi, napi_get_value_uint32(napi, argv[1], &wishes)) != napi_ok) return NULL;
  if (wishes & ~berth->wishes & OLI_BERTH_DRAIN) berth_begin_to_listen(berth);
  berth_set_wishes(berth, berth->wishes | wishes);
  return berth_number(napi, berth_grant(berth));
}

/* All its jobs, or those that have not begun. */
static void berth_stop_jobs(const oli_berth* berth, bool all) {
  const oli_env* env = berth->env;
  for (uint32_t id = 1; id < env->id_size; id++) {
    ol_job* job = env->by_id[id];
    if (job == NULL || job->berth != berth) continue;
    if (all || !oli_job_has_begun(job)) oli_job_stop(job, OL_CLOSED);
  }
}

/* native.stopPool(number): stops all its jobs, those that wait before a thread is free for them. */
static napi_value berth_stop(napi_env napi, napi_callback_info info) {
  napi_value argv[1];
  const oli_berth* berth = berth_named(napi, info, 1, argv);
  if (berth == NULL) return NULL;
  berth_stop_jobs(berth, false);
  berth_stop_jobs(berth, true);
  return NULL;
}

/* native.closePool(number): it takes no more, and its threads go. layer.poolTold will be called
 * once they are gone, in a later turn in any case, so that whoever was told meanwhile how a job
 * ended hears of that first. */
static napi_value berth_close_pool(napi_env napi, napi_callback_info info) {
  napi_value argv[1];
  oli_berth* berth = berth_named(napi, info, 1, argv);
  if (berth == NULL) return NULL;
  oli_quay_await(berth->quay, &berth->user);
  berth_close(berth);
  berth_set_wishes(berth, berth->wishes | OLI_BERTH_GONE);
  oli_env_wake(berth->env);
  return NULL;
}

/* native.forgetPool(number): its object is gone. */
static napi_value berth_forget(napi_env napi, napi_callback_info info) {
  napi_value argv[1];
  oli_berth* berth = berth_named(napi, info, 1, argv);
  if (berth == NULL) return NULL;
  berth->forgotten = true;
  berth_check(berth);
  return NULL;
}

/* native.listPools(tell): tell(number) for those of tables, and that of Node's pool. */
static napi_value berth_list(napi_env napi, napi_callback_info info) {
  napi_value argv[1], told[1], undefined;
  oli_env* env;
  if (berth_args(napi, info, 1, argv, &env) != napi_ok) return NULL;
  if (oli_berth_get(env, &ol_node_pool, NULL) == NULL) return NULL;
  napi_status status = napi_get_undefined(napi, &undefined);
  for (uint32_t slot = 1; slot < env->berths.count && status == napi_ok; slot++) {
    const oli_berth* berth = env->berths.slots[slot];
    if (berth == NULL || berth->source == NULL) continue;
    status = napi_create_uint32(napi, slot, &told[0]);
    if (status == napi_ok) status = napi_call_function(napi, undefined, argv[0], 1, told, NULL);
  }
  oli_check(napi, status);
  return NULL;
}

napi_status oli_berth_natives(oli_env* env, napi_value native) {
  static const struct {
    const char* name;
    napi_callback call;
  } natives[] = {
    {"openPool", berth_open_pool},   {"describePool", berth_describe}, {"lookAtPool", berth_look},
    {"isPoolFull", berth_ask_full},  {"wishPool", berth_wish},         {"stopPool", berth_stop},
    {"closePool", berth_close_pool}, {"forgetPool", berth_forget},     {"listPools", berth_list},
  };
  napi_status status = napi_ok;
  for (size_t i = 0; i < sizeof natives / sizeof natives[0] && status == napi_ok; i++) {
    status = oli_env_define(env, native, natives[i].name, natives[i].call);
  }
  return status;
}
