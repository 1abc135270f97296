#include "news.h"

#include "listener.h"
#include "stream.h"

/* ---- Listing ------------------------------------------------------------------------------- */

void oli_news_put_off(ol_job* job, enum oli_news_kind kind) {
  oli_env* env = job->env;
  oli_mutex_lock(&env->lock);
  job->news_kinds |= (unsigned) kind;
  if (!oli_link_listed(&job->news)) oli_list_push(&env->news, &job->news);
  oli_mutex_unlock(&env->lock);
}

void oli_news_tell(ol_job* job, enum oli_news_kind kind) {
  oli_news_put_off(job, kind);
  oli_env_wake(job->env);
}

void oli_news_forget(ol_job* job) {
  if (job->news_kinds == 0) return;
  oli_mutex_lock(&job->env->lock);
  if (oli_link_listed(&job->news)) oli_link_remove(&job->news);
  oli_mutex_unlock(&job->env->lock);
}

/* ---- Telling the layer --------------------------------------------------------------------- */

/* The next job with news, and their kinds; NULL: none. */
static ol_job* news_next(oli_env* env, unsigned* kinds) {
  oli_mutex_lock(&env->lock);
  oli_link* link = oli_list_shift(&env->news);
  ol_job* job = link == NULL ? NULL : OLI_OF(link, ol_job, news);
  if (job != NULL) *kinds = job->news_kinds;
  if (job != NULL) job->news_kinds = 0;
  oli_mutex_unlock(&env->lock);
  return job;
}

/* What is told may list a job again, for the next turn: so not more than there are now. */
static size_t news_count(oli_env* env) {
  size_t count = 0;
  oli_mutex_lock(&env->lock);
  for (oli_link* link = env->news.head.next; link != &env->news.head; link = link->next) count++;
  oli_mutex_unlock(&env->lock);
  return count;
}

static void news_deliver(ol_job* job, unsigned kinds) {
  if (job->id == 0) return;
  if ((kinds & OLI_NEWS_PROGRESS) != 0 && !oli_listener_tell(job)) {
    oli_news_put_off(job, OLI_NEWS_PROGRESS);
  }
  if ((kinds & OLI_NEWS_CUT) != 0) oli_stream_deliver_cut(job);
  if ((kinds & (OLI_NEWS_ITEMS | OLI_NEWS_STARTED)) != 0) {
    oli_stream_deliver(job, (kinds & OLI_NEWS_STARTED) != 0);
  }
}

void oli_news_deliver(oli_env* env) {
  for (size_t count = news_count(env); count > 0; count--) {
    unsigned kinds = 0;
    ol_job* job = news_next(env, &kinds);
    if (job == NULL) return;
    news_deliver(job, kinds);
  }
}
