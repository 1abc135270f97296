/* A Node-API function of the author's own that starts jobs by ol_start. */
#include <offloop.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_int prepared, executed, destroyed;

/* The state owns memory, so that one which is destroyed twice, or never, is found by tools too. */
typedef struct sum_state {
  double* numbers;
  uint32_t len;
  double sum;
} sum_state;

static int sum_prepare(napi_env env, ol_job* job, void* state) {
  (void) env;
  (void) job;
  (void) state;
  atomic_fetch_add(&prepared, 1);
  return OL_FAILED;
}

static int sum_execute(ol_job* job, void* state) {
  sum_state* s = state;
  atomic_fetch_add(&executed, 1);
  for (uint32_t i = 0; i < s->len; i++) s->sum += s->numbers[i];
  if (s->sum < 0) return ol_fail(job, "ERR_NEGATIVE", "a sum of %g", s->sum);
  return OL_OK;
}

static void sum_destroy(void* state) {
  sum_state* s = state;
  free(s->numbers);
  atomic_fetch_add(&destroyed, 1);
}

#define SUM OL_WORKER("sum", sum_state, sum_execute), .prepare = sum_prepare, .destroy = sum_destroy

static const ol_worker sum = {SUM, .fields = OL_FIELDS(OL_RET(sum_state, sum))};
static const ol_worker tell_sum = {SUM, .fields = OL_FIELDS(OL_RET(sum_state, sum)),
                                   .callback = OL_CALLBACK_RESULT};
static const ol_worker brief_sum = {SUM, .fields = OL_FIELDS(OL_RET(sum_state, sum)),
                                    .timeout_ms = 3600000};

/* A table that cannot work: the state is too small for its field. */
static const ol_worker no_sum = {
  .kind = OL_TABLE_WORKER,
  .table_size = sizeof(ol_worker),
  .field_size = sizeof(ol_field),
  .name = "noSum",
  .state_size = 1,
  .execute = sum_execute,
  .destroy = sum_destroy,
  .fields = OL_FIELDS(OL_RET(sum_state, sum)),
};

/* A stream of the numbers, whose result is their sum. */
static int numbers_execute(ol_job* job, void* state) {
  sum_state* s = state;
  int status = OL_OK;
  for (uint32_t i = 0; i < s->len && status == OL_OK; i++) status = ol_emit(job, &s->numbers[i]);
  return status == OL_OK ? sum_execute(job, state) : status;
}

static const ol_worker numbers = {
  OL_WORKER("numbers", sum_state, numbers_execute), .prepare = sum_prepare, .destroy = sum_destroy,
  .fields = OL_FIELDS(OL_RET(sum_state, sum)),      .item = OL_OF(double),
};

static const ol_worker no_kind = {.name = "noKind",
                                  .state_size = sizeof(sum_state),
                                  .execute = sum_execute,
                                  .destroy = sum_destroy};

static const ol_worker* const workers[] = {&sum,    &tell_sum, &brief_sum,
                                           &no_sum, &numbers,  &no_kind};

/* ---- start(which, numbers, options, callback) ----------------------------------------------- */

static double* start_copy(napi_env env, napi_value array, uint32_t* len) {
  napi_get_array_length(env, array, len);
  double* numbers = calloc(*len + 1, sizeof(double));
  for (uint32_t i = 0; i < *len; i++) {
    napi_value element;
    napi_get_element(env, array, i, &element);
    napi_get_value_double(env, element, &numbers[i]);
  }
  return numbers;
}

/* What is undefined in JavaScript is NULL for ol_start. */
static napi_value start_given(napi_env env, napi_value value) {
  napi_valuetype type;
  return napi_typeof(env, value, &type) == napi_ok && type != napi_undefined ? value : NULL;
}

/* The state on this stack is overwritten at once: ol_start has moved it. */
static napi_value start(napi_env env, napi_callback_info info) {
  napi_value argv[4], result = NULL;
  size_t argc = 4;
  uint32_t which = 0;
  sum_state state = {0};
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  napi_get_value_uint32(env, argv[0], &which);
  state.numbers = start_copy(env, argv[1], &state.len);
  napi_status status = ol_start(env, workers[which], &state, start_given(env, argv[2]),
                                start_given(env, argv[3]), &result);
  memset(&state, 0xee, sizeof state);
  return status == napi_ok ? result : NULL;
}

/* ---- counts() ------------------------------------------------------------------------------- */

typedef struct counts_state {
  int32_t prepared, executed, destroyed;
} counts_state;

static int counts_execute(ol_job* job, void* state) {
  counts_state* s = state;
  (void) job;
  *s = (counts_state){atomic_load(&prepared), atomic_load(&executed), atomic_load(&destroyed)};
  return OL_OK;
}

static const ol_worker counts = {
  OL_WORKER("counts", counts_state, counts_execute),
  .fields = OL_FIELDS(OL_RET(counts_state, prepared), OL_RET(counts_state, executed),
                      OL_RET(counts_state, destroyed)),
};

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  static const void* const tables[] = {&counts, NULL};
  napi_value function;
  napi_create_function(env, "start", NAPI_AUTO_LENGTH, start, NULL, &function);
  napi_set_named_property(env, exports, "start", function);
  return ol_export(env, exports, tables) == napi_ok ? exports : NULL;
}
