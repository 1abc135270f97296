#include "staging.h"

#include <string.h>

#include "error.h"

/* Doubles: the largest batch of single numbers. */
enum { STAGING_LEN = 1024 };

/* ---- Shapes -------------------------------------------------------------------------------- */

/* Keys that are numbers would not keep their place in an object. */
static bool staging_takes(const oli_field* field) {
  const ol_field* row = &field->row;
  bool digit = row->name[0] >= '0' && row->name[0] <= '9';
  return row->type >= OL_TYPE_BOOL && row->type <= OL_TYPE_F64 && row->one_of == NULL &&
         !row->bigint && row->given == 0 && !digit;
}

size_t oli_staging_room(const oli_shape* shape) {
  for (size_t i = 0; i < shape->count; i++) {
    if (!staging_takes(&shape->fields[i])) return 0;
  }
  return shape->count == 0 ? 0 : STAGING_LEN / shape->count;
}

/* ---- Filling ------------------------------------------------------------------------------- */

static double staging_float(int type, const void* at) {
  float narrow;
  double number;
  if (type == OL_TYPE_F64) {
    memcpy(&number, at, sizeof number);
    return number;
  }
  memcpy(&narrow, at, sizeof narrow);
  return narrow;
}

/* False: past what is whole in JavaScript. */
static bool staging_integer(int type, const void* at, double* number) {
  uint64_t bits = oli_integer_load(type, at);
  bool negative = oli_is_signed(type) && (int64_t) bits < 0;
  uint64_t size = negative ? 0 - bits : bits;
  *number = negative ? -(double) size : (double) size;
  return size <= (uint64_t) OLI_WHOLE_MAX;
}

/* Any byte of a bool but 0 is taken for true. */
static bool staging_field(const oli_field* field, const char* record, double* number) {
  int type = field->row.type;
  const char* at = record + field->row.offset;
  if (oli_is_integer(type)) return staging_integer(type, at, number);
  *number = type == OL_TYPE_BOOL ? *at != 0 : staging_float(type, at);
  return true;
}

static bool staging_record(const oli_shape* shape, const char* record, double* numbers) {
  for (size_t i = 0; i < shape->count; i++) {
    if (!staging_field(&shape->fields[i], record, &numbers[i])) return false;
  }
  return true;
}

size_t oli_staging_fill(oli_env* env, const oli_batch* batch) {
  size_t filled = 0, width = batch->shape->count;
  while (filled < batch->len && staging_record(batch->shape, oli_batch_record(batch, filled),
                                               &env->staging[filled * width])) {
    filled++;
  }
  return filled;
}

/* ---- Natives ------------------------------------------------------------------------------- */

/* native.staging(): the Float64Array, made by this; asked for once. */
static napi_value staging_make(napi_env napi, napi_callback_info info) {
  oli_env* env;
  void* numbers = NULL;
  napi_value buffer, array = NULL;
  napi_status status = napi_get_cb_info(napi, info, NULL, NULL, NULL, (void**) &env);
  if (status != napi_ok) return NULL;
  status = napi_create_arraybuffer(napi, STAGING_LEN * sizeof(double), &numbers, &buffer);
  if (status == napi_ok) {
    status = napi_create_typedarray(napi, napi_float64_array, STAGING_LEN, buffer, 0, &array);
  }
  if (oli_check(napi, status) != napi_ok) return NULL;
  env->staging = numbers;
  return array;
}

napi_status oli_staging_natives(oli_env* env, napi_value native) {
  return oli_env_define(env, native, "staging", staging_make);
}
