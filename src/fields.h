/* fields.h: an author's table, checked and made ready. Floor 1.
 *
 * Tables may come from a header older than this library, so rows are copied into the current size;
 * names are worked out once. A compiled shape is constant afterwards and read on the loop only. */
#ifndef OLI_FIELDS_H
#define OLI_FIELDS_H

#include "offloop.h"

/* Numbers in JavaScript are doubles: up to here they are whole without gaps. */
#define OLI_WHOLE_MAX 9007199254740992.0

/* Arguments by position that a worker may have. */
#define OLI_ARGS_MAX 32

/* Elements of a list, both ways. Past this an engine may end the process for want of memory, and an
 * empty array may say that it is 2^32 long. */
#define OLI_LIST_MAX 33554432u
#define OLI_LIST_WORDS "an array of at most 33554432 elements"

typedef struct oli_shape oli_shape;

typedef struct oli_field {
  ol_field row;     /* row.name is never NULL: the name in JavaScript, owned by the shape */
  oli_shape* of;    /* compiled row.of, or NULL; owned */
  size_t choices;   /* number of strings in row.one_of */
  bool has_def;     /* .def was given, which may be 0 */
  bool optional;    /* may be undefined on its way in */
  bool bounded;     /* has .min and .max */
  double low, high; /* of a number: its bounds, those of an integer's type included */
} oli_field;

struct oli_shape {
  size_t size;    /* bytes of one record */
  size_t align;   /* of its struct, as far as its rows tell; at least 1 */
  bool handles;   /* one of its fields, at any depth, is a handle */
  bool functions; /* or a function of JavaScript */
  size_t count;
  oli_field fields[];
};

/* Why a table was refused, in words for its author: `field "size": .given is no bool`. */
typedef struct oli_refusal {
  bool no_memory; /* nothing is wrong with the table */
  char text[384];
} oli_refusal;

/* The fields of a worker. NULL: refused. Free with oli_shape_free. */
oli_shape* oli_shape_of_worker(const ol_worker* worker, oli_refusal* refusal);

/* A record that crosses while a job runs, which no handle can. NULL: refused. */
oli_shape* oli_shape_of_item(const ol_shape* item, oli_refusal* refusal);
oli_shape* oli_shape_of_message(const ol_shape* message, oli_refusal* refusal);

/* NULL is harmless. */
void oli_shape_free(oli_shape* shape);

/* What a function of JavaScript is called with, and what it answers: records of one struct. The
 * rows are those of members, so that either may be absent. NULL: it takes none, or its answer is
 * ignored. */
typedef struct oli_call_shape {
  oli_shape *arguments, *answer;
} oli_call_shape;

/* Rows of OL_ARG and OL_RET, for ol_call. False: refused, and nothing is to be freed. */
bool oli_shape_of_call(const ol_shape* call, oli_call_shape* shape, oli_refusal* refusal);
void oli_call_shape_free(oli_call_shape* shape);

/* Fields of a role, counted. */
size_t oli_shape_count(const oli_shape* shape, int role);

/* The field that a shape of one member stands for; NULL: it stands for an object. */
const oli_field* oli_shape_only(const oli_shape* shape);

/* "max_size" as "maxSize", allocated; NULL: out of memory. Underscores in front stay, those behind
 * go: "default_" is "default". */
char* oli_camel_case(const char* member);

/* What is known of a type: the bytes of a member, 0 when its row tells, and for what they are
 * aligned; those of an element; the range of an integer. */
typedef struct oli_type {
  size_t size, align, element;
  double low, high;
} oli_type;

const oli_type* oli_type_of(int type);

/* Whether it is a function, or has one at any depth. */
bool oli_field_is_fn(const oli_field* field);

/* Bytes of an element of a typed array or of ol_buf; 0 for other types. */
size_t oli_element_size(int type);

bool oli_is_integer(int type);
bool oli_is_signed(int type);

/* Whether the number is in the range of float; NaN and the infinities are. */
bool oli_fits_float(double number);

/* An integer member of any type, as 64 bits in two's complement. */
uint64_t oli_integer_load(int type, const void* at);
void oli_integer_store(int type, void* at, uint64_t bits);

#endif
