/* with: plat.c arena.c failure.c timer.c job.c queue.c pool.c */
/* a gate lets so many jobs in at once, the others by priority and order, and no stopped one */
#include "../../src/gate.c"

#include "pool_fixture.h"

enum { PLACES = 3, JOBS = 400, PUSHERS = 4, ROUNDS = 15 };

static oli_gate gate;

/* ---- On one thread ------------------------------------------------------------------------- */

static ol_job* sent[JOBS];
static int sent_count;

static void note_sent(ol_job* job) {
  CHECK(job->gate == &gate && sent_count < JOBS);
  sent[sent_count++] = job;
}

static int gate_homes;

static bool gated_unqueue(ol_job* job) {
  return oli_gate_withdraw(&gate, job);
}

static void gated_home(ol_job* job) {
  CHECK(job->gate == NULL && atomic_load(&job->status) == OL_CANCELLED);
  gate_homes++;
}

static const oli_job_kind gated_kind = {sizeof(oli_job_kind), gated_unqueue, gated_home, NULL,
                                        &work_task,           NULL};

static ol_job* gated_new(int priority) {
  static const ol_worker nothing = {OL_WORKER("nothing", char, NULL)};
  ol_job* job = oli_job_new(&gated_kind, &nothing);
  CHECK(job != NULL);
  job->task.priority = (int8_t) priority;
  return job;
}

static void begin(uint32_t places, void (*send)(ol_job* job)) {
  sent_count = gate_homes = 0;
  oli_gate_init(&gate, places, send);
}

static void end(void) {
  CHECK(gate.taken == 0 && gate.queue.len == 0 && !gate.sending);
  oli_gate_destroy(&gate);
}

/* Jobs of which the first PLACES are in, and the others wait. */
static void fill(ol_job** jobs, int count) {
  for (int i = 0; i < count; i++) {
    jobs[i] = gated_new(0);
    CHECK(oli_gate_enter(&gate, jobs[i]) == (i < PLACES));
    CHECK((jobs[i]->gate == &gate) == (i < PLACES));
  }
}

static void drain(ol_job** jobs, int count, int in) {
  for (int i = 0; i < in; i++) oli_gate_leave(&gate);
  for (int i = 0; i < count; i++) oli_job_free(jobs[i]);
  end();
}

static void so_many_are_in_and_the_others_come_in_their_order(void) {
  ol_job* jobs[10];
  begin(PLACES, note_sent);
  fill(jobs, 10);
  for (int i = PLACES; i < 10; i++) {
    CHECK(gate.taken == PLACES && sent_count == i - PLACES);
    oli_gate_leave(&gate);
    CHECK(sent_count == i - PLACES + 1 && sent[sent_count - 1] == jobs[i]);
  }
  drain(jobs, 10, PLACES);
}

static void urgent_ones_come_first(void) {
  ol_job* jobs[6];
  static const int priorities[] = {0, 0, -1, 0, 2, 1}, order[] = {4, 5, 1, 3, 2};
  begin(1, note_sent);
  for (int i = 0; i < 6; i++) {
    jobs[i] = gated_new(priorities[i]);
    CHECK(oli_gate_enter(&gate, jobs[i]) == (i == 0));
  }
  for (int i = 0; i < 5; i++) {
    oli_gate_leave(&gate);
    CHECK(sent_count == i + 1 && sent[i] == jobs[order[i]]);
  }
  drain(jobs, 6, 1);
}

static void one_who_waits_is_taken_out_by_its_stop(void) {
  ol_job* jobs[6];
  begin(PLACES, note_sent);
  fill(jobs, 6);
  CHECK(oli_job_stop(jobs[4], OL_CANCELLED) == OL_OK && gate_homes == 1);
  CHECK(oli_job_stop(jobs[0], OL_CANCELLED) == OL_OK && gate_homes == 1);
  CHECK(!oli_gate_withdraw(&gate, jobs[4]) && !oli_gate_withdraw(&gate, jobs[0]));
  oli_gate_leave(&gate);
  oli_gate_leave(&gate);
  CHECK(sent_count == 2 && sent[0] == jobs[3] && sent[1] == jobs[5]);
  drain(jobs, 6, PLACES);
}

static void one_who_is_stopped_takes_no_place(void) {
  ol_job* jobs[5];
  begin(PLACES, note_sent);
  fill(jobs, 4);
  jobs[4] = gated_new(0);
  CHECK(oli_job_stop(jobs[4], OL_CANCELLED) == OL_OK && gate_homes == 0);
  CHECK(oli_gate_enter(&gate, jobs[4]) && jobs[4]->gate == NULL);
  CHECK(gate.taken == PLACES && gate.queue.len == 1);
  oli_gate_leave(&gate);
  drain(jobs, 5, PLACES);
}

/* It never stands in the queue, whatever its priority. */
static void one_who_does_not_wait_takes_a_free_place_or_none(void) {
  ol_job* jobs[5];
  begin(PLACES, note_sent);
  fill(jobs, 3);
  jobs[3] = gated_new(OLI_PRIORITY_MAX);
  CHECK(oli_job_make_patience(jobs[3], 0) == OL_OK && oli_job_arm_patience(jobs[3]) == OL_OK);
  CHECK(oli_gate_enter(&gate, jobs[3]) && jobs[3]->gate == NULL);
  CHECK(gate.taken == PLACES && gate.queue.len == 0);
  oli_gate_leave(&gate);
  jobs[4] = gated_new(0);
  CHECK(oli_job_make_patience(jobs[4], 0) == OL_OK);
  CHECK(oli_gate_enter(&gate, jobs[4]) && jobs[4]->gate == &gate && gate.taken == PLACES);
  drain(jobs, 5, PLACES);
}

static int depth, deepest;

/* As a pool that is closed: the job is over at once. */
static void refuse(ol_job* job) {
  if (++depth > deepest) deepest = depth;
  sent[sent_count++] = job;
  oli_gate_leave(&gate);
  depth--;
}

static void many_that_no_pool_takes_do_not_pile_up_on_the_stack(void) {
  static ol_job* jobs[JOBS];
  begin(PLACES, refuse);
  fill(jobs, JOBS);
  oli_gate_leave(&gate);
  CHECK(sent_count == JOBS - PLACES && deepest == 1);
  drain(jobs, JOBS, PLACES - 1);
}

/* ---- On many ------------------------------------------------------------------------------- */

static oli_pool* pool;
static atomic_int at_once, most_at_once, let_in, taken_out;

static void send_to_pool(ol_job* job) {
  CHECK(job->gate == &gate);
  CHECK(work_push(pool, job) == OLI_POOL_PUSHED);
}

static bool crowd_unqueue(ol_job* job) {
  if (!oli_gate_withdraw(&gate, job)) return oli_pool_remove(pool, &job->task);
  atomic_fetch_add(&taken_out, 1);
  return true;
}

static void crowd_home(ol_job* job) {
  bool was_in = job->gate != NULL;
  atomic_fetch_add(&homes, 1);
  if (!was_in) return;
  atomic_fetch_add(&let_in, 1);
  oli_gate_leave(&gate);
}

static int crowd_execute(ol_job* job, void* state) {
  int now = atomic_fetch_add(&at_once, 1) + 1, most = atomic_load(&most_at_once);
  (void) state;
  CHECK(job->gate == &gate && now <= PLACES);
  while (now > most && !atomic_compare_exchange_weak(&most_at_once, &most, now)) continue;
  atomic_fetch_add(&runs, 1);
  atomic_fetch_sub(&at_once, 1);
  return OL_OK;
}

static const ol_worker crowd_worker = {OL_WORKER("crowd", work, crowd_execute)};
static const oli_job_kind crowd_kind = {sizeof(oli_job_kind), crowd_unqueue, crowd_home, NULL,
                                        &work_task,           NULL};

/* Keeps its jobs until the round is over, so that it may stop any of them. */
typedef struct pusher {
  oli_thread thread;
  uint32_t seed;
  ol_job* jobs[JOBS];
} pusher;

static void pusher_run(void* arg) {
  pusher* self = arg;
  for (int i = 0; i < JOBS; i++) {
    uint32_t chance = check_random(&self->seed);
    self->jobs[i] = oli_job_new(&crowd_kind, &crowd_worker);
    CHECK(self->jobs[i] != NULL);
    self->jobs[i]->task.priority = (int8_t) (chance % 5) - 2;
    if (oli_gate_enter(&gate, self->jobs[i])) send_to_pool(self->jobs[i]);
    if (chance % 3 == 0) oli_job_stop(self->jobs[chance % (unsigned) (i + 1)], OL_CANCELLED);
  }
}

static void one_round(uint32_t* seed) {
  static pusher pushers[PUSHERS];
  owner* self = owner_new(1 + check_random(seed) % 6, false, LONG_NS);
  pool = &self->pool;
  oli_gate_init(&gate, PLACES, send_to_pool);
  for (int i = 0; i < PUSHERS; i++) {
    pushers[i].seed = check_random(seed);
    CHECK(oli_thread_start(&pushers[i].thread, "pusher", pusher_run, &pushers[i]) == 0);
  }
  for (int i = 0; i < PUSHERS; i++) oli_thread_join(pushers[i].thread);
  NAP_UNTIL(atomic_load(&homes) == PUSHERS * JOBS && IDLE(self) == THREADS(self));
  end();
  owner_end(self);
  for (int i = 0; i < PUSHERS * JOBS; i++) oli_job_free(pushers[i / JOBS].jobs[i % JOBS]);
}

static void each_job_runs_once_or_is_taken_out(void) {
  uint32_t seed = 3;
  for (int round = 0; round < ROUNDS; round++) one_round(&seed);
  CHECK(atomic_load(&let_in) > 0 && atomic_load(&taken_out) > 0);
  CHECK(atomic_load(&let_in) + atomic_load(&taken_out) <= ROUNDS * PUSHERS * JOBS);
  CHECK(atomic_load(&most_at_once) > 0 && atomic_load(&most_at_once) <= PLACES);
}

int main(void) {
  so_many_are_in_and_the_others_come_in_their_order();
  urgent_ones_come_first();
  one_who_waits_is_taken_out_by_its_stop();
  one_who_is_stopped_takes_no_place();
  one_who_does_not_wait_takes_a_free_place_or_none();
  many_that_no_pool_takes_do_not_pile_up_on_the_stack();
  each_job_runs_once_or_is_taken_out();
  return 0;
}
