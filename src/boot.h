/* boot.h: brings the layer of JavaScript into an environment. Floor 2, loop only.
 *
 * The scripts of lib/layer travel in the addon as bytes (layer.c). Each is an expression that gives
 * a function of (layer, native): they are called in order, put what they offer on [layer] and find
 * the functions of C on [native]. */
#ifndef OLI_BOOT_H
#define OLI_BOOT_H

#include "env.h"

/* Runs the scripts and takes hold of the functions that C calls. */
napi_status oli_boot(oli_env* env, napi_value native);

#endif
