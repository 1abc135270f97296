/* with: plat.c arena.c failure.c timer.c job.c handle.c */
/* handles close once, after their jobs and children and off the loop, whatever happens at once */
#include "handle.h"

#include "fake_env.h"

#define ROUNDS 200
#define STEPS 1500
#define SLOTS 24
#define ALIVE 0x600d600d
#define DEAD 0x0dead0ad

static uintptr_t loop;
static uint32_t seed = 20240607;
static atomic_int opened, closed, ran_in_turn;

/* The native thing: it notices whatever must not happen to it. */
typedef struct thing {
  atomic_int mark, users, children;
  bool serial;
  atomic_bool shared; /* it has had stand-ins, whose calls come before earlier ones */
  struct thing* parent;
  uint32_t calls;  /* loop only */
  uint32_t served; /* serial: the latest call that ran; only in a turn, so not atomic */
} thing;

static void thing_close(void* data) {
  thing* self = data;
  CHECK(oli_thread_self() != loop);
  CHECK(atomic_exchange(&self->mark, DEAD) == ALIVE);
  CHECK(atomic_load(&self->users) == 0 && atomic_load(&self->children) == 0);
  if (self->parent != NULL) {
    CHECK(atomic_load(&self->parent->mark) == ALIVE);
    atomic_fetch_sub(&self->parent->children, 1);
  }
  atomic_fetch_add(&closed, 1);
}

static const ol_class plain = {OL_CLASS("Plain", thing, thing_close)};
static const ol_class serial = {OL_CLASS("Serial", thing, thing_close), .serial = true};

/* ---- The jobs ------------------------------------------------------------------------------ */

typedef struct make_state {
  bool serial, fails;
  thing* parent;
  thing* made;
} make_state;

static void thing_open(thing* self, thing* parent, bool is_serial) {
  atomic_store(&self->mark, ALIVE);
  self->serial = is_serial;
  self->parent = parent;
  if (parent != NULL) atomic_fetch_add(&parent->children, 1);
  atomic_fetch_add(&opened, 1);
}

static int make_execute(ol_job* job, void* state) {
  make_state* make = state;
  make->made = ol_new(job, make->serial ? &serial : &plain, make->parent);
  CHECK(make->made != NULL);
  thing_open(make->made, make->parent, make->serial);
  return make->fails ? OL_FAILED : OL_OK;
}

typedef struct use_state {
  int count;
  thing* things[3];
  uint32_t calls[3];
} use_state;

/* Jobs of a serial thing are alone with it, and no earlier call comes after a later one. */
static void use_in_turn(thing* self, uint32_t call) {
  if (!atomic_load(&self->shared)) CHECK(call >= self->served);
  self->served = call;
  atomic_fetch_add(&ran_in_turn, 1);
}

/* How often the job itself named the same thing before. */
static int use_before(const use_state* use, int index) {
  int before = 0;
  for (int i = 0; i < index; i++) before += use->things[i] == use->things[index];
  return before;
}

static int use_execute(ol_job* job, void* state) {
  use_state* use = state;
  for (int i = 0; i < use->count; i++) {
    CHECK(atomic_load(&use->things[i]->mark) == ALIVE);
    int others = atomic_fetch_add(&use->things[i]->users, 1);
    if (use->things[i]->serial) CHECK(others == use_before(use, i));
    if (use->things[i]->serial) use_in_turn(use->things[i], use->calls[i]);
  }
  for (int i = 0; i < use->count; i++) atomic_fetch_sub(&use->things[i]->users, 1);
  return ol_stopped(job);
}

static const ol_worker make_worker = {OL_WORKER("make", make_state, make_execute)};
static const ol_worker use_worker = {OL_WORKER("use", use_state, use_execute)};

/* ---- The loop ------------------------------------------------------------------------------ */

static oli_env fake;
static oli_handle* objects[SLOTS]; /* what JavaScript holds */
static ol_job* pending[SLOTS];     /* jobs that have not come home */
static int pending_count;
static oli_handle* functions[SLOTS]; /* stand-ins whose functions have not settled */
static int function_count, begun;

static void end_functions(void);

static uint32_t below(uint32_t end) {
  return check_random(&seed) % end;
}

static void forget_pending(const ol_job* job) {
  for (int i = 0; i < pending_count; i++) {
    if (pending[i] != job) continue;
    pending[i] = pending[--pending_count];
    return;
  }
}

static void drop_object(int slot) {
  oli_handle* handle = objects[slot];
  objects[slot] = NULL;
  if (handle != NULL) oli_handle_drop_object(handle);
}

static void keep_object(oli_handle* handle) {
  int slot = (int) below(SLOTS);
  drop_object(slot);
  oli_handle_add_object(handle);
  objects[slot] = handle;
}

/* A result, or a handle that a job used, gets an object; now and then results are taken back. */
static void settle_one(ol_job* job) {
  if (job->worker == &make_worker && ol_status(job) == OL_OK) {
    oli_handle* handle = oli_handle_of_job(job, ((make_state*) job->state)->made);
    if (below(4) != 0) keep_object(handle);
    if (below(16) == 0) oli_handle_take_back(job);
  }
  if (job->worker == &use_worker && below(4) == 0 && job->uses->handle->origin == NULL)
    keep_object(job->uses->handle);
  forget_pending(job);
  fake_free_job(job);
}

static void step_settle(void) {
  ol_job* job;
  while ((job = fake_take_home(&fake)) != NULL) settle_one(job);
}

/* Before a job is made: one that waited here with its handles could be what the others wait for. */
static void make_room(void) {
  while (pending_count == SLOTS) {
    end_functions();
    fake_wait_home(&fake);
    step_settle();
  }
}

/* Now and then a call is refused after its arguments were read. */
static void submit(ol_job* job) {
  if (below(32) == 0) {
    fake_free_job(job);
    return;
  }
  pending[pending_count++] = job;
  fake_submit(job);
}

static void step_make(void) {
  oli_handle* parent = objects[below(SLOTS)];
  ol_job* job = fake_job(&fake, &make_worker);
  make_state* make = job->state;
  make->serial = below(2) == 0;
  make->fails = below(8) == 0;
  if (parent != NULL && oli_handle_use(parent, job) == OL_OK) make->parent = (thing*) parent->data;
  submit(job);
}

static void step_use(void) {
  ol_job* job = fake_job(&fake, &use_worker);
  use_state* use = job->state;
  int last = -1;
  for (int i = 0; i < 3; i++) {
    int slot = below(4) == 0 && last >= 0 ? last : (int) below(SLOTS);
    oli_handle* handle = objects[slot];
    if (handle == NULL || oli_handle_use(handle, job) != OL_OK) continue;
    use->things[use->count] = (thing*) handle->data;
    use->calls[use->count++] = ++((thing*) handle->data)->calls;
    last = slot;
  }
  if (use->count > 0) {
    submit(job);
  } else {
    fake_free_job(job);
  }
}

/* ---- Functions of exclusive ---------------------------------------------------------------- */

static void end_function(oli_handle* stand_in) {
  oli_handle_end(stand_in);
  oli_handle_drop_object(stand_in);
}

static void step_end(void) {
  if (function_count == 0) return;
  oli_handle** place = &functions[below((uint32_t) function_count)];
  end_function(*place);
  *place = functions[--function_count];
}

static void begin(oli_handle* stand_in) {
  oli_handle_add_object(stand_in);
  if (ol_stopped(stand_in->closer) != OL_OK || function_count == SLOTS) {
    end_function(stand_in);
    return;
  }
  functions[function_count++] = stand_in;
  begun++;
}

static void step_begin(void) {
  oli_handle* stand_in;
  while ((stand_in = oli_handle_next_granted(&fake.handles)) != NULL) begin(stand_in);
}

/* So that no job waits for a function to end. */
static void end_functions(void) {
  step_begin();
  while (function_count > 0) step_end();
}

static void step_exclusive(void) {
  oli_handle* handle = function_count > 0 && below(2) == 0
                         ? functions[below((uint32_t) function_count)]
                         : objects[below(SLOTS)];
  if (handle == NULL || !handle->cls->serial || handle->depth > 3) return;
  ol_job* job = oli_handle_new_exclusive(handle);
  CHECK(job != NULL);
  atomic_store(&((thing*) handle->data)->shared, true);
  if (oli_handle_use(handle, job) != OL_OK) {
    fake_free_job(job);
    return;
  }
  submit(job);
}

/* Jobs of a stand-in, which may use the handle behind it, too. */
static void step_function(void) {
  if (function_count == 0) return;
  oli_handle* stand_in = functions[below((uint32_t) function_count)];
  ol_job* job = fake_job(&fake, &use_worker);
  use_state* use = job->state;
  oli_handle* both[] = {stand_in, below(4) == 0 ? stand_in->origin : stand_in};
  for (int i = 0; i < 2; i++) {
    if (oli_handle_use(both[i], job) != OL_OK) continue;
    use->things[use->count++] = (thing*) both[i]->data;
  }
  submit(job);
}

static void step_stop(void) {
  if (pending_count > 0) oli_job_stop(pending[below((uint32_t) pending_count)], OL_CANCELLED);
}

static void step_close(void) {
  oli_handle* handle = objects[below(SLOTS)];
  if (handle != NULL) oli_handle_close(handle);
}

static void step(void) {
  uint32_t what = below(26);
  make_room();
  if (what < 5) step_make();
  if (what >= 5 && what < 15) step_use();
  if (what == 15) step_stop();
  if (what == 16) step_close();
  if (what == 17) drop_object((int) below(SLOTS));
  if (what == 18 || what == 19) step_settle();
  if (what == 20) step_exclusive();
  if (what >= 21 && what < 24) step_function();
  if (what == 24) step_begin();
  if (what == 25) step_end();
}

/* The end strikes while jobs are in every state, and the objects outlive it. */
static void round_of_steps(int threads) {
  fake_open(&fake, threads);
  for (int i = 0; i < STEPS; i++) step();
  for (int i = 0; i < pending_count; i++) {
    oli_job_stop(pending[i], OL_CLOSED);
    if (oli_handle_is_exclusive(pending[i])) oli_handle_end(oli_handle_stand_in(pending[i]));
  }
  fake_shut(&fake);
  while (function_count > 0) oli_handle_drop_object(functions[--function_count]);
  pending_count = 0;
  for (int i = 0; i < SLOTS; i++) drop_object(i);
  CHECK(atomic_load(&opened) == atomic_load(&closed));
  fake_free(&fake);
}

int main(void) {
  loop = oli_thread_self();
  for (int i = 0; i < ROUNDS; i++) round_of_steps(1 + i % FAKE_THREADS_MAX);
  CHECK(atomic_load(&opened) > ROUNDS * 100 && atomic_load(&ran_in_turn) > ROUNDS * 100);
  CHECK(begun > ROUNDS);
  return 0;
}
