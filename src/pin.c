/* pin.c: pins are made by the second pass of reading and go with their job. */
#include "pin.h"

#include "error.h"

static napi_status pin_out_of_memory(ol_job* job) {
  return oli_throw_no_memory(job->env->napi);
}

/* The pin comes first: a reference that nothing remembers would keep its object for ever. */
napi_status oli_pin_value(ol_job* job, napi_value value) {
  oli_pin* pin = oli_arena_alloc(&job->arena, sizeof *pin);
  if (pin == NULL) return pin_out_of_memory(job);
  napi_status status = napi_create_reference(job->env->napi, value, 1, &pin->ref);
  if (status != napi_ok) return oli_check(job->env->napi, status);
  pin->next = job->pins;
  job->pins = pin;
  return napi_ok;
}

void oli_pin_release(ol_job* job) {
  for (oli_pin* pin = job->pins; pin != NULL; pin = pin->next) {
    napi_delete_reference(job->env->napi, pin->ref);
  }
  job->pins = NULL;
}
