/* with: flat.c fields.c failure.c arena.c plat.c */
/* numbers and booleans go into slots and come out of them whole, and nothing else does */
#include "flat.h"

#include <math.h>
#include <string.h>

#include "shape_fixture.h"

typedef struct all {
  int8_t i8;
  int16_t i16;
  int32_t i32;
  int64_t i64;
  uint8_t u8;
  uint64_t u64;
  float f32;
  double f64;
} all;

typedef struct odd {
  bool yes;
  bool given;
  ol_str text;
  int64_t big;
  double number;
} odd;

static const char* const words[] = {"zero", "one", NULL};

/* Lives as long as the test. */
static const oli_shape* shape_of(const ol_field* fields, size_t state_size) {
  oli_refusal refusal = {""};
  ol_worker worker = {OL_WORKER("fixture", char, fixture_execute), .fields = fields};
  worker.state_size = state_size;
  oli_shape* shape = oli_shape_of_worker(&worker, &refusal);
  if (shape == NULL) fprintf(stderr, "%s\n", refusal.text);
  CHECK(shape != NULL);
  return shape;
}

static bool is_flat(const ol_field* fields) {
  oli_flat flat;
  const oli_shape* shape = shape_of(fields, sizeof(odd));
  bool is = oli_flat_of(shape, &flat);
  oli_shape_free((oli_shape*) shape);
  return is;
}

static void only_numbers_and_booleans_that_are_always_there_are_flat(void) {
  CHECK(is_flat(OL_FIELDS(OL_ARG(odd, number), OL_RET(odd, yes))));
  CHECK(is_flat(OL_FIELDS(OL_RET(odd, number))));
  CHECK(is_flat(OL_FIELDS(OL_ARG(odd, number, .min = 1, .max = 2))));
  CHECK(!is_flat(OL_FIELDS(OL_ARG(odd, text))));
  CHECK(!is_flat(OL_FIELDS(OL_ARG(odd, number), OL_RET(odd, text))));
  CHECK(!is_flat(OL_FIELDS(OL_ARG(odd, big, .bigint = true))));
  CHECK(!is_flat(OL_FIELDS(OL_RET(odd, big, .bigint = true))));
  CHECK(!is_flat(OL_FIELDS(OL_ARG(odd, big, .one_of = words))));
  CHECK(!is_flat(OL_FIELDS(OL_ARG_OPTIONAL(odd, number, .def = 1))));
  CHECK(!is_flat(OL_FIELDS(OL_OPTION(odd, number))));
  CHECK(!is_flat(OL_FIELDS(OL_RET(odd, number, .given = offsetof(odd, given)))));
}

static void more_members_than_slots_are_not_flat(void) {
  ol_field fields[OLI_FLAT_MAX + 2];
  const ol_field one = OL_ARG(odd, number);
  for (size_t i = 0; i < OLI_FLAT_MAX + 1; i++) fields[i] = one;
  const char* names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
  for (size_t i = 0; i < OLI_FLAT_MAX + 1; i++) fields[i].name = names[i];
  fields[OLI_FLAT_MAX + 1] = (ol_field){.type = OL_TYPE_END};
  CHECK(!is_flat(fields));
  fields[OLI_FLAT_MAX] = (ol_field){.type = OL_TYPE_END};
  CHECK(is_flat(fields));
}

static const oli_shape* all_shape(void) {
  return shape_of(OL_FIELDS(OL_ARG(all, i8), OL_ARG(all, i16), OL_ARG(all, i32), OL_ARG(all, i64),
                            OL_ARG(all, u8), OL_ARG(all, u64), OL_ARG(all, f32), OL_ARG(all, f64),
                            OL_RET(all, i8), OL_RET(all, i16), OL_RET(all, i32), OL_RET(all, i64),
                            OL_RET(all, u8), OL_RET(all, u64), OL_RET(all, f32), OL_RET(all, f64)),
                  sizeof(all));
}

static void check_both_ways(const oli_flat* flat, const double slots[OLI_FLAT_MAX]) {
  all state;
  double back[OLI_FLAT_MAX] = {0};
  memset(&state, 0, sizeof state);
  oli_flat_load(flat, slots, &state);
  CHECK(state.i8 == slots[0] && state.i64 == slots[3] && state.u8 == slots[4]);
  CHECK((double) state.u64 == slots[5]);
  CHECK(oli_flat_store(flat, &state, back));
  for (size_t i = 0; i < OLI_FLAT_MAX; i++) {
    CHECK(back[i] == slots[i] || (isnan(back[i]) && isnan(slots[i])));
  }
}

static void every_type_keeps_its_extremes(void) {
  oli_flat flat;
  const oli_shape* shape = all_shape();
  CHECK(oli_flat_of(shape, &flat) && oli_flat_slots(&flat) == 8);
  check_both_ways(&flat, (double[]){-128, -32768, INT32_MIN, -OLI_WHOLE_MAX, 0, 0, -INFINITY, NAN});
  check_both_ways(&flat, (double[]){127, 32767, INT32_MAX, OLI_WHOLE_MAX, 255, OLI_WHOLE_MAX,
                                    1.5, -0.0});
  oli_shape_free((oli_shape*) shape);
}

/* 2^53 + 1 would be told as 2^53. */
static void an_integer_past_what_a_number_can_hold_is_not_stored(void) {
  oli_flat flat;
  all state;
  double slots[OLI_FLAT_MAX];
  const oli_shape* shape = all_shape();
  const int64_t most = INT64_C(1) << 53;
  memset(&state, 0, sizeof state);
  CHECK(oli_flat_of(shape, &flat));
  state.i64 = most;
  CHECK(oli_flat_store(&flat, &state, slots));
  state.i64 = most + 1;
  CHECK(!oli_flat_store(&flat, &state, slots));
  state.i64 = -most;
  CHECK(oli_flat_store(&flat, &state, slots));
  state.i64 = -most - 1;
  CHECK(!oli_flat_store(&flat, &state, slots));
  state.i64 = INT64_MIN;
  CHECK(!oli_flat_store(&flat, &state, slots));
  state.i64 = 0;
  state.u64 = (uint64_t) most;
  CHECK(oli_flat_store(&flat, &state, slots));
  state.u64 = (uint64_t) most + 1;
  CHECK(!oli_flat_store(&flat, &state, slots));
  state.u64 = UINT64_MAX;
  CHECK(!oli_flat_store(&flat, &state, slots));
  oli_shape_free((oli_shape*) shape);
}

static void any_byte_but_zero_is_true(void) {
  oli_flat flat;
  odd state;
  double slot = 7;
  const oli_shape* shape = shape_of(OL_FIELDS(OL_ARG(odd, yes), OL_RET(odd, yes)), sizeof(odd));
  CHECK(oli_flat_of(shape, &flat) && oli_flat_slots(&flat) == 1);
  memset(&state, 0, sizeof state);
  oli_flat_load(&flat, &(const double){1}, &state);
  CHECK(state.yes);
  memset(&state.yes, 0x40, 1);
  CHECK(oli_flat_store(&flat, &state, &slot) && slot == 1);
  memset(&state.yes, 0, 1);
  CHECK(oli_flat_store(&flat, &state, &slot) && slot == 0);
  oli_shape_free((oli_shape*) shape);
}

int main(void) {
  only_numbers_and_booleans_that_are_always_there_are_flat();
  more_members_than_slots_are_not_flat();
  every_type_keeps_its_extremes();
  an_integer_past_what_a_number_can_hold_is_not_stored();
  any_byte_but_zero_is_true();
  return 0;
}
