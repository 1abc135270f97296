/* offloop/fields.h: how a member of a C struct becomes a JavaScript value, and back.
 *
 * A field is one row of a constant table: which member, of which type, in which role. The macros at
 * the end of this file write the rows; the member's C type picks the JavaScript type:
 *
 *   C member                        JavaScript          notes
 *   bool                            boolean             nothing else is taken for true or false
 *   integers of 8 to 64 bits        number              whole, within the type and within 2^53;
 *                                                       with .bigint a bigint, within the type
 *   float, double                   number              NaN and infinities pass; a number past the
 *                                                       range of float is refused
 *   ol_str                          string              UTF-8
 *   ol_buf                          Buffer              arguments: also any view, ArrayBuffer and
 *                                                       SharedArrayBuffer
 *   ol_f64s and its kin             Float64Array, ...   the very element type
 *   ol_list with .of                array
 *   ol_value                        null, boolean, number, bigint, string or Buffer
 *   ol_date                         Date
 *   ol_fn                           function            called by ol_call; arguments only
 *   a pointer with .handle          object of the class
 *   char[N]                         string
 *   a struct with .of               object, or the value itself when the shape has one member
 *
 * Every table is checked once, when it is exported; one that cannot work is refused there. */
#ifndef OFFLOOP_FIELDS_H
#define OFFLOOP_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Values that have a length ------------------------------------------------------------- */

/* A string: UTF-8, [len] bytes.
 *
 * As an argument it lives until the job is destroyed, a NUL stands after its end (not counted in
 * len), inner NULs are kept, and a lone surrogate arrives as U+FFFD. As a result it is copied;
 * bytes that are not UTF-8 become U+FFFD, and {NULL, 0} is the empty string. */
typedef struct ol_str {
  const char* data;
  size_t len;
} ol_str;

/* Bytes: a Buffer in JavaScript.
 *
 * As an argument it is a copy that lives until the job is destroyed. A detached buffer is refused,
 * and a view outside of a buffer that was made smaller is empty. With .pinned it is the memory of
 * the Buffer itself, kept alive until then; the caller must not transfer, resize or detach it
 * meanwhile, which no runtime can prevent. Resizable buffers are refused when pinned. As a result
 * it is copied, unless it came from ol_buf_new or ol_buf_adopt: then it moves. */
typedef struct ol_buf {
  uint8_t* data;
  size_t len;
} ol_buf;

/* Typed arrays, one struct for each element type; [len] counts elements. Rules as for ol_buf. */
/* clang-format off */
typedef struct ol_i8s { int8_t* data; size_t len; } ol_i8s;       /* Int8Array */
typedef struct ol_u8s { uint8_t* data; size_t len; } ol_u8s;      /* Uint8Array */
typedef struct ol_u8cs { uint8_t* data; size_t len; } ol_u8cs;    /* Uint8ClampedArray */
typedef struct ol_i16s { int16_t* data; size_t len; } ol_i16s;    /* Int16Array */
typedef struct ol_u16s { uint16_t* data; size_t len; } ol_u16s;   /* Uint16Array */
typedef struct ol_i32s { int32_t* data; size_t len; } ol_i32s;    /* Int32Array */
typedef struct ol_u32s { uint32_t* data; size_t len; } ol_u32s;   /* Uint32Array */
typedef struct ol_i64s { int64_t* data; size_t len; } ol_i64s;    /* BigInt64Array */
typedef struct ol_u64s { uint64_t* data; size_t len; } ol_u64s;   /* BigUint64Array */
typedef struct ol_f32s { float* data; size_t len; } ol_f32s;      /* Float32Array */
typedef struct ol_f64s { double* data; size_t len; } ol_f64s;     /* Float64Array */
/* clang-format on */

/* An array, which is all that Array.isArray takes: [len] elements of the size of the shape given by
 * .of, one after the other; at most 2^25 of them. As an argument it lives until the job is
 * destroyed; as a result it is copied. */
typedef struct ol_list {
  void* data;
  size_t len;
} ol_list;

/* A point in time, in milliseconds since 1970-01-01T00:00:00Z. An invalid Date is refused. */
typedef struct ol_date {
  double ms;
} ol_date;

/* A function of JavaScript, which the job may call by ol_call for as long as execute runs; copies
 * of it are as good. An argument or an option, or in a record that is one. A function in last
 * place of a call is its callback, so one by position is refused where nothing that must be given
 * stands after it. Jobs of such a worker run on threads of their own, and it has no .sync. */
typedef struct ol_fn {
  const void* function; /* NULL: left out */
} ol_fn;

/* What an ol_value holds. */
enum ol_value_type {
  OL_VALUE_NULL = 0, /* null; undefined is read as null too */
  OL_VALUE_BOOL = 1,
  OL_VALUE_NUMBER = 2,
  OL_VALUE_BIGINT = 3, /* within int64_t, or it is refused */
  OL_VALUE_STR = 4,
  OL_VALUE_BUF = 5
};

/* A value whose type is known only at run time, such as a column of a database row. A zeroed one is
 * null. Rules for .str and .buf as for ol_str and ol_buf. */
typedef struct ol_value {
  int type; /* enum ol_value_type */
  union {
    bool boolean;
    double number;
    int64_t bigint;
    ol_str str;
    ol_buf buf;
  } as;
} ol_value;

/* ---- Rows of a table ----------------------------------------------------------------------- */

/* The type of a member; the numbers never change. OL_TYPE_ finds it, nobody writes it by hand. */
enum ol_type {
  OL_TYPE_END = 0, /* closes a table */
  OL_TYPE_BOOL = 1,
  OL_TYPE_I8 = 2,
  OL_TYPE_I16 = 3,
  OL_TYPE_I32 = 4,
  OL_TYPE_I64 = 5,
  OL_TYPE_U8 = 6,
  OL_TYPE_U16 = 7,
  OL_TYPE_U32 = 8,
  OL_TYPE_U64 = 9,
  OL_TYPE_F32 = 10,
  OL_TYPE_F64 = 11,
  OL_TYPE_STR = 12,
  OL_TYPE_BUF = 13,
  OL_TYPE_I8S = 14,
  OL_TYPE_U8S = 15,
  OL_TYPE_U8CS = 16,
  OL_TYPE_I16S = 17,
  OL_TYPE_U16S = 18,
  OL_TYPE_I32S = 19,
  OL_TYPE_U32S = 20,
  OL_TYPE_I64S = 21,
  OL_TYPE_U64S = 22,
  OL_TYPE_F32S = 23,
  OL_TYPE_F64S = 24,
  OL_TYPE_LIST = 25,
  OL_TYPE_VALUE = 26,
  OL_TYPE_DATE = 27,
  OL_TYPE_FN = 28,
  OL_TYPE_CHARS = 29, /* char[N] */
  OL_TYPE_OTHER = 30  /* with .handle a handle, with .of a record, else refused */
};

/* What a member is for. */
enum ol_role {
  OL_ROLE_ARG = 1,      /* the next argument by position */
  OL_ROLE_OPTIONAL = 2, /* the same, may be undefined; none but optional ones may follow it */
  OL_ROLE_OPTION = 3,   /* a property of the options object, may be undefined */
  OL_ROLE_RET = 4,      /* a result */
  OL_ROLE_THIS = 5,     /* the handle whose method the worker is */
  OL_ROLE_MEMBER = 6    /* a member of a shape; with .given or a default it may be undefined */
};

struct ol_shape;
struct ol_class;

/* One row. The macros fill the first part; the second part holds the attributes, each of which may
 * be left out: zero always means "not given". Grows only at its end. */
typedef struct ol_field {
  const char* member; /* the member's name in C */
  size_t offset;      /* bytes from the start of the struct */
  size_t size;        /* bytes */
  int type;           /* enum ol_type */
  int role;           /* enum ol_role */

  const char* name; /* in JavaScript. NULL: the member in camelCase, `max_size` as `maxSize` */

  /* For numbers: what an absent optional member is set to, and the bounds, both inclusive. Where
   * one bound is given the other one is 0 if left out; for no lower or no upper bound write
   * -INFINITY or INFINITY. A bound of 0 needs the other one. Where bounds exclude 0, what may be
   * absent needs .def or .given. For bool: .def = 1 is true. With .one_of: the index. A member of a
   * record with .def, also .def = 0, may be absent. */
  double def, min, max;
  const char* def_str; /* the same default for ol_str and char[N] */

  /* For an integer member: the strings that JavaScript uses for 0, 1, 2 ..., closed by NULL. */
  const char* const* one_of;

  /* For arguments, options and members that may be absent: offsetof a bool that tells whether it
   * was given. For results: a false one makes the result undefined. The bool cannot be the first
   * member of the struct: its offset, 0, says that there is none. */
  size_t given;

  const struct ol_shape* of;     /* the element of an ol_list, or the shape of a record */
  const struct ol_class* handle; /* the class of a handle */

  bool required; /* an option that must be there */
  bool pinned;   /* ol_buf and typed arrays: not copied; see ol_buf */
  bool secret;   /* ol_str and ol_buf that are copied: wiped before the memory is freed, and never
                    shown in an error */
  bool bigint;   /* 64-bit integers: bigint instead of number, both ways */
  int reserved;

  /* Filled by the macros, so that a table which does not mean what it says is refused. */
  const char* owner;   /* the struct of the member, as it was written */
  size_t owner_align;  /* its alignment, in bytes */
  const char* written; /* the member and its attributes: here `.def = 0` differs from none */
} ol_field;

/* A record: the size of a struct and its members. With one member it stands for the value of that
 * member, otherwise for an object. */
typedef struct ol_shape {
  size_t field_size; /* sizeof(ol_field), filled in by the macro */
  size_t size;       /* bytes of one record */
  const ol_field* fields;
} ol_shape;

#ifdef __cplusplus
}
#endif

/* ---- Macros that write rows (C only; C++ authors keep their tables in a C file) -------------- */

#ifndef __cplusplus

/* clang-format off */

/* OL_ARG(S, m), OL_OPTION(S, m, .def = 3, .max = 9): S is the struct, m its member, and what
 * follows are attributes of ol_field, in any order. */
#define OL_ARG(S, ...) OL_FIELD_(S, OL_ROLE_ARG, __VA_ARGS__, OL_TEXT_(#S, #__VA_ARGS__))
#define OL_ARG_OPTIONAL(S, ...)                                                          \
  OL_FIELD_(S, OL_ROLE_OPTIONAL, __VA_ARGS__, OL_TEXT_(#S, #__VA_ARGS__))
#define OL_OPTION(S, ...) OL_FIELD_(S, OL_ROLE_OPTION, __VA_ARGS__, OL_TEXT_(#S, #__VA_ARGS__))
#define OL_RET(S, ...) OL_FIELD_(S, OL_ROLE_RET, __VA_ARGS__, OL_TEXT_(#S, #__VA_ARGS__))
#define OL_THIS(S, ...) OL_FIELD_(S, OL_ROLE_THIS, __VA_ARGS__, OL_TEXT_(#S, #__VA_ARGS__))
#define OL_MEMBER(S, ...) OL_FIELD_(S, OL_ROLE_MEMBER, __VA_ARGS__, OL_TEXT_(#S, #__VA_ARGS__))

/* .fields = OL_FIELDS(OL_ARG(...), OL_RET(...)): a closed table. */
#define OL_FIELDS(...) ((const ol_field[]){__VA_ARGS__, {.type = OL_TYPE_END}})

/* .of = OL_SHAPE(point, OL_MEMBER(point, x), OL_MEMBER(point, y)): a record. */
#define OL_SHAPE(S, ...) \
  (&(const ol_shape){                                                                    \
      .field_size = sizeof(ol_field), .size = sizeof(S), .fields = OL_FIELDS(__VA_ARGS__)})

/* .of = OL_OF(double), OL_OF(ol_list, .of = OL_OF(int32_t)): a bare value of type T. */
#define OL_OF(...) OL_OF_(__VA_ARGS__, OL_TEXT_(NULL, #__VA_ARGS__))

#define OL_OF_(T, ...)                                                                   \
  (&(const ol_shape){.field_size = sizeof(ol_field),                                     \
                     .size = sizeof(T),                                                  \
                     .fields = OL_FIELDS({.member = #T,                                  \
                                          .size = sizeof(T),                             \
                                          .type = OL_TYPE_(*(T*) 0),                     \
                                          .role = OL_ROLE_MEMBER,                        \
                                          .owner_align = _Alignof(T),                    \
                                          __VA_ARGS__})})

#define OL_FIELD_(S, ROLE, M, ...)                                                       \
  {.member = #M,                                                                         \
   .offset = offsetof(S, M),                                                             \
   .size = sizeof(((S*) 0)->M),                                                          \
   .type = OL_TYPE_(((S*) 0)->M),                                                        \
   .role = (ROLE),                                                                       \
   .owner_align = _Alignof(S),                                                           \
   __VA_ARGS__}

/* A text of any length: what an author's own macros bring along is expanded in it. */
#if defined(__GNUC__)
#define OL_TEXT_(OWNER, TEXT) .owner = OWNER, .written = __extension__ TEXT
#else
#define OL_TEXT_(OWNER, TEXT) .owner = OWNER, .written = TEXT
#endif

/* The type of an lvalue. Integers are listed by base type and told apart by size, because no two
 * platforms agree on which base type int64_t and size_t are. An array of char is found by the type
 * of its address, which keeps it apart from a pointer to char. */
#define OL_TYPE_(X)                                                                      \
  _Generic(&(X), char(*)[sizeof(X)]: OL_TYPE_CHARS, default: OL_TYPE_OF_VALUE_(X))

#define OL_TYPE_OF_VALUE_(X)                                                             \
  _Generic((X),                                                                          \
      bool: OL_TYPE_BOOL,                                                                \
      signed char: OL_TYPE_SIGNED_(X),                                                   \
      short: OL_TYPE_SIGNED_(X),                                                         \
      int: OL_TYPE_SIGNED_(X),                                                           \
      long: OL_TYPE_SIGNED_(X),                                                          \
      long long: OL_TYPE_SIGNED_(X),                                                     \
      unsigned char: OL_TYPE_UNSIGNED_(X),                                               \
      unsigned short: OL_TYPE_UNSIGNED_(X),                                              \
      unsigned int: OL_TYPE_UNSIGNED_(X),                                                \
      unsigned long: OL_TYPE_UNSIGNED_(X),                                               \
      unsigned long long: OL_TYPE_UNSIGNED_(X),                                          \
      float: OL_TYPE_F32,                                                                \
      double: OL_TYPE_F64,                                                               \
      ol_str: OL_TYPE_STR,                                                               \
      ol_buf: OL_TYPE_BUF,                                                               \
      ol_i8s: OL_TYPE_I8S,                                                               \
      ol_u8s: OL_TYPE_U8S,                                                               \
      ol_u8cs: OL_TYPE_U8CS,                                                             \
      ol_i16s: OL_TYPE_I16S,                                                             \
      ol_u16s: OL_TYPE_U16S,                                                             \
      ol_i32s: OL_TYPE_I32S,                                                             \
      ol_u32s: OL_TYPE_U32S,                                                             \
      ol_i64s: OL_TYPE_I64S,                                                             \
      ol_u64s: OL_TYPE_U64S,                                                             \
      ol_f32s: OL_TYPE_F32S,                                                             \
      ol_f64s: OL_TYPE_F64S,                                                             \
      ol_list: OL_TYPE_LIST,                                                             \
      ol_value: OL_TYPE_VALUE,                                                           \
      ol_date: OL_TYPE_DATE,                                                             \
      ol_fn: OL_TYPE_FN,                                                                 \
      default: OL_TYPE_OTHER)

#define OL_TYPE_SIGNED_(X) OL_TYPE_BY_SIZE_(X, OL_TYPE_I8)
#define OL_TYPE_UNSIGNED_(X) OL_TYPE_BY_SIZE_(X, OL_TYPE_U8)
#define OL_TYPE_BY_SIZE_(X, OF_8_BITS)                                                   \
  ((OF_8_BITS) + (sizeof(X) == 1 ? 0 : sizeof(X) == 2 ? 1 : sizeof(X) == 4 ? 2 : 3))

/* clang-format on */

#endif /* __cplusplus */

#endif /* OFFLOOP_FIELDS_H */
