/* stage.h: where what is flat (flat.h) crosses, many records at once: calls and answers of workers,
 * and items of streams. Floor 2, loop only.
 *
 * The stage is one ArrayBuffer, in three parts, that never leaves the layer. The layer (stage.js)
 * checks the arguments of a call and writes them into the first part; native.flush(count) makes
 * slabs of what was written and sends them to their pools. What arrives is written into the second,
 * for layer.settleFlat(count). Items that JavaScript asks for are laid out in the third (stream.c),
 * and read before anything else can run; answers are not, callbacks stand between them. No other
 * thread touches that memory: records are copied both ways.
 *
 *   a call     uint32 id, uint32 number of the worker, then a double for each argument
 *   an answer  uint32 id, uint32 unused, then a double for each result
 *   an item    a double for each member
 *
 * The ids are the layer's own. Where one of them names an ordinary job (seat.h), it is marked by
 * OLI_STAGE_ID.
 *
 * env->in_flight counts what was flushed and is not settled. At the end of the environment the
 * slabs are taken out of their queues, and what arrives afterwards is nobody's. */
#ifndef OLI_STAGE_H
#define OLI_STAGE_H

#include "binding.h"
#include "pool.h"
#include "slab.h"

struct oli_berth;
struct oli_env;

/* Doubles in each part. */
#define OLI_STAGE_PART 2048u

/* Added to an id that is the layer's own. */
#define OLI_STAGE_ID 0x80000000u

typedef struct oli_stage {
  napi_ref memory;
  double *calls, *answers, *items; /* its parts */
  oli_binding** flats;             /* by number */
  uint32_t flat_count;
  oli_list slabs;           /* that are not settled, linked by slab->link */
  oli_record *first, *last; /* arrived and not settled, in their order */
  oli_arrivals arrivals;
  oli_mutex seats_lock; /* see seat.h */
  oli_list seated;      /* jobs of seats, linked by job->among_seated */
} oli_stage;

void oli_stage_init(oli_stage* stage);
void oli_stage_destroy(oli_stage* stage);

/* What the layer has to know of a worker to stage its calls; undefined: it is not flat. */
napi_status oli_stage_describe(oli_binding* binding, napi_value* flat);

/* What the layer reads results, or items, with. */
napi_status oli_stage_make_reader(struct oli_env* env, const oli_flat* flat, napi_value* reader);

/* Takes over what has arrived; true: something waits to be settled. */
bool oli_stage_collect(struct oli_env* env);

/* Settles some of it; true: there is more. */
bool oli_stage_settle(struct oli_env* env);

/* What no thread has taken up of a slab that stands in no queue fails, for that reason. */
void oli_stage_refuse(oli_slab* slab, enum oli_pool_pushed pushed);

/* Calls that crossed and that no thread has taken up. */
size_t oli_stage_queued(const struct oli_berth* berth);

/* For the end of the environment. */
void oli_stage_end(struct oli_env* env);

/* Adds native.stage and native.flush. */
napi_status oli_stage_natives(struct oli_env* env, napi_value native);

#endif
