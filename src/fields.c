/* fields.c: makes tables ready.
 *
 * One pass over the rows of a table: a row is copied, its name worked out, the shape below it
 * compiled, and then it is held against the rules, which are in rules.c. The first fault ends it
 * all with its reason.
 *
 * Owner: the binding that asked for the shape frees it. Nothing points into the author's table but
 * constant strings and classes, which are never freed. */
#include "fields.h"

#include <float.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attribute.h"
#include "rules.h"

/* A shape that contains itself would go down for ever. */
enum { FIELDS_DEPTH_MAX = 16 };

#define FIELDS_NEWER "it was built with a newer header than this library"

typedef struct fields_maker {
  oli_refusal* refusal;
  const char* table;                      /* what is made, with a colon; NULL: a worker's fields */
  const char* path[FIELDS_DEPTH_MAX + 1]; /* the members above the one that is being made */
  size_t depth;
  bool functions;         /* of JavaScript may be among the fields */
  enum oli_shape_use use; /* of the rows that are being made */
} fields_maker;

/* ---- Types --------------------------------------------------------------------------------- */

#define FIELDS_INTEGER(T, LOW, HIGH) \
  { sizeof(T), alignof(T), 0, LOW, HIGH }
#define FIELDS_VIEW(T) \
  { sizeof(T), alignof(T), sizeof(*((T*) 0)->data), 0, 0 }
#define FIELDS_PLAIN(T) \
  { sizeof(T), alignof(T), 0, 0, 0 }

static const oli_type fields_types[] = {
  [OL_TYPE_BOOL] = FIELDS_PLAIN(bool),
  [OL_TYPE_I8] = FIELDS_INTEGER(int8_t, INT8_MIN, INT8_MAX),
  [OL_TYPE_I16] = FIELDS_INTEGER(int16_t, INT16_MIN, INT16_MAX),
  [OL_TYPE_I32] = FIELDS_INTEGER(int32_t, INT32_MIN, INT32_MAX),
  [OL_TYPE_I64] = FIELDS_INTEGER(int64_t, -OLI_WHOLE_MAX, OLI_WHOLE_MAX),
  [OL_TYPE_U8] = FIELDS_INTEGER(uint8_t, 0, UINT8_MAX),
  [OL_TYPE_U16] = FIELDS_INTEGER(uint16_t, 0, UINT16_MAX),
  [OL_TYPE_U32] = FIELDS_INTEGER(uint32_t, 0, UINT32_MAX),
  [OL_TYPE_U64] = FIELDS_INTEGER(uint64_t, 0, OLI_WHOLE_MAX),
  [OL_TYPE_F32] = FIELDS_PLAIN(float),
  [OL_TYPE_F64] = FIELDS_PLAIN(double),
  [OL_TYPE_STR] = FIELDS_PLAIN(ol_str),
  [OL_TYPE_BUF] = FIELDS_VIEW(ol_buf),
  [OL_TYPE_I8S] = FIELDS_VIEW(ol_i8s),
  [OL_TYPE_U8S] = FIELDS_VIEW(ol_u8s),
  [OL_TYPE_U8CS] = FIELDS_VIEW(ol_u8cs),
  [OL_TYPE_I16S] = FIELDS_VIEW(ol_i16s),
  [OL_TYPE_U16S] = FIELDS_VIEW(ol_u16s),
  [OL_TYPE_I32S] = FIELDS_VIEW(ol_i32s),
  [OL_TYPE_U32S] = FIELDS_VIEW(ol_u32s),
  [OL_TYPE_I64S] = FIELDS_VIEW(ol_i64s),
  [OL_TYPE_U64S] = FIELDS_VIEW(ol_u64s),
  [OL_TYPE_F32S] = FIELDS_VIEW(ol_f32s),
  [OL_TYPE_F64S] = FIELDS_VIEW(ol_f64s),
  [OL_TYPE_LIST] = FIELDS_PLAIN(ol_list),
  [OL_TYPE_VALUE] = FIELDS_PLAIN(ol_value),
  [OL_TYPE_DATE] = FIELDS_PLAIN(ol_date),
  [OL_TYPE_FN] = FIELDS_PLAIN(ol_fn),
  [OL_TYPE_CHARS] = {0, 1, 0, 0, 0},
  [OL_TYPE_OTHER] = {0, 1, 0, 0, 0},
};

const oli_type* oli_type_of(int type) {
  return &fields_types[type];
}

size_t oli_element_size(int type) {
  return fields_types[type].element;
}

bool oli_is_integer(int type) {
  return type >= OL_TYPE_I8 && type <= OL_TYPE_U64;
}

bool oli_is_signed(int type) {
  return type >= OL_TYPE_I8 && type <= OL_TYPE_I64;
}

bool oli_fits_float(double number) {
  bool finite = number >= -DBL_MAX && number <= DBL_MAX;
  return !finite || (number >= -FLT_MAX && number <= FLT_MAX);
}

/* Loads and stores go through memcpy: a member of a packed struct may stand anywhere. */
#define FIELDS_LOAD(T)                \
  {                                   \
    T value;                          \
    memcpy(&value, at, sizeof value); \
    return (uint64_t) value;          \
  }

uint64_t oli_integer_load(int type, const void* at) {
  switch (type) {
    case OL_TYPE_I8: FIELDS_LOAD(int8_t)
    case OL_TYPE_I16: FIELDS_LOAD(int16_t)
    case OL_TYPE_I32: FIELDS_LOAD(int32_t)
    case OL_TYPE_U8: FIELDS_LOAD(uint8_t)
    case OL_TYPE_U16: FIELDS_LOAD(uint16_t)
    case OL_TYPE_U32: FIELDS_LOAD(uint32_t)
    default: FIELDS_LOAD(uint64_t)
  }
}

void oli_integer_store(int type, void* at, uint64_t bits) {
  uint8_t bits_8 = (uint8_t) bits;
  uint16_t bits_16 = (uint16_t) bits;
  uint32_t bits_32 = (uint32_t) bits;
  switch (fields_types[type].size) {
    case 1: memcpy(at, &bits_8, sizeof bits_8); break;
    case 2: memcpy(at, &bits_16, sizeof bits_16); break;
    case 4: memcpy(at, &bits_32, sizeof bits_32); break;
    default: memcpy(at, &bits, sizeof bits); break;
  }
}

/* ---- Names --------------------------------------------------------------------------------- */

/* Not toupper, which asks the locale. */
static char fields_upper(char letter) {
  return letter >= 'a' && letter <= 'z' ? (char) (letter - 'a' + 'A') : letter;
}

char* oli_camel_case(const char* member) {
  char* name = malloc(strlen(member) + 1);
  if (name == NULL) return NULL;
  size_t len = strspn(member, "_");
  memcpy(name, member, len);
  bool raise = false;
  for (const char* next = member + len; *next != '\0'; next++) {
    if (*next != '_') name[len++] = raise ? fields_upper(*next) : *next;
    raise = *next == '_';
  }
  name[len] = '\0';
  return name;
}

/* The member `size` of `options.size` is "size" in JavaScript. */
static char* fields_name(const ol_field* row) {
  if (row->name != NULL) {
    char* copy = malloc(strlen(row->name) + 1);
    return copy != NULL ? strcpy(copy, row->name) : NULL;
  }
  const char* dot = strrchr(row->member, '.');
  return oli_camel_case(dot != NULL ? dot + 1 : row->member);
}

/* ---- Refusing ------------------------------------------------------------------------------ */

/* All of them give false, for their callers to hand on. */
static bool fields_refuse(const fields_maker* maker, const char* member, const char* why) {
  char path[160] = "";
  for (size_t i = 0; i < maker->depth; i++) {
    size_t len = strlen(path);
    snprintf(path + len, sizeof path - len, "%s.", maker->path[i]);
  }
  maker->refusal->no_memory = false;
  snprintf(maker->refusal->text, sizeof maker->refusal->text, "field \"%.100s%.50s\": %s", path,
           member, why);
  return false;
}

static bool fields_refuse_table(const fields_maker* maker, const char* why) {
  const char* table = maker->table != NULL ? maker->table : "";
  maker->refusal->no_memory = false;
  snprintf(maker->refusal->text, sizeof maker->refusal->text, "%s%s", table, why);
  return false;
}

static bool fields_out_of_memory(const fields_maker* maker) {
  fields_refuse_table(maker, "out of memory");
  maker->refusal->no_memory = true;
  return false;
}

/* ---- Making a shape ------------------------------------------------------------------------ */

static const ol_field* fields_at(const ol_field* rows, size_t row_size, size_t index) {
  return (const ol_field*) (const void*) ((const char*) rows + index * row_size);
}

static int fields_int_at(const ol_field* rows, size_t row_size, size_t index, size_t offset) {
  int number;
  const char* row = (const char*) fields_at(rows, row_size, index);
  memcpy(&number, row + offset, sizeof number);
  return number;
}

static int fields_type_at(const ol_field* rows, size_t row_size, size_t index) {
  return fields_int_at(rows, row_size, index, offsetof(ol_field, type));
}

static int fields_role_at(const ol_field* rows, size_t row_size, size_t index) {
  return fields_int_at(rows, row_size, index, offsetof(ol_field, role));
}

static size_t fields_count(const ol_field* rows, size_t row_size) {
  size_t count = 0;
  if (rows == NULL) return 0;
  while (fields_type_at(rows, row_size, count) != OL_TYPE_END) count++;
  return count;
}

/* Members of records have no role of their own for this: an attribute that only makes sense for
 * what may be absent says it. */
static bool fields_is_optional(const oli_field* field) {
  const ol_field* row = &field->row;
  if (row->role == OL_ROLE_OPTION) return !row->required;
  bool has_default = row->given != 0 || field->has_def || row->def_str != NULL;
  return row->role == OL_ROLE_OPTIONAL || (row->role == OL_ROLE_MEMBER && has_default);
}

/* The range of a bigint is its type's own: reading it finds what is past 64 bits. */
static void fields_set_range(oli_field* field) {
  const ol_field* row = &field->row;
  const oli_type* type = &fields_types[row->type];
  bool wide = row->bigint || !oli_is_integer(row->type);
  field->bounded = row->min != 0 || row->max != 0;
  field->low = wide ? row->min : type->low;
  field->high = wide ? row->max : type->high;
  if (!field->bounded || wide) return;
  if (row->min > field->low) field->low = row->min;
  if (row->max < field->high) field->high = row->max;
}

static oli_shape* fields_make(fields_maker* maker, const ol_field* rows, size_t row_size,
                              size_t size, enum oli_shape_use use);

/* Which way the values of a shape below this row go. */
static enum oli_shape_use fields_use_below(const fields_maker* maker, const ol_field* row) {
  if (maker->use != OLI_USE_WORKER) return maker->use;
  return row->role == OL_ROLE_RET ? OLI_USE_OUT : OLI_USE_IN;
}

static oli_shape* fields_make_below(fields_maker* maker, const ol_field* row) {
  if (maker->depth == FIELDS_DEPTH_MAX) {
    fields_refuse_table(maker, "shapes are nested too deeply, or one contains itself");
    return NULL;
  }
  enum oli_shape_use use = maker->use;
  maker->path[maker->depth++] = row->member;
  oli_shape* below = fields_make(maker, row->of->fields, row->of->field_size, row->of->size,
                                 fields_use_below(maker, row));
  maker->use = use;
  maker->depth--;
  return below;
}

/* NULL: nothing keeps the row from being compiled. */
static const char* fields_unreadable(const fields_maker* maker, const ol_field* row) {
  if (row->type == OL_TYPE_FN && !maker->functions) {
    return "a function can only be among the arguments of a worker";
  }
  bool known = row->type >= OL_TYPE_BOOL && row->type <= OL_TYPE_OTHER;
  return known ? NULL : "is of a type that this version does not know";
}

/* From here on the row's name is the shape's own, or NULL. */
static void fields_copy(oli_field* field, const ol_field* from, size_t row_size) {
  memcpy(&field->row, from, row_size < sizeof field->row ? row_size : sizeof field->row);
  field->row.name = field->row.member != NULL ? fields_name(&field->row) : NULL;
}

/* False: refused. */
static bool fields_fill(fields_maker* maker, oli_field* field) {
  const ol_field* row = &field->row;
  if (row->member == NULL) return fields_refuse_table(maker, "a field has no .member");
  if (row->name == NULL) return fields_out_of_memory(maker);
  const char* why = fields_unreadable(maker, row);
  if (why != NULL) return fields_refuse(maker, row->member, why);
  while (row->one_of != NULL && row->one_of[field->choices] != NULL) field->choices++;
  field->has_def = row->def != 0 || oli_attribute_written(row, "def");
  field->optional = fields_is_optional(field);
  fields_set_range(field);
  if (row->of != NULL) field->of = fields_make_below(maker, row);
  return row->of == NULL || field->of != NULL;
}

bool oli_field_is_fn(const oli_field* field) {
  return field->row.type == OL_TYPE_FN || (field->of != NULL && field->of->functions);
}

static bool fields_fill_all(fields_maker* maker, oli_shape* shape) {
  for (size_t i = 0; i < shape->count; i++) {
    oli_field* field = &shape->fields[i];
    if (!fields_fill(maker, field)) return false;
    shape->handles |= field->row.handle != NULL || (field->of != NULL && field->of->handles);
    shape->functions |= oli_field_is_fn(field);
    if (field->row.owner_align > shape->align) shape->align = field->row.owner_align;
  }
  return true;
}

/* After all rows were compiled, because rules look at the rows around. */
static bool fields_check_all(const fields_maker* maker, const oli_shape* shape) {
  for (size_t i = 0; i < shape->count; i++) {
    const char* why = oli_row_fault(shape, i, maker->use);
    if (why != NULL) return fields_refuse(maker, shape->fields[i].row.member, why);
  }
  return true;
}

static oli_shape* fields_new(const ol_field* rows, size_t row_size, size_t size) {
  size_t count = fields_count(rows, row_size);
  oli_shape* shape = calloc(1, sizeof *shape + count * sizeof(oli_field));
  if (shape == NULL) return NULL;
  shape->size = size;
  shape->align = 1;
  shape->count = count;
  for (size_t i = 0; i < count; i++) {
    fields_copy(&shape->fields[i], fields_at(rows, row_size, i), row_size);
  }
  return shape;
}

/* A worker may be without fields, a shape may not. */
static const char* fields_table_fault(const ol_field* rows, size_t row_size, size_t size,
                                      bool in_worker) {
  if (row_size > sizeof(ol_field)) return FIELDS_NEWER;
  if (row_size < offsetof(ol_field, name)) return "its rows were not made by offloop's macros";
  if (in_worker) return NULL;
  if (size == 0) return "a shape has the size 0";
  return fields_count(rows, row_size) == 0 ? "a shape has no members" : NULL;
}

/* A shape that is refused is freed with all that was made below it. */
static oli_shape* fields_make(fields_maker* maker, const ol_field* rows, size_t row_size,
                              size_t size, enum oli_shape_use use) {
  maker->use = use;
  const char* why = fields_table_fault(rows, row_size, size, use == OLI_USE_WORKER);
  oli_shape* shape = why == NULL ? fields_new(rows, row_size, size) : NULL;
  if (why != NULL) {
    fields_refuse_table(maker, why);
  } else if (shape == NULL) {
    fields_out_of_memory(maker);
  }
  if (shape == NULL) return NULL;
  if (fields_fill_all(maker, shape) && fields_check_all(maker, shape)) return shape;
  oli_shape_free(shape);
  return NULL;
}

void oli_shape_free(oli_shape* shape) {
  if (shape == NULL) return;
  for (size_t i = 0; i < shape->count; i++) {
    free((void*) (uintptr_t) shape->fields[i].row.name);
    oli_shape_free(shape->fields[i].of);
  }
  free(shape);
}

/* ---- Workers ------------------------------------------------------------------------------- */

static oli_shape* fields_make_worker(fields_maker* maker, const ol_worker* worker) {
  oli_shape* shape =
    fields_make(maker, worker->fields, worker->field_size, worker->state_size, OLI_USE_WORKER);
  const char* why = shape != NULL ? oli_worker_fields_fault(shape, worker) : NULL;
  if (why == NULL) return shape;
  fields_refuse_table(maker, why);
  oli_shape_free(shape);
  return NULL;
}

/* NULL: it can be copied. */
static const char* fields_copy_fault(const ol_worker* worker) {
  if (worker->kind != OL_TABLE_WORKER) return "it is no worker, or OL_WORKER(...) was left out";
  if (worker->table_size > sizeof(ol_worker)) return FIELDS_NEWER;
  bool whole = worker->table_size >= offsetof(ol_worker, fields) + sizeof worker->fields;
  return whole ? NULL : "it was not made by offloop's macros";
}

oli_shape* oli_shape_of_worker(const ol_worker* worker, oli_refusal* refusal) {
  fields_maker maker = {.refusal = refusal, .functions = true};
  ol_worker copy = {0};
  const char* why = fields_copy_fault(worker);
  if (why == NULL) {
    memcpy(&copy, worker, worker->table_size);
    why = oli_worker_fault(&copy);
  }
  if (why == NULL) return fields_make_worker(&maker, &copy);
  fields_refuse_table(&maker, why);
  return NULL;
}

/* A record that crosses while a job runs: [noun] is what it is called, [handle_fault] why it has no
 * handle. */
static oli_shape* fields_make_record(fields_maker* maker, const char* noun, const ol_shape* record,
                                     enum oli_shape_use use, const char* handle_fault) {
  maker->path[maker->depth++] = noun;
  oli_shape* shape = fields_make(maker, record->fields, record->field_size, record->size, use);
  if (shape == NULL || !shape->handles) return shape;
  fields_refuse_table(maker, handle_fault);
  oli_shape_free(shape);
  return NULL;
}

oli_shape* oli_shape_of_item(const ol_shape* item, oli_refusal* refusal) {
  fields_maker maker = {.refusal = refusal, .table = ".item: "};
  return fields_make_record(&maker, "item", item, OLI_USE_OUT,
                            "a handle cannot be part of an item");
}

oli_shape* oli_shape_of_message(const ol_shape* message, oli_refusal* refusal) {
  fields_maker maker = {.refusal = refusal, .table = ".message: "};
  return fields_make_record(&maker, "message", message, OLI_USE_IN,
                            "a handle cannot be part of a message");
}

/* ---- Calls of JavaScript ------------------------------------------------------------------- */

static const char* fields_call_fault(const ol_shape* call) {
  size_t count = fields_count(call->fields, call->field_size);
  size_t arguments = 0;
  for (size_t i = 0; i < count; i++) {
    int role = fields_role_at(call->fields, call->field_size, i);
    if (role != OL_ROLE_ARG && role != OL_ROLE_RET)
      return "a call has rows of OL_ARG and OL_RET only";
    arguments += role == OL_ROLE_ARG;
  }
  return arguments > OLI_ARGS_MAX ? "a call has more than 32 arguments" : NULL;
}

/* The rows of a role, closed, as rows of members; allocated. NULL: out of memory. */
static ol_field* fields_select(const ol_shape* call, int role) {
  const int member = OL_ROLE_MEMBER;
  size_t size = call->field_size, count = fields_count(call->fields, size);
  char* chosen = calloc(count + 1, size);
  char* end = chosen;
  for (size_t i = 0; chosen != NULL && i < count; i++) {
    if (fields_role_at(call->fields, size, i) != role) continue;
    memcpy(end, fields_at(call->fields, size, i), size);
    memcpy(end + offsetof(ol_field, role), &member, sizeof member);
    end += size;
  }
  return (ol_field*) (void*) chosen;
}

/* False: refused. A role without rows gives NULL. */
static bool fields_make_half(fields_maker* maker, const ol_shape* call, int role,
                             oli_shape** shape) {
  ol_field* rows = fields_select(call, role);
  *shape = NULL;
  if (rows == NULL) return fields_out_of_memory(maker);
  bool none = fields_count(rows, call->field_size) == 0;
  enum oli_shape_use use = role == OL_ROLE_ARG ? OLI_USE_OUT : OLI_USE_IN;
  if (!none) *shape = fields_make(maker, rows, call->field_size, call->size, use);
  free(rows);
  if (*shape == NULL || !(*shape)->handles) return none || *shape != NULL;
  return fields_refuse_table(maker, "a handle cannot be part of a call");
}

void oli_call_shape_free(oli_call_shape* shape) {
  oli_shape_free(shape->arguments);
  oli_shape_free(shape->answer);
  *shape = (oli_call_shape){NULL, NULL};
}

bool oli_shape_of_call(const ol_shape* call, oli_call_shape* shape, oli_refusal* refusal) {
  fields_maker maker = {.refusal = refusal};
  *shape = (oli_call_shape){NULL, NULL};
  const char* why = fields_table_fault(call->fields, call->field_size, call->size, false);
  if (why == NULL) why = fields_call_fault(call);
  if (why != NULL) return fields_refuse_table(&maker, why);
  if (fields_make_half(&maker, call, OL_ROLE_ARG, &shape->arguments) &&
      fields_make_half(&maker, call, OL_ROLE_RET, &shape->answer)) {
    return true;
  }
  oli_call_shape_free(shape);
  return false;
}

/* ---- Looking at a shape -------------------------------------------------------------------- */

size_t oli_shape_count(const oli_shape* shape, int role) {
  size_t count = 0;
  for (size_t i = 0; i < shape->count; i++) count += shape->fields[i].row.role == role;
  return count;
}

const oli_field* oli_shape_only(const oli_shape* shape) {
  return shape->count == 1 ? &shape->fields[0] : NULL;
}
