/* with: plat.c arena.c failure.c timer.c job.c handle.c */
/* a handle closes once, when nothing keeps it; a serial one takes its jobs in the order of calls */
#include "handle.h"

#include "fake_env.h"

#define CHAIN 200000

static int opened, closed, order[8];

typedef struct thing {
  int number;
} thing;

static void thing_close(void* data) {
  if (closed < 8) order[closed] = ((thing*) data)->number;
  closed++;
}

static const ol_class plain = {OL_CLASS("Plain", thing, thing_close)};
static const ol_class serial = {OL_CLASS("Serial", thing, thing_close), .serial = true};
static const ol_class no_class = {.kind = OL_TABLE_WORKER, .data_size = 1};
static const ol_class too_big = {.kind = OL_TABLE_CLASS, .data_size = SIZE_MAX - 8};
static const ol_class empty = {.kind = OL_TABLE_CLASS};

/* Makes a handle; one below the other where [depth] is more than 1. */
typedef struct make_state {
  const ol_class* cls;
  void* parent;
  int depth;
  int status;
  thing* made;
} make_state;

static int make_execute(ol_job* job, void* state) {
  make_state* make = state;
  for (int i = 0; i < make->depth; i++) {
    make->made = ol_new(job, make->cls, i == 0 ? make->parent : make->made);
    if (make->made == NULL) return OL_NO_MEMORY;
    make->made->number = ++opened;
  }
  return make->status;
}

static int use_execute(ol_job* job, void* state) {
  (void) job;
  (void) state;
  return OL_OK;
}

static const ol_worker make_worker = {OL_WORKER("make", make_state, make_execute)};
static const ol_worker use_worker = {OL_WORKER("use", int, use_execute)};

/* ---- Steps --------------------------------------------------------------------------------- */

static oli_env fake;

static void start(void) {
  opened = closed = 0;
  fake_open(&fake, 0);
}

/* The end of the environment; all that was opened is closed by it. */
static void finish(void) {
  fake_shut(&fake);
  CHECK(closed == opened);
}

/* The same while [job] still runs. */
static void finish_while_running(ol_job* job) {
  fake_shut(&fake);
  CHECK(closed < opened);
  fake_run(job);
  CHECK(closed == opened);
}

static void settle(void) {
  ol_job* job;
  fake_run_all(&fake);
  while ((job = fake_take_home(&fake)) != NULL) {
    fake_free_job(job);
    fake_run_all(&fake);
  }
}

static ol_job* make_job(const ol_class* cls, oli_handle* parent) {
  ol_job* job = fake_job(&fake, &make_worker);
  make_state* make = job->state;
  *make = (make_state){.cls = cls, .depth = 1};
  if (parent == NULL) return job;
  CHECK(oli_handle_use(parent, job) == OL_OK);
  make->parent = parent->data;
  return job;
}

/* Runs it to its end, and gives what it made an object. */
static oli_handle* made_by(ol_job* job) {
  const make_state* make = job->state;
  fake_submit(job);
  fake_run_all(&fake);
  CHECK(fake_take_home(&fake) == job);
  CHECK(ol_status(job) == OL_OK);
  oli_handle* handle = oli_handle_of_job(job, make->made);
  oli_handle_add_object(handle);
  fake_free_job(job);
  return handle;
}

static oli_handle* make_one(const ol_class* cls, oli_handle* parent) {
  return made_by(make_job(cls, parent));
}

static ol_job* use_job(oli_handle* first, oli_handle* second) {
  ol_job* job = fake_job(&fake, &use_worker);
  CHECK(oli_handle_use(first, job) == OL_OK);
  if (second != NULL) CHECK(oli_handle_use(second, job) == OL_OK);
  return job;
}

/* ---- Closing ------------------------------------------------------------------------------- */

static void closing_twice_closes_once(void) {
  start();
  oli_handle* handle = make_one(&plain, NULL);
  CHECK(!oli_handle_is_closing(handle));
  oli_handle_close(handle);
  oli_handle_close(handle);
  CHECK(oli_handle_is_closing(handle) && closed == 0);
  settle();
  CHECK(closed == 1 && handle->closer == NULL);
  oli_handle_close(handle);
  settle();
  CHECK(closed == 1);
  oli_handle_drop_object(handle);
  finish();
  fake_free(&fake);
}

static void closing_waits_for_jobs_and_refuses_new_ones(void) {
  start();
  oli_handle* handle = make_one(&plain, NULL);
  ol_job* user = use_job(handle, NULL);
  ol_job* late = fake_job(&fake, &use_worker);
  oli_handle_close(handle);
  CHECK(oli_handle_use(handle, late) == OL_CLOSED);
  fake_run_all(&fake);
  CHECK(closed == 0);
  fake_submit(user);
  settle();
  CHECK(closed == 1);
  oli_handle_drop_object(handle);
  fake_free_job(late);
  finish();
  fake_free(&fake);
}

static void a_failed_job_closes_what_it_made(void) {
  start();
  ol_job* job = make_job(&plain, NULL);
  ((make_state*) job->state)->status = OL_FAILED;
  ((make_state*) job->state)->depth = 3;
  fake_submit(job);
  settle();
  CHECK(opened == 3 && closed == 3);
  CHECK(order[0] == 3 && order[1] == 2 && order[2] == 1);
  finish();
  fake_free(&fake);
}

static void results_that_were_not_delivered_are_taken_back(void) {
  start();
  ol_job* job = make_job(&plain, NULL);
  fake_submit(job);
  fake_run_all(&fake);
  oli_handle* handle = job->made;
  oli_handle_add_object(handle);
  oli_handle_take_back(job);
  CHECK(closed == 0);
  settle();
  CHECK(closed == 1);
  oli_handle_drop_object(handle);
  finish();
  fake_free(&fake);
}

static void the_last_object_closes(void) {
  start();
  oli_handle* handle = make_one(&plain, NULL);
  oli_handle_add_object(handle);
  oli_handle_drop_object(handle);
  settle();
  CHECK(closed == 0);
  oli_handle_drop_object(handle);
  settle();
  CHECK(closed == 1);
  finish();
  fake_free(&fake);
}

/* The object is collected while a job uses the handle, which the job then gives as its result. */
static void a_handle_without_an_object_can_come_back(void) {
  start();
  oli_handle* handle = make_one(&plain, NULL);
  ol_job* job = use_job(handle, NULL);
  oli_handle_drop_object(handle);
  fake_submit(job);
  fake_run_all(&fake);
  CHECK(fake_take_home(&fake) == job);
  CHECK(oli_handle_of_job(job, handle->data) == handle);
  oli_handle_add_object(handle);
  fake_free_job(job);
  settle();
  CHECK(closed == 0 && !oli_handle_is_closing(handle));
  oli_handle_drop_object(handle);
  settle();
  CHECK(closed == 1);
  finish();
  fake_free(&fake);
}

/* ---- Families ------------------------------------------------------------------------------ */

static void closing_a_parent_closes_its_children_first(void) {
  start();
  oli_handle* top = make_one(&plain, NULL);
  oli_handle* left = make_one(&plain, top);
  oli_handle* below = make_one(&plain, left);
  oli_handle* right = make_one(&plain, top);
  ol_job* user = use_job(right, NULL);
  oli_handle_close(top);
  CHECK(oli_handle_is_closing(below) && oli_handle_is_closing(right));
  settle();
  CHECK(closed == 2 && order[0] == 3 && order[1] == 2);
  fake_submit(user);
  settle();
  CHECK(closed == 4 && order[2] == 4 && order[3] == 1);
  oli_handle* all[] = {top, left, below, right};
  for (int i = 0; i < 4; i++) oli_handle_drop_object(all[i]);
  finish();
  fake_free(&fake);
}

static void a_child_keeps_a_collected_parent(void) {
  start();
  oli_handle* parent = make_one(&plain, NULL);
  oli_handle* child = make_one(&plain, parent);
  oli_handle_drop_object(parent);
  settle();
  CHECK(closed == 0);
  oli_handle* second = make_one(&plain, child);
  CHECK(!oli_handle_is_closing(second));
  oli_handle_drop_object(second);
  oli_handle_drop_object(child);
  settle();
  CHECK(closed == 3 && order[0] == 3 && order[1] == 2 && order[2] == 1);
  finish();
  fake_free(&fake);
}

static void a_child_of_a_closing_parent_is_closing(void) {
  start();
  oli_handle* parent = make_one(&plain, NULL);
  ol_job* job = make_job(&plain, parent);
  oli_handle_close(parent);
  oli_handle* child = made_by(job);
  CHECK(oli_handle_is_closing(child));
  settle();
  CHECK(closed == 2 && order[0] == 2);
  oli_handle_drop_object(parent);
  oli_handle_drop_object(child);
  finish();
  fake_free(&fake);
}

static void an_ancestor_can_be_the_parent_and_a_stranger_cannot(void) {
  start();
  oli_handle* parent = make_one(&plain, NULL);
  oli_handle* child = make_one(&plain, parent);
  oli_handle* stranger = make_one(&plain, NULL);
  ol_job* job = use_job(child, NULL);
  CHECK(ol_new(job, &plain, parent->data) != NULL);
  CHECK(job->made->parent == parent);
  CHECK(ol_new(job, &plain, job->made->data) != NULL);
  opened += 2;
  CHECK(ol_new(job, &plain, stranger->data) == NULL);
  CHECK(ol_new(job, &plain, &opened) == NULL);
  fake_free_job(job);
  oli_handle* all[] = {parent, child, stranger};
  for (int i = 0; i < 3; i++) oli_handle_drop_object(all[i]);
  finish();
  fake_free(&fake);
}

static void classes_that_are_none_make_no_handle(void) {
  start();
  ol_job* job = fake_job(&fake, &use_worker);
  CHECK(ol_new(job, NULL, NULL) == NULL);
  CHECK(ol_new(job, &no_class, NULL) == NULL);
  CHECK(ol_new(job, &too_big, NULL) == NULL);
  void* first = ol_new(job, &empty, NULL);
  void* second = ol_new(job, &empty, NULL);
  CHECK(first != NULL && second != NULL && first != second);
  CHECK(oli_handle_of_job(job, first)->data == first);
  fake_free_job(job);
  finish();
  fake_free(&fake);
}

static void a_handle_that_no_thread_could_close_is_not_made(void) {
  start();
  ol_job* job = fake_job(&fake, &use_worker);
  fake.no_threads = true;
  CHECK(ol_new(job, &plain, NULL) == NULL && atomic_load(&fake.reserved) == 0);
  CHECK(ol_new(job, &empty, NULL) != NULL && atomic_load(&fake.reserved) == 0);
  fake.no_threads = false;
  CHECK(ol_new(job, &plain, NULL) != NULL && atomic_load(&fake.reserved) == 1);
  opened = 1;
  fake_free_job(job);
  finish();
  CHECK(atomic_load(&fake.reserved) == 0);
  fake_free(&fake);
}

static void one_that_has_no_close_is_closed_on_the_thread_that_tells_it(void) {
  start();
  ol_job* job = fake_job(&fake, &use_worker);
  void* data = ol_new(job, &empty, NULL);
  oli_handle* handle = oli_handle_of_job(job, data);
  oli_handle_add_object(handle);
  fake_free_job(job);
  oli_handle_close(handle);
  job = fake_take_home(&fake);
  CHECK(job != NULL && oli_handle_is_closer(job));
  fake_free_job(job);
  oli_handle_drop_object(handle);
  finish();
  fake_free(&fake);
}

/* ---- The end ------------------------------------------------------------------------------- */

static void the_end_closes_what_is_left(void) {
  start();
  oli_handle* parent = make_one(&plain, NULL);
  oli_handle* child = make_one(&plain, parent);
  oli_handle* queued = make_one(&plain, NULL);
  oli_handle_close(queued);
  finish();
  CHECK(closed == 3);
  oli_handle_drop_object(child);
  oli_handle_drop_object(parent);
  oli_handle_drop_object(queued);
  fake_free(&fake);
}

/* The stack of a thread does not hold a call for each of so many. */
static void the_end_closes_a_long_chain_of_parents(void) {
  start();
  ol_job* job = make_job(&plain, NULL);
  ((make_state*) job->state)->depth = CHAIN;
  oli_handle* last = made_by(job);
  settle();
  CHECK(opened == CHAIN && closed == 0);
  finish();
  CHECK(order[0] == CHAIN && order[7] == CHAIN - 7);
  oli_handle_drop_object(last);
  fake_free(&fake);
}

/* ---- Turns --------------------------------------------------------------------------------- */

static bool queued(ol_job* job) {
  return job->task.queued;
}

static void a_serial_handle_takes_its_jobs_in_the_order_of_the_calls(void) {
  start();
  oli_handle* handle = make_one(&serial, NULL);
  ol_job* jobs[3];
  for (int i = 0; i < 3; i++) fake_submit(jobs[i] = use_job(handle, NULL));
  for (int i = 0; i < 3; i++) {
    CHECK(queued(jobs[i]) && (i == 2 || !queued(jobs[i + 1])));
    CHECK(fake_remove(jobs[i]));
    fake_run(jobs[i]);
  }
  settle();
  oli_handle_drop_object(handle);
  finish();
  fake_free(&fake);
}

static void a_job_that_waits_can_be_stopped(void) {
  start();
  oli_handle* handle = make_one(&serial, NULL);
  ol_job* jobs[3];
  for (int i = 0; i < 3; i++) fake_submit(jobs[i] = use_job(handle, NULL));
  CHECK(oli_job_stop(jobs[1], OL_CANCELLED) == OL_OK);
  CHECK(ol_status(jobs[1]) == OL_CANCELLED && !queued(jobs[2]));
  CHECK(oli_job_stop(jobs[0], OL_CANCELLED) == OL_OK);
  CHECK(ol_status(jobs[0]) == OL_CANCELLED && queued(jobs[2]));
  settle();
  oli_handle_drop_object(handle);
  finish();
  fake_free(&fake);
}

static void a_job_waits_for_all_its_serial_handles(void) {
  start();
  oli_handle* left = make_one(&serial, NULL);
  oli_handle* right = make_one(&serial, NULL);
  ol_job* of_left = use_job(left, NULL);
  ol_job* of_both = use_job(right, left);
  ol_job* of_right = use_job(right, NULL);
  fake_submit(of_left);
  fake_submit(of_both);
  fake_submit(of_right);
  CHECK(queued(of_left) && !queued(of_both) && !queued(of_right));
  CHECK(oli_job_stop(of_both, OL_CANCELLED) == OL_OK);
  CHECK(queued(of_right));
  settle();
  oli_handle_drop_object(left);
  oli_handle_drop_object(right);
  finish();
  fake_free(&fake);
}

static void the_end_of_one_job_can_let_several_go(void) {
  start();
  oli_handle* left = make_one(&serial, NULL);
  oli_handle* right = make_one(&serial, NULL);
  ol_job* of_both = use_job(right, left);
  ol_job* of_left = use_job(left, NULL);
  ol_job* of_right = use_job(right, NULL);
  fake_submit(of_both);
  fake_submit(of_left);
  fake_submit(of_right);
  CHECK(!queued(of_left) && !queued(of_right));
  CHECK(fake_remove(of_both));
  fake_run(of_both);
  CHECK(queued(of_left) && queued(of_right));
  settle();
  oli_handle_drop_object(left);
  oli_handle_drop_object(right);
  finish();
  fake_free(&fake);
}

static void a_job_that_names_a_serial_handle_twice_stands_in_line_once(void) {
  start();
  oli_handle* handle = make_one(&serial, NULL);
  ol_job* twice = use_job(handle, handle);
  ol_job* after = use_job(handle, NULL);
  fake_submit(twice);
  fake_submit(after);
  CHECK(queued(twice) && !queued(after));
  settle();
  oli_handle_close(handle);
  settle();
  CHECK(closed == 1);
  oli_handle_drop_object(handle);
  finish();
  fake_free(&fake);
}

/* ---- Exclusive jobs ------------------------------------------------------------------------ */

/* One that uses the handle, not yet submitted. */
static ol_job* exclusive_job(oli_handle* handle) {
  ol_job* job = oli_handle_new_exclusive(handle);
  CHECK(job != NULL && oli_handle_is_exclusive(job) && !oli_handle_is_closer(job));
  CHECK(oli_handle_use(handle, job) == OL_OK);
  return job;
}

/* The stand-in of one that has the turn, as the loop takes it. */
static oli_handle* granted(void) {
  oli_handle* stand_in = oli_handle_next_granted(&fake.handles);
  if (stand_in != NULL) oli_handle_add_object(stand_in);
  return stand_in;
}

static void end_and_drop(oli_handle* stand_in) {
  oli_handle_end(stand_in);
  oli_handle_drop_object(stand_in);
}

static void an_exclusive_job_keeps_the_turn_for_the_jobs_of_its_stand_in(void) {
  start();
  oli_handle* handle = make_one(&serial, NULL);
  ol_job *before = use_job(handle, NULL), *exclusive = exclusive_job(handle);
  ol_job* after = use_job(handle, NULL);
  fake_submit(before);
  fake_submit(exclusive);
  fake_submit(after);
  CHECK(granted() == NULL);
  fake_run_all(&fake);
  oli_handle* stand_in = granted();
  CHECK(stand_in == oli_handle_stand_in(exclusive) && granted() == NULL);
  CHECK(stand_in != handle && stand_in->data == handle->data && stand_in->cls == handle->cls);
  ol_job *first = use_job(stand_in, NULL), *second = use_job(stand_in, NULL);
  fake_submit(first);
  fake_submit(second);
  CHECK(queued(first) && !queued(second) && !queued(after));
  fake_run_all(&fake);
  CHECK(ol_status(second) == OL_OK && !queued(after));
  oli_handle_end(stand_in);
  CHECK(oli_handle_is_closing(stand_in) && !queued(after));
  settle();
  CHECK(closed == 0);
  oli_handle_drop_object(stand_in);
  oli_handle_drop_object(handle);
  finish();
  fake_free(&fake);
}

static void it_ends_once_the_jobs_of_its_stand_in_are_freed(void) {
  start();
  oli_handle* handle = make_one(&serial, NULL);
  ol_job *exclusive = exclusive_job(handle), *after = use_job(handle, NULL);
  fake_submit(exclusive);
  fake_submit(after);
  oli_handle* stand_in = granted();
  ol_job *last = use_job(stand_in, NULL), *late = fake_job(&fake, &use_worker);
  fake_submit(last);
  oli_handle_end(stand_in);
  oli_handle_end(stand_in);
  CHECK(oli_handle_use(stand_in, late) == OL_CLOSED);
  fake_run_all(&fake);
  CHECK(fake_take_home(&fake) == last && fake_take_home(&fake) == NULL && !queued(after));
  fake_free_job(last);
  CHECK(fake_take_home(&fake) == exclusive && ol_status(exclusive) == OL_OK && queued(after));
  fake_free_job(exclusive);
  oli_handle_drop_object(stand_in);
  fake_free_job(late);
  settle();
  oli_handle_drop_object(handle);
  finish();
  fake_free(&fake);
}

static void one_that_is_stopped_in_the_line_is_never_granted(void) {
  start();
  oli_handle* handle = make_one(&serial, NULL);
  ol_job *first = use_job(handle, NULL), *exclusive = exclusive_job(handle);
  ol_job* after = use_job(handle, NULL);
  fake_submit(first);
  fake_submit(exclusive);
  fake_submit(after);
  CHECK(oli_job_stop(exclusive, OL_CANCELLED) == OL_OK && ol_status(exclusive) == OL_CANCELLED);
  oli_handle_end(oli_handle_stand_in(exclusive));
  fake_run_all(&fake);
  CHECK(granted() == NULL && ol_status(after) == OL_OK);
  settle();
  oli_handle_drop_object(handle);
  finish();
  fake_free(&fake);
}

/* As when the environment ends between the two. */
static void one_that_is_ended_before_it_is_granted_is_over_by_that(void) {
  start();
  oli_handle* handle = make_one(&serial, NULL);
  ol_job* exclusive = exclusive_job(handle);
  CHECK(oli_handle_take_turn(exclusive));
  CHECK(oli_job_stop(exclusive, OL_CLOSED) == OL_OK);
  oli_handle_end(oli_handle_stand_in(exclusive));
  CHECK(fake_take_home(&fake) == NULL);
  CHECK(!oli_handle_grant(exclusive));
  CHECK(granted() == NULL && fake_take_home(&fake) == exclusive);
  CHECK(ol_status(exclusive) == OL_CLOSED);
  fake_free_job(exclusive);
  oli_handle_drop_object(handle);
  finish();
  fake_free(&fake);
}

static void one_that_is_ended_before_the_loop_looked_is_not_listed(void) {
  start();
  oli_handle* handle = make_one(&serial, NULL);
  ol_job* exclusive = exclusive_job(handle);
  fake_submit(exclusive);
  oli_handle_end(oli_handle_stand_in(exclusive));
  CHECK(granted() == NULL && fake_take_home(&fake) == exclusive);
  fake_free_job(exclusive);
  oli_handle_drop_object(handle);
  finish();
  fake_free(&fake);
}

static void closing_the_handle_lets_it_finish(void) {
  start();
  oli_handle* handle = make_one(&serial, NULL);
  ol_job* waits = exclusive_job(handle);
  fake_submit(exclusive_job(handle));
  fake_submit(waits);
  oli_handle_close(handle);
  oli_handle* stand_in = granted();
  ol_job* user = use_job(stand_in, NULL);
  CHECK(!oli_handle_is_closing(stand_in));
  fake_submit(user);
  fake_run_all(&fake);
  CHECK(ol_status(user) == OL_OK);
  end_and_drop(stand_in);
  settle();
  CHECK(closed == 0);
  end_and_drop(granted());
  settle();
  CHECK(closed == 1);
  oli_handle_drop_object(handle);
  finish();
  fake_free(&fake);
}

static void a_stand_in_outlives_its_object_and_not_its_end(void) {
  start();
  oli_handle* handle = make_one(&serial, NULL);
  ol_job* exclusive = exclusive_job(handle);
  fake_submit(exclusive);
  oli_handle* stand_in = granted();
  oli_handle_drop_object(stand_in);
  oli_handle_drop_object(handle);
  CHECK(fake_take_home(&fake) == NULL && closed == 0);
  oli_handle_end(stand_in);
  settle();
  CHECK(closed == 1);
  finish();
  fake_free(&fake);
}

static void what_is_made_of_a_stand_in_is_made_of_its_origin(void) {
  start();
  oli_handle* top = make_one(&plain, NULL);
  oli_handle* handle = make_one(&serial, top);
  fake_submit(exclusive_job(handle));
  oli_handle* outer = granted();
  fake_submit(exclusive_job(outer));
  oli_handle* inner = granted();
  CHECK(inner->origin == handle && inner->depth == 2 && outer->depth == 1);
  ol_job* job = make_job(&plain, inner);
  CHECK(oli_handle_of_job(job, handle->data) == inner);
  CHECK(oli_handle_of_job(job, top->data) == top);
  oli_handle* child = made_by(job);
  CHECK(child->parent == handle && !oli_handle_is_closing(child));
  end_and_drop(outer);
  CHECK(fake_take_home(&fake) == NULL);
  end_and_drop(inner);
  settle();
  CHECK(closed == 0 && !oli_handle_is_closing(child));
  oli_handle* all[] = {child, handle, top};
  for (int i = 0; i < 3; i++) oli_handle_drop_object(all[i]);
  finish();
  fake_free(&fake);
}

static void a_job_of_a_stand_in_does_not_wait_for_the_end_of_that(void) {
  start();
  oli_handle *handle = make_one(&serial, NULL), *other = make_one(&serial, NULL);
  fake_submit(exclusive_job(handle));
  oli_handle* outer = granted();
  fake_submit(exclusive_job(outer));
  oli_handle* inner = granted();
  ol_job *of_all = use_job(handle, inner), *of_two = use_job(outer, handle);
  ol_job* of_others = use_job(other, handle);
  CHECK(oli_handle_use(outer, of_all) == OL_OK);
  fake_submit(of_all);
  fake_submit(of_two);
  fake_submit(of_others);
  CHECK(queued(of_all) && !queued(of_two) && !queued(of_others));
  fake_run_all(&fake);
  end_and_drop(inner);
  settle();
  CHECK(!queued(of_others));
  end_and_drop(outer);
  settle();
  CHECK(atomic_load(&fake.holds) == 4);
  oli_handle_drop_object(handle);
  oli_handle_drop_object(other);
  finish();
  fake_free(&fake);
}

static void the_end_of_the_environment_ends_one_whose_jobs_run_on(void) {
  start();
  oli_handle* handle = make_one(&serial, NULL);
  ol_job* exclusive = exclusive_job(handle);
  fake_submit(exclusive);
  oli_handle* stand_in = granted();
  ol_job* user = use_job(stand_in, NULL);
  fake_submit(user);
  CHECK(fake_remove(user));
  oli_job_stop(exclusive, OL_CLOSED);
  oli_handle_end(stand_in);
  finish_while_running(user);
  oli_handle_drop_object(stand_in);
  oli_handle_drop_object(handle);
  fake_free(&fake);
}

int main(void) {
  closing_twice_closes_once();
  closing_waits_for_jobs_and_refuses_new_ones();
  a_failed_job_closes_what_it_made();
  results_that_were_not_delivered_are_taken_back();
  the_last_object_closes();
  a_handle_without_an_object_can_come_back();
  closing_a_parent_closes_its_children_first();
  a_child_keeps_a_collected_parent();
  a_child_of_a_closing_parent_is_closing();
  an_ancestor_can_be_the_parent_and_a_stranger_cannot();
  classes_that_are_none_make_no_handle();
  a_handle_that_no_thread_could_close_is_not_made();
  one_that_has_no_close_is_closed_on_the_thread_that_tells_it();
  the_end_closes_what_is_left();
  the_end_closes_a_long_chain_of_parents();
  a_serial_handle_takes_its_jobs_in_the_order_of_the_calls();
  a_job_that_waits_can_be_stopped();
  a_job_waits_for_all_its_serial_handles();
  the_end_of_one_job_can_let_several_go();
  a_job_that_names_a_serial_handle_twice_stands_in_line_once();
  an_exclusive_job_keeps_the_turn_for_the_jobs_of_its_stand_in();
  it_ends_once_the_jobs_of_its_stand_in_are_freed();
  one_that_is_stopped_in_the_line_is_never_granted();
  one_that_is_ended_before_it_is_granted_is_over_by_that();
  one_that_is_ended_before_the_loop_looked_is_not_listed();
  closing_the_handle_lets_it_finish();
  a_stand_in_outlives_its_object_and_not_its_end();
  what_is_made_of_a_stand_in_is_made_of_its_origin();
  a_job_of_a_stand_in_does_not_wait_for_the_end_of_that();
  the_end_of_the_environment_ends_one_whose_jobs_run_on();
  return 0;
}
