/* See handle.h for the states and what keeps a handle. Order of locks: a job's stop lock and
 * set->lock are never held together; the author's close runs under neither.
 *
 * Parents close after their children: the closer of a child sends its parent's. Where a closer runs
 * at once instead of in a pool, the parent's is handed back to the loop in handle_send, so that a
 * long chain of parents does not grow the stack. */
#include "handle.h"

#include <stdlib.h>

/* A job that lent its turn and waits for it; on its stack. */
typedef struct oli_turn_wait {
  bool has;
  oli_cond back;
} oli_turn_wait;

/* The state of a closer. */
typedef struct handle_closing {
  oli_handle* handle;
  bool away;    /* a thread of the pool runs it, and not handle_send, which sends the next one */
  ol_job* next; /* the parent's closer, now due, or NULL */
} handle_closing;

static handle_closing* handle_closing_of(const ol_job* closer) {
  return closer->state;
}

static oli_handle* handle_of_closer(const ol_job* closer) {
  return handle_closing_of(closer)->handle;
}

static oli_handles* handle_set_of(const ol_job* closer) {
  return handle_of_closer(closer)->set;
}

/* Whether closing it calls the author, which takes a thread. */
static bool handle_calls_close(const oli_handle* handle) {
  return handle->origin == NULL && handle->cls->close != NULL;
}

/* ---- Falling due: under the lock ----------------------------------------------------------- */

static bool handle_kept(const oli_handle* handle) {
  if (handle->users > 0 || !oli_list_empty(&handle->children)) return true;
  return handle->objects > 0 && !handle->closing;
}

/* Lists the closer, once, when nothing keeps the handle any more. */
static void handle_check(oli_handle* handle, oli_list* due) {
  oli_handles* set = handle->set;
  if (handle->sent || handle_kept(handle)) return;
  handle->sent = true;
  bool away = handle_calls_close(handle) && !set->ended;
  handle_closing_of(handle->closer)->away = away;
  if (away) set->away++;
  oli_list_push(due, &handle->closer->task.link);
}

static void handle_release(oli_handle* handle, oli_list* due) {
  handle->users--;
  handle_check(handle, due);
}

/* The one after [handle] in a walk through [top] and all below it, parents first; NULL: the end. */
static oli_handle* handle_after(oli_handle* handle, const oli_handle* top) {
  if (!oli_list_empty(&handle->children))
    return OLI_OF(handle->children.head.next, oli_handle, sibling);
  for (; handle != top; handle = handle->parent) {
    oli_link* next = handle->sibling.next;
    if (next != &handle->parent->children.head) return OLI_OF(next, oli_handle, sibling);
  }
  return NULL;
}

/* A closing handle's children are closing already: those that came later were born so. */
static void handle_tell(oli_handle* top, oli_list* due) {
  if (top->closing) return;
  for (oli_handle* handle = top; handle != NULL; handle = handle_after(handle, top)) {
    handle->closing = true;
    handle_check(handle, due);
  }
}

/* Out of its family once it is closed; the parent may fall due by it. */
static void handle_leave_family(oli_handle* handle, oli_list* due) {
  oli_link_remove(&handle->sibling);
  if (handle->parent != NULL) handle_check(handle->parent, due);
  handle->parent = NULL;
}

/* ---- Closers ------------------------------------------------------------------------------- */

static ol_job* handle_shift_closer(oli_list* due) {
  oli_link* link = oli_list_shift(due);
  return link == NULL ? NULL : oli_job_at(link);
}

static ol_job* handle_run_here(ol_job* closer) {
  oli_job_run(closer, NULL);
  ol_job* next = handle_closing_of(closer)->next;
  closer->kind->home(closer);
  return next;
}

/* A closer that goes to no pool runs on this thread: it calls nothing of the author's, or this is
 * the thread of a job that outlives its environment. */
static void handle_send(ol_job* closer) {
  while (closer != NULL && !handle_closing_of(closer)->away) closer = handle_run_here(closer);
  if (closer != NULL) handle_set_of(closer)->submit(closer);
}

static void handle_send_all(oli_list* due) {
  ol_job* closer;
  while ((closer = handle_shift_closer(due)) != NULL) handle_send(closer);
}

static void handle_count_away_locked(oli_handles* set) {
  if (--set->away == 0) oli_cond_signal(&set->closed);
}

/* The author's close has run, or has ended its thread. */
static void handle_closed(void* arg) {
  handle_closing* closing = arg;
  oli_handles* set = closing->handle->set;
  oli_list due;
  oli_list_init(&due);
  oli_mutex_lock(&set->lock);
  handle_leave_family(closing->handle, &due);
  if (closing->away) handle_count_away_locked(set);
  oli_mutex_unlock(&set->lock);
  closing->next = handle_shift_closer(&due);
  if (closing->next != NULL && closing->away) handle_send(closing->next);
}

static void handle_call_close(void* arg) {
  const oli_handle* handle = ((const handle_closing*) arg)->handle;
  if (handle->cls->close != NULL) handle->cls->close(handle->data);
}

static int handle_closer_execute(ol_job* job, void* state) {
  (void) job;
  oli_thread_guard(handle_call_close, handle_closed, state);
  handle_closed(state);
  return OL_OK;
}

static void handle_free(oli_handle* handle) {
  oli_handles* set = handle->set;
  free(handle);
  set->drop(set->env);
}

/* On the loop, or on the thread that ran the closer when the environment is gone. */
static void handle_closer_destroy(void* state) {
  oli_handle* handle = ((handle_closing*) state)->handle;
  if (handle_calls_close(handle)) handle->set->release(handle->set->env);
  oli_mutex_lock(&handle->set->lock);
  handle->closer = NULL;
  bool last = handle->objects == 0;
  oli_mutex_unlock(&handle->set->lock);
  if (last) handle_free(handle);
}

static const ol_worker handle_closer = {
  OL_WORKER("close", handle_closing, handle_closer_execute),
  .destroy = handle_closer_destroy,
};

/* Nothing is closed with a stand-in: the end of its job passes the turn on, and that is all. */
static int handle_exclusive_execute(ol_job* job, void* state) {
  (void) job;
  (void) state;
  return OL_OK;
}

static const ol_worker handle_exclusive = {
  OL_WORKER("exclusive", handle_closing, handle_exclusive_execute),
  .destroy = handle_closer_destroy,
};

bool oli_handle_is_closer(const ol_job* job) {
  return job->worker == &handle_closer;
}

bool oli_handle_is_exclusive(const ol_job* job) {
  return job->worker == &handle_exclusive;
}

oli_handle* oli_handle_stand_in(const ol_job* exclusive) {
  return handle_of_closer(exclusive);
}

static ol_job* handle_new_closer(oli_handle* handle, const ol_worker* worker) {
  ol_job* closer = oli_job_new(handle->set->kind, worker);
  if (closer == NULL) return NULL;
  ((handle_closing*) closer->state)->handle = handle;
  closer->env = handle->set->env;
  closer->handles = handle->set;
  closer->must_run = worker == &handle_closer;
  closer->accepted = true;
  handle->set->hold(closer->env);
  return closer;
}

/* ---- The set ------------------------------------------------------------------------------- */

void oli_handles_init(oli_handles* set) {
  *set = (oli_handles){0};
  oli_mutex_init(&set->lock);
  oli_cond_init(&set->closed);
  oli_list_init(&set->roots);
  oli_list_init(&set->granted);
}

void oli_handles_destroy(oli_handles* set) {
  oli_cond_destroy(&set->closed);
  oli_mutex_destroy(&set->lock);
}

static void handle_tell_all(oli_handles* set) {
  oli_list due;
  oli_list_init(&due);
  oli_mutex_lock(&set->lock);
  for (oli_link* link = set->roots.head.next; link != &set->roots.head; link = link->next)
    handle_tell(OLI_OF(link, oli_handle, sibling), &due);
  oli_mutex_unlock(&set->lock);
  handle_send_all(&due);
}

void oli_handles_close(oli_handles* set) {
  handle_tell_all(set);
  oli_mutex_lock(&set->lock);
  while (set->away > 0) oli_cond_wait(&set->closed, &set->lock);
  set->ended = true;
  oli_mutex_unlock(&set->lock);
}

/* ---- Making one ---------------------------------------------------------------------------- */

/* With [size] bytes of room, used by whoever made it. */
static oli_handle* handle_alloc(oli_handles* set, const ol_class* cls, size_t size,
                                const ol_worker* closer) {
  if (size > SIZE_MAX - sizeof(oli_handle)) return NULL;
  oli_handle* handle = calloc(1, sizeof(oli_handle) + size);
  if (handle == NULL) return NULL;
  handle->set = set;
  handle->cls = cls;
  handle->data = handle->room;
  handle->users = 1;
  oli_list_init(&handle->children);
  oli_list_init(&handle->line);
  handle->closer = handle_new_closer(handle, closer);
  if (handle->closer == NULL) {
    free(handle);
    return NULL;
  }
  set->hold(set->env);
  return handle;
}

/* With a thread for its closer. NULL: out of memory or threads. */
static oli_handle* handle_new(oli_handles* set, const ol_class* cls) {
  bool reserves = cls->close != NULL;
  if (reserves && !set->reserve(set->env)) return NULL;
  oli_handle* handle = handle_alloc(set, cls, cls->data_size, &handle_closer);
  if (handle == NULL && reserves) set->release(set->env);
  return handle;
}

static void handle_join_family(oli_handle* handle, oli_handle* parent) {
  oli_handles* set = handle->set;
  oli_mutex_lock(&set->lock);
  handle->parent = parent;
  handle->closing = parent != NULL && parent->closing;
  oli_list_push(parent == NULL ? &set->roots : &parent->children, &handle->sibling);
  oli_mutex_unlock(&set->lock);
}

static void handle_note_made(oli_handle* handle, ol_job* job) {
  oli_mutex_lock(&job->lock);
  handle->next_made = job->made;
  job->made = handle;
  oli_mutex_unlock(&job->lock);
}

/* The handle whose struct it is: what is made of a stand-in stays when that is gone. */
static oli_handle* handle_origin(oli_handle* handle) {
  return handle->origin != NULL ? handle->origin : handle;
}

void* ol_new(ol_job* job, const ol_class* cls, void* parent) {
  oli_handle* above = parent == NULL ? NULL : oli_handle_of_job(job, parent);
  if ((parent != NULL && above == NULL) || cls == NULL || cls->kind != OL_TABLE_CLASS) return NULL;
  oli_handle* handle = handle_new(job->handles, cls);
  if (handle == NULL) return NULL;
  handle_join_family(handle, above == NULL ? NULL : handle_origin(above));
  handle_note_made(handle, job);
  return handle->data;
}

/* ---- Jobs and objects ---------------------------------------------------------------------- */

/* Parents stay as they are while a job keeps the child, so they are read without the lock. */
static oli_handle* handle_upwards(oli_handle* handle, const void* data) {
  while (handle != NULL && handle->data != data) handle = handle_origin(handle)->parent;
  return handle;
}

oli_handle* oli_handle_of_job(ol_job* job, const void* data) {
  oli_handle* found = NULL;
  for (oli_use* use = job->uses; use != NULL && found == NULL; use = use->next)
    found = handle_upwards(use->handle, data);
  oli_mutex_lock(&job->lock);
  for (oli_handle* made = job->made; made != NULL && found == NULL; made = made->next_made)
    found = handle_upwards(made, data);
  oli_mutex_unlock(&job->lock);
  return found;
}

bool oli_handle_is_closing(oli_handle* handle) {
  oli_mutex_lock(&handle->set->lock);
  bool closing = handle->closing;
  oli_mutex_unlock(&handle->set->lock);
  return closing;
}

int oli_handle_use(oli_handle* handle, ol_job* job) {
  oli_use* use = oli_arena_alloc(&job->arena, sizeof *use);
  if (use == NULL) return OL_NO_MEMORY;
  oli_mutex_lock(&handle->set->lock);
  bool open = !handle->closing;
  if (open) handle->users++;
  oli_mutex_unlock(&handle->set->lock);
  if (!open) return OL_CLOSED;
  *use = (oli_use){.next = job->uses, .handle = handle, .job = job};
  job->uses = use;
  if (handle->cls->serial) job->turn = handle;
  return OL_OK;
}

void oli_handle_leave(ol_job* job) {
  oli_list due;
  if (job->uses == NULL && job->made == NULL) return;
  oli_list_init(&due);
  oli_mutex_lock(&job->handles->lock);
  for (oli_use* use = job->uses; use != NULL; use = use->next) handle_release(use->handle, &due);
  for (oli_handle* made = job->made; made != NULL; made = made->next_made)
    handle_release(made, &due);
  oli_mutex_unlock(&job->handles->lock);
  job->uses = NULL;
  job->made = NULL;
  handle_send_all(&due);
}

void oli_handle_take_back(ol_job* job) {
  for (oli_handle* made = job->made; made != NULL; made = made->next_made) oli_handle_close(made);
}

void oli_handle_close(oli_handle* handle) {
  oli_list due;
  oli_handles* set = handle->set;
  oli_list_init(&due);
  oli_mutex_lock(&set->lock);
  handle_tell(handle, &due);
  oli_mutex_unlock(&set->lock);
  handle_send_all(&due);
}

void oli_handle_add_object(oli_handle* handle) {
  oli_mutex_lock(&handle->set->lock);
  handle->objects++;
  oli_mutex_unlock(&handle->set->lock);
}

void oli_handle_drop_object(oli_handle* handle) {
  oli_list due;
  oli_list_init(&due);
  oli_mutex_lock(&handle->set->lock);
  bool last = --handle->objects == 0 && handle->closer == NULL;
  if (!last) handle_check(handle, &due);
  oli_mutex_unlock(&handle->set->lock);
  if (last) handle_free(handle);
  handle_send_all(&due);
}

/* ---- Turns --------------------------------------------------------------------------------- */

static bool handle_has_turn(const oli_use* use) {
  return use->handle->line.head.next == &use->link;
}

static bool handle_is_used_by(const oli_handle* handle, const ol_job* job) {
  for (const oli_use* use = job->uses; use != NULL; use = use->next)
    if (use->handle == handle) return true;
  return false;
}

/* The stand-in for which the turn of a handle is kept now, or NULL. */
static const oli_handle* handle_kept_for(const oli_handle* handle) {
  if (oli_list_empty(&handle->line)) return NULL;
  const ol_job* first = OLI_OF(handle->line.head.next, oli_use, link)->job;
  return oli_handle_is_exclusive(first) ? oli_handle_stand_in(first) : NULL;
}

/* A job of a stand-in has the turn of its handle by that, and would wait for its own end in the
 * line. */
static bool handle_takes_part(const oli_use* use) {
  if (!use->handle->cls->serial) return false;
  const oli_handle* inner = handle_kept_for(use->handle);
  while (inner != NULL && !handle_is_used_by(inner, use->job)) inner = handle_kept_for(inner);
  return inner == NULL;
}

/* A job that uses a handle twice stands in its line once. All its uses enter in one go, so that an
 * earlier one of the same job is the last in the line. */
static void handle_enter_line(oli_use* use) {
  oli_list* line = &use->handle->line;
  oli_link* last = line->head.prev;
  if (last != &line->head && OLI_OF(last, oli_use, link)->job == use->job) return;
  oli_list_push(line, &use->link);
}

static bool handle_may_run(const ol_job* job) {
  for (const oli_use* use = job->uses; use != NULL; use = use->next)
    if (oli_link_listed(&use->link) && !handle_has_turn(use)) return false;
  return true;
}

bool oli_handle_take_turn(ol_job* job) {
  if (job->turn == NULL) return true;
  oli_mutex_lock(&job->handles->lock);
  for (oli_use* use = job->uses; use != NULL; use = use->next)
    if (handle_takes_part(use)) handle_enter_line(use);
  job->has_turn = handle_may_run(job);
  bool first = job->has_turn;
  oli_mutex_unlock(&job->handles->lock);
  return first;
}

/* Gives up a turn: a job that still waited has left its lines before it was over. Returns the job
 * that may run by it, or NULL. */
static ol_job* handle_step_out(oli_use* use) {
  const oli_list* line = &use->handle->line;
  oli_link_remove(&use->link);
  if (oli_list_empty(line)) return NULL;
  ol_job* next = OLI_OF(line->head.next, oli_use, link)->job;
  if (!handle_may_run(next)) return NULL;
  next->has_turn = true;
  return next;
}

ol_job* oli_handle_pass_turn(ol_job* job) {
  ol_job* next = NULL;
  if (job->turn == NULL) return NULL;
  oli_mutex_lock(&job->handles->lock);
  for (oli_use* use = job->uses; use != NULL && next == NULL; use = use->next)
    if (oli_link_listed(&use->link)) next = handle_step_out(use);
  if (next == NULL) job->has_turn = false;
  oli_mutex_unlock(&job->handles->lock);
  return next;
}

/* The place behind those that run and those that came back before. */
static oli_link* handle_place_in_front(oli_list* line) {
  oli_link* link = line->head.next;
  while (link != &line->head) {
    const ol_job* other = OLI_OF(link, oli_use, link)->job;
    if (!other->has_turn && other->turn_wait == NULL) break;
    link = link->next;
  }
  return link;
}

static void handle_come_back(oli_use* use) {
  oli_list* line = &use->handle->line;
  oli_link* place = handle_place_in_front(line);
  oli_link* last = place->prev;
  if (last != &line->head && OLI_OF(last, oli_use, link)->job == use->job) return;
  oli_link_insert(place, &use->link);
}

void oli_handle_retake_turn(ol_job* job) {
  oli_turn_wait wait = {.has = false};
  if (job->turn == NULL) return;
  oli_cond_init(&wait.back);
  oli_mutex_lock(&job->handles->lock);
  job->turn_wait = &wait;
  for (oli_use* use = job->uses; use != NULL; use = use->next)
    if (handle_takes_part(use)) handle_come_back(use);
  if (handle_may_run(job)) job->has_turn = wait.has = true;
  while (!wait.has) oli_cond_wait(&wait.back, &job->handles->lock);
  job->turn_wait = NULL;
  oli_mutex_unlock(&job->handles->lock);
  oli_cond_destroy(&wait.back);
}

bool oli_handle_return_turn(ol_job* job) {
  if (job->turn == NULL) return false;
  oli_mutex_lock(&job->handles->lock);
  oli_turn_wait* wait = job->turn_wait;
  if (wait != NULL) {
    wait->has = true;
    oli_cond_signal(&wait->back);
  }
  oli_mutex_unlock(&job->handles->lock);
  return wait != NULL;
}

/* Turns it has are kept until it is over: passing them on here would give jobs to submit. */
bool oli_handle_leave_line(ol_job* job) {
  bool waited = false;
  if (job->turn == NULL) return false;
  oli_mutex_lock(&job->handles->lock);
  bool runs = job->has_turn || job->turn_wait != NULL;
  for (oli_use* use = runs ? NULL : job->uses; use != NULL; use = use->next) {
    if (!oli_link_listed(&use->link) || handle_has_turn(use)) continue;
    oli_link_remove(&use->link);
    waited = true;
  }
  oli_mutex_unlock(&job->handles->lock);
  return waited;
}

/* ---- Exclusive jobs ------------------------------------------------------------------------ */

ol_job* oli_handle_new_exclusive(oli_handle* handle) {
  oli_handle* stand_in = handle_alloc(handle->set, handle->cls, 0, &handle_exclusive);
  if (stand_in == NULL) return NULL;
  stand_in->origin = handle_origin(handle);
  stand_in->data = handle->data;
  stand_in->depth = handle->depth + 1;
  return stand_in->closer;
}

bool oli_handle_grant(ol_job* exclusive) {
  oli_list due;
  oli_handle* stand_in = oli_handle_stand_in(exclusive);
  oli_handles* set = stand_in->set;
  oli_list_init(&due);
  oli_mutex_lock(&set->lock);
  bool open = !stand_in->closing;
  stand_in->granted = true;
  if (open) {
    oli_list_push(&set->granted, &stand_in->sibling);
  } else {
    handle_release(stand_in, &due);
  }
  oli_mutex_unlock(&set->lock);
  handle_send_all(&due);
  return open;
}

oli_handle* oli_handle_next_granted(oli_handles* set) {
  oli_mutex_lock(&set->lock);
  oli_link* link = oli_list_shift(&set->granted);
  oli_mutex_unlock(&set->lock);
  return link == NULL ? NULL : OLI_OF(link, oli_handle, sibling);
}

bool oli_handle_is_used(oli_handle* stand_in) {
  oli_mutex_lock(&stand_in->set->lock);
  bool used = stand_in->users > 1;
  oli_mutex_unlock(&stand_in->set->lock);
  return used;
}

/* Before it is granted, whoever grants it finds it closing. */
static void handle_end(oli_handle* stand_in, oli_list* due) {
  if (stand_in->closing) return;
  stand_in->closing = true;
  if (oli_link_listed(&stand_in->sibling)) oli_link_remove(&stand_in->sibling);
  if (stand_in->granted) handle_release(stand_in, due);
}

void oli_handle_end(oli_handle* stand_in) {
  oli_list due;
  oli_list_init(&due);
  oli_mutex_lock(&stand_in->set->lock);
  handle_end(stand_in, &due);
  oli_mutex_unlock(&stand_in->set->lock);
  handle_send_all(&due);
}
