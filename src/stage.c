#include "stage.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "berth.h"
#include "env.h"
#include "error.h"
#include "seat.h"
#include "settle.h"

/* Answers that cross in one call. */
#define STAGE_CHUNK 256u

void oli_stage_init(oli_stage* stage) {
  oli_list_init(&stage->slabs);
  oli_list_init(&stage->seated);
  oli_arrivals_init(&stage->arrivals);
  oli_mutex_init(&stage->seats_lock);
}

void oli_stage_destroy(oli_stage* stage) {
  oli_mutex_destroy(&stage->seats_lock);
  free(stage->flats);
}

/* ---- Slabs --------------------------------------------------------------------------------- */

/* The uint32 pair in front of a call or an answer. */
typedef struct stage_head {
  uint32_t id, flat;
} stage_head;

static stage_head stage_head_at(const double* at) {
  stage_head head;
  memcpy(&head, at, sizeof head);
  return head;
}

/* Calls of the same worker that stand at [at], at most [most]. */
static uint32_t stage_run(const oli_binding* binding, const double* at, uint32_t most) {
  size_t step = 1 + binding->flat->arg_count;
  uint32_t flat = stage_head_at(at).flat, run = 1;
  while (run < most && stage_head_at(at + run * step).flat == flat) run++;
  return run;
}

static void stage_fill(oli_slab* slab, const double* at) {
  size_t args = slab->flat->arg_count;
  for (uint32_t i = 0; i < slab->count; i++, at += 1 + args) {
    oli_record* record = oli_slab_at(slab, i);
    record->id = stage_head_at(at).id;
    memcpy(record->slots, at + 1, args * sizeof(double));
  }
}

/* NULL: out of memory. */
static oli_slab* stage_new_slab(oli_binding* binding, const double* at, uint32_t count) {
  oli_slab* slab = oli_slab_new(binding->flat, count);
  if (slab == NULL) return NULL;
  slab->task.kind = &oli_seat_task_kind;
  slab->task.jobs = count;
  slab->worker = binding;
  slab->queued_ns = oli_now_ns();
  stage_fill(slab, at);
  oli_env_ref(binding->env);
  return slab;
}

static oli_berth* stage_berth(const oli_slab* slab) {
  return ((oli_binding*) slab->worker)->berth;
}

static void stage_drop(oli_slab* slab) {
  oli_link_remove(&slab->link);
  oli_seat_drop_slab(slab);
}

/* One record more is settled, or a job's by now. */
static void stage_count_off(oli_slab* slab) {
  if (--slab->unsettled == 0) stage_drop(slab);
}

/* A record becomes a job that says why it cannot run. */
static void stage_refuse(oli_env* env, oli_record* record, enum oli_pool_pushed pushed) {
  oli_slab* slab = oli_slab_of(record);
  ol_job* job = oli_env_new_job(slab->worker);
  if (job == NULL) {
    record->run_us = OLI_RECORD_NO_MEMORY;
    if (oli_arrivals_push(&env->stage.arrivals, record)) oli_env_wake(env);
    return;
  }
  job->submitted = job->accepted = job->seated = true;
  job->id = OLI_STAGE_ID | record->id;
  stage_count_off(slab);
  oli_berth_refuse(job, pushed);
}

void oli_stage_refuse(oli_slab* slab, enum oli_pool_pushed pushed) {
  oli_env* env = ((oli_binding*) slab->worker)->env;
  oli_record* record;
  while ((record = oli_slab_claim(slab)) != NULL) stage_refuse(env, record, pushed);
}

/* The queue's reference comes first: its threads may be through before the push returns. */
static void stage_push(oli_env* env, oli_slab* slab) {
  oli_slab_ref(slab);
  oli_list_push(&env->stage.slabs, &slab->link);
  oli_env_keep_loop(env, slab->count);
  enum oli_pool_pushed pushed = oli_berth_push_task(stage_berth(slab), &slab->task);
  if (pushed == OLI_POOL_PUSHED) return;
  oli_stage_refuse(slab, pushed);
  oli_seat_drop_slab(slab);
}

/* How many of [count] calls were taken; less where memory is wanting. */
static uint32_t stage_take(oli_env* env, uint32_t count) {
  const double* at = env->stage.calls;
  uint32_t taken = 0;
  while (taken < count) {
    oli_binding* binding = env->stage.flats[stage_head_at(at).flat];
    uint32_t run = stage_run(binding, at, count - taken);
    oli_slab* slab = stage_new_slab(binding, at, run);
    if (slab == NULL) break;
    stage_push(env, slab);
    at += run * (1 + binding->flat->arg_count);
    taken += run;
  }
  return taken;
}

/* native.flush(count): the calls that were staged begin. Gives how many of them, from the first on;
 * no others will. */
static napi_value stage_flush(napi_env napi, napi_callback_info info) {
  napi_value argv[1], taken = NULL;
  size_t argc = 1;
  uint32_t count;
  oli_env* env;
  napi_status status = napi_get_cb_info(napi, info, &argc, argv, NULL, (void**) &env);
  if (status == napi_ok) status = napi_get_value_uint32(napi, argv[0], &count);
  if (status == napi_ok) status = napi_create_uint32(napi, stage_take(env, count), &taken);
  return oli_check(napi, status) == napi_ok ? taken : NULL;
}

/* ---- Settling ------------------------------------------------------------------------------ */

bool oli_stage_collect(oli_env* env) {
  oli_stage* stage = &env->stage;
  oli_record* last;
  oli_record* arrived = oli_arrivals_take(&stage->arrivals, &last);
  if (arrived == NULL) return stage->first != NULL;
  if (stage->first == NULL) {
    stage->first = arrived;
  } else {
    stage->last->next = arrived;
  }
  stage->last = last;
  return true;
}

static oli_record* stage_shift(oli_stage* stage) {
  oli_record* record = stage->first;
  stage->first = record->next;
  return record;
}

static void stage_tally(const oli_slab* slab, const oli_record* record) {
  uint64_t took_ns = (uint64_t) (record->run_us * 1000);
  oli_tally_settle_run(&stage_berth(slab)->tally, OLI_TALLY_DONE,
                       (oli_tally_times){(uint64_t) (record->wait_us * 1000), took_ns, took_ns});
}

/* Copies an answer, and lets go of its record. The number of doubles. */
static size_t stage_write(oli_record* record, double* at) {
  oli_slab* slab = oli_slab_of(record);
  size_t rets = slab->flat->ret_count;
  stage_head head = {record->id, 0};
  memcpy(at, &head, sizeof head);
  memcpy(at + 1, record->slots, rets * sizeof(double));
  stage_tally(slab, record);
  stage_count_off(slab);
  return 1 + rets;
}

/* One without an answer. */
static void stage_settle_odd(oli_env* env, oli_record* record) {
  oli_slab* slab = oli_slab_of(record);
  if (record->run_us == OLI_RECORD_NO_MEMORY) {
    oli_settle_failed(env, OLI_STAGE_ID | record->id, OL_NO_MEMORY);
    oli_tally_settle(&stage_berth(slab)->tally, OLI_TALLY_FAILED);
    oli_env_keep_loop(env, -1);
  }
  stage_count_off(slab);
}

static void stage_call(oli_env* env, uint32_t count) {
  napi_value argv[2];
  if (napi_create_uint32(env->napi, count, &argv[1]) != napi_ok) return;
  oli_settle_tell(env, OLI_LAYER_SETTLE_FLAT, 2, argv);
}

static bool stage_is_odd(const oli_record* record) {
  return record->run_us < 0;
}

static uint32_t stage_write_some(oli_stage* stage) {
  uint32_t count = 0;
  double *at = stage->answers, *end = at + OLI_STAGE_PART - OLI_FLAT_MAX;
  while (stage->first != NULL && !stage_is_odd(stage->first) && count < STAGE_CHUNK && at < end) {
    at += stage_write(stage_shift(stage), at);
    count++;
  }
  return count;
}

bool oli_stage_settle(oli_env* env) {
  oli_stage* stage = &env->stage;
  napi_handle_scope scope;
  if (stage->first == NULL) return false;
  if (napi_open_handle_scope(env->napi, &scope) != napi_ok) return false;
  uint32_t count = stage_write_some(stage);
  if (count > 0) {
    stage_call(env, count);
    oli_env_keep_loop(env, -(ptrdiff_t) count);
  } else {
    stage_settle_odd(env, stage_shift(stage));
  }
  napi_close_handle_scope(env->napi, scope);
  return stage->first != NULL;
}

size_t oli_stage_queued(const oli_berth* berth) {
  const oli_list* slabs = &berth->env->stage.slabs;
  size_t queued = 0;
  for (const oli_link* link = slabs->head.next; link != &slabs->head; link = link->next) {
    oli_slab* slab = OLI_OF(link, oli_slab, link);
    if (stage_berth(slab) == berth) queued += oli_slab_left(slab);
  }
  return queued;
}

void oli_stage_end(oli_env* env) {
  oli_link* link;
  while ((link = oli_list_shift(&env->stage.slabs)) != NULL) {
    oli_slab* slab = OLI_OF(link, oli_slab, link);
    oli_slab_cut(slab);
    if (oli_berth_remove_task(stage_berth(slab), &slab->task)) oli_seat_drop_slab(slab);
    oli_seat_drop_slab(slab);
  }
}

/* ---- What the layer has to know ------------------------------------------------------------ */

/* How the layer checks an argument. What it does not take, be it right or wrong, goes the general
 * way. */
enum stage_check { STAGE_NUMBER, STAGE_WITHIN, STAGE_WHOLE, STAGE_BOOL };

static enum stage_check stage_check_of(const oli_field* field, double* low, double* high) {
  *low = fmax(field->low, -OLI_WHOLE_MAX);
  *high = fmin(field->high, OLI_WHOLE_MAX);
  if (field->row.type == OL_TYPE_BOOL) return STAGE_BOOL;
  if (oli_is_integer(field->row.type)) return STAGE_WHOLE;
  if (field->row.type == OL_TYPE_F64 && !field->bounded) return STAGE_NUMBER;
  *low = field->bounded ? field->low : -FLT_MAX;
  *high = field->bounded ? field->high : FLT_MAX;
  return STAGE_WITHIN;
}

static napi_status stage_describe_arg(napi_env napi, const oli_field* field, napi_value argv[3]) {
  double low, high;
  uint32_t check = stage_check_of(field, &low, &high);
  napi_status status = napi_create_uint32(napi, check, &argv[0]);
  if (status == napi_ok) status = napi_create_double(napi, low, &argv[1]);
  if (status == napi_ok) status = napi_create_double(napi, high, &argv[2]);
  return status;
}

static napi_status stage_describe_ret(napi_env napi, const oli_field* field, napi_value argv[2]) {
  const char* name = field->row.name;
  napi_status status = napi_create_string_utf8(napi, name, NAPI_AUTO_LENGTH, &argv[0]);
  if (status != napi_ok) return status;
  return napi_get_boolean(napi, field->row.type == OL_TYPE_BOOL, &argv[1]);
}

/* (name of a member, whether it is a boolean, ...) */
napi_status oli_stage_make_reader(oli_env* env, const oli_flat* flat, napi_value* reader) {
  napi_value argv[2 * OLI_FLAT_MAX];
  napi_status status = napi_ok;
  for (size_t i = 0; i < flat->ret_count && status == napi_ok; i++) {
    status = stage_describe_ret(env->napi, oli_flat_rets(flat)[i].field, &argv[2 * i]);
  }
  if (status != napi_ok) return status;
  return oli_env_call(env, OLI_LAYER_MAKE_READER, 2 * flat->ret_count, argv, reader);
}

/* (name, number, reader, check, low, high, ...) */
static napi_status stage_describe(const oli_binding* binding, uint32_t number, napi_value* flat) {
  napi_env napi = binding->env->napi;
  napi_value argv[3 + 3 * OLI_FLAT_MAX];
  const oli_flat* of = binding->flat;
  napi_status status =
    napi_create_string_utf8(napi, binding->worker.name, NAPI_AUTO_LENGTH, &argv[0]);
  if (status == napi_ok) status = napi_create_uint32(napi, number, &argv[1]);
  if (status == napi_ok) status = oli_stage_make_reader(binding->env, of, &argv[2]);
  for (size_t i = 0; i < of->arg_count && status == napi_ok; i++) {
    status = stage_describe_arg(napi, of->members[i].field, &argv[3 + 3 * i]);
  }
  if (status != napi_ok) return status;
  return oli_env_call(binding->env, OLI_LAYER_MAKE_FLAT, 3 + 3 * of->arg_count, argv, flat);
}

/* False: out of memory. */
static bool stage_add_flat(oli_stage* stage, oli_binding* binding) {
  size_t size = (stage->flat_count + 1) * sizeof(*stage->flats);
  oli_binding** flats = realloc(stage->flats, size);
  if (flats == NULL) return false;
  stage->flats = flats;
  flats[stage->flat_count++] = binding;
  return true;
}

napi_status oli_stage_describe(oli_binding* binding, napi_value* flat) {
  oli_stage* stage = &binding->env->stage;
  bool staged = binding->flat != NULL && stage_add_flat(stage, binding);
  if (!staged) return napi_get_undefined(binding->env->napi, flat);
  return stage_describe(binding, stage->flat_count - 1, flat);
}

napi_status oli_stage_natives(oli_env* env, napi_value native) {
  napi_value memory;
  void* data;
  size_t size = 3 * OLI_STAGE_PART * sizeof(double);
  napi_status status = napi_create_arraybuffer(env->napi, size, &data, &memory);
  if (status == napi_ok) status = napi_create_reference(env->napi, memory, 1, &env->stage.memory);
  if (status == napi_ok) status = napi_set_named_property(env->napi, native, "stage", memory);
  if (status != napi_ok) return status;
  env->stage.calls = data;
  env->stage.answers = env->stage.calls + OLI_STAGE_PART;
  env->stage.items = env->stage.answers + OLI_STAGE_PART;
  return oli_env_define(env, native, "flush", stage_flush);
}
