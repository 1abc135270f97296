/* A module whose OL_SETUP stands inside its init function: it lives as long as the block. */
#define _POSIX_C_SOURCE 200809L

#include <offloop.h>

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static atomic_int inits;

static int library_init(void) {
  atomic_fetch_add(&inits, 1);
  return OL_OK;
}

static void library_exit(void) {
  static const char text[] = "library exit\n";
  if (write(STDOUT_FILENO, text, strlen(text)) < 0) _exit(9);
}

static int count_execute(ol_job* job, void* state) {
  (void) job;
  *(int32_t*) state = atomic_load(&inits);
  return OL_OK;
}

typedef struct count_state {
  int32_t inits;
} count_state;

static const ol_worker count_inits = {
  OL_WORKER("countInits", count_state, count_execute),
  .fields = OL_FIELDS(OL_RET(count_state, inits)),
};

/* One that is deeper has its table elsewhere on the stack. */
static napi_status export_deep(napi_env env, napi_value exports, int depth) {
  const void* const tables[] = {&count_inits, OL_SETUP(library_init, library_exit), NULL};
  if (depth > 0) return export_deep(env, exports, depth - 1);
  return ol_export(env, exports, tables);
}

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  static atomic_int loads;
  int depth = atomic_fetch_add(&loads, 1);
  return export_deep(env, exports, depth) == napi_ok ? exports : NULL;
}
