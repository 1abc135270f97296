/* Workers of which only so many jobs run at once. Each job takes a number, and waits for a permit
 * that JavaScript gives. */
#include <offloop.h>

#include <stdatomic.h>

static atomic_int running, most, entered, permits;
static atomic_int order[100000]; /* the ids of those that began */

typedef struct gates_state {
  uint32_t id;
  int32_t running, most, entered;
  struct gates_thing* thing;
} gates_state;

/* ---- held(id), brief(id): with and without a permit ------------------------------------------ */

static void gates_begin(const gates_state* s) {
  int now = atomic_fetch_add(&running, 1) + 1, before = atomic_load(&most);
  while (now > before && !atomic_compare_exchange_weak(&most, &before, now)) continue;
  atomic_store(&order[atomic_fetch_add(&entered, 1)], (int) s->id);
}

static int gates_end(int status) {
  atomic_fetch_sub(&running, 1);
  return status;
}

static bool gates_take_permit(void) {
  int have = atomic_load(&permits);
  while (have > 0 && !atomic_compare_exchange_weak(&permits, &have, have - 1)) continue;
  return have > 0;
}

static int held_execute(ol_job* job, void* state) {
  int status = OL_OK;
  gates_begin(state);
  while (status == OL_OK && !gates_take_permit()) status = ol_sleep(job, 1);
  return gates_end(status);
}

static int brief_execute(ol_job* job, void* state) {
  gates_begin(state);
  return gates_end(ol_stopped(job));
}

static int fail_execute(ol_job* job, void* state) {
  gates_begin(state);
  return gates_end(ol_fail(job, "ERR_GATES", "no"));
}

#define GATES_FIELDS OL_FIELDS(OL_ARG(gates_state, id))

static const ol_worker held = {
  OL_WORKER("held", gates_state, held_execute),
  .fields = GATES_FIELDS,
  .max_running = 2,
};

static const ol_worker held_apart = {
  OL_WORKER("heldApart", gates_state, held_execute),
  .fields = GATES_FIELDS,
  .pool = &ol_own_thread,
  .max_running = 2,
};

static const ol_worker held_node = {
  OL_WORKER("heldOnNode", gates_state, held_execute),
  .fields = GATES_FIELDS,
  .pool = &ol_node_pool,
  .max_running = 2,
};

static const ol_worker brief = {
  OL_WORKER("brief", gates_state, brief_execute),
  .fields = GATES_FIELDS,
  .max_running = 3,
};

static const ol_worker brief_apart = {
  OL_WORKER("briefApart", gates_state, brief_execute),
  .fields = GATES_FIELDS,
  .pool = &ol_own_thread,
  .max_running = 3,
};

static const ol_worker brief_node = {
  OL_WORKER("briefOnNode", gates_state, brief_execute),
  .fields = GATES_FIELDS,
  .pool = &ol_node_pool,
  .max_running = 3,
};

static const ol_worker fail = {
  OL_WORKER("fail", gates_state, fail_execute),
  .fields = GATES_FIELDS,
  .max_running = 1,
};

static const ol_worker free_one = {
  OL_WORKER("free", gates_state, brief_execute),
  .fields = GATES_FIELDS,
};

/* ---- items(id): a stream of its id, again and again ------------------------------------------ */

static int items_execute(ol_job* job, void* state) {
  gates_state* s = state;
  int status = OL_OK;
  gates_begin(s);
  while (status == OL_OK) status = ol_emit(job, &s->id);
  return gates_end(status);
}

static const ol_worker items = {
  OL_WORKER("items", gates_state, items_execute),
  .fields = GATES_FIELDS,
  .item = OL_OF(uint32_t),
  .max_running = 1,
};

/* ---- Thing: a serial class ------------------------------------------------------------------- */

typedef struct gates_thing {
  int unused;
} gates_thing;

static const ol_class thing = {OL_CLASS("Thing", gates_thing, NULL), .serial = true};

static int thing_execute(ol_job* job, void* state) {
  gates_state* s = state;
  s->thing = ol_new(job, &thing, NULL);
  return s->thing == NULL ? OL_NO_MEMORY : OL_OK;
}

static const ol_worker open_thing = {
  OL_WORKER("openThing", gates_state, thing_execute),
  .fields = OL_FIELDS(OL_RET(gates_state, thing, .handle = &thing)),
};

static const ol_worker thing_brief = {
  OL_WORKER("brief", gates_state, brief_execute),
  .fields = OL_FIELDS(OL_THIS(gates_state, thing, .handle = &thing), OL_ARG(gates_state, id)),
  .max_running = 1,
};

static const ol_worker thing_free = {
  OL_WORKER("free", gates_state, brief_execute),
  .fields = OL_FIELDS(OL_THIS(gates_state, thing, .handle = &thing), OL_ARG(gates_state, id)),
};

static const ol_worker thing_brief_node = {
  OL_WORKER("briefOnNode", gates_state, brief_execute),
  .fields = OL_FIELDS(OL_THIS(gates_state, thing, .handle = &thing), OL_ARG(gates_state, id)),
  .pool = &ol_node_pool,
  .max_running = 1,
};

static const ol_worker thing_free_node = {
  OL_WORKER("freeOnNode", gates_state, brief_execute),
  .fields = OL_FIELDS(OL_THIS(gates_state, thing, .handle = &thing), OL_ARG(gates_state, id)),
  .pool = &ol_node_pool,
};

static const ol_worker thing_items = {
  OL_WORKER("items", gates_state, items_execute),
  .fields = OL_FIELDS(OL_THIS(gates_state, thing, .handle = &thing), OL_ARG(gates_state, id)),
  .item = OL_OF(uint32_t),
  .max_running = 1,
};

/* ---- What JavaScript asks -------------------------------------------------------------------- */

/* state(): how many run, ran at once at most, and have begun. */
static int state_execute(ol_job* job, void* state) {
  gates_state* s = state;
  (void) job;
  s->running = atomic_load(&running);
  s->most = atomic_load(&most);
  s->entered = atomic_load(&entered);
  return OL_OK;
}

static const ol_worker state = {
  OL_WORKER("state", gates_state, state_execute),
  .fields = OL_FIELDS(OL_RET(gates_state, running), OL_RET(gates_state, most),
                      OL_RET(gates_state, entered)),
};

/* permit(n): so many may end. */
static int permit_execute(ol_job* job, void* state) {
  (void) job;
  atomic_fetch_add(&permits, (int) ((gates_state*) state)->id);
  return OL_OK;
}

static const ol_worker permit = {
  OL_WORKER("permit", gates_state, permit_execute),
  .fields = GATES_FIELDS,
};

/* began(i): who was the i-th to begin. */
static int began_execute(ol_job* job, void* state) {
  gates_state* s = state;
  (void) job;
  s->running = atomic_load(&order[s->id]);
  return OL_OK;
}

static const ol_worker began = {
  OL_WORKER("began", gates_state, began_execute),
  .fields = OL_FIELDS(OL_ARG(gates_state, id), OL_RET(gates_state, running)),
};

/* forget(): all of that. */
static int forget_execute(ol_job* job, void* state) {
  (void) job;
  (void) state;
  atomic_store(&most, 0);
  atomic_store(&entered, 0);
  atomic_store(&permits, 0);
  return OL_OK;
}

static const ol_worker forget = {OL_WORKER("forget", gates_state, forget_execute)};

/* exportBad(): of a table that is refused. */
static napi_value export_bad(napi_env env, napi_callback_info info) {
  static const void* const tables[] = {&thing_items, NULL};
  napi_value exports;
  (void) info;
  if (napi_create_object(env, &exports) == napi_ok) ol_export(env, exports, tables);
  return NULL;
}

NAPI_MODULE_INIT() {
  static const void* const tables[] = {
    &held,
    &held_apart,
    &held_node,
    &brief,
    &brief_apart,
    &brief_node,
    &fail,
    &free_one,
    &items,
    &open_thing,
    &thing_brief,
    &thing_free,
    &thing_brief_node,
    &thing_free_node,
    &state,
    &permit,
    &began,
    &forget,
    NULL,
  };
  napi_value function;
  if (ol_export(env, exports, tables) != napi_ok) return NULL;
  if (napi_create_function(env, "exportBad", NAPI_AUTO_LENGTH, export_bad, NULL, &function) !=
        napi_ok ||
      napi_set_named_property(env, exports, "exportBad", function) != napi_ok) {
    return NULL;
  }
  return exports;
}
