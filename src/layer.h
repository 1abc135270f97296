/* layer.h: the JavaScript that runs beside the C, as text. Floor 1.
 *
 * scripts/embed.js makes layer.c of lib/layer; every environment runs the scripts once, in the
 * table's order. */
#ifndef OLI_LAYER_H
#define OLI_LAYER_H

#include <stddef.h>

typedef struct oli_script {
  const char* name; /* the file's name in lib/layer, "errors.js" */
  const char* text; /* UTF-8, with a NUL behind its end */
  size_t text_len;  /* bytes, without the NUL */
} oli_script;

extern const oli_script oli_scripts[];
extern const size_t oli_scripts_len; /* how many scripts */

#endif
