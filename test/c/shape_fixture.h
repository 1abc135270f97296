/* shape_fixture.h: a shape outside any worker, made ready for the C tests. */
#ifndef SHAPE_FIXTURE_H
#define SHAPE_FIXTURE_H

#include "check.h"
#include "fields.h"

const ol_pool ol_node_pool = {0};
const ol_pool ol_own_thread = {0};

static inline int fixture_execute(ol_job* job, void* state) {
  (void) job;
  (void) state;
  return OL_OK;
}

/* The elements of a result that is a list. Lives as long as the test. */
static inline const oli_shape* fixture_shape(const ol_shape* of) {
  oli_refusal refusal = {.text = ""};
  ol_field fields[] = {{.member = "list",
                        .size = sizeof(ol_list),
                        .type = OL_TYPE_LIST,
                        .role = OL_ROLE_RET,
                        .of = of},
                       {.type = OL_TYPE_END}};
  ol_worker worker = {OL_WORKER("fixture", ol_list, fixture_execute), .fields = fields};
  static oli_shape* made[8];
  static size_t count;
  CHECK(count < sizeof made / sizeof made[0]);
  made[count] = oli_shape_of_worker(&worker, &refusal);
  if (made[count] == NULL) fprintf(stderr, "%s\n", refusal.text);
  CHECK(made[count] != NULL);
  return made[count++]->fields[0].of;
}

#endif
