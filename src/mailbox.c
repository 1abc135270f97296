#include "mailbox.h"

#include <string.h>

#define MAILBOX_SIZE 256u

/* ---- Life ---------------------------------------------------------------------------------- */

static oli_channel_limits mailbox_limits(const ol_worker* worker) {
  uint32_t size = worker->mailbox;
  size_t items = size == 0 ? MAILBOX_SIZE : size == OL_NO_LIMIT ? SIZE_MAX : size;
  return (oli_channel_limits){.items = items, .bytes = 0, .on_full = OLI_FULL_WAIT};
}

bool oli_mailbox_open(ol_job* job, const oli_shape* shape, void (*notify)(void* arg), void* arg) {
  oli_mailbox* mailbox = oli_arena_alloc(&job->arena, sizeof *mailbox);
  if (mailbox == NULL) return false;
  mailbox->messages = oli_channel_new(shape, mailbox_limits(job->worker), NULL, NULL);
  if (mailbox->messages == NULL) return false;
  mailbox->received.shape = shape;
  atomic_init(&mailbox->wanted, false);
  mailbox->notify = notify;
  mailbox->notify_arg = arg;
  job->mailbox = mailbox;
  return true;
}

void oli_mailbox_free(ol_job* job) {
  oli_mailbox* mailbox = job->mailbox;
  if (mailbox == NULL) return;
  oli_batch_free(&mailbox->received);
  oli_channel_free(mailbox->messages);
  job->mailbox = NULL;
}

/* ---- Room ---------------------------------------------------------------------------------- */

static void mailbox_tell(oli_mailbox* mailbox) {
  if (!atomic_load(&mailbox->wanted)) return;
  if (atomic_exchange(&mailbox->wanted, false)) mailbox->notify(mailbox->notify_arg);
}

int oli_mailbox_room(ol_job* job, bool wanted) {
  oli_mailbox* mailbox = job->mailbox;
  if (wanted) atomic_store(&mailbox->wanted, true);
  int status = oli_channel_room(mailbox->messages, mailbox->reserved);
  if (wanted && status != OL_AGAIN) atomic_store(&mailbox->wanted, false);
  return status;
}

int oli_mailbox_reserve(ol_job* job) {
  int status = oli_mailbox_room(job, false);
  if (status == OL_OK) job->mailbox->reserved++;
  return status;
}

void oli_mailbox_unreserve(ol_job* job) {
  job->mailbox->reserved--;
}

/* Before the first message, and before any stop: who ends a job that has not begun leaves it in its
 * queue then, and no message is taken for one that will never run. */
static int mailbox_await(ol_job* job) {
  if (atomic_load(&job->awaited)) return OL_OK;
  oli_mutex_lock(&job->lock);
  int why = atomic_load(&job->stop);
  if (why == OL_OK) atomic_store(&job->awaited, true);
  oli_mutex_unlock(&job->lock);
  return why;
}

int oli_mailbox_post(ol_job* job, const void* record, oli_arena* arena) {
  int why = mailbox_await(job);
  return why == OL_OK ? oli_channel_put_whole(job->mailbox->messages, record, arena) : why;
}

/* ---- The end ------------------------------------------------------------------------------- */

void oli_mailbox_told(ol_job* job, int why) {
  oli_mailbox* mailbox = job->mailbox;
  if (mailbox == NULL) return;
  if (why == OL_ENDED) {
    oli_channel_stop(mailbox->messages, why);
  } else {
    oli_channel_cut(mailbox->messages, why);
  }
  mailbox_tell(mailbox);
}

void oli_mailbox_cut(ol_job* job) {
  if (job->mailbox == NULL) return;
  atomic_store(&job->awaited, false);
  oli_channel_cut(job->mailbox->messages, OL_CLOSED);
  oli_job_withdraw(job);
}

/* ---- Receiving ----------------------------------------------------------------------------- */

/* For oli_channel_wait. */
static uint64_t mailbox_due_ns(int ms) {
  if (ms < 0) return UINT64_MAX;
  return ms == 0 ? 0 : oli_now_ns() + (uint64_t) ms * 1000000u;
}

/* A message that is received is no longer in the mailbox. */
static int mailbox_take(oli_mailbox* mailbox) {
  oli_batch none;
  int status = oli_channel_take(mailbox->messages, 0, 1, &mailbox->received);
  if (mailbox->received.len == 0) return status == OL_OK ? OL_TIMED_OUT : status;
  oli_channel_take(mailbox->messages, 1, 0, &none);
  mailbox_tell(mailbox);
  return OL_OK;
}

/* Nothing is cut between a wait and the take behind it but by a stop, and the take tells that. */
static int mailbox_receive(oli_mailbox* mailbox, int ms) {
  oli_batch_free(&mailbox->received);
  int status = mailbox_take(mailbox);
  if (status != OL_TIMED_OUT || ms == 0) return status;
  status = oli_channel_wait(mailbox->messages, mailbox_due_ns(ms));
  return status == OL_OK ? mailbox_take(mailbox) : status;
}

int ol_receive(ol_job* job, void* message, int ms) {
  if (message == NULL || job->mailbox == NULL || !oli_job_is_here(job)) return OL_INVALID;
  oli_mailbox* mailbox = job->mailbox;
  int status = mailbox_receive(mailbox, ms);
  if (status != OL_OK) return status;
  memcpy(message, oli_batch_record(&mailbox->received, 0), mailbox->received.shape->size);
  return OL_OK;
}
