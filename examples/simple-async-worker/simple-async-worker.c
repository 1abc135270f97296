/* A worker that "works" for some seconds, started by a function of its own that answers at once. */
#include <offloop.h>
#include <stdio.h>

typedef struct {
  int32_t seconds, second_ms;
  ol_str message;
} work_state;

/* Runs on a thread of the pool. Work of four seconds shows what a failure looks like. */
static int work_execute(ol_job* job, void* state) {
  work_state* work = state;
  for (int32_t second = 0; second < work->seconds; second++) {
    int status = ol_sleep(job, work->second_ms);
    if (status != OL_OK) return status; /* told to stop */
  }
  if (work->seconds == 4) return ol_fail(job, NULL, "Oops! Failed after 'working' 4 seconds.");
  return ol_str_printf(job, &work->message,
                       "SimpleAsyncWorker returning after 'working' %d seconds.", work->seconds);
}

static const ol_worker simple_async_worker = {
  OL_WORKER("SimpleAsyncWorker", work_state, work_execute),
  .fields = OL_FIELDS(OL_RET(work_state, message)),
};

static bool read_count(napi_env env, napi_value value, int32_t* count) {
  double number; /* tells 2.5 and 1e12, which are converted to some int32_t, from whole numbers */
  return napi_get_value_int32(env, value, count) == napi_ok && *count >= 0 &&
         napi_get_value_double(env, value, &number) == napi_ok && number == *count;
}

static napi_value refuse(napi_env env, const char* why) {
  napi_throw_type_error(env, "ERR_INVALID_ARG_VALUE", why);
  return NULL;
}

/* runSimpleAsyncWorker(seconds, callback, secondMs): the last says how long a second takes. */
static napi_value run(napi_env env, napi_callback_info info) {
  napi_value args[3], result;
  napi_valuetype type = napi_undefined;
  size_t count = 3;
  char text[64];
  work_state work = {.second_ms = 1000};
  napi_get_cb_info(env, info, &count, args, NULL, NULL);
  napi_typeof(env, args[1], &type);
  bool valid = read_count(env, args[0], &work.seconds) &&
               (count < 3 || read_count(env, args[2], &work.second_ms));
  if (!valid) return refuse(env, "seconds and secondMs must be whole numbers, 0 or more");
  if (type != napi_function) return refuse(env, "callback must be a function");
  if (ol_start(env, &simple_async_worker, &work, NULL, args[1], &result) != napi_ok) return NULL;
  snprintf(text, sizeof text, "SimpleAsyncWorker for %d seconds queued.", work.seconds);
  return napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &result) == napi_ok ? result : NULL;
}

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  napi_property_descriptor function = {.utf8name = "runSimpleAsyncWorker", .method = run};
  return napi_define_properties(env, exports, 1, &function) == napi_ok ? exports : NULL;
}
