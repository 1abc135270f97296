/* staging.h: plain items, those of numbers and booleans only, on their way into JavaScript.
 * Floor 2, loop only.
 *
 * A value that is made by Node-API costs more than all else that is done for a number. So plain
 * items cross as doubles, field after field, in one Float64Array of the environment: C fills it,
 * and lib/layer/staging.js reads it before anything else can run. The array is made when the layer
 * first asks for it, is the layer's, and never leaves it: so its memory stays where it is for as
 * long as JavaScript runs. */
#ifndef OLI_STAGING_H
#define OLI_STAGING_H

#include "channel.h"
#include "env.h"

/* How many records of the shape go in at a time; 0: it is not plain. */
size_t oli_staging_room(const oli_shape* shape);

/* Lays out a batch, which has room. Gives how many of its records are there, from the first on: the
 * next one holds a number that JavaScript cannot. */
size_t oli_staging_fill(oli_env* env, const oli_batch* batch);

/* Adds native.staging. */
napi_status oli_staging_natives(oli_env* env, napi_value native);

#endif
