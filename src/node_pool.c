#include "node_pool.h"

#include <stdlib.h>

#include "env.h"
#include "settle.h"

/* How long a runner keeps a thread of Node's before it asks for a relief. */
#define NODE_POOL_SLICE_NS 1000000u

/* How long a runner lingers that did so many jobs in a row and finds no other: the calls that its
 * answers lead to come much sooner. After fewer it is not worth the timer that ends it. */
#define NODE_POOL_LINGER_NS 100000u
#define NODE_POOL_LINGER_JOBS 8u

/* A queue of less work than this is left to the runner that is on its way: to wake another thread
 * takes as long. */
#define NODE_POOL_WORTH_NS 50000u

const ol_pool ol_node_pool = {OL_POOL("node")};

void oli_node_pool_init(oli_node_pool* pool) {
  oli_mutex_init(&pool->lock);
  oli_cond_init(&pool->call);
  oli_queue_init(&pool->queue);
  oli_list_init(&pool->given);
  atomic_init(&pool->busy, 0);
  long threads = oli_env_number("UV_THREADPOOL_SIZE", 4);
  pool->runners_max = threads < 1 ? 1 : threads > 1024 ? 1024 : (size_t) threads;
}

void oli_node_pool_destroy(oli_node_pool* pool) {
  oli_mutex_destroy(&pool->lock);
  oli_cond_destroy(&pool->call);
}

/* ---- The queue (the lock is held in every *_locked) ---------------------------------------- */

/* True: the runner that lingers is to be signalled; without the lock, or it would wake to wait for
 * that. */
static bool node_pool_call_locked(oli_node_pool* pool) {
  if (!pool->lingering || pool->called) return false;
  pool->called = true;
  pool->waiting++;
  return true;
}

/* How many more runners are worth starting: those that have started are busy with other jobs, which
 * may last for ever. */
static size_t node_pool_missing_locked(const oli_node_pool* pool) {
  if (pool->queue.jobs <= pool->waiting || pool->runners >= pool->runners_max) return 0;
  bool little = pool->queue.jobs * pool->job_ns < NODE_POOL_WORTH_NS;
  if (little) return pool->waiting == 0 ? 1 : 0;
  size_t unserved = pool->queue.jobs - pool->waiting;
  size_t room = pool->runners_max - pool->runners;
  return unserved < room ? unserved : room;
}

/* What others do on Node's threads is not seen. */
static bool node_pool_has_free_locked(const oli_node_pool* pool) {
  return pool->queue.owed + atomic_load(&pool->busy) < pool->runners_max;
}

/* [call]: see node_pool_call_locked. */
static enum oli_pushed node_pool_push_locked(oli_node_pool* pool, oli_task* task, bool* call) {
  if (pool->closed) return OLI_PUSH_CLOSED;
  if (task->kind->is_void != NULL && task->kind->is_void(task)) return OLI_PUSH_VOID;
  if (task->at_once && !node_pool_has_free_locked(pool)) return OLI_PUSH_LATE;
  oli_queue_put(&pool->queue, task);
  *call = node_pool_call_locked(pool);
  return node_pool_missing_locked(pool) > 0 ? OLI_PUSHED_STARVED : OLI_PUSHED;
}

enum oli_pushed oli_node_pool_push(oli_node_pool* pool, oli_task* task) {
  bool call = false;
  oli_mutex_lock(&pool->lock);
  enum oli_pushed pushed = node_pool_push_locked(pool, task, &call);
  oli_mutex_unlock(&pool->lock);
  if (call) oli_cond_signal(&pool->call);
  return pushed;
}

bool oli_node_pool_remove(oli_node_pool* pool, oli_task* task) {
  oli_mutex_lock(&pool->lock);
  bool removed = oli_queue_remove(&pool->queue, task);
  oli_mutex_unlock(&pool->lock);
  return removed;
}

static void node_pool_take_all(oli_node_pool* pool, oli_list* tasks, bool close) {
  oli_list_init(tasks);
  oli_mutex_lock(&pool->lock);
  if (close) pool->closed = true;
  if (close) oli_cond_signal(&pool->call);
  oli_queue_drain(&pool->queue, tasks);
  oli_mutex_unlock(&pool->lock);
}

void oli_node_pool_close(oli_node_pool* pool, oli_list* tasks) {
  node_pool_take_all(pool, tasks, true);
}

/* ---- Runners ------------------------------------------------------------------------------- */

/* Counted by the environment; freed by its completion. */
typedef struct node_runner {
  oli_link link;
  oli_shift shift;
  oli_env* env;
  napi_async_work work;
  uint64_t slice_end_ns;
  uint64_t took_ns; /* when it took the task that it works at */
  unsigned ran;     /* jobs of that */
  unsigned jobs;    /* that it ran without a pause */
  bool begun;       /* on its thread: it does not count as waiting any more */
  bool at_work;     /* counts as busy; of its thread */
  bool lingers;     /* in the place that pool->lingering says is taken */
} node_runner;

/* Past its slice a runner leaves when a relief waits, and asks for one when not. The lock is
 * held. */
static bool node_runner_leaves_locked(node_runner* runner, uint64_t now_ns, bool* asks) {
  oli_node_pool* pool = &runner->env->pool;
  if (now_ns < runner->slice_end_ns) return false;
  if (pool->waiting > 0) return true;
  *asks = !pool->relief_wanted;
  pool->relief_wanted = true;
  runner->slice_end_ns += NODE_POOL_SLICE_NS;
  return false;
}

/* Between two jobs of a task. */
static bool node_runner_ends(oli_shift* shift, const oli_task* task, uint64_t now_ns) {
  node_runner* runner = OLI_OF(shift, node_runner, shift);
  oli_node_pool* pool = &runner->env->pool;
  bool asks = false;
  runner->ran++;
  if (oli_queue_has_better(&pool->queue, task)) return true;
  if (now_ns < runner->slice_end_ns) return false;
  oli_mutex_lock(&pool->lock);
  bool leaves = node_runner_leaves_locked(runner, now_ns, &asks);
  oli_mutex_unlock(&pool->lock);
  if (asks) oli_env_wake(runner->env);
  return leaves;
}

static void node_runner_done(oli_shift* shift) {
  node_runner* runner = OLI_OF(shift, node_runner, shift);
  if (runner->at_work) atomic_fetch_sub(&runner->env->pool.busy, 1);
  runner->at_work = false;
}

/* NULL: the queue is empty. */
static oli_task* node_runner_take_locked(node_runner* runner) {
  oli_task* task = oli_queue_take(&runner->env->pool.queue);
  if (task == NULL) return NULL;
  atomic_fetch_add(&runner->env->pool.busy, 1);
  runner->at_work = true;
  return task;
}

/* What a job of the task took that the runner comes from. */
static void node_runner_measure_locked(node_runner* runner, uint64_t now_ns) {
  oli_node_pool* pool = &runner->env->pool;
  if (runner->ran == 0) return;
  pool->job_ns += (now_ns - runner->took_ns) / runner->ran / 8 - pool->job_ns / 8;
  runner->jobs += runner->ran;
  runner->ran = 0;
}

/* It comes from a task, or begins. */
static void node_runner_arrive_locked(node_runner* runner, uint64_t now_ns) {
  node_runner_measure_locked(runner, now_ns);
  if (!runner->begun) runner->env->pool.waiting--;
  runner->begun = true;
  runner->took_ns = now_ns;
}

/* There is no job, or a relief is to have it. */
static void node_runner_pause_locked(node_runner* runner) {
  oli_node_pool* pool = &runner->env->pool;
  bool busy = runner->jobs >= NODE_POOL_LINGER_JOBS;
  runner->jobs = 0;
  runner->lingers = busy && pool->queue.jobs == 0 && !pool->lingering && !pool->closed;
  if (runner->lingers) {
    pool->lingering = true;
  } else {
    pool->runners--;
  }
}

/* The next task; NULL: none, and the runner either lingers or is through, and no longer counted. */
static oli_task* node_runner_next(node_runner* runner) {
  oli_node_pool* pool = &runner->env->pool;
  bool asks = false;
  oli_task* task = NULL;
  uint64_t now_ns = oli_now_ns();
  oli_mutex_lock(&pool->lock);
  node_runner_arrive_locked(runner, now_ns);
  if (!node_runner_leaves_locked(runner, now_ns, &asks)) task = node_runner_take_locked(runner);
  if (task == NULL) node_runner_pause_locked(runner);
  asks = asks || (task != NULL && node_pool_missing_locked(pool) > 0);
  oli_mutex_unlock(&pool->lock);
  if (asks && task != NULL) oli_env_wake(runner->env);
  return task;
}

/* Waits a moment for a job, so that one call after another need not start a runner each. What was
 * queued behind its call was left to it, so it asks for another runner as one that begins does.
 * NULL: the runner is through, and no longer counted. */
static oli_task* node_runner_linger(node_runner* runner) {
  oli_node_pool* pool = &runner->env->pool;
  oli_task* task = NULL;
  uint64_t due_ns = oli_now_ns() + NODE_POOL_LINGER_NS;
  oli_mutex_lock(&pool->lock);
  while (!pool->called && !pool->closed) {
    if (!oli_cond_wait_until(&pool->call, &pool->lock, due_ns)) break;
  }
  runner->lingers = pool->lingering = false;
  if (pool->called) {
    pool->waiting--;
    task = node_runner_take_locked(runner);
  }
  pool->called = false;
  if (task == NULL) pool->runners--;
  bool asks = task != NULL && node_pool_missing_locked(pool) > 0;
  oli_mutex_unlock(&pool->lock);
  if (asks) oli_env_wake(runner->env);
  runner->took_ns = oli_now_ns();
  return task;
}

/* Runs a job and gives the next task. The last job needs no wake-up, because the runner's
 * completion comes to the loop anyway; one that has a turn, or a place at a gate, goes home
 * first, because who waits for that may be the runner's next. */
static oli_task* node_runner_run_job(node_runner* runner, ol_job* job) {
  runner->ran = 1;
  if (!oli_env_run(job, &runner->shift)) return node_runner_next(runner);
  if (job->turn != NULL || job->gate != NULL) {
    job->kind->home(job);
    return node_runner_next(runner);
  }
  oli_task* next = node_runner_next(runner);
  oli_env_bring_home(job, next != NULL || runner->lingers);
  return next;
}

/* Likewise a task of many jobs: what its last one has left to be told needs no wake-up if this is
 * the runner's last one. */
static oli_task* node_runner_run_many(node_runner* runner, oli_task* task) {
  runner->shift.owes = false;
  task->kind->run(task, &runner->shift);
  node_runner_done(&runner->shift);
  oli_task* next = node_runner_next(runner);
  if (runner->shift.owes && (next != NULL || runner->lingers)) oli_env_wake(runner->env);
  return next;
}

static oli_task* node_runner_run(node_runner* runner, oli_task* task) {
  if (task->kind == &oli_env_job_task) return node_runner_run_job(runner, oli_job_of(task));
  return node_runner_run_many(runner, task);
}

static void node_runner_work(void* arg) {
  node_runner* runner = arg;
  runner->took_ns = oli_now_ns();
  runner->slice_end_ns = runner->took_ns + NODE_POOL_SLICE_NS;
  oli_task* task = node_runner_next(runner);
  while (task != NULL || runner->lingers) {
    task = task == NULL ? node_runner_linger(runner) : node_runner_run(runner, task);
  }
}

/* A job has ended a thread of Node's, which never completes the runner. Another may be started. */
static void node_runner_lose_thread(void* arg) {
  node_runner* runner = arg;
  oli_env* env = runner->env;
  node_runner_done(&runner->shift);
  oli_mutex_lock(&env->pool.lock);
  env->pool.runners--;
  oli_mutex_unlock(&env->pool.lock);
  oli_env_wake(env);
}

static void node_runner_execute(napi_env napi, void* runner) {
  (void) napi;
  oli_thread_guard(node_runner_work, node_runner_lose_thread, runner);
}

static void node_runner_free(node_runner* runner) {
  oli_env* env = runner->env;
  oli_link_remove(&runner->link);
  if (runner->work != NULL) napi_delete_async_work(env->napi, runner->work);
  free(runner);
  oli_env_unref(env);
}

/* A runner that Node did not run, or could not take. */
static void node_pool_lose_runner(oli_node_pool* pool) {
  oli_mutex_lock(&pool->lock);
  pool->runners--;
  pool->waiting--;
  oli_mutex_unlock(&pool->lock);
}

static bool node_pool_has_runners(oli_node_pool* pool) {
  oli_mutex_lock(&pool->lock);
  bool has = pool->runners > 0;
  oli_mutex_unlock(&pool->lock);
  return has;
}

static void node_runner_complete(napi_env napi, napi_status status, void* data) {
  node_runner* runner = data;
  oli_env* env = runner->env;
  (void) napi;
  if (status == napi_cancelled) node_pool_lose_runner(&env->pool);
  oli_env_ref(env);
  node_runner_free(runner);
  if (!oli_env_is_closed(env)) {
    oli_settle(env);
    oli_node_pool_kick(env);
  }
  oli_env_unref(env);
}

static bool node_runner_start(oli_env* env) {
  napi_value name;
  node_runner* runner = calloc(1, sizeof(*runner));
  if (runner == NULL) return false;
  runner->env = env;
  runner->shift = (oli_shift){.ends = node_runner_ends, .done = node_runner_done, .tells = true};
  oli_list_push(&env->pool.given, &runner->link);
  oli_env_ref(env);
  if (napi_create_string_utf8(env->napi, "offloop", NAPI_AUTO_LENGTH, &name) == napi_ok &&
      napi_create_async_work(env->napi, NULL, name, node_runner_execute, node_runner_complete,
                             runner, &runner->work) == napi_ok &&
      napi_queue_async_work(env->napi, runner->work) == napi_ok) {
    return true;
  }
  node_runner_free(runner);
  return false;
}

/* ---- Starting them ------------------------------------------------------------------------- */

/* How many runners to start; they are counted by this. */
static size_t node_pool_claim(oli_node_pool* pool) {
  oli_mutex_lock(&pool->lock);
  size_t missing = node_pool_missing_locked(pool);
  if (missing == 0 && pool->relief_wanted && pool->runners <= pool->runners_max) missing = 1;
  pool->relief_wanted = false;
  pool->runners += missing;
  pool->waiting += missing;
  oli_mutex_unlock(&pool->lock);
  return missing;
}

/* No thread can be had for what is queued: it fails rather than waits for ever. */
static void node_pool_give_up(oli_env* env) {
  oli_list tasks;
  oli_link* link;
  node_pool_take_all(&env->pool, &tasks, false);
  while ((link = oli_list_shift(&tasks)) != NULL) {
    oli_task* task = OLI_OF(link, oli_task, link);
    task->kind->refuse(task);
  }
}

void oli_node_pool_kick(oli_env* env) {
  if (env->ending) return;
  size_t missing = node_pool_claim(&env->pool);
  bool alive = true;
  for (; missing > 0; missing--) {
    if (node_runner_start(env)) continue;
    node_pool_lose_runner(&env->pool);
    alive = false;
  }
  if (!alive && !node_pool_has_runners(&env->pool)) node_pool_give_up(env);
}

/* One that has started cannot be taken back, and need not be: its jobs are told to stop. */
void oli_node_pool_recall(oli_env* env) {
  const oli_list* given = &env->pool.given;
  oli_link* next;
  for (oli_link* link = given->head.next; link != &given->head; link = next) {
    next = link->next;
    napi_cancel_async_work(env->napi, OLI_OF(link, node_runner, link)->work);
  }
}
