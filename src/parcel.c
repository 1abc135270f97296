/* parcel.c: makes a record independent of where it came from.
 *
 * Shape: the record is copied byte by byte first; then each member that points somewhere is given
 * memory of its own, and so are the elements of a list, down to any depth that a table can have.
 * Members are loaded and stored by memcpy, since a member of a packed struct may stand anywhere.
 *
 * Thread: the one that copies. Only [from] is shared; its lock is held while a block is looked up,
 * and for nothing else. */
#include "parcel.h"

#include <stdint.h>
#include <string.h>

/* Bytes that are copied and this long become a block: then JavaScript can have the copy itself. */
enum { PARCEL_BLOCK_MIN = 16 * 1024 };

typedef struct parcel_copier {
  oli_arena* from;
  oli_mutex* from_lock;
  oli_arena* to;
  size_t bytes;
} parcel_copier;

/* ---- Bare shapes --------------------------------------------------------------------------- */

static bool parcel_field_is_bare(const oli_field* field) {
  int type = field->row.type;
  if (type == OL_TYPE_OTHER) return field->of == NULL || oli_shape_is_bare(field->of);
  return (type < OL_TYPE_STR || type > OL_TYPE_VALUE);
}

bool oli_shape_is_bare(const oli_shape* shape) {
  for (size_t i = 0; i < shape->count; i++) {
    if (!parcel_field_is_bare(&shape->fields[i])) return false;
  }
  return true;
}

/* ---- Bytes --------------------------------------------------------------------------------- */

/* A length that an author made up for a block is not checked by copying it, so the sum might
 * wrap. */
static void parcel_count(parcel_copier* parcel, size_t size) {
  parcel->bytes = size <= SIZE_MAX - parcel->bytes ? parcel->bytes + size : SIZE_MAX;
}

/* The size of [len] elements; false: they are nowhere, or more than there can be. */
static bool parcel_size(const void* data, size_t len, size_t element, size_t* size) {
  if ((data == NULL && len > 0) || len > (size_t) PTRDIFF_MAX / element) return false;
  *size = len * element;
  return true;
}

static bool parcel_move(parcel_copier* parcel, const void* data) {
  if (parcel->from == NULL) return false;
  oli_mutex_lock(parcel->from_lock);
  bool moved = oli_arena_move(parcel->from, parcel->to, data);
  oli_mutex_unlock(parcel->from_lock);
  return moved;
}

void oli_parcel_give_back(oli_arena* from, oli_mutex* from_lock, oli_arena* to) {
  if (from == NULL) return;
  oli_mutex_lock(from_lock);
  oli_arena_move_back(to, from);
  oli_mutex_unlock(from_lock);
}

/* Memory for a copy; NULL: out of memory. */
static void* parcel_alloc(parcel_copier* parcel, bool secret, size_t size) {
  ol_buf block;
  if (secret) return oli_arena_alloc_secret(parcel->to, size);
  if (size < PARCEL_BLOCK_MIN) return oli_arena_alloc(parcel->to, size);
  return oli_arena_buf_new(parcel->to, &block, size) == OL_OK ? block.data : NULL;
}

static int parcel_copy_bytes(parcel_copier* parcel, bool secret, ol_buf* buf, size_t size) {
  void* copy = parcel_alloc(parcel, secret, size);
  if (copy == NULL) return OL_NO_MEMORY;
  if (size > 0) memcpy(copy, buf->data, size);
  buf->data = copy;
  return OL_OK;
}

/* [buf] is of any view type, and [element] bytes are one of its elements. */
static int parcel_own_bytes(parcel_copier* parcel, bool secret, size_t element, ol_buf* buf) {
  size_t size;
  if (!parcel_size(buf->data, buf->len, element, &size)) return OL_INVALID;
  if (buf->data == NULL) return OL_OK;
  parcel_count(parcel, size);
  if (parcel_move(parcel, buf->data)) return OL_OK;
  return parcel_copy_bytes(parcel, secret, buf, size);
}

/* A string always has a NUL behind its end, also where there was no data. */
static int parcel_own_text(parcel_copier* parcel, bool secret, ol_str* str) {
  size_t size;
  if (!parcel_size(str->data, str->len, 1, &size)) return OL_INVALID;
  parcel_count(parcel, size);
  if (size == 0) {
    str->data = "";
    return OL_OK;
  }
  char* copy =
    secret ? oli_arena_alloc_secret(parcel->to, size + 1) : oli_arena_alloc(parcel->to, size + 1);
  if (copy == NULL) return OL_NO_MEMORY;
  str->data = memcpy(copy, str->data, size);
  return OL_OK;
}

/* ---- Members ------------------------------------------------------------------------------- */

static int parcel_own_record(parcel_copier* parcel, const oli_shape* shape, char* record);

static int parcel_own_str(parcel_copier* parcel, const oli_field* field, char* at) {
  ol_str str;
  memcpy(&str, at, sizeof str);
  int status = parcel_own_text(parcel, field->row.secret, &str);
  memcpy(at, &str, sizeof str);
  return status;
}

/* All view types have the layout of ol_buf. */
static int parcel_own_view(parcel_copier* parcel, const oli_field* field, char* at) {
  ol_buf buf;
  memcpy(&buf, at, sizeof buf);
  int status = parcel_own_bytes(parcel, field->row.secret, oli_element_size(field->row.type), &buf);
  memcpy(at, &buf, sizeof buf);
  return status;
}

static int parcel_own_variant(parcel_copier* parcel, ol_value* value) {
  if (value->type < OL_VALUE_NULL || value->type > OL_VALUE_BUF) return OL_INVALID;
  if (value->type == OL_VALUE_STR) return parcel_own_text(parcel, false, &value->as.str);
  if (value->type == OL_VALUE_BUF) return parcel_own_bytes(parcel, false, 1, &value->as.buf);
  return OL_OK;
}

static int parcel_own_value(parcel_copier* parcel, char* at) {
  ol_value value;
  memcpy(&value, at, sizeof value);
  int status = parcel_own_variant(parcel, &value);
  memcpy(at, &value, sizeof value);
  return status;
}

/* Elements without pointers are done with by the copy of the whole. */
static int parcel_own_elements(parcel_copier* parcel, const oli_shape* of, const ol_list* list) {
  int status = OL_OK;
  if (oli_shape_is_bare(of)) return OL_OK;
  for (size_t i = 0; i < list->len && status == OL_OK; i++) {
    status = parcel_own_record(parcel, of, (char*) list->data + i * of->size);
  }
  return status;
}

static int parcel_own_list(parcel_copier* parcel, const oli_field* field, char* at) {
  ol_list list;
  size_t size;
  memcpy(&list, at, sizeof list);
  if (!parcel_size(list.data, list.len, field->of->size, &size)) return OL_INVALID;
  if (list.data == NULL) return OL_OK;
  void* copy = oli_arena_alloc(parcel->to, size);
  if (copy == NULL) return OL_NO_MEMORY;
  parcel_count(parcel, size);
  if (size > 0) memcpy(copy, list.data, size);
  list.data = copy;
  memcpy(at, &list, sizeof list);
  return parcel_own_elements(parcel, field->of, &list);
}

/* An absent member may hold anything: its author says so by .given. It becomes zero, or the
 * default, which is constant and needs no copy. */
static bool parcel_is_absent(const oli_field* field, const char* record) {
  unsigned char given;
  if (field->row.given == 0) return false;
  memcpy(&given, record + field->row.given, sizeof given);
  return given == 0;
}

static void parcel_set_absent(const oli_field* field, char* at) {
  const char* text = field->row.def_str;
  memset(at, 0, field->row.size);
  if (field->row.type != OL_TYPE_STR || text == NULL) return;
  ol_str str = {text, strlen(text)};
  memcpy(at, &str, sizeof str);
}

static int parcel_own_member(parcel_copier* parcel, const oli_field* field, char* at) {
  switch (field->row.type) {
    case OL_TYPE_STR: return parcel_own_str(parcel, field, at);
    case OL_TYPE_LIST: return parcel_own_list(parcel, field, at);
    case OL_TYPE_VALUE: return parcel_own_value(parcel, at);
    case OL_TYPE_OTHER: return parcel_own_record(parcel, field->of, at);
    default: return parcel_own_view(parcel, field, at);
  }
}

static int parcel_own_record(parcel_copier* parcel, const oli_shape* shape, char* record) {
  int status = OL_OK;
  for (size_t i = 0; i < shape->count && status == OL_OK; i++) {
    const oli_field* field = &shape->fields[i];
    char* at = record + field->row.offset;
    if (parcel_field_is_bare(field)) continue;
    if (parcel_is_absent(field, record)) {
      parcel_set_absent(field, at);
    } else {
      status = parcel_own_member(parcel, field, at);
    }
  }
  return status;
}

int oli_parcel_copy(const oli_shape* shape, const void* source, void* record, oli_arena* from,
                    oli_mutex* from_lock, oli_arena* to, size_t* bytes) {
  parcel_copier parcel = {from, from_lock, to, *bytes};
  memcpy(record, source, shape->size);
  int status = parcel_own_record(&parcel, shape, record);
  if (status != OL_OK) oli_parcel_give_back(from, from_lock, to);
  *bytes = parcel.bytes;
  return status;
}
