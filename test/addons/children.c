/* Workers that start programs: what a child inherits of the thread that starts it. A child that
 * sends itself SIGTERM dies of it, unless the signal is blocked. */
#define _POSIX_C_SOURCE 200809L

#include <offloop.h>

#include <errno.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SUICIDE "kill -TERM $$; exit 3"
#define SURVIVED 1000 /* beside the child's exit code */

enum { BY_POSIX_SPAWN, BY_FORK, BY_SYSTEM };

static char* const child_argv[] = {"sh", "-c", SUICIDE, NULL};
static char* const child_environment[] = {NULL}; /* what is preloaded here is not for the child */

static int child_fork(pid_t* pid) {
  *pid = fork();
  if (*pid == 0) {
    execve("/bin/sh", child_argv, child_environment);
    _exit(4);
  }
  return *pid < 0 ? errno : 0;
}

/* What waitpid says of the child; -1: there was none. */
static int child_run(int way) {
  int status = -1;
  pid_t pid;
  if (way == BY_SYSTEM) return system(SUICIDE);
  int error = way == BY_FORK
                ? child_fork(&pid)
                : posix_spawn(&pid, "/bin/sh", NULL, NULL, child_argv, child_environment);
  if (error != 0) return -1;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  return status;
}

/* The signal that it died of, or that it did not. */
static int child_end(int way) {
  int status = child_run(way);
  return WIFSIGNALED(status) ? WTERMSIG(status) : SURVIVED + WEXITSTATUS(status);
}

/* ---- spawn(way): the end of a child of execute's thread ------------------------------------- */

typedef struct spawn_state {
  int32_t way, end;
} spawn_state;

static const char* const ways[] = {"posix_spawn", "fork", "system", NULL};

static int spawn_execute(ol_job* job, void* state) {
  spawn_state* s = state;
  (void) job;
  s->end = child_end(s->way);
  return OL_OK;
}

#define SPAWN(NAME)                            \
  OL_WORKER(NAME, spawn_state, spawn_execute), \
    .fields = OL_FIELDS(OL_ARG(spawn_state, way, .one_of = ways), OL_RET(spawn_state, end))

static const ol_worker spawn_child = {SPAWN("spawn")};
static const ol_worker spawn_node = {SPAWN("spawnNode"), .pool = &ol_node_pool};
static const ol_worker spawn_own = {SPAWN("spawnOwn"), .pool = &ol_own_thread};

/* ---- open(way): a handle whose close starts a child; lastClose() ---------------------------- */

static atomic_int last_close;

typedef struct spawner {
  int way;
} spawner;

static void spawner_close(void* data) {
  atomic_store(&last_close, child_end(((spawner*) data)->way));
}

static const ol_class Spawner = {OL_CLASS("Spawner", spawner, spawner_close)};

typedef struct open_state {
  int32_t way;
  spawner* handle;
} open_state;

static int open_execute(ol_job* job, void* state) {
  open_state* s = state;
  s->handle = ol_new(job, &Spawner, NULL);
  if (s->handle == NULL) return OL_NO_MEMORY;
  s->handle->way = s->way;
  return OL_OK;
}

static const ol_worker open_spawner = {
  OL_WORKER("open", open_state, open_execute),
  .fields = OL_FIELDS(OL_ARG(open_state, way, .one_of = ways),
                      OL_RET(open_state, handle, .handle = &Spawner)),
};

static int last_execute(ol_job* job, void* state) {
  (void) job;
  ((spawn_state*) state)->end = atomic_exchange(&last_close, 0);
  return OL_OK;
}

static const ol_worker last = {OL_WORKER("lastClose", spawn_state, last_execute),
                               .fields = OL_FIELDS(OL_RET(spawn_state, end))};

/* ---- spawnOnStop(way): the end of a child of the thread that stops the job ------------------ */

static void stop_spawn(void* arg) {
  spawn_state* s = arg;
  s->end = child_end(s->way);
}

static int stop_execute(ol_job* job, void* state) {
  int why = ol_on_stop(job, stop_spawn, state);
  return why != OL_OK ? why : ol_sleep(job, -1);
}

/* The child's end, whatever has stopped the job. */
static napi_value stop_complete(napi_env env, ol_job* job, void* state) {
  napi_value end;
  (void) job;
  return napi_create_int32(env, ((spawn_state*) state)->end, &end) == napi_ok ? end : NULL;
}

static const ol_worker spawn_on_stop = {
  OL_WORKER("spawnOnStop", spawn_state, stop_execute),
  .fields = OL_FIELDS(OL_ARG(spawn_state, way, .one_of = ways)),
  .complete = stop_complete,
};

OL_MODULE(&spawn_child, &spawn_node, &spawn_own, &open_spawner, &last, &spawn_on_stop)
