/* rules.h: what a table may not say. Floor 1.
 *
 * A table that is let through does what it says: no attribute is without a meaning, and nothing
 * that crosses lands on memory which is not its member's. Each fault is in words for the author of
 * the table and says, where that is not plain, what to write instead. */
#ifndef OLI_RULES_H
#define OLI_RULES_H

#include "fields.h"

/* Where the rows of a shape stand, and which way their values go. */
enum oli_shape_use { OLI_USE_WORKER, OLI_USE_IN, OLI_USE_OUT };

/* What is wrong with the row at [index]; NULL: nothing. All rows, and the shapes below them, are
 * compiled, and the rows before are right. */
const char* oli_row_fault(const oli_shape* shape, size_t index, enum oli_shape_use use);

/* What is wrong with a worker, apart from its fields; NULL: nothing. */
const char* oli_worker_fault(const ol_worker* worker);

/* What is wrong with the fields of a worker, taken together; NULL: nothing. */
const char* oli_worker_fields_fault(const oli_shape* shape, const ol_worker* worker);

#endif
