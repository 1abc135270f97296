/* binding.h: a worker or class as exported to one environment. Floor 2. Loop only, freed with
 * it. */
#ifndef OLI_BINDING_H
#define OLI_BINDING_H

#include "fields.h"
#include "flat.h"
#include "list.h"

struct oli_berth;
struct oli_env;
struct oli_gate;

typedef struct oli_binding {
  oli_link link;
  struct oli_env* env;
  const ol_worker* source;   /* the author's table, by whose address it is found */
  ol_worker worker;          /* its copy in the current size */
  oli_shape* shape;          /* its fields, compiled */
  oli_shape* item;           /* what a stream gives, compiled; NULL: it gives no items */
  oli_shape* message;        /* what its jobs receive, compiled; NULL: they receive nothing */
  struct oli_berth* berth;   /* of its pool */
  size_t positional;         /* arguments by position, required and optional */
  const ol_class* method_of; /* the class whose method it is, or NULL */
  bool serial;               /* it uses a handle of a serial class */
  bool asks;                 /* it takes functions of JavaScript */
  bool stays;                /* its jobs may wait for JavaScript: each needs a thread of its own */
  oli_flat* flat;            /* NULL: its calls do not cross in batches; see stage.h */
  oli_flat* flat_item;       /* NULL: nor do its items */
  struct oli_gate* gate;     /* NULL: any number of its jobs may run at once */
  napi_ref function;         /* strong; NULL: not exported yet */
} oli_binding;

typedef struct oli_class_binding {
  oli_link link;
  struct oli_env* env;
  const ol_class* source;
  ol_class cls;         /* its copy in the current size */
  napi_ref constructor; /* strong */
  napi_type_tag tag;    /* marks its objects; no two classes, addons and environments share one */
} oli_class_binding;

/* The binding of an author's table, made when there is none yet. NULL: an exception is pending that
 * says what is wrong with the table. */
oli_binding* oli_binding_get(struct oli_env* env, const ol_worker* worker);
oli_class_binding* oli_class_binding_get(struct oli_env* env, const ol_class* cls);

/* Only if there is one. */
oli_class_binding* oli_class_binding_find(struct oli_env* env, const ol_class* cls);

#endif
