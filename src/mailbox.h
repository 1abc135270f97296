/* mailbox.h: messages from JavaScript on their way to a running job. Floor 1.
 *
 * The loop posts and never waits: a full mailbox says so, and says later that there is room. Only
 * the thread that runs execute receives, one message at a time; what a message points to lives in
 * an arena of its own until the next one is received, or the job is freed.
 *
 * States are those of the channel. open; stopped, by ol_end or by a reader that leaves: what was
 * posted before is still received, also where the job had not begun (job->awaited); cut, by any
 * other stop and by the end of the job.
 *
 * A job that messages wait for is known as such before the first of them is there: whoever ends it
 * before it has begun sees that, or no message is taken any more.
 *
 * A message that is being read has its place already: reading runs JavaScript, which may post, too,
 * and what was begun with must not find the mailbox full because of that.
 *
 * No room is missed: the loop sets [wanted] before it asks the channel, the job clears it after it
 * has made room, or whoever stops it after that. So either the loop finds room, or the job finds
 * the wish; then it calls [notify], with no lock held. */
#ifndef OLI_MAILBOX_H
#define OLI_MAILBOX_H

#include "channel.h"
#include "job.h"

typedef struct oli_mailbox {
  oli_channel* messages;
  oli_batch received; /* the message that ol_receive gave last; the job's thread's */
  size_t reserved;    /* places of messages that are being read; loop only */
  atomic_bool wanted; /* the loop waits for room, or for the end */
  void (*notify)(void* arg);
  void* notify_arg;
} oli_mailbox;

/* Gives a new job its mailbox, whose messages are of [shape]; the worker's table has its size.
 * [notify] may be called on any thread until the job is over. False: out of memory. [loop] */
bool oli_mailbox_open(ol_job* job, const oli_shape* shape, void (*notify)(void* arg), void* arg);

/* No mailbox: nothing is done by these. The job was stopped for [why], or is over. [any] */
void oli_mailbox_told(ol_job* job, int why);
/* Throws away what is not received yet: there is no time for it. A job that was told to end, and
 * only waited in its queue for the sake of that, goes home by this, as by oli_job_stop. [any] */
void oli_mailbox_cut(ol_job* job);
/* The job is over, or never ran. */
void oli_mailbox_free(ol_job* job);

/* Keeps a place for a message that is to be read now: OL_OK, OL_AGAIN, or why there will be none.
 * After OL_OK it is given up again by oli_mailbox_unreserve, at the latest before the message is
 * posted. [loop] */
int oli_mailbox_reserve(ol_job* job);
void oli_mailbox_unreserve(ol_job* job);

/* Posts a record that points into [arena], which is emptied; see oli_channel_put_whole. OL_OK,
 * OL_AGAIN, OL_NO_MEMORY, or why nothing is posted any more. [loop] */
int oli_mailbox_post(ol_job* job, const void* record, oli_arena* arena);

/* Whether a message would be taken now: OL_OK, OL_AGAIN, or why there will be none. After OL_AGAIN
 * with [wanted], notify is called once that is no longer so. [loop] */
int oli_mailbox_room(ol_job* job, bool wanted);

#endif
