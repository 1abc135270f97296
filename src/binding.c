#include "binding.h"

#include <stdlib.h>
#include <string.h>

#include "berth.h"
#include "env.h"
#include "error.h"
#include "gate.h"

/* ---- Workers ------------------------------------------------------------------------------- */

static oli_binding* binding_find(oli_env* env, const ol_worker* worker) {
  for (oli_link* link = env->bindings.head.next; link != &env->bindings.head; link = link->next) {
    oli_binding* binding = OLI_OF(link, oli_binding, link);
    if (binding->source == worker) return binding;
  }
  return NULL;
}

/* Whether a call may bring handles of serial classes along, however deep. */
static bool binding_is_serial(const oli_shape* shape) {
  for (size_t i = 0; i < shape->count; i++) {
    const oli_field* field = &shape->fields[i];
    if (field->row.role == OL_ROLE_RET) continue;
    if (field->row.handle != NULL && field->row.handle->serial) return true;
    if (field->of != NULL && binding_is_serial(field->of)) return true;
  }
  return false;
}

static void binding_survey(oli_binding* binding) {
  binding->positional = oli_shape_count(binding->shape, OL_ROLE_ARG) +
                        oli_shape_count(binding->shape, OL_ROLE_OPTIONAL);
  for (size_t i = 0; i < binding->shape->count; i++) {
    const ol_field* row = &binding->shape->fields[i].row;
    if (row->role == OL_ROLE_THIS) binding->method_of = row->handle;
  }
  binding->serial = binding_is_serial(binding->shape);
  binding->asks = binding->shape->functions;
  binding->stays = binding->item != NULL || binding->message != NULL || binding->asks;
}

/* False: an exception is pending. */
static bool binding_choose_pool(oli_binding* binding) {
  const ol_pool* pool = binding->worker.pool;
  if (pool == NULL) pool = binding->stays ? &ol_own_thread : &ol_default_pool;
  binding->berth = oli_berth_get(binding->env, pool, binding->worker.name);
  return binding->berth != NULL;
}

/* Only where the layer can answer for C: nothing of the author's runs on the loop, no clock does,
 * and no job waits for a place. On a single thread jobs end in the order in which they were called,
 * and so they are answered; what crosses in batches may be answered before what does not. */
static bool binding_may_stage(const oli_binding* binding) {
  const ol_worker* worker = &binding->worker;
  bool plain = worker->prepare == NULL && worker->complete == NULL && worker->destroy == NULL;
  bool free = worker->timeout_ms == 0 && worker->max_running == 0 && !worker->strict;
  return plain && free && oli_berth_takes_slabs(binding->berth);
}

/* An item without members is an object all the same. */
static void binding_flatten(oli_binding* binding) {
  const oli_shape* item = binding->item;
  if (binding_may_stage(binding)) binding->flat = oli_flat_of(binding->shape);
  if (item != NULL && item->count > 0) binding->flat_item = oli_flat_of(item);
}

/* An older table may end before it. */
static uint32_t binding_max_running(const ol_worker* worker) {
  return worker->table_size > offsetof(ol_worker, max_running) ? worker->max_running : 0;
}

/* The author's table may be older, and shorter, than this library's. */
static void binding_copy_table(oli_binding* binding, const ol_worker* worker) {
  memcpy(&binding->worker, worker, worker->table_size);
  binding->worker.table_size = sizeof(ol_worker);
}

static napi_status binding_refuse(oli_env* env, const char* what, const char* name,
                                  const char* why) {
  return oli_throw_text(env->napi, true, "ERR_OL_TABLE", "%s %s: %s", what,
                        name == NULL ? "without a name" : name, why);
}

static napi_status binding_classes(oli_env* env, const oli_shape* shape);

/* The classes of all handles in a shape, however deep. */
static napi_status binding_classes(oli_env* env, const oli_shape* shape) {
  for (size_t i = 0; i < shape->count; i++) {
    const oli_field* field = &shape->fields[i];
    if (field->row.handle != NULL && oli_class_binding_get(env, field->row.handle) == NULL) {
      return napi_pending_exception;
    }
    if (field->of != NULL && binding_classes(env, field->of) != napi_ok) {
      return napi_pending_exception;
    }
  }
  return napi_ok;
}

/* The shapes of a worker that passed all checks. */
typedef struct binding_shapes {
  oli_shape *fields, *item, *message;
} binding_shapes;

static void binding_free_shapes(const binding_shapes* shapes) {
  oli_shape_free(shapes->fields);
  oli_shape_free(shapes->item);
  oli_shape_free(shapes->message);
}

/* False: out of memory. */
static bool binding_make_gate(oli_binding* binding, uint32_t places) {
  if (places == 0) return true;
  binding->gate = calloc(1, sizeof(*binding->gate));
  if (binding->gate == NULL) return false;
  oli_gate_init(binding->gate, places, oli_env_send);
  return true;
}

static void binding_free_gate(oli_binding* binding) {
  if (binding->gate == NULL) return;
  oli_gate_destroy(binding->gate);
  free(binding->gate);
}

static oli_binding* binding_new(oli_env* env, const ol_worker* worker,
                                const binding_shapes* shapes) {
  oli_binding* binding = calloc(1, sizeof(*binding));
  if (binding == NULL || !binding_make_gate(binding, binding_max_running(worker))) {
    free(binding);
    binding_free_shapes(shapes);
    oli_throw_no_memory(env->napi);
    return NULL;
  }
  binding->env = env;
  binding->source = worker;
  binding->shape = shapes->fields;
  binding->item = shapes->item;
  binding->message = shapes->message;
  binding_copy_table(binding, worker);
  binding_survey(binding);
  if (!binding_choose_pool(binding)) {
    binding_free_shapes(shapes);
    binding_free_gate(binding);
    free(binding);
    return NULL;
  }
  binding_flatten(binding);
  oli_list_push(&env->bindings, &binding->link);
  return binding;
}

/* An older table may end before them. */
static const ol_shape* binding_item(const ol_worker* worker) {
  return worker->table_size > offsetof(ol_worker, item) ? worker->item : NULL;
}

static const ol_shape* binding_message(const ol_worker* worker) {
  return worker->table_size > offsetof(ol_worker, message) ? worker->message : NULL;
}

/* False: refused. */
static bool binding_make_shapes(const ol_worker* worker, binding_shapes* shapes,
                                oli_refusal* refusal) {
  *shapes = (binding_shapes){oli_shape_of_worker(worker, refusal), NULL, NULL};
  if (shapes->fields == NULL) return false;
  const ol_shape *item = binding_item(worker), *message = binding_message(worker);
  if (item != NULL) shapes->item = oli_shape_of_item(item, refusal);
  if (item != NULL && shapes->item == NULL) return false;
  if (message != NULL) shapes->message = oli_shape_of_message(message, refusal);
  return message == NULL || shapes->message != NULL;
}

/* A job that lends its turn would wait for it with a place at the gate, and with the turn another
 * would wait for that place. */
static bool binding_may_have_gate(const ol_worker* worker, const binding_shapes* shapes) {
  bool lends = shapes->item != NULL || shapes->message != NULL || shapes->fields->functions;
  return !lends || binding_max_running(worker) == 0 || !binding_is_serial(shapes->fields);
}

oli_binding* oli_binding_get(oli_env* env, const ol_worker* worker) {
  oli_refusal refusal;
  oli_binding* binding = binding_find(env, worker);
  if (binding != NULL) return binding;
  binding_shapes shapes;
  if (!binding_make_shapes(worker, &shapes, &refusal)) {
    binding_free_shapes(&shapes);
    if (refusal.no_memory)
      oli_throw_no_memory(env->napi);
    else
      binding_refuse(env, "worker", worker->name, refusal.text);
    return NULL;
  }
  if (!binding_may_have_gate(worker, &shapes)) {
    binding_free_shapes(&shapes);
    binding_refuse(env, "worker", worker->name,
                   "has .max_running and a serial handle, and .item, .message or an ol_fn");
    return NULL;
  }
  if (binding_classes(env, shapes.fields) != napi_ok) {
    binding_free_shapes(&shapes);
    return NULL;
  }
  return binding_new(env, worker, &shapes);
}

/* ---- Classes ------------------------------------------------------------------------------- */

oli_class_binding* oli_class_binding_find(oli_env* env, const ol_class* cls) {
  for (oli_link* link = env->classes.head.next; link != &env->classes.head; link = link->next) {
    oli_class_binding* binding = OLI_OF(link, oli_class_binding, link);
    if (binding->source == cls) return binding;
  }
  return NULL;
}

static bool binding_has_class(const oli_env* env, const char* name) {
  for (oli_link* link = env->classes.head.next; link != &env->classes.head; link = link->next) {
    if (strcmp(OLI_OF(link, oli_class_binding, link)->cls.name, name) == 0) return true;
  }
  return false;
}

/* All classes are exported together, so that no two can have one name. */
static const char* binding_class_fault(const oli_env* env, const ol_class* cls) {
  if (cls->kind != OL_TABLE_CLASS) return "is not made with OL_CLASS";
  if (cls->table_size > sizeof(ol_class)) return "is built with a newer header than this library";
  if (cls->name == NULL || cls->name[0] == '\0') return "has no name";
  if (cls->data_size == 0) return "has no data";
  if (binding_has_class(env, cls->name)) return "the addon has a class of that name already";
  return NULL;
}

static napi_status binding_make_class(oli_class_binding* binding) {
  oli_env* env = binding->env;
  napi_value argv[2], constructor;
  napi_status status =
    napi_create_string_utf8(env->napi, binding->cls.name, NAPI_AUTO_LENGTH, &argv[0]);
  if (status == napi_ok) status = napi_get_boolean(env->napi, binding->cls.serial, &argv[1]);
  if (status == napi_ok) status = oli_env_call(env, OLI_LAYER_MAKE_CLASS, 2, argv, &constructor);
  if (status != napi_ok) return status;
  return napi_create_reference(env->napi, constructor, 1, &binding->constructor);
}

/* Two addresses make a tag that no other addon, class or environment can have: one thread may have
 * two environments of an addon whose init function is the author's. */
static napi_type_tag binding_tag(const oli_class_binding* binding) {
  static const char here;
  return (napi_type_tag){(uint64_t) (uintptr_t) &here, (uint64_t) (uintptr_t) binding};
}

static oli_class_binding* binding_new_class(oli_env* env, const ol_class* cls) {
  oli_class_binding* binding = calloc(1, sizeof(*binding));
  if (binding == NULL) {
    oli_throw_no_memory(env->napi);
    return NULL;
  }
  binding->env = env;
  binding->source = cls;
  memcpy(&binding->cls, cls, cls->table_size);
  binding->tag = binding_tag(binding);
  if (oli_check(env->napi, binding_make_class(binding)) != napi_ok) {
    free(binding);
    return NULL;
  }
  oli_list_push(&env->classes, &binding->link);
  return binding;
}

oli_class_binding* oli_class_binding_get(oli_env* env, const ol_class* cls) {
  oli_class_binding* binding = oli_class_binding_find(env, cls);
  if (binding != NULL) return binding;
  const char* fault = binding_class_fault(env, cls);
  if (fault == NULL) return binding_new_class(env, cls);
  binding_refuse(env, "class", cls->kind == OL_TABLE_CLASS ? cls->name : NULL, fault);
  return NULL;
}
