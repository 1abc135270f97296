#include "flat.h"

#include <string.h>

static bool flat_is_number(const ol_field* row) {
  bool number = row->type == OL_TYPE_F32 || row->type == OL_TYPE_F64 || oli_is_integer(row->type);
  return number && !row->bigint && row->one_of == NULL;
}

/* What a slot can say all of: it is always there. */
static bool flat_fits(const ol_field* row) {
  if (row->role != OL_ROLE_ARG && row->role != OL_ROLE_RET) return false;
  return row->given == 0 && (row->type == OL_TYPE_BOOL || flat_is_number(row));
}

static bool flat_add(oli_flat* flat, const oli_field* field) {
  bool arg = field->row.role == OL_ROLE_ARG;
  size_t* count = arg ? &flat->arg_count : &flat->ret_count;
  if (!flat_fits(&field->row) || *count == OLI_FLAT_MAX) return false;
  oli_flat_member member = {field, field->row.type, field->row.offset};
  (arg ? flat->args : flat->rets)[(*count)++] = member;
  return true;
}

bool oli_flat_of(const oli_shape* shape, oli_flat* flat) {
  bool fits = true;
  memset(flat, 0, sizeof *flat);
  for (size_t i = 0; i < shape->count && fits; i++) fits = flat_add(flat, &shape->fields[i]);
  return fits;
}

size_t oli_flat_slots(const oli_flat* flat) {
  return flat->arg_count > flat->ret_count ? flat->arg_count : flat->ret_count;
}

static void flat_load_member(int type, double number, void* at) {
  if (type == OL_TYPE_F64) {
    memcpy(at, &number, sizeof number);
  } else if (type == OL_TYPE_F32) {
    float narrow = (float) number;
    memcpy(at, &narrow, sizeof narrow);
  } else if (type == OL_TYPE_BOOL) {
    *(bool*) at = number != 0;
  } else {
    oli_integer_store(type, at, (uint64_t) (int64_t) number);
  }
}

void oli_flat_load(const oli_flat* flat, const double* slots, void* state) {
  for (size_t i = 0; i < flat->arg_count; i++) {
    flat_load_member(flat->args[i].type, slots[i], (char*) state + flat->args[i].offset);
  }
}

static bool flat_store_integer(int type, const void* at, double* slot) {
  const uint64_t max = (uint64_t) OLI_WHOLE_MAX;
  uint64_t bits = oli_integer_load(type, at);
  *slot = oli_is_signed(type) ? (double) (int64_t) bits : (double) bits;
  return oli_is_signed(type) ? bits + max <= 2 * max : bits <= max;
}

/* As for every result, any byte but 0 is true. */
static bool flat_store_member(int type, const void* at, double* slot) {
  if (type == OL_TYPE_F64) {
    memcpy(slot, at, sizeof *slot);
  } else if (type == OL_TYPE_F32) {
    float narrow;
    memcpy(&narrow, at, sizeof narrow);
    *slot = narrow;
  } else if (type == OL_TYPE_BOOL) {
    *slot = *(const unsigned char*) at != 0;
  } else {
    return flat_store_integer(type, at, slot);
  }
  return true;
}

bool oli_flat_store(const oli_flat* flat, const void* state, double* slots) {
  bool fits = true;
  for (size_t i = 0; i < flat->ret_count && fits; i++) {
    const oli_flat_member* ret = &flat->rets[i];
    fits = flat_store_member(ret->type, (const char*) state + ret->offset, &slots[i]);
  }
  return fits;
}
