/* The forms of a call: workers that do next to nothing, with every shape of parameter list. */
#include <offloop.h>

/* ---- twice(number): 2 * number; a negative one fails ---------------------------------------- */

typedef struct twice_state {
  double number, result;
} twice_state;

static int twice_execute(ol_job* job, void* state) {
  twice_state* s = state;
  if (s->number < 0) return ol_fail(job, "ERR_NEGATIVE", "%g is negative", s->number);
  s->result = 2 * s->number;
  return OL_OK;
}

#define TWICE_FIELDS OL_FIELDS(OL_ARG(twice_state, number), OL_RET(twice_state, result))

static const ol_worker twice = {
  OL_WORKER("twice", twice_state, twice_execute),
  .fields = TWICE_FIELDS,
};

/* The same, with a callback that takes the result alone. */
static const ol_worker tell_twice = {
  OL_WORKER("tellTwice", twice_state, twice_execute),
  .fields = TWICE_FIELDS,
  .callback = OL_CALLBACK_RESULT,
};

/* ---- scale(value, [by], { offset }) --------------------------------------------------------- */

typedef struct scale_state {
  double value, by, offset, result;
} scale_state;

static int scale_execute(ol_job* job, void* state) {
  scale_state* s = state;
  (void) job;
  s->result = s->value * s->by + s->offset;
  return OL_OK;
}

static const ol_worker scale = {
  OL_WORKER("scale", scale_state, scale_execute),
  .fields = OL_FIELDS(OL_ARG(scale_state, value), OL_ARG_OPTIONAL(scale_state, by, .def = 1),
                      OL_OPTION(scale_state, offset), OL_RET(scale_state, result)),
};

/* ---- nothing(): no arguments, no result ----------------------------------------------------- */

static int nothing_execute(ol_job* job, void* state) {
  (void) job;
  (void) state;
  return OL_OK;
}

typedef struct nothing_state {
  int unused;
} nothing_state;

static const ol_worker nothing = {OL_WORKER("nothing", nothing_state, nothing_execute)};

OL_MODULE(&twice, &tell_twice, &scale, &nothing)
