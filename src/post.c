#include "post.h"

#include "error.h"
#include "mailbox.h"
#include "read.h"
#include "stream.h"

/* The job of a native's first argument. NULL: it is settled, or an exception is pending. */
static ol_job* post_job(napi_env napi, napi_callback_info info, size_t argc, napi_value* argv) {
  oli_stream* stream = oli_stream_argument(napi, info, argc, argv);
  return stream == NULL || stream->job->mailbox == NULL ? NULL : stream->job;
}

/* Anything but "there is no room" and "out of memory" means that no message is taken any more. */
static napi_value post_answer(napi_env napi, int status) {
  napi_value answer;
  if (status != OL_OK && status != OL_AGAIN) status = OL_CLOSED;
  return napi_create_int32(napi, status, &answer) == napi_ok ? answer : NULL;
}

static napi_status post_throw_memory(const ol_job* job) {
  return oli_throw_text(job->env->napi, false, "ERR_OL_NO_MEMORY",
                        "Out of memory: cannot post a message to %s", job->worker->name);
}

/* napi_pending_exception: the value is no message, or there is no memory. */
static napi_status post_read(ol_job* job, napi_value value, oli_arena* arena, void** record) {
  const oli_shape* shape = job->binding->message;
  *record = oli_arena_alloc(arena, shape->size);
  if (*record == NULL) return post_throw_memory(job);
  return oli_read_message(job, shape, value, arena, *record);
}

/* The mailbox's status; its place is kept while the value is read. */
static napi_status post_value(ol_job* job, napi_value value, oli_arena* arena, int* status) {
  void* record;
  napi_status read = post_read(job, value, arena, &record);
  oli_mailbox_unreserve(job);
  if (read != napi_ok) return read;
  *status = oli_mailbox_post(job, record, arena);
  return *status == OL_NO_MEMORY ? post_throw_memory(job) : napi_ok;
}

/* native.post(id, value): OL_OK, OL_AGAIN: the mailbox is full, OL_CLOSED. */
static napi_value post_message(napi_env napi, napi_callback_info info) {
  napi_value argv[2];
  oli_arena arena = {0};
  napi_status posted = napi_ok;
  ol_job* job = post_job(napi, info, 2, argv);
  int status = job == NULL ? OL_CLOSED : oli_mailbox_reserve(job);
  if (status == OL_OK) posted = post_value(job, argv[1], &arena, &status);
  oli_arena_clear(&arena);
  return posted == napi_ok ? post_answer(napi, status) : NULL;
}

/* native.awaitRoom(id): the same of a message to come; after OL_AGAIN the layer is told when it is
 * worth asking again. */
static napi_value post_await_room(napi_env napi, napi_callback_info info) {
  napi_value argv[1];
  ol_job* job = post_job(napi, info, 1, argv);
  return post_answer(napi, job == NULL ? OL_CLOSED : oli_mailbox_room(job, true));
}

/* native.queuedMessages(id): how many wait to be received. */
static napi_value post_get_queued(napi_env napi, napi_callback_info info) {
  napi_value argv[1], queued;
  ol_job* job = post_job(napi, info, 1, argv);
  if (job == NULL) return NULL;
  size_t count = oli_channel_len(job->mailbox->messages);
  return napi_create_double(napi, (double) count, &queued) == napi_ok ? queued : NULL;
}

/* native.whyEnded(id): what the error of a job that takes no more is to be made of; undefined: it
 * has not failed. */
static napi_value post_why_ended(napi_env napi, napi_callback_info info) {
  napi_value argv[1], why = NULL;
  ol_job* job = post_job(napi, info, 1, argv);
  if (job == NULL) return NULL;
  return oli_check(napi, oli_describe_end(job->env, job, &why)) == napi_ok ? why : NULL;
}

napi_status oli_post_natives(oli_env* env, napi_value native) {
  napi_status status = oli_env_define(env, native, "post", post_message);
  if (status == napi_ok) status = oli_env_define(env, native, "awaitRoom", post_await_room);
  if (status == napi_ok) status = oli_env_define(env, native, "whyEnded", post_why_ended);
  if (status == napi_ok) status = oli_env_define(env, native, "queuedMessages", post_get_queued);
  return status;
}
