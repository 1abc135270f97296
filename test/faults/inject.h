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

/* True: as faults_strike(FAULTS_EXCEPTION), and the exception was thrown. Waits in front of a
 * function that runs JavaScript where execution is to be ended there. */
bool faults_strike_running(napi_env env);

void* faults_malloc(size_t size);
void* faults_calloc(size_t count, size_t size);
void* faults_realloc(void* data, size_t size);
void faults_free(void* data);
int faults_pthread_create(pthread_t* id, const pthread_attr_t* attributes, void* (*run)(void*),
                          void* arg);

#endif
