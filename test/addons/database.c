/* A native library as handles are made for: a database that makes statements, and a ledger whose
 * jobs must not meet. It counts what it opens and closes, and notices what must never happen. */
#include <offloop.h>

#include <stdatomic.h>
#include <stdio.h>

#define ALIVE 0x600d600d
#define DEAD 0x0dead0ad

static atomic_int opened, closed, faults, on_loop_closes, gate;
static atomic_int last_closed[3]; /* numbers of the things closed last, the latest first */
static _Thread_local bool on_loop;

/* What every thing begins with. */
typedef struct thing {
  atomic_int mark, users, children;
  int number;
  struct thing* parent;
} thing;

static void thing_open(thing* self, thing* parent) {
  self->parent = parent;
  self->number = 1 + atomic_fetch_add(&opened, 1);
  atomic_store(&self->mark, ALIVE);
  if (parent != NULL) atomic_fetch_add(&parent->children, 1);
}

static void fault_unless(bool truth) {
  if (!truth) atomic_fetch_add(&faults, 1);
}

static void thing_close(void* data) {
  thing* self = data;
  fault_unless(atomic_exchange(&self->mark, DEAD) == ALIVE);
  fault_unless(atomic_load(&self->users) == 0 && atomic_load(&self->children) == 0);
  if (on_loop) atomic_fetch_add(&on_loop_closes, 1);
  if (self->parent != NULL) {
    fault_unless(atomic_load(&self->parent->mark) == ALIVE);
    atomic_fetch_sub(&self->parent->children, 1);
  }
  int number = self->number;
  for (int i = 0; i < 3; i++) number = atomic_exchange(&last_closed[i], number);
  atomic_fetch_add(&closed, 1);
}

static int thing_use(thing* self) {
  fault_unless(atomic_load(&self->mark) == ALIVE);
  return atomic_fetch_add(&self->users, 1);
}

static void thing_leave(thing* self) {
  atomic_fetch_sub(&self->users, 1);
}

/* ---- The classes --------------------------------------------------------------------------- */

typedef struct database {
  thing thing;
  FILE* log; /* NULL: none */
} database;

typedef struct statement {
  thing thing;
} statement;

/* Not guarded by anything but its turns. */
typedef struct ledger {
  thing thing;
  int32_t entries, sum;
} ledger;

static void database_close(void* data) {
  database* self = data;
  thing_close(data);
  if (self->log == NULL) return;
  fputs("closed", self->log);
  fclose(self->log);
}

static const ol_class Database = {OL_CLASS("Database", database, database_close)};
static const ol_class Statement = {OL_CLASS("Statement", statement, thing_close)};
static const ol_class Ledger = {OL_CLASS("Ledger", ledger, thing_close), .serial = true};

/* ---- Making them --------------------------------------------------------------------------- */

typedef struct open_state {
  bool fail, spare;
  ol_str log;
  database* db;
} open_state;

static int open_prepare(napi_env env, ol_job* job, void* state) {
  (void) env;
  (void) job;
  (void) state;
  on_loop = true;
  return OL_OK;
}

/* Makes a spare one that nobody gets, and may fail when both are made. */
static int open_execute(ol_job* job, void* state) {
  open_state* s = state;
  s->db = ol_new(job, &Database, NULL);
  if (s->db == NULL) return OL_NO_MEMORY;
  thing_open(&s->db->thing, NULL);
  if (s->log.len > 0) s->db->log = fopen(s->log.data, "w");
  if (s->spare) {
    statement* spare = ol_new(job, &Statement, s->db);
    if (spare == NULL) return OL_NO_MEMORY;
    thing_open(&spare->thing, &s->db->thing);
  }
  return s->fail ? ol_fail(job, "ERR_TEST", "opened, then failed") : OL_OK;
}

static const ol_worker open_worker = {
  OL_WORKER("open", open_state, open_execute),
  .fields = OL_FIELDS(OL_OPTION(open_state, fail), OL_OPTION(open_state, spare),
                      OL_OPTION(open_state, log), OL_RET(open_state, db, .handle = &Database)),
  .prepare = open_prepare,
};

typedef struct pair_state {
  database *left, *right;
  int64_t id;
} pair_state;

/* Two handles and a number that is too large for JavaScript: the results cannot be delivered. */
static int pair_execute(ol_job* job, void* state) {
  pair_state* s = state;
  s->left = ol_new(job, &Database, NULL);
  s->right = ol_new(job, &Database, NULL);
  if (s->left == NULL || s->right == NULL) return OL_NO_MEMORY;
  thing_open(&s->left->thing, NULL);
  thing_open(&s->right->thing, NULL);
  s->id = INT64_MAX;
  return OL_OK;
}

static const ol_worker pair_worker = {
  OL_WORKER("openPair", pair_state, pair_execute),
  .fields = OL_FIELDS(OL_RET(pair_state, left, .handle = &Database),
                      OL_RET(pair_state, right, .handle = &Database), OL_RET(pair_state, id)),
};

typedef struct ledger_state {
  ledger* ledger;
} ledger_state;

static int ledger_execute(ol_job* job, void* state) {
  ledger_state* s = state;
  s->ledger = ol_new(job, &Ledger, NULL);
  if (s->ledger == NULL) return OL_NO_MEMORY;
  thing_open(&s->ledger->thing, NULL);
  return OL_OK;
}

static const ol_worker ledger_worker = {
  OL_WORKER("openLedger", ledger_state, ledger_execute),
  .fields = OL_FIELDS(OL_RET(ledger_state, ledger, .handle = &Ledger)),
};

/* ---- Methods of a database ----------------------------------------------------------------- */

typedef struct wait_state {
  database* db;
} wait_state;

/* Uses the database until the gate is open, stopped or not. */
static int wait_execute(ol_job* job, void* state) {
  wait_state* s = state;
  thing_use(&s->db->thing);
  while (!atomic_load(&gate)) (void) ol_sleep(job, 1);
  thing_leave(&s->db->thing);
  return ol_stopped(job);
}

static const ol_worker wait_worker = {
  OL_WORKER("wait", wait_state, wait_execute),
  .fields = OL_FIELDS(OL_THIS(wait_state, db, .handle = &Database)),
};

typedef struct self_state {
  database *db, *other, *result;
  bool has_other, wait;
} self_state;

/* Gives back the database it is called on, or the other one. */
static int self_execute(ol_job* job, void* state) {
  self_state* s = state;
  s->result = s->has_other ? s->other : s->db;
  thing_use(&s->result->thing);
  while (s->wait && !atomic_load(&gate)) (void) ol_sleep(job, 1);
  thing_leave(&s->result->thing);
  return OL_OK;
}

static const ol_worker self_worker = {
  OL_WORKER("self", self_state, self_execute),
  .fields = OL_FIELDS(OL_THIS(self_state, db, .handle = &Database),
                      OL_ARG_OPTIONAL(self_state, other, .handle = &Database,
                                      .given = offsetof(self_state, has_other)),
                      OL_OPTION(self_state, wait), OL_RET(self_state, result, .handle = &Database)),
};

typedef struct prepare_state {
  database* db;
  bool wait;
  statement* made;
} prepare_state;

static int prepare_execute(ol_job* job, void* state) {
  prepare_state* s = state;
  s->made = ol_new(job, &Statement, s->db);
  if (s->made == NULL) return OL_NO_MEMORY;
  thing_open(&s->made->thing, &s->db->thing);
  while (s->wait && !atomic_load(&gate)) (void) ol_sleep(job, 1);
  return OL_OK;
}

static const ol_worker prepare_worker = {
  OL_WORKER("prepare", prepare_state, prepare_execute),
  .fields =
    OL_FIELDS(OL_THIS(prepare_state, db, .handle = &Database), OL_OPTION(prepare_state, wait),
              OL_RET(prepare_state, made, .handle = &Statement)),
};

static thing stray;

/* A result that the job neither made nor uses. */
static int stray_execute(ol_job* job, void* state) {
  (void) job;
  ((self_state*) state)->result = (database*) &stray;
  return OL_OK;
}

static const ol_worker stray_worker = {
  OL_WORKER("stray", self_state, stray_execute),
  .fields = OL_FIELDS(OL_THIS(self_state, db, .handle = &Database),
                      OL_RET(self_state, result, .handle = &Database)),
};

/* ---- Methods of a statement ---------------------------------------------------------------- */

typedef struct owner_state {
  statement* statement;
  thing* owner;
} owner_state;

static int owner_execute(ol_job* job, void* state) {
  owner_state* s = state;
  (void) job;
  s->owner = s->statement->thing.parent;
  return OL_OK;
}

static const ol_worker owner_worker = {
  OL_WORKER("owner", owner_state, owner_execute),
  .fields = OL_FIELDS(OL_THIS(owner_state, statement, .handle = &Statement),
                      OL_RET(owner_state, owner, .handle = &Database)),
};

typedef struct clone_state {
  statement *statement, *copy;
} clone_state;

/* Another statement of the same database, which the job does not use itself. */
static int clone_execute(ol_job* job, void* state) {
  clone_state* s = state;
  s->copy = ol_new(job, &Statement, s->statement->thing.parent);
  if (s->copy == NULL) return OL_NO_MEMORY;
  thing_open(&s->copy->thing, s->statement->thing.parent);
  return OL_OK;
}

static const ol_worker clone_worker = {
  OL_WORKER("clone", clone_state, clone_execute),
  .fields = OL_FIELDS(OL_THIS(clone_state, statement, .handle = &Statement),
                      OL_RET(clone_state, copy, .handle = &Statement)),
};

/* ---- Methods of a ledger, and one of two --------------------------------------------------- */

typedef struct add_state {
  ledger* ledger;
  int32_t value;
  bool wait;
  int32_t entry;
} add_state;

static int add_execute(ol_job* job, void* state) {
  add_state* s = state;
  fault_unless(thing_use(&s->ledger->thing) == 0);
  s->ledger->sum += s->value;
  s->entry = s->ledger->entries++;
  while (s->wait && !atomic_load(&gate) && ol_sleep(job, 1) == OL_OK) continue;
  thing_leave(&s->ledger->thing);
  return OL_OK;
}

static const ol_worker add_worker = {
  OL_WORKER("add", add_state, add_execute),
  .fields = OL_FIELDS(OL_THIS(add_state, ledger, .handle = &Ledger), OL_ARG(add_state, value),
                      OL_OPTION(add_state, wait), OL_RET(add_state, entry)),
};

typedef struct move_state {
  ledger *from, *to;
  int32_t value, sum;
} move_state;

static int move_execute(ol_job* job, void* state) {
  move_state* s = state;
  (void) job;
  fault_unless(thing_use(&s->from->thing) == 0);
  fault_unless(thing_use(&s->to->thing) == (s->from == s->to));
  s->from->sum -= s->value;
  s->to->sum += s->value;
  s->sum = s->to->sum;
  thing_leave(&s->to->thing);
  thing_leave(&s->from->thing);
  return OL_OK;
}

static const ol_worker move_worker = {
  OL_WORKER("move", move_state, move_execute),
  .fields = OL_FIELDS(OL_ARG(move_state, from, .handle = &Ledger),
                      OL_ARG(move_state, to, .handle = &Ledger), OL_ARG(move_state, value),
                      OL_RET(move_state, sum)),
};

/* ---- For the tests ------------------------------------------------------------------------- */

typedef struct counts_state {
  int32_t opened, closed, faults, on_loop_closes;
  ol_list last_closed;
} counts_state;

static int counts_execute(ol_job* job, void* state) {
  counts_state* s = state;
  int32_t* last = ol_alloc(job, sizeof(int32_t) * 3);
  if (last == NULL) return OL_NO_MEMORY;
  for (int i = 0; i < 3; i++) last[i] = atomic_load(&last_closed[i]);
  s->last_closed = (ol_list){last, 3};
  s->closed = atomic_load(&closed);
  s->opened = atomic_load(&opened);
  s->faults = atomic_load(&faults);
  s->on_loop_closes = atomic_load(&on_loop_closes);
  return OL_OK;
}

static const ol_worker counts_worker = {
  OL_WORKER("counts", counts_state, counts_execute),
  .fields = OL_FIELDS(OL_RET(counts_state, opened), OL_RET(counts_state, closed),
                      OL_RET(counts_state, faults), OL_RET(counts_state, on_loop_closes),
                      OL_RET(counts_state, last_closed, .of = OL_OF(int32_t))),
};

typedef struct gate_state {
  bool open;
} gate_state;

static int gate_execute(ol_job* job, void* state) {
  (void) job;
  atomic_store(&gate, ((gate_state*) state)->open);
  return OL_OK;
}

static const ol_worker gate_worker = {
  OL_WORKER("setGate", gate_state, gate_execute),
  .fields = OL_FIELDS(OL_ARG(gate_state, open)),
};

typedef struct number_state {
  database* db;
  int32_t number;
} number_state;

static int number_execute(ol_job* job, void* state) {
  number_state* s = state;
  (void) job;
  s->number = s->db->thing.number;
  return OL_OK;
}

static const ol_worker number_worker = {
  OL_WORKER("number", number_state, number_execute),
  .fields = OL_FIELDS(OL_THIS(number_state, db, .handle = &Database), OL_RET(number_state, number)),
};

OL_MODULE(&open_worker, &pair_worker, &ledger_worker, &wait_worker, &self_worker, &prepare_worker,
          &stray_worker, &owner_worker, &clone_worker, &add_worker, &move_worker, &counts_worker,
          &gate_worker, &number_worker)
