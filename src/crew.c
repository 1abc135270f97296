#include "crew.h"

#include "env.h"

/* How long a thread waits for another job: as good as nothing for a job that stays. */
#define CREW_IDLE_NS 1000000000u

/* The thread of a job that has just come home may be on its way to the next. */
#define CREW_THREADS_MAX (2 * OLI_CREW_MAX)

const ol_pool ol_own_thread = {OL_POOL("own")};

static void crew_hold(void* env) {
  oli_env_ref(env);
}

static void crew_drop(void* env) {
  oli_env_unref(env);
}

void oli_crew_init(oli_pool* crew, oli_env* env) {
  crew->name = "offloop";
  crew->threads_max = CREW_THREADS_MAX;
  crew->refuses = true;
  crew->waiting_max = 0;
  crew->idle_ns = CREW_IDLE_NS;
  crew->owner = env;
  crew->hold = crew_hold;
  crew->drop = crew_drop;
  oli_pool_init(crew);
}

static enum oli_pool_pushed crew_take_on(ol_job* job) {
  oli_env* env = job->env;
  job->in_crew = true;
  if (atomic_fetch_add(&env->crew_jobs, 1) >= OLI_CREW_MAX) return OLI_POOL_FULL;
  return oli_pool_push(&env->crew, &job->task);
}

void oli_crew_leave(ol_job* job) {
  if (job->in_crew) atomic_fetch_sub(&job->env->crew_jobs, 1);
  job->in_crew = false;
}

/* Why it was not pushed; it may have been stopped, or the environment closed. */
static void crew_fail(ol_job* job, enum oli_pool_pushed pushed) {
  if (pushed == OLI_POOL_FULL) {
    ol_fail(job, "ERR_OL_BUSY", "%s has no thread: %d jobs have one already", job->worker->name,
            OLI_CREW_MAX);
  } else if (pushed == OLI_POOL_NO_THREAD) {
    ol_fail(job, "ERR_OL_BUSY", "%s has no thread: the system gives no more", job->worker->name);
  }
}

/* The job, which has a reference to the environment, may be gone before the push returns. */
void oli_crew_push(ol_job* job) {
  oli_env* env = job->env;
  oli_env_ref(env);
  enum oli_pool_pushed pushed = crew_take_on(job);
  if (pushed != OLI_POOL_PUSHED) {
    crew_fail(job, pushed);
    oli_job_skip(job);
    job->kind->home(job);
  }
  oli_env_unref(env);
}
