/* rules.c: one function for each respect in which a table can be wrong.
 *
 * Whether an attribute was given is asked of its value and of the text of its row: a value of 0
 * alone says nothing. Rules about one row come first, in an order in which later ones rely on what
 * earlier ones found right; rules about several rows come last. */
#include "rules.h"

#include <float.h>
#include <stdalign.h>
#include <string.h>

#include "attribute.h"

/* JavaScript's dates end 100 million days from 1970. */
#define RULES_DATE_MAX 8.64e15

/* What malloc aligns for is what memory of a job is aligned for. */
typedef union rules_any {
  long long integer;
  long double number;
  void* data;
} rules_any;

/* ---- Rules about one row ------------------------------------------------------------------- */

/* A row that is being checked, in the struct of [size] bytes whose other rows are [shape]'s. */
typedef struct rules_check {
  const oli_field* field;
  const ol_field* row; /* &field->row */
  const oli_shape* shape;
  enum oli_shape_use use;
} rules_check;

static bool rules_goes_in(const ol_field* row) {
  return row->role >= OL_ROLE_ARG && row->role <= OL_ROLE_OPTION;
}

static const char* rules_role_fault(const rules_check* check) {
  int role = check->row->role;
  if (role < OL_ROLE_ARG || role > OL_ROLE_MEMBER)
    return "has a role that this version does not know";
  bool in_worker = check->use == OLI_USE_WORKER;
  if (in_worker && role == OL_ROLE_MEMBER) return "OL_MEMBER is for shapes, not for workers";
  if (!in_worker && role != OL_ROLE_MEMBER) return "a shape has rows of OL_MEMBER only";
  if (role == OL_ROLE_THIS && check->row->handle == NULL) return "OL_THIS needs .handle";
  return NULL;
}

/* A row of OL_OF cannot be told from one of OL_MEMBER whose member is all of its struct. */
static const char* rules_other_fault(const rules_check* check) {
  if (check->use != OLI_USE_WORKER && check->row->size == check->shape->size) {
    return "is no bare type that offloop knows: a struct needs OL_SHAPE instead of OL_OF, "
           "a handle .handle";
  }
  return "is of no C type that offloop knows: strings are ol_str or char[N], bytes ol_buf; "
         "a struct needs .of = OL_SHAPE(...), a pointer to a handle's data .handle";
}

/* What stands behind a pointer, an array or a struct only its attribute can tell. */
static const char* rules_of_fault(const rules_check* check) {
  const ol_field* row = check->row;
  bool plain = row->type != OL_TYPE_LIST && row->type != OL_TYPE_OTHER;
  if (row->of != NULL && row->handle != NULL) return ".of and .handle exclude each other";
  if (row->of != NULL && plain) return ".of is for lists and records";
  if (row->handle != NULL && row->type != OL_TYPE_OTHER) return ".handle is for pointers";
  if (row->handle != NULL && row->handle->kind != OL_TABLE_CLASS) return ".handle is no class";
  if (row->type == OL_TYPE_LIST && row->of == NULL) return "a list needs .of";
  if (row->type == OL_TYPE_OTHER && row->of == NULL && row->handle == NULL) {
    return rules_other_fault(check);
  }
  return NULL;
}

/* Bytes that a member of the row's type has; 0: any number. */
static size_t rules_size(const rules_check* check) {
  if (check->row->type != OL_TYPE_OTHER) return oli_type_of(check->row->type)->size;
  return check->row->handle != NULL ? sizeof(void*) : check->field->of->size;
}

/* Reading writes [size] bytes at [offset]: this keeps it inside the state. Rows that the macros
 * made are right by themselves, unless the struct of the row is not that of the worker. */
static const char* rules_size_fault(const rules_check* check) {
  const ol_field* row = check->row;
  size_t expected = rules_size(check);
  if (row->size > check->shape->size || row->offset > check->shape->size - row->size) {
    return "lies outside the struct";
  }
  if (row->size == 0) return "has no bytes";
  if (expected == 0 || row->size == expected) return NULL;
  if (row->handle != NULL) return ".handle is for pointers";
  return row->of != NULL ? ".of is of another size" : "is of another size than its type";
}

/* What the macros write is theirs. */
static const char* rules_written_fault(const rules_check* check) {
  static const char* const own[] = {"member", "offset", "size",        "type",
                                    "role",   "owner",  "owner_align", "written"};
  for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
    if (oli_attribute_written(check->row, own[i])) {
      return "has an attribute that is for the macros to write, such as .offset or .type";
    }
  }
  return NULL;
}

/* Bytes for which a member of the row's type is aligned, wherever it stands. */
static size_t rules_align(const rules_check* check) {
  if (check->row->handle != NULL) return alignof(void*);
  if (check->field->of != NULL && check->row->type == OL_TYPE_OTHER) return check->field->of->align;
  return oli_type_of(check->row->type)->align;
}

/* A packed struct, whose alignment is less than that of its members, may have them anywhere. */
static const char* rules_align_fault(const rules_check* check) {
  const ol_field* row = check->row;
  size_t align = rules_align(check);
  if (row->owner_align > alignof(rules_any)) {
    return "its struct needs more alignment than the memory of a job has: leave alignas out";
  }
  if (row->owner_align != 0 && row->owner_align < align) align = row->owner_align;
  if (row->offset % align == 0) return NULL;
  return "stands where its type cannot: let the macros find its offset";
}

/* Whether [given] lies in a member that some row says is no bool, or in the row's own. */
static bool rules_given_clashes(const ol_field* row, const ol_field* other) {
  if (row->given < other->offset || row->given >= other->offset + other->size) return false;
  return other == row || other->type != OL_TYPE_BOOL;
}

/* A bool at offset 0 cannot be told from none: 0 stands for "not given" in every attribute. */
static const char* rules_given_fault(const rules_check* check) {
  const ol_field* row = check->row;
  if (row->given == 0) {
    bool written = oli_attribute_written(row, "given");
    return written
             ? ".given is 0, which says that there is none: do not let its bool come first in "
               "the struct"
             : NULL;
  }
  if (oli_attribute_given_is_foreign(row)) {
    return ".given is in another struct: write offsetof with the struct of the row itself";
  }
  if (!check->field->optional && row->role != OL_ROLE_RET) {
    return ".given is for what may be absent, and this may not";
  }
  if (row->given >= check->shape->size) return ".given lies outside the struct";
  for (size_t i = 0; i < check->shape->count; i++) {
    if (rules_given_clashes(row, &check->shape->fields[i].row)) return ".given is no bool";
  }
  return NULL;
}

static bool rules_repeats(const char* const* strings) {
  for (size_t i = 0; strings[i] != NULL; i++) {
    for (size_t j = 0; j < i; j++) {
      if (strcmp(strings[i], strings[j]) == 0) return true;
    }
  }
  return false;
}

/* The member holds the index, so its type must have a number for each string. */
static const char* rules_choice_fault(const rules_check* check) {
  const ol_field* row = check->row;
  if (row->one_of == NULL) return NULL;
  if (!oli_is_integer(row->type)) return ".one_of is for integers";
  if (rules_repeats(row->one_of)) return ".one_of has a string twice";
  if (check->field->choices == 0) return ".one_of is empty";
  if (row->bigint) return ".one_of and .bigint exclude each other";
  if (check->field->bounded) return ".one_of and bounds exclude each other";
  if ((double) (check->field->choices - 1) > check->field->high) {
    return ".one_of has more strings than the type has numbers";
  }
  return NULL;
}

/* The numbers of the types never change, and those of a kind follow each other. */
static bool rules_is_number(int type) {
  return oli_is_integer(type) || type == OL_TYPE_F32 || type == OL_TYPE_F64;
}

static bool rules_is_memory(int type) {
  return type >= OL_TYPE_BUF && type <= OL_TYPE_F64S;
}

/* Past this, a double cannot tell a bigint from its neighbours. */
static bool rules_exact(double bound) {
  if (bound < -DBL_MAX || bound > DBL_MAX) return true;
  return bound > -OLI_WHOLE_MAX && bound < OLI_WHOLE_MAX;
}

/* A bound of 0 that stands alone would be one of two that were left out. */
static const char* rules_zero_bound_fault(const ol_field* row) {
  bool min = oli_attribute_written(row, "min"), max = oli_attribute_written(row, "max");
  if (min && max) return ".min and .max are both 0, which says that there are none: use .one_of";
  if (min) return ".min = 0 alone says nothing: give .max too, INFINITY for none";
  return max ? ".max = 0 alone says nothing: give .min too, -INFINITY for none" : NULL;
}

/* A bound of 0 may be one that was left out. */
static const char* rules_order_of_bounds_fault(const ol_field* row) {
  if (row->min != row->min || row->max != row->max) return ".min or .max is NaN";
  if (row->min <= row->max) return NULL;
  if (row->max == 0 && row->min > 0) {
    return ".min is more than .max, which is 0 if left out: INFINITY for none";
  }
  if (row->min == 0 && row->max < 0) {
    return ".max is less than .min, which is 0 if left out: -INFINITY for none";
  }
  return ".min is more than .max";
}

/* The whole numbers between two bounds; those past 2^53, infinity too, are whole. */
static bool rules_has_whole(double low, double high) {
  if (!(low > -OLI_WHOLE_MAX && high < OLI_WHOLE_MAX)) return low <= high;
  double first = (double) (int64_t) low;
  return (first < low ? first + 1 : first) <= high;
}

/* Bounds that let nothing through are as much a mistake as bounds in the wrong order. */
static const char* rules_bounds_fault(const rules_check* check) {
  const ol_field* row = check->row;
  if (row->bigint && row->type != OL_TYPE_I64 && row->type != OL_TYPE_U64) {
    return ".bigint is for 64-bit integers";
  }
  if (!check->field->bounded) return rules_zero_bound_fault(row);
  if (!rules_is_number(row->type)) return ".min and .max are for numbers";
  if (row->role == OL_ROLE_RET) return ".min and .max are not for results";
  const char* why = rules_order_of_bounds_fault(row);
  if (why != NULL) return why;
  if (row->bigint && !(rules_exact(row->min) && rules_exact(row->max))) {
    return ".min and .max of a bigint must lie within 2^53, or be infinite";
  }
  bool whole = oli_is_integer(row->type);
  bool some = whole ? rules_has_whole(check->field->low, check->field->high)
                    : check->field->low <= check->field->high;
  return some ? NULL : ".min and .max leave no number of the type";
}

/* A default takes the same hurdles as what a caller passes. */
static const char* rules_def_number_fault(const rules_check* check) {
  const ol_field* row = check->row;
  double def = row->def;
  if (row->type == OL_TYPE_BOOL) return def == 0 || def == 1 ? NULL : ".def of a bool is 0 or 1";
  if (row->type == OL_TYPE_DATE) {
    return def >= -RULES_DATE_MAX && def <= RULES_DATE_MAX ? NULL : ".def is no date";
  }
  if (row->one_of != NULL && !(def >= 0 && def < (double) check->field->choices)) {
    return ".def is no index of .one_of";
  }
  if (check->field->bounded && !(def >= row->min && def <= row->max)) {
    return ".def is outside .min and .max";
  }
  if (row->type == OL_TYPE_F64) return NULL;
  if (row->type == OL_TYPE_F32) return oli_fits_float(def) ? NULL : ".def is outside the type";
  const oli_type* type = oli_type_of(row->type);
  if (!(def >= type->low && def <= type->high)) return ".def is outside the type";
  return def == (double) (int64_t) def ? NULL : ".def is no whole number";
}

/* The NUL behind the end needs its byte, too. */
static const char* rules_def_str_fault(const rules_check* check) {
  const ol_field* row = check->row;
  if (row->type == OL_TYPE_STR) return NULL;
  if (row->type != OL_TYPE_CHARS) return ".def_str is for ol_str and char[N]";
  return strlen(row->def_str) < row->size ? NULL : ".def_str does not fit";
}

/* Where bounds exclude 0, C may rely on it; what tells it otherwise is .given. */
static const char* rules_no_def_fault(const rules_check* check) {
  const ol_field* row = check->row;
  bool outside = check->field->bounded && (row->min > 0 || row->max < 0);
  if (!outside || !check->field->optional || row->given != 0) return NULL;
  return "may be absent and is 0 then, outside .min and .max: give .def or .given";
}

static const char* rules_def_fault(const rules_check* check) {
  const ol_field* row = check->row;
  bool number = check->field->has_def;
  if (!number && row->def_str == NULL) return rules_no_def_fault(check);
  if (!check->field->optional) return "has a default, but may not be absent";
  if (row->def_str != NULL) return number ? "has two defaults" : rules_def_str_fault(check);
  bool fits = rules_is_number(row->type) || row->type == OL_TYPE_BOOL || row->type == OL_TYPE_DATE;
  return fits ? rules_def_number_fault(check) : ".def is for numbers, bool and ol_date";
}

/* Pinned memory is taken in the second pass of reading, which knows no elements of lists; and what
 * is not copied cannot be wiped. */
static const char* rules_memory_fault(const rules_check* check) {
  const ol_field* row = check->row;
  if (row->required && row->role != OL_ROLE_OPTION) return ".required is for options";
  if (row->pinned && !rules_is_memory(row->type)) return ".pinned is for ol_buf and typed arrays";
  if (row->pinned && !rules_goes_in(row)) return ".pinned is for arguments and options";
  if (row->secret && row->type != OL_TYPE_STR && row->type != OL_TYPE_BUF) {
    return ".secret is for ol_str and ol_buf";
  }
  if (row->secret && row->role == OL_ROLE_RET) return ".secret is not for results";
  if (row->secret && row->pinned) return ".secret and .pinned exclude each other";
  return NULL;
}

/* offloop's own options, of calls and of maps. */
static const char* rules_name_fault(const rules_check* check) {
  static const char* const own[] = {"signal",       "timeout",    "priority",   "pool",
                                    "queueTimeout", "onProgress", "concurrency"};
  if (check->row->name[0] == '\0') return "has an empty name";
  if (check->row->role != OL_ROLE_OPTION) return NULL;
  for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
    if (strcmp(check->row->name, own[i]) == 0) return "the option of this name is offloop's own";
  }
  return NULL;
}

static const char* rules_fn_fault(const rules_check* check) {
  bool result = check->row->role == OL_ROLE_RET;
  return result && oli_field_is_fn(check->field) ? "a function cannot be a result" : NULL;
}

/* In this order: later ones rely on what the earlier ones found right. */
static const char* (*const rules_faults[])(const rules_check* check) = {
  rules_role_fault,   rules_of_fault,  rules_size_fault,   rules_written_fault,
  rules_align_fault,  rules_fn_fault,  rules_name_fault,   rules_choice_fault,
  rules_bounds_fault, rules_def_fault, rules_memory_fault, rules_given_fault,
};

static const char* rules_single_fault(const oli_shape* shape, size_t index,
                                      enum oli_shape_use use) {
  const oli_field* field = &shape->fields[index];
  rules_check check = {field, &field->row, shape, use};
  for (size_t i = 0; i < sizeof rules_faults / sizeof rules_faults[0]; i++) {
    const char* why = rules_faults[i](&check);
    if (why != NULL) return why;
  }
  return NULL;
}

/* ---- Rules about several rows -------------------------------------------------------------- */

/* Names of arguments and options must differ, and those of results; OL_THIS has none. */
static int rules_name_space(const ol_field* row) {
  return rules_goes_in(row) ? OL_ROLE_ARG : row->role;
}

static bool rules_same_name(const ol_field* a, const ol_field* b) {
  return rules_name_space(a) == rules_name_space(b) && strcmp(a->name, b->name) == 0;
}

/* What is wrong with a row after [before]. */
static const char* rules_pair_fault(const ol_field* before, const ol_field* row) {
  if (before->role == OL_ROLE_THIS && row->role == OL_ROLE_THIS) return "is a second OL_THIS";
  if (before->role == OL_ROLE_OPTIONAL && row->role == OL_ROLE_ARG) {
    return "a required argument stands after an optional one";
  }
  return rules_same_name(before, row) ? "another field has the same name" : NULL;
}

/* ---- Overlapping --------------------------------------------------------------------------- */

/* A row where it stands in the outermost struct. */
typedef struct rules_span {
  const oli_field* field;
  size_t at;
} rules_span;

static bool rules_spans_meet(rules_span a, rules_span b) {
  return a.at < b.at + b.field->row.size && b.at < a.at + a.field->row.size;
}

/* Whether what two rows have in common is the same member to both: a record and one of its members
 * may both have a row. */
static bool rules_spans_agree(rules_span a, rules_span b) {
  if (!rules_spans_meet(a, b)) return true;
  if (a.field->row.type != OL_TYPE_OTHER || a.field->row.handle != NULL) {
    bool record = b.field->row.type == OL_TYPE_OTHER && b.field->row.handle == NULL;
    if (record) return rules_spans_agree(b, a);
    return a.at == b.at && a.field->row.type == b.field->row.type &&
           a.field->row.size == b.field->row.size;
  }
  const oli_shape* of = a.field->of;
  for (size_t i = 0; i < of->count; i++) {
    rules_span member = {&of->fields[i], a.at + of->fields[i].row.offset};
    if (!rules_spans_agree(member, b)) return false;
  }
  return true;
}

/* Whether the values of the row come in: those that do not go out. */
static bool rules_comes_in(const ol_field* row, enum oli_shape_use use) {
  return use == OLI_USE_WORKER ? row->role != OL_ROLE_RET : use == OLI_USE_IN;
}

/* Whether a result is only looked at when its bool says that it is the one that stands there. */
static bool rules_tells_apart(const ol_field* a, const ol_field* b, enum oli_shape_use use) {
  if (rules_comes_in(a, use)) return b->given != 0;
  if (rules_comes_in(b, use)) return a->given != 0;
  return a->given != 0 && b->given != 0 && a->given != b->given;
}

/* Of a union only what .given names is looked at on the way out; on the way in both members could
 * be given, and a pointer would be made of a number. */
static const char* rules_overlap_fault(const oli_field* before, const oli_field* field,
                                       enum oli_shape_use use) {
  const ol_field *a = &before->row, *b = &field->row;
  rules_span first = {before, a->offset}, second = {field, b->offset};
  if (!rules_spans_meet(first, second)) return NULL;
  if (rules_comes_in(a, use) && rules_comes_in(b, use)) {
    return "stands on the memory of another field that comes in: give it a member of its own, and "
           "what may be of several types an ol_value";
  }
  if (rules_tells_apart(a, b, use) || rules_spans_agree(first, second)) return NULL;
  return "stands on the memory of a field of another type: a result in a union needs .given";
}

/* What a call sets itself no caller can set. */
static const char* rules_flag_fault(const ol_field* row, const ol_field* other,
                                    enum oli_shape_use use) {
  bool within = row->given >= other->offset && row->given < other->offset + other->size;
  if (row->given == 0 || !within) return NULL;
  if (!rules_comes_in(row, use) || !rules_comes_in(other, use)) return NULL;
  return ".given is a bool that the caller gives, too: it needs one of its own";
}

/* Whether a call may end with the argument of this row. */
static bool rules_may_be_last(const oli_shape* shape, size_t index) {
  const ol_field* row = &shape->fields[index].row;
  if (row->role != OL_ROLE_ARG && row->role != OL_ROLE_OPTIONAL) return false;
  for (size_t i = 0; i < shape->count; i++) {
    const ol_field* other = &shape->fields[i].row;
    if (other->role == OL_ROLE_ARG && i > index) return false;
    if (other->role == OL_ROLE_OPTION && other->required) return false;
  }
  return true;
}

static const char* rules_pairs_fault(const oli_shape* shape, size_t index, enum oli_shape_use use) {
  const oli_field* field = &shape->fields[index];
  const char* why = NULL;
  for (size_t i = 0; i < index && why == NULL; i++) {
    const oli_field* before = &shape->fields[i];
    why = rules_pair_fault(&before->row, &field->row);
    if (why == NULL) why = rules_overlap_fault(before, field, use);
    if (why == NULL) why = rules_flag_fault(&field->row, &before->row, use);
    if (why == NULL) why = rules_flag_fault(&before->row, &field->row, use);
  }
  return why;
}

static const char* rules_order_fault(const oli_shape* shape, size_t index) {
  if (shape->fields[index].row.type != OL_TYPE_FN || !rules_may_be_last(shape, index)) return NULL;
  return "a function in last place is the callback of the call: make it an option, or let an "
         "argument follow it";
}

const char* oli_row_fault(const oli_shape* shape, size_t index, enum oli_shape_use use) {
  const char* why = rules_single_fault(shape, index, use);
  if (why == NULL) why = rules_pairs_fault(shape, index, use);
  return why != NULL ? why : rules_order_fault(shape, index);
}

/* ---- Rules about a worker ------------------------------------------------------------------ */

static const char* rules_progress_fault(const ol_worker* worker) {
  if (worker->progress < OL_PROGRESS_LATEST || worker->progress > OL_PROGRESS_EVERY) {
    return ".progress is no policy that this version knows";
  }
  if (worker->progress_ms > 0 && worker->progress != OL_PROGRESS_LATEST) {
    return ".progress_ms leaves values out, and OL_PROGRESS_EVERY none";
  }
  return NULL;
}

/* What is said of a queue that the worker does not have. */
static const char* rules_queue_fault(const ol_worker* worker) {
  bool waits = worker->high_water != 0 || worker->high_water_bytes != 0 || worker->on_full != 0;
  if (worker->item == NULL && waits) {
    return ".high_water, .high_water_bytes and .on_full are for workers with .item";
  }
  if (worker->message == NULL && worker->mailbox != 0)
    return ".mailbox is for workers with .message";
  return NULL;
}

const char* oli_worker_fault(const ol_worker* worker) {
  bool talks = worker->item != NULL || worker->message != NULL;
  if (worker->name == NULL || worker->name[0] == '\0') return "it has no name";
  if (worker->execute == NULL) return "it has no execute";
  if (talks && worker->pool != NULL && worker->pool != &ol_own_thread) {
    return ".pool: a stream would keep its threads from all others";
  }
  if (worker->on_full < OL_FULL_WAIT || worker->on_full > OL_FULL_DROP_NEWEST) {
    return ".on_full is no way that this version knows";
  }
  if (rules_queue_fault(worker) != NULL) return rules_queue_fault(worker);
  if (talks && worker->callback != OL_CALLBACK_ERROR_FIRST) {
    return ".callback: the end of a stream is told error first";
  }
  if (worker->callback < OL_CALLBACK_ERROR_FIRST || worker->callback > OL_CALLBACK_RESULT) {
    return ".callback is no style that this version knows";
  }
  return rules_progress_fault(worker);
}

const char* oli_worker_fields_fault(const oli_shape* shape, const ol_worker* worker) {
  size_t arguments = oli_shape_count(shape, OL_ROLE_ARG) + oli_shape_count(shape, OL_ROLE_OPTIONAL);
  if (shape->functions && worker->pool != NULL && worker->pool != &ol_own_thread) {
    return ".pool: a job that calls JavaScript would keep its threads from all others";
  }
  return arguments > OLI_ARGS_MAX ? "it takes more than 32 arguments" : NULL;
}
