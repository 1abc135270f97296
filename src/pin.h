/* pin.h: JavaScript memory that a job reaches. Floor 2, loop only.
 *
 * A reference keeps the object until the job is freed. While the environment lives the loop deletes
 * the references; when it is gone the engine has taken them along. */
#ifndef OLI_PIN_H
#define OLI_PIN_H

#include "env.h"

typedef struct oli_pin {
  struct oli_pin* next;
  napi_ref ref;
} oli_pin;

/* Keeps [value] alive for the job. napi_ok, or an exception is pending. */
napi_status oli_pin_value(ol_job* job, napi_value value);

void oli_pin_release(ol_job* job);

#endif
