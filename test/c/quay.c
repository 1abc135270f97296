/* with: quay.c tally.c pool.c queue.c timer.c plat.c */
/* a quay is one for its table, tells of room, and is gone with the last user and thread */

#include "quay.h"

#include <string.h>

#include "check.h"
#include "nap.h"
#include "tally.h"

typedef struct errand {
  oli_task task;
  atomic_bool* gate;
} errand;

static atomic_int begun, ran, told;

static void errand_run(oli_task* task, oli_shift* shift) {
  (void) shift;
  errand* self = OLI_OF(task, errand, task);
  atomic_fetch_add(&begun, 1);
  while (!atomic_load(self->gate)) nap_ms(1);
  atomic_fetch_add(&ran, 1);
}

static const oli_task_kind errand_kind = {NULL, errand_run, NULL, false, NULL};

static void count_tell(oli_quay_user* user) {
  (void) user;
  atomic_fetch_add(&told, 1);
}

static void await(atomic_int* count, int wanted) {
  while (atomic_load(count) != wanted) nap_ms(1);
}

static void check_faults(void) {
  static const struct {
    const char* fault;
    ol_pool table;
  } rows[] = {
    {"it is no pool, or OL_POOL(...) was left out", {.name = "x"}},
    {"it has no name", {OL_POOL("")}},
    {".threads: more than 1024", {OL_POOL("x"), .threads = 1025}},
    {".on_full is no way that this version knows", {OL_POOL("x"), .on_full = -1}},
    {".on_full: nothing is refused without a .max_queue", {OL_POOL("x"), .on_full = 1}},
    {".spin_us: more than a second", {OL_POOL("x"), .spin_us = 1000001}},
    {".stack_size: less than 64 KiB", {OL_POOL("x"), .stack_size = 1}},
    {".on_full: nothing is refused without a .max_queue",
     {OL_POOL("x"), .on_full = 1, .max_queue = OL_NO_LIMIT}},
    {NULL, {OL_POOL("x"), .threads = 1024, .on_full = 1, .max_queue = 1, .spin_us = 1000000}},
    {NULL, {OL_POOL("x"), .max_queue = OL_NO_QUEUE, .idle_ms = OL_NO_LIMIT}},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const char* fault = oli_quay_fault(&rows[i].table);
    CHECK(rows[i].fault == NULL ? fault == NULL : strcmp(fault, rows[i].fault) == 0);
  }
}

static void check_resolve(void) {
  ol_pool table = oli_quay_resolve(&ol_default_pool);
  CHECK(table.threads >= 4 && table.threads >= (oli_cores() > 1024 ? 1024 : oli_cores()));
  CHECK(table.idle_ms == 5000 && (table.spin_us == 20 || oli_cores() == 1) && table.max_queue == 0);
  ol_pool older = {OL_POOL("x"), .threads = 7, .stack_size = 65536};
  older.table_size = offsetof(ol_pool, stack_size);
  CHECK(oli_quay_fault(&older) == NULL);
  CHECK(oli_quay_resolve(&older).threads == 7 && oli_quay_resolve(&older).stack_size == 0);
  older.table_size = offsetof(ol_pool, threads);
  CHECK(oli_quay_fault(&older) == NULL);
  older.table_size--;
  CHECK(oli_quay_fault(&older) != NULL);
}

static void check_sharing(void) {
  static const ol_pool table = {OL_POOL("a name that is longer"), .threads = 2};
  oli_quay_user users[3] = {{.tell = count_tell}, {.tell = count_tell}, {.tell = count_tell}};
  oli_quay* quay = oli_quay_join(&table, true, &users[0]);
  CHECK(oli_quay_join(&table, true, &users[1]) == quay);
  oli_quay* own = oli_quay_join(&table, false, &users[2]);
  CHECK(own != quay && strcmp(quay->name, "a name that is ") == 0);
  oli_quay_leave(quay, &users[0]);
  oli_quay_drop(quay);
  CHECK(oli_quay_join(&table, true, &users[0]) == quay);
  for (int i = 0; i < 2; i++) {
    oli_quay_leave(quay, &users[i]);
    oli_quay_drop(quay);
  }
  oli_quay_leave(own, &users[2]);
  oli_quay_drop(own);
  quay = oli_quay_join(&table, true, &users[0]);
  CHECK(!quay->pool.closed);
  oli_quay_leave(quay, &users[0]);
  CHECK(quay->pool.closed);
  oli_quay_drop(quay);
}

static void check_limits(void) {
  static const struct {
    ol_pool table;
    size_t waiting_max;
    bool refuses;
    uint64_t idle_ns;
  } rows[] = {
    {{OL_POOL("x")}, SIZE_MAX, false, 5000000000u},
    {{OL_POOL("x"), .max_queue = OL_NO_LIMIT, .idle_ms = 1}, SIZE_MAX, false, 1000000u},
    {{OL_POOL("x"), .max_queue = 7, .on_full = OL_POOL_REJECT}, 7, true, 5000000000u},
    {{OL_POOL("x"), .max_queue = 7, .idle_ms = OL_NO_LIMIT}, 7, false, UINT64_MAX},
    {{OL_POOL("x"), .max_queue = OL_NO_QUEUE}, 0, true, 5000000000u},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    oli_quay_user user = {.tell = count_tell};
    oli_quay* quay = oli_quay_join(&rows[i].table, false, &user);
    CHECK(quay->pool.waiting_max == rows[i].waiting_max);
    CHECK(quay->pool.refuses == rows[i].refuses && quay->pool.idle_ns == rows[i].idle_ns);
    oli_quay_leave(quay, &user);
    oli_quay_drop(quay);
  }
}

/* Room comes by a task that is taken out, and by one that is done. The last is run by a thread that
 * outlives the user. */
static void check_wishes(void) {
  static const ol_pool table = {OL_POOL("wishes"), .threads = 1, .max_queue = 1};
  atomic_bool gate = false;
  oli_quay_user user = {.tell = count_tell};
  oli_quay* quay = oli_quay_join(&table, false, &user);
  errand errands[2];
  for (int i = 0; i < 2; i++) {
    errands[i] = (errand){.task = {.kind = &errand_kind, .jobs = 1}, .gate = &gate};
    CHECK(oli_pool_push(&quay->pool, &errands[i].task) == OLI_POOL_PUSHED);
  }
  await(&begun, 1);
  CHECK(atomic_load(&told) == 0);
  oli_quay_wish(quay, &user, true);
  oli_quay_wish(quay, &user, true);
  CHECK(oli_pool_remove(&quay->pool, &errands[1].task) && atomic_load(&told) == 1);
  oli_quay_wish(quay, &user, false);
  CHECK(atomic_load(&quay->wishes) == 0);
  CHECK(oli_pool_push(&quay->pool, &errands[1].task) == OLI_POOL_PUSHED);
  CHECK(oli_pool_remove(&quay->pool, &errands[1].task) && atomic_load(&told) == 1);
  oli_quay_wish(quay, &user, true);
  atomic_store(&gate, true);
  await(&told, 2);
  CHECK(atomic_load(&ran) == 1 && !oli_pool_is_full(&quay->pool, NULL));
  oli_quay_leave(quay, &user);
  CHECK(oli_pool_push(&quay->pool, &errands[0].task) == OLI_POOL_CLOSED);
  oli_quay_drop(quay);
}

static void check_tally(void) {
  oli_tally tally;
  oli_tally_init(&tally);
  CHECK(oli_tally_bucket(0) == 0 && oli_tally_bucket(999) == 0 && oli_tally_bucket(1000) == 1);
  CHECK(oli_tally_bucket(1999) == 1 && oli_tally_bucket(2000) == 2);
  CHECK(oli_tally_bucket(UINT64_MAX) == OLI_TALLY_BUCKETS - 1);
  tally.submitted = 3;
  oli_tally_begin(&tally);
  CHECK(oli_tally_queued(&tally) == 2 && atomic_load(&tally.running) == 1);
  oli_tally_drop(&tally);
  CHECK(oli_tally_queued(&tally) == 1 && tally.cancelled == 0);
  oli_tally_settle(&tally, OLI_TALLY_CANCELLED);
  oli_tally_finish(&tally);
  CHECK(oli_tally_queued(&tally) == 1 && atomic_load(&tally.running) == 0);
  oli_tally_settle_run(&tally, OLI_TALLY_FAILED,
                       (oli_tally_times){.waited = 5000, .took = 999, .busy = 500});
  CHECK(tally.cancelled == 1 && tally.failed == 1 && tally.done == 0 && tally.busy_ns == 500);
  CHECK(tally.waited.buckets[3] == 1 && tally.waited.sum_ns == 5000);
  CHECK(tally.took.buckets[0] == 1 && tally.took.sum_ns == 999);
}

int main(void) {
  check_faults();
  check_resolve();
  check_sharing();
  check_limits();
  check_wishes();
  check_tally();
  return 0;
}
