/* A task that gives 17 or fails as told, and Fibonacci numbers of any length. */
#include <offloop.h>

typedef struct {
  ol_str fail;              /* why the task is to fail; empty: it is not */
  int32_t output, fallback; /* a fallback is given instead of the failure; 0: none */
} task_state;

static int task_perform(ol_job* job, void* state) {
  task_state* task = state;
  task->output = 17;
  return task->fail.len > 0 ? ol_fail(job, NULL, "%s", task->fail.data) : OL_OK;
}

/* On the loop, after success and failure alike: turns the output, or the error, into JavaScript. */
static napi_value task_complete(napi_env env, ol_job* job, void* state) {
  const task_state* task = state;
  napi_value value = NULL; /* stays so when the task was cancelled: the usual outcome */
  int status = ol_status(job);
  if (status == OL_OK) napi_create_int32(env, task->output, &value);
  if (status == OL_FAILED && task->fallback) napi_create_int32(env, task->fallback, &value);
  if (status == OL_FAILED && !task->fallback) napi_throw_error(env, NULL, task->fail.data);
  return value;
}

typedef struct {
  uint32_t n;
  ol_u64s number; /* in binary, the lowest 64 bits first */
} fibonacci_state;

static void add_to(uint64_t* sum, const uint64_t* other, size_t len) {
  for (size_t i = 0, carry = 0; i < len; i++) {
    uint64_t part = sum[i] + carry;
    sum[i] = part + other[i];
    carry = (part < carry) | (sum[i] < part);
  }
}

static int fibonacci_execute(ol_job* job, void* state) {
  fibonacci_state* fibonacci = state;
  size_t len = fibonacci->n / 92 + 2; /* every 92 steps add 64 bits, or a little less */
  uint64_t *even = ol_alloc(job, len * sizeof *even), *odd = ol_alloc(job, len * sizeof *odd);
  if (even == NULL || odd == NULL) return OL_NO_MEMORY;
  odd[0] = 1;
  for (uint32_t i = 0; i + 1 < fibonacci->n && !ol_stopped(job); i += 2) {
    add_to(even, odd, i / 92 + 2);
    add_to(odd, even, i / 92 + 2);
  }
  fibonacci->number = (ol_u64s){fibonacci->n % 2 ? odd : even, len};
  return ol_status(job);
}

static const ol_worker perform_async_task = {
  OL_WORKER("performAsyncTask", task_state, task_perform), .complete = task_complete,
  .fields = OL_FIELDS(OL_OPTION(task_state, fail), OL_OPTION(task_state, fallback))};
static const ol_worker fibonacci = {
  OL_WORKER("fibonacci", fibonacci_state, fibonacci_execute),
  .fields = OL_FIELDS(OL_ARG(fibonacci_state, n, .max = 1e7), OL_RET(fibonacci_state, number))};

OL_MODULE(&perform_async_task, &fibonacci)
