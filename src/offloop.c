/* offloop.c: the whole library as one translation unit.
 *
 * An addon that does not use offloop.gyp compiles this file beside its own, with include/ and
 * Node's headers on the include path. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* plat.c needs it, and it must come before any header */
#endif
#ifndef _CRT_SECURE_NO_WARNINGS
#define _CRT_SECURE_NO_WARNINGS
#endif

/* An author who compiles this file with warnings of his own choice is not told of ours. */
#if defined(__GNUC__) && __INCLUDE_LEVEL__ > 0
#pragma GCC system_header
#endif

/* floor 1 */
#include "arena.c"
#include "ask.c"
#include "attribute.c"
#include "channel.c"
#include "each.c"
#include "failure.c"
#include "fields.c"
#include "flat.c"
#include "gate.c"
#include "handle.c"
#include "hold.c"
#include "job.c"
#include "layer.c"
#include "mailbox.c"
#include "parcel.c"
#include "pool.c"
#include "progress.c"
#include "quay.c"
#include "queue.c"
#include "ring.c"
#include "rules.c"
#include "slab.c"
#include "tally.c"
#include "timer.c"

/* floor 2 */
#include "berth.c"
#include "binding.c"
#include "boot.c"
#include "call.c"
#include "context.c"
#include "ends.c"
#include "env.c"
#include "error.c"
#include "exclusive.c"
#include "function.c"
#include "listener.c"
#include "news.c"
#include "node_pool.c"
#include "object.c"
#include "pin.c"
#include "post.c"
#include "read.c"
#include "seat.c"
#include "settle.c"
#include "stage.c"
#include "stream.c"
#include "trail.c"
#include "view.c"
#include "write.c"

/* floor 3 */
#include "export.c"
#include "module.c"

/* floor 0, last: what the system's headers define must not reach the others */
#include "plat.c"
