/* fields.c: checks tables and makes them ready.
 *
 * One pass over the rows of a table: a row is copied, its name worked out, the shape below it
 * compiled, and then it is held against the rules, one function for each respect in which a row can
 * be wrong. Rules about several rows come last. The first fault ends it all with its reason.
 *
 * Owner: the binding that asked for the shape frees it. Nothing points into the author's table but
 * constant strings and classes, which are never freed. */
#include "fields.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A shape that contains itself would go down for ever. */
enum { FIELDS_DEPTH_MAX = 16 };

#define FIELDS_NEWER "it was built with a newer header than this library"

typedef struct fields_maker {
  oli_refusal* refusal;
  const char* table;                      /* what is made, with a colon; NULL: a worker's fields */
  const char* path[FIELDS_DEPTH_MAX + 1]; /* the members above the one that is being made */
  size_t depth;
  bool functions; /* of JavaScript may be among the fields */
} fields_maker;

/* ---- Types --------------------------------------------------------------------------------- */

/* What is known of a type: the bytes of a member, 0 when its row tells; those of an element; the
 * range of an integer. */
typedef struct fields_type {
  size_t size, element;
  double low, high;
} fields_type;

#define FIELDS_INTEGER(T, LOW, HIGH) \
  { sizeof(T), 0, LOW, HIGH }
#define FIELDS_VIEW(T) \
  { sizeof(T), sizeof(*((T*) 0)->data), 0, 0 }
#define FIELDS_PLAIN(T) \
  { sizeof(T), 0, 0, 0 }

static const fields_type fields_types[] = {
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
  [OL_TYPE_CHARS] = {0, 0, 0, 0},
  [OL_TYPE_OTHER] = {0, 0, 0, 0},
};

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

/* The numbers of the types never change, and those of a kind follow each other. */
static bool fields_is_number(int type) {
  return oli_is_integer(type) || type == OL_TYPE_F32 || type == OL_TYPE_F64;
}

static bool fields_is_memory(int type) {
  return type >= OL_TYPE_BUF && type <= OL_TYPE_F64S;
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

/* Both give false, for their callers to hand on. */
static bool fields_refuse(const fields_maker* maker, const char* member, const char* why) {
  char path[160] = "";
  for (size_t i = 0; i < maker->depth; i++) {
    size_t len = strlen(path);
    snprintf(path + len, sizeof path - len, "%s.", maker->path[i]);
  }
  snprintf(maker->refusal->text, sizeof maker->refusal->text, "field \"%.100s%.50s\": %s", path,
           member, why);
  return false;
}

static bool fields_refuse_table(const fields_maker* maker, const char* why) {
  const char* table = maker->table != NULL ? maker->table : "";
  snprintf(maker->refusal->text, sizeof maker->refusal->text, "%s%s", table, why);
  return false;
}

/* ---- Rules about one row ------------------------------------------------------------------- */

/* A row that is being checked, in the struct of [size] bytes whose other rows are [shape]'s. */
typedef struct fields_check {
  const oli_field* field;
  const ol_field* row; /* &field->row */
  const oli_shape* shape;
  bool in_worker;
} fields_check;

static bool fields_goes_in(const ol_field* row) {
  return row->role >= OL_ROLE_ARG && row->role <= OL_ROLE_OPTION;
}

static const char* fields_role_fault(const fields_check* check) {
  int role = check->row->role;
  if (role < OL_ROLE_ARG || role > OL_ROLE_MEMBER)
    return "has a role that this version does not know";
  if (check->in_worker && role == OL_ROLE_MEMBER) return "OL_MEMBER is for shapes, not for workers";
  if (!check->in_worker && role != OL_ROLE_MEMBER) return "a shape has rows of OL_MEMBER only";
  if (role == OL_ROLE_THIS && check->row->handle == NULL) return "OL_THIS needs .handle";
  return NULL;
}

/* A row of OL_OF cannot be told from one of OL_MEMBER whose member is all of its struct. */
static const char* fields_other_fault(const fields_check* check) {
  if (!check->in_worker && check->row->size == check->shape->size) {
    return "is no bare type that offloop knows: a struct needs OL_SHAPE instead of OL_OF, "
           "a handle .handle";
  }
  return "is of no C type that offloop knows: strings are ol_str or char[N], bytes ol_buf; "
         "a struct needs .of = OL_SHAPE(...), a pointer to a handle's data .handle";
}

/* What stands behind a pointer, an array or a struct only its attribute can tell. */
static const char* fields_of_fault(const fields_check* check) {
  const ol_field* row = check->row;
  bool plain = row->type != OL_TYPE_LIST && row->type != OL_TYPE_OTHER;
  if (row->of != NULL && row->handle != NULL) return ".of and .handle exclude each other";
  if (row->of != NULL && plain) return ".of is for lists and records";
  if (row->handle != NULL && row->type != OL_TYPE_OTHER) return ".handle is for pointers";
  if (row->handle != NULL && row->handle->kind != OL_TABLE_CLASS) return ".handle is no class";
  if (row->type == OL_TYPE_LIST && row->of == NULL) return "a list needs .of";
  if (row->type == OL_TYPE_OTHER && row->of == NULL && row->handle == NULL) {
    return fields_other_fault(check);
  }
  return NULL;
}

/* Bytes that a member of the row's type has; 0: any number. */
static size_t fields_size(const fields_check* check) {
  if (check->row->type != OL_TYPE_OTHER) return fields_types[check->row->type].size;
  return check->row->handle != NULL ? sizeof(void*) : check->field->of->size;
}

/* Reading writes [size] bytes at [offset]: this keeps it inside the state. Rows that the macros
 * made are right by themselves, unless the struct of the row is not that of the worker. */
static const char* fields_size_fault(const fields_check* check) {
  const ol_field* row = check->row;
  size_t expected = fields_size(check);
  if (row->size > check->shape->size || row->offset > check->shape->size - row->size) {
    return "lies outside the struct";
  }
  if (expected == 0 || row->size == expected) return NULL;
  if (row->handle != NULL) return ".handle is for pointers";
  return row->of != NULL ? ".of is of another size" : "is of another size than its type";
}

/* Whether [given] lies in a member that some row says is no bool, or in the row's own. */
static bool fields_given_clashes(const ol_field* row, const ol_field* other) {
  if (row->given < other->offset || row->given >= other->offset + other->size) return false;
  return other == row || other->type != OL_TYPE_BOOL;
}

/* A bool at offset 0 cannot be told from none: 0 stands for "not given" in every attribute. */
static const char* fields_given_fault(const fields_check* check) {
  const ol_field* row = check->row;
  if (row->given == 0) return NULL;
  if (!check->field->optional && row->role != OL_ROLE_RET) {
    return ".given is for what may be absent, and this may not";
  }
  if (row->given >= check->shape->size) return ".given lies outside the struct";
  for (size_t i = 0; i < check->shape->count; i++) {
    if (fields_given_clashes(row, &check->shape->fields[i].row)) return ".given is no bool";
  }
  return NULL;
}

/* The member holds the index, so its type must have a number for each string. */
static const char* fields_choice_fault(const fields_check* check) {
  const ol_field* row = check->row;
  if (row->one_of == NULL) return NULL;
  if (!oli_is_integer(row->type)) return ".one_of is for integers";
  if (check->field->choices == 0) return ".one_of is empty";
  if (row->bigint) return ".one_of and .bigint exclude each other";
  if (check->field->bounded) return ".one_of and bounds exclude each other";
  if ((double) (check->field->choices - 1) > check->field->high) {
    return ".one_of has more strings than the type has numbers";
  }
  return NULL;
}

/* Past this, a double cannot tell a bigint from its neighbours. */
static bool fields_exact(double bound) {
  if (bound < -DBL_MAX || bound > DBL_MAX) return true;
  return bound > -OLI_WHOLE_MAX && bound < OLI_WHOLE_MAX;
}

/* A bound of 0 may be one that was left out. */
static const char* fields_order_of_bounds_fault(const ol_field* row) {
  if (row->min <= row->max) return NULL;
  if (row->max == 0 && row->min > 0) {
    return ".min is more than .max, which is 0 if left out: INFINITY for none";
  }
  if (row->min == 0 && row->max < 0) {
    return ".max is less than .min, which is 0 if left out: -INFINITY for none";
  }
  return ".min is more than .max";
}

/* Bounds that let nothing through are as much a mistake as bounds in the wrong order. */
static const char* fields_bounds_fault(const fields_check* check) {
  const ol_field* row = check->row;
  if (row->bigint && row->type != OL_TYPE_I64 && row->type != OL_TYPE_U64) {
    return ".bigint is for 64-bit integers";
  }
  if (!check->field->bounded) return NULL;
  if (!fields_is_number(row->type)) return ".min and .max are for numbers";
  if (row->role == OL_ROLE_RET) return ".min and .max are not for results";
  const char* why = fields_order_of_bounds_fault(row);
  if (why != NULL) return why;
  if (row->bigint && !(fields_exact(row->min) && fields_exact(row->max))) {
    return ".min and .max of a bigint must lie within 2^53, or be infinite";
  }
  if (check->field->low > check->field->high) return ".min and .max leave no number of the type";
  return NULL;
}

/* A default takes the same hurdles as what a caller passes. */
static const char* fields_def_number_fault(const fields_check* check) {
  const ol_field* row = check->row;
  double def = row->def;
  if (row->type == OL_TYPE_BOOL) return def == 1 ? NULL : ".def of a bool is 0 or 1";
  if (row->type == OL_TYPE_DATE) return def == def ? NULL : ".def is no date";
  if (row->one_of != NULL && !(def >= 0 && def < (double) check->field->choices)) {
    return ".def is no index of .one_of";
  }
  if (check->field->bounded && !(def >= row->min && def <= row->max)) {
    return ".def is outside .min and .max";
  }
  if (row->type == OL_TYPE_F64) return NULL;
  if (row->type == OL_TYPE_F32) return oli_fits_float(def) ? NULL : ".def is outside the type";
  const fields_type* type = &fields_types[row->type];
  if (!(def >= type->low && def <= type->high)) return ".def is outside the type";
  return def == (double) (int64_t) def ? NULL : ".def is no whole number";
}

/* The NUL behind the end needs its byte, too. */
static const char* fields_def_str_fault(const fields_check* check) {
  const ol_field* row = check->row;
  if (row->type == OL_TYPE_STR) return NULL;
  if (row->type != OL_TYPE_CHARS) return ".def_str is for ol_str and char[N]";
  return strlen(row->def_str) < row->size ? NULL : ".def_str does not fit";
}

/* Where bounds exclude 0, C may rely on it; what tells it otherwise is .given. */
static const char* fields_no_def_fault(const fields_check* check) {
  const ol_field* row = check->row;
  bool outside = check->field->bounded && (row->min > 0 || row->max < 0);
  if (!outside || !check->field->optional || row->given != 0) return NULL;
  return "may be absent and is 0 then, outside .min and .max: give .def or .given";
}

static const char* fields_def_fault(const fields_check* check) {
  const ol_field* row = check->row;
  bool number = row->def != 0;
  if (!number && row->def_str == NULL) return fields_no_def_fault(check);
  if (!check->field->optional) return "has a default, but may not be absent";
  if (row->def_str != NULL) return number ? "has two defaults" : fields_def_str_fault(check);
  bool fits = fields_is_number(row->type) || row->type == OL_TYPE_BOOL || row->type == OL_TYPE_DATE;
  return fits ? fields_def_number_fault(check) : ".def is for numbers, bool and ol_date";
}

/* Pinned memory is taken in the second pass of reading, which knows no elements of lists; and what
 * is not copied cannot be wiped. */
static const char* fields_memory_fault(const fields_check* check) {
  const ol_field* row = check->row;
  if (row->required && row->role != OL_ROLE_OPTION) return ".required is for options";
  if (row->pinned && !fields_is_memory(row->type)) return ".pinned is for ol_buf and typed arrays";
  if (row->pinned && !fields_goes_in(row)) return ".pinned is for arguments and options";
  if (row->secret && row->type != OL_TYPE_STR && row->type != OL_TYPE_BUF) {
    return ".secret is for ol_str and ol_buf";
  }
  if (row->secret && row->role == OL_ROLE_RET) return ".secret is not for results";
  if (row->secret && row->pinned) return ".secret and .pinned exclude each other";
  return NULL;
}

/* offloop's own options, of calls and of maps. */
static const char* fields_name_fault(const fields_check* check) {
  static const char* const own[] = {"signal",       "timeout",    "priority",   "pool",
                                    "queueTimeout", "onProgress", "concurrency"};
  if (check->row->name[0] == '\0') return "has an empty name";
  if (check->row->role != OL_ROLE_OPTION) return NULL;
  for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
    if (strcmp(check->row->name, own[i]) == 0) return "the option of this name is offloop's own";
  }
  return NULL;
}

static bool fields_is_fn(const oli_field* field) {
  return field->row.type == OL_TYPE_FN || (field->of != NULL && field->of->functions);
}

static const char* fields_fn_fault(const fields_check* check) {
  bool result = check->row->role == OL_ROLE_RET;
  return result && fields_is_fn(check->field) ? "a function cannot be a result" : NULL;
}

/* In this order: later ones rely on what the earlier ones found right. */
static const char* (*const fields_faults[])(const fields_check* check) = {
  fields_role_fault,   fields_of_fault,     fields_size_fault,   fields_fn_fault,
  fields_name_fault,   fields_choice_fault, fields_bounds_fault, fields_def_fault,
  fields_memory_fault, fields_given_fault,
};

static const char* fields_row_fault(const oli_shape* shape, size_t index, bool in_worker) {
  const oli_field* field = &shape->fields[index];
  fields_check check = {field, &field->row, shape, in_worker};
  for (size_t i = 0; i < sizeof fields_faults / sizeof fields_faults[0]; i++) {
    const char* why = fields_faults[i](&check);
    if (why != NULL) return why;
  }
  return NULL;
}

/* ---- Rules about several rows -------------------------------------------------------------- */

/* Names of arguments and options must differ, and those of results; OL_THIS has none. */
static int fields_name_space(const ol_field* row) {
  return fields_goes_in(row) ? OL_ROLE_ARG : row->role;
}

static bool fields_same_name(const ol_field* a, const ol_field* b) {
  return fields_name_space(a) == fields_name_space(b) && strcmp(a->name, b->name) == 0;
}

/* What is wrong with a row after [before]. */
static const char* fields_pair_fault(const ol_field* before, const ol_field* row) {
  if (before->role == OL_ROLE_THIS && row->role == OL_ROLE_THIS) return "is a second OL_THIS";
  if (before->role == OL_ROLE_OPTIONAL && row->role == OL_ROLE_ARG) {
    return "a required argument stands behind an optional one";
  }
  return fields_same_name(before, row) ? "another field has the same name" : NULL;
}

/* Whether a call may end with the argument of this row. */
static bool fields_may_be_last(const oli_shape* shape, size_t index) {
  const ol_field* row = &shape->fields[index].row;
  if (row->role != OL_ROLE_ARG && row->role != OL_ROLE_OPTIONAL) return false;
  for (size_t i = 0; i < shape->count; i++) {
    const ol_field* other = &shape->fields[i].row;
    if (other->role == OL_ROLE_ARG && i > index) return false;
    if (other->role == OL_ROLE_OPTION && other->required) return false;
  }
  return true;
}

static const char* fields_order_fault(const oli_shape* shape, size_t index) {
  for (size_t i = 0; i < index; i++) {
    const char* why = fields_pair_fault(&shape->fields[i].row, &shape->fields[index].row);
    if (why != NULL) return why;
  }
  if (shape->fields[index].row.type != OL_TYPE_FN || !fields_may_be_last(shape, index)) return NULL;
  return "a function in last place is the callback of the call: make it an option, or let an "
         "argument stand behind it";
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
static bool fields_is_optional(const ol_field* row) {
  if (row->role == OL_ROLE_OPTION) return !row->required;
  bool has_default = row->given != 0 || row->def != 0 || row->def_str != NULL;
  return row->role == OL_ROLE_OPTIONAL || (row->role == OL_ROLE_MEMBER && has_default);
}

/* The range of a bigint is its type's own: reading it finds what is past 64 bits. */
static void fields_set_range(oli_field* field) {
  const ol_field* row = &field->row;
  const fields_type* type = &fields_types[row->type];
  bool wide = row->bigint || !oli_is_integer(row->type);
  field->bounded = row->min != 0 || row->max != 0;
  field->low = wide ? row->min : type->low;
  field->high = wide ? row->max : type->high;
  if (!field->bounded || wide) return;
  if (row->min > field->low) field->low = row->min;
  if (row->max < field->high) field->high = row->max;
}

static oli_shape* fields_make(fields_maker* maker, const ol_field* rows, size_t row_size,
                              size_t size, bool in_worker);

static oli_shape* fields_make_below(fields_maker* maker, const ol_field* row) {
  if (maker->depth == FIELDS_DEPTH_MAX) {
    fields_refuse_table(maker, "shapes are nested too deeply, or one contains itself");
    return NULL;
  }
  maker->path[maker->depth++] = row->member;
  oli_shape* below = fields_make(maker, row->of->fields, row->of->field_size, row->of->size, false);
  maker->depth--;
  return below;
}

/* NULL: nothing keeps the row from being compiled. */
static const char* fields_unreadable(const fields_maker* maker, const ol_field* row) {
  if (row->name == NULL) return "out of memory";
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
  const char* why = fields_unreadable(maker, row);
  if (why != NULL) return fields_refuse(maker, row->member, why);
  while (row->one_of != NULL && row->one_of[field->choices] != NULL) field->choices++;
  field->optional = fields_is_optional(row);
  fields_set_range(field);
  if (row->of != NULL) field->of = fields_make_below(maker, row);
  return row->of == NULL || field->of != NULL;
}

static bool fields_fill_all(fields_maker* maker, oli_shape* shape) {
  for (size_t i = 0; i < shape->count; i++) {
    oli_field* field = &shape->fields[i];
    if (!fields_fill(maker, field)) return false;
    shape->handles |= field->row.handle != NULL || (field->of != NULL && field->of->handles);
    shape->functions |= fields_is_fn(field);
  }
  return true;
}

/* After all rows were compiled, because rules look at the rows around. */
static bool fields_check_all(const fields_maker* maker, const oli_shape* shape, bool in_worker) {
  for (size_t i = 0; i < shape->count; i++) {
    const char* why = fields_row_fault(shape, i, in_worker);
    if (why == NULL) why = fields_order_fault(shape, i);
    if (why != NULL) return fields_refuse(maker, shape->fields[i].row.member, why);
  }
  return true;
}

static oli_shape* fields_new(const ol_field* rows, size_t row_size, size_t size) {
  size_t count = fields_count(rows, row_size);
  oli_shape* shape = calloc(1, sizeof *shape + count * sizeof(oli_field));
  if (shape == NULL) return NULL;
  shape->size = size;
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
                              size_t size, bool in_worker) {
  const char* why = fields_table_fault(rows, row_size, size, in_worker);
  oli_shape* shape = why == NULL ? fields_new(rows, row_size, size) : NULL;
  if (shape == NULL) {
    fields_refuse_table(maker, why != NULL ? why : "out of memory");
    return NULL;
  }
  if (fields_fill_all(maker, shape) && fields_check_all(maker, shape, in_worker)) return shape;
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

static const char* fields_progress_fault(const ol_worker* worker) {
  if (worker->progress < OL_PROGRESS_LATEST || worker->progress > OL_PROGRESS_EVERY) {
    return ".progress is no policy that this version knows";
  }
  if (worker->progress_ms > 0 && worker->progress != OL_PROGRESS_LATEST) {
    return ".progress_ms leaves values out, and OL_PROGRESS_EVERY none";
  }
  return NULL;
}

static const char* fields_worker_fault(const ol_worker* worker) {
  bool talks = worker->item != NULL || worker->message != NULL;
  if (worker->name == NULL || worker->name[0] == '\0') return "it has no name";
  if (worker->execute == NULL) return "it has no execute";
  if (talks && worker->pool != NULL && worker->pool != &ol_own_thread) {
    return ".pool: a stream would keep its threads from all others";
  }
  if (worker->on_full < OL_FULL_WAIT || worker->on_full > OL_FULL_DROP_NEWEST) {
    return ".on_full is no way that this version knows";
  }
  if (talks && worker->callback != OL_CALLBACK_ERROR_FIRST) {
    return ".callback: the end of a stream is told error first";
  }
  if (worker->callback < OL_CALLBACK_ERROR_FIRST || worker->callback > OL_CALLBACK_RESULT) {
    return ".callback is no style that this version knows";
  }
  return fields_progress_fault(worker);
}

/* Rules about all fields together. */
static const char* fields_sum_fault(const oli_shape* shape, const ol_worker* worker) {
  size_t arguments = oli_shape_count(shape, OL_ROLE_ARG) + oli_shape_count(shape, OL_ROLE_OPTIONAL);
  if (shape->functions && worker->pool != NULL && worker->pool != &ol_own_thread) {
    return ".pool: a job that calls JavaScript would keep its threads from all others";
  }
  return arguments > OLI_ARGS_MAX ? "it takes more than 32 arguments" : NULL;
}

static oli_shape* fields_make_worker(fields_maker* maker, const ol_worker* worker) {
  oli_shape* shape =
    fields_make(maker, worker->fields, worker->field_size, worker->state_size, true);
  const char* why = shape != NULL ? fields_sum_fault(shape, worker) : NULL;
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
    why = fields_worker_fault(&copy);
  }
  if (why == NULL) return fields_make_worker(&maker, &copy);
  fields_refuse_table(&maker, why);
  return NULL;
}

/* A record that crosses while a job runs: [noun] is what it is called, [handle_fault] why it has no
 * handle. */
static oli_shape* fields_make_record(fields_maker* maker, const char* noun, const ol_shape* record,
                                     const char* handle_fault) {
  maker->path[maker->depth++] = noun;
  oli_shape* shape = fields_make(maker, record->fields, record->field_size, record->size, false);
  if (shape == NULL || !shape->handles) return shape;
  fields_refuse_table(maker, handle_fault);
  oli_shape_free(shape);
  return NULL;
}

oli_shape* oli_shape_of_item(const ol_shape* item, oli_refusal* refusal) {
  fields_maker maker = {.refusal = refusal, .table = ".item: "};
  return fields_make_record(&maker, "item", item, "a handle cannot be part of an item");
}

oli_shape* oli_shape_of_message(const ol_shape* message, oli_refusal* refusal) {
  fields_maker maker = {.refusal = refusal, .table = ".message: "};
  return fields_make_record(&maker, "message", message, "a handle cannot be part of a message");
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
  if (rows == NULL) return fields_refuse_table(maker, "out of memory");
  bool none = fields_count(rows, call->field_size) == 0;
  if (!none) *shape = fields_make(maker, rows, call->field_size, call->size, false);
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
