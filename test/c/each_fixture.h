/* each_fixture.h: jobs whose loops have their helpers from a pool of the test. */
#ifndef EACH_FIXTURE_H
#define EACH_FIXTURE_H

#include "pool_fixture.h"

typedef struct looper {
  oli_pool* helpers; /* NULL: none */
  int (*execute)(ol_job* job, struct looper* self);
  void* arg;
} looper;

static int looper_execute(ol_job* job, void* state) {
  looper* self = state;
  return self->execute(job, self);
}

static const ol_worker looper_worker = {OL_WORKER("looper", looper, looper_execute)};

static oli_pool* looper_helpers(ol_job* job) {
  return ((looper*) job->state)->helpers;
}

static bool looper_unqueue(ol_job* job) {
  (void) job;
  return false;
}

static void looper_home(ol_job* job) {
  (void) job;
}

static const oli_job_kind looper_kind = {
  sizeof(oli_job_kind), looper_unqueue, looper_home, NULL, NULL, looper_helpers};

static inline ol_job* looper_new(oli_pool* helpers, int (*execute)(ol_job* job, looper* self),
                                 void* arg) {
  ol_job* job = oli_job_new(&looper_kind, &looper_worker);
  CHECK(job != NULL);
  *(looper*) job->state = (looper){helpers, execute, arg};
  return job;
}

/* Runs a job on this thread; how it ended. */
static inline int looper_run(oli_pool* helpers, int (*execute)(ol_job* job, looper* self),
                             void* arg) {
  ol_job* job = looper_new(helpers, execute, arg);
  CHECK(oli_job_run(job, NULL));
  int status = ol_status(job);
  oli_job_free(job);
  return status;
}

#endif
