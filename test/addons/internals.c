/* What no author can do: a job is submitted and retired a second time, from within; slabs and
 * environments are counted; Node has no threads. */
#include <offloop.h>

#include <stdatomic.h>

#include "../../src/env.h"

static atomic_int executed, destroyed;

typedef struct task_state {
  int32_t destroyed, executed;
} task_state;

static int task_execute(ol_job* job, void* state) {
  (void) job;
  (void) state;
  atomic_fetch_add(&executed, 1);
  return OL_OK;
}

static void task_destroy(void* state) {
  (void) state;
  atomic_fetch_add(&destroyed, 1);
}

/* Gives the name of the status with which the second submission was refused. */
static napi_value resubmit_complete(napi_env env, ol_job* job, void* state) {
  napi_value name;
  const char* told = ol_status_name(oli_env_submit(job));
  (void) state;
  return napi_create_string_utf8(env, told, NAPI_AUTO_LENGTH, &name) == napi_ok ? name : NULL;
}

static const ol_worker resubmit = {
  OL_WORKER("resubmit", task_state, task_execute),
  .complete = resubmit_complete,
  .destroy = task_destroy,
};

static napi_value retire_complete(napi_env env, ol_job* job, void* state) {
  napi_value nothing;
  (void) state;
  oli_job_retire(job);
  oli_job_retire(job);
  return napi_get_undefined(env, &nothing) == napi_ok ? nothing : NULL;
}

static const ol_worker retire = {
  OL_WORKER("retire", task_state, task_execute),
  .complete = retire_complete,
  .destroy = task_destroy,
};

static int counts_execute(ol_job* job, void* state) {
  task_state* s = state;
  (void) job;
  s->executed = atomic_load(&executed);
  s->destroyed = atomic_load(&destroyed);
  return OL_OK;
}

static const ol_worker counts = {
  OL_WORKER("counts", task_state, counts_execute),
  .fields = OL_FIELDS(OL_RET(task_state, executed), OL_RET(task_state, destroyed)),
};

/* ---- mixed(fails), mixedOnNode(fails), slabs() ---------------------------------------------- */

typedef struct mixed_state {
  bool fails;
} mixed_state;

static int mixed_execute(ol_job* job, void* state) {
  mixed_state* s = state;
  return s->fails ? ol_fail(job, "ERR_MIXED", "as it was told") : OL_OK;
}

#define MIXED(NAME) \
  OL_WORKER(NAME, mixed_state, mixed_execute), .fields = OL_FIELDS(OL_ARG(mixed_state, fails))

static const ol_worker mixed = {MIXED("mixed")};
static const ol_worker mixed_on_node = {MIXED("mixedOnNode"), .pool = &ol_node_pool};

/* Gives how many slabs the environment has. */
static napi_value slabs_complete(napi_env env, ol_job* job, void* state) {
  const oli_list* slabs = &job->env->stage.slabs;
  napi_value number;
  uint32_t count = 0;
  (void) state;
  for (const oli_link* link = slabs->head.next; link != &slabs->head; link = link->next) count++;
  return napi_create_uint32(env, count, &number) == napi_ok ? number : NULL;
}

static const ol_worker slabs = {
  OL_WORKER("slabs", char, task_execute),
  .complete = slabs_complete,
};

/* ---- withoutRunners.sync(), withoutThreads.sync() -------------------------------------------- */

/* What is called from here on stays in the queue of Node's pool. */
static napi_value without_runners_complete(napi_env env, ol_job* job, void* state) {
  napi_value nothing;
  (void) state;
  job->env->pool.runners_max = 0;
  return napi_get_undefined(env, &nothing) == napi_ok ? nothing : NULL;
}

static const ol_worker without_runners = {
  OL_WORKER("withoutRunners", char, task_execute),
  .complete = without_runners_complete,
};

/* Gives how many environments the process has of this addon: the head of their list is none. */
static napi_value environments_complete(napi_env env, ol_job* job, void* state) {
  const oli_link* own = &job->env->ends.link;
  napi_value number;
  uint32_t count = 0;
  (void) state;
  for (const oli_link* link = own->next; link != own; link = link->next) count++;
  return napi_create_uint32(env, count, &number) == napi_ok ? number : NULL;
}

static const ol_worker environments = {
  OL_WORKER("environments", char, task_execute),
  .complete = environments_complete,
};

/* There are runners again, but none of those for the jobs that wait can be started. */
static napi_value without_threads_complete(napi_env env, ol_job* job, void* state) {
  napi_value nothing;
  (void) state;
  job->env->pool.runners_max = 4;
  job->env->napi = NULL;
  oli_node_pool_kick(job->env);
  job->env->napi = env;
  return napi_get_undefined(env, &nothing) == napi_ok ? nothing : NULL;
}

static const ol_worker without_threads = {
  OL_WORKER("withoutThreads", char, task_execute),
  .complete = without_threads_complete,
};

OL_MODULE(&resubmit, &retire, &counts, &mixed, &mixed_on_node, &slabs, &without_runners,
          &without_threads, &environments)
