/* inject.h: what the addon under test shares with the addon that lets its calls fail.
 *
 * inject.node is loaded once by the process. The addon under test is linked against it and compiled
 * with names.h, which scripts/faults.js writes: every allocation, every creation of a thread and
 * every function of Node-API goes through a wrapper here. A wrapper asks faults_strike whether this
 * is the call that is to fail. */
#ifndef FAULTS_INJECT_H
#define FAULTS_INJECT_H

#include <node_api.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* What may fail. The order is that of KINDS in faults.js. */
enum faults_kind {
  FAULTS_NONE,
  FAULTS_MEMORY,    /* malloc, calloc, realloc give NULL */
  FAULTS_THREAD,    /* pthread_create gives EAGAIN */
  FAULTS_EXCEPTION, /* a function of Node-API that may run JavaScript: an exception is pending */
  FAULTS_FAILURE,   /* one that allocates outside of the engine's heap: napi_generic_failure */
  FAULTS_END        /* in front of one that may run JavaScript: execution is ended from outside */
};

/* What the author's functions in addon.c count. Each pair is equal once all is over. */
enum faults_entry {
  FAULTS_STATE_MADE,
  FAULTS_STATE_DESTROYED,
  FAULTS_BOX_OPENED,
  FAULTS_BOX_CLOSED,
  FAULTS_DATA_ADOPTED,
  FAULTS_DATA_FREED,
  FAULTS_ENTRIES
};

void faults_note(enum faults_entry entry);

/* True: the caller is to fail as [kind] does. Any thread. */
bool faults_strike(enum faults_kind kind);

/* Waits where execution is to be ended. */
void faults_strike_looking(void);

/* The same, and true: as faults_strike(FAULTS_EXCEPTION), and the exception was thrown. */
bool faults_strike_running(napi_env env);

/* The same for calls of functions. Those that the loop makes by itself, with an empty stack, are of
 * the layer, which catches what the user's functions throw: nothing can be thrown there. */
bool faults_strike_call(napi_env env);

/* These note while the loop is inside the callback that they are given. Of functions this is the
 * layer's nextTurn, which setImmediate calls. */
napi_status faults_napi_create_function(napi_env env, const char* name, size_t len,
                                        napi_callback call, void* data, napi_value* result);
napi_status faults_napi_create_async_work(napi_env env, napi_value resource, napi_value name,
                                          napi_async_execute_callback execute,
                                          napi_async_complete_callback complete, void* data,
                                          napi_async_work* result);
napi_status faults_napi_create_threadsafe_function(
  napi_env env, napi_value function, napi_value resource, napi_value name, size_t queue_max,
  size_t threads, void* finalize_data, napi_finalize finalize, void* context,
  napi_threadsafe_function_call_js call_js, napi_threadsafe_function* result);

void* faults_malloc(size_t size);
void* faults_calloc(size_t count, size_t size);
void* faults_realloc(void* data, size_t size);
void faults_free(void* data);
int faults_pthread_create(pthread_t* id, const pthread_attr_t* attributes, void* (*run)(void*),
                          void* arg);

#endif
