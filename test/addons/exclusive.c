/* A database as exclusive is made for: serial, with statements, rows and a gate. It keeps a journal
 * of what was noted in it, and notices jobs that meet. */
#include <offloop.h>

#include <stdatomic.h>

enum { JOURNAL_MAX = 4096 };

static atomic_int opened, closed, met, gate;

/* Not guarded by anything but turns. */
typedef struct base {
  atomic_int users;
  int32_t len;
  int32_t journal[JOURNAL_MAX];
} base;

typedef struct statement {
  base* owner;
} statement;

static void base_enter(base* self) {
  if (atomic_fetch_add(&self->users, 1) != 0) atomic_fetch_add(&met, 1);
}

static void base_leave(base* self) {
  atomic_fetch_sub(&self->users, 1);
}

static void base_note(base* self, int32_t number) {
  if (self->len < JOURNAL_MAX) self->journal[self->len++] = number;
}

static void base_close(void* data) {
  base_enter(data);
  atomic_fetch_add(&closed, 1);
}

static const ol_class Base = {OL_CLASS("Base", base, base_close), .serial = true};
static const ol_class Statement = {OL_CLASS("Statement", statement, NULL)};

/* ---- openBase() ------------------------------------------------------------------------------ */

typedef struct base_state {
  base *self, *result;
} base_state;

static int open_execute(ol_job* job, void* state) {
  base_state* s = state;
  s->result = ol_new(job, &Base, NULL);
  if (s->result == NULL) return OL_NO_MEMORY;
  atomic_fetch_add(&opened, 1);
  return OL_OK;
}

static const ol_worker open_base = {OL_WORKER("openBase", base_state, open_execute),
                                    .fields =
                                      OL_FIELDS(OL_RET(base_state, result, .handle = &Base))};

/* ---- base.note(number, { wait }), base.self(), base.rows(n) ---------------------------------- */

typedef struct note_state {
  base* self;
  int32_t number;
  bool wait;
} note_state;

/* Waits for the gate, unless it is stopped. */
static int note_execute(ol_job* job, void* state) {
  note_state* s = state;
  base_enter(s->self);
  base_note(s->self, s->number);
  while (s->wait && !atomic_load(&gate) && ol_sleep(job, 1) == OL_OK) continue;
  base_leave(s->self);
  return ol_stopped(job);
}

static const ol_worker note = {
  OL_WORKER("note", note_state, note_execute),
  .fields = OL_FIELDS(OL_THIS(note_state, self, .handle = &Base), OL_ARG(note_state, number),
                      OL_OPTION(note_state, wait), OL_RET(note_state, number))};

static int self_execute(ol_job* job, void* state) {
  base_state* s = state;
  (void) job;
  s->result = s->self;
  return OL_OK;
}

static const ol_worker self = {OL_WORKER("self", base_state, self_execute),
                               .fields = OL_FIELDS(OL_THIS(base_state, self, .handle = &Base),
                                                   OL_RET(base_state, result, .handle = &Base))};

static int rows_execute(ol_job* job, void* state) {
  note_state* s = state;
  int status = OL_OK;
  base_enter(s->self);
  for (int32_t i = 0; i < s->number && status == OL_OK; i++) {
    base_leave(s->self); /* what it lends while it waits */
    status = ol_emit(job, &i);
    base_enter(s->self);
  }
  base_leave(s->self);
  return status;
}

#define ROWS                                                                                   \
  .fields = OL_FIELDS(OL_THIS(note_state, self, .handle = &Base), OL_ARG(note_state, number)), \
  .item = OL_OF(int32_t)

static const ol_worker rows = {OL_WORKER("rows", note_state, rows_execute), ROWS, .high_water = 2};
static const ol_worker many_rows = {OL_WORKER("manyRows", note_state, rows_execute), ROWS};

/* ---- base.prepare(), statement.owner(), statement.run(base, number) -------------------------- */

typedef struct statement_state {
  statement* statement;
  base* base;
  int32_t number;
} statement_state;

static int prepare_execute(ol_job* job, void* state) {
  statement_state* s = state;
  s->statement = ol_new(job, &Statement, s->base);
  if (s->statement == NULL) return OL_NO_MEMORY;
  s->statement->owner = s->base;
  return OL_OK;
}

static const ol_worker prepare = {
  OL_WORKER("prepare", statement_state, prepare_execute),
  .fields = OL_FIELDS(OL_THIS(statement_state, base, .handle = &Base),
                      OL_RET(statement_state, statement, .handle = &Statement))};

static int owner_execute(ol_job* job, void* state) {
  statement_state* s = state;
  (void) job;
  s->base = s->statement->owner;
  return OL_OK;
}

static const ol_worker owner = {
  OL_WORKER("owner", statement_state, owner_execute),
  .fields = OL_FIELDS(OL_THIS(statement_state, statement, .handle = &Statement),
                      OL_RET(statement_state, base, .handle = &Base))};

static int run_execute(ol_job* job, void* state) {
  statement_state* s = state;
  (void) job;
  base_enter(s->base);
  base_note(s->base, s->number);
  base_leave(s->base);
  return OL_OK;
}

static const ol_worker run = {OL_WORKER("run", statement_state, run_execute),
                              .fields =
                                OL_FIELDS(OL_THIS(statement_state, statement, .handle = &Statement),
                                          OL_ARG(statement_state, base, .handle = &Base),
                                          OL_ARG(statement_state, number))};

/* ---- join(first, second, number): notes in both, or once if they are one --------------------- */

typedef struct join_state {
  base *first, *second;
  int32_t number;
} join_state;

static int join_execute(ol_job* job, void* state) {
  join_state* s = state;
  base* both[] = {s->first, s->second};
  (void) job;
  for (int i = 0; i < (s->first == s->second ? 1 : 2); i++) {
    base_enter(both[i]);
    base_note(both[i], s->number);
    base_leave(both[i]);
  }
  return OL_OK;
}

static const ol_worker join = {OL_WORKER("join", join_state, join_execute),
                               .fields = OL_FIELDS(OL_ARG(join_state, first, .handle = &Base),
                                                   OL_ARG(join_state, second, .handle = &Base),
                                                   OL_ARG(join_state, number))};

/* ---- base.journal(), setGate(open), counts() ------------------------------------------------- */

typedef struct journal_state {
  base* self;
  ol_list numbers;
} journal_state;

static int journal_execute(ol_job* job, void* state) {
  journal_state* s = state;
  int32_t* numbers = ol_alloc(job, sizeof(int32_t) * JOURNAL_MAX);
  if (numbers == NULL) return OL_NO_MEMORY;
  base_enter(s->self);
  for (int32_t i = 0; i < s->self->len; i++) numbers[i] = s->self->journal[i];
  s->numbers = (ol_list){numbers, (size_t) s->self->len};
  base_leave(s->self);
  return OL_OK;
}

static const ol_worker journal = {
  OL_WORKER("journal", journal_state, journal_execute),
  .fields = OL_FIELDS(OL_THIS(journal_state, self, .handle = &Base),
                      OL_RET(journal_state, numbers, .of = OL_OF(int32_t)))};

typedef struct gate_state {
  bool open;
} gate_state;

static int gate_execute(ol_job* job, void* state) {
  (void) job;
  atomic_store(&gate, ((gate_state*) state)->open);
  return OL_OK;
}

static const ol_worker set_gate = {OL_WORKER("setGate", gate_state, gate_execute),
                                   .fields = OL_FIELDS(OL_ARG(gate_state, open))};

typedef struct counts_state {
  int32_t opened, closed, met;
} counts_state;

static int counts_execute(ol_job* job, void* state) {
  counts_state* s = state;
  (void) job;
  *s = (counts_state){atomic_load(&opened), atomic_load(&closed), atomic_load(&met)};
  return OL_OK;
}

static const ol_worker counts = {OL_WORKER("counts", counts_state, counts_execute),
                                 .fields = OL_FIELDS(OL_RET(counts_state, opened),
                                                     OL_RET(counts_state, closed),
                                                     OL_RET(counts_state, met))};

OL_MODULE(&open_base, &note, &self, &rows, &many_rows, &prepare, &owner, &run, &join, &journal,
          &set_gate, &counts)
