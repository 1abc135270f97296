/* with: queue.c */
/* tasks are picked by priority and in the order of coming, and none is passed over for ever */
#include "queue.h"

#include "check.h"

enum { MANY = 64 };

static oli_queue queue;

static void nothing_runs(oli_task* task, oli_shift* shift) {
  (void) shift;
  (void) task;
  CHECK(0);
}

static const oli_task_kind plain = {NULL, nothing_runs, NULL, false, NULL};

/* A task that others may join until its jobs are used up. */
static bool shared_join(oli_task* task) {
  CHECK(task->jobs > 0);
  return --task->jobs > 0;
}

static const oli_task_kind shared = {shared_join, nothing_runs, NULL, false, NULL};
static const oli_task_kind optional = {shared_join, nothing_runs, NULL, true, NULL};

static oli_task* put(oli_task* task, const oli_task_kind* kind, int priority, uint32_t jobs) {
  *task = (oli_task){.kind = kind, .jobs = jobs, .priority = (int8_t) priority};
  oli_queue_put(&queue, task);
  CHECK(task->queued);
  return task;
}

static void is_empty(void) {
  CHECK(queue.len == 0 && queue.jobs == 0);
  CHECK(oli_queue_take(&queue) == NULL && atomic_load(&queue.best) < -OLI_PRIORITY_MAX);
}

static void tasks_of_one_priority_are_picked_in_their_order(void) {
  static oli_task tasks[MANY];
  for (int priority = -OLI_PRIORITY_MAX; priority <= OLI_PRIORITY_MAX; priority++) {
    for (int i = 0; i < MANY; i++) put(&tasks[i], &plain, priority, 1);
    CHECK(queue.len == MANY && queue.jobs == MANY && atomic_load(&queue.best) == priority);
    for (int i = 0; i < MANY; i++) {
      CHECK(oli_queue_take(&queue) == &tasks[i] && !tasks[i].queued);
    }
    is_empty();
  }
}

static void a_higher_priority_goes_first(void) {
  oli_task tasks[OLI_BANDS];
  for (int i = 0; i < OLI_BANDS; i++) put(&tasks[i], &plain, i - OLI_PRIORITY_MAX, 1);
  for (int i = OLI_BANDS - 1; i >= 0; i--) {
    CHECK(atomic_load(&queue.best) == i - OLI_PRIORITY_MAX);
    CHECK(oli_queue_take(&queue) == &tasks[i]);
  }
  is_empty();
}

static void what_is_no_priority_counts_as_the_nearest(void) {
  oli_task low, lowest, high, highest;
  put(&low, &plain, -2, 1);
  put(&lowest, &plain, -100, 1);
  put(&high, &plain, 2, 1);
  put(&highest, &plain, 100, 1);
  CHECK(oli_queue_take(&queue) == &high && oli_queue_take(&queue) == &highest);
  CHECK(oli_queue_take(&queue) == &low && oli_queue_take(&queue) == &lowest);
  is_empty();
}

/* How many picks of tasks of a higher priority that never end there are before [waits] has its. */
static int picks_before(const oli_task* waits, int priority) {
  oli_task busy[2];
  int picks = 0;
  for (int i = 0; i < 2; i++) put(&busy[i], &plain, priority, 1);
  for (;;) {
    oli_task* task = oli_queue_take(&queue);
    if (task == waits) break;
    picks++;
    put(task, &plain, priority, 1);
  }
  for (int i = 0; i < 2; i++) CHECK(oli_queue_remove(&queue, &busy[i]));
  return picks;
}

static void a_lower_priority_has_one_of_sixteen_picks(void) {
  oli_task low;
  for (int round = 0; round < 3; round++) {
    put(&low, &plain, 0, 1);
    CHECK(picks_before(&low, 1) == 15);
    put(&low, &plain, -2, 1);
    CHECK(picks_before(&low, 2) == 15);
  }
  is_empty();
}

static void a_band_that_was_empty_has_not_waited(void) {
  oli_task low;
  put(&low, &plain, 0, 1);
  CHECK(picks_before(&low, 1) == 15);
  static oli_task busy[12];
  put(&low, &plain, 0, 1);
  for (int i = 0; i < 12; i++) put(&busy[i], &plain, 1, 1);
  for (int i = 0; i < 12; i++) CHECK(oli_queue_take(&queue) == &busy[i]);
  CHECK(oli_queue_remove(&queue, &low));
  put(&low, &plain, 0, 1);
  CHECK(picks_before(&low, 1) == 15);
  is_empty();
}

/* Each of the five has its share where all of them have work without end. */
static void no_band_starves(void) {
  oli_task tasks[OLI_BANDS];
  int picks[OLI_BANDS] = {0};
  for (int i = 0; i < OLI_BANDS; i++) put(&tasks[i], &plain, i - OLI_PRIORITY_MAX, 1);
  for (int i = 0; i < 1600; i++) {
    int band = (int) (oli_queue_take(&queue) - tasks);
    picks[band]++;
    put(&tasks[band], &plain, band - OLI_PRIORITY_MAX, 1);
  }
  for (int i = 0; i < OLI_BANDS - 1; i++) CHECK(picks[i] >= 80 && picks[i] <= 110);
  CHECK(picks[OLI_BANDS - 1] > 1100);
  for (int i = 0; i < OLI_BANDS; i++) CHECK(oli_queue_remove(&queue, &tasks[i]));
  is_empty();
}

static void a_task_stays_while_others_may_join(void) {
  oli_task first, second;
  put(&first, &shared, 0, 3);
  put(&second, &plain, 0, 1);
  CHECK(queue.len == 2 && queue.jobs == 4);
  for (size_t left = 3; left > 0; left--) {
    CHECK(queue.jobs == left + 1);
    CHECK(oli_queue_take(&queue) == &first && first.queued == (left > 1));
  }
  CHECK(queue.len == 1 && queue.jobs == 1);
  CHECK(oli_queue_take(&queue) == &second);
  is_empty();
}

static void a_task_that_some_have_joined_can_be_taken_out(void) {
  oli_task task;
  put(&task, &shared, 1, 5);
  CHECK(oli_queue_take(&queue) == &task && oli_queue_take(&queue) == &task);
  CHECK(oli_queue_remove(&queue, &task) && !task.queued);
  CHECK(!oli_queue_remove(&queue, &task));
  is_empty();
}

static bool is_even(const oli_task* task, void* first) {
  return (task - (oli_task*) first) % 2 == 0;
}

static void tasks_that_match_are_taken_out(void) {
  static oli_task tasks[MANY];
  oli_list taken;
  oli_list_init(&taken);
  for (int i = 0; i < MANY; i++) put(&tasks[i], &plain, i < MANY / 2 ? 0 : 1, 1);
  oli_queue_take_if(&queue, is_even, tasks, &taken);
  CHECK(queue.len == MANY / 2 && queue.jobs == MANY / 2);
  for (int i = 0; i < MANY; i += 2) {
    oli_task* task = OLI_OF(oli_list_shift(&taken), oli_task, link);
    CHECK(task == &tasks[(i + MANY / 2) % MANY] && !task->queued);
  }
  CHECK(oli_list_empty(&taken));
  for (int i = 1; i < MANY; i += 2) CHECK(oli_queue_remove(&queue, &tasks[i]));
  is_empty();
}

static void what_nobody_needs_is_forgotten_by_the_end(void) {
  oli_task kept, forgotten, urgent;
  oli_list left;
  oli_list_init(&left);
  put(&kept, &plain, 0, 1);
  put(&forgotten, &optional, 0, 4);
  put(&urgent, &shared, 1, 2);
  oli_queue_drain(&queue, &left);
  CHECK(oli_list_shift(&left) == &urgent.link && oli_list_shift(&left) == &kept.link);
  CHECK(oli_list_empty(&left));
  CHECK(!kept.queued && !urgent.queued && !forgotten.queued);
  CHECK(!oli_link_listed(&forgotten.link) && !oli_queue_remove(&queue, &forgotten));
  is_empty();
}

int main(void) {
  oli_queue_init(&queue);
  is_empty();
  tasks_of_one_priority_are_picked_in_their_order();
  a_higher_priority_goes_first();
  what_is_no_priority_counts_as_the_nearest();
  a_lower_priority_has_one_of_sixteen_picks();
  a_band_that_was_empty_has_not_waited();
  no_band_starves();
  a_task_stays_while_others_may_join();
  a_task_that_some_have_joined_can_be_taken_out();
  tasks_that_match_are_taken_out();
  what_nobody_needs_is_forgotten_by_the_end();
  return 0;
}
