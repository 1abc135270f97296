/* fake_env.h: what stands behind a set of handles in the C tests: a pool of threads, the way home
 * and the end, as an environment has them. The thread that opens it is the loop. */
#ifndef FAKE_ENV_H
#define FAKE_ENV_H

#include "check.h"
#include "handle.h"

#define FAKE_THREADS_MAX 4

typedef struct oli_env {
  oli_handles handles;
  uintptr_t loop;
  oli_thread threads[FAKE_THREADS_MAX];
  int thread_count;    /* 0: fake_run_all stands in for them */
  atomic_int holds;    /* jobs and handles that need the environment */
  atomic_int reserved; /* threads for closers */
  bool no_threads;     /* none can be */
  oli_mutex lock;      /* guards the rest */
  oli_cond news;       /* a job was queued, or the end */
  oli_cond arrived;    /* a job came home, or was granted */
  oli_list queue, home;
  bool granted; /* an exclusive job was, since fake_wait_home looked last */
  bool closed;  /* nobody takes jobs home any more */
  bool shut;    /* nor does the pool take any */
} oli_env;

/* ---- The pool ------------------------------------------------------------------------------ */

static bool fake_push(ol_job* job) {
  oli_env* env = job->env;
  oli_mutex_lock(&env->lock);
  bool open = !env->shut;
  if (open) {
    oli_list_push(&env->queue, &job->task.link);
    job->task.queued = true;
    oli_cond_signal(&env->news);
  }
  oli_mutex_unlock(&env->lock);
  return open;
}

static bool fake_remove(ol_job* job) {
  oli_mutex_lock(&job->env->lock);
  bool queued = job->task.queued;
  if (queued) oli_link_remove(&job->task.link);
  job->task.queued = false;
  oli_mutex_unlock(&job->env->lock);
  return queued;
}

static void fake_skip(ol_job* job) {
  oli_job_skip(job);
  job->kind->home(job);
}

/* The job may be gone before the loop was told. */
static void fake_grant(ol_job* job) {
  oli_env* env = job->env;
  oli_handle_grant(job);
  oli_mutex_lock(&env->lock);
  env->granted = true;
  oli_cond_signal(&env->arrived);
  oli_mutex_unlock(&env->lock);
}

/* A job that was stopped before it could be queued is skipped, as by a real pool. */
static void fake_dispatch(ol_job* job) {
  if (oli_handle_is_exclusive(job)) {
    fake_grant(job);
    return;
  }
  if (ol_stopped(job) != OL_OK || !fake_push(job)) fake_skip(job);
}

static void fake_pass_turn(ol_job* job) {
  ol_job* next;
  while ((next = oli_handle_pass_turn(job)) != NULL) fake_dispatch(next);
}

static ol_job* fake_shift_locked(oli_env* env) {
  oli_link* link = oli_list_shift(&env->queue);
  if (link == NULL) return NULL;
  ol_job* job = oli_job_at(link);
  job->task.queued = false;
  return job;
}

static void fake_run(ol_job* job) {
  oli_job_run(job, NULL);
  job->kind->home(job);
}

static void fake_thread(void* arg) {
  oli_env* env = arg;
  oli_mutex_lock(&env->lock);
  for (;;) {
    ol_job* job = fake_shift_locked(env);
    if (job == NULL && env->shut) break;
    if (job == NULL) {
      oli_cond_wait(&env->news, &env->lock);
      continue;
    }
    oli_mutex_unlock(&env->lock);
    fake_run(job);
    oli_mutex_lock(&env->lock);
  }
  oli_mutex_unlock(&env->lock);
}

/* ---- The way home -------------------------------------------------------------------------- */

static void fake_free_job(ol_job* job) {
  oli_env* env = job->env;
  oli_job_retire(job);
  oli_handle_leave(job);
  oli_job_free(job);
  atomic_fetch_sub(&env->holds, 1);
}

static void fake_home(ol_job* job) {
  oli_env* env = job->env;
  fake_pass_turn(job);
  oli_mutex_lock(&env->lock);
  bool open = !env->closed;
  if (open) {
    oli_list_push(&env->home, &job->task.link);
    oli_cond_signal(&env->arrived);
  }
  oli_mutex_unlock(&env->lock);
  if (!open) fake_free_job(job);
}

static bool fake_unqueue(ol_job* job) {
  return oli_handle_leave_line(job) || fake_remove(job);
}

static const oli_job_kind fake_kind = {
  sizeof(oli_job_kind), fake_unqueue, fake_home, NULL, NULL, NULL};

/* Until a job is there to be taken home, or an exclusive one waits for the loop: the others may
 * wait for that. */
static inline void fake_wait_home(oli_env* env) {
  oli_mutex_lock(&env->lock);
  while (oli_list_empty(&env->home) && !env->granted) oli_cond_wait(&env->arrived, &env->lock);
  env->granted = false;
  oli_mutex_unlock(&env->lock);
}

/* The next job that came home, or NULL. It is the caller's to free. */
static ol_job* fake_take_home(oli_env* env) {
  oli_mutex_lock(&env->lock);
  oli_link* link = oli_list_shift(&env->home);
  oli_mutex_unlock(&env->lock);
  return link == NULL ? NULL : oli_job_at(link);
}

/* ---- Jobs ---------------------------------------------------------------------------------- */

static ol_job* fake_job(oli_env* env, const ol_worker* worker) {
  ol_job* job = oli_job_new(&fake_kind, worker);
  CHECK(job != NULL);
  job->env = env;
  job->handles = &env->handles;
  job->accepted = true;
  atomic_fetch_add(&env->holds, 1);
  return job;
}

static void fake_submit(ol_job* job) {
  if (oli_handle_take_turn(job)) fake_dispatch(job);
}

/* Runs what is queued on this thread. */
static inline void fake_run_all(oli_env* env) {
  for (;;) {
    oli_mutex_lock(&env->lock);
    ol_job* job = fake_shift_locked(env);
    oli_mutex_unlock(&env->lock);
    if (job == NULL) return;
    fake_run(job);
  }
}

/* ---- Beginning and end --------------------------------------------------------------------- */

static void fake_hold(oli_env* env) {
  atomic_fetch_add(&env->holds, 1);
}

static void fake_drop(oli_env* env) {
  atomic_fetch_sub(&env->holds, 1);
}

static bool fake_reserve(oli_env* env) {
  if (env->no_threads) return false;
  atomic_fetch_add(&env->reserved, 1);
  return true;
}

static void fake_release(oli_env* env) {
  CHECK(atomic_fetch_sub(&env->reserved, 1) > 0);
}

/* Whoever sends one away has its thread reserved, and does so before the end of the pool. */
static void fake_submit_closer(ol_job* closer) {
  CHECK(atomic_load(&closer->env->reserved) > 0);
  CHECK(fake_push(closer));
}

static void fake_start_thread(oli_env* env, int which) {
  CHECK(oli_thread_start(&env->threads[which], "fake", fake_thread, env) == 0);
}

static void fake_open(oli_env* env, int threads) {
  *env = (oli_env){.loop = oli_thread_self(), .thread_count = threads};
  atomic_init(&env->holds, 0);
  atomic_init(&env->reserved, 0);
  oli_mutex_init(&env->lock);
  oli_cond_init(&env->news);
  oli_cond_init(&env->arrived);
  oli_list_init(&env->queue);
  oli_list_init(&env->home);
  oli_handles_init(&env->handles);
  env->handles.env = env;
  env->handles.hold = fake_hold;
  env->handles.drop = fake_drop;
  env->handles.kind = &fake_kind;
  env->handles.submit = fake_submit_closer;
  env->handles.reserve = fake_reserve;
  env->handles.release = fake_release;
  for (int i = 0; i < threads; i++) fake_start_thread(env, i);
}

static void fake_close(oli_env* env) {
  oli_mutex_lock(&env->lock);
  env->closed = true;
  oli_mutex_unlock(&env->lock);
  for (ol_job* job; (job = fake_take_home(env)) != NULL;) fake_free_job(job);
}

static void fake_shut_pool(oli_env* env) {
  oli_mutex_lock(&env->lock);
  env->shut = true;
  oli_cond_broadcast(&env->news);
  oli_mutex_unlock(&env->lock);
  for (int i = 0; i < env->thread_count; i++) oli_thread_join(env->threads[i]);
  CHECK(oli_list_empty(&env->queue));
}

/* Frees what came home, and closes the handles on the threads of the pool, which then goes. The
 * caller has stopped all other jobs. */
static void fake_shut(oli_env* env) {
  if (env->thread_count == 0) fake_start_thread(env, env->thread_count++);
  fake_close(env);
  oli_handles_close(&env->handles);
  fake_shut_pool(env);
}

/* Once the objects are finalised: nothing is left. */
static void fake_free(oli_env* env) {
  CHECK(atomic_load(&env->holds) == 0);
  CHECK(oli_list_empty(&env->handles.roots) && env->handles.away == 0);
  CHECK(atomic_load(&env->reserved) == 0);
  CHECK(oli_list_empty(&env->handles.granted));
  oli_handles_destroy(&env->handles);
  oli_cond_destroy(&env->arrived);
  oli_cond_destroy(&env->news);
  oli_mutex_destroy(&env->lock);
}

#endif
