/* inject.c: decides which call fails, and counts what the addon under test holds. See inject.h.
 *
 * One plan at a time for the process. It is armed before a scenario and disarmed after it. Counting
 * is atomic, so that exactly one call is the n-th, whichever thread makes it. Every block of memory
 * carries a header, by which blocks that were never freed are found with the place that asked for
 * them; list_lock guards the list of these headers and is taken alone. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* dladdr, and what stands behind backtrace */
#endif
#include "inject.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

/* ---- The plan ------------------------------------------------------------------------------- */

static atomic_int plan_kind;      /* enum faults_kind */
static atomic_uint plan_at;       /* the number of the call that fails, from 1 on */
static atomic_bool plan_lasts;    /* the calls after it fail as well */
static atomic_uint plan_passed;   /* calls of that kind so far */
static atomic_bool plan_waits;    /* a thread waits to be ended */
static atomic_bool plan_released; /* it waits no more */

#define FRAMES_MAX 16

/* Where the first failure was: written by the thread that fails, read when the plan is over. */
static void* plan_frames[FRAMES_MAX];
static int plan_frame_count;

EXPORT bool faults_strike(enum faults_kind kind) {
  if (atomic_load(&plan_kind) != (int) kind) return false;
  unsigned number = atomic_fetch_add(&plan_passed, 1) + 1, at = atomic_load(&plan_at);
  if (number == at) plan_frame_count = backtrace(plan_frames, FRAMES_MAX);
  return number == at || (number > at && atomic_load(&plan_lasts));
}

/* The main thread sees plan_waits, ends the JavaScript of this one, and releases it. */
static void plan_await_end(void) {
  atomic_store(&plan_waits, true);
  while (!atomic_load(&plan_released)) sched_yield();
}

EXPORT void faults_strike_looking(void) {
  if (faults_strike(FAULTS_END)) plan_await_end();
}

EXPORT bool faults_strike_running(napi_env env) {
  faults_strike_looking();
  if (!faults_strike(FAULTS_EXCEPTION)) return false;
  bool pending = false;
  if (napi_is_exception_pending(env, &pending) == napi_ok && !pending) {
    napi_throw_error(env, "ERR_INJECTED", "injected");
  }
  return true;
}

/* ---- The loop ------------------------------------------------------------------------------- */

/* The addon has one callback of each kind, but two threadsafe functions: one wakes the loop, the
 * other tells of its next turn. */
enum { LOOP_CALLS = 2 };
static _Thread_local bool in_loop;
static _Atomic(napi_callback) loop_next_turn;
static _Atomic(napi_async_complete_callback) loop_complete;
static _Atomic(napi_threadsafe_function_call_js) loop_calls[LOOP_CALLS];

EXPORT bool faults_strike_call(napi_env env) {
  if (!in_loop) return faults_strike_running(env);
  faults_strike_looking();
  return false;
}

static void loop_on_complete(napi_env env, napi_status status, void* data) {
  in_loop = true;
  atomic_load (&loop_complete)(env, status, data);
  in_loop = false;
}

static void loop_on_first(napi_env env, napi_value function, void* context, void* data) {
  in_loop = true;
  atomic_load (&loop_calls[0])(env, function, context, data);
  in_loop = false;
}

static void loop_on_second(napi_env env, napi_value function, void* context, void* data) {
  in_loop = true;
  atomic_load (&loop_calls[1])(env, function, context, data);
  in_loop = false;
}

/* What calls [call] on the loop. */
static napi_threadsafe_function_call_js loop_wrap_call(napi_threadsafe_function_call_js call) {
  static const napi_threadsafe_function_call_js wrappers[LOOP_CALLS] = {loop_on_first,
                                                                        loop_on_second};
  for (size_t i = 0; i < LOOP_CALLS; i++) {
    napi_threadsafe_function_call_js known = NULL;
    if (atomic_compare_exchange_strong(&loop_calls[i], &known, call) || known == call) {
      return wrappers[i];
    }
  }
  abort(); /* a third one needs a wrapper of its own */
}

static napi_value loop_on_next_turn(napi_env env, napi_callback_info info) {
  in_loop = true;
  napi_value result = atomic_load(&loop_next_turn)(env, info);
  in_loop = false;
  return result;
}

EXPORT napi_status faults_napi_create_function(napi_env env, const char* name, size_t len,
                                               napi_callback call, void* data, napi_value* result) {
  if (faults_strike(FAULTS_FAILURE)) return napi_generic_failure;
  faults_strike_looking();
  if (strcmp(name, "nextTurn") == 0) {
    atomic_store(&loop_next_turn, call);
    call = loop_on_next_turn;
  }
  return napi_create_function(env, name, len, call, data, result);
}

EXPORT napi_status faults_napi_create_async_work(napi_env env, napi_value resource, napi_value name,
                                                 napi_async_execute_callback execute,
                                                 napi_async_complete_callback complete, void* data,
                                                 napi_async_work* result) {
  if (faults_strike(FAULTS_FAILURE)) return napi_generic_failure;
  atomic_store(&loop_complete, complete);
  return napi_create_async_work(env, resource, name, execute, loop_on_complete, data, result);
}

EXPORT napi_status faults_napi_create_threadsafe_function(
  napi_env env, napi_value function, napi_value resource, napi_value name, size_t queue_max,
  size_t thread_count, void* finalize_data, napi_finalize finalize, void* context,
  napi_threadsafe_function_call_js call_js, napi_threadsafe_function* result) {
  if (faults_strike(FAULTS_FAILURE)) return napi_generic_failure;
  return napi_create_threadsafe_function(env, function, resource, name, queue_max, thread_count,
                                         finalize_data, finalize, context, loop_wrap_call(call_js),
                                         result);
}

/* ---- Memory --------------------------------------------------------------------------------- */

typedef struct block {
  struct block *next, *prev;
  const void* site; /* the return address of who asked for it */
  size_t size;
} block;

_Static_assert(sizeof(block) % 16 == 0, "what malloc aligns for is kept");

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static block list = {&list, &list, NULL, 0};

static void* block_list(block* made, size_t size, const void* site) {
  if (made == NULL) return NULL;
  made->size = size;
  made->site = site;
  pthread_mutex_lock(&list_lock);
  made->next = &list;
  made->prev = list.prev;
  list.prev->next = made;
  list.prev = made;
  pthread_mutex_unlock(&list_lock);
  return made + 1;
}

static block* block_unlist(void* data) {
  block* taken = (block*) data - 1;
  pthread_mutex_lock(&list_lock);
  taken->prev->next = taken->next;
  taken->next->prev = taken->prev;
  pthread_mutex_unlock(&list_lock);
  return taken;
}

static void* block_new(size_t size, bool zeroed, const void* site) {
  if (size > SIZE_MAX - sizeof(block) || faults_strike(FAULTS_MEMORY)) return NULL;
  size_t whole = sizeof(block) + size;
  return block_list(zeroed ? calloc(1, whole) : malloc(whole), size, site);
}

EXPORT void* faults_malloc(size_t size) {
  return block_new(size, false, __builtin_return_address(0));
}

EXPORT void* faults_calloc(size_t count, size_t size) {
  if (size > 0 && count > SIZE_MAX / size) return NULL;
  return block_new(count * size, true, __builtin_return_address(0));
}

/* Always moves, so that a pointer into the old block is found out. */
EXPORT void* faults_realloc(void* data, size_t size) {
  void* moved = block_new(size, false, __builtin_return_address(0));
  if (moved == NULL || data == NULL) return moved;
  size_t old = ((block*) data - 1)->size;
  memcpy(moved, data, old < size ? old : size);
  faults_free(data);
  return moved;
}

/* Overwritten first, so that a later use is found out. */
EXPORT void faults_free(void* data) {
  if (data == NULL) return;
  block* freed = block_unlist(data);
  memset(data, 0xdd, freed->size);
  free(freed);
}

/* ---- Threads -------------------------------------------------------------------------------- */

static atomic_int threads;

typedef struct thread_start {
  void* (*run)(void*);
  void* arg;
} thread_start;

static void* thread_main(void* arg) {
  thread_start start = *(thread_start*) arg;
  free(arg);
  void* result = start.run(start.arg);
  atomic_fetch_sub(&threads, 1);
  return result;
}

EXPORT int faults_pthread_create(pthread_t* id, const pthread_attr_t* attributes,
                                 void* (*run)(void*), void* arg) {
  thread_start* start = faults_strike(FAULTS_THREAD) ? NULL : malloc(sizeof *start);
  if (start == NULL) return EAGAIN;
  *start = (thread_start){run, arg};
  atomic_fetch_add(&threads, 1);
  int error = pthread_create(id, attributes, thread_main, start);
  if (error == 0) return 0;
  atomic_fetch_sub(&threads, 1);
  free(start);
  return error;
}

/* ---- The ledger ----------------------------------------------------------------------------- */

static atomic_uint entries[FAULTS_ENTRIES];

EXPORT void faults_note(enum faults_entry entry) {
  atomic_fetch_add(&entries[entry], 1);
}

/* ---- For JavaScript: failures of these calls are those of the harness ------------------------ */

static napi_value number(napi_env env, double value) {
  napi_value result = NULL;
  napi_create_double(env, value, &result);
  return result;
}

/* arm(kind, at, lasts) */
static napi_value arm(napi_env env, napi_callback_info info) {
  napi_value argv[3];
  size_t argc = 3;
  uint32_t kind = 0, at = 0;
  bool lasts = false;
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  napi_get_value_uint32(env, argv[0], &kind);
  napi_get_value_uint32(env, argv[1], &at);
  napi_get_value_bool(env, argv[2], &lasts);
  atomic_store(&plan_at, at);
  atomic_store(&plan_lasts, lasts);
  atomic_store(&plan_passed, 0);
  plan_frame_count = 0;
  atomic_store(&plan_waits, false);
  atomic_store(&plan_released, false);
  atomic_store(&plan_kind, (int) kind);
  return NULL;
}

/* struck(): whether a thread was ended. */
static napi_value struck(napi_env env, napi_callback_info info) {
  napi_value result = NULL;
  (void) info;
  napi_get_boolean(env, atomic_load(&plan_released), &result);
  return result;
}

/* disarm(): how many calls of the kind there were. */
static napi_value disarm(napi_env env, napi_callback_info info) {
  (void) info;
  atomic_store(&plan_kind, FAULTS_NONE);
  return number(env, atomic_load(&plan_passed));
}

/* waits(): whether a thread waits in front of a call to be ended there. */
static napi_value waits(napi_env env, napi_callback_info info) {
  napi_value result = NULL;
  (void) info;
  napi_get_boolean(env, atomic_load(&plan_waits) && !atomic_load(&plan_released), &result);
  return result;
}

static napi_value release(napi_env env, napi_callback_info info) {
  (void) env;
  (void) info;
  atomic_store(&plan_released, true);
  return NULL;
}

/* held(): [blocks, threads, entries ...] */
static napi_value held(napi_env env, napi_callback_info info) {
  napi_value array = NULL;
  double blocks = 0;
  (void) info;
  pthread_mutex_lock(&list_lock);
  for (const block* at = list.next; at != &list; at = at->next) blocks++;
  pthread_mutex_unlock(&list_lock);
  napi_create_array(env, &array);
  napi_set_element(env, array, 0, number(env, blocks));
  napi_set_element(env, array, 1, number(env, atomic_load(&threads)));
  for (uint32_t i = 0; i < FAULTS_ENTRIES; i++) {
    napi_set_element(env, array, 2 + i, number(env, atomic_load(&entries[i])));
  }
  return array;
}

/* Appends the place of an address in the addon under test, by which addr2line finds it. */
static void append_place(napi_env env, napi_value array, const void* address) {
  Dl_info found, own;
  uint32_t len = 0;
  if (dladdr(address, &found) == 0 || dladdr((const void*) &plan_kind, &own) == 0) return;
  if (found.dli_fbase == own.dli_fbase || strstr(found.dli_fname, "addon.node") == NULL) return;
  napi_get_array_length(env, array, &len);
  uintptr_t offset = (uintptr_t) address - (uintptr_t) found.dli_fbase;
  napi_set_element(env, array, len, number(env, (double) offset));
}

/* places(): of the blocks of memory that are held. */
static napi_value places(napi_env env, napi_callback_info info) {
  napi_value array = NULL;
  (void) info;
  napi_create_array(env, &array);
  pthread_mutex_lock(&list_lock);
  for (const block* at = list.next; at != &list; at = at->next) append_place(env, array, at->site);
  pthread_mutex_unlock(&list_lock);
  return array;
}

/* frames(): the calls that led to the first failure, the innermost first. */
static napi_value frames(napi_env env, napi_callback_info info) {
  napi_value array = NULL;
  (void) info;
  napi_create_array(env, &array);
  for (int i = 0; i < plan_frame_count; i++) append_place(env, array, plan_frames[i]);
  return array;
}

static void define(napi_env env, napi_value exports, const char* name, napi_callback call) {
  napi_value function = NULL;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, call, NULL, &function);
  napi_set_named_property(env, exports, name, function);
}

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  define(env, exports, "arm", arm);
  define(env, exports, "disarm", disarm);
  define(env, exports, "waits", waits);
  define(env, exports, "struck", struck);
  define(env, exports, "release", release);
  define(env, exports, "held", held);
  define(env, exports, "places", places);
  define(env, exports, "frames", frames);
  return exports;
}
