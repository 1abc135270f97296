/* channel.c: records wait in a ring, and putters who find no room wait in a list.
 *
 * Shape: a slot of the ring is a record and, where records point to something, its cargo: an arena
 * of the record's own. So a bare record costs a copy into the ring and one out of it, and no
 * allocation.
 *
 * Handing over: a putter who waits leaves its slot on its stack. Whoever makes room moves the slot
 * into the ring itself, takes the putter off the list and signals it alone. Nobody races for room:
 * no herd wakes, putters are served in the order of coming, and nothing is left for a putter to do
 * that could be lost. A newcomer never passes those who wait.
 *
 * Looking: before it waits, a putter with nobody in front may look for room for some microseconds,
 * without the lock and without being listed. A taker in a flood looks likewise, for as many records
 * as are worth to come for. Neither has left a wish by then, and what they find is only a reason to
 * go on under the lock.
 *
 * Lock: one, a leaf. Authors' functions (notify, what frees a block) run without it; every change
 * of what the taker waits for ends in channel_leave. Invariants whenever the lock is free:
 *   - putters are listed only while the channel is open and there is no room for the first of them:
 *     the use, the stop or the time-out that ends this serves them in the same critical section;
 *   - [wanted] is set only while it is open and empty: the put or stop that ends this clears it and
 *     calls notify, after the lock is released, exactly once;
 *   - [listening] likewise, for the thread in oli_channel_wait, which is signalled under the lock.
 * test/model/channel.pml is the model of this protocol. */
#include "channel.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "parcel.h"
#include "ring.h"

/* Behind a record in its slot. */
typedef struct channel_cargo {
  oli_arena arena;
  size_t bytes; /* of the record and all that it points to */
} channel_cargo;

struct oli_channel {
  const oli_shape* shape;
  oli_channel_limits limits;
  size_t stride; /* bytes of a slot */
  bool bare;
  bool weighed; /* bytes are limited, and records differ in them */
  void (*notify)(void* arg);
  void* notify_arg;
  void (*pause)(void* arg);
  void (*resume)(void* arg);
  void* pause_arg;
  atomic_uint uses; /* how often the taker has used something up; grows under the lock */
  atomic_uint puts; /* how often a record went in; likewise */

  oli_mutex lock; /* guards all that follows */
  oli_cond news;  /* of the thread in oli_channel_wait */
  oli_list putters;
  oli_ring queue;
  size_t taken;   /* records that are not yet used up */
  oli_ring loads; /* the bytes of each of those, size_t; empty when not weighed */
  size_t bytes;   /* behind, when weighed */
  uint64_t dropped;
  int stop; /* OL_OK, or why */
  bool wanted, listening;
  int patience; /* above 0: a putter looks for room for a moment before it sleeps */
  size_t flow;  /* records taken of late */
  size_t flood; /* from how many of those on the taker looks for more */
};

/* One thread in oli_channel_put, on its stack. Listed: it waits. */
typedef struct channel_putter {
  oli_link link;
  const void* slot;
  int status; /* set by whoever takes it off the list */
  oli_cond served;
} channel_putter;

/* How long a putter looks for room before it sleeps: about what sleeping and waking cost. */
#define CHANNEL_SPIN_NS 20000u
#define CHANNEL_SPIN_PATIENCE 8
#define CHANNEL_SPIN_REST 64 /* waits without looking, after looking was in vain */

/* How long a taker looks at most, whose thread has more to do, and how long it does not look up:
 * each time it does costs a putter more than its record. */
#define CHANNEL_LOOK_NS 10000u
#define CHANNEL_LOOK_PAUSES 32

/* Records that are worth to come for. */
#define CHANNEL_RUN 128u

/* After how many records it looks; after four times as many each time that it was in vain. */
#define CHANNEL_FLOOD 16u
#define CHANNEL_FLOOD_MAX 16384u

#define CHANNEL_LOCK_TRIES 64

/* A put that was no failure, and whose record is still its putter's to free. */
enum { CHANNEL_DROPPED = 1 };

/* ---- Lock ---------------------------------------------------------------------------------- */

/* A put or a take holds the lock for some nanoseconds, and to sleep for it costs some thousands. */
static void channel_lock(oli_channel* channel) {
  for (int tries = 0; tries < CHANNEL_LOCK_TRIES; tries++) {
    if (oli_mutex_try_lock(&channel->lock)) return;
    oli_spin_pause();
  }
  oli_mutex_lock(&channel->lock);
}

/* For those who look without the lock. */
static void channel_count_locked(atomic_uint* count) {
  unsigned seen = atomic_load_explicit(count, memory_order_relaxed);
  atomic_store_explicit(count, seen + 1, memory_order_relaxed);
}

/* ---- Slots --------------------------------------------------------------------------------- */

/* Rounded up, so that records and cargoes are aligned in an array of slots. */
static size_t channel_stride(const oli_shape* shape, bool bare) {
  size_t align = alignof(max_align_t);
  return bare ? shape->size : (shape->size + sizeof(channel_cargo) + align - 1) / align * align;
}

static channel_cargo* channel_cargo_at(const void* slot, size_t stride) {
  return (channel_cargo*) ((uintptr_t) slot + stride - sizeof(channel_cargo));
}

static channel_cargo* channel_cargo_of(const oli_channel* channel, const void* slot) {
  return channel_cargo_at(slot, channel->stride);
}

/* Frees what is queued, and the ring's memory. No lock is held. */
static void channel_free_queue(const oli_channel* channel, oli_ring* queue) {
  for (; !channel->bare && queue->len > 0; oli_ring_drop(queue, 1)) {
    oli_arena_clear(&channel_cargo_of(channel, oli_ring_front(queue))->arena);
  }
  oli_ring_clear(queue);
}

/* ---- Life ---------------------------------------------------------------------------------- */

/* Flat records are all of one size: a limit of bytes is one of items. */
static oli_channel_limits channel_limits(const oli_shape* shape, oli_channel_limits limits,
                                         bool bare) {
  size_t items = limits.bytes / shape->size;
  if (bare && limits.bytes > 0 && items < limits.items) limits.items = items;
  if (limits.items == 0) limits.items = 1;
  return limits;
}

oli_channel* oli_channel_new(const oli_shape* shape, oli_channel_limits limits,
                             void (*notify)(void* arg), void* arg) {
  oli_channel* channel = calloc(1, sizeof *channel);
  if (channel == NULL) return NULL;
  channel->shape = shape;
  channel->bare = oli_shape_is_bare(shape);
  channel->limits = channel_limits(shape, limits, channel->bare);
  channel->weighed = !channel->bare && limits.bytes > 0;
  channel->notify = notify;
  channel->notify_arg = arg;
  channel->stride = channel_stride(shape, channel->bare);
  channel->queue.slot_size = channel->stride;
  channel->loads.slot_size = sizeof(size_t);
  atomic_init(&channel->uses, 0);
  atomic_init(&channel->puts, 0);
  channel->patience = CHANNEL_SPIN_PATIENCE;
  channel->flood = CHANNEL_FLOOD;
  oli_mutex_init(&channel->lock);
  oli_cond_init(&channel->news);
  oli_list_init(&channel->putters);
  return channel;
}

void oli_channel_free(oli_channel* channel) {
  channel_free_queue(channel, &channel->queue);
  oli_ring_clear(&channel->loads);
  oli_cond_destroy(&channel->news);
  oli_mutex_destroy(&channel->lock);
  free(channel);
}

void oli_channel_on_wait(oli_channel* channel, void (*pause)(void* arg), void (*resume)(void* arg),
                         void* arg) {
  channel->pause = pause;
  channel->resume = resume;
  channel->pause_arg = arg;
}

/* ---- Waking the taker ---------------------------------------------------------------------- */

static bool channel_is_quiet_locked(const oli_channel* channel) {
  return channel->queue.len == 0 && channel->stop == OL_OK;
}

/* Releases the lock and tells the taker what it wants to know. */
static void channel_leave(oli_channel* channel) {
  bool quiet = channel_is_quiet_locked(channel);
  bool notify = channel->wanted && !quiet;
  if (notify) channel->wanted = false;
  if (channel->listening && !quiet) {
    channel->listening = false;
    oli_cond_signal(&channel->news);
  }
  oli_mutex_unlock(&channel->lock);
  if (notify && channel->notify != NULL) channel->notify(channel->notify_arg);
}

/* Once the caller can be found by whoever would end its wait, and before it waits. */
static void channel_pause_locked(oli_channel* channel) {
  if (channel->pause == NULL) return;
  oli_mutex_unlock(&channel->lock);
  channel->pause(channel->pause_arg);
  channel_lock(channel);
}

static void channel_resume(const oli_channel* channel) {
  if (channel->resume != NULL) channel->resume(channel->pause_arg);
}

/* ---- Room ---------------------------------------------------------------------------------- */

static bool channel_fits_locked(const oli_channel* channel, const void* slot) {
  size_t behind = channel->queue.len + channel->taken;
  if (behind >= channel->limits.items) return false;
  if (!channel->weighed || behind == 0) return true;
  size_t limit = channel->limits.bytes;
  if (channel->bytes > limit) return false;
  return channel_cargo_of(channel, slot)->bytes <= limit - channel->bytes;
}

/* The slot's cargo belongs to the channel from here on, unless there is no memory. */
static int channel_append_locked(oli_channel* channel, const void* slot) {
  void* place = oli_ring_push(&channel->queue);
  if (place == NULL) return OL_NO_MEMORY;
  memcpy(place, slot, channel->stride);
  if (channel->weighed) channel->bytes += channel_cargo_of(channel, slot)->bytes;
  channel_count_locked(&channel->puts);
  return OL_OK;
}

/* The putter may be gone as soon as the lock is free. */
static void channel_serve_locked(channel_putter* putter, int status) {
  oli_link_remove(&putter->link);
  putter->status = status;
  oli_cond_signal(&putter->served);
}

static channel_putter* channel_first_putter_locked(const oli_channel* channel) {
  if (oli_list_empty(&channel->putters)) return NULL;
  return OLI_OF(channel->putters.head.next, channel_putter, link);
}

/* After each event that may have made room. */
static void channel_admit_locked(oli_channel* channel) {
  channel_putter* first = channel_first_putter_locked(channel);
  while (first != NULL && channel_fits_locked(channel, first->slot)) {
    channel_serve_locked(first, channel_append_locked(channel, first->slot));
    first = channel_first_putter_locked(channel);
  }
}

/* ---- Putting ------------------------------------------------------------------------------- */

/* Releases the lock for a moment, because freeing may call the author's function. */
static void channel_drop_oldest_locked(oli_channel* channel) {
  oli_arena arena = {0};
  if (!channel->bare) {
    channel_cargo* cargo = channel_cargo_of(channel, oli_ring_front(&channel->queue));
    if (channel->weighed) channel->bytes -= cargo->bytes;
    arena = cargo->arena;
  }
  oli_ring_drop(&channel->queue, 1);
  channel->dropped++;
  if (channel->bare) return;
  oli_mutex_unlock(&channel->lock);
  oli_arena_clear(&arena);
  channel_lock(channel);
}

static int channel_put_dropping_locked(oli_channel* channel, const void* slot) {
  while (channel->stop == OL_OK && channel->queue.len > 0 && !channel_fits_locked(channel, slot)) {
    channel_drop_oldest_locked(channel);
  }
  return channel->stop != OL_OK ? channel->stop : channel_append_locked(channel, slot);
}

/* OL_AGAIN: it has to wait. */
static int channel_try_locked(oli_channel* channel, const void* slot) {
  if (channel->stop != OL_OK) return channel->stop;
  if (oli_list_empty(&channel->putters) && channel_fits_locked(channel, slot)) {
    return channel_append_locked(channel, slot);
  }
  if (channel->limits.on_full == OLI_FULL_WAIT) return OL_AGAIN;
  if (channel->limits.on_full == OLI_FULL_DROP_OLDEST) {
    return channel_put_dropping_locked(channel, slot);
  }
  channel->dropped++;
  return CHANNEL_DROPPED;
}

/* A putter that gives up may leave room for a smaller record behind it. */
static void channel_give_up_locked(oli_channel* channel, channel_putter* putter) {
  channel_serve_locked(putter, OL_TIMED_OUT);
  channel_admit_locked(channel);
}

/* Without the lock. False: nothing was used up for as long as it is worth. */
static bool channel_watch_uses(const oli_channel* channel, unsigned uses) {
  uint64_t due_ns = oli_now_ns() + CHANNEL_SPIN_NS;
  do {
    for (int looks = 0; looks < 64; looks++) {
      if (atomic_load_explicit(&channel->uses, memory_order_relaxed) != uses) return true;
      oli_spin_pause();
    }
  } while (oli_now_ns() < due_ns);
  return false;
}

/* To sleep and to be woken costs both threads more than the taker needs for a batch that it reads
 * fast. Where the taker is slow this is given up, and tried again now and then. The lock is let go
 * meanwhile; what it guards is looked at anew. */
static void channel_spin_locked(oli_channel* channel) {
  unsigned uses = atomic_load_explicit(&channel->uses, memory_order_relaxed);
  oli_mutex_unlock(&channel->lock);
  bool used = channel_watch_uses(channel, uses);
  channel_lock(channel);
  if (!used) {
    channel->patience = channel->patience > 1 ? channel->patience / 2 : -CHANNEL_SPIN_REST;
  } else if (channel->patience < CHANNEL_SPIN_PATIENCE) {
    channel->patience++;
  }
}

/* Nobody who came before is passed. */
static int channel_try_again_locked(oli_channel* channel, const void* slot) {
  if (!oli_list_empty(&channel->putters)) return OL_AGAIN;
  if (channel->patience <= 0) {
    channel->patience++;
    return OL_AGAIN;
  }
  channel_spin_locked(channel);
  return channel_try_locked(channel, slot);
}

/* Releases the lock. */
static int channel_put_waiting(oli_channel* channel, const void* slot, uint64_t due_ns) {
  channel_putter putter = {.slot = slot};
  oli_cond_init(&putter.served);
  oli_list_push(&channel->putters, &putter.link);
  channel_pause_locked(channel);
  while (oli_link_listed(&putter.link)) {
    bool waits = oli_cond_wait_until(&putter.served, &channel->lock, due_ns);
    if (!waits && oli_link_listed(&putter.link)) channel_give_up_locked(channel, &putter);
  }
  channel_leave(channel);
  channel_resume(channel);
  oli_cond_destroy(&putter.served);
  return putter.status;
}

static int channel_put_slot(oli_channel* channel, const void* slot, uint64_t due_ns) {
  channel_lock(channel);
  int status = channel_try_locked(channel, slot);
  if (status == OL_AGAIN && due_ns > 0) status = channel_try_again_locked(channel, slot);
  if (status == OL_AGAIN && due_ns > 0) return channel_put_waiting(channel, slot, due_ns);
  channel_leave(channel);
  return status;
}

/* The slot is built in the arena that it carries, so that a record is one allocation where it is
 * small. What the arena holds is told to the slot last, when nothing is added any more. */
static int channel_put_parcel(oli_channel* channel, const void* record, oli_arena* from,
                              oli_mutex* from_lock, uint64_t due_ns) {
  oli_arena arena = {0};
  size_t bytes = channel->shape->size;
  void* slot = oli_arena_alloc(&arena, channel->stride);
  if (slot == NULL) return OL_NO_MEMORY;
  int status = oli_parcel_copy(channel->shape, record, slot, from, from_lock, &arena, &bytes);
  *channel_cargo_of(channel, slot) = (channel_cargo){arena, bytes};
  if (status == OL_OK) {
    status = channel_put_slot(channel, slot, due_ns);
    if (status < OL_OK) oli_parcel_give_back(from, from_lock, &arena);
  }
  if (status != OL_OK) oli_arena_clear(&arena);
  return status;
}

int oli_channel_put(oli_channel* channel, const void* record, oli_arena* arena,
                    oli_mutex* arena_lock, uint64_t due_ns) {
  int status = channel->bare ? channel_put_slot(channel, record, due_ns)
                             : channel_put_parcel(channel, record, arena, arena_lock, due_ns);
  return status == CHANNEL_DROPPED ? OL_OK : status;
}

/* What was read into the arena is not weighed: who limits bytes puts copies. */
int oli_channel_put_whole(oli_channel* channel, const void* record, oli_arena* arena) {
  if (channel->bare) return oli_channel_put(channel, record, NULL, NULL, 0);
  void* slot = oli_arena_alloc(arena, channel->stride);
  if (slot == NULL) return OL_NO_MEMORY;
  memcpy(slot, record, channel->shape->size);
  *channel_cargo_of(channel, slot) = (channel_cargo){*arena, channel->shape->size};
  int status = channel_put_slot(channel, slot, 0);
  if (status == CHANNEL_DROPPED) oli_arena_clear(arena);
  if (status == OL_OK) *arena = (oli_arena){0};
  return status == CHANNEL_DROPPED ? OL_OK : status;
}

/* ---- Taking -------------------------------------------------------------------------------- */

static void channel_use_locked(oli_channel* channel, size_t used) {
  if (used > channel->taken) used = channel->taken;
  channel->taken -= used;
  if (used > 0) channel_count_locked(&channel->uses);
  for (; channel->weighed && used > 0; used--) {
    channel->bytes -= *(size_t*) oli_ring_front(&channel->loads);
    oli_ring_drop(&channel->loads, 1);
  }
  channel_admit_locked(channel);
}

/* The memory was reserved. */
static void channel_note_loads_locked(oli_channel* channel, const oli_batch* batch) {
  for (size_t i = 0; i < batch->len; i++) {
    const void* slot = oli_batch_record(batch, i);
    *(size_t*) oli_ring_push(&channel->loads) = channel_cargo_of(channel, slot)->bytes;
  }
}

static int channel_take_locked(oli_channel* channel, size_t len, oli_batch* batch) {
  if (channel->weighed && !oli_ring_reserve(&channel->loads, len)) return OL_NO_MEMORY;
  batch->records = malloc(len * batch->stride);
  if (batch->records == NULL) return OL_NO_MEMORY;
  batch->len = len;
  oli_ring_shift(&channel->queue, len, batch->records);
  channel->taken += len;
  channel->flow += len;
  if (channel->weighed) channel_note_loads_locked(channel, batch);
  return OL_OK;
}

/* How many records make it worth while to come. */
static size_t channel_run(const oli_channel* channel, size_t max) {
  size_t half = channel->limits.items / 2;
  size_t run = half < CHANNEL_RUN ? half : CHANNEL_RUN;
  return run < max ? run : max;
}

/* Without the lock: how many records went in since [seen], once there are [enough] or no more come.
 * Where there are [some] it is not waited for the first. */
static size_t channel_watch_puts(const oli_channel* channel, unsigned seen, size_t enough,
                                 bool some) {
  size_t put = 0, before;
  uint64_t due_ns = oli_now_ns() + CHANNEL_LOOK_NS;
  do {
    before = put;
    for (int pauses = 0; pauses < CHANNEL_LOOK_PAUSES; pauses++) oli_spin_pause();
    put = atomic_load_explicit(&channel->puts, memory_order_relaxed) - seen;
  } while (put < enough && (put > before || !some) && oli_now_ns() < due_ns);
  return put;
}

static void channel_learn_locked(oli_channel* channel, bool found) {
  channel->flow = found ? channel->flow / 2 : 0;
  if (found) {
    channel->flood = CHANNEL_FLOOD;
  } else if (channel->flood < CHANNEL_FLOOD_MAX) {
    channel->flood *= 4;
  }
}

static void channel_look_locked(oli_channel* channel, size_t run) {
  unsigned seen = atomic_load_explicit(&channel->puts, memory_order_relaxed);
  size_t len = channel->queue.len;
  oli_mutex_unlock(&channel->lock);
  size_t put = channel_watch_puts(channel, seen, run - len, len > 0);
  channel_lock(channel);
  channel_learn_locked(channel, len + put > 0);
}

/* Where records come in a flood, more are near: to come for a few costs both threads more than to
 * wait for some microseconds, and to sleep until one is told more than that. Less and less is hoped
 * for while there are few at a time. The lock is let go meanwhile. */
static void channel_await_run_locked(oli_channel* channel, size_t max) {
  size_t run = channel_run(channel, max);
  bool open = channel->stop == OL_OK && oli_list_empty(&channel->putters);
  bool floods = channel->notify != NULL && channel->flow >= channel->flood;
  if (open && floods && channel->queue.len < run) channel_look_locked(channel, run);
}

int oli_channel_take(oli_channel* channel, size_t used, size_t max, oli_batch* batch) {
  int status = OL_OK;
  *batch = (oli_batch){channel->shape, 0, channel->stride, NULL};
  channel_lock(channel);
  channel_use_locked(channel, used);
  channel_await_run_locked(channel, max);
  size_t len = channel->queue.len;
  if (max > 0 && len > 0) {
    status = channel_take_locked(channel, len < max ? len : max, batch);
  } else if (max > 0) {
    status = channel->stop;
    channel->wanted = status == OL_OK;
  }
  channel_leave(channel);
  return status;
}

/* What oli_channel_wait gives; OL_TIMED_OUT: it is still quiet. */
static int channel_news_locked(const oli_channel* channel) {
  if (channel->queue.len > 0) return OL_OK;
  return channel->stop != OL_OK ? channel->stop : OL_TIMED_OUT;
}

int oli_channel_wait(oli_channel* channel, uint64_t due_ns) {
  bool waits = due_ns > 0;
  channel_lock(channel);
  bool pauses = waits && channel_is_quiet_locked(channel);
  if (pauses) channel_pause_locked(channel);
  while (waits && channel_is_quiet_locked(channel)) {
    channel->listening = true;
    waits = oli_cond_wait_until(&channel->news, &channel->lock, due_ns);
  }
  channel->listening = false;
  int status = channel_news_locked(channel);
  oli_mutex_unlock(&channel->lock);
  if (pauses) channel_resume(channel);
  return status;
}

/* ---- Batches ------------------------------------------------------------------------------- */

void* oli_batch_record(const oli_batch* batch, size_t index) {
  return batch->records + index * batch->stride;
}

oli_arena* oli_batch_arena(const oli_batch* batch, size_t index) {
  if (batch->stride == batch->shape->size) return NULL;
  return &channel_cargo_at(oli_batch_record(batch, index), batch->stride)->arena;
}

void oli_batch_free(oli_batch* batch) {
  bool bare = batch->stride == batch->shape->size;
  for (size_t i = 0; !bare && i < batch->len; i++) oli_arena_clear(oli_batch_arena(batch, i));
  free(batch->records);
  batch->records = NULL;
  batch->len = 0;
}

/* ---- The end ------------------------------------------------------------------------------- */

static void channel_stop_locked(oli_channel* channel, int why) {
  if (channel->stop != OL_OK) return;
  channel->stop = why;
  while (!oli_list_empty(&channel->putters)) {
    channel_serve_locked(channel_first_putter_locked(channel), why);
  }
}

void oli_channel_stop(oli_channel* channel, int why) {
  channel_lock(channel);
  channel_stop_locked(channel, why);
  channel_leave(channel);
}

void oli_channel_cut(oli_channel* channel, int why) {
  channel_lock(channel);
  channel_stop_locked(channel, why);
  oli_ring queue = channel->queue;
  channel->queue = (oli_ring){.slot_size = channel->stride};
  channel_leave(channel);
  channel_free_queue(channel, &queue);
}

uint64_t oli_channel_dropped(oli_channel* channel) {
  channel_lock(channel);
  uint64_t dropped = channel->dropped;
  oli_mutex_unlock(&channel->lock);
  return dropped;
}

int oli_channel_room(oli_channel* channel, size_t before) {
  channel_lock(channel);
  size_t behind = channel->queue.len + channel->taken;
  bool room = behind < channel->limits.items && before < channel->limits.items - behind;
  int status = channel->stop != OL_OK ? channel->stop : room ? OL_OK : OL_AGAIN;
  oli_mutex_unlock(&channel->lock);
  return status;
}

size_t oli_channel_len(oli_channel* channel) {
  channel_lock(channel);
  size_t len = channel->queue.len;
  oli_mutex_unlock(&channel->lock);
  return len;
}

size_t oli_channel_behind(oli_channel* channel) {
  channel_lock(channel);
  size_t behind = channel->queue.len + channel->taken;
  oli_mutex_unlock(&channel->lock);
  return behind;
}
