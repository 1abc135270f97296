/* Tables made of numbers: makeTable(exports, ...numbers) takes rows that macros have made, changes
 * what the numbers say, and exports the worker. What it is refused for is thrown. */
#include <offloop.h>

#include <math.h>
#include <stdlib.h>

typedef struct point {
  double x, y;
  bool has_y, flag;
  ol_str label;
} point;

typedef struct fuzz_state {
  int64_t first; /* so that no flag stands at offset 0 */
  bool flags[8], truth;
  int8_t i8;
  uint16_t u16;
  int32_t i32;
  int64_t i64;
  uint64_t u64;
  float f32;
  double f64, spare;
  ol_str str;
  ol_buf buf;
  ol_f64s numbers;
  ol_list list, points;
  ol_value value;
  ol_date date;
  char chars[12];
  point record;
  void* handle;
} fuzz_state;

static int fuzz_execute(ol_job* job, void* state) {
  (void) state;
  return ol_status(job);
}

/* ---- What rows are made of ------------------------------------------------------------------- */

static const ol_class Thing = {OL_CLASS("Thing", double, NULL)};
static const char* const words[] = {"zero", "one", "two", NULL};
static const char* const nothing[] = {NULL};

#define POINT                                                         \
  OL_SHAPE(point, OL_MEMBER(point, x), OL_MEMBER(point, y, .def = 0), \
           OL_MEMBER(point, label, .def_str = "none"))

static const ol_field patterns[] = {
  OL_ARG(fuzz_state, truth),
  OL_ARG(fuzz_state, i8),
  OL_ARG(fuzz_state, u16),
  OL_ARG(fuzz_state, i32),
  OL_ARG(fuzz_state, i64),
  OL_ARG(fuzz_state, u64),
  OL_ARG(fuzz_state, f32),
  OL_ARG(fuzz_state, f64),
  OL_ARG(fuzz_state, spare),
  OL_ARG(fuzz_state, str),
  OL_ARG(fuzz_state, buf),
  OL_ARG(fuzz_state, numbers),
  OL_ARG(fuzz_state, list, .of = OL_OF(ol_str)),
  OL_ARG(fuzz_state, points, .of = POINT),
  OL_ARG(fuzz_state, value),
  OL_ARG(fuzz_state, date),
  OL_ARG(fuzz_state, chars),
  OL_ARG(fuzz_state, record, .of = POINT),
  OL_ARG(fuzz_state, handle, .handle = &Thing),
};

enum { PATTERNS = sizeof patterns / sizeof patterns[0] };

static const double doubles[] = {
  0, 1, -1, 0.5, 127, 128, 255, 1e9, 9007199254740992.0, 1e300, INFINITY, -INFINITY, NAN};
static const char* const names[] = {"a", "b", "signal", "", "__proto__", "toString", "\xff", "a b"};
static const ol_shape* const shapes[] = {POINT, OL_OF(double), OL_OF(ol_buf),
                                         OL_OF(ol_list, .of = OL_OF(int8_t)),
                                         OL_SHAPE(point, OL_MEMBER(point, x, .min = 0))};

/* ---- Changing rows --------------------------------------------------------------------------- */

#define PICK(LIST, N) (LIST)[(N) % (sizeof(LIST) / sizeof((LIST)[0]))]

/* One attribute by a number, and its value by another. */
static void change_row(ol_field* row, uint32_t which, uint32_t value) {
  switch (which % 18) {
    case 0: row->def = PICK(doubles, value); break;
    case 1: row->min = PICK(doubles, value); break;
    case 2: row->max = PICK(doubles, value); break;
    case 3: row->def_str = PICK(words, value); break;
    case 4: row->one_of = value % 8 == 0 ? nothing : words; break;
    case 5: row->given = offsetof(fuzz_state, flags) + value % 8; break;
    case 6: row->given = value % (sizeof(fuzz_state) + 8); break;
    case 7: row->of = PICK(shapes, value); break;
    case 8: row->handle = &Thing; break;
    case 9: row->required = true; break;
    case 10: row->pinned = true; break;
    case 11: row->secret = true; break;
    case 12: row->bigint = true; break;
    case 13: row->name = PICK(names, value); break;
    case 14: row->offset = value % (sizeof(fuzz_state) + 8); break;
    case 15: row->type = (int) (value % 33); break;
    case 16: row->size = value % 40; break;
    default: row->role = (int) (value % 8); break;
  }
  /* That a result is given is its author's word: no other memory may stand there. */
  if (row->role == OL_ROLE_RET && which % 18 == 14) row->given = 0;
}

/* A table is for good, as all are: this list is what keeps it. */
typedef struct fuzz_table {
  struct fuzz_table* next;
  ol_worker worker;
  ol_field rows[];
} fuzz_table;

static fuzz_table* tables;

static const ol_worker pattern = {OL_WORKER("fuzzed", fuzz_state, fuzz_execute)};

/* Four numbers a row: its pattern and role, whether it is changed, and twice how. */
static fuzz_table* make_table(const uint32_t* numbers, size_t count) {
  size_t len = count / 4;
  fuzz_table* table = calloc(1, sizeof *table + (len + 1) * sizeof(ol_field));
  if (table == NULL) return NULL;
  for (size_t i = 0; i < len; i++, numbers += 4) {
    table->rows[i] = PICK(patterns, numbers[0]);
    table->rows[i].role = 1 + (int) (numbers[0] / PATTERNS % 4);
    if (numbers[1] % 3 > 0) change_row(&table->rows[i], numbers[2], numbers[3]);
    if (numbers[1] % 3 > 1) change_row(&table->rows[i], numbers[2] / 18, numbers[3] / 64);
  }
  table->worker = pattern;
  table->worker.fields = table->rows;
  table->next = tables;
  tables = table;
  return table;
}

/* ---- For JavaScript -------------------------------------------------------------------------- */

enum { NUMBERS_MAX = 64 };

static napi_value make(napi_env env, napi_callback_info info) {
  napi_value argv[NUMBERS_MAX + 1];
  uint32_t numbers[NUMBERS_MAX] = {0};
  size_t argc = NUMBERS_MAX + 1;
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  for (size_t i = 1; i < argc; i++) napi_get_value_uint32(env, argv[i], &numbers[i - 1]);
  fuzz_table* table = make_table(numbers, argc - 1);
  if (table == NULL) return NULL;
  const void* const list[] = {&table->worker, NULL};
  return ol_export(env, argv[0], list) == napi_ok ? argv[0] : NULL;
}

typedef struct thing_state {
  void* thing;
} thing_state;

static int thing_execute(ol_job* job, void* state) {
  thing_state* s = state;
  s->thing = ol_new(job, &Thing, NULL);
  return s->thing != NULL ? OL_OK : OL_NO_MEMORY;
}

static const ol_worker makeThing = {
  OL_WORKER("makeThing", thing_state, thing_execute),
  .fields = OL_FIELDS(OL_RET(thing_state, thing, .handle = &Thing)),
};

static const void* const exported[] = {&makeThing, NULL};

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  napi_value function;
  napi_create_function(env, "makeTable", NAPI_AUTO_LENGTH, make, NULL, &function);
  napi_set_named_property(env, exports, "makeTable", function);
  return ol_export(env, exports, exported) == napi_ok ? exports : NULL;
}
