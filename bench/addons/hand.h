/* The jobs written by hand against Node-API, as an experienced author would write them: one
 * allocation a job, every status checked, nothing cached that the manual does not ask to cache.
 *
 * A job belongs to the loop. The pool's thread runs `run` alone, between napi_queue_async_work and
 * the complete callback, which frees the job. Whoever fails before the job is queued frees it
 * too. */
#ifndef BENCH_HAND_H
#define BENCH_HAND_H

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>

enum { HAND_ARGS = 2 }; /* the most that a kind of job takes before the callback */

typedef struct hand_job hand_job;

typedef struct {
  const char* name;
  size_t size; /* of the struct of such a job, which begins with a hand_job and is zeroed */
  size_t argc;

  bool (*read)(napi_env env, const napi_value* argv, hand_job* job); /* false: it has thrown */
  void (*run)(hand_job* job);                                        /* on the pool's thread */
  napi_status (*write)(napi_env env, const hand_job* job, napi_value* result);
  void (*clear)(napi_env env, hand_job* job); /* also after a failed read; NULL: owns nothing */
} hand_kind;

struct hand_job {
  const hand_kind* kind;
  napi_async_work work;
  napi_deferred deferred; /* promise form */
  napi_ref callback;      /* callback form */
};

extern const hand_kind hand_kinds[];
extern const size_t hand_kinds_len;

/* Throws what Node-API last failed with, unless something is thrown already. */
void hand_throw_last(napi_env env);

#endif
