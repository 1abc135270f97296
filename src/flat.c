#include "flat.h"

#include <stdlib.h>
#include <string.h>

static bool flat_is_number(const ol_field* row) {
  bool number = row->type == OL_TYPE_F32 || row->type == OL_TYPE_F64 || oli_is_integer(row->type);
  return number && !row->bigint && row->one_of == NULL;
}

/* What a slot can say all of: it is always there. */
static bool flat_fits(const ol_field* row) {
  bool there = row->role == OL_ROLE_ARG || row->role == OL_ROLE_RET || row->role == OL_ROLE_MEMBER;
  return there && row->given == 0 && (row->type == OL_TYPE_BOOL || flat_is_number(row));
}

static bool flat_fits_all(const oli_shape* shape) {
  for (size_t i = 0; i < shape->count; i++) {
    if (!flat_fits(&shape->fields[i].row)) return false;
  }
  return shape->count <= OLI_FLAT_MAX;
}

static void flat_add(oli_flat* flat, const oli_field* field) {
  flat->members[flat->arg_count + flat->ret_count] =
    (oli_flat_member){field, field->row.type, field->row.offset};
  if (field->row.role == OL_ROLE_ARG) {
    flat->arg_count++;
  } else {
    flat->ret_count++;
  }
}

static void flat_add_all(oli_flat* flat, const oli_shape* shape, bool args) {
  for (size_t i = 0; i < shape->count; i++) {
    const oli_field* field = &shape->fields[i];
    if ((field->row.role == OL_ROLE_ARG) == args) flat_add(flat, field);
  }
}

oli_flat* oli_flat_of(const oli_shape* shape) {
  if (!flat_fits_all(shape)) return NULL;
  oli_flat* flat = calloc(1, sizeof *flat + shape->count * sizeof(oli_flat_member));
  if (flat == NULL) return NULL;
  flat_add_all(flat, shape, true);
  flat_add_all(flat, shape, false);
  return flat;
}

const oli_flat_member* oli_flat_rets(const oli_flat* flat) {
  return flat->members + flat->arg_count;
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

void oli_flat_load(const oli_flat* flat, const double* slots, void* record) {
  const oli_flat_member* arg = flat->members;
  for (size_t i = 0; i < flat->arg_count; i++, arg++) {
    flat_load_member(arg->type, slots[i], (char*) record + arg->offset);
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

bool oli_flat_store(const oli_flat* flat, const void* record, double* slots) {
  const oli_flat_member* ret = oli_flat_rets(flat);
  for (size_t i = 0; i < flat->ret_count; i++, ret++) {
    if (!flat_store_member(ret->type, (const char*) record + ret->offset, &slots[i])) return false;
  }
  return true;
}
