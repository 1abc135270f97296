#include "quay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUAY_THREADS_MAX 1024
#define QUAY_THREADS_MIN 4 /* of a table that says none: jobs may block */
#define QUAY_IDLE_MS 5000
#define QUAY_SPIN_US_MAX 1000000
#define QUAY_STACK_MIN 65536

/* One that refuses more jobs than it may have threads. Each environment has its own. */
const ol_pool ol_own_thread = {OL_POOL("own"), .threads = 256, .max_queue = OL_NO_QUEUE,
                               .idle_ms = 1000};

/* To go to sleep and be woken costs a thread more than to look on for as long as the next call of a
 * loop that awaits each answer takes. Where jobs are rare it is this time at most for each. */
const ol_pool ol_default_pool = {OL_POOL("offloop"), .spin_us = 20};

static oli_mutex quay_lock = OLI_MUTEX_INIT; /* of the quays */
static oli_list quay_registry = {{&quay_registry.head, &quay_registry.head}};

/* ---- Tables -------------------------------------------------------------------------------- */

static const char* quay_member_fault(const ol_pool* table) {
  if (table->name == NULL || table->name[0] == '\0') return "it has no name";
  if (table->threads > QUAY_THREADS_MAX) return ".threads: more than 1024";
  if (table->on_full < OL_POOL_WAIT || table->on_full > OL_POOL_REJECT) {
    return ".on_full is no way that this version knows";
  }
  bool endless = table->max_queue == 0 || table->max_queue == OL_NO_LIMIT;
  if (table->on_full == OL_POOL_REJECT && endless) {
    return ".on_full: nothing is refused without a .max_queue";
  }
  if (table->spin_us > QUAY_SPIN_US_MAX) return ".spin_us: more than a second";
  if (table->stack_size > 0 && table->stack_size < QUAY_STACK_MIN) {
    return ".stack_size: less than 64 KiB";
  }
  return NULL;
}

static ol_pool quay_copy(const ol_pool* table) {
  ol_pool copy = {0};
  memcpy(&copy, table, table->table_size < sizeof copy ? table->table_size : sizeof copy);
  return copy;
}

const char* oli_quay_fault(const ol_pool* table) {
  if (table->kind != OL_TABLE_POOL) return "it is no pool, or OL_POOL(...) was left out";
  if (table->table_size > sizeof(ol_pool))
    return "it is built with a newer header than this library";
  if (table->table_size < offsetof(ol_pool, threads)) return "it was not made by offloop's macros";
  ol_pool copy = quay_copy(table);
  return quay_member_fault(&copy);
}

static uint32_t quay_threads(void) {
  unsigned cores = oli_cores();
  if (cores > QUAY_THREADS_MAX) return QUAY_THREADS_MAX;
  return cores < QUAY_THREADS_MIN ? QUAY_THREADS_MIN : cores;
}

ol_pool oli_quay_resolve(const ol_pool* table) {
  ol_pool copy = quay_copy(table);
  if (copy.threads == 0) copy.threads = quay_threads();
  if (copy.idle_ms == 0) copy.idle_ms = QUAY_IDLE_MS;
  if (oli_cores() < 2) copy.spin_us = 0; /* nobody could bring work meanwhile */
  return copy;
}

/* ---- Life ---------------------------------------------------------------------------------- */

void oli_quay_hold(oli_quay* quay) {
  atomic_fetch_add(&quay->refs, 1);
}

void oli_quay_drop(oli_quay* quay) {
  if (atomic_fetch_sub(&quay->refs, 1) > 1) return;
  oli_pool_destroy(&quay->pool);
  free(quay);
}

static void quay_hold(void* quay) {
  oli_quay_hold(quay);
}

static void quay_drop(void* quay) {
  oli_quay_drop(quay);
}

/* By the last thread of a closed pool. */
static void quay_emptied(void* arg) {
  oli_quay* quay = arg;
  oli_mutex_lock(&quay_lock);
  if (quay->waits != NULL) quay->waits->tell(quay->waits);
  oli_mutex_unlock(&quay_lock);
}

static size_t quay_waiting_max(const ol_pool* table) {
  if (table->max_queue == OL_NO_QUEUE) return 0;
  return table->max_queue == 0 || table->max_queue == OL_NO_LIMIT ? SIZE_MAX : table->max_queue;
}

static uint64_t quay_idle_ns(const ol_pool* table) {
  return table->idle_ms == OL_NO_LIMIT ? UINT64_MAX : (uint64_t) table->idle_ms * 1000000u;
}

static void quay_moved(void* arg);

static void quay_open(oli_quay* quay) {
  const ol_pool* table = &quay->table;
  snprintf(quay->name, sizeof quay->name, "%s", table->name);
  quay->table.name = quay->name;
  quay->pool.name = quay->name;
  quay->pool.threads_max = table->threads;
  quay->pool.stack_size = table->stack_size;
  quay->pool.waiting_max = quay_waiting_max(table);
  quay->pool.refuses = table->on_full == OL_POOL_REJECT || table->max_queue == OL_NO_QUEUE;
  quay->pool.idle_ns = quay_idle_ns(table);
  quay->pool.spin_ns = (uint64_t) table->spin_us * 1000u;
  quay->pool.owner = quay;
  quay->pool.hold = quay_hold;
  quay->pool.drop = quay_drop;
  quay->pool.emptied = quay_emptied;
  quay->pool.moved = quay_moved;
  oli_pool_init(&quay->pool);
}

static oli_quay* quay_new(const ol_pool* table) {
  oli_quay* quay = calloc(1, sizeof *quay);
  if (quay == NULL) return NULL;
  quay->table = oli_quay_resolve(table);
  atomic_init(&quay->refs, 0);
  atomic_init(&quay->wishes, 0);
  oli_list_init(&quay->users);
  quay_open(quay);
  return quay;
}

static oli_quay* quay_find_locked(const ol_pool* table) {
  oli_link* head = &quay_registry.head;
  for (oli_link* link = head->next; link != head; link = link->next) {
    oli_quay* quay = OLI_OF(link, oli_quay, link);
    if (quay->source == table) return quay;
  }
  return NULL;
}

static oli_quay* quay_join_locked(const ol_pool* table, bool shared) {
  oli_quay* quay = shared ? quay_find_locked(table) : NULL;
  if (quay != NULL) return quay;
  quay = quay_new(table);
  if (quay == NULL || !shared) return quay;
  quay->source = table;
  oli_list_push(&quay_registry, &quay->link);
  return quay;
}

oli_quay* oli_quay_join(const ol_pool* table, bool shared, oli_quay_user* user) {
  oli_mutex_lock(&quay_lock);
  oli_quay* quay = quay_join_locked(table, shared);
  if (quay != NULL) {
    oli_quay_hold(quay);
    oli_list_push(&quay->users, &user->link);
  }
  oli_mutex_unlock(&quay_lock);
  return quay;
}

/* Nobody finds it any more, so nobody else uses it. What is left in its queue is nobody's: its user
 * has taken out what it had there. */
static void quay_close(oli_quay* quay) {
  oli_list left;
  oli_pool_close(&quay->pool, &left);
}

void oli_quay_leave(oli_quay* quay, oli_quay_user* user) {
  oli_quay_wish(quay, user, false);
  oli_mutex_lock(&quay_lock);
  oli_link_remove(&user->link);
  bool last = oli_list_empty(&quay->users);
  if (last && oli_link_listed(&quay->link)) oli_link_remove(&quay->link);
  oli_mutex_unlock(&quay_lock);
  if (last) quay_close(quay);
}

void oli_quay_await(oli_quay* quay, oli_quay_user* user) {
  oli_mutex_lock(&quay_lock);
  quay->waits = user;
  oli_mutex_unlock(&quay_lock);
}

/* ---- Wishes -------------------------------------------------------------------------------- */

void oli_quay_wish(oli_quay* quay, oli_quay_user* user, bool wishes) {
  oli_mutex_lock(&quay_lock);
  if (wishes && !user->wishes) atomic_fetch_add(&quay->wishes, 1);
  if (!wishes && user->wishes) atomic_fetch_sub(&quay->wishes, 1);
  user->wishes = wishes;
  oli_mutex_unlock(&quay_lock);
}

/* One load where nobody wishes. A wish that is not seen here came after the room was made, and so
 * found it itself. [any] */
static void quay_moved(void* arg) {
  oli_quay* quay = arg;
  if (atomic_load(&quay->wishes) == 0) return;
  oli_mutex_lock(&quay_lock);
  for (oli_link* link = quay->users.head.next; link != &quay->users.head; link = link->next) {
    oli_quay_user* user = OLI_OF(link, oli_quay_user, link);
    if (user->wishes) user->tell(user);
  }
  oli_mutex_unlock(&quay_lock);
}
