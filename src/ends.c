#include "ends.h"

#include "env.h"

/* Less than what is usual before a process is killed: docker waits for ten seconds. */
#define ENDS_GRACE_MS 5000

static oli_mutex ends_lock = OLI_MUTEX_INIT;
static oli_list ends_envs = {{&ends_envs.head, &ends_envs.head}};

/* The end of all waits, once the process exits; 0: it does not. */
static atomic_uint_fast64_t ends_process_due_ns;

static uint64_t ends_grace_ns(void) {
  long ms = oli_env_number("OFFLOOP_EXIT_MS", ENDS_GRACE_MS);
  bool endless = ms < 0 || (uint64_t) ms > UINT64_MAX / 1000000u;
  return endless ? UINT64_MAX : (uint64_t) ms * 1000000u;
}

void oli_ends_init(oli_ends* ends) {
  atomic_init(&ends->running, 0);
  atomic_init(&ends->awaited, false);
  ends->grace_ns = ends_grace_ns();
}

/* ---- The environments of the process ------------------------------------------------------- */

static oli_env* ends_env_at(const oli_link* link) {
  return OLI_OF(link, oli_env, ends.link);
}

void oli_ends_list(oli_env* env) {
  oli_mutex_lock(&ends_lock);
  oli_list_push(&ends_envs, &env->ends.link);
  oli_mutex_unlock(&ends_lock);
}

void oli_ends_unlist(oli_env* env) {
  oli_mutex_lock(&ends_lock);
  if (oli_link_listed(&env->ends.link)) oli_link_remove(&env->ends.link);
  oli_mutex_unlock(&ends_lock);
}

/* The engine may give the address of one that has ended to another. */
oli_env* oli_ends_find(napi_env napi) {
  oli_env* found = NULL;
  oli_mutex_lock(&ends_lock);
  for (oli_link* link = ends_envs.head.next; link != &ends_envs.head; link = link->next) {
    oli_env* env = ends_env_at(link);
    if (env->napi == napi && !oli_env_is_closed(env)) found = env;
  }
  oli_mutex_unlock(&ends_lock);
  return found;
}

bool oli_ends_any_running(void) {
  bool any = false;
  oli_mutex_lock(&ends_lock);
  for (oli_link* link = ends_envs.head.next; link != &ends_envs.head; link = link->next) {
    if (atomic_load(&ends_env_at(link)->ends.running) > 0) any = true;
  }
  oli_mutex_unlock(&ends_lock);
  return any;
}

/* ---- Jobs ---------------------------------------------------------------------------------- */

void oli_ends_enter(oli_env* env) {
  atomic_fetch_add(&env->ends.running, 1);
}

/* Whoever waits says so before it looks at the count. */
void oli_ends_leave(oli_env* env) {
  if (atomic_fetch_sub(&env->ends.running, 1) > 1 || !atomic_load(&env->ends.awaited)) return;
  oli_mutex_lock(&env->lock);
  oli_cond_broadcast(&env->quiet);
  oli_mutex_unlock(&env->lock);
}

/* ---- Waiting for them ---------------------------------------------------------------------- */

static uint64_t ends_after(uint64_t span_ns) {
  uint64_t now_ns = oli_now_ns();
  return span_ns > UINT64_MAX - now_ns ? UINT64_MAX : now_ns + span_ns;
}

void oli_ends_begin(oli_env* env, bool process) {
  oli_ends* ends = &env->ends;
  if (ends->due_ns == 0) ends->due_ns = ends_after(ends->grace_ns);
  if (process) atomic_store(&ends_process_due_ns, ends->due_ns);
  atomic_store(&ends->awaited, true);
}

void oli_ends_revoke(oli_env* env, bool process) {
  env->ends.due_ns = 0;
  if (process) atomic_store(&ends_process_due_ns, 0);
}

uint64_t oli_ends_due(const oli_env* env) {
  uint64_t due_ns = env->ends.due_ns, process_ns = atomic_load(&ends_process_due_ns);
  return process_ns != 0 && process_ns < due_ns ? process_ns : due_ns;
}

void oli_ends_await(oli_env* env) {
  uint64_t due_ns = oli_ends_due(env);
  bool early = true;
  oli_mutex_lock(&env->lock);
  while (early && atomic_load(&env->ends.running) > 0) {
    early = oli_cond_wait_until(&env->quiet, &env->lock, due_ns);
  }
  oli_mutex_unlock(&env->lock);
}
