/* with: plat.c arena.c failure.c timer.c job.c */
/* armed, fired and disarmed 100000 times, the stop function never runs after disarming */
#include "job.h"

#include "job_fixture.h"

#define JOBS 100000
#define LAG 64        /* steps that either side lingers, at most */
#define PATIENCE 5000 /* looks for the other thread, which may not be running just now */

/* What a stop function may touch: it is there from arming to disarming, and no longer. */
typedef struct wake {
  atomic_bool there;
  atomic_int fired;
} wake;

typedef struct race_state {
  wake wake;
  uint32_t seed;
  bool ran;
} race_state;

static atomic_int current = -1; /* the job that runs, for the thread that stops */
static atomic_int awaited;      /* the job that this thread will stop next */
static atomic_int fires;
static int unarmed, woken, missed; /* jobs, by what became of their stop function */
static int skipped;                /* stopped before they ran */
static ol_job* jobs[JOBS];

static void linger(uint32_t* seed) {
  for (uint32_t i = check_random(seed) % LAG; i > 0; i--) oli_thread_self();
}

static void wake_fire(void* arg) {
  wake* self = arg;
  CHECK(atomic_load(&self->there));
  uint32_t seed = (uint32_t) atomic_fetch_add(&fires, 1) + 1;
  atomic_fetch_add(&self->fired, 1);
  linger(&seed);
  CHECK(atomic_load(&self->there));
}

static void wake_count(const wake* self, int armed) {
  int fired = atomic_load(&self->fired);
  CHECK(fired <= 1 && (armed == OL_OK || fired == 0));
  if (armed != OL_OK) {
    unarmed++;
  } else if (fired == 1) {
    woken++;
  } else {
    missed++;
  }
}

static int race_execute(ol_job* job, void* state) {
  race_state* s = state;
  s->ran = true;
  linger(&s->seed);
  atomic_store(&s->wake.there, true);
  int armed = ol_on_stop(job, wake_fire, &s->wake);
  linger(&s->seed);
  ol_on_stop(job, NULL, NULL);
  atomic_store(&s->wake.there, false);
  linger(&s->seed);
  wake_count(&s->wake, armed);
  return OL_OK;
}

static const ol_worker racer = {OL_WORKER("racer", race_state, race_execute)};

static void aborting_loop(void* arg) {
  uint32_t seed = 99;
  int next = 0;
  (void) arg;
  while (next < JOBS) {
    int now = atomic_load(&current);
    if (now < next) continue;
    linger(&seed);
    oli_job_stop(jobs[now], OL_CANCELLED);
    next = now + 1;
    atomic_store(&awaited, next);
  }
}

/* Both start together, most of the time. */
static void await_loop(int number) {
  for (int i = 0; i < PATIENCE && atomic_load(&awaited) < number; i++) continue;
}

int main(void) {
  oli_thread loop;
  for (int i = 0; i < JOBS; i++) {
    jobs[i] = fixture_job(&racer);
    ((race_state*) jobs[i]->state)->seed = (uint32_t) i + 1;
  }
  CHECK(oli_thread_start(&loop, "loop", aborting_loop, NULL) == 0);
  for (int i = 0; i < JOBS; i++) {
    await_loop(i);
    atomic_store(&current, i);
    oli_job_run(jobs[i], NULL);
    if (!((race_state*) jobs[i]->state)->ran) skipped++;
  }
  oli_thread_join(loop);
  for (int i = 0; i < JOBS; i++) oli_job_free(jobs[i]);
  CHECK(woken > 0 && missed > 0);
  CHECK(unarmed + woken + missed + skipped == JOBS);
  return 0;
}
