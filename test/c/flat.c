/* with: flat.c attribute.c rules.c fields.c failure.c arena.c plat.c */
/* numbers and booleans go into slots and come out of them whole, and nothing else does */
#include "flat.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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
  oli_refusal refusal = {.text = ""};
  ol_worker worker = {OL_WORKER("fixture", char, fixture_execute), .fields = fields};
  worker.state_size = state_size;
  oli_shape* shape = oli_shape_of_worker(&worker, &refusal);
  if (shape == NULL) fprintf(stderr, "%s\n", refusal.text);
  CHECK(shape != NULL);
  return shape;
}

static bool is_flat(const ol_field* fields) {
  const oli_shape* shape = shape_of(fields, sizeof(odd));
  oli_flat* flat = oli_flat_of(shape);
  free(flat);
  oli_shape_free((oli_shape*) shape);
  return flat != NULL;
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

/* An item has members where a worker has results. */
static void a_record_of_members_is_flat_as_well(void) {
  oli_refusal refusal = {.text = ""};
  double slots[2] = {0};
  odd record;
  const ol_shape* item = OL_SHAPE(odd, OL_MEMBER(odd, number), OL_MEMBER(odd, yes));
  const ol_shape* other = OL_SHAPE(odd, OL_MEMBER(odd, number), OL_MEMBER(odd, text));
  oli_shape* shape = oli_shape_of_item(item, &refusal);
  oli_shape* other_shape = oli_shape_of_item(other, &refusal);
  oli_flat* flat = oli_flat_of(shape);
  CHECK(flat != NULL && flat->arg_count == 0 && flat->ret_count == 2);
  memset(&record, 0, sizeof record);
  record.number = 1.5;
  record.yes = true;
  CHECK(oli_flat_store(flat, &record, slots) && slots[0] == 1.5 && slots[1] == 1);
  CHECK(oli_flat_of(other_shape) == NULL);
  free(flat);
  oli_shape_free(shape);
  oli_shape_free(other_shape);
}

/* Whatever their order in the table is. */
static void arguments_stand_in_front_of_results(void) {
  const oli_shape* shape = shape_of(
    OL_FIELDS(OL_RET(all, f64), OL_ARG(all, i8), OL_RET(all, i16), OL_ARG(all, u8)), sizeof(all));
  oli_flat* flat = oli_flat_of(shape);
  CHECK(flat != NULL && flat->arg_count == 2 && flat->ret_count == 2);
  CHECK(flat->members[0].offset == offsetof(all, i8));
  CHECK(flat->members[1].offset == offsetof(all, u8));
  CHECK(oli_flat_rets(flat)[0].offset == offsetof(all, f64));
  CHECK(oli_flat_rets(flat)[1].offset == offsetof(all, i16));
  free(flat);
  oli_shape_free((oli_shape*) shape);
}

static void more_members_than_there_may_be_are_not_flat(void) {
  ol_field fields[OLI_FLAT_MAX + 2];
  char names[OLI_FLAT_MAX + 1][8];
  const ol_field one = OL_RET(odd, number);
  for (size_t i = 0; i < OLI_FLAT_MAX + 1; i++) {
    fields[i] = one;
    snprintf(names[i], sizeof names[i], "n%u", (unsigned) i);
    fields[i].name = names[i];
  }
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

static void check_both_ways(const oli_flat* flat, const double slots[8]) {
  all state;
  double back[8] = {0};
  memset(&state, 0, sizeof state);
  oli_flat_load(flat, slots, &state);
  CHECK(state.i8 == slots[0] && state.i64 == slots[3] && state.u8 == slots[4]);
  CHECK((double) state.u64 == slots[5]);
  CHECK(oli_flat_store(flat, &state, back));
  for (size_t i = 0; i < 8; i++) {
    CHECK(back[i] == slots[i] || (isnan(back[i]) && isnan(slots[i])));
  }
}

static void every_type_keeps_its_extremes(void) {
  const oli_shape* shape = all_shape();
  oli_flat* flat = oli_flat_of(shape);
  CHECK(flat != NULL && oli_flat_slots(flat) == 8);
  check_both_ways(flat, (double[]){-128, -32768, INT32_MIN, -OLI_WHOLE_MAX, 0, 0, -INFINITY, NAN});
  check_both_ways(flat,
                  (double[]){127, 32767, INT32_MAX, OLI_WHOLE_MAX, 255, OLI_WHOLE_MAX, 1.5, -0.0});
  free(flat);
  oli_shape_free((oli_shape*) shape);
}

/* 2^53 + 1 would be told as 2^53. */
static void an_integer_past_what_a_number_can_hold_is_not_stored(void) {
  all state;
  double slots[8];
  const oli_shape* shape = all_shape();
  oli_flat* flat = oli_flat_of(shape);
  const int64_t most = INT64_C(1) << 53;
  memset(&state, 0, sizeof state);
  CHECK(flat != NULL);
  state.i64 = most;
  CHECK(oli_flat_store(flat, &state, slots));
  state.i64 = most + 1;
  CHECK(!oli_flat_store(flat, &state, slots));
  state.i64 = -most;
  CHECK(oli_flat_store(flat, &state, slots));
  state.i64 = -most - 1;
  CHECK(!oli_flat_store(flat, &state, slots));
  state.i64 = INT64_MIN;
  CHECK(!oli_flat_store(flat, &state, slots));
  state.i64 = 0;
  state.u64 = (uint64_t) most;
  CHECK(oli_flat_store(flat, &state, slots));
  state.u64 = (uint64_t) most + 1;
  CHECK(!oli_flat_store(flat, &state, slots));
  state.u64 = UINT64_MAX;
  CHECK(!oli_flat_store(flat, &state, slots));
  free(flat);
  oli_shape_free((oli_shape*) shape);
}

static void any_byte_but_zero_is_true(void) {
  odd state;
  double slot = 7;
  const oli_shape* shape = shape_of(OL_FIELDS(OL_ARG(odd, yes), OL_RET(odd, yes)), sizeof(odd));
  oli_flat* flat = oli_flat_of(shape);
  CHECK(flat != NULL && oli_flat_slots(flat) == 1);
  memset(&state, 0, sizeof state);
  oli_flat_load(flat, &(const double){1}, &state);
  CHECK(state.yes);
  memset(&state.yes, 0x40, 1);
  CHECK(oli_flat_store(flat, &state, &slot) && slot == 1);
  memset(&state.yes, 0, 1);
  CHECK(oli_flat_store(flat, &state, &slot) && slot == 0);
  free(flat);
  oli_shape_free((oli_shape*) shape);
}

int main(void) {
  only_numbers_and_booleans_that_are_always_there_are_flat();
  a_record_of_members_is_flat_as_well();
  arguments_stand_in_front_of_results();
  more_members_than_there_may_be_are_not_flat();
  every_type_keeps_its_extremes();
  an_integer_past_what_a_number_can_hold_is_not_stored();
  any_byte_but_zero_is_true();
  return 0;
}
