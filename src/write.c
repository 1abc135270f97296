/* write.c: one function for each type, chosen by a table.
 *
 * Owner: JavaScript gets copies, but for what the job may give away: blocks of its arena and
 * handles that it made. Properties are defined and not set: no setter of the user's runs. */
#include "write.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "object.h"
#include "trail.h"
#include "view.h"

/* Values of an array that are held at a time. */
enum { WRITE_RUN = 256 };

/* From this size on memory moves; to copy less is cheaper than to have JavaScript free it. */
#define WRITE_MOVE_MIN ((size_t) 16 * 1024)

/* What every runtime can have, of a string in bytes and of memory: beyond that it is asked. */
#define WRITE_TEXT_SURE (((size_t) 1 << 28) - 16)
#define WRITE_MEMORY_SURE (((size_t) 1 << 30) - 1)

/* JavaScript's dates end 100 million days from 1970. */
#define WRITE_DATE_MAX 8.64e15

typedef struct write_call {
  ol_job* job;
  oli_arena* arena; /* whose blocks may move; NULL: none */
  napi_env napi;
  oli_trail trail;
} write_call;

static napi_status write_field(write_call* call, const oli_field* field, const char* record,
                               napi_value* value);

/* ---- Refusing ------------------------------------------------------------------------------ */

static napi_status write_refuse_range(write_call* call, const char* expected, napi_value received) {
  return oli_trail_throw(&call->trail, OLI_ERROR_RANGE, expected, received);
}

/* What only a mistake in C can bring about. */
static napi_status write_refuse(write_call* call, const char* why) {
  return oli_trail_throw(&call->trail, OLI_ERROR_MISTAKE, why, NULL);
}

static napi_status write_check_data(write_call* call, const void* data, size_t len) {
  if (data != NULL || len == 0) return napi_ok;
  return write_refuse(call, "has a length, but no data");
}

/* What a runtime throws for a value that it cannot make names neither worker nor member. */
static napi_status write_explained(write_call* call, napi_status status) {
  napi_value thrown;
  bool pending = false;
  if (status == napi_ok) return napi_ok;
  if (napi_is_exception_pending(call->napi, &pending) != napi_ok || !pending) return status;
  if (napi_get_and_clear_last_exception(call->napi, &thrown) != napi_ok) return status;
  return oli_trail_throw_cause(&call->trail, thrown);
}

/* The bytes that a string or memory may have in this runtime. */
static napi_status write_ask_most(write_call* call, bool text, double* most) {
  napi_value argument, answer;
  napi_status status = napi_get_boolean(call->napi, text, &argument);
  if (status == napi_ok) {
    status = oli_env_call(call->job->env, OLI_LAYER_MOST_OF, 1, &argument, &answer);
  }
  return status == napi_ok ? napi_get_value_double(call->napi, answer, most) : status;
}

/* ---- Numbers ------------------------------------------------------------------------------- */

static napi_status write_bool(write_call* call, const oli_field* field, const void* at,
                              napi_value* value) {
  unsigned char truth; /* any byte but 0 is taken for true */
  (void) field;
  memcpy(&truth, at, sizeof truth);
  return napi_get_boolean(call->napi, truth != 0, value);
}

/* For results and for what errors show. */
static napi_status write_bigint(napi_env napi, int type, uint64_t bits, napi_value* value) {
  if (oli_is_signed(type)) return napi_create_bigint_int64(napi, (int64_t) bits, value);
  return napi_create_bigint_uint64(napi, bits, value);
}

static napi_status write_too_large(write_call* call, int type, uint64_t bits) {
  char text[OLI_RANGE_TEXT_SIZE];
  napi_value received;
  oli_range_print(text, oli_is_signed(type) ? -OLI_WHOLE_MAX : 0, OLI_WHOLE_MAX, "");
  napi_status status = write_bigint(call->napi, type, bits, &received);
  return status == napi_ok ? write_refuse_range(call, text, received) : status;
}

/* Small ones as the engine's own small integers, which cost no memory. */
static napi_status write_number(write_call* call, int type, uint64_t bits, napi_value* value) {
  const uint64_t max = (uint64_t) OLI_WHOLE_MAX;
  bool negative = oli_is_signed(type) && (int64_t) bits < 0;
  uint64_t size = negative ? 0 - bits : bits;
  if (size > max) return write_too_large(call, type, bits);
  if (!negative && size <= INT32_MAX) {
    return napi_create_int32(call->napi, (int32_t) size, value);
  }
  return napi_create_double(call->napi, negative ? -(double) size : (double) size, value);
}

/* A negative index is a huge one here. */
static napi_status write_choice(write_call* call, const oli_field* field, uint64_t bits,
                                napi_value* value) {
  napi_value received;
  if (bits < field->choices) {
    const char* choice = field->row.one_of[bits];
    return napi_create_string_utf8(call->napi, choice, NAPI_AUTO_LENGTH, value);
  }
  napi_status status = write_bigint(call->napi, field->row.type, bits, &received);
  if (status != napi_ok) return status;
  return write_refuse_range(call, "an index of one of its strings", received);
}

static napi_status write_integer(write_call* call, const oli_field* field, const void* at,
                                 napi_value* value) {
  int type = field->row.type;
  uint64_t bits = oli_integer_load(type, at);
  if (field->row.one_of != NULL) return write_choice(call, field, bits, value);
  if (field->row.bigint) return write_bigint(call->napi, type, bits, value);
  return write_number(call, type, bits, value);
}

static napi_status write_float(write_call* call, const oli_field* field, const void* at,
                               napi_value* value) {
  float narrow;
  double number;
  if (field->row.type == OL_TYPE_F32) {
    memcpy(&narrow, at, sizeof narrow);
    number = narrow;
  } else {
    memcpy(&number, at, sizeof number);
  }
  return napi_create_double(call->napi, number, value);
}

static napi_status write_date(write_call* call, const oli_field* field, const void* at,
                              napi_value* value) {
  ol_date date;
  napi_value received;
  (void) field;
  memcpy(&date, at, sizeof date);
  if (date.ms >= -WRITE_DATE_MAX && date.ms <= WRITE_DATE_MAX) {
    return napi_create_date(call->napi, date.ms, value);
  }
  napi_status status = napi_create_double(call->napi, date.ms, &received);
  if (status != napi_ok) return status;
  return write_refuse_range(call, ">= -8.64e15 and <= 8.64e15", received);
}

/* ---- Strings ------------------------------------------------------------------------------- */

/* Each engine has a longest string of its own, which Node-API holds against the bytes. What it
 * refuses all the same it refuses by a plain failure. */
static napi_status write_text(write_call* call, const char* data, size_t len, napi_value* value) {
  double most = WRITE_TEXT_SURE;
  napi_status status = write_check_data(call, data, len);
  if (status == napi_ok && len > WRITE_TEXT_SURE) status = write_ask_most(call, true, &most);
  if (status != napi_ok) return status;
  if ((double) len <= most && len <= INT32_MAX) {
    status = napi_create_string_utf8(call->napi, len > 0 ? data : "", len, value);
    status = write_explained(call, status);
    if (status != napi_generic_failure && status != napi_invalid_arg) return status;
  }
  return write_refuse_range(call, "a string that is not too long for JavaScript", NULL);
}

static napi_status write_str(write_call* call, const oli_field* field, const void* at,
                             napi_value* value) {
  ol_str str;
  (void) field;
  memcpy(&str, at, sizeof str);
  return write_text(call, str.data, str.len, value);
}

/* How many bytes are to follow the first one of a character. */
static size_t write_utf8_rest(unsigned char first) {
  if (first >= 0xF0) return 3;
  if (first >= 0xE0) return 2;
  return first >= 0xC0 ? 1 : 0;
}

/* The length without a character that was cut at the end. */
static size_t write_whole_len(const char* text, size_t len) {
  size_t rest = 0;
  while (rest < 3 && rest < len && ((unsigned char) text[len - 1 - rest] & 0xC0) == 0x80) rest++;
  if (rest == len) return len;
  size_t start = len - 1 - rest;
  return write_utf8_rest((unsigned char) text[start]) > rest ? start : len;
}

static napi_status write_chars(write_call* call, const oli_field* field, const void* at,
                               napi_value* value) {
  const char* text = at;
  const char* end = memchr(text, '\0', field->row.size);
  size_t len = end != NULL ? (size_t) (end - text) : field->row.size;
  return write_text(call, text, write_whole_len(text, len), value);
}

/* ---- Memory -------------------------------------------------------------------------------- */

/* A copy that JavaScript will free; false: out of memory. The engine's own way to allocate would
 * end the process for that. */
static bool write_duplicate(const void* data, size_t size, oli_owned* owned) {
  *owned = (oli_owned){malloc(size), free};
  if (owned->data != NULL) memcpy(owned->data, data, size);
  return owned->data != NULL;
}

/* A block of the job's that may move. Typed arrays need aligned memory, and an author may have
 * adopted any. */
static bool write_find(write_call* call, int type, const void* data, oli_owned* owned) {
  bool aligned = (uintptr_t) data % oli_element_size(type) == 0;
  return aligned && call->arena != NULL && oli_arena_find(call->arena, data, owned);
}

/* A block leaves the arena only when JavaScript has it: another result may point to it too. */
static napi_status write_bytes(write_call* call, int type, const void* data, size_t size,
                               napi_value* value) {
  oli_owned owned;
  bool taken = false;
  if (size < WRITE_MOVE_MIN) {
    return write_explained(call, oli_view_copy(call->napi, type, data, size, value));
  }
  bool block = write_find(call, type, data, &owned);
  if (!block && !write_duplicate(data, size, &owned)) return oli_trail_throw_memory(&call->trail);
  napi_status status = oli_view_move(call->napi, type, owned, size, value, &taken);
  if (block && taken) oli_arena_take(call->arena, data, &owned);
  if (!block && !taken) owned.free_data(owned.data);
  return write_explained(call, status);
}

static napi_status write_check_size(write_call* call, size_t size) {
  double most = 0;
  if (size <= WRITE_MEMORY_SURE) return napi_ok;
  napi_status status = write_ask_most(call, false, &most);
  if (status != napi_ok || (double) size <= most) return status;
  return write_refuse_range(call, "memory that is not too long for JavaScript", NULL);
}

/* All view types have the layout of ol_buf. */
static napi_status write_memory(write_call* call, const oli_field* field, const void* at,
                                napi_value* value) {
  int type = field->row.type;
  size_t element = oli_element_size(type);
  ol_buf buf;
  memcpy(&buf, at, sizeof buf);
  napi_status status = write_check_data(call, buf.data, buf.len);
  if (status != napi_ok) return status;
  if (buf.len > PTRDIFF_MAX / element) return write_refuse(call, "is longer than memory");
  status = write_check_size(call, buf.len * element);
  if (status != napi_ok) return status;
  return write_bytes(call, type, buf.data, buf.len * element, value);
}

/* ---- ol_value ------------------------------------------------------------------------------ */

static napi_status write_variant(write_call* call, const ol_value* from, napi_value* value) {
  static const oli_field bytes = {.row = {.type = OL_TYPE_BUF}};
  switch (from->type) {
    case OL_VALUE_NULL: return napi_get_null(call->napi, value);
    case OL_VALUE_BOOL: return write_bool(call, NULL, &from->as.boolean, value);
    case OL_VALUE_NUMBER: return napi_create_double(call->napi, from->as.number, value);
    case OL_VALUE_BIGINT: return napi_create_bigint_int64(call->napi, from->as.bigint, value);
    case OL_VALUE_STR: return write_text(call, from->as.str.data, from->as.str.len, value);
    case OL_VALUE_BUF: return write_memory(call, &bytes, &from->as.buf, value);
    default: return write_refuse(call, "is an ol_value of an unknown type");
  }
}

static napi_status write_value(write_call* call, const oli_field* field, const void* at,
                               napi_value* value) {
  ol_value from;
  (void) field;
  memcpy(&from, at, sizeof from);
  return write_variant(call, &from, value);
}

/* ---- Shapes -------------------------------------------------------------------------------- */

static napi_status write_property(write_call* call, const oli_field* field, const char* record,
                                  napi_value object) {
  oli_step step = {call->trail.last, field->row.name, 0};
  napi_property_descriptor property = {.utf8name = field->row.name,
                                       .attributes = napi_default_jsproperty};
  call->trail.last = &step;
  napi_status status = write_field(call, field, record, &property.value);
  call->trail.last = step.outer;
  if (status != napi_ok) return status;
  return napi_define_properties(call->napi, object, 1, &property);
}

/* The fields of one role as an object. All are there, those not given as undefined, so that all
 * results of a worker have one hidden class. */
static napi_status write_object(write_call* call, const oli_shape* shape, int role,
                                const char* record, napi_value* value) {
  napi_status status = napi_create_object(call->napi, value);
  for (size_t i = 0; i < shape->count && status == napi_ok; i++) {
    const oli_field* field = &shape->fields[i];
    if (field->row.role == role) status = write_property(call, field, record, *value);
  }
  return status;
}

static napi_status write_shape(write_call* call, const oli_shape* shape, const char* record,
                               napi_value* value) {
  const oli_field* only = oli_shape_only(shape);
  if (only != NULL) return write_field(call, only, record, value);
  return write_object(call, shape, OL_ROLE_MEMBER, record, value);
}

static napi_status write_other(write_call* call, const oli_field* field, const void* at,
                               napi_value* value) {
  const void* data;
  if (field->row.handle == NULL) return write_shape(call, field->of, at, value);
  memcpy(&data, at, sizeof data);
  napi_status status = oli_object_write(call->job, field->row.handle, data, value);
  if (status != napi_ok || *value != NULL) return status;
  return write_refuse(call, "is a handle that the job neither made nor uses");
}

/* ---- Arrays -------------------------------------------------------------------------------- */

napi_status oli_write_array(oli_env* env, size_t len, napi_value* array) {
  napi_value argument;
  napi_status status = napi_create_uint32(env->napi, (uint32_t) len, &argument);
  if (status != napi_ok) return status;
  return oli_env_call(env, OLI_LAYER_NEW_ARRAY, 1, &argument, array);
}

/* ---- Lists --------------------------------------------------------------------------------- */

typedef struct write_list {
  const oli_shape* of;
  const char* data;
  size_t len;
  napi_value array;
} write_list;

static napi_status write_element(write_call* call, const write_list* list, size_t index,
                                 napi_value* value) {
  oli_step step = {call->trail.last, NULL, index};
  call->trail.last = &step;
  napi_status status = write_shape(call, list->of, list->data + index * list->of->size, value);
  call->trail.last = step.outer;
  return status;
}

/* As arguments of a function that makes an array of them, which costs less than to fill one. */
static napi_status write_as_arguments(write_call* call, const write_list* list, napi_value* array) {
  napi_value values[WRITE_RUN];
  napi_status status = napi_ok;
  for (size_t i = 0; i < list->len && status == napi_ok; i++) {
    status = write_element(call, list, i, &values[i]);
  }
  if (status != napi_ok) return status;
  return oli_env_call(call->job->env, OLI_LAYER_ARRAY_OF, list->len, values, array);
}

static napi_status write_short(write_call* call, const write_list* list, napi_value* value) {
  napi_escapable_handle_scope scope;
  napi_value array;
  napi_status status = napi_open_escapable_handle_scope(call->napi, &scope);
  if (status != napi_ok) return status;
  status = write_as_arguments(call, list, &array);
  if (status == napi_ok) status = napi_escape_handle(call->napi, scope, array, value);
  napi_status closed = napi_close_escapable_handle_scope(call->napi, scope);
  return status != napi_ok ? status : closed;
}

static napi_status write_into(write_call* call, const write_list* list, size_t index) {
  napi_value value;
  napi_status status = write_element(call, list, index, &value);
  if (status != napi_ok) return status;
  return napi_set_element(call->napi, list->array, (uint32_t) index, value);
}

/* Some elements, in a handle scope of their own. */
static napi_status write_run(write_call* call, const write_list* list, size_t from) {
  size_t left = list->len - from;
  size_t to = from + (left < WRITE_RUN ? left : WRITE_RUN);
  napi_handle_scope scope;
  napi_status status = napi_open_handle_scope(call->napi, &scope);
  if (status != napi_ok) return status;
  for (size_t i = from; i < to && status == napi_ok; i++) status = write_into(call, list, i);
  napi_status closed = napi_close_handle_scope(call->napi, scope);
  return status != napi_ok ? status : closed;
}

static napi_status write_long(write_call* call, write_list* list, napi_value* value) {
  napi_status status = oli_write_array(call->job->env, list->len, &list->array);
  for (size_t i = 0; i < list->len && status == napi_ok; i += WRITE_RUN) {
    status = write_run(call, list, i);
  }
  *value = list->array;
  return status;
}

static napi_status write_list_at(write_call* call, const oli_field* field, const void* at,
                                 napi_value* value) {
  ol_list from;
  memcpy(&from, at, sizeof from);
  napi_status status = write_check_data(call, from.data, from.len);
  if (status != napi_ok) return status;
  if (from.len > OLI_LIST_MAX) return write_refuse_range(call, OLI_LIST_WORDS, NULL);
  write_list list = {field->of, from.data, from.len, NULL};
  bool brief = from.len <= WRITE_RUN;
  return brief ? write_short(call, &list, value) : write_long(call, &list, value);
}

/* ---- One field ----------------------------------------------------------------------------- */

typedef napi_status (*write_type)(write_call* call, const oli_field* field, const void* at,
                                  napi_value* value);

static const write_type write_types[] = {
  [OL_TYPE_BOOL] = write_bool,    [OL_TYPE_I8] = write_integer,  [OL_TYPE_I16] = write_integer,
  [OL_TYPE_I32] = write_integer,  [OL_TYPE_I64] = write_integer, [OL_TYPE_U8] = write_integer,
  [OL_TYPE_U16] = write_integer,  [OL_TYPE_U32] = write_integer, [OL_TYPE_U64] = write_integer,
  [OL_TYPE_F32] = write_float,    [OL_TYPE_F64] = write_float,   [OL_TYPE_STR] = write_str,
  [OL_TYPE_BUF] = write_memory,   [OL_TYPE_I8S] = write_memory,  [OL_TYPE_U8S] = write_memory,
  [OL_TYPE_U8CS] = write_memory,  [OL_TYPE_I16S] = write_memory, [OL_TYPE_U16S] = write_memory,
  [OL_TYPE_I32S] = write_memory,  [OL_TYPE_U32S] = write_memory, [OL_TYPE_I64S] = write_memory,
  [OL_TYPE_U64S] = write_memory,  [OL_TYPE_F32S] = write_memory, [OL_TYPE_F64S] = write_memory,
  [OL_TYPE_LIST] = write_list_at, [OL_TYPE_VALUE] = write_value, [OL_TYPE_DATE] = write_date,
  [OL_TYPE_CHARS] = write_chars,  [OL_TYPE_OTHER] = write_other,
};

static napi_status write_field(write_call* call, const oli_field* field, const char* record,
                               napi_value* value) {
  unsigned char given;
  memcpy(&given, record + field->row.given, sizeof given);
  if (field->row.given != 0 && given == 0) return napi_get_undefined(call->napi, value);
  return write_types[field->row.type](call, field, record + field->row.offset, value);
}

/* ---- Results ------------------------------------------------------------------------------- */

/* NULL: there are several. */
static const oli_field* write_only_result(const oli_shape* shape) {
  const oli_field* only = NULL;
  for (size_t i = 0; i < shape->count; i++) {
    if (shape->fields[i].row.role != OL_ROLE_RET) continue;
    if (only != NULL) return NULL;
    only = &shape->fields[i];
  }
  return only;
}

static write_call write_begin(ol_job* job, const oli_step* step) {
  return (write_call){
    job, &job->arena, job->env->napi, {job->env, job->worker->name, OL_ROLE_RET, step, false}};
}

static napi_status write_top(ol_job* job, const oli_field* field, napi_value* result) {
  oli_step step = {NULL, field->row.name, 0};
  write_call call = write_begin(job, &step);
  return write_field(&call, field, job->state, result);
}

static napi_status write_all(ol_job* job, const oli_shape* shape, napi_value* result) {
  write_call call = write_begin(job, NULL);
  return write_object(&call, shape, OL_ROLE_RET, job->state, result);
}

/* Closers have no binding and no results. */
napi_status oli_write_results(ol_job* job, napi_value* result) {
  napi_env napi = job->env->napi;
  const oli_shape* shape = job->binding != NULL ? job->binding->shape : NULL;
  if (shape == NULL || oli_shape_count(shape, OL_ROLE_RET) == 0) {
    return napi_get_undefined(napi, result);
  }
  const oli_field* only = write_only_result(shape);
  napi_status status = only != NULL ? write_top(job, only, result) : write_all(job, shape, result);
  return oli_check(napi, status);
}

napi_status oli_write_item(ol_job* job, const oli_batch* batch, size_t index, napi_value* value) {
  write_call call = write_begin(job, NULL);
  call.arena = oli_batch_arena(batch, index);
  call.trail.role = OL_ROLE_MEMBER;
  const oli_field* only = oli_shape_only(batch->shape);
  oli_step step = {NULL, only == NULL ? NULL : only->row.name, 0};
  if (only != NULL) call.trail.last = &step;
  const char* record = oli_batch_record(batch, index);
  return oli_check(call.napi, write_shape(&call, batch->shape, record, value));
}

static napi_status write_argument(write_call* call, const oli_ask* ask, size_t index,
                                  napi_value* value) {
  const oli_field* field = &ask->shape.arguments->fields[index];
  oli_step function = {NULL, ask->function->name, 0};
  oli_step step = {&function, field->row.name, 0};
  call->trail.last = &step;
  return write_field(call, field, ask->given, value);
}

napi_status oli_write_arguments(ol_job* job, oli_ask* ask, napi_value* argv) {
  const oli_shape* shape = ask->shape.arguments;
  write_call call = write_begin(job, NULL);
  call.arena = &ask->args;
  call.trail.role = OL_ROLE_ARG;
  napi_status status = napi_ok;
  for (size_t i = 0; shape != NULL && i < shape->count && status == napi_ok; i++) {
    status = write_argument(&call, ask, i, &argv[i]);
  }
  return oli_check(call.napi, status);
}

napi_status oli_write_value(ol_job* job, const ol_value* value, napi_value* result) {
  oli_step step = {NULL, "detail", 0};
  write_call call = write_begin(job, &step);
  return oli_check(call.napi, write_variant(&call, value, result));
}
