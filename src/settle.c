#include "settle.h"

#include "error.h"
#include "exclusive.h"
#include "function.h"
#include "handle.h"
#include "listener.h"
#include "news.h"
#include "stream.h"
#include "write.h"

/* Jobs that cross in one call; past this a call with so many arguments gains nothing. */
#define SETTLE_CHUNK 64

/* The time of the loop that settling may take in one turn. The clock is read once every few jobs,
 * because a result may be large. */
#define SETTLE_SLICE_NS 500000u
#define SETTLE_CLOCK_JOBS 8

/* Chunks that are settled before JavaScript may answer to them. What it does then is not seen from
 * here but by the clock, and belongs to the slice, too. */
#define SETTLE_ROUNDS 4

/* Nothing tells cheaply where a turn of the loop ends. Once this much time has passed since the
 * last one that is known, the next one is asked for, and from there on the slice counts. The longer
 * nothing had to wait for the next turn, the less often it is asked for: that is a turn more. */
#define SETTLE_NOTICE_MIN_NS 250000u
#define SETTLE_NOTICE_MAX_NS 750000u

/* ---- One job ------------------------------------------------------------------------------- */

/* Takes the pending exception, if there is one. A termination leaves no value. */
static bool settle_caught(napi_env napi, napi_value* thrown) {
  bool pending = false;
  if (napi_is_exception_pending(napi, &pending) != napi_ok || !pending) return false;
  return napi_get_and_clear_last_exception(napi, thrown) == napi_ok;
}

static enum oli_outcome settle_usual_kind(const ol_job* job) {
  int status = ol_status(job);
  if (status == OL_OK || status == OL_ENDED) return OLI_RESOLVED;
  return job->raised && status == OL_FAILED ? OLI_RAISED : OLI_FAILED;
}

static napi_status settle_usual_value(ol_job* job, enum oli_outcome outcome, napi_value* value) {
  switch (outcome) {
    case OLI_RESOLVED: return oli_write_results(job, value);
    case OLI_FAILED: return oli_describe_failure(job->env, job, value);
    default: return napi_get_undefined(job->env->napi, value);
  }
}

static enum oli_outcome settle_usual(ol_job* job, napi_value* value) {
  napi_env napi = job->env->napi;
  enum oli_outcome outcome = settle_usual_kind(job);
  if (oli_check(napi, settle_usual_value(job, outcome, value)) == napi_ok) return outcome;
  settle_caught(napi, value);
  oli_handle_take_back(job);
  return OLI_UNWRITTEN;
}

enum oli_outcome oli_settle_outcome(ol_job* job, napi_value* value) {
  napi_env napi = job->env->napi;
  *value = NULL;
  if (job->worker->complete != NULL) {
    *value = job->worker->complete(napi, job, job->state);
    if (settle_caught(napi, value)) return OLI_THROWN;
  }
  return *value != NULL ? OLI_RESOLVED : settle_usual(job, value);
}

/* ---- A chunk ------------------------------------------------------------------------------- */

typedef struct settle_chunk {
  napi_value argv[1 + 3 * SETTLE_CHUNK]; /* see oli_settle_tell; id, outcome, value of each */
  uint32_t ids[SETTLE_CHUNK];            /* to be free once the layer has been called */
  size_t argc, id_count;
  bool strict; /* it holds a job that wants to be alone, or that is the next one */
} settle_chunk;

/* A value that could not be made, because the engine stops, leaves the job unsettled. */
static void settle_add(settle_chunk* chunk, ol_job* job) {
  napi_env napi = job->env->napi;
  napi_value* argv = &chunk->argv[chunk->argc];
  enum oli_outcome outcome = oli_settle_outcome(job, &argv[2]);
  uint32_t id = oli_env_forget_job(job->env, job);
  chunk->ids[chunk->id_count++] = id;
  if (argv[2] == NULL || napi_create_uint32(napi, id, &argv[0]) != napi_ok ||
      napi_create_uint32(napi, (uint32_t) outcome, &argv[1]) != napi_ok) {
    return;
  }
  chunk->argc += 3;
}

/* False: its listener has to hear more first, in the next turn. */
static bool settle_job(settle_chunk* chunk, ol_job* job) {
  if (job->id != 0 && !oli_listener_tell(job)) return false;
  if (oli_stream_park(job)) return true;
  if (job->id != 0) settle_add(chunk, job);
  oli_env_free_job(job);
  return true;
}

static bool settle_slice_over(const oli_env* env) {
  return oli_now_ns() - env->turn.start_ns >= SETTLE_SLICE_NS;
}

static bool settle_next_is_strict(const oli_list* jobs) {
  return OLI_OF(jobs->head.next, ol_job, task.link)->worker->strict;
}

static bool settle_fill_on(const oli_env* env, settle_chunk* chunk, const oli_list* jobs,
                           size_t taken) {
  if (chunk->strict || oli_list_empty(jobs) || taken >= SETTLE_CHUNK) return false;
  chunk->strict = settle_next_is_strict(jobs);
  if (chunk->strict) return taken == 0;
  return taken == 0 || taken % SETTLE_CLOCK_JOBS != 0 || !settle_slice_over(env);
}

/* A job that has to wait is left in front. It keeps no others waiting, but those of serial handles,
 * which settle in their order. */
static void settle_fill(oli_env* env, settle_chunk* chunk, oli_list* jobs) {
  size_t taken = 0;
  oli_list waiting;
  bool serial_waits = false;
  oli_list_init(&waiting);
  while (settle_fill_on(env, chunk, jobs, taken)) {
    ol_job* job = oli_job_at(oli_list_shift(jobs));
    bool serial = job->turn != NULL;
    if (!(serial && serial_waits) && settle_job(chunk, job)) {
      taken++;
    } else {
      oli_list_push(&waiting, &job->task.link);
      serial_waits = serial_waits || serial;
    }
  }
  oli_list_append(&waiting, jobs);
  oli_list_append(jobs, &waiting);
}

/* Whatever still comes out of the layer is a fault of ours, which is told, or the end of what runs,
 * which is no throw: Node-API shows it as a null that is pending, and the layer catches those of
 * the user's. */
bool oli_settle_report(napi_env napi) {
  napi_value thrown = NULL;
  napi_valuetype type = napi_null;
  if (!settle_caught(napi, &thrown)) return false;
  if (thrown != NULL && napi_typeof(napi, thrown, &type) != napi_ok) return false;
  if (type != napi_null) napi_fatal_exception(napi, thrown);
  return type == napi_null;
}

/* An end that is not that of the environment is over once the layer has returned. */
void oli_settle_tell(oli_env* env, enum oli_layer_function which, size_t argc, napi_value* argv) {
  bool ended = false;
  do {
    if (napi_get_boolean(env->napi, ended, &argv[0]) != napi_ok) return;
    if (oli_env_call(env, which, argc, argv, NULL) == napi_ok) return;
    ended = oli_settle_report(env->napi);
  } while (ended && oli_env_alive(env));
}

/* True: the loop is to run what was brought about by this before anything else is settled. */
static bool settle_some(oli_env* env, oli_list* jobs) {
  settle_chunk chunk;
  napi_handle_scope scope;
  if (oli_list_empty(jobs)) return false;
  chunk.argc = 1;
  chunk.id_count = 0;
  chunk.strict = false;
  if (napi_open_handle_scope(env->napi, &scope) != napi_ok) return false;
  settle_fill(env, &chunk, jobs);
  if (chunk.argc > 1) oli_settle_tell(env, OLI_LAYER_SETTLE, chunk.argc, chunk.argv);
  while (chunk.id_count > 0) oli_env_free_id(env, chunk.ids[--chunk.id_count]);
  napi_close_handle_scope(env->napi, scope);
  return chunk.strict;
}

/* ---- A turn of the loop -------------------------------------------------------------------- */

static void settle_watch_turn(oli_env* env) {
  oli_turn* turn = &env->turn;
  uint64_t now = oli_now_ns();
  if (turn->ending || now - turn->start_ns < SETTLE_NOTICE_MIN_NS + turn->notice_ns) return;
  turn->start_ns = now;
  turn->ending = oli_env_end_turn(env);
}

bool oli_settle_turn_over(oli_env* env) {
  settle_watch_turn(env);
  return env->turn.ending && settle_slice_over(env);
}

static void settle_discard(oli_list* jobs) {
  oli_link* link;
  while ((link = oli_list_shift(jobs)) != NULL) {
    ol_job* job = oli_job_at(link);
    oli_stream_keep(job);
    if (job->id != 0) oli_env_free_id(job->env, oli_env_forget_job(job->env, job));
    oli_env_free_job(job);
  }
}

/* Jobs and records take turns: neither keeps the others waiting. What is left is settled in the
 * next turn of the loop, or, behind some rounds or a job that wants to be alone, by a wake-up: Node
 * runs nextTick and promise reactions between two of them. When the time is over the turn is spent
 * even where nothing is left: what the answers begin may be home before the loop has gone on. */
static void settle_all(oli_env* env, oli_list* jobs) {
  bool left = oli_stage_collect(env) || !oli_list_empty(jobs), over = false, pause = false;
  if (!left) return;
  for (int rounds = 1; left && !over && !pause; rounds++) {
    pause = settle_some(env, jobs) || rounds == SETTLE_ROUNDS;
    left = oli_stage_settle(env) || !oli_list_empty(jobs);
    settle_watch_turn(env);
    over = env->turn.ending && settle_slice_over(env);
  }
  env->turn.spent = over;
  oli_env_return_home(env, jobs);
  if (left && !over) oli_env_wake(env);
}

void oli_settle_failed(oli_env* env, uint32_t id, int why) {
  napi_value argv[4];
  napi_status status = napi_create_uint32(env->napi, id, &argv[1]);
  if (status == napi_ok) status = napi_create_uint32(env->napi, OLI_FAILED, &argv[2]);
  if (status == napi_ok) status = napi_create_int32(env->napi, why, &argv[3]);
  if (status == napi_ok) oli_settle_tell(env, OLI_LAYER_SETTLE, 4, argv);
}

/* Whose turn has come is told behind the jobs that were before it. */
void oli_settle(oli_env* env) {
  oli_list jobs;
  bool alive = oli_env_alive(env);
  if (alive && env->turn.spent) return;
  bool more = oli_env_take_home(env, &jobs);
  if (!alive) settle_discard(&jobs);
  if (alive && more) oli_news_deliver(env);
  if (alive && more) oli_function_deliver(env);
  if (alive) settle_all(env, &jobs);
  if (alive) oli_exclusive_deliver(env);
  if (alive) oli_berth_deliver(env);
}

void oli_settle_begin_turn(oli_env* env) {
  uint64_t notice_ns = 2 * env->turn.notice_ns + SETTLE_NOTICE_MIN_NS;
  if (notice_ns > SETTLE_NOTICE_MAX_NS) notice_ns = SETTLE_NOTICE_MAX_NS;
  env->turn = (oli_turn){.start_ns = oli_now_ns(), .notice_ns = env->turn.spent ? 0 : notice_ns};
}
