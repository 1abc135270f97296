/* timer.c: deadlines.
 *
 * Shape: an intrusive pairing heap, so that arming allocates nothing, and one thread that sleeps
 * until the earliest deadline. Arming is O(1), disarming O(log n) on average.
 *
 * State: one for the process (for each addon's own copy), guarded by [lock]. A timer's own members
 * belong to it too, except [fire], which its owner writes before it arms it.
 *
 * Invariants, whenever the lock is free:
 *   - a timer is armed exactly while it is in the heap, and no child is due before its parent
 *   - while the heap has a timer, the thread is alive
 *   - [wakes_ns] is when the sleeping thread wakes by itself, not later than the earliest deadline;
 *     0 while it does not sleep, since it then looks before it sleeps
 *
 * Firing: the thread takes a timer out, and calls it with the lock free. From then on it never
 * reads that timer again, because fire may have freed it, but for one case: a disarm that waits for
 * this very fire proves by waiting that the timer lives, and has what fire armed again taken out.
 *
 * Lock order: this lock is the last one; nothing is called with it held. A disarm waits for a fire,
 * so its caller must hold nothing that fire takes.
 *
 * The end: the thread is detached and nothing waits for it at the end of the process. It touches
 * only static memory while it sleeps, and the library that it runs in is pinned (oli_pin_library)
 * before the first job. After a second with an empty heap and nothing armed it goes away, and
 * leaves nothing behind. */
#include "timer.h"

#include "offloop.h"

#define TIMER_IDLE_NS UINT64_C(1000000000)

static struct {
  oli_mutex lock;
  oli_cond wake; /* the thread sleeps here */
  oli_cond done; /* a disarm waits here for the fire that runs */
  bool ready;    /* the conditions are made */
  bool alive;    /* there is a thread, and it has not decided to end */
  bool used;     /* something was armed since the thread last looked */
  bool revoked;  /* the running timer was disarmed while it ran */
  uint64_t wakes_ns;
  uint64_t fired; /* fires that have returned */
  uintptr_t self; /* the thread, once it runs */
  oli_timer* earliest;
  oli_timer* running; /* only an address: it may be gone */
} timers = {.lock = OLI_MUTEX_INIT};

/* ---- The heap ------------------------------------------------------------------------------ */

/* Of a timer's children, [child] is the first, [next] goes from one to the other, and [prev] back,
 * from the first one to the parent. A root has neither next nor prev. */

/* One heap of two, each of which may be NULL. */
static oli_timer* timer_join(oli_timer* first, oli_timer* second) {
  if (first == NULL) return second;
  if (second == NULL) return first;
  if (second->due_ns < first->due_ns) {
    oli_timer* swapped = first;
    first = second;
    second = swapped;
  }
  second->prev = first;
  second->next = first->child;
  if (first->child != NULL) first->child->prev = second;
  first->child = second;
  return first;
}

/* Takes the first of some siblings off, as a root. NULL: there are none. */
static oli_timer* timer_shift(oli_timer** siblings) {
  oli_timer* first = *siblings;
  if (first == NULL) return NULL;
  *siblings = first->next;
  first->next = first->prev = NULL;
  return first;
}

/* One heap of all siblings: joined in pairs first, then the pairs, which is what keeps taking out
 * cheap on average. Without recursion, for there may be a million of them. */
static oli_timer* timer_gather(oli_timer* siblings) {
  oli_timer* pairs = NULL;
  while (siblings != NULL) {
    oli_timer* first = timer_shift(&siblings);
    oli_timer* pair = timer_join(first, timer_shift(&siblings));
    pair->next = pairs;
    pairs = pair;
  }
  oli_timer* root = NULL;
  while (pairs != NULL) {
    oli_timer* pair = timer_shift(&pairs);
    root = timer_join(root, pair);
  }
  return root;
}

/* Cuts a timer that is not the root, with all below it, off its parent and siblings. */
static void timer_cut(oli_timer* timer) {
  oli_timer* before = timer->prev;
  if (before->child == timer) {
    before->child = timer->next;
  } else {
    before->next = timer->next;
  }
  if (timer->next != NULL) timer->next->prev = before;
  timer->next = timer->prev = NULL;
}

static void timer_insert(oli_timer* timer) {
  timer->armed = true;
  timers.earliest = timer_join(timers.earliest, timer);
}

/* Nothing to do for one that is not armed. */
static void timer_remove(oli_timer* timer) {
  if (!timer->armed) return;
  timer->armed = false;
  oli_timer* below = timer_gather(timer->child);
  timer->child = NULL;
  if (timer == timers.earliest) {
    timers.earliest = below;
  } else {
    timer_cut(timer);
    timers.earliest = timer_join(timers.earliest, below);
  }
}

/* ---- The thread ---------------------------------------------------------------------------- */

/* Fires the earliest timer. The lock is held before and after, not meanwhile. */
static void timer_fire(void) {
  oli_timer* timer = timers.earliest;
  timer_remove(timer);
  timers.running = timer;
  timers.revoked = false;
  oli_mutex_unlock(&timers.lock);
  timer->fire(timer);
  oli_mutex_lock(&timers.lock);
  if (timers.revoked) timer_remove(timer);
  timers.running = NULL;
  timers.fired++;
  oli_cond_broadcast(&timers.done);
}

/* Sleeps until the earliest deadline, a second at most: so a deadline that is disarmed does not
 * keep the thread, and arming one that is further away than that need not wake it. False: there
 * was nothing to do for that second. */
static bool timer_sleep(uint64_t now_ns) {
  bool idle = timers.earliest == NULL;
  timers.wakes_ns = now_ns + TIMER_IDLE_NS;
  if (!idle && timers.earliest->due_ns < timers.wakes_ns) timers.wakes_ns = timers.earliest->due_ns;
  timers.used = false;
  bool woken = oli_cond_wait_until(&timers.wake, &timers.lock, timers.wakes_ns);
  timers.wakes_ns = 0;
  return woken || !idle || timers.used;
}

static void timer_serve(void* unused) {
  (void) unused;
  oli_mutex_lock(&timers.lock);
  timers.self = oli_thread_self();
  bool busy = true;
  while (busy) {
    uint64_t now_ns = oli_now_ns();
    if (timers.earliest != NULL && timers.earliest->due_ns <= now_ns) {
      timer_fire();
    } else {
      busy = timer_sleep(now_ns);
    }
  }
  timers.alive = false;
  oli_mutex_unlock(&timers.lock);
}

/* The new thread waits for the lock that its maker holds. */
static bool timer_ensure_thread(void) {
  if (timers.alive) return true;
  if (!timers.ready) {
    oli_cond_init(&timers.wake);
    oli_cond_init(&timers.done);
    timers.ready = true;
  }
  oli_thread thread;
  if (oli_thread_start(&thread, "offloop-timer", timer_serve, NULL) != 0) return false;
  oli_thread_detach(thread);
  timers.alive = true;
  return true;
}

/* ---- What others call ---------------------------------------------------------------------- */

int oli_timer_arm(oli_timer* timer, uint64_t due_ns) {
  oli_mutex_lock(&timers.lock);
  bool able = timer_ensure_thread();
  if (able) {
    timer_remove(timer);
    timer->due_ns = due_ns;
    timer_insert(timer);
    timers.used = true;
    if (due_ns < timers.wakes_ns) {
      timers.wakes_ns = 0; /* woken once is enough */
      oli_cond_signal(&timers.wake);
    }
  }
  oli_mutex_unlock(&timers.lock);
  return able ? OL_OK : OL_NO_MEMORY;
}

/* Waits for the one fire that runs, by counting fires and not by the timer: the thread may have
 * taken up the next, at the same address even, before this one wakes. */
void oli_timer_disarm(oli_timer* timer) {
  oli_mutex_lock(&timers.lock);
  timer_remove(timer);
  if (timers.running == timer && timers.self != oli_thread_self()) {
    uint64_t fired = timers.fired;
    timers.revoked = true;
    while (timers.fired == fired) oli_cond_wait(&timers.done, &timers.lock);
  }
  oli_mutex_unlock(&timers.lock);
}
