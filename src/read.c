/* read.c: the two passes of reading; see read.h.
 *
 * The first goes down the fields and their shapes and converts. What may not be looked at before
 * all of the caller's JavaScript has run, pinned memory and handles, is put on a list for the
 * second.
 *
 * Types are told by the reading call itself, which fails with a status of its own for a value of
 * another type: asking first would cost every call what only a wrong one needs.
 *
 * Owner: all that is copied lives in the arena of the job, the message or the answer. Invariant: a
 * length that was fetched is the length that is used; a getter that makes an array shorter only
 * makes elements undefined. */
#include "read.h"

#include <float.h>
#include <stdio.h>
#include <string.h>

#include "function.h"
#include "object.h"
#include "pin.h"
#include "trail.h"
#include "view.h"

/* Values of an array that are held at a time: handles of the engine are memory, too. */
enum { READ_RUN = 256 };

/* Something for the second pass. The value stays valid until the call from JavaScript returns: no
 * handle scope is closed around it. */
typedef struct read_later {
  struct read_later* next;
  const oli_field* field;
  void* at;
  napi_value value;
  oli_handle* handle; /* NULL: pinned memory */
  const char* path;
  int role;
} read_later;

typedef struct read_call {
  ol_job* job;
  oli_arena* arena; /* for what is copied */
  oli_env* env;
  napi_env napi;
  oli_trail trail;
  read_later* later;
  read_later** later_end;
} read_call;

static napi_status read_field(read_call* call, const oli_field* field, napi_value value,
                              char* record);

/* ---- Refusing ------------------------------------------------------------------------------ */

static napi_status read_refuse(const read_call* call, enum oli_error_kind kind,
                               const char* expected, napi_value received) {
  return oli_trail_throw(&call->trail, kind, expected, received);
}

/* What was meant to be a secret is in no message, though it is of a wrong type. */
static enum oli_error_kind read_type_error(bool secret) {
  return secret ? OLI_ERROR_SECRET : OLI_ERROR_TYPE;
}

/* [status], unless it is the one that Node-API has for a value of another type. */
static napi_status read_typed(const read_call* call, napi_status status, napi_status wrong,
                              const char* expected, napi_value value) {
  if (status != wrong) return status;
  return read_refuse(call, OLI_ERROR_TYPE, expected, value);
}

static napi_status read_refuse_range(const read_call* call, double low, double high,
                                     const char* suffix, napi_value value) {
  char text[OLI_RANGE_TEXT_SIZE];
  oli_range_print(text, low, high, suffix);
  return read_refuse(call, OLI_ERROR_RANGE, text, value);
}

/* ---- Numbers ------------------------------------------------------------------------------- */

static bool read_in_bounds(const oli_field* field, double number) {
  return !field->bounded || (number >= field->row.min && number <= field->row.max);
}

/* Past 2^53 every double is whole; the range refuses it later. */
static bool read_is_whole(double number) {
  if (number >= -OLI_WHOLE_MAX && number <= OLI_WHOLE_MAX)
    return number == (double) (int64_t) number;
  return number >= -DBL_MAX && number <= DBL_MAX;
}

/* -0 becomes 0 on its way through the integer. */
static napi_status read_whole(read_call* call, const oli_field* field, napi_value value, void* at) {
  double number = 0;
  napi_status status = napi_get_value_double(call->napi, value, &number);
  if (status != napi_ok) return read_typed(call, status, napi_number_expected, "a number", value);
  if (!read_is_whole(number)) return read_refuse(call, OLI_ERROR_RANGE, "an integer", value);
  if (!(number >= field->low && number <= field->high)) {
    return read_refuse_range(call, field->low, field->high, "", value);
  }
  oli_integer_store(field->row.type, at, (uint64_t) (int64_t) number);
  return napi_ok;
}

static napi_status read_bigint_bits(napi_env napi, int type, napi_value value, uint64_t* bits,
                                    bool* lossless) {
  int64_t number = 0;
  if (type == OL_TYPE_U64) return napi_get_value_bigint_uint64(napi, value, bits, lossless);
  napi_status status = napi_get_value_bigint_int64(napi, value, &number, lossless);
  *bits = (uint64_t) number;
  return status;
}

/* Comparing with bounds as doubles is exact: tables have none at 2^53 or past it, where it would
 * not be. */
static napi_status read_bigint(read_call* call, const oli_field* field, napi_value value,
                               void* at) {
  int type = field->row.type;
  uint64_t bits = 0;
  bool lossless = false;
  napi_status status = read_bigint_bits(call->napi, type, value, &bits, &lossless);
  if (status != napi_ok) return read_typed(call, status, napi_bigint_expected, "a bigint", value);
  if (!lossless) {
    return read_refuse(call, OLI_ERROR_RANGE, type == OL_TYPE_U64 ? OLI_U64_WORDS : OLI_I64_WORDS,
                       value);
  }
  double number = type == OL_TYPE_U64 ? (double) bits : (double) (int64_t) bits;
  if (!read_in_bounds(field, number)) {
    return read_refuse_range(call, field->row.min, field->row.max, "n", value);
  }
  oli_integer_store(type, at, bits);
  return napi_ok;
}

/* Bounds are those of the number that was passed, not of what a float makes of it. */
static napi_status read_float(read_call* call, const oli_field* field, napi_value value, void* at) {
  double number = 0;
  napi_status status = napi_get_value_double(call->napi, value, &number);
  if (status != napi_ok) return read_typed(call, status, napi_number_expected, "a number", value);
  if (!read_in_bounds(field, number)) {
    return read_refuse_range(call, field->row.min, field->row.max, "", value);
  }
  if (field->row.type == OL_TYPE_F64) {
    memcpy(at, &number, sizeof number);
    return napi_ok;
  }
  if (!oli_fits_float(number)) return read_refuse_range(call, -FLT_MAX, FLT_MAX, "", value);
  float narrow = (float) number;
  memcpy(at, &narrow, sizeof narrow);
  return napi_ok;
}

static napi_status read_bool(read_call* call, const oli_field* field, napi_value value, void* at) {
  bool truth = false;
  (void) field;
  napi_status status = napi_get_value_bool(call->napi, value, &truth);
  if (status != napi_ok) return read_typed(call, status, napi_boolean_expected, "a boolean", value);
  memcpy(at, &truth, sizeof truth);
  return napi_ok;
}

static napi_status read_date(read_call* call, const oli_field* field, napi_value value, void* at) {
  ol_date date = {0};
  (void) field;
  napi_status status = napi_get_date_value(call->napi, value, &date.ms);
  if (status != napi_ok) {
    return read_typed(call, status, napi_date_expected, "an instance of Date", value);
  }
  if (date.ms != date.ms) return read_refuse(call, OLI_ERROR_RANGE, "a valid Date", value);
  memcpy(at, &date, sizeof date);
  return napi_ok;
}

/* ---- Strings ------------------------------------------------------------------------------- */

static void* read_alloc(read_call* call, bool secret, size_t size) {
  return secret ? oli_arena_alloc_secret(call->arena, size) : oli_arena_alloc(call->arena, size);
}

static napi_status read_str_len(const read_call* call, napi_value value, bool secret, size_t* len) {
  napi_status status = napi_get_value_string_utf8(call->napi, value, NULL, 0, len);
  if (status != napi_string_expected) return status;
  return read_refuse(call, read_type_error(secret), "a string", value);
}

/* Node-API writes the NUL, and U+FFFD for a lone surrogate. */
static napi_status read_text(read_call* call, napi_value value, bool secret, ol_str* str) {
  size_t len = 0;
  napi_status status = read_str_len(call, value, secret, &len);
  if (status != napi_ok) return status;
  char* data = read_alloc(call, secret, len + 1);
  if (data == NULL) return oli_trail_throw_memory(&call->trail);
  *str = (ol_str){data, len};
  return napi_get_value_string_utf8(call->napi, value, data, len + 1, &len);
}

static napi_status read_str(read_call* call, const oli_field* field, napi_value value, void* at) {
  ol_str str = {NULL, 0};
  napi_status status = read_text(call, value, field->row.secret, &str);
  if (status == napi_ok) memcpy(at, &str, sizeof str);
  return status;
}

/* Straight into the member, which was zeroed. C would take a NUL inside for the end. */
static napi_status read_chars(read_call* call, const oli_field* field, napi_value value, void* at) {
  size_t len = 0, room = field->row.size - 1;
  napi_status status = read_str_len(call, value, false, &len);
  if (status != napi_ok) return status;
  if (len > room) {
    char text[64];
    snprintf(text, sizeof text, "at most %zu bytes long in UTF-8", room);
    return read_refuse(call, OLI_ERROR_RANGE, text, value);
  }
  status = napi_get_value_string_utf8(call->napi, value, at, room + 1, &len);
  if (status != napi_ok || memchr(at, '\0', len) == NULL) return status;
  return read_refuse(call, OLI_ERROR_VALUE, "a string without null bytes", value);
}

/* The words "one of 'fast', 'fine'"; what does not fit is left out. */
static void read_print_choices(const oli_field* field, char* text, size_t size) {
  size_t len = (size_t) snprintf(text, size, "one of ");
  for (size_t i = 0; i < field->choices; i++) {
    const char* choice = field->row.one_of[i];
    if (strlen(choice) + sizeof ", ''..." > size - len) {
      snprintf(text + len, size - len, "...");
      return;
    }
    len += (size_t) snprintf(text + len, size - len, "'%s'%s", choice,
                             i + 1 < field->choices ? ", " : "");
  }
}

/* By length, because strings of JavaScript may hold NULs. */
static bool read_find_choice(const oli_field* field, const ol_str* str, size_t* index) {
  for (*index = 0; *index < field->choices; (*index)++) {
    const char* choice = field->row.one_of[*index];
    if (strlen(choice) == str->len && memcmp(choice, str->data, str->len) == 0) return true;
  }
  return false;
}

/* The copy is left to the arena. */
static napi_status read_choice(read_call* call, const oli_field* field, napi_value value,
                               void* at) {
  ol_str str = {NULL, 0};
  size_t index;
  napi_status status = read_text(call, value, false, &str);
  if (status != napi_ok) return status;
  if (read_find_choice(field, &str, &index)) {
    oli_integer_store(field->row.type, at, index);
    return napi_ok;
  }
  char text[256];
  read_print_choices(field, text, sizeof text);
  return read_refuse(call, OLI_ERROR_VALUE, text, value);
}

static napi_status read_integer(read_call* call, const oli_field* field, napi_value value,
                                void* at) {
  if (field->row.one_of != NULL) return read_choice(call, field, value, at);
  if (field->row.bigint) return read_bigint(call, field, value, at);
  return read_whole(call, field, value, at);
}

/* ---- The second pass, foreseen ------------------------------------------------------------- */

/* At the top, which is nearly always, the path is the field's name. */
static const char* read_path(read_call* call) {
  const oli_step* last = call->trail.last;
  if (last->outer == NULL && last->name != NULL) return last->name;
  char text[OLI_TRAIL_TEXT_SIZE];
  oli_trail_print(&call->trail, text);
  return oli_arena_copy(call->arena, text, strlen(text));
}

/* The list keeps the order of the fields, so that the first fault is the one that is told. */
static napi_status read_defer(read_call* call, const oli_field* field, napi_value value,
                              oli_handle* handle, void* at) {
  read_later* later = oli_arena_alloc(call->arena, sizeof *later);
  const char* path = read_path(call);
  if (later == NULL || path == NULL) return oli_trail_throw_memory(&call->trail);
  *later = (read_later){NULL, field, at, value, handle, path, call->trail.role};
  *call->later_end = later;
  call->later_end = &later->next;
  return napi_ok;
}

/* ---- Memory -------------------------------------------------------------------------------- */

/* All view types have this layout, and differ only in what their data points to. */
static void read_set_view(const oli_field* field, void* data, size_t size, void* at) {
  ol_buf buf = {data, size / oli_element_size(field->row.type)};
  memcpy(at, &buf, sizeof buf);
}

/* The memory of a value for the field, or an error that says why it will not do. */
static napi_status read_view(const read_call* call, const oli_field* field, napi_value value,
                             oli_view* view) {
  int type = field->row.type;
  napi_status status = oli_view_get(call->env, value, view);
  if (status != napi_ok) return status;
  bool fits = type == OL_TYPE_BUF ? view->type != OL_TYPE_END : view->type == type;
  if (!fits) {
    return read_refuse(call, read_type_error(field->row.secret), oli_view_words(type), value);
  }
  if (!view->detached) return napi_ok;
  return read_refuse(call, OLI_ERROR_VALUE, "memory that is not detached", value);
}

static napi_status read_copy(read_call* call, const oli_view* view, bool secret, void** data) {
  *data = read_alloc(call, secret, view->size);
  if (*data == NULL) return oli_trail_throw_memory(&call->trail);
  if (view->size > 0) memcpy(*data, view->data, view->size);
  return napi_ok;
}

/* What is copied is copied now: code that runs later may detach it. Other threads may write to
 * shared memory meanwhile; then the copy has some of both. */
static napi_status read_memory(read_call* call, const oli_field* field, napi_value value,
                               void* at) {
  oli_view view;
  void* data = NULL;
  napi_status status = read_view(call, field, value, &view);
  if (status != napi_ok) return status;
  if (field->row.pinned) return read_defer(call, field, value, NULL, at);
  status = read_copy(call, &view, field->row.secret, &data);
  if (status == napi_ok) read_set_view(field, data, view.size, at);
  return status;
}

/* ---- ol_value ------------------------------------------------------------------------------ */

#define READ_VALUE_WORDS "null, a boolean, number, bigint, string or Buffer"

static napi_status read_value_bigint(read_call* call, napi_value value, ol_value* out) {
  bool lossless = false;
  napi_status status = napi_get_value_bigint_int64(call->napi, value, &out->as.bigint, &lossless);
  if (status != napi_ok || lossless) return status;
  return read_refuse(call, OLI_ERROR_RANGE, OLI_I64_WORDS, value);
}

/* Of objects only memory has a meaning here. */
static napi_status read_value_object(read_call* call, napi_value value, ol_value* out) {
  static const oli_field bytes = {.row = {.type = OL_TYPE_BUF}};
  oli_view view;
  void* data = NULL;
  napi_status status = oli_view_get(call->env, value, &view);
  if (status == napi_ok && view.type == OL_TYPE_END) {
    return read_refuse(call, OLI_ERROR_TYPE, READ_VALUE_WORDS, value);
  }
  if (status == napi_ok) status = read_view(call, &bytes, value, &view);
  if (status == napi_ok) status = read_copy(call, &view, false, &data);
  out->as.buf = (ol_buf){data, view.size};
  return status;
}

static napi_status read_value_of(read_call* call, napi_valuetype type, napi_value value,
                                 ol_value* out) {
  switch (type) {
    case napi_undefined:
    case napi_null: out->type = OL_VALUE_NULL; return napi_ok;
    case napi_boolean:
      out->type = OL_VALUE_BOOL;
      return napi_get_value_bool(call->napi, value, &out->as.boolean);
    case napi_number:
      out->type = OL_VALUE_NUMBER;
      return napi_get_value_double(call->napi, value, &out->as.number);
    case napi_bigint: out->type = OL_VALUE_BIGINT; return read_value_bigint(call, value, out);
    case napi_string: out->type = OL_VALUE_STR; return read_text(call, value, false, &out->as.str);
    case napi_object: out->type = OL_VALUE_BUF; return read_value_object(call, value, out);
    default: return read_refuse(call, OLI_ERROR_TYPE, READ_VALUE_WORDS, value);
  }
}

static napi_status read_value(read_call* call, const oli_field* field, napi_value value, void* at) {
  napi_valuetype type;
  ol_value out = {0};
  (void) field;
  napi_status status = napi_typeof(call->napi, value, &type);
  if (status == napi_ok) status = read_value_of(call, type, value, &out);
  if (status == napi_ok) memcpy(at, &out, sizeof out);
  return status;
}

/* ---- Shapes -------------------------------------------------------------------------------- */

static napi_status read_is_object(napi_env napi, napi_value value, bool* is) {
  napi_valuetype type;
  napi_status status = napi_typeof(napi, value, &type);
  *is = status == napi_ok && type == napi_object;
  return status;
}

/* A named property, read as [field]. Getting it may run any code. */
static napi_status read_property(read_call* call, const oli_field* field, napi_value object,
                                 char* record) {
  oli_step step = {call->trail.last, field->row.name, 0};
  napi_value value;
  napi_status status = napi_get_named_property(call->napi, object, field->row.name, &value);
  if (status != napi_ok) return status;
  call->trail.last = &step;
  status = read_field(call, field, value, record);
  call->trail.last = step.outer;
  return status;
}

static napi_status read_record(read_call* call, const oli_shape* shape, napi_value value,
                               char* record) {
  bool is = false;
  napi_status status = read_is_object(call->napi, value, &is);
  if (status != napi_ok) return status;
  if (!is) return read_refuse(call, OLI_ERROR_TYPE, "an object", value);
  for (size_t i = 0; i < shape->count && status == napi_ok; i++) {
    status = read_property(call, &shape->fields[i], value, record);
  }
  return status;
}

static napi_status read_shape(read_call* call, const oli_shape* shape, napi_value value,
                              char* record) {
  const oli_field* only = oli_shape_only(shape);
  return only != NULL ? read_field(call, only, value, record)
                      : read_record(call, shape, value, record);
}

/* A handle is only found here, not used: code that runs later may close it. */
static napi_status read_other(read_call* call, const oli_field* field, napi_value value, void* at) {
  const ol_class* cls = field->row.handle;
  if (cls == NULL) return read_shape(call, field->of, value, at);
  oli_handle* handle = oli_object_handle(call->env, cls, value);
  if (handle != NULL) return read_defer(call, field, value, handle, at);
  char text[128];
  snprintf(text, sizeof text, "an instance of %s", cls->name);
  return read_refuse(call, OLI_ERROR_TYPE, text, value);
}

/* ---- Lists --------------------------------------------------------------------------------- */

typedef struct read_list {
  const oli_shape* of;
  napi_value array;
  char* data;
  size_t len;
} read_list;

static napi_status read_element(read_call* call, const read_list* list, size_t index) {
  oli_step step = {call->trail.last, NULL, index};
  napi_value value;
  napi_status status = napi_get_element(call->napi, list->array, (uint32_t) index, &value);
  if (status != napi_ok) return status;
  call->trail.last = &step;
  status = read_shape(call, list->of, value, list->data + index * list->of->size);
  call->trail.last = step.outer;
  return status;
}

static napi_status read_run(read_call* call, const read_list* list, size_t from, size_t to) {
  napi_status status = napi_ok;
  for (size_t i = from; i < to && status == napi_ok; i++) status = read_element(call, list, i);
  return status;
}

static napi_status read_scoped_run(read_call* call, const read_list* list, size_t from, size_t to) {
  napi_handle_scope scope;
  napi_status status = napi_open_handle_scope(call->napi, &scope);
  if (status != napi_ok) return status;
  status = read_run(call, list, from, to);
  napi_status closed = napi_close_handle_scope(call->napi, scope);
  return status != napi_ok ? status : closed;
}

/* The objects of handles must stay until the second pass. */
static napi_status read_elements(read_call* call, const read_list* list) {
  napi_status status = napi_ok;
  if (list->of->handles) return read_run(call, list, 0, list->len);
  for (size_t from = 0; from < list->len && status == napi_ok; from += READ_RUN) {
    size_t left = list->len - from;
    status = read_scoped_run(call, list, from, from + (left < READ_RUN ? left : READ_RUN));
  }
  return status;
}

/* Asks the layer, which runs a trap of the caller's. [len] below 0: it is no array. */
static napi_status read_proxy_len(read_call* call, napi_value value, double* len) {
  napi_value answer;
  napi_status status = oli_env_call(call->env, OLI_LAYER_LENGTH_OF, 1, &value, &answer);
  return status == napi_ok ? napi_get_value_double(call->napi, answer, len) : status;
}

/* Of all that Array.isArray takes. Node-API fails for what is no array, and for a Proxy of one. */
static napi_status read_array_len(read_call* call, napi_value value, size_t* len) {
  uint32_t whole = 0;
  double told = -1;
  bool is = false;
  napi_status status = napi_get_array_length(call->napi, value, &whole);
  if (status == napi_array_expected) {
    status = read_is_object(call->napi, value, &is);
    if (status == napi_ok && is) status = read_proxy_len(call, value, &told);
  } else {
    told = whole;
  }
  if (status != napi_ok) return status;
  if (told < 0) return read_refuse(call, OLI_ERROR_TYPE, "an array", value);
  if (!(told <= OLI_LIST_MAX)) return read_refuse(call, OLI_ERROR_RANGE, OLI_LIST_WORDS, value);
  *len = (size_t) told;
  return napi_ok;
}

/* The length is asked once. Elements that are gone by the time they are read are undefined. */
static napi_status read_list_at(read_call* call, const oli_field* field, napi_value value,
                                void* at) {
  size_t len = 0;
  napi_status status = read_array_len(call, value, &len);
  if (status != napi_ok) return status;
  read_list list = {field->of, value, NULL, len};
  if (len <= SIZE_MAX / list.of->size) list.data = read_alloc(call, false, len * list.of->size);
  if (list.data == NULL) return oli_trail_throw_memory(&call->trail);
  ol_list out = {list.data, len};
  memcpy(at, &out, sizeof out);
  return read_elements(call, &list);
}

/* ---- Functions ----------------------------------------------------------------------------- */

static napi_status read_fn(read_call* call, const oli_field* field, napi_value value, void* at) {
  napi_valuetype type;
  ol_fn fn = {NULL};
  (void) field;
  napi_status status = napi_typeof(call->napi, value, &type);
  if (status != napi_ok) return status;
  if (type != napi_function) return read_refuse(call, OLI_ERROR_TYPE, "a function", value);
  const char* path = read_path(call);
  if (path == NULL) return oli_trail_throw_memory(&call->trail);
  status = oli_function_new(call->job, path, value, &fn);
  if (status == napi_ok) memcpy(at, &fn, sizeof fn);
  return status;
}

/* ---- One field ----------------------------------------------------------------------------- */

typedef napi_status (*read_type)(read_call* call, const oli_field* field, napi_value value,
                                 void* at);

static const read_type read_types[] = {
  [OL_TYPE_BOOL] = read_bool,    [OL_TYPE_I8] = read_integer,  [OL_TYPE_I16] = read_integer,
  [OL_TYPE_I32] = read_integer,  [OL_TYPE_I64] = read_integer, [OL_TYPE_U8] = read_integer,
  [OL_TYPE_U16] = read_integer,  [OL_TYPE_U32] = read_integer, [OL_TYPE_U64] = read_integer,
  [OL_TYPE_F32] = read_float,    [OL_TYPE_F64] = read_float,   [OL_TYPE_STR] = read_str,
  [OL_TYPE_BUF] = read_memory,   [OL_TYPE_I8S] = read_memory,  [OL_TYPE_U8S] = read_memory,
  [OL_TYPE_U8CS] = read_memory,  [OL_TYPE_I16S] = read_memory, [OL_TYPE_U16S] = read_memory,
  [OL_TYPE_I32S] = read_memory,  [OL_TYPE_U32S] = read_memory, [OL_TYPE_I64S] = read_memory,
  [OL_TYPE_U64S] = read_memory,  [OL_TYPE_F32S] = read_memory, [OL_TYPE_F64S] = read_memory,
  [OL_TYPE_LIST] = read_list_at, [OL_TYPE_VALUE] = read_value, [OL_TYPE_DATE] = read_date,
  [OL_TYPE_FN] = read_fn,        [OL_TYPE_CHARS] = read_chars, [OL_TYPE_OTHER] = read_other,
};

/* Constant strings need no copy. */
static void read_default_str(const oli_field* field, char* at) {
  ol_str str = {field->row.def_str, strlen(field->row.def_str)};
  if (field->row.type == OL_TYPE_STR) {
    memcpy(at, &str, sizeof str);
  } else {
    memcpy(at, str.data, str.len + 1);
  }
}

/* An absent member is zero, or its default. */
static void read_default(const oli_field* field, char* at) {
  double def = field->row.def;
  float narrow = (float) (field->row.type == OL_TYPE_F32 ? def : 0);
  bool truth = def != 0;
  if (field->row.def_str != NULL) read_default_str(field, at);
  if (def == 0) return;
  if (oli_is_integer(field->row.type)) {
    oli_integer_store(field->row.type, at, (uint64_t) (int64_t) def);
  } else if (field->row.type == OL_TYPE_BOOL) {
    memcpy(at, &truth, sizeof truth);
  } else if (field->row.type == OL_TYPE_F32) {
    memcpy(at, &narrow, sizeof narrow);
  } else {
    memcpy(at, &def, sizeof def);
  }
}

/* undefined is absent, null is a value. */
static napi_status read_optional(read_call* call, const oli_field* field, napi_value value,
                                 char* record) {
  bool given = true;
  napi_valuetype type;
  char* at = record + field->row.offset;
  napi_status status = napi_typeof(call->napi, value, &type);
  if (status != napi_ok) return status;
  if (type == napi_undefined) {
    read_default(field, at);
    return napi_ok;
  }
  if (field->row.given != 0) memcpy(record + field->row.given, &given, sizeof given);
  return read_types[field->row.type](call, field, value, at);
}

static napi_status read_field(read_call* call, const oli_field* field, napi_value value,
                              char* record) {
  if (field->optional) return read_optional(call, field, value, record);
  return read_types[field->row.type](call, field, value, record + field->row.offset);
}

/* ---- The first pass ------------------------------------------------------------------------ */

/* What a call brings. */
typedef struct read_input {
  napi_value self, undefined;
  napi_value options; /* NULL: none */
  size_t argc;
  const napi_value* argv;
  bool common; /* only what calls of a map have in common: no arguments */
} read_input;

static napi_status read_top(read_call* call, const oli_field* field, napi_value value) {
  oli_step step = {NULL, field->row.name, 0};
  call->trail.last = &step;
  napi_status status = read_field(call, field, value, call->job->state);
  call->trail.last = NULL;
  return status;
}

static napi_status read_input_field(read_call* call, const read_input* input,
                                    const oli_field* field, size_t* position) {
  size_t index;
  call->trail.role = field->row.role;
  switch (field->row.role) {
    case OL_ROLE_THIS: return read_top(call, field, input->self);
    case OL_ROLE_ARG:
    case OL_ROLE_OPTIONAL:
      index = (*position)++;
      if (input->common) return napi_ok;
      return read_top(call, field, index < input->argc ? input->argv[index] : input->undefined);
    case OL_ROLE_OPTION:
      if (input->options == NULL) return read_top(call, field, input->undefined);
      return read_property(call, field, input->options, call->job->state);
    default: return napi_ok;
  }
}

static napi_status read_refuse_extra(read_call* call, size_t positional) {
  char text[64];
  snprintf(text, sizeof text, "%zu argument%s and an options object", positional,
           positional == 1 ? "" : "s");
  return read_refuse(call, OLI_ERROR_EXTRA, text, NULL);
}

/* After the arguments by position, if there is something. The layer has refused what is neither an
 * object nor undefined. */
static napi_status read_options(read_call* call, napi_value value, napi_value* options) {
  napi_valuetype type;
  napi_status status = napi_typeof(call->napi, value, &type);
  if (status == napi_ok && type == napi_object) *options = value;
  return status;
}

/* In the order of the table: getters of options run after all arguments were read, unless the
 * table has them before. */
static napi_status read_first_pass(read_call* call, read_input* input) {
  const oli_binding* binding = call->job->binding;
  size_t position = 0;
  if (input->argc > binding->positional + 1) return read_refuse_extra(call, binding->positional);
  napi_status status = napi_get_undefined(call->napi, &input->undefined);
  if (status == napi_ok && input->argc > binding->positional) {
    status = read_options(call, input->argv[binding->positional], &input->options);
  }
  for (size_t i = 0; i < binding->shape->count && status == napi_ok; i++) {
    status = read_input_field(call, input, &binding->shape->fields[i], &position);
  }
  return status;
}

/* ---- The second pass ----------------------------------------------------------------------- */

/* The object, which is on the list, has kept the handle's memory until here. */
static napi_status read_use_handle(read_call* call, const read_later* later) {
  void* data = later->handle->data;
  int status = oli_handle_use(later->handle, call->job);
  if (status == OL_CLOSED) {
    return read_refuse(call, OLI_ERROR_CLOSED, later->field->row.handle->name, NULL);
  }
  if (status != OL_OK) return oli_trail_throw_memory(&call->trail);
  memcpy(later->at, &data, sizeof data);
  return napi_ok;
}

/* Empty memory has an address too. */
static napi_status read_pin(read_call* call, const read_later* later) {
  static uint64_t nowhere;
  oli_view view;
  bool fixed = false;
  napi_status status = read_view(call, later->field, later->value, &view);
  if (status == napi_ok) status = oli_view_is_fixed(call->env, later->value, &fixed);
  if (status != napi_ok) return status;
  if (!fixed) return read_refuse(call, OLI_ERROR_VALUE, "memory of a fixed size", later->value);
  status = oli_pin_value(call->job, later->value);
  if (status != napi_ok) return status;
  read_set_view(later->field, view.size > 0 ? view.data : &nowhere, view.size, later->at);
  return napi_ok;
}

static napi_status read_second_pass(read_call* call) {
  napi_status status = napi_ok;
  for (read_later* later = call->later; later != NULL && status == napi_ok; later = later->next) {
    oli_step step = {NULL, later->path, 0};
    call->trail.last = &step;
    call->trail.role = later->role;
    status = later->handle != NULL ? read_use_handle(call, later) : read_pin(call, later);
  }
  return status;
}

static read_call read_begin(ol_job* job, oli_arena* arena, int role) {
  return (read_call){.job = job,
                     .arena = arena,
                     .env = job->env,
                     .napi = job->env->napi,
                     .trail = {.env = job->env, .worker = job->worker->name, .role = role}};
}

/* [kept]: the layer throws what is wrong. */
static napi_status read_passes(ol_job* job, read_input* input, bool kept) {
  read_call call = read_begin(job, &job->arena, 0);
  call.later_end = &call.later;
  call.trail.kept = kept;
  napi_status status = read_first_pass(&call, input);
  if (status == napi_ok) status = read_second_pass(&call);
  return oli_check(call.napi, status);
}

napi_status oli_read_call(ol_job* job, napi_value self, size_t argc, const napi_value* argv) {
  read_input input = {self, NULL, NULL, argc, argv, false};
  return read_passes(job, &input, true);
}

/* The options stand where they would after the arguments. */
napi_status oli_read_common(ol_job* job, napi_value self, napi_value options) {
  napi_value argv[OLI_ARGS_MAX + 1];
  size_t positional = job->binding->positional;
  read_input input = {self, NULL, NULL, positional + 1, argv, true};
  argv[positional] = options;
  return read_passes(job, &input, false);
}

/* Without a second pass: tables have neither handles nor pinned memory in a message. */
napi_status oli_read_message(ol_job* job, const oli_shape* shape, napi_value value,
                             oli_arena* arena, void* record) {
  read_call call = read_begin(job, arena, OLI_ROLE_MESSAGE);
  call.trail.kept = true;
  return oli_check(call.napi, read_shape(&call, shape, value, record));
}

/* Without a second pass: an answer has neither handles nor pinned memory. */
napi_status oli_read_answer(ol_job* job, oli_ask* ask, napi_value value) {
  read_call call = read_begin(job, &ask->kept, OLI_ROLE_ANSWER);
  oli_step step = {NULL, ask->function->name, 0};
  call.trail.last = &step;
  return oli_check(call.napi, read_shape(&call, ask->shape.answer, value, ask->answer));
}
