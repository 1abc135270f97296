/* with: plat.c arena.c failure.c timer.c job.c queue.c */
/* threads of a pool are called one by one, sleep in a stack, spin, and go when not needed */
#include "plat.h"

#include <stdatomic.h>

/* Compiled in here with a count of the threads that were made, and a list of those that were given
 * back to the system. */
enum { GIVEN_BACK_MAX = 256 };
static int made;
static oli_thread given_back[GIVEN_BACK_MAX];
static atomic_int given_back_count;

static int counted_start(oli_thread* thread, const char* name, size_t stack_size,
                         void (*run)(void*), void* arg) {
  made++;
  return oli_thread_start_sized(thread, name, stack_size, run, arg);
}

static void note_given_back(oli_thread thread) {
  given_back[atomic_fetch_add(&given_back_count, 1) % GIVEN_BACK_MAX] = thread;
}

static void counted_join(oli_thread thread) {
  oli_thread_join(thread);
  note_given_back(thread);
}

static void counted_detach(oli_thread thread) {
  oli_thread_detach(thread);
  note_given_back(thread);
}

#define oli_thread_start_sized counted_start
#define oli_thread_join counted_join
#define oli_thread_detach counted_detach
#include "../../src/pool.c"
#undef oli_thread_start_sized
#undef oli_thread_join
#undef oli_thread_detach

#include "pool_fixture.h"

#define SPINNING(OWNER) owner_count((OWNER), &(OWNER)->pool.spinning)
#define COMING(OWNER) owner_count((OWNER), &(OWNER)->pool.coming)

/* Threads that all have had work, and sleep. */
static owner* owner_of_sleepers(int threads, uint64_t idle_ns) {
  owner* self = owner_new((size_t) threads, false, idle_ns);
  atomic_bool gate = false;
  for (int i = 0; i < threads; i++) push(self, &gate, NULL);
  NAP_UNTIL(atomic_load(&runs) == threads);
  atomic_store(&gate, true);
  NAP_UNTIL(IDLE(self) == (size_t) threads);
  return self;
}

/* ---- A task of several threads ------------------------------------------------------------- */

typedef struct share {
  oli_task task;
  atomic_bool* gate;
  atomic_int at_it, most, left;
} share;

static bool share_join(oli_task* task) {
  return --task->jobs > 0;
}

static void share_run(oli_task* task, oli_shift* shift) {
  (void) shift;
  share* self = OLI_OF(task, share, task);
  int now = atomic_fetch_add(&self->at_it, 1) + 1;
  int most = atomic_load(&self->most);
  while (now > most && !atomic_compare_exchange_weak(&self->most, &most, now)) continue;
  while (!atomic_load(self->gate)) nap_ms(1);
  atomic_fetch_sub(&self->at_it, 1);
  atomic_fetch_add(&self->left, 1);
}

static const oli_task_kind share_kind = {share_join, share_run, NULL, true, NULL};

static void share_init(share* self, uint32_t jobs, atomic_bool* gate) {
  *self = (share){.task = {.kind = &share_kind, .jobs = jobs}, .gate = gate};
}

static void one_push_brings_as_many_threads_as_are_of_use(void) {
  owner* self = owner_new(4, false, LONG_NS);
  atomic_bool gate = false;
  share three;
  share_init(&three, 3, &gate);
  CHECK(oli_pool_push(&self->pool, &three.task) == OLI_POOL_PUSHED);
  NAP_UNTIL(atomic_load(&three.at_it) == 3);
  CHECK(THREADS(self) == 3 && QUEUED(self) == 0);
  push(self, NULL, NULL);
  NAP_UNTIL(atomic_load(&homes) == 1);
  CHECK(atomic_load(&three.most) == 3 && THREADS(self) == 4);
  atomic_store(&gate, true);
  NAP_UNTIL(atomic_load(&three.left) == 3);
  owner_end(self);
}

static void one_push_wakes_as_many_threads_as_are_of_use(void) {
  owner* self = owner_of_sleepers(4, LONG_NS);
  atomic_bool gate = false;
  share many;
  share_init(&many, 9, &gate);
  CHECK(oli_pool_push(&self->pool, &many.task) == OLI_POOL_PUSHED);
  NAP_UNTIL(atomic_load(&many.at_it) == 4);
  CHECK(THREADS(self) == 4 && QUEUED(self) == 1);
  atomic_store(&gate, true);
  NAP_UNTIL(atomic_load(&many.left) == 9);
  CHECK(!oli_pool_remove(&self->pool, &many.task));
  owner_end(self);
}

static void a_task_that_some_work_at_can_be_taken_out(void) {
  owner* self = owner_new(2, false, LONG_NS);
  atomic_bool gate = false;
  share many;
  share_init(&many, 5, &gate);
  CHECK(oli_pool_push(&self->pool, &many.task) == OLI_POOL_PUSHED);
  NAP_UNTIL(atomic_load(&many.at_it) == 2);
  CHECK(oli_pool_remove(&self->pool, &many.task));
  atomic_store(&gate, true);
  NAP_UNTIL(atomic_load(&many.left) == 2 && IDLE(self) == 2);
  CHECK(atomic_load(&many.left) == 2 && many.task.jobs == 3);
  owner_end(self);
}

static void a_closed_pool_forgets_what_nobody_needs(void) {
  owner* self = owner_new(1, false, LONG_NS);
  atomic_bool gate = false;
  oli_list left;
  share many;
  share_init(&many, 5, &gate);
  push(self, &gate, NULL);
  CHECK(oli_pool_push(&self->pool, &many.task) == OLI_POOL_PUSHED);
  push(self, NULL, NULL);
  NAP_UNTIL(atomic_load(&runs) == 1);
  oli_pool_close(&self->pool, &left);
  CHECK(!many.task.queued && !oli_pool_remove(&self->pool, &many.task));
  oli_job_free(oli_job_at(oli_list_shift(&left)));
  CHECK(oli_list_empty(&left));
  CHECK(oli_pool_push(&self->pool, &many.task) == OLI_POOL_CLOSED);
  atomic_store(&gate, true);
  NAP_UNTIL(THREADS(self) == 0);
  CHECK(atomic_load(&many.left) == 0);
  owner_end(self);
}

/* ---- Sleeping ------------------------------------------------------------------------------ */

typedef struct mark {
  oli_task task;
  atomic_uintptr_t thread;
} mark;

static void mark_run(oli_task* task, oli_shift* shift) {
  (void) shift;
  atomic_store(&OLI_OF(task, mark, task)->thread, oli_thread_self());
}

static const oli_task_kind mark_kind = {NULL, mark_run, NULL, false, NULL};

/* Who ran a task, when all threads sleep again. */
static uintptr_t ran_by(owner* self, size_t threads) {
  mark it = {.task = {.kind = &mark_kind, .jobs = 1}};
  CHECK(oli_pool_push(&self->pool, &it.task) == OLI_POOL_PUSHED);
  NAP_UNTIL(atomic_load(&it.thread) != 0 && IDLE(self) == threads);
  return atomic_load(&it.thread);
}

static void who_fell_asleep_last_is_woken_first(void) {
  owner* self = owner_of_sleepers(4, LONG_NS);
  uintptr_t first = ran_by(self, 4);
  for (int i = 0; i < 50; i++) CHECK(ran_by(self, 4) == first);
  CHECK(THREADS(self) == 4);
  owner_end(self);
}

static void threads_that_were_idle_all_the_time_go(void) {
  owner* self = owner_of_sleepers(4, 20000000);
  atomic_bool gate = false;
  push(self, &gate, NULL);
  NAP_UNTIL(THREADS(self) == 1);
  CHECK(IDLE(self) == 0 && COMING(self) == 0);
  atomic_store(&gate, true);
  NAP_UNTIL(THREADS(self) == 0);
  NAP_UNTIL(atomic_load(&self->refs) == 1);
  owner_end(self);
}

static void the_places_of_threads_that_went_are_used_again(void) {
  owner* self = owner_new(2, false, 1000000);
  for (int i = 1; i <= 20; i++) {
    push(self, NULL, NULL);
    NAP_UNTIL(atomic_load(&homes) == i && THREADS(self) == 0);
  }
  int places = 0;
  for (oli_link* link = self->pool.spare.head.next; link != &self->pool.spare.head;
       link = link->next) {
    places++;
  }
  CHECK(places == 1);
  owner_end(self);
}

/* ---- Spinning ------------------------------------------------------------------------------ */

static owner* owner_that_spins(size_t threads_max) {
  owner* self = owner_new(threads_max, false, LONG_NS);
  self->pool.spin_ns = LONG_NS;
  push(self, NULL, NULL);
  NAP_UNTIL(SPINNING(self) == 1);
  return self;
}

static void one_who_spins_takes_work_and_nobody_is_woken_or_made(void) {
  made = 0;
  owner* self = owner_that_spins(4);
  for (int i = 2; i <= 100; i++) {
    push(self, NULL, NULL);
    NAP_UNTIL(atomic_load(&homes) == i && SPINNING(self) == 1);
    CHECK(IDLE(self) == 0 && COMING(self) == 0);
  }
  CHECK(made == 1);
  owner_end(self);
}

static void one_who_spins_answers_for_one_task(void) {
  owner* self = owner_that_spins(3);
  atomic_bool gate = false;
  int before = atomic_load(&runs);
  for (int i = 1; i <= 3; i++) push(self, &gate, NULL);
  NAP_UNTIL(atomic_load(&runs) == before + 3);
  CHECK(THREADS(self) == 3 && SPINNING(self) == 0);
  atomic_store(&gate, true);
  NAP_UNTIL(SPINNING(self) == 3);
  CHECK(owner_count(self, &self->pool.called) == 0 && COMING(self) == 0);
  owner_end(self);
}

static void one_who_has_spun_in_vain_sleeps(void) {
  owner* self = owner_new(1, false, LONG_NS);
  self->pool.spin_ns = 100000;
  for (int i = 1; i <= 20; i++) {
    push(self, NULL, NULL);
    NAP_UNTIL(atomic_load(&homes) == i && IDLE(self) == 1);
    CHECK(SPINNING(self) == 0 && COMING(self) == 0);
  }
  owner_end(self);
}

/* ---- The end ------------------------------------------------------------------------------- */

enum { LEAVERS = 5 };

static void each_thread_of_a_closed_pool_is_given_back_once(void) {
  oli_thread threads[LEAVERS];
  int count = 0;
  owner* self = owner_of_sleepers(LEAVERS, LONG_NS);
  oli_list* idle = &self->pool.sleepers;
  for (oli_link* link = idle->head.next; link != &idle->head; link = link->next) {
    threads[count++] = OLI_OF(link, pool_place, link)->thread;
  }
  CHECK(count == LEAVERS);
  atomic_store(&given_back_count, 0);
  owner_end(self);
  CHECK(atomic_load(&given_back_count) == LEAVERS);
  for (int i = 0; i < LEAVERS; i++) {
    int times = 0;
    for (int k = 0; k < LEAVERS; k++) times += given_back[k].id == threads[i].id;
    CHECK(times == 1);
  }
}

int main(void) {
  one_push_brings_as_many_threads_as_are_of_use();
  one_push_wakes_as_many_threads_as_are_of_use();
  a_task_that_some_work_at_can_be_taken_out();
  a_closed_pool_forgets_what_nobody_needs();
  who_fell_asleep_last_is_woken_first();
  threads_that_were_idle_all_the_time_go();
  the_places_of_threads_that_went_are_used_again();
  one_who_spins_takes_work_and_nobody_is_woken_or_made();
  one_who_spins_answers_for_one_task();
  one_who_has_spun_in_vain_sleeps();
  each_thread_of_a_closed_pool_is_given_back_once();
  return 0;
}
