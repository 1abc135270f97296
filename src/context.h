/* context.h: contexts of calls (lib/layer/contexts.js) by Node-API, for runtimes that do not say
 * where AsyncResource is. Floor 2, loop only. */
#ifndef OLI_CONTEXT_H
#define OLI_CONTEXT_H

#include "env.h"

/* Adds native.contextOpen, native.contextCall and native.contextClose. */
napi_status oli_context_natives(oli_env* env, napi_value native);

#endif
