/* trail.c: prints from the outside in, though steps are linked from the inside out. */
#include "trail.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void trail_print_step(const oli_step* step, char* text) {
  if (step == NULL) return;
  trail_print_step(step->outer, text);
  size_t len = strlen(text);
  size_t room = OLI_TRAIL_TEXT_SIZE - len;
  if (step->name == NULL) {
    snprintf(text + len, room, "[%zu]", step->index);
  } else {
    snprintf(text + len, room, "%s%s", len > 0 ? "." : "", step->name);
  }
}

void oli_trail_print(const oli_trail* trail, char text[OLI_TRAIL_TEXT_SIZE]) {
  text[0] = '\0';
  trail_print_step(trail->last, text);
}

napi_status oli_trail_throw(const oli_trail* trail, enum oli_error_kind kind, const char* expected,
                            napi_value received) {
  char path[OLI_TRAIL_TEXT_SIZE];
  oli_trail_print(trail, path);
  oli_place place = {trail->worker, trail->role, path};
  return trail->kept ? oli_refuse(trail->env, kind, &place, expected, received)
                     : oli_throw(trail->env, kind, &place, expected, received);
}

napi_status oli_trail_throw_memory(const oli_trail* trail) {
  return oli_trail_throw_cause(trail, NULL);
}

napi_status oli_trail_throw_cause(const oli_trail* trail, napi_value cause) {
  return oli_trail_throw(trail, OLI_ERROR_MEMORY, NULL, cause);
}

/* The fewest digits that give the number back. */
static void trail_print_number(char text[32], double number) {
  snprintf(text, 32, "%.15g", number);
  if (strtod(text, NULL) != number) snprintf(text, 32, "%.17g", number);
}

void oli_range_print(char text[OLI_RANGE_TEXT_SIZE], double low, double high, const char* suffix) {
  /* Only NaN is outside an infinite range. */
  bool has_low = low >= -DBL_MAX, has_high = high <= DBL_MAX;
  char number[32];
  size_t len = 0;
  text[0] = '\0';
  if (has_low) {
    trail_print_number(number, low);
    len = (size_t) snprintf(text, OLI_RANGE_TEXT_SIZE, ">= %s%s", number, suffix);
  }
  if (has_high) {
    trail_print_number(number, high);
    snprintf(text + len, OLI_RANGE_TEXT_SIZE - len, "%s<= %s%s", has_low ? " and " : "", number,
             suffix);
  }
  if (!has_low && !has_high) snprintf(text, OLI_RANGE_TEXT_SIZE, "a number, not NaN");
}
