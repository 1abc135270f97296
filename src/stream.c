/* stream.c: see stream.h for the states.
 *
 * No wake-up is lost: a take that finds nothing leaves the channel wanting, under the channel's
 * lock; the put or stop that ends that lists the job among those with news (news.h). A take that is
 * put off to the next turn lists it itself. The end of the job needs none: it comes home by the way
 * of all jobs. */
#include "stream.h"

#include <stdlib.h>

#include "call.h"
#include "error.h"
#include "mailbox.h"
#include "news.h"
#include "settle.h"
#include "write.h"

#define STREAM_HIGH_WATER 256u

/* Items of a batch: a reader that needs a whole slice for a few gets few. */
#define STREAM_TAKE_MIN 8u
#define STREAM_TAKE_MAX 1024u

/* ---- News ---------------------------------------------------------------------------------- */

/* The notify of channel and mailbox. [any] */
static void stream_notify(void* job) {
  oli_news_tell(job, OLI_NEWS_ITEMS);
}

void ol_started(ol_job* job) {
  if (job->stream != NULL) oli_news_tell(job, OLI_NEWS_STARTED);
}

/* ---- Life ---------------------------------------------------------------------------------- */

static oli_channel_limits stream_limits(const ol_worker* worker) {
  uint32_t items = worker->high_water;
  return (oli_channel_limits){
    .items = items == 0             ? STREAM_HIGH_WATER
             : items == OL_NO_LIMIT ? SIZE_MAX
                                    : items,
    .bytes = worker->high_water_bytes,
    .on_full = worker->on_full,
  };
}

/* Not more than half of what may be behind, so that the job goes on while a batch is read; nor than
 * finds room on the stage. */
static size_t stream_take_limit(const oli_binding* binding) {
  const oli_flat* flat = binding->flat_item;
  size_t most = stream_limits(&binding->worker).items / 2;
  size_t room = flat == NULL ? STREAM_TAKE_MAX : OLI_STAGE_PART / flat->ret_count;
  if (most > room) most = room;
  if (most > STREAM_TAKE_MAX) most = STREAM_TAKE_MAX;
  return most < 1 ? 1 : most;
}

static bool stream_open_items(ol_job* job) {
  const oli_shape* item = job->binding->item;
  if (item == NULL) return true;
  job->stream->take_limit = stream_take_limit(job->binding);
  job->stream->items = oli_channel_new(item, stream_limits(job->worker), stream_notify, job);
  return job->stream->items != NULL;
}

static bool stream_open_mailbox(ol_job* job) {
  const oli_shape* message = job->binding->message;
  return message == NULL || oli_mailbox_open(job, message, stream_notify, job);
}

bool oli_stream_open(ol_job* job) {
  oli_stream* stream = oli_arena_alloc(&job->arena, sizeof *stream);
  if (stream == NULL) return false;
  stream->job = job;
  stream->take_max = STREAM_TAKE_MIN;
  job->stream = stream;
  return stream_open_items(job) && stream_open_mailbox(job);
}

void oli_stream_on_wait(ol_job* job, void (*pause)(void* job), void (*resume)(void* job)) {
  oli_channel* items = job->stream->items;
  if (items != NULL) oli_channel_on_wait(items, pause, resume, job);
  if (job->mailbox != NULL) oli_channel_on_wait(job->mailbox->messages, pause, resume, job);
}

static void stream_cut(oli_stream* stream, int why) {
  if (stream->items != NULL) oli_channel_cut(stream->items, why);
}

/* How many items JavaScript has not used up. */
static size_t stream_behind(const oli_stream* stream) {
  return stream->items == NULL ? 0 : oli_channel_behind(stream->items);
}

/* Items that were taken are not needed any more. */
static void stream_use(oli_stream* stream, size_t count) {
  oli_batch none;
  if (stream->items != NULL) oli_channel_take(stream->items, count, 0, &none);
}

/* Nobody reads what is queued, nor what was taken. */
static void stream_abandon(oli_stream* stream, int why) {
  stream_cut(stream, why);
  stream_use(stream, SIZE_MAX);
}

static uint64_t stream_dropped(const oli_stream* stream) {
  return stream->items == NULL ? 0 : oli_channel_dropped(stream->items);
}

/* Cancelled or closed, nobody wants what is queued; after a failure, a deadline or an end it is
 * still to be read. */
void oli_stream_told(ol_job* job, int why) {
  oli_stream* stream = job->stream;
  if (stream == NULL) return;
  bool stopped = ol_stopped(job) == why; /* and it may be over meanwhile */
  if (stopped && (why == OL_CANCELLED || why == OL_CLOSED)) {
    stream_cut(stream, why);
  } else if (stream->items != NULL) {
    oli_channel_stop(stream->items, why);
  }
  oli_mailbox_told(job, why);
}

/* Nobody puts or stops any more: the job is over, or never ran. */
void oli_stream_free(ol_job* job) {
  oli_stream* stream = job->stream;
  if (stream == NULL) return;
  if (stream->items != NULL) oli_channel_free(stream->items);
  oli_mailbox_free(job);
  job->stream = NULL;
}

/* ---- Emitting ------------------------------------------------------------------------------ */

static int stream_put(ol_job* job, const void* item, uint64_t due_ns) {
  if (job->stream == NULL || job->stream->items == NULL || item == NULL) return OL_INVALID;
  return oli_channel_put(job->stream->items, item, &job->arena, &job->lock, due_ns);
}

/* The loop's own thread must not wait: it is the reader. */
int ol_emit(ol_job* job, const void* item) {
  bool on_loop = oli_thread_self() == job->env->thread;
  return stream_put(job, item, on_loop ? 0 : UINT64_MAX);
}

int ol_try_emit(ol_job* job, const void* item) {
  return stream_put(job, item, 0);
}

/* ---- Coming home --------------------------------------------------------------------------- */

static void stream_keep(oli_stream* stream, bool kept) {
  if (stream->kept == kept) return;
  stream->kept = kept;
  oli_env_keep_loop(stream->job->env, kept ? 1 : -1);
}

void oli_stream_begin(ol_job* job) {
  job->stream->kept = true; /* by its name */
  if (job->mailbox != NULL) {
    oli_env_submit(job);
  } else {
    job->stream->lazy = true;
    stream_keep(job->stream, false);
  }
}

/* Runs no JavaScript of the user's but what the layer's promises do later. */
static napi_status stream_call(oli_stream* stream, enum oli_stream_event which, napi_value value) {
  oli_env* env = stream->job->env;
  napi_value argv[3] = {NULL, NULL, value};
  napi_status status = napi_create_uint32(env->napi, stream->job->id, &argv[0]);
  if (status == napi_ok) status = napi_create_uint32(env->napi, (uint32_t) which, &argv[1]);
  if (status != napi_ok) return status;
  return oli_env_call(env, OLI_LAYER_STREAM_EVENT, value == NULL ? 2 : 3, argv, NULL);
}

static void stream_tell(oli_stream* stream, enum oli_stream_event which, napi_value value) {
  stream_call(stream, which, value);
  oli_settle_report(stream->job->env->napi);
}

/* Within a call of the user's, whose stack may have come to its end: the loop tells it then. */
static void stream_tell_cut(oli_stream* stream) {
  napi_value ignored;
  if (stream_call(stream, OLI_STREAM_CUT, NULL) == napi_ok) return;
  napi_get_and_clear_last_exception(stream->job->env->napi, &ignored);
  oli_news_tell(stream->job, OLI_NEWS_CUT);
}

/* Before the end of the stream, which happened for this reason. */
static void stream_tell_fault(oli_stream* stream) {
  napi_value thrown;
  napi_env napi = stream->job->env->napi;
  if (stream->fault == NULL) return;
  if (napi_get_reference_value(napi, stream->fault, &thrown) == napi_ok && thrown != NULL) {
    stream_tell(stream, OLI_STREAM_BROKEN, thrown);
  }
  napi_delete_reference(napi, stream->fault);
  stream->fault = NULL;
}

static void stream_tell_dropped(oli_stream* stream) {
  napi_value dropped;
  uint64_t count = stream_dropped(stream);
  if (count == 0) return;
  if (napi_create_double(stream->job->env->napi, (double) count, &dropped) == napi_ok) {
    stream_tell(stream, OLI_STREAM_DROPPED, dropped);
  }
}

void oli_stream_keep(ol_job* job) {
  if (job->stream != NULL) stream_keep(job->stream, true);
}

/* A job that C has cancelled is not read, either, and the one that was cut has not ended well. */
static bool stream_is_cut(const oli_stream* stream) {
  ol_job* job = stream->job;
  int status = ol_status(job);
  bool good = status == OL_OK || status == OL_ENDED;
  if (stream->cut == OL_OK) return status == OL_CANCELLED || status == OL_CLOSED;
  if (good && stream->cut != OL_ENDED) atomic_store(&job->status, stream->cut);
  return true;
}

bool oli_stream_park(ol_job* job) {
  oli_stream* stream = job->stream;
  if (stream == NULL || job->id == 0) return false;
  stream->parked = !stream_is_cut(stream) && stream_behind(stream) > 0;
  if (stream->parked) {
    stream_tell(stream, OLI_STREAM_OVER, NULL);
    return true; /* also where the layer has read the items at once, and it is home again */
  }
  stream_tell_fault(stream);
  stream_tell_dropped(stream);
  oli_stream_keep(job);
  return false;
}

static void stream_unpark(oli_stream* stream) {
  stream->parked = false;
  oli_env_bring_again(stream->job);
}

void oli_stream_finish(ol_job* job) {
  oli_stream* stream = job->stream;
  if (stream == NULL) return;
  if (stream->lazy) {
    stream->lazy = false;
    oli_job_skip(job);
    job->kind->home(job);
  } else if (stream->parked) {
    stream_abandon(stream, OL_CLOSED);
    stream_unpark(stream);
  }
}

static bool stream_uses(const ol_job* job, const oli_handle* handle) {
  for (const oli_use* use = job->uses; use != NULL; use = use->next) {
    const oli_handle* used = use->handle;
    while (used != NULL && used != handle) used = used->parent;
    if (used != NULL) return true;
  }
  return false;
}

int oli_stream_stop(ol_job* job, int why) {
  oli_stream* stream = job->stream;
  int before = oli_job_stop(job, why);
  if (stream == NULL) return before;
  bool unread = before != OL_CLOSED || stream_behind(stream) > 0;
  if (unread && stream->cut == OL_OK) stream->cut = why;
  stream_abandon(stream, why);
  stream_tell_cut(stream);
  oli_stream_finish(job);
  return before;
}

void oli_stream_stop_users(oli_env* env, const oli_handle* handle) {
  for (uint32_t id = 0; id < env->id_size; id++) {
    ol_job* job = env->by_id[id];
    bool waits = job != NULL && (job->stream != NULL || job->asker != NULL);
    if (waits && stream_uses(job, handle)) oli_stream_stop(job, OL_CLOSED);
  }
}

/* ---- Taking -------------------------------------------------------------------------------- */

oli_stream* oli_stream_argument(napi_env napi, napi_callback_info info, size_t argc,
                                napi_value* argv) {
  oli_env* env;
  uint32_t id = 0;
  napi_status status = napi_get_cb_info(napi, info, &argc, argv, NULL, (void**) &env);
  if (status == napi_ok) status = napi_get_value_uint32(napi, argv[0], &id);
  if (oli_check(napi, status) != napi_ok || id >= env->id_size) return NULL;
  ol_job* job = env->by_id[id];
  return job == NULL ? NULL : job->stream;
}

/* How many items to take now; 0: this turn of the loop has had its time, the next one goes on. */
static size_t stream_measure(oli_stream* stream) {
  oli_env* env = stream->job->env;
  size_t limit = stream->take_limit;
  if (!oli_settle_turn_over(env)) {
    size_t max = stream->take_max;
    stream->take_max = max < limit / 2 ? max * 2 : limit;
    return max < limit ? max : limit;
  }
  stream->take_max = STREAM_TAKE_MIN;
  env->turn.notice_ns = 0; /* the next turn is watched from its beginning, too */
  oli_news_put_off(stream->job, OLI_NEWS_ITEMS);
  return 0;
}

/* An error keeps its frames, with the stream whose method was called, until it is asked for its
 * stack: a stream that nobody has any more would keep itself. */
static void stream_forget_frames(napi_env napi, napi_value error) {
  napi_value ignored;
  napi_get_named_property(napi, error, "stack", &ignored);
  napi_get_and_clear_last_exception(napi, &ignored);
}

/* Keeps what was thrown until the job is settled. It is told then, because here the stack may have
 * come to its end. Only a primitive, which cannot be kept, is told at once. */
static void stream_note_fault(oli_stream* stream) {
  napi_value thrown = NULL;
  napi_env napi = stream->job->env->napi;
  if (napi_get_and_clear_last_exception(napi, &thrown) != napi_ok || thrown == NULL) return;
  if (stream->fault != NULL) return;
  stream_forget_frames(napi, thrown);
  if (napi_create_reference(napi, thrown, 1, &stream->fault) != napi_ok) {
    stream_tell(stream, OLI_STREAM_BROKEN, thrown);
  }
}

/* Ends the stream with the exception that is pending. The items that came before the one that
 * JavaScript cannot have are given. Those after it, [lost] of them in the same batch, are not. */
static void stream_break(oli_stream* stream, int why, size_t lost) {
  stream_note_fault(stream);
  oli_job_stop(stream->job, why);
  stream_cut(stream, why);
  stream_use(stream, lost);
}

/* How many went onto the stage, from the first on: the next one holds a number that JavaScript
 * cannot. */
static size_t stream_fill_stage(const ol_job* job, const oli_batch* batch) {
  const oli_flat* flat = job->binding->flat_item;
  double* at = job->env->stage.items;
  size_t filled = 0;
  while (filled < batch->len && oli_flat_store(flat, oli_batch_record(batch, filled), at)) {
    at += flat->ret_count;
    filled++;
  }
  return filled;
}

/* How many are laid out for the layer, which makes values of them. */
static napi_value stream_lay_out(oli_stream* stream, const oli_batch* batch) {
  napi_value unused, len = NULL;
  napi_env napi = stream->job->env->napi;
  size_t filled = stream_fill_stage(stream->job, batch);
  if (filled < batch->len) {
    oli_write_item(stream->job, batch, filled, &unused); /* throws what is wrong with it */
    stream_break(stream, OL_INVALID, batch->len - filled);
    stream_fill_stage(stream->job, batch); /* a hook may have read another stream meanwhile */
  }
  if (filled > 0) oli_check(napi, napi_create_uint32(napi, (uint32_t) filled, &len));
  return len;
}

/* The layer's function of the values makes an array of them, which costs less than to fill one.
 * Where it cannot be called, at the end of the stack, the items are lost and the stream ends. */
static napi_value stream_array(oli_stream* stream, size_t len, const napi_value* values) {
  napi_value array = NULL;
  if (len == 0) return NULL;
  if (oli_env_call(stream->job->env, OLI_LAYER_ARRAY_OF, len, values, &array) == napi_ok) {
    return array;
  }
  stream_break(stream, OL_INVALID, len);
  return NULL;
}

static napi_value stream_write(oli_stream* stream, const oli_batch* batch) {
  napi_value values[STREAM_TAKE_MAX];
  size_t written = 0;
  if (stream->job->binding->flat_item != NULL) return stream_lay_out(stream, batch);
  while (written < batch->len &&
         oli_write_item(stream->job, batch, written, &values[written]) == napi_ok) {
    written++;
  }
  if (written < batch->len) stream_break(stream, OL_INVALID, batch->len - written);
  return stream_array(stream, written, values);
}

static napi_value stream_take_batch(oli_stream* stream, size_t used, size_t max) {
  oli_batch batch;
  napi_value array = NULL;
  if (oli_channel_take(stream->items, used, max, &batch) == OL_NO_MEMORY) {
    oli_throw_no_memory(stream->job->env->napi);
    stream_break(stream, OL_NO_MEMORY, 0);
  }
  if (batch.len > 0) array = stream_write(stream, &batch);
  oli_batch_free(&batch);
  return array;
}

/* native.takeItems(id, used, max): an array of up to [max] items, as many as seem right for 0; or
 * how many were laid out; undefined: none now, and the layer is told when there are. [used]: how
 * many of those that were taken before are not needed any more. */
static napi_value stream_take(napi_env napi, napi_callback_info info) {
  napi_value argv[3];
  uint32_t used = 0, most = 0;
  oli_stream* stream = oli_stream_argument(napi, info, 3, argv);
  if (stream == NULL || stream->items == NULL) return NULL;
  if (napi_get_value_uint32(napi, argv[1], &used) != napi_ok) return NULL;
  if (napi_get_value_uint32(napi, argv[2], &most) != napi_ok) return NULL;
  size_t max = stream_measure(stream);
  if (most > 0 && max > most) max = most;
  napi_value array = stream_take_batch(stream, used, max);
  if (stream->parked && stream_behind(stream) == 0) stream_unpark(stream);
  return array;
}

/* ---- Natives ------------------------------------------------------------------------------- */

/* native.startStream(id, timeout_ms): submits the job. */
static napi_value stream_start(napi_env napi, napi_callback_info info) {
  napi_value argv[2];
  double timeout_ms = 0;
  oli_stream* stream = oli_stream_argument(napi, info, 2, argv);
  if (stream == NULL || !stream->lazy) return NULL;
  if (napi_get_value_double(napi, argv[1], &timeout_ms) != napi_ok) return NULL;
  if (oli_call_set_deadline(stream->job, timeout_ms) != napi_ok) return NULL;
  stream->lazy = false;
  oli_env_submit(stream->job);
  return NULL;
}

/* native.hearStream(id): the layer is told to look for items, soon and as often as there may be
 * some. */
static napi_value stream_hear(napi_env napi, napi_callback_info info) {
  napi_value argv[1];
  oli_stream* stream = oli_stream_argument(napi, info, 1, argv);
  if (stream != NULL) oli_news_tell(stream->job, OLI_NEWS_ITEMS);
  return NULL;
}

/* native.itemReader(id): what the layer reads its flat items with. */
static napi_value stream_get_reader(napi_env napi, napi_callback_info info) {
  napi_value argv[1], reader = NULL;
  oli_stream* stream = oli_stream_argument(napi, info, 1, argv);
  if (stream == NULL || stream->job->binding->flat_item == NULL) return NULL;
  napi_status status =
    oli_stage_make_reader(stream->job->env, stream->job->binding->flat_item, &reader);
  return oli_check(napi, status) == napi_ok ? reader : NULL;
}

/* native.breakStream(id, error): what was taken could not be read, at the end of the stack. */
static napi_value stream_fail(napi_env napi, napi_callback_info info) {
  napi_value argv[2];
  oli_stream* stream = oli_stream_argument(napi, info, 2, argv);
  if (stream == NULL) return NULL;
  napi_throw(napi, argv[1]);
  stream_break(stream, OL_INVALID, SIZE_MAX);
  if (stream->parked && stream_behind(stream) == 0) stream_unpark(stream);
  return NULL;
}

/* native.leaveStream(id): nobody reads any more. */
static napi_value stream_leave(napi_env napi, napi_callback_info info) {
  napi_value argv[1];
  oli_stream* stream = oli_stream_argument(napi, info, 1, argv);
  if (stream == NULL) return NULL;
  oli_job_stop(stream->job, OL_ENDED);
  if (stream->cut == OL_OK) stream->cut = OL_ENDED;
  stream_abandon(stream, OL_ENDED);
  oli_stream_finish(stream->job);
  return NULL;
}

/* native.keepStream(id, kept): whether it keeps the loop alive. */
static napi_value stream_set_kept(napi_env napi, napi_callback_info info) {
  napi_value argv[2];
  bool kept = false;
  oli_stream* stream = oli_stream_argument(napi, info, 2, argv);
  if (stream != NULL && napi_get_value_bool(napi, argv[1], &kept) == napi_ok) {
    stream_keep(stream, kept);
  }
  return NULL;
}

/* native.droppedItems(id): how many, up to now. */
static napi_value stream_get_dropped(napi_env napi, napi_callback_info info) {
  napi_value argv[1], dropped = NULL;
  oli_stream* stream = oli_stream_argument(napi, info, 1, argv);
  if (stream == NULL) return NULL;
  napi_create_double(napi, (double) stream_dropped(stream), &dropped);
  return dropped;
}

/* native.queuedItems(id): how many wait to be taken. */
static napi_value stream_get_queued(napi_env napi, napi_callback_info info) {
  napi_value argv[1], queued = NULL;
  oli_stream* stream = oli_stream_argument(napi, info, 1, argv);
  if (stream == NULL) return NULL;
  size_t count = stream->items == NULL ? 0 : oli_channel_len(stream->items);
  napi_create_double(napi, (double) count, &queued);
  return queued;
}

napi_status oli_stream_natives(oli_env* env, napi_value native) {
  napi_status status = oli_env_define(env, native, "startStream", stream_start);
  if (status == napi_ok) status = oli_env_define(env, native, "hearStream", stream_hear);
  if (status == napi_ok) status = oli_env_define(env, native, "takeItems", stream_take);
  if (status == napi_ok) status = oli_env_define(env, native, "itemReader", stream_get_reader);
  if (status == napi_ok) status = oli_env_define(env, native, "breakStream", stream_fail);
  if (status == napi_ok) status = oli_env_define(env, native, "leaveStream", stream_leave);
  if (status == napi_ok) status = oli_env_define(env, native, "keepStream", stream_set_kept);
  if (status == napi_ok) status = oli_env_define(env, native, "droppedItems", stream_get_dropped);
  if (status == napi_ok) status = oli_env_define(env, native, "queuedItems", stream_get_queued);
  return status;
}

/* ---- Telling the layer --------------------------------------------------------------------- */

void oli_stream_deliver(ol_job* job, bool started) {
  napi_handle_scope scope;
  napi_env napi = job->env->napi;
  if (napi_open_handle_scope(napi, &scope) != napi_ok) return;
  if (started) stream_tell(job->stream, OLI_STREAM_STARTED, NULL);
  stream_tell(job->stream, OLI_STREAM_READY, NULL);
  napi_close_handle_scope(napi, scope);
}

void oli_stream_deliver_cut(ol_job* job) {
  napi_handle_scope scope;
  napi_env napi = job->env->napi;
  if (napi_open_handle_scope(napi, &scope) != napi_ok) return;
  stream_tell(job->stream, OLI_STREAM_CUT, NULL);
  napi_close_handle_scope(napi, scope);
}
