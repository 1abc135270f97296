/* object.c: the JavaScript objects of handles.
 *
 * An object is bound to its handle by napi_wrap and marked with the tag of its class, which no
 * JavaScript can read, copy or take away: no name, prototype or proxy makes a handle. The handle
 * knows its object by a weak reference only, so that an object that nobody holds can be collected.
 *
 * A dead object's finaliser runs some time after its death. If the handle needs an object before,
 * it gets a second one, and the weak reference is that one's from then on; the last finaliser
 * deletes it. Finalisers also run when the environment ends, after its cleanup hook, and in some
 * runtimes then not at all: handles are closed by then, and only their memory is left. */
#include "object.h"

#include "error.h"
#include "stream.h"

/* ---- From object to handle ----------------------------------------------------------------- */

static oli_handle* object_unwrap(const oli_class_binding* cls, napi_value value) {
  napi_env napi = cls->env->napi;
  bool ours = false;
  void* handle = NULL;
  if (napi_check_object_type_tag(napi, value, &cls->tag, &ours) != napi_ok || !ours) return NULL;
  return napi_unwrap(napi, value, &handle) == napi_ok ? handle : NULL;
}

static bool object_is_object(napi_env napi, napi_value value) {
  napi_valuetype type;
  return napi_typeof(napi, value, &type) == napi_ok && type == napi_object;
}

oli_handle* oli_object_handle(oli_env* env, const ol_class* cls, napi_value object) {
  const oli_class_binding* binding = oli_class_binding_find(env, cls);
  if (binding == NULL || !object_is_object(env->napi, object)) return NULL;
  return object_unwrap(binding, object);
}

oli_handle* oli_object_any_handle(oli_env* env, napi_value object) {
  oli_handle* found = NULL;
  if (!object_is_object(env->napi, object)) return NULL;
  for (oli_link* link = env->classes.head.next; link != &env->classes.head && found == NULL;
       link = link->next)
    found = object_unwrap(OLI_OF(link, oli_class_binding, link), object);
  return found;
}

/* ---- From handle to object ----------------------------------------------------------------- */

static void object_set_weak(napi_env napi, oli_handle* handle, napi_ref weak) {
  if (handle->object != NULL) napi_delete_reference(napi, handle->object);
  handle->object = weak;
}

static void object_finalize(napi_env napi, void* data, void* hint) {
  oli_handle* handle = data;
  (void) hint;
  if (handle->objects == 1) object_set_weak(napi, handle, NULL);
  oli_handle_drop_object(handle);
}

/* Wrapping comes last: from there on the finaliser is what undoes it all. */
static napi_status object_bind(const oli_class_binding* cls, oli_handle* handle,
                               napi_value object) {
  napi_env napi = cls->env->napi;
  napi_ref weak;
  napi_status status = napi_type_tag_object(napi, object, &cls->tag);
  if (status == napi_ok) status = napi_create_reference(napi, object, 0, &weak);
  if (status != napi_ok) return status;
  status = napi_wrap(napi, object, handle, object_finalize, NULL, NULL);
  if (status != napi_ok) {
    napi_delete_reference(napi, weak);
    return status;
  }
  oli_handle_add_object(handle);
  object_set_weak(napi, handle, weak);
  return napi_ok;
}

static napi_status object_make(const oli_class_binding* cls, oli_handle* handle,
                               napi_value* object) {
  napi_value constructor;
  napi_status status = napi_get_reference_value(cls->env->napi, cls->constructor, &constructor);
  if (status != napi_ok) return status;
  status = oli_env_call(cls->env, OLI_LAYER_MAKE_HANDLE, 1, &constructor, object);
  return status == napi_ok ? object_bind(cls, handle, *object) : status;
}

/* The object that still lives, or NULL. */
static napi_status object_find(napi_env napi, const oli_handle* handle, napi_value* object) {
  *object = NULL;
  return handle->object == NULL ? napi_ok : napi_get_reference_value(napi, handle->object, object);
}

napi_status oli_object_get(oli_env* env, oli_handle* handle, napi_value* object) {
  napi_status status = object_find(env->napi, handle, object);
  if (status != napi_ok || *object != NULL) return status;
  return object_make(oli_class_binding_find(env, handle->cls), handle, object);
}

napi_status oli_object_write(ol_job* job, const ol_class* cls, const void* data,
                             napi_value* object) {
  oli_env* env = job->env;
  if (data == NULL) return napi_get_null(env->napi, object);
  oli_handle* handle = oli_handle_of_job(job, data);
  *object = NULL;
  if (handle == NULL || handle->cls != cls) return napi_ok;
  return oli_check(env->napi, oli_object_get(env, handle, object));
}

/* ---- For the layer ------------------------------------------------------------------------- */

/* The handle that a native is called for; NULL: an exception is pending. */
static oli_handle* object_argument(napi_env napi, napi_callback_info info, const char* name,
                                   oli_env** env) {
  napi_value object;
  size_t argc = 1;
  oli_place place = {.worker = name, .role = OL_ROLE_THIS, .path = "this"};
  napi_status status = napi_get_cb_info(napi, info, &argc, &object, NULL, (void**) env);
  if (oli_check(napi, status) != napi_ok) return NULL;
  oli_handle* handle = oli_object_any_handle(*env, object);
  if (handle == NULL) oli_throw(*env, OLI_ERROR_TYPE, &place, "a handle of this addon", object);
  return handle;
}

/* What a stand-in works with is closed by its function's end only: waiting for that in the function
 * would hang. */
static napi_value object_close_stand_in(oli_env* env, oli_handle* stand_in) {
  napi_value id = NULL;
  if (oli_handle_is_closing(stand_in)) {
    oli_check(env->napi, napi_create_uint32(env->napi, 0, &id));
  } else {
    oli_throw_text(env->napi, false, "ERR_OL_EXCLUSIVE",
                   "The function of exclusive closes its %s by ending", stand_in->cls->name);
  }
  return id;
}

/* native.closeHandle(object): the id of the job that closes the handle, to wait for; 0 when that
 * job is settled already. Named first: what cannot be waited for is not closed. */
static napi_value object_close(napi_env napi, napi_callback_info info) {
  oli_env* env;
  napi_value id;
  oli_handle* handle = object_argument(napi, info, "close", &env);
  if (handle == NULL) return NULL;
  if (handle->origin != NULL) return object_close_stand_in(env, handle);
  ol_job* closer = handle->closer;
  bool named = closer == NULL || closer->id != 0;
  if (!named && oli_env_name_job(env, closer) != napi_ok) return NULL;
  napi_status status = napi_create_uint32(napi, closer == NULL ? 0 : closer->id, &id);
  oli_stream_stop_users(env, handle);
  oli_handle_close(handle);
  return oli_check(napi, status) == napi_ok ? id : NULL;
}

/* native.isClosed(object): whether it refuses calls, which it does from the first close on. */
static napi_value object_is_closed(napi_env napi, napi_callback_info info) {
  oli_env* env;
  napi_value closed;
  oli_handle* handle = object_argument(napi, info, "closed", &env);
  if (handle == NULL) return NULL;
  napi_status status = napi_get_boolean(napi, oli_handle_is_closing(handle), &closed);
  return oli_check(napi, status) == napi_ok ? closed : NULL;
}

napi_status oli_object_natives(oli_env* env, napi_value native) {
  napi_status status = oli_env_define(env, native, "closeHandle", object_close);
  return status == napi_ok ? oli_env_define(env, native, "isClosed", object_is_closed) : status;
}
