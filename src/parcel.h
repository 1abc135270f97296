/* parcel.h: a record with all that it points to, copied. Floor 1.
 *
 * Strings, bytes, lists and values are copied into an arena. Blocks of the job's arena (ol_buf_new,
 * ol_buf_adopt) move into it instead, so that they can move on to JavaScript without a copy. A
 * handle is copied as the pointer it is: who checks tables refuses it in records. */
#ifndef OLI_PARCEL_H
#define OLI_PARCEL_H

#include "arena.h"
#include "fields.h"
#include "plat.h"

/* Whether a record of the shape points to nothing: then memcpy is all there is to do. */
bool oli_shape_is_bare(const oli_shape* shape);

/* Copies [source] to [record], shape->size bytes each, neither of which need be aligned. What it
 * points to goes into [to], which nobody else uses; blocks of [from] move there, under [from_lock].
 * Both may be NULL: then there are none. A block that the record names twice moves once, and is
 * copied for the other place. [bytes] grows by what was copied or moved, and stops at SIZE_MAX.
 *
 * OL_OK; OL_NO_MEMORY; OL_INVALID: no data of some length, a length past all memory, an ol_value of
 * an unknown type. On a failure [record] is not to be read, all blocks are in [from] again, and the
 * caller clears [to]. */
int oli_parcel_copy(const oli_shape* shape, const void* source, void* record, oli_arena* from,
                    oli_mutex* from_lock, oli_arena* to, size_t* bytes);

/* Gives the blocks that have moved back to [from], for a copy that nobody takes: [source] is good
 * for another try. [from] may be NULL. */
void oli_parcel_give_back(oli_arena* from, oli_mutex* from_lock, oli_arena* to);

#endif
