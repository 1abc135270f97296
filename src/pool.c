/* pool.c: threads that wait for tasks under one lock.
 *
 * A thread is in turn: coming (made, or called), at the queue (under the lock), working, spinning,
 * asleep; at the queue it finds a task, or that it is to go. It goes with an empty queue only.
 *
 * Invariant, whenever the lock is free: where the queue has work for a thread, and one is idle, or
 * could be made, another one is coming. So none needs more than one wake-up:
 *   - a push calls one thread, unless one is coming already and the queue is little work;
 *   - who arrives at the queue takes a task, and if work is left that nobody comes to, it calls the
 *     next one;
 *   - a thread spins or falls asleep before an empty queue only, and is called from then on;
 *   - who is told to go is called too: it looks at the queue once more, and goes if it is empty.
 * "Could be made" ends with the system's refusal: the threads that live come to what is queued, and
 * each of them that takes a task tries again.
 *
 * Room: as long as the queued tasks and the busy threads are no more than threads_max, each task
 * has a thread that comes to it without finishing another task first. So a task that may not wait
 * is taken as long as that holds after it, also where the thread that is to have it has left its
 * task and is still on its way to the queue. [busy] is added to under the lock, with the removal
 * from the queue, and subtracted from without it.
 *
 * While a thread is reserved the last one does not go: it is told so, as it would leave.
 *
 * Sleepers are a stack: the last one has the warmest caches, and the first ones stay unused when
 * there are too many of them. No wait has a time-out; the timer lets those go that were not needed
 * since it looked last.
 *
 * The place of a thread is the pool's and stays with it, for a call signals without the lock: the
 * thread may have looked, worked and gone meanwhile. One that has another's place then wakes for
 * nothing, and sleeps on.
 *
 * A spinner is called by a count: whichever comes first answers for it. That it was called it may
 * see late or never, but before it sleeps it looks at the queue, under the lock.
 *
 * Lock order: the lock before the timer's. Making a thread under it costs others a moment, and no
 * push ever has to account for a thread that another push has announced and then could not make. */
#include "pool.h"

#include <stdlib.h>

/* To wake a thread takes as long: a queue of less work is left to the one that is coming. */
#define POOL_WORTH_NS 50000u

/* Of one thread at a time. */
typedef struct pool_place {
  oli_link link; /* among the sleepers, or the spare places */
  oli_shift shift;
  oli_pool* pool;
  oli_thread thread; /* set under the lock before it comes to the queue */
  oli_cond wake;
  bool at_work;     /* counts as busy; of its thread */
  bool called;      /* counts as coming; not set for one that spins */
  bool goes;        /* was called to go, unless it finds a task */
  uint64_t took_ns; /* when it took a task that is its own alone; 0: others may be at it */
} pool_place;

/* What a thread of a closed pool does once it has left: joins the one before it, or says that it
 * was the last. */
typedef struct pool_leaving {
  oli_thread before;
  bool joins, last;
} pool_leaving;

static void pool_retire(oli_timer* timer);

void oli_pool_init(oli_pool* pool) {
  oli_mutex_init(&pool->lock);
  oli_queue_init(&pool->queue);
  oli_list_init(&pool->sleepers);
  oli_list_init(&pool->spare);
  atomic_init(&pool->work, 0);
  atomic_init(&pool->busy, 0);
  pool->fills = 0;
  pool->threads = pool->reserved = pool->coming = pool->spinning = pool->called = 0;
  pool->idle = pool->idle_least = 0;
  pool->closed = pool->retiring = pool->has_left = false;
  pool->job_ns = 0;
  pool->retire = (oli_timer){.fire = pool_retire};
}

/* Where the last thread itself drops the owner last, it cannot join itself. */
static void pool_release_last(oli_pool* pool) {
  if (!pool->has_left) return;
  if (pool->left_self == oli_thread_self()) {
    oli_thread_detach(pool->left);
  } else {
    oli_thread_join(pool->left);
  }
}

void oli_pool_destroy(oli_pool* pool) {
  oli_link* link;
  oli_timer_disarm(&pool->retire);
  pool_release_last(pool);
  while ((link = oli_list_shift(&pool->spare)) != NULL) {
    pool_place* place = OLI_OF(link, pool_place, link);
    oli_cond_destroy(&place->wake);
    free(place);
  }
  oli_mutex_destroy(&pool->lock);
}

/* ---- The queue (the lock is held in every *_locked) ---------------------------------------- */

/* After every change of the queue. */
static void pool_note_locked(oli_pool* pool) {
  size_t work = pool->closed ? 1 : pool->queue.jobs;
  atomic_store_explicit(&pool->work, work, memory_order_relaxed);
}

static void pool_put_locked(oli_pool* pool, oli_task* task) {
  oli_queue_put(&pool->queue, task);
  pool_note_locked(pool);
}

/* NULL: the queue is empty. */
static oli_task* pool_take_locked(oli_pool* pool, pool_place* place) {
  oli_task* task = oli_queue_take(&pool->queue);
  if (task == NULL) return NULL;
  pool_note_locked(pool);
  atomic_fetch_add(&pool->busy, 1);
  place->at_work = true;
  return task;
}

static void pool_tell_moved(oli_pool* pool) {
  if (pool->moved != NULL) pool->moved(pool->owner);
}

bool oli_pool_remove(oli_pool* pool, oli_task* task) {
  oli_mutex_lock(&pool->lock);
  bool removed = oli_queue_remove(&pool->queue, task);
  if (removed) pool_note_locked(pool);
  oli_mutex_unlock(&pool->lock);
  if (removed) pool_tell_moved(pool);
  return removed;
}

void oli_pool_take_if(oli_pool* pool, bool (*match)(const oli_task* task, void* arg), void* arg,
                      oli_list* tasks) {
  oli_mutex_lock(&pool->lock);
  oli_queue_take_if(&pool->queue, match, arg, tasks);
  pool_note_locked(pool);
  oli_mutex_unlock(&pool->lock);
  pool_tell_moved(pool);
}

/* ---- Calling threads ----------------------------------------------------------------------- */

static bool pool_shift_ends(oli_shift* shift, const oli_task* task, uint64_t now_ns) {
  (void) now_ns;
  return oli_queue_has_better(&OLI_OF(shift, pool_place, shift)->pool->queue, task);
}

static void pool_done(oli_shift* shift) {
  pool_place* place = OLI_OF(shift, pool_place, shift);
  if (!place->at_work) return;
  place->at_work = false;
  atomic_fetch_sub(&place->pool->busy, 1);
  pool_tell_moved(place->pool);
}

/* Where the next thread is to sleep; NULL: out of memory. */
static pool_place* pool_place_locked(oli_pool* pool) {
  oli_link* spare = oli_list_shift(&pool->spare);
  if (spare != NULL) return OLI_OF(spare, pool_place, link);
  pool_place* place = calloc(1, sizeof *place);
  if (place == NULL) return NULL;
  place->pool = pool;
  place->shift.ends = pool_shift_ends;
  place->shift.done = pool_done;
  oli_cond_init(&place->wake);
  return place;
}

static void pool_thread(void* arg);

/* False: the system gives none. The new thread waits for the lock. */
static bool pool_grow_locked(oli_pool* pool) {
  pool_place* place = pool_place_locked(pool);
  if (place == NULL) return false;
  pool->hold(pool->owner);
  if (oli_thread_start_sized(&place->thread, pool->name, pool->stack_size, pool_thread, place)) {
    pool->drop(pool->owner);
    oli_list_push(&pool->spare, &place->link);
    return false;
  }
  place->called = true;
  pool->threads++;
  pool->coming++;
  return true;
}

/* The sleeper at [link] of their list; still to be signalled. */
static pool_place* pool_call_sleeper_locked(oli_pool* pool, oli_link* link) {
  pool_place* place = OLI_OF(link, pool_place, link);
  oli_link_remove(link);
  place->called = true;
  pool->idle--;
  if (pool->idle < pool->idle_least) pool->idle_least = pool->idle;
  pool->coming++;
  return place;
}

/* One thread more is coming after this. False: none could be made, or as many live as may. [wakes]:
 * who is to be signalled, without the lock, or it would wake to wait for that; NULL: nobody. */
static bool pool_call_locked(oli_pool* pool, pool_place** wakes) {
  if (pool->called < pool->spinning) {
    pool->called++;
    pool->coming++;
    return true;
  }
  if (pool->idle > 0) {
    *wakes = pool_call_sleeper_locked(pool, pool->sleepers.head.prev);
    return true;
  }
  return pool->threads < pool->threads_max && pool_grow_locked(pool);
}

/* Where no task may wait each has a thread to itself. */
static bool pool_is_strict(const oli_pool* pool) {
  return pool->refuses && pool->waiting_max == 0;
}

/* Whether one thread more is worth calling. */
static bool pool_lacks_thread_locked(const oli_pool* pool) {
  size_t jobs = pool->queue.jobs;
  if (jobs <= pool->coming) return false;
  return pool->coming == 0 || pool_is_strict(pool) || jobs * pool->job_ns >= POOL_WORTH_NS;
}

static void pool_signal(pool_place* place) {
  if (place != NULL) oli_cond_signal(&place->wake);
}

/* ---- Pushing ------------------------------------------------------------------------------- */

/* True when one task more would be one too many, where so many may wait. */
static bool pool_exceeds_locked(const oli_pool* pool, size_t waiting_max) {
  size_t tasks = pool->queue.owed + atomic_load(&pool->busy);
  return tasks >= pool->threads_max && tasks - pool->threads_max >= waiting_max;
}

static bool pool_is_full_locked(const oli_pool* pool) {
  return pool_exceeds_locked(pool, pool->waiting_max);
}

bool oli_pool_is_full(oli_pool* pool, size_t* fills) {
  oli_mutex_lock(&pool->lock);
  bool full = pool_is_full_locked(pool);
  if (fills != NULL) *fills = pool->fills;
  oli_mutex_unlock(&pool->lock);
  return full;
}

/* PUSHED: it may be queued. */
static enum oli_pool_pushed pool_admit_locked(const oli_pool* pool, const oli_task* task) {
  if (task->kind->is_void != NULL && task->kind->is_void(task)) return OLI_POOL_VOID;
  if (pool->closed) return OLI_POOL_CLOSED;
  if (pool->refuses && pool_is_full_locked(pool)) return OLI_POOL_FULL;
  return task->at_once && pool_exceeds_locked(pool, 0) ? OLI_POOL_LATE : OLI_POOL_PUSHED;
}

/* Where as many threads live as may, one of them comes to the task: those that are busy are fewer.
 * Where the system gives no more, it may wait for one that lives. */
static bool pool_may_stay_locked(const oli_pool* pool) {
  if (pool_is_strict(pool)) return pool->threads >= pool->threads_max;
  return pool->threads > 0;
}

static enum oli_pool_pushed pool_put_task_locked(oli_pool* pool, oli_task* task,
                                                 pool_place** wakes) {
  pool_put_locked(pool, task);
  bool lacks = pool_lacks_thread_locked(pool);
  if (!lacks || pool_call_locked(pool, wakes)) return OLI_POOL_PUSHED;
  if (pool_may_stay_locked(pool)) return OLI_POOL_PUSHED;
  oli_queue_remove(&pool->queue, task);
  pool_note_locked(pool);
  return OLI_POOL_NO_THREAD;
}

enum oli_pool_pushed oli_pool_push(oli_pool* pool, oli_task* task) {
  pool_place* wakes = NULL;
  oli_mutex_lock(&pool->lock);
  enum oli_pool_pushed pushed = pool_admit_locked(pool, task);
  if (pushed == OLI_POOL_PUSHED) pushed = pool_put_task_locked(pool, task, &wakes);
  if (pool_is_full_locked(pool)) pool->fills++;
  oli_mutex_unlock(&pool->lock);
  pool_signal(wakes);
  return pushed;
}

/* ---- Reserving ----------------------------------------------------------------------------- */

bool oli_pool_reserve(oli_pool* pool) {
  oli_mutex_lock(&pool->lock);
  bool able = pool->closed || pool->threads > 0 || pool_grow_locked(pool);
  if (able) pool->reserved++;
  oli_mutex_unlock(&pool->lock);
  return able;
}

/* ---- Threads ------------------------------------------------------------------------------- */

/* Looks at what is queued without the lock, for a while. Whoever was called as one that spins, this
 * one answers for it. */
static void pool_spin_locked(oli_pool* pool) {
  pool->spinning++;
  oli_mutex_unlock(&pool->lock);
  uint64_t due_ns = oli_now_ns() + pool->spin_ns;
  while (atomic_load_explicit(&pool->work, memory_order_relaxed) == 0 && oli_now_ns() < due_ns) {
    oli_spin_pause();
  }
  oli_mutex_lock(&pool->lock);
  pool->spinning--;
  if (pool->called == 0) return;
  pool->called--;
  pool->coming--;
}

/* The last thread stays while one is reserved. */
static bool pool_may_shrink_locked(const oli_pool* pool) {
  return pool->threads > (pool->reserved > 0 ? 1 : 0);
}

/* Without a timer they stay: no thread can be had for it. The next one that sleeps tries again. */
static void pool_arm_locked(oli_pool* pool) {
  if (pool->retiring || pool->idle == 0 || pool->idle_ns == UINT64_MAX) return;
  if (!pool_may_shrink_locked(pool)) return;
  pool->idle_least = pool->idle;
  pool->retiring = oli_timer_arm(&pool->retire, oli_now_ns() + pool->idle_ns) == 0;
}

void oli_pool_unreserve(oli_pool* pool) {
  oli_mutex_lock(&pool->lock);
  pool->reserved--;
  pool_arm_locked(pool);
  oli_mutex_unlock(&pool->lock);
}

static void pool_sleep_locked(oli_pool* pool, pool_place* place) {
  oli_list_push(&pool->sleepers, &place->link);
  pool->idle++;
  pool_arm_locked(pool);
  while (!place->called) oli_cond_wait(&place->wake, &pool->lock);
}

/* What the thread finds at the queue; NULL: nothing. */
static oli_task* pool_look_locked(oli_pool* pool, pool_place* place) {
  if (place->called) pool->coming--;
  place->called = false;
  return pool_take_locked(pool, place);
}

/* Whether a thread that has found no task leaves. */
static bool pool_leaves_locked(const oli_pool* pool, const pool_place* place) {
  return pool->closed || (place->goes && pool_may_shrink_locked(pool));
}

/* A thread that was called and comes too late waits again. NULL: it is to go. */
static oli_task* pool_wait_locked(oli_pool* pool, pool_place* place) {
  bool spins = pool->spin_ns > 0;
  oli_task* task = pool_look_locked(pool, place);
  for (; task == NULL && !pool_leaves_locked(pool, place); spins = !spins && pool->spin_ns > 0) {
    place->goes = false;
    if (spins) {
      pool_spin_locked(pool);
    } else {
      pool_sleep_locked(pool, place);
    }
    task = pool_look_locked(pool, place);
  }
  place->goes = false;
  return task;
}

/* Only a task that one thread works at tells what a job takes. */
static void pool_measure_locked(oli_pool* pool, pool_place* place, uint64_t now_ns) {
  if (place->took_ns == 0) return;
  pool->job_ns += (now_ns - place->took_ns) / 8 - pool->job_ns / 8;
  place->took_ns = 0;
}

/* The thread that left the closed pool before this one, which has unlocked the pool for good. */
static void pool_follow_locked(oli_pool* pool, oli_thread thread, pool_leaving* leaving) {
  leaving->joins = pool->has_left;
  leaving->before = pool->left;
  leaving->last = pool->threads == 0;
  pool->has_left = true;
  pool->left = thread;
  pool->left_self = oli_thread_self();
}

/* The thread is not counted any more, and its place is another's. */
static void pool_leave_locked(oli_pool* pool, pool_place* place, pool_leaving* leaving) {
  oli_thread thread = place->thread;
  pool->threads--;
  oli_list_push(&pool->spare, &place->link);
  if (pool->closed) {
    pool_follow_locked(pool, thread, leaving);
  } else {
    oli_thread_detach(thread);
  }
}

/* NULL: the thread has left. */
static oli_task* pool_next(oli_pool* pool, pool_place* place, pool_leaving* leaving) {
  pool_place* wakes = NULL;
  uint64_t now_ns = oli_now_ns();
  oli_mutex_lock(&pool->lock);
  pool_measure_locked(pool, place, now_ns);
  oli_task* task = pool_wait_locked(pool, place);
  if (task == NULL) {
    pool_leave_locked(pool, place, leaving);
  } else if (pool_lacks_thread_locked(pool)) {
    pool_call_locked(pool, &wakes);
  }
  oli_mutex_unlock(&pool->lock);
  pool_signal(wakes);
  if (task != NULL && task->kind->join == NULL) place->took_ns = oli_now_ns();
  return task;
}

/* What a thread that has left still owes; the pool may be gone after it. */
static void pool_take_leave(oli_pool* pool, const pool_leaving* leaving) {
  if (leaving->joins) oli_thread_join(leaving->before);
  if (leaving->last && pool->emptied != NULL) pool->emptied(pool->owner);
  pool->drop(pool->owner);
}

static void pool_work(void* arg) {
  pool_place* place = arg;
  oli_pool* pool = place->pool;
  pool_leaving leaving = {0};
  oli_task* task;
  while ((task = pool_next(pool, place, &leaving)) != NULL) {
    task->kind->run(task, &place->shift);
    pool_done(&place->shift);
  }
  pool_take_leave(pool, &leaving);
}

/* Calls the thread that is to come in the place of a lost one, where that leaves a gap. */
static void pool_replace_locked(oli_pool* pool, pool_place** wakes) {
  bool missed = pool->reserved > 0 && pool->threads == 0 && !pool->closed;
  if (missed || pool_lacks_thread_locked(pool)) pool_call_locked(pool, wakes);
}

/* A task has ended its thread, which leaves in the midst of its work. */
static void pool_lose_thread(void* arg) {
  pool_place* place = arg;
  oli_pool* pool = place->pool;
  pool_leaving leaving = {0};
  pool_place* wakes = NULL;
  pool_done(&place->shift);
  oli_mutex_lock(&pool->lock);
  place->took_ns = 0;
  pool_leave_locked(pool, place, &leaving);
  pool_replace_locked(pool, &wakes);
  oli_mutex_unlock(&pool->lock);
  pool_signal(wakes);
  pool_take_leave(pool, &leaving);
}

static void pool_thread(void* place) {
  oli_thread_guard(pool_work, pool_lose_thread, place);
}

/* ---- Letting them go ----------------------------------------------------------------------- */

/* The [count] that have slept longest. */
static void pool_send_away_locked(oli_pool* pool, size_t count) {
  for (; count > 0; count--) {
    pool_place* place = pool_call_sleeper_locked(pool, pool->sleepers.head.next);
    place->goes = true;
    pool_signal(place);
  }
}

/* As many as were idle all the time. On the timer thread. */
static void pool_retire(oli_timer* timer) {
  oli_pool* pool = OLI_OF(timer, oli_pool, retire);
  oli_mutex_lock(&pool->lock);
  pool->retiring = false;
  pool_send_away_locked(pool, pool->idle_least);
  pool_arm_locked(pool);
  oli_mutex_unlock(&pool->lock);
}

void oli_pool_close(oli_pool* pool, oli_list* tasks) {
  oli_list_init(tasks);
  oli_mutex_lock(&pool->lock);
  pool->closed = true;
  oli_queue_drain(&pool->queue, tasks);
  pool_note_locked(pool);
  pool_send_away_locked(pool, pool->idle);
  oli_mutex_unlock(&pool->lock);
}

/* ---- Their end ----------------------------------------------------------------------------- */

size_t oli_pool_threads(oli_pool* pool) {
  oli_mutex_lock(&pool->lock);
  size_t threads = pool->threads;
  oli_mutex_unlock(&pool->lock);
  return threads;
}

void oli_pool_join(oli_pool* pool) {
  oli_mutex_lock(&pool->lock);
  bool joins = pool->has_left;
  oli_thread left = pool->left;
  pool->has_left = false;
  oli_mutex_unlock(&pool->lock);
  if (joins) oli_thread_join(left);
}
