/* with: plat.c */
/* a timer fires once, in order, not early, and never after its disarming has returned */
#include "plat.h"

/* The timers are compiled in here with a system that can be out of threads, and with their state in
 * sight. */
static bool out_of_threads;

static int scarce_thread_start(oli_thread* thread, const char* name, void (*run)(void*),
                               void* arg) {
  return out_of_threads ? -1 : oli_thread_start(thread, name, run, arg);
}

#define oli_thread_start scarce_thread_start
#include "../../src/timer.c"
#undef oli_thread_start

#include "check.h"
#include "list.h"
#include "nap.h"

#define NS_PER_MS UINT64_C(1000000)
#define FAR_NS (UINT64_C(3600) * 1000 * NS_PER_MS)

/* A timer that counts. [timer] is first. */
typedef struct probe {
  oli_timer timer;
  atomic_int fired;
  atomic_bool early;
} probe;

static void probe_count(oli_timer* timer) {
  atomic_fetch_add(&OLI_OF(timer, probe, timer)->fired, 1);
}

/* Not for a timer that may be armed again meanwhile: that writes due_ns. */
static void probe_fire(oli_timer* timer) {
  probe* at = OLI_OF(timer, probe, timer);
  if (oli_now_ns() < timer->due_ns) atomic_store(&at->early, true);
  probe_count(timer);
}

static void arm_in(oli_timer* timer, uint64_t ns) {
  CHECK(oli_timer_arm(timer, oli_now_ns() + ns) == OL_OK);
}

/* Returns when all that was due has fired. */
static void pass(void) {
  probe last = {.timer.fire = probe_fire};
  arm_in(&last.timer, 0);
  NAP_UNTIL(atomic_load(&last.fired) == 1);
  oli_timer_disarm(&last.timer);
}

/* ---- One timer ----------------------------------------------------------------------------- */

static void without_a_thread_arming_fails_and_can_be_repeated(void) {
  probe one = {.timer.fire = probe_fire};
  out_of_threads = true;
  CHECK(oli_timer_arm(&one.timer, 0) == OL_NO_MEMORY);
  CHECK(!one.timer.armed);
  oli_timer_disarm(&one.timer);
  out_of_threads = false;
  CHECK(oli_timer_arm(&one.timer, 0) == OL_OK);
  NAP_UNTIL(atomic_load(&one.fired) == 1);
  oli_timer_disarm(&one.timer);
}

static void a_timer_fires_once_and_not_early(void) {
  probe one = {.timer.fire = probe_fire};
  arm_in(&one.timer, 3 * NS_PER_MS);
  NAP_UNTIL(atomic_load(&one.fired) == 1);
  pass();
  oli_timer_disarm(&one.timer);
  CHECK(atomic_load(&one.fired) == 1 && !atomic_load(&one.early));
}

static void a_disarmed_timer_does_not_fire(void) {
  probe one = {.timer.fire = probe_fire};
  oli_timer_disarm(&one.timer);
  arm_in(&one.timer, 2 * NS_PER_MS);
  oli_timer_disarm(&one.timer);
  oli_timer_disarm(&one.timer);
  int fired = atomic_load(&one.fired); /* 1 on a machine that slept meanwhile */
  nap_ms(4);
  pass();
  CHECK(atomic_load(&one.fired) == fired);
}

static void an_armed_timer_can_be_moved(void) {
  probe sooner = {.timer.fire = probe_fire}, later = {.timer.fire = probe_fire};
  arm_in(&sooner.timer, FAR_NS);
  arm_in(&sooner.timer, 0);
  NAP_UNTIL(atomic_load(&sooner.fired) == 1);
  arm_in(&later.timer, FAR_NS);
  arm_in(&later.timer, 2 * FAR_NS);
  pass();
  CHECK(atomic_load(&later.fired) == 0 && later.timer.armed);
  oli_timer_disarm(&later.timer);
  oli_timer_disarm(&sooner.timer);
}

static void fire_and_free(oli_timer* timer) {
  free(OLI_OF(timer, probe, timer));
}

static void a_timer_may_free_itself(void) {
  for (int i = 0; i < 200; i++) {
    probe* one = calloc(1, sizeof *one);
    one->timer.fire = fire_and_free;
    arm_in(&one->timer, 0);
  }
  pass();
}

/* ---- Disarming while it fires -------------------------------------------------------------- */

/* A timer whose fire stays inside until it is let go. */
typedef struct gate {
  oli_timer timer;
  atomic_bool entered, open, left;
} gate;

static void gate_fire(oli_timer* timer) {
  gate* at = OLI_OF(timer, gate, timer);
  atomic_store(&at->entered, true);
  NAP_UNTIL(atomic_load(&at->open));
  nap_ms(2);
  atomic_store(&at->left, true);
}

static void gate_shut(gate* at) {
  *at = (gate){.timer.fire = gate_fire};
  arm_in(&at->timer, 0);
  NAP_UNTIL(atomic_load(&at->entered));
}

static void disarming_waits_for_a_running_fire(void) {
  gate at;
  gate_shut(&at);
  atomic_store(&at.open, true);
  oli_timer_disarm(&at.timer);
  CHECK(atomic_load(&at.left));
}

static void disarming_another_timer_does_not_wait(void) {
  gate at;
  probe one = {.timer.fire = probe_fire};
  gate_shut(&at);
  arm_in(&one.timer, 0);
  oli_timer_disarm(&one.timer); /* would hang if it waited for the gate */
  CHECK(!atomic_load(&at.left));
  atomic_store(&at.open, true);
  oli_timer_disarm(&at.timer);
  pass();
  CHECK(atomic_load(&one.fired) == 0);
}

/* A timer that arms itself again for ever. */
static void again_fire(oli_timer* timer) {
  probe_fire(timer);
  CHECK(oli_timer_arm(timer, 0) == OL_OK);
}

static void disarming_ends_a_timer_that_arms_itself_again(void) {
  for (int i = 0; i < 300; i++) {
    probe one = {.timer.fire = again_fire};
    arm_in(&one.timer, 0);
    if (i % 2 == 0) NAP_UNTIL(atomic_load(&one.fired) > 3);
    oli_timer_disarm(&one.timer);
    int fired = atomic_load(&one.fired);
    pass();
    CHECK(atomic_load(&one.fired) == fired && !one.timer.armed);
  }
}

/* Arms itself again at the end of a fire during which it was disarmed. */
static void stubborn_fire(oli_timer* timer) {
  gate_fire(timer);
  CHECK(oli_timer_arm(timer, 0) == OL_OK);
}

static void disarm_gate(void* at) {
  oli_timer_disarm(&((gate*) at)->timer);
}

static bool gate_revoked(void) {
  oli_mutex_lock(&timers.lock);
  bool revoked = timers.revoked;
  oli_mutex_unlock(&timers.lock);
  return revoked;
}

static void arming_in_a_fire_that_was_disarmed_is_undone(void) {
  gate at = {.timer.fire = stubborn_fire};
  oli_thread threads[2];
  arm_in(&at.timer, 0);
  NAP_UNTIL(atomic_load(&at.entered));
  for (int i = 0; i < 2; i++) {
    CHECK(oli_thread_start(&threads[i], "disarm", disarm_gate, &at) == 0);
  }
  NAP_UNTIL(gate_revoked());
  atomic_store(&at.open, true);
  for (int i = 0; i < 2; i++) oli_thread_join(threads[i]);
  atomic_store(&at.left, false);
  pass();
  CHECK(!atomic_load(&at.left) && !at.timer.armed);
}

typedef struct pair {
  oli_timer first, second;
  atomic_int fired;
} pair;

static void pair_fire(oli_timer* timer) {
  pair* both = OLI_OF(timer, pair, first);
  oli_timer_arm(timer, 0);
  oli_timer_disarm(timer);
  oli_timer_disarm(&both->second);
  atomic_fetch_add(&both->fired, 1);
}

static void a_fire_may_disarm_itself_and_others(void) {
  pair both = {.first.fire = pair_fire, .second.fire = pair_fire};
  gate at;
  gate_shut(&at);
  CHECK(oli_timer_arm(&both.first, 0) == OL_OK && oli_timer_arm(&both.second, 1) == OL_OK);
  atomic_store(&at.open, true);
  NAP_UNTIL(atomic_load(&both.fired) == 1);
  pass();
  oli_timer_disarm(&both.first);
  oli_timer_disarm(&at.timer);
  CHECK(atomic_load(&both.fired) == 1);
}

/* ---- Many timers --------------------------------------------------------------------------- */

enum { MANY = 5000 };

static uint64_t order[MANY];
static int ordered; /* written by the timer thread only */

static void order_fire(oli_timer* timer) {
  probe_fire(timer);
  order[ordered++] = timer->due_ns;
}

/* They are armed, moved and disarmed while the thread is held up, so that the order is exact. */
static void timers_fire_in_the_order_of_their_times(void) {
  static probe probes[MANY];
  gate at;
  uint32_t seed = 3;
  int expected = 0;
  gate_shut(&at);
  for (int i = 0; i < 3 * MANY; i++) {
    probe* one = &probes[i % MANY];
    one->timer.fire = order_fire;
    CHECK(oli_timer_arm(&one->timer, 1 + check_random(&seed) % MANY) == OL_OK);
    if (i % 3 == 0) oli_timer_disarm(&probes[check_random(&seed) % MANY].timer);
  }
  for (int i = 0; i < MANY; i++) expected += probes[i].timer.armed;
  atomic_store(&at.open, true);
  oli_timer_disarm(&at.timer);
  probe last = {.timer.fire = probe_fire};
  CHECK(oli_timer_arm(&last.timer, MANY + 1) == OL_OK);
  NAP_UNTIL(atomic_load(&last.fired) == 1);
  oli_timer_disarm(&last.timer);
  CHECK(ordered == expected && expected > MANY / 4);
  for (int i = 1; i < ordered; i++) CHECK(order[i - 1] <= order[i]);
  for (int i = 0; i < MANY; i++) CHECK(atomic_load(&probes[i].fired) <= 1);
}

enum { THREADS = 4, EACH = 1000, ROUNDS = 8 };

/* How often a timer has fired for certain, as its owner's last act left it. */
typedef struct promise {
  probe probe;
  int at_least, at_most;
} promise;

/* After a disarm the count stands still; after one fresh arming it goes up by one; an arming that
 * moves a timer which was about to fire may add one. */
static void act(promise* on, uint32_t* seed) {
  uint32_t dice = check_random(seed);
  oli_timer_disarm(&on->probe.timer);
  on->at_least = on->at_most = atomic_load(&on->probe.fired);
  if (dice % 4 == 0) return;
  bool moved = dice % 4 == 1, far = dice % 4 == 2;
  if (far) arm_in(&on->probe.timer, FAR_NS);
  if (moved) arm_in(&on->probe.timer, dice / 4 % (2 * NS_PER_MS));
  arm_in(&on->probe.timer, dice / 16 % (3 * NS_PER_MS));
  on->at_least++;
  on->at_most += moved ? 2 : 1;
}

static void act_at_random(void* arg) {
  promise* promises = arg;
  uint32_t seed = (uint32_t) (uintptr_t) arg | 1;
  for (int i = 0; i < EACH; i++) promises[i].probe.timer.fire = probe_count;
  for (int i = 0; i < EACH * ROUNDS; i++) act(&promises[check_random(&seed) % EACH], &seed);
}

static void each_armed_timer_of_many_threads_fires_once(void) {
  static promise promises[THREADS][EACH];
  oli_thread threads[THREADS];
  for (int i = 0; i < THREADS; i++) {
    CHECK(oli_thread_start(&threads[i], "armer", act_at_random, promises[i]) == 0);
  }
  for (int i = 0; i < THREADS; i++) oli_thread_join(threads[i]);
  nap_ms(4);
  pass();
  for (int i = 0; i < THREADS * EACH; i++) {
    promise* on = &promises[i / EACH][i % EACH];
    int fired = atomic_load(&on->probe.fired);
    CHECK(fired >= on->at_least && fired <= on->at_most);
    CHECK(!on->probe.timer.armed);
  }
}

/* ---- The thread ---------------------------------------------------------------------------- */

static bool thread_alive(void) {
  oli_mutex_lock(&timers.lock);
  bool alive = timers.alive;
  oli_mutex_unlock(&timers.lock);
  return alive;
}

static void an_idle_thread_goes_away_and_comes_back(void) {
  probe one = {.timer.fire = probe_fire};
  arm_in(&one.timer, FAR_NS);
  CHECK(thread_alive());
  oli_timer_disarm(&one.timer);
  NAP_UNTIL(!thread_alive());
  arm_in(&one.timer, 0);
  CHECK(thread_alive());
  NAP_UNTIL(atomic_load(&one.fired) == 1);
  oli_timer_disarm(&one.timer);
}

/* The program ends while the thread sleeps. */
int main(void) {
  without_a_thread_arming_fails_and_can_be_repeated();
  a_timer_fires_once_and_not_early();
  a_disarmed_timer_does_not_fire();
  an_armed_timer_can_be_moved();
  a_timer_may_free_itself();
  disarming_waits_for_a_running_fire();
  disarming_another_timer_does_not_wait();
  disarming_ends_a_timer_that_arms_itself_again();
  arming_in_a_fire_that_was_disarmed_is_undone();
  a_fire_may_disarm_itself_and_others();
  timers_fire_in_the_order_of_their_times();
  each_armed_timer_of_many_threads_fires_once();
  an_idle_thread_goes_away_and_comes_back();
  return 0;
}
