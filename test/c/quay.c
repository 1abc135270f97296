/* with: quay.c tally.c pool.c queue.c timer.c plat.c */
/* a quay is one for its table, told of room, and gone with the last user and thread */

#include "quay.h"

#include <string.h>

#include "check.h"
#include "nap.h"
#include "tally.h"

typedef struct errand {
  oli_task task;
  atomic_bool* gate;
} errand;

static atomic_int ran, told;

static void errand_run(oli_task* task, oli_shift* shift) {
  (void) shift;
  errand* self = OLI_OF(task, errand, task);
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
    {NULL, {OL_POOL("x"), .threads = 1024, .on_full = 1, .max_queue = 1, .spin_us = 1000000}},
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

/* Run by a thread that outlives the user. */
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
  oli_quay_moved(quay);
  CHECK(atomic_load(&told) == 0);
  oli_quay_wish(quay, &user, true);
  oli_quay_wish(quay, &user, true);
  oli_quay_moved(quay);
  CHECK(atomic_load(&told) == 1);
  oli_quay_wish(quay, &user, false);
  oli_quay_moved(quay);
  CHECK(atomic_load(&told) == 1 && atomic_load(&quay->wishes) == 0);
  atomic_store(&gate, true);
  await(&ran, 2);
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
  oli_tally_skip(&tally, OLI_TALLY_CANCELLED);
  oli_tally_finish(&tally);
  oli_tally_settle(&tally, OLI_TALLY_FAILED, 5000, 999);
  CHECK(oli_tally_queued(&tally) == 1 && atomic_load(&tally.running) == 0);
  CHECK(tally.cancelled == 1 && tally.failed == 1 && tally.done == 0 && tally.busy_ns == 999);
  CHECK(tally.waited[3] == 1 && tally.took[0] == 1);
}

int main(void) {
  check_faults();
  check_resolve();
  check_sharing();
  check_wishes();
  check_tally();
  return 0;
}
