#include "queue.h"

/* A band that has been passed over so often has the next pick: one of 16. */
#define QUEUE_PASSES_MAX 15u

void oli_queue_init(oli_queue* queue) {
  for (int band = 0; band < OLI_BANDS; band++) {
    oli_list_init(&queue->bands[band]);
    queue->passed[band] = 0;
  }
  queue->len = queue->jobs = queue->owed = 0;
  atomic_init(&queue->best, -OLI_PRIORITY_MAX - 1);
}

/* -1: all are empty. */
static int queue_top(const oli_queue* queue) {
  int band = OLI_BANDS - 1;
  while (band >= 0 && oli_list_empty(&queue->bands[band])) band--;
  return band;
}

/* After every change of the bands. */
static void queue_note_best(oli_queue* queue) {
  int best = queue_top(queue) - OLI_PRIORITY_MAX;
  atomic_store_explicit(&queue->best, best, memory_order_relaxed);
}

static void queue_add_jobs(oli_queue* queue, const oli_task* task) {
  queue->jobs += task->jobs;
  if (!task->kind->optional) queue->owed += task->jobs;
}

static void queue_subtract_jobs(oli_queue* queue, const oli_task* task) {
  queue->jobs -= task->jobs;
  if (!task->kind->optional) queue->owed -= task->jobs;
}

static int queue_band(const oli_task* task) {
  int band = task->priority + OLI_PRIORITY_MAX;
  return band < 0 ? 0 : band >= OLI_BANDS ? OLI_BANDS - 1 : band;
}

/* A band that was empty has not waited. */
void oli_queue_put(oli_queue* queue, oli_task* task) {
  int band = queue_band(task);
  if (oli_list_empty(&queue->bands[band])) queue->passed[band] = 0;
  oli_list_push(&queue->bands[band], &task->link);
  task->queued = true;
  queue->len++;
  queue_add_jobs(queue, task);
  queue_note_best(queue);
}

bool oli_queue_remove(oli_queue* queue, oli_task* task) {
  if (!task->queued) return false;
  oli_link_remove(&task->link);
  task->queued = false;
  queue->len--;
  queue_subtract_jobs(queue, task);
  queue_note_best(queue);
  return true;
}

/* Of the bands below the top the one that was passed over most, if that is too often. */
static int queue_due(const oli_queue* queue, int top) {
  int due = top;
  uint32_t passed = QUEUE_PASSES_MAX - 1;
  for (int band = top - 1; band >= 0; band--) {
    if (oli_list_empty(&queue->bands[band]) || queue->passed[band] <= passed) continue;
    due = band;
    passed = queue->passed[band];
  }
  return due;
}

/* Counts the pick for all that it passes over. The top band is never behind. */
static void queue_note_pick(oli_queue* queue, int top, int picked) {
  for (int band = top - 1; band >= 0; band--) {
    if (!oli_list_empty(&queue->bands[band])) queue->passed[band]++;
  }
  queue->passed[top] = queue->passed[picked] = 0;
}

static oli_task* queue_pick(oli_queue* queue) {
  int top = queue_top(queue);
  if (top < 0) return NULL;
  int band = queue_due(queue, top);
  queue_note_pick(queue, top, band);
  return OLI_OF(queue->bands[band].head.next, oli_task, link);
}

oli_task* oli_queue_take(oli_queue* queue) {
  oli_task* task = queue_pick(queue);
  if (task == NULL) return NULL;
  queue_subtract_jobs(queue, task);
  bool stays = task->kind->join != NULL && task->kind->join(task);
  queue_add_jobs(queue, task);
  if (!stays) oli_queue_remove(queue, task);
  return task;
}

/* [tasks] NULL: it is forgotten. */
static void queue_move(oli_queue* queue, oli_task* task, oli_list* tasks) {
  oli_queue_remove(queue, task);
  if (tasks != NULL) oli_list_push(tasks, &task->link);
}

void oli_queue_take_if(oli_queue* queue, bool (*match)(const oli_task* task, void* arg), void* arg,
                       oli_list* tasks) {
  for (int band = OLI_BANDS - 1; band >= 0; band--) {
    const oli_list* list = &queue->bands[band];
    oli_link* next;
    for (oli_link* link = list->head.next; link != &list->head; link = next) {
      oli_task* task = OLI_OF(link, oli_task, link);
      next = link->next;
      if (match(task, arg)) queue_move(queue, task, tasks);
    }
  }
}

void oli_queue_drain(oli_queue* queue, oli_list* tasks) {
  for (int band = OLI_BANDS - 1; band >= 0; band--) {
    while (!oli_list_empty(&queue->bands[band])) {
      oli_task* task = OLI_OF(queue->bands[band].head.next, oli_task, link);
      queue_move(queue, task, task->kind->optional ? NULL : tasks);
    }
  }
}
