/* news.h: jobs that have something to tell JavaScript before they are over. Floor 2.
 *
 * A job with news is listed in env->news, once, with the kinds of its news; both are under
 * env->lock, and no other lock is held when they change. No wake-up is lost: whoever lists a job
 * wakes the loop behind it, and the loop clears its wake-up mark before it takes from the list. */
#ifndef OLI_NEWS_H
#define OLI_NEWS_H

#include "env.h"

enum oli_news_kind {
  OLI_NEWS_ITEMS = 1,    /* the stream may have items */
  OLI_NEWS_STARTED = 2,  /* ol_started was called */
  OLI_NEWS_PROGRESS = 4, /* the listener may be told */
  OLI_NEWS_CUT = 8       /* the stream was cut where the stack had no room to say so */
};

/* Lists the job and wakes the loop. [any] */
void oli_news_tell(ol_job* job, enum oli_news_kind kind);

/* Lists it for the next turn of the loop, which this one has asked for: oli_settle_turn_over.
 * [loop] */
void oli_news_put_off(ol_job* job, enum oli_news_kind kind);

/* Before the job is freed, when nobody lists it any more: so a job without news, which most are,
 * is known without the lock. */
void oli_news_forget(ol_job* job);

/* Tells the layer all news that there are now, as far as there is time in this turn. [loop] */
void oli_news_deliver(oli_env* env);

#endif
