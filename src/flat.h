/* flat.h: records of nothing but numbers and booleans, and how these become doubles. Floor 1.
 *
 * A worker is flat whose arguments and results are; so is an item of a stream. All that such a
 * record holds fits into a few doubles, its slots. JavaScript writes and reads them itself, so that
 * neither a call nor an answer nor an item costs a call of Node-API. Numbers of all types are exact
 * there, because integers that are not bigints stay within 2^53. How slots become values is said in
 * lib/layer/flat.js. */
#ifndef OLI_FLAT_H
#define OLI_FLAT_H

#include "fields.h"

/* Members that a flat shape may have, arguments and results together. */
#define OLI_FLAT_MAX 64

typedef struct oli_flat_member {
  const oli_field* field;
  int type;
  size_t offset; /* in the struct */
} oli_flat_member;

/* What goes into a struct, its arguments; what comes out of it, its results or an item's
 * members. */
typedef struct oli_flat {
  size_t arg_count, ret_count;
  oli_flat_member members[]; /* the arguments, and behind them the results */
} oli_flat;

/* The members of a shape, which has to outlive them; free() them. NULL: the shape is not flat, or
 * there is no memory; either way all goes the general way. */
oli_flat* oli_flat_of(const oli_shape* shape);

const oli_flat_member* oli_flat_rets(const oli_flat* flat);

/* The slots that a job needs, for its arguments first and its results later. */
size_t oli_flat_slots(const oli_flat* flat);

/* Fills the arguments of a zeroed struct. JavaScript has checked them. [any] */
void oli_flat_load(const oli_flat* flat, const double* slots, void* record);

/* Takes the results out of a struct. False: one of them is a number that JavaScript cannot hold.
 * [any] */
bool oli_flat_store(const oli_flat* flat, const void* record, double* slots);

#endif
