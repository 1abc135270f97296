/* post.h: messages from JavaScript into the mailbox of a running job. Floor 2, loop only.
 *
 * A post reads the value into a record with an arena of its own, because the job's arena is the
 * job's while it runs; the record moves into the mailbox with its arena, and is copied out of it by
 * ol_receive. Reading runs the caller's code, which may post to the same job, or stop it: so the
 * mailbox is asked both before, when the reading can be saved, and behind. */
#ifndef OLI_POST_H
#define OLI_POST_H

#include "env.h"

/* Adds native.post, native.awaitRoom and native.queuedMessages. */
napi_status oli_post_natives(oli_env* env, napi_value native);

#endif
