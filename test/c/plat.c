/* with: plat.c */
/* threads, locks, waits and the clock keep their word on this system */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif
#include "plat.h"

#include <errno.h>
#include <string.h>

#include "check.h"
#include "nap.h"

#if !defined(_WIN32)
#include <signal.h>
#endif
#if defined(__linux__)
#include <sched.h>
#include <sys/prctl.h>
#endif

enum { THREADS = 4, ROUNDS = 20000 };

#define NS_PER_MS UINT64_C(1000000)

static oli_mutex lock = OLI_MUTEX_INIT;
static int counted; /* guarded by lock */

/* ---- Locks --------------------------------------------------------------------------------- */

static void count_up(void* unused) {
  (void) unused;
  for (int i = 0; i < ROUNDS; i++) {
    oli_mutex_lock(&lock);
    counted++;
    oli_mutex_unlock(&lock);
  }
}

static void a_lock_lets_one_thread_in(void) {
  oli_thread threads[THREADS];
  for (int i = 0; i < THREADS; i++) {
    CHECK(oli_thread_start(&threads[i], "counter", count_up, NULL) == 0);
  }
  for (int i = 0; i < THREADS; i++) oli_thread_join(threads[i]);
  CHECK(counted == THREADS * ROUNDS);
}

/* ---- Waits --------------------------------------------------------------------------------- */

typedef struct table {
  oli_mutex lock;
  oli_cond turned;
  int ball; /* whose turn it is */
  int plays;
} table;

static void play(table* at, int me) {
  oli_mutex_lock(&at->lock);
  for (int i = 0; i < ROUNDS / 10; i++) {
    while (at->ball != me) oli_cond_wait(&at->turned, &at->lock);
    at->ball = !me;
    at->plays++;
    oli_cond_signal(&at->turned);
  }
  oli_mutex_unlock(&at->lock);
}

static void play_other(void* at) {
  play(at, 1);
}

static void a_signal_wakes_a_waiting_thread(void) {
  table at = {.ball = 0};
  oli_thread other;
  oli_mutex_init(&at.lock);
  oli_cond_init(&at.turned);
  CHECK(oli_thread_start(&other, "player", play_other, &at) == 0);
  play(&at, 0);
  oli_thread_join(other);
  CHECK(at.plays == 2 * (ROUNDS / 10));
  oli_cond_destroy(&at.turned);
  oli_mutex_destroy(&at.lock);
}

typedef struct crowd {
  oli_mutex lock;
  oli_cond opened;
  bool open;
  int waiting, inside;
} crowd;

/* Half of them with a deadline that never comes, further away than any system's clock reaches. */
static void wait_outside(void* arg) {
  crowd* of = arg;
  oli_mutex_lock(&of->lock);
  bool patient = of->waiting++ % 2 == 0;
  while (!of->open) {
    if (patient) {
      oli_cond_wait(&of->opened, &of->lock);
    } else {
      CHECK(oli_cond_wait_until(&of->opened, &of->lock, UINT64_MAX));
    }
  }
  of->inside++;
  oli_mutex_unlock(&of->lock);
}

static int crowd_waiting(crowd* of) {
  oli_mutex_lock(&of->lock);
  int waiting = of->waiting;
  oli_mutex_unlock(&of->lock);
  return waiting;
}

static void a_broadcast_wakes_all(void) {
  crowd of = {.open = false};
  oli_thread threads[THREADS];
  oli_mutex_init(&of.lock);
  oli_cond_init(&of.opened);
  for (int i = 0; i < THREADS; i++) {
    CHECK(oli_thread_start(&threads[i], "waiter", wait_outside, &of) == 0);
  }
  NAP_UNTIL(crowd_waiting(&of) == THREADS);
  oli_mutex_lock(&of.lock);
  of.open = true;
  oli_cond_broadcast(&of.opened);
  oli_mutex_unlock(&of.lock);
  for (int i = 0; i < THREADS; i++) oli_thread_join(threads[i]);
  CHECK(of.inside == THREADS);
  oli_cond_destroy(&of.opened);
  oli_mutex_destroy(&of.lock);
}

static void a_wait_ends_at_its_time_and_not_before(void) {
  oli_cond nobody;
  oli_cond_init(&nobody);
  oli_mutex_lock(&lock);
  for (int i = 0; i < 20; i++) {
    uint64_t due_ns = oli_now_ns() + (uint64_t) i * NS_PER_MS / 4;
    while (oli_cond_wait_until(&nobody, &lock, due_ns)) continue;
    CHECK(oli_now_ns() >= due_ns);
  }
  CHECK(!oli_cond_wait_until(&nobody, &lock, 0));
  oli_mutex_unlock(&lock);
  oli_cond_destroy(&nobody);
}

/* ---- Threads ------------------------------------------------------------------------------- */

typedef struct sight {
  uintptr_t self;
  char name[32];
#if !defined(_WIN32)
  sigset_t blocked;
#endif
} sight;

static void look_around(void* arg) {
  sight* seen = arg;
  seen->self = oli_thread_self();
#if defined(__linux__)
  prctl(PR_GET_NAME, seen->name, 0, 0, 0);
#endif
#if !defined(_WIN32)
  pthread_sigmask(SIG_SETMASK, NULL, &seen->blocked);
#endif
}

static sight see_from(const char* name) {
  sight seen = {0};
  oli_thread thread;
  CHECK(oli_thread_start(&thread, name, look_around, &seen) == 0);
  oli_thread_join(thread);
  return seen;
}

static void a_thread_has_a_name_and_a_number(void) {
  sight seen = see_from("offloop-test");
  CHECK(seen.self != 0 && seen.self != oli_thread_self());
#if defined(__linux__)
  CHECK(strcmp(seen.name, "offloop-test") == 0);
  CHECK(strcmp(see_from("a name that is too long").name, "a name that is ") == 0);
#endif
}

#if !defined(_WIN32)
static bool is_blocked_in_a_new_thread(int number) {
  sight seen = see_from("signals");
  return sigismember(&seen.blocked, number) == 1;
}

static void block(int how, int number) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, number);
  pthread_sigmask(how, &signals, NULL);
}

static void check_own_mask(bool hup, bool term) {
  sigset_t blocked;
  pthread_sigmask(SIG_SETMASK, NULL, &blocked);
  CHECK((sigismember(&blocked, SIGHUP) == 1) == hup);
  CHECK((sigismember(&blocked, SIGTERM) == 1) == term);
}

/* At first the mask is that of whoever starts the thread, then that of the loop, always. */
static void a_thread_blocks_the_signals_that_the_loop_blocked(void) {
  CHECK(!is_blocked_in_a_new_thread(SIGHUP));
  block(SIG_BLOCK, SIGHUP);
  CHECK(is_blocked_in_a_new_thread(SIGHUP));
  oli_thread_inherit_signals();
  block(SIG_UNBLOCK, SIGHUP);
  block(SIG_BLOCK, SIGTERM);
  CHECK(is_blocked_in_a_new_thread(SIGHUP) && !is_blocked_in_a_new_thread(SIGTERM));
  check_own_mask(false, true);
  oli_thread_inherit_signals();
  CHECK(is_blocked_in_a_new_thread(SIGHUP) && !is_blocked_in_a_new_thread(SIGTERM));
  block(SIG_UNBLOCK, SIGTERM);
}
#else
static void a_thread_blocks_the_signals_that_the_loop_blocked(void) {
  oli_thread_inherit_signals();
}
#endif

static atomic_int arrived;

static void arrive(void* unused) {
  (void) unused;
  atomic_fetch_add(&arrived, 1);
}

static void a_detached_thread_runs_too(void) {
  for (int i = 0; i < THREADS; i++) {
    oli_thread thread;
    CHECK(oli_thread_start(&thread, "", arrive, NULL) == 0);
    oli_thread_detach(thread);
  }
  NAP_UNTIL(atomic_load(&arrived) == THREADS);
}

/* More than the stack that systems give by themselves, but for what uses it. */
static void use_stack(void* unused) {
  volatile char deep[12 << 20];
  (void) unused;
  for (size_t i = 0; i < sizeof deep; i += 4096) deep[sizeof deep - 1 - i] = (char) i;
  arrive(NULL);
}

static void a_thread_has_the_stack_that_it_was_given(void) {
  oli_thread thread;
  int before = atomic_load(&arrived);
  CHECK(oli_thread_start_sized(&thread, "deep", 16 << 20, use_stack, NULL) == 0);
  oli_thread_join(thread);
  CHECK(oli_thread_start_sized(&thread, "flat", 1, arrive, NULL) == 0);
  oli_thread_join(thread);
  CHECK(atomic_load(&arrived) == before + 2);
}

static void cores_are_those_that_the_process_may_use(void) {
  CHECK(oli_cores() >= 1 && oli_cores() <= 65536);
#if defined(__linux__)
  cpu_set_t before, one;
  CHECK(sched_getaffinity(0, sizeof before, &before) == 0);
  CHECK(oli_cores() <= (unsigned) CPU_COUNT(&before));
  int core = 0;
  while (!CPU_ISSET(core, &before)) core++;
  CPU_ZERO(&one);
  CPU_SET(core, &one);
  CHECK(sched_setaffinity(0, sizeof one, &one) == 0 && oli_cores() == 1);
  CHECK(sched_setaffinity(0, sizeof before, &before) == 0);
#endif
}

/* ---- The rest ------------------------------------------------------------------------------ */

static void the_clock_never_goes_back(void) {
  uint64_t before_ns = oli_now_ns();
  for (int i = 0; i < ROUNDS; i++) {
    uint64_t now_ns = oli_now_ns();
    CHECK(now_ns >= before_ns);
    before_ns = now_ns;
  }
  nap_ms(2);
  CHECK(oli_now_ns() >= before_ns + 2 * NS_PER_MS);
}

static void wiping_leaves_zeros_and_the_neighbours(void) {
  char text[] = "a secret here";
  oli_wipe(text + 2, 6);
  CHECK(memcmp(text, "a \0\0\0\0\0\0 here", sizeof text) == 0);
  oli_wipe(NULL, 0);
}

static void errno_texts_are_lower_case_and_fit(void) {
  char text[128];
  oli_errno_text(ENOENT, text, sizeof text);
  CHECK(text[0] == 'n' && strlen(text) > 5);
  char small[5] = "????";
  oli_errno_text(ENOENT, small, sizeof small);
  CHECK(strlen(small) == 4 && strncmp(small, text, 4) == 0);
  oli_errno_text(98765, text, sizeof text);
  CHECK(text[0] != '\0');
  oli_errno_text(ENOENT, small, 1);
  CHECK(small[0] == '\0');
  oli_errno_text(ENOENT, NULL, 0);
}

static long number_of(const char* value) {
#if defined(_WIN32)
  _putenv_s("OFFLOOP_TEST_NUMBER", value);
#else
  setenv("OFFLOOP_TEST_NUMBER", value, 1);
#endif
  return oli_env_number("OFFLOOP_TEST_NUMBER", -7);
}

static void only_a_whole_number_is_one(void) {
  CHECK(number_of("12") == 12 && number_of("-3") == -3 && number_of("0") == 0);
  CHECK(number_of("") == -7 && number_of("x") == -7 && number_of("12x") == -7);
  CHECK(number_of("99999999999999999999999999") == -7);
  CHECK(oli_env_number("OFFLOOP_TEST_NOT_SET", 5) == 5);
}

/* Here it is the program itself that is pinned, which goes nowhere; that an addon stays in memory
 * is tested from JavaScript. */
static void pinning_may_be_done_again(void) {
  oli_pin_library();
  oli_pin_library();
}

int main(void) {
  a_lock_lets_one_thread_in();
  a_signal_wakes_a_waiting_thread();
  a_broadcast_wakes_all();
  a_wait_ends_at_its_time_and_not_before();
  a_thread_has_a_name_and_a_number();
  a_thread_blocks_the_signals_that_the_loop_blocked();
  a_detached_thread_runs_too();
  a_thread_has_the_stack_that_it_was_given();
  cores_are_those_that_the_process_may_use();
  the_clock_never_goes_back();
  wiping_leaves_zeros_and_the_neighbours();
  errno_texts_are_lower_case_and_fit();
  only_a_whole_number_is_one();
  pinning_may_be_done_again();
  return 0;
}
