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
  CHECK(call >= self->served);
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
  if (job->worker == &use_worker && below(4) == 0) keep_object(job->uses->handle);
  forget_pending(job);
  fake_free_job(job);
}

static void step_settle(void) {
  ol_job* job;
  while ((job = fake_take_home(&fake)) != NULL) settle_one(job);
}

/* Now and then a call is refused after its arguments were read. */
static void submit(ol_job* job) {
  if (below(32) == 0) {
    fake_free_job(job);
    return;
  }
  while (pending_count == SLOTS) {
    fake_wait_home(&fake);
    step_settle();
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

static void step_stop(void) {
  if (pending_count > 0) oli_job_stop(pending[below((uint32_t) pending_count)], OL_CANCELLED);
}

static void step_close(void) {
  oli_handle* handle = objects[below(SLOTS)];
  if (handle != NULL) oli_handle_close(handle);
}

static void step(void) {
  uint32_t what = below(20);
  if (what < 5) step_make();
  if (what >= 5 && what < 15) step_use();
  if (what == 15) step_stop();
  if (what == 16) step_close();
  if (what == 17) drop_object((int) below(SLOTS));
  if (what >= 18) step_settle();
}

/* The end strikes while jobs are in every state, and the objects outlive it. */
static void round_of_steps(int threads) {
  fake_open(&fake, threads);
  for (int i = 0; i < STEPS; i++) step();
  for (int i = 0; i < pending_count; i++) oli_job_stop(pending[i], OL_CLOSED);
  fake_shut(&fake);
  pending_count = 0;
  for (int i = 0; i < SLOTS; i++) drop_object(i);
  CHECK(atomic_load(&opened) == atomic_load(&closed));
  fake_free(&fake);
}

int main(void) {
  loop = oli_thread_self();
  for (int i = 0; i < ROUNDS; i++) round_of_steps(1 + i % FAKE_THREADS_MAX);
  CHECK(atomic_load(&opened) > ROUNDS * 100 && atomic_load(&ran_in_turn) > ROUNDS * 100);
  return 0;
}
