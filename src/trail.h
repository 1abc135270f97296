/* trail.h: where in a value a reading or writing stands. Floor 2, loop only.
 *
 * Steps live on the stack, one for each level of nesting, and cost nothing until something is
 * wrong: only then are they printed, as "points[3].x". */
#ifndef OLI_TRAIL_H
#define OLI_TRAIL_H

#include "error.h"

typedef struct oli_step {
  const struct oli_step* outer;
  const char* name; /* of a property; NULL: an element */
  size_t index;
} oli_step;

typedef struct oli_trail {
  oli_env* env;
  const char* worker;
  int role; /* of the outermost value */
  const oli_step* last;
  bool kept; /* the layer throws what is wrong: see oli_refuse */
} oli_trail;

enum { OLI_TRAIL_TEXT_SIZE = 160 };

/* Roles beside those of enum ol_role: what is posted to a job, where a path may be empty; and what
 * a function gave that ol_call called. */
enum { OLI_ROLE_MESSAGE = 64, OLI_ROLE_ANSWER = 65 };

/* Prints the path; one that is too long is cut. */
void oli_trail_print(const oli_trail* trail, char text[OLI_TRAIL_TEXT_SIZE]);

/* As oli_throw or oli_refuse, about the value at the end of the trail. */
napi_status oli_trail_throw(const oli_trail* trail, enum oli_error_kind kind, const char* expected,
                            napi_value received);

/* Out of memory while that value was read or written. */
napi_status oli_trail_throw_memory(const oli_trail* trail);

/* The same with an error of the runtime's own for its cause. */
napi_status oli_trail_throw_cause(const oli_trail* trail, napi_value cause);

enum { OLI_RANGE_TEXT_SIZE = 80 };

/* The range of bigints in words. */
#define OLI_I64_WORDS ">= -9223372036854775808n and <= 9223372036854775807n"
#define OLI_U64_WORDS ">= 0n and <= 18446744073709551615n"

/* The words ">= 1 and <= 99"; an infinite bound is left out. [suffix]: "n" for bigints, or "". */
void oli_range_print(char text[OLI_RANGE_TEXT_SIZE], double low, double high, const char* suffix);

#endif
