/* job_fixture.h: a job outside any environment, for the C tests: what is behind it, a queue and a
 * way home, only counts. */
#ifndef JOB_FIXTURE_H
#define JOB_FIXTURE_H

#include "check.h"
#include "job.h"

static bool fixture_queued; /* whether a job waits in the queue */
static int fixture_homes;   /* jobs that were sent home by a stop */

static bool fixture_unqueue(ol_job* job) {
  bool queued = fixture_queued;
  (void) job;
  fixture_queued = false;
  return queued;
}

static void fixture_home(ol_job* job) {
  CHECK(atomic_load(&job->status) != OLI_NOT_OVER);
  fixture_homes++;
}

static const oli_job_kind fixture_kind = {
  sizeof(oli_job_kind), fixture_unqueue, fixture_home, NULL, NULL, NULL};

static inline ol_job* fixture_job(const ol_worker* worker) {
  ol_job* job = oli_job_new(&fixture_kind, worker);
  CHECK(job != NULL);
  job->accepted = true;
  return job;
}

#endif
