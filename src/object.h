/* object.h: the JavaScript objects of handles. Floor 2, loop only. */
#ifndef OLI_OBJECT_H
#define OLI_OBJECT_H

#include "env.h"

/* The handle behind an object of the class; NULL: it is no such object. Runs no JavaScript of the
 * caller's. */
oli_handle* oli_object_handle(oli_env* env, const ol_class* cls, napi_value object);

/* The object for the author's struct at [data], which [job] uses or made: the same one as long as
 * that lives. NULL data gives null; *object is NULL where the job neither made nor uses it, or has
 * another class. napi_ok, or an exception is pending. */
napi_status oli_object_write(ol_job* job, const ol_class* cls, const void* data,
                             napi_value* object);

/* The handle behind an object of any class; NULL: it is no such object. */
oli_handle* oli_object_any_handle(oli_env* env, napi_value object);

/* The object of a handle. */
napi_status oli_object_get(oli_env* env, oli_handle* handle, napi_value* object);

/* Adds native.closeHandle(object) and native.isClosed(object). */
napi_status oli_object_natives(oli_env* env, napi_value native);

#endif
