/* The kinds of jobs: what each reads, runs and gives. */
#include <stdlib.h>

#include "hand.h"
#include "work.h"

#define LEN(ARRAY) (sizeof(ARRAY) / sizeof((ARRAY)[0]))

static bool jobs_refuse(napi_env env, const char* message) {
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message);
  return false;
}

typedef struct {
  hand_job job;
  double a, b, sum;
} add_job;

static bool add_read(napi_env env, const napi_value* argv, hand_job* job) {
  add_job* self = (add_job*) job;
  return (napi_get_value_double(env, argv[0], &self->a) == napi_ok &&
          napi_get_value_double(env, argv[1], &self->b) == napi_ok) ||
         jobs_refuse(env, "add takes two numbers");
}

static void add_run(hand_job* job) {
  add_job* self = (add_job*) job;
  self->sum = self->a + self->b;
}

static napi_status add_write(napi_env env, const hand_job* job, napi_value* result) {
  return napi_create_double(env, ((const add_job*) job)->sum, result);
}

typedef struct {
  hand_job job;
  char* text;
  size_t len;
} upper_job;

static bool upper_read(napi_env env, const napi_value* argv, hand_job* job) {
  upper_job* self = (upper_job*) job;
  if (napi_get_value_string_utf8(env, argv[0], NULL, 0, &self->len) != napi_ok)
    return jobs_refuse(env, "upper takes a string");
  self->text = malloc(self->len + 1);
  if (self->text == NULL) {
    napi_throw_error(env, "ERR_MEMORY_ALLOCATION_FAILED", "out of memory");
    return false;
  }
  if (napi_get_value_string_utf8(env, argv[0], self->text, self->len + 1, NULL) == napi_ok)
    return true;
  hand_throw_last(env);
  return false;
}

static void upper_run(hand_job* job) {
  upper_job* self = (upper_job*) job;
  work_upper(self->text, self->len, self->text);
}

static napi_status upper_write(napi_env env, const hand_job* job, napi_value* result) {
  const upper_job* self = (const upper_job*) job;
  return napi_create_string_utf8(env, self->text, self->len, result);
}

static void upper_clear(napi_env env, hand_job* job) {
  (void) env;
  free(((upper_job*) job)->text);
}

/* Reads the Buffer where it is; the reference keeps it meanwhile. */
typedef struct {
  hand_job job;
  napi_ref buffer;
  void* bytes;
  size_t len;
  double sum;
} sum_job;

static bool sum_read(napi_env env, const napi_value* argv, hand_job* job) {
  sum_job* self = (sum_job*) job;
  bool is_buffer = false;
  if (napi_is_buffer(env, argv[0], &is_buffer) != napi_ok || !is_buffer)
    return jobs_refuse(env, "sum takes a Buffer");
  if (napi_get_buffer_info(env, argv[0], &self->bytes, &self->len) == napi_ok &&
      napi_create_reference(env, argv[0], 1, &self->buffer) == napi_ok) {
    return true;
  }
  hand_throw_last(env);
  return false;
}

static void sum_run(hand_job* job) {
  sum_job* self = (sum_job*) job;
  self->sum = work_sum(self->bytes, self->len);
}

static napi_status sum_write(napi_env env, const hand_job* job, napi_value* result) {
  return napi_create_double(env, ((const sum_job*) job)->sum, result);
}

static void sum_clear(napi_env env, hand_job* job) {
  sum_job* self = (sum_job*) job;
  if (self->buffer != NULL) napi_delete_reference(env, self->buffer);
}

typedef struct {
  hand_job job;
  uint32_t ms;
} time_job;

static bool time_read(napi_env env, const napi_value* argv, hand_job* job) {
  time_job* self = (time_job*) job;
  return napi_get_value_uint32(env, argv[0], &self->ms) == napi_ok ||
         jobs_refuse(env, "the time is a number of milliseconds");
}

static void nap_run(hand_job* job) {
  work_nap(((time_job*) job)->ms);
}

static void spin_run(hand_job* job) {
  work_spin(((time_job*) job)->ms);
}

static napi_status time_write(napi_env env, const hand_job* job, napi_value* result) {
  (void) job;
  return napi_get_undefined(env, result);
}

const hand_kind hand_kinds[] = {
  {"add", sizeof(add_job), 2, add_read, add_run, add_write, NULL},
  {"upper", sizeof(upper_job), 1, upper_read, upper_run, upper_write, upper_clear},
  {"sum", sizeof(sum_job), 1, sum_read, sum_run, sum_write, sum_clear},
  {"nap", sizeof(time_job), 1, time_read, nap_run, time_write, NULL},
  {"spin", sizeof(time_job), 1, time_read, spin_run, time_write, NULL},
};

const size_t hand_kinds_len = LEN(hand_kinds);
