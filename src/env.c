#include "env.h"

#include <stdlib.h>

#include "boot.h"
#include "call.h"
#include "context.h"
#include "error.h"
#include "exclusive.h"
#include "function.h"
#include "gate.h"
#include "mailbox.h"
#include "object.h"
#include "news.h"
#include "pin.h"
#include "post.h"
#include "progress.h"
#include "seat.h"
#include "settle.h"
#include "stream.h"

/* How often an environment that nothing else tells is asked whether it ends. */
#define ENV_WATCH_NS 50000000u

/* ---- Counting ------------------------------------------------------------------------------ */

void oli_env_ref(oli_env* env) {
  atomic_fetch_add(&env->refs, 1);
}

static void env_free_bindings(oli_env* env) {
  oli_link* link;
  while ((link = oli_list_shift(&env->bindings)) != NULL) {
    oli_binding* binding = OLI_OF(link, oli_binding, link);
    oli_shape_free(binding->shape);
    oli_shape_free(binding->item);
    oli_shape_free(binding->message);
    free(binding->flat);
    free(binding->flat_item);
    if (binding->gate != NULL) oli_gate_destroy(binding->gate);
    free(binding->gate);
    free(binding);
  }
  while ((link = oli_list_shift(&env->classes)) != NULL) {
    free(OLI_OF(link, oli_class_binding, link));
  }
}

static void env_free(oli_env* env) {
  oli_ends_unlist(env);
  env_free_bindings(env);
  oli_berth_free_all(env);
  oli_node_pool_destroy(&env->pool);
  oli_pool_destroy(&env->closers);
  oli_handles_destroy(&env->handles);
  oli_stage_destroy(&env->stage);
  oli_mutex_destroy(&env->lock);
  oli_mutex_destroy(&env->wake_lock);
  oli_cond_destroy(&env->quiet);
  free(env->by_id);
  free(env->free_ids);
  free(env);
}

void oli_env_unref(oli_env* env) {
  if (atomic_fetch_sub(&env->refs, 1) == 1) env_free(env);
}

/* ---- The way home -------------------------------------------------------------------------- */

/* Marks a wake-up as on its way. True: the caller sends it, and env is kept until then. */
static bool env_mark_wake_locked(oli_env* env) {
  if (env->closed || env->woken) return false;
  env->woken = true;
  oli_env_ref(env);
  return true;
}

/* Without env->lock, or the loop would wake only to wait for it. */
static void env_send_wake(oli_env* env) {
  oli_mutex_lock(&env->wake_lock);
  if (!env->closed) napi_call_threadsafe_function(env->wake, NULL, napi_tsfn_nonblocking);
  oli_mutex_unlock(&env->wake_lock);
  oli_env_unref(env);
}

void oli_env_wake(oli_env* env) {
  oli_mutex_lock(&env->lock);
  bool send = env_mark_wake_locked(env);
  oli_mutex_unlock(&env->lock);
  if (send) env_send_wake(env);
}

/* A job that reaches JavaScript memory is listed also when the environment is closed: the hook
 * waits for it and frees it. False: nobody will look any more, the job is still the caller's. */
static bool env_list_home(oli_env* env, ol_job* job, bool wake) {
  oli_mutex_lock(&env->lock);
  bool listed = !env->closed || job->pins != NULL;
  if (listed) oli_list_push(&env->home, &job->task.link);
  if (job->pinned) {
    env->pinned--;
    oli_cond_broadcast(&env->quiet);
  }
  job->pinned = false;
  bool send = listed && wake && env_mark_wake_locked(env);
  oli_mutex_unlock(&env->lock);
  if (send) env_send_wake(env);
  return listed;
}

static void env_take_over(ol_job* job, bool wake) {
  if (!env_list_home(job->env, job, wake)) oli_env_free_job(job);
}

/* It counts as running until it is home, or freed, which may call the author's destroy. */
void oli_env_bring_home(ol_job* job, bool wake) {
  oli_env* env = job->env;
  bool entered = job->entered;
  oli_berth_finish(job);
  env_take_over(job, wake);
  if (entered) oli_ends_leave(env);
}

void oli_env_bring_again(ol_job* job) {
  env_take_over(job, true);
}

bool oli_env_take_home(oli_env* env, oli_list* jobs) {
  oli_list_init(jobs);
  oli_mutex_lock(&env->lock);
  oli_list_append(jobs, &env->home);
  env->woken = false;
  bool more = !oli_list_empty(&env->news) || !oli_list_empty(&env->asking);
  oli_mutex_unlock(&env->lock);
  return more;
}

void oli_env_return_home(oli_env* env, oli_list* jobs) {
  oli_mutex_lock(&env->lock);
  oli_list_append(jobs, &env->home);
  oli_list_append(&env->home, jobs);
  oli_mutex_unlock(&env->lock);
}

/* ---- Jobs ---------------------------------------------------------------------------------- */

/* Whether its pool is one of ours. */
static bool env_at_quay(const ol_job* job) {
  return job->berth != NULL && job->berth->quay != NULL;
}

/* What lets only so many jobs of its worker run at once; NULL: there is none. */
static oli_gate* env_gate(const ol_job* job) {
  return job->binding == NULL ? NULL : job->binding->gate;
}

/* A function of exclusive waits in the line of its handle only: its job has no berth. */
static bool env_unqueue(ol_job* job) {
  if (oli_handle_leave_line(job)) return true;
  if (env_gate(job) != NULL && oli_gate_withdraw(env_gate(job), job)) return true;
  return job->berth != NULL && oli_berth_remove_task(job->berth, &job->task);
}

static void env_skip(ol_job* job) {
  oli_job_skip(job);
  job->kind->home(job);
}

/* Onto Node's pool. A queued job may be over and gone at once, and its environment with it. True: a
 * runner is missing. */
static bool env_push(ol_job* job) {
  enum oli_pushed pushed = oli_node_pool_push(&job->env->pool, &job->task);
  if (pushed == OLI_PUSH_CLOSED || pushed == OLI_PUSH_VOID) env_skip(job);
  if (pushed == OLI_PUSH_LATE) oli_job_give_up(job);
  return pushed == OLI_PUSHED_STARVED;
}

/* To the pool that its berth is of. True: a runner is missing. */
static bool env_push_to_pool(ol_job* job) {
  job->queued_ns = oli_now_ns();
  if (!env_at_quay(job)) return env_push(job);
  oli_berth_push(job);
  return false;
}

/* The job, which has a reference to the environment, may be gone before the loop was woken. */
static void env_grant(ol_job* job) {
  oli_env* env = job->env;
  oli_env_ref(env);
  if (oli_handle_grant(job)) oli_env_wake(env);
  oli_env_unref(env);
}

/* From a thread that cannot start a runner itself. */
void oli_env_send(ol_job* job) {
  oli_env* env = job->env;
  oli_env_ref(env);
  if (env_push_to_pool(job)) oli_env_wake(env);
  oli_env_unref(env);
}

/* False: it waits there, or is home already. */
static bool env_pass_gate(ol_job* job) {
  if (env_gate(job) == NULL) return true;
  if (!oli_gate_enter(env_gate(job), job)) return false;
  if (job->gate != NULL) return true;
  if (oli_job_is_void(job)) {
    env_skip(job);
  } else {
    oli_job_give_up(job);
  }
  return false;
}

static void env_dispatch_anywhere(ol_job* job) {
  if (oli_handle_return_turn(job)) return;
  if (oli_handle_is_exclusive(job)) {
    env_grant(job);
  } else if (env_pass_gate(job)) {
    oli_env_send(job);
  }
}

static void env_dispatch_all(oli_list* jobs) {
  oli_link* link;
  while ((link = oli_list_shift(jobs)) != NULL) env_dispatch_anywhere(oli_job_at(link));
}

/* Gives up the turns of a job; those who may run by it are the caller's to dispatch. */
static void env_pass_turns(ol_job* job, oli_list* next) {
  ol_job* waiter;
  oli_list_init(next);
  while ((waiter = oli_handle_pass_turn(job)) != NULL) oli_list_push(next, &waiter->task.link);
}

/* Brings the job home before those that waited for its turn can end: the calls of a serial handle
 * settle in their order. The gate is the environment's, which may go with the job. */
static void env_home(ol_job* job) {
  oli_list next;
  oli_env* env = job->env;
  oli_gate* gate = job->gate;
  env_pass_turns(job, &next);
  oli_env_ref(env);
  oli_env_bring_home(job, true);
  env_dispatch_all(&next);
  if (gate != NULL) oli_gate_leave(gate);
  oli_env_unref(env);
}

static bool env_task_is_void(const oli_task* task) {
  const ol_job* job = oli_job_of(task);
  return !job->must_run && oli_job_is_void(job);
}

/* A job that is held comes home by whoever releases it last. */
static void env_task_run(oli_task* task, oli_shift* shift) {
  ol_job* job = oli_job_of(task);
  if (oli_env_run(job, shift)) job->kind->home(job);
}

static void env_task_refuse(oli_task* task) {
  oli_berth_refuse(oli_job_of(task), OLI_POOL_NO_THREAD);
}

const oli_task_kind oli_env_job_task = {NULL, env_task_run, env_task_is_void, false,
                                        env_task_refuse};

oli_pool* oli_env_helpers(ol_job* job) {
  oli_pool* pool = env_at_quay(job) ? &job->berth->quay->pool : NULL;
  if (pool != NULL && pool->waiting_max == SIZE_MAX) return pool;
  return &job->env->berths.common->quay->pool;
}

static const oli_job_kind env_job_kind = {sizeof(oli_job_kind), env_unqueue,       env_home,
                                          oli_stream_told,      &oli_env_job_task, oli_env_helpers};

/* Around a wait for JavaScript. Only execute's own thread knows that the handle is not in use. */
static void env_lend_turns(void* arg) {
  ol_job* job = arg;
  oli_list next;
  if (job->turn == NULL || !oli_job_is_here(job)) return;
  env_pass_turns(job, &next);
  env_dispatch_all(&next);
}

static void env_retake_turns(void* arg) {
  ol_job* job = arg;
  if (job->turn == NULL || !oli_job_is_here(job)) return;
  oli_handle_retake_turn(job);
}

/* False: out of memory. */
static bool env_open_stream(ol_job* job) {
  if (job->binding->item == NULL && job->binding->message == NULL) return true;
  if (!oli_stream_open(job)) return false;
  oli_stream_on_wait(job, env_lend_turns, env_retake_turns);
  return true;
}

static const oli_asker_kind env_asker_kind = {oli_function_pose, oli_function_withdraw,
                                              env_lend_turns, env_retake_turns};

/* What a job waits for JavaScript with. False: out of memory. */
static bool env_open_ways(ol_job* job) {
  if (job->binding->asks && !oli_asker_open(job, &env_asker_kind)) return false;
  return env_open_stream(job);
}

static void env_adopt_job(oli_env* env, ol_job* job) {
  job->env = env;
  job->handles = &env->handles;
  oli_env_ref(env);
}

ol_job* oli_env_new_job(oli_binding* binding) {
  ol_job* job = oli_job_new(&env_job_kind, &binding->worker);
  if (job == NULL) return NULL;
  env_adopt_job(binding->env, job);
  job->binding = binding;
  job->berth = binding->berth;
  if (env_open_ways(job)) return job;
  oli_env_free_job(job);
  return NULL;
}

bool oli_env_is_closed(oli_env* env) {
  return env->closed;
}

static void env_count_pinned(ol_job* job) {
  if (job->pins == NULL) return;
  oli_mutex_lock(&job->env->lock);
  job->env->pinned++;
  job->pinned = true;
  oli_mutex_unlock(&job->env->lock);
}

/* One that was stopped while it entered the line: whoever takes it out of there, this or the stop,
 * sends it home. One that does not wait leaves the line unless it has its turn meanwhile. */
static void env_wait_for_turn(ol_job* job) {
  bool stopped = oli_job_is_void(job);
  if (!stopped && !job->task.at_once) return;
  if (!oli_handle_leave_line(job)) return;
  if (stopped) {
    env_skip(job);
  } else {
    oli_job_give_up(job);
  }
}

/* On the loop, where a runner can be started at once. */
static void env_send_here(ol_job* job) {
  oli_env* env = job->env;
  if (env_push_to_pool(job)) oli_node_pool_kick(env);
}

int oli_env_submit(ol_job* job) {
  oli_env* env = job->env;
  if (job->submitted) return OL_INVALID;
  job->submitted = true;
  job->accepted = true;
  oli_berth_enter(job);
  env_count_pinned(job);
  if (atomic_load(&env->halted)) oli_job_stop(job, OL_CLOSED);
  if (oli_job_is_void(job)) {
    env_skip(job);
  } else if (!oli_handle_take_turn(job)) {
    env_wait_for_turn(job);
  } else if (oli_handle_is_exclusive(job)) {
    env_grant(job);
  } else if (env_pass_gate(job)) {
    env_send_here(job);
  }
  return OL_OK;
}

typedef struct env_turn {
  ol_job* job;
  oli_shift* shift;
  bool over;
} env_turn;

static void env_run_job(void* arg) {
  env_turn* turn = arg;
  turn->over = oli_job_run(turn->job, turn->shift);
}

static void env_lose_job(void* arg) {
  env_turn* turn = arg;
  oli_job_abandon(turn->job, turn->shift);
}

bool oli_env_run(ol_job* job, oli_shift* shift) {
  env_turn turn = {job, shift, false};
  oli_ends_enter(job->env);
  job->entered = true;
  oli_berth_begin(job);
  if (atomic_load(&job->env->halted) && !job->must_run) oli_job_stop(job, OL_CLOSED);
  oli_thread_guard(env_run_job, env_lose_job, &turn);
  return turn.over;
}

void oli_env_free_job(ol_job* job) {
  oli_env* env = job->env;
  bool closed = oli_env_is_closed(env);
  if (job->seated) oli_seat_forget(job);
  oli_job_retire(job);
  if (!closed) oli_pin_release(job);
  if (!closed) oli_function_release(job);
  oli_asker_close(job);
  oli_progress_close(job);
  oli_news_forget(job);
  oli_stream_free(job);
  oli_handle_leave(job);
  if (!closed) oli_berth_leave(job);
  oli_job_free(job);
  oli_env_unref(env);
}

/* Every accepted job has an id until it is settled; those that are home stay as they are. Runners
 * learn of it first, or the end of one job would let them begin the next. */
static void env_stop_all(oli_env* env) {
  atomic_store(&env->halted, true);
  for (uint32_t id = 0; id < env->id_size; id++) {
    ol_job* job = env->by_id[id];
    if (job == NULL || job->must_run) continue;
    oli_job_stop(job, OL_CLOSED);
    oli_mailbox_cut(job);
    oli_stream_finish(job);
    oli_exclusive_finish(job);
  }
  oli_seats_stop(env);
}

/* ---- Closers ------------------------------------------------------------------------------- */

/* At once in one environment, as many as Node has threads by default: to close may block. */
#define ENV_CLOSERS_MAX 4

#define ENV_CLOSERS_IDLE_NS 1000000000u

static void env_hold_closers(void* env) {
  oli_env_ref(env);
}

static void env_drop_closers(void* env) {
  oli_env_unref(env);
}

/* The last thread of the closed pool. */
static void env_closers_emptied(void* arg) {
  oli_env* env = arg;
  oli_mutex_lock(&env->lock);
  env->closers_gone = true;
  oli_cond_broadcast(&env->quiet);
  oli_mutex_unlock(&env->lock);
}

static void env_init_closers(oli_env* env) {
  oli_pool* closers = &env->closers;
  closers->name = "offloop-close";
  closers->threads_max = ENV_CLOSERS_MAX;
  closers->idle_ns = ENV_CLOSERS_IDLE_NS;
  closers->waiting_max = SIZE_MAX;
  closers->owner = env;
  closers->hold = env_hold_closers;
  closers->drop = env_drop_closers;
  closers->emptied = env_closers_emptied;
  oli_pool_init(closers);
}

static bool env_reserve_closer(oli_env* env) {
  return oli_pool_reserve(&env->closers);
}

static void env_release_closer(oli_env* env) {
  oli_pool_unreserve(&env->closers);
}

/* It must run, so it is never void, and its thread was reserved. */
static void env_submit_closer(ol_job* closer) {
  oli_pool_push(&closer->env->closers, &closer->task);
}

/* All handles are closed that a thread of the pool was to close. */
static void env_join_closers(oli_env* env) {
  oli_list none;
  oli_pool_close(&env->closers, &none);
  bool gone = oli_pool_threads(&env->closers) == 0;
  oli_mutex_lock(&env->lock);
  while (!gone && !env->closers_gone) oli_cond_wait(&env->quiet, &env->lock);
  oli_mutex_unlock(&env->lock);
  oli_pool_join(&env->closers);
}

/* ---- Names --------------------------------------------------------------------------------- */

static bool env_grow_ids(oli_env* env) {
  uint32_t size = env->id_size == 0 ? 64 : env->id_size * 2;
  ol_job** by_id = realloc(env->by_id, size * sizeof(*by_id));
  if (by_id == NULL) return false;
  env->by_id = by_id;
  by_id[0] = NULL;
  uint32_t* free_ids = realloc(env->free_ids, size * sizeof(*free_ids));
  if (free_ids == NULL) return false;
  env->free_ids = free_ids;
  for (uint32_t id = size - 1; id >= env->id_size && id > 0; id--) {
    by_id[id] = NULL;
    free_ids[env->free_count++] = id;
  }
  env->id_size = size;
  return true;
}

static void env_watch_over(oli_env* env) {
  if (!env->watched || env->watch_due) return;
  env->watch_due = oli_timer_arm(&env->watch, oli_now_ns() + ENV_WATCH_NS) == OL_OK;
}

void oli_env_keep_loop(oli_env* env, ptrdiff_t more) {
  bool kept = env->in_flight > 0;
  env->in_flight += (size_t) more;
  bool keeps = env->in_flight > 0;
  if (keeps && !kept) napi_ref_threadsafe_function(env->napi, env->wake);
  if (kept && !keeps) napi_unref_threadsafe_function(env->napi, env->wake);
  if (keeps) env_watch_over(env);
}

napi_status oli_env_name_job(oli_env* env, ol_job* job) {
  if (env->free_count == 0 && !env_grow_ids(env)) {
    return oli_throw_no_memory(env->napi);
  }
  job->id = env->free_ids[--env->free_count];
  env->by_id[job->id] = job;
  oli_env_keep_loop(env, 1);
  return napi_ok;
}

uint32_t oli_env_forget_job(oli_env* env, ol_job* job) {
  uint32_t id = job->id;
  if (id < OLI_STAGE_ID) env->by_id[id] = NULL;
  job->id = 0;
  return id;
}

void oli_env_free_id(oli_env* env, uint32_t id) {
  if (id < OLI_STAGE_ID) env->free_ids[env->free_count++] = id;
  oli_env_keep_loop(env, -1);
}

/* ---- Being alive --------------------------------------------------------------------------- */

/* Any call that may run JavaScript is refused by an environment that ends. Once is enough for what
 * follows: no job comes after it. */
bool oli_env_alive(oli_env* env) {
  napi_value global;
  bool same;
  if (env->ending) return false;
  if (napi_get_global(env->napi, &global) == napi_ok &&
      napi_strict_equals(env->napi, global, global, &same) == napi_ok) {
    return true;
  }
  env->ending = true;
  env_stop_all(env);
  oli_node_pool_recall(env);
  return false;
}

/* Sends a wake-up though one may have come that the loop did not look after. */
static void env_wake_anew(oli_env* env) {
  oli_mutex_lock(&env->lock);
  env->woken = false;
  oli_mutex_unlock(&env->lock);
  oli_env_wake(env);
}

/* Node waits for the jobs on its own pool before it runs any cleanup hook, so the end of a worker
 * thread would never reach a job that waits to be stopped. The loop still turns meanwhile: a
 * wake-up now and then lets it notice. On the timer thread. */
static void env_watch(oli_timer* timer) {
  env_wake_anew(OLI_OF(timer, oli_env, watch));
}

static void env_on_wake(napi_env napi, napi_value callback, void* context, void* data) {
  oli_env* env = context;
  (void) callback;
  (void) data;
  if (napi == NULL) return;
  if (env->watch_due && oli_now_ns() >= env->watch.due_ns) {
    env->watch_due = false;
    if (env->in_flight > 0) env_watch_over(env);
  }
  if (env->turn.passed) oli_settle_begin_turn(env);
  oli_settle(env);
  oli_node_pool_kick(env); /* while the turn was spent, no thread could have a runner started */
}

static bool env_yield(oli_env* env) {
  bool yields = oli_env_call(env, OLI_LAYER_YIELD, 0, NULL, NULL) == napi_ok;
  oli_settle_report(env->napi);
  return yields;
}

bool oli_env_end_turn(oli_env* env) {
  if (env->yields) return env_yield(env);
  if (env->closed) return false;
  return napi_call_threadsafe_function(env->next_turn, NULL, napi_tsfn_nonblocking) == napi_ok;
}

/* native.nextTurn(): the same as env_on_next_turn. */
static napi_value env_next_turn(napi_env napi, napi_callback_info info) {
  oli_env* env;
  if (napi_get_cb_info(napi, info, NULL, NULL, NULL, (void**) &env) != napi_ok) return NULL;
  env->turn.passed = true;
  env_wake_anew(env);
  return NULL;
}

/* See env_open_turns. */
static void env_on_next_turn(napi_env napi, napi_value callback, void* context, void* data) {
  oli_env* env = context;
  (void) callback;
  (void) data;
  if (napi == NULL) return;
  env->turn.passed = true;
  env_wake_anew(env); /* a turn that is spent leaves wake-ups aside */
}

/* ---- The end ------------------------------------------------------------------------------- */

static void env_free_all(oli_list* jobs) {
  oli_link* link;
  while ((link = oli_list_shift(jobs)) != NULL) {
    ol_job* job = oli_job_at(link);
    oli_pin_release(job);
    oli_env_free_job(job);
  }
}

static void env_mark_closed(oli_env* env) {
  oli_mutex_lock(&env->wake_lock);
  oli_mutex_lock(&env->lock);
  env->closed = true;
  oli_mutex_unlock(&env->lock);
  oli_mutex_unlock(&env->wake_lock);
}

/* What the pool still held: jobs that came after the stop. */
static void env_close_pool(oli_env* env) {
  oli_list queued;
  oli_link* link;
  oli_node_pool_close(&env->pool, &queued);
  while ((link = oli_list_shift(&queued)) != NULL) env_skip(oli_job_at(link));
}

/* The lock is held. */
static bool env_has_quiet(const oli_env* env, uint64_t due_ns) {
  if (env->pinned > 0) return false;
  return atomic_load(&env->ends.running) == 0 || oli_now_ns() >= due_ns;
}

/* True: the hook is through with them. What reaches JavaScript memory is waited for without a
 * limit. */
static bool env_await_home(oli_env* env, oli_list* jobs) {
  uint64_t due_ns = oli_ends_due(env);
  oli_mutex_lock(&env->lock);
  while (!env_has_quiet(env, due_ns) && oli_list_empty(&env->home)) {
    oli_cond_wait_until(&env->quiet, &env->lock, env->pinned > 0 ? UINT64_MAX : due_ns);
  }
  bool last = env_has_quiet(env, due_ns);
  oli_mutex_unlock(&env->lock);
  oli_env_take_home(env, jobs);
  return last;
}

/* Waits for the jobs that run, and frees all that is home: meanwhile, because the turn that one of
 * them waits for may be kept until another is freed. */
static void env_empty_home(oli_env* env) {
  oli_list jobs;
  bool last;
  do {
    last = env_await_home(env, &jobs);
    env_free_all(&jobs);
  } while (!last);
}

static void env_delete_references(oli_env* env) {
  napi_delete_reference(env->napi, env->stage.memory);
  for (size_t i = 0; i < OLI_LAYER_COUNT; i++) {
    if (env->layer[i] != NULL) napi_delete_reference(env->napi, env->layer[i]);
  }
  for (oli_link* link = env->classes.head.next; link != &env->classes.head; link = link->next) {
    napi_delete_reference(env->napi, OLI_OF(link, oli_class_binding, link)->constructor);
  }
  for (oli_link* link = env->bindings.head.next; link != &env->bindings.head; link = link->next) {
    napi_ref function = OLI_OF(link, oli_binding, link)->function;
    if (function != NULL) napi_delete_reference(env->napi, function);
  }
}

static void env_release_turns(oli_env* env) {
  if (env->wake != NULL) napi_release_threadsafe_function(env->wake, napi_tsfn_abort);
  if (env->next_turn != NULL) napi_release_threadsafe_function(env->next_turn, napi_tsfn_abort);
}

/* The cleanup hook; the order is explained in env.h. */
static void env_end(void* arg) {
  oli_env* env = arg;
  env_stop_all(env);
  oli_ends_begin(env, false);
  oli_function_forget_all(env);
  env_mark_closed(env);
  oli_stage_end(env);
  env_close_pool(env);
  oli_berth_leave_all(env);
  env_empty_home(env);
  oli_timer_disarm(&env->watch);
  oli_handles_close(&env->handles);
  env_join_closers(env);
  env_delete_references(env);
  env_release_turns(env);
  oli_env_unref(env);
}

/* What native.exit is told, by exit.js: the process does not exit after all; it does; it waits. */
enum { ENV_GOES_ON, ENV_EXITS, ENV_AWAITS };

static void env_exit(oli_env* env, uint32_t phase, bool process) {
  if (phase == ENV_GOES_ON) {
    atomic_store(&env->halted, false);
    oli_ends_revoke(env, process);
  } else if (phase == ENV_EXITS) {
    env_stop_all(env);
    oli_ends_begin(env, process);
  } else {
    oli_ends_await(env);
  }
}

/* native.exit(phase, process): JavaScript is about to end. On the main thread that is the end of
 * the process, and no cleanup hook will run. */
static napi_value env_native_exit(napi_env napi, napi_callback_info info) {
  oli_env* env;
  napi_value argv[2];
  size_t argc = 2;
  uint32_t phase;
  bool process;
  napi_status status = napi_get_cb_info(napi, info, &argc, argv, NULL, (void**) &env);
  if (status == napi_ok) status = napi_get_value_uint32(napi, argv[0], &phase);
  if (status == napi_ok) status = napi_get_value_bool(napi, argv[1], &process);
  if (status == napi_ok) env_exit(env, phase, process);
  return NULL;
}

/* ---- The beginning ------------------------------------------------------------------------- */

napi_status oli_env_define(oli_env* env, napi_value object, const char* name, napi_callback call) {
  napi_value function;
  napi_status status =
    napi_create_function(env->napi, name, NAPI_AUTO_LENGTH, call, env, &function);
  if (status != napi_ok) return status;
  return napi_set_named_property(env->napi, object, name, function);
}

napi_status oli_env_call(oli_env* env, enum oli_layer_function which, size_t argc,
                         const napi_value* argv, napi_value* result) {
  napi_value function, undefined;
  napi_status status = napi_get_reference_value(env->napi, env->layer[which], &function);
  if (status == napi_ok) status = napi_get_undefined(env->napi, &undefined);
  if (status != napi_ok) return status;
  return napi_call_function(env->napi, undefined, function, argc, argv, result);
}

static oli_env* env_new(napi_env napi) {
  oli_env* env = calloc(1, sizeof(*env));
  if (env == NULL) return NULL;
  env->napi = napi;
  env->thread = oli_thread_self();
  env->watch.fire = env_watch;
  atomic_init(&env->refs, 1);
  atomic_init(&env->halted, false);
  atomic_init(&env->closed, false);
  oli_ends_init(&env->ends);
  oli_mutex_init(&env->lock);
  oli_mutex_init(&env->wake_lock);
  oli_cond_init(&env->quiet);
  oli_list_init(&env->bindings);
  oli_list_init(&env->classes);
  oli_list_init(&env->home);
  oli_list_init(&env->news);
  oli_list_init(&env->asking);
  oli_list_init(&env->functions);
  oli_node_pool_init(&env->pool);
  env_init_closers(env);
  oli_handles_init(&env->handles);
  oli_stage_init(&env->stage);
  env->handles.env = env;
  env->handles.kind = &env_job_kind;
  env->handles.submit = env_submit_closer;
  env->handles.reserve = env_reserve_closer;
  env->handles.release = env_release_closer;
  env->handles.hold = oli_env_ref;
  env->handles.drop = oli_env_unref;
  return env;
}

/* hasRef() of the resource that async_hooks has for [wake]. Whoever looks for what keeps the
 * process alive, as test runners do, asks for it. */
static napi_value env_has_ref(napi_env napi, napi_callback_info info) {
  oli_env* env;
  napi_value answer = NULL;
  if (napi_get_cb_info(napi, info, NULL, NULL, NULL, (void**) &env) != napi_ok) return NULL;
  napi_get_boolean(napi, env->in_flight > 0, &answer);
  return answer;
}

/* The same of [next_turn], which never does. */
static napi_value env_has_no_ref(napi_env napi, napi_callback_info info) {
  napi_value answer = NULL;
  (void) info;
  napi_get_boolean(napi, false, &answer);
  return answer;
}

/* A threadsafe function that does not keep the loop alive. */
static napi_status env_open_tsfn(oli_env* env, napi_threadsafe_function_call_js call,
                                 napi_callback has_ref, napi_threadsafe_function* tsfn) {
  napi_value name, resource;
  napi_status status = napi_create_string_utf8(env->napi, "offloop", NAPI_AUTO_LENGTH, &name);
  if (status == napi_ok) status = napi_create_object(env->napi, &resource);
  if (status == napi_ok) status = oli_env_define(env, resource, "hasRef", has_ref);
  if (status == napi_ok) {
    status = napi_create_threadsafe_function(env->napi, NULL, resource, name, 0, 1, NULL, NULL, env,
                                             call, tsfn);
  }
  return status == napi_ok ? napi_unref_threadsafe_function(env->napi, *tsfn) : status;
}

/* Both are handles that libuv looks at once each time it polls, in the order in which they were
 * made. So when a call of [next_turn] comes, [wake] has had its turn, and what is sent to it from
 * there comes when the loop has been through its other phases and polls again. That is a next turn
 * without JavaScript: setImmediate may be that of a fake clock when the addon is loaded. */
static napi_status env_open_turns(oli_env* env) {
  napi_status status = env_open_tsfn(env, env_on_wake, env_has_ref, &env->wake);
  if (status != napi_ok) return status;
  return env_open_tsfn(env, env_on_next_turn, env_has_no_ref, &env->next_turn);
}

/* The threadsafe functions come before the hook, so that the hook, which lets go of them, runs
 * before the engine takes them away. Once the hook is there, it is what frees the environment. */
static napi_status env_open(oli_env* env) {
  napi_status status = env_open_turns(env);
  if (status == napi_ok) status = napi_add_env_cleanup_hook(env->napi, env_end, env);
  if (status == napi_ok) return napi_ok;
  env_release_turns(env);
  oli_env_unref(env);
  return status;
}

static napi_status env_natives(oli_env* env, napi_value native) {
  napi_status status = oli_env_define(env, native, "exit", env_native_exit);
  if (status == napi_ok) status = oli_env_define(env, native, "nextTurn", env_next_turn);
  if (status == napi_ok) status = oli_call_natives(env, native);
  if (status == napi_ok) status = oli_context_natives(env, native);
  if (status == napi_ok) status = oli_object_natives(env, native);
  if (status == napi_ok) status = oli_stream_natives(env, native);
  if (status == napi_ok) status = oli_exclusive_natives(env, native);
  if (status == napi_ok) status = oli_post_natives(env, native);
  if (status == napi_ok) status = oli_stage_natives(env, native);
  if (status == napi_ok) status = oli_function_natives(env, native);
  if (status == napi_ok) status = oli_berth_natives(env, native);
  return status;
}

static napi_status env_start(oli_env* env) {
  napi_value native;
  env->berths.common = oli_berth_get(env, &ol_default_pool, NULL);
  if (env->berths.common == NULL) return napi_pending_exception;
  napi_status status = napi_create_object(env->napi, &native);
  if (status == napi_ok) status = env_natives(env, native);
  if (status == napi_ok) status = oli_boot(env, native);
  return status;
}

oli_env* oli_env_get(napi_env napi) {
  oli_env* env = oli_ends_find(napi);
  if (env != NULL) return env;
  oli_pin_library();
  oli_thread_inherit_signals();
  env = env_new(napi);
  if (env == NULL) {
    oli_throw_no_memory(napi);
    return NULL;
  }
  napi_status status = env_open(env);
  if (status == napi_ok) status = env_start(env);
  if (oli_check(napi, status) != napi_ok) return NULL;
  oli_ends_list(env);
  return env;
}
