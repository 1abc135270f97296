/* flat.h: workers that take and give nothing but numbers and booleans. Floor 1.
 *
 * All that such a job takes fits into a few doubles, and all that it gives: its slots. JavaScript
 * writes and reads them itself, so that neither a call nor an answer costs a call of Node-API.
 * Numbers of all types are exact there, because integers that are not bigints stay within 2^53. */
#ifndef OLI_FLAT_H
#define OLI_FLAT_H

#include "fields.h"

/* Arguments, and results, that a flat worker may have. */
#define OLI_FLAT_MAX 8

typedef struct oli_flat_member {
  const oli_field* field;
  int type;
  size_t offset; /* in the state */
} oli_flat_member;

typedef struct oli_flat {
  size_t arg_count, ret_count;
  oli_flat_member args[OLI_FLAT_MAX], rets[OLI_FLAT_MAX];
} oli_flat;

/* Fills [flat] from the fields of a worker, which have to outlive it. False: they are not flat. */
bool oli_flat_of(const oli_shape* shape, oli_flat* flat);

/* The slots that a job needs, for its arguments first and its results later. */
size_t oli_flat_slots(const oli_flat* flat);

/* Fills the arguments of a zeroed state. JavaScript has checked them. [any] */
void oli_flat_load(const oli_flat* flat, const double* slots, void* state);

/* Takes the results out of a state. False: one of them is a number that JavaScript cannot hold.
 * [any] */
bool oli_flat_store(const oli_flat* flat, const void* state, double* slots);

#endif
