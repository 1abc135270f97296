/* with: attribute.c rules.c */
/* a table that cannot work is refused with its reason, and one that can is made ready */
#include <math.h>
#include <stdlib.h>

/* Compiled in here with an allocator that can run dry. */
static int dry_after = -1; /* allocations that still succeed; -1: all */

static void* dry_calloc(size_t count, size_t size) {
  if (dry_after == 0) return NULL;
  if (dry_after > 0) dry_after--;
  return calloc(count, size);
}

#define calloc dry_calloc
#define malloc(SIZE) dry_calloc(1, SIZE)
#include "../../src/fields.c"
#undef calloc
#undef malloc

#include "check.h"

const ol_pool ol_node_pool = {0};
const ol_pool ol_own_thread = {0};
static const ol_pool other_pool = {0};

/* clang-format off */

typedef struct point { double x, y; } point;
typedef struct deep { ol_list list; } deep;

typedef struct state {
  bool flag, has_number;
  int8_t i8;
  int32_t i32, choice;
  uint8_t u8;
  int64_t i64;
  uint64_t u64;
  float f32;
  double f64, second;
  ol_str str;
  ol_buf buf;
  ol_f64s f64s;
  ol_list list;
  ol_value value;
  ol_date date;
  ol_fn fn;
  char chars[8];
  point point;
  void* handle;
  void* other;
  int8_t many[33];
} state;

static int execute(ol_job* job, void* s) { (void) job; (void) s; return OL_OK; }
static void close_it(void* data) { (void) data; }

static const ol_class plain = {OL_CLASS("Plain", int, close_it)};
static const ol_class serial = {OL_CLASS("Serial", int, close_it), .serial = true};
static const char* const modes[] = {"fast", "fine", NULL};
static const char* const twice[] = {"a", "b", "a", NULL};
static const char* const nothing[] = {NULL};
static const ol_shape no_members = {sizeof(ol_field), sizeof(point), NULL};
static const ol_shape empty = {sizeof(ol_field), sizeof(point), OL_FIELDS({.type = OL_TYPE_END})};
static const ol_shape no_size = {sizeof(ol_field), 0, OL_FIELDS(OL_MEMBER(point, x))};
static const ol_shape newer = {sizeof(ol_field) + 8, sizeof(point), OL_FIELDS(OL_MEMBER(point, x))};

/* A shape whose list is of the shape itself. */
extern const ol_shape endless;
static const ol_field endless_rows[] = {OL_MEMBER(deep, list, .of = &endless), {.type = OL_TYPE_END}};
const ol_shape endless = {sizeof(ol_field), sizeof(deep), endless_rows};

/* ---- Refused fields ------------------------------------------------------------------------ */

#define ONE(I) OL_ARG(state, many[I], .name = #I)
#define TWO(I) ONE(I), ONE(I + 1)
#define EIGHT(I) TWO(I), TWO(I + 2), TWO(I + 4), TWO(I + 6)

#define NO_TYPE                                                                            \
  "is of no C type that offloop knows: strings are ol_str or char[N], bytes ol_buf; "      \
  "a struct needs .of = OL_SHAPE(...), a pointer to a handle's data .handle"
#define NO_BARE                                                                            \
  "is no bare type that offloop knows: a struct needs OL_SHAPE instead of OL_OF, "         \
  "a handle .handle"
#define ABSENT "may be absent and is 0 then, outside .min and .max: give .def or .given"
#define LAST \
  "field \"fn\": a function in last place is the callback of the call: make it an option, or let an " \
  "argument follow it"

#define OVERLAPS                                                                           \
  "stands on the memory of another field that comes in: give it a member of its own, and " \
  "what may be of several types an ol_value"
#define OTHER_TYPE                                                                         \
  "stands on the memory of a field of another type: a result in a union needs .given"
#define MACROS "has an attribute that is for the macros to write, such as .offset or .type"
#define FIRST_BOOL \
  ".given is 0, which says that there is none: do not let its bool come first in the struct"
#define FOREIGN ".given is in another struct: write offsetof with the struct of the row itself"

typedef struct either { int kind; bool is_number, is_text; union { double number; ol_str text; } as; } either;
typedef struct __attribute__((packed)) tight { char tag; double number; ol_str text; } tight;
typedef struct wide { _Alignas(64) double number; } wide;
typedef struct states { char x; bool has; } states;
typedef struct flagged { bool has; double number; } flagged;

/* An attribute that comes out of a macro, as authors have them: its text is not seen. */
#define FROM_ZERO .min = 0, .max = 9

typedef struct refused { const char* why; const ol_field* fields; } refused;

static const refused refused_fields[] = {
  {"field \"f64\": OL_MEMBER is for shapes, not for workers", OL_FIELDS(OL_MEMBER(state, f64))},
  {"field \"point.x\": a shape has rows of OL_MEMBER only",
   OL_FIELDS(OL_ARG(state, point, .of = OL_SHAPE(point, OL_ARG(point, x))))},
  {"field \"f64\": has a role that this version does not know",
   OL_FIELDS(OL_FIELD_(state, 7, f64, .reserved = 0))},
  {"field \"f64\": is of a type that this version does not know",
   OL_FIELDS({.member = "f64", .size = 8, .type = 99, .role = OL_ROLE_ARG})},
  {"a field has no .member", OL_FIELDS({.size = 8, .type = OL_TYPE_F64, .role = OL_ROLE_ARG})},
  {LAST, OL_FIELDS(OL_ARG(state, fn))},
  {LAST, OL_FIELDS(OL_ARG(state, fn), OL_OPTION(state, f64), OL_RET(state, second))},
  {LAST, OL_FIELDS(OL_ARG(state, f64), OL_ARG(state, fn), OL_ARG_OPTIONAL(state, second))},
  {LAST, OL_FIELDS(OL_ARG(state, f64), OL_ARG_OPTIONAL(state, fn))},
  {"field \"fn\": a function cannot be a result", OL_FIELDS(OL_RET(state, fn))},
  {"field \"list\": a function cannot be a result",
   OL_FIELDS(OL_RET(state, list, .of = OL_OF(ol_fn)))},
  {"field \"fn\": .pinned is for ol_buf and typed arrays",
   OL_FIELDS(OL_OPTION(state, fn, .pinned = true))},
  {"field \"fn\": .def is for numbers, bool and ol_date", OL_FIELDS(OL_OPTION(state, fn, .def = 1))},
  {"field \"handle\": OL_THIS needs .handle", OL_FIELDS(OL_THIS(state, handle))},
  {"field \"f64\": OL_THIS needs .handle", OL_FIELDS(OL_THIS(state, f64))},
  {"field \"other\": is a second OL_THIS",
   OL_FIELDS(OL_THIS(state, handle, .handle = &plain), OL_THIS(state, other, .handle = &plain))},

  {"field \"handle\": " NO_TYPE, OL_FIELDS(OL_ARG(state, handle))},
  {"field \"point\": " NO_TYPE, OL_FIELDS(OL_ARG(state, point))},
  {"field \"list.ol_list\": a list needs .of", OL_FIELDS(OL_ARG(state, list, .of = OL_OF(ol_list)))},
  {"field \"list.other\": " NO_TYPE,
   OL_FIELDS(OL_ARG(state, list, .of = OL_SHAPE(state, OL_MEMBER(state, other))))},
  {"field \"list.point\": " NO_BARE, OL_FIELDS(OL_ARG(state, list, .of = OL_OF(point)))},
  {"field \"list.void*\": " NO_BARE, OL_FIELDS(OL_ARG(state, list, .of = OL_OF(void*)))},
  {"field \"handle\": .of and .handle exclude each other",
   OL_FIELDS(OL_ARG(state, handle, .handle = &plain, .of = OL_OF(double)))},
  {"field \"list\": a list needs .of", OL_FIELDS(OL_ARG(state, list))},
  {"field \"f64\": .of is for lists and records", OL_FIELDS(OL_ARG(state, f64, .of = OL_OF(double)))},
  {"field \"f64\": .handle is for pointers", OL_FIELDS(OL_ARG(state, f64, .handle = &plain))},
  {"field \"point\": .handle is for pointers", OL_FIELDS(OL_ARG(state, point, .handle = &plain))},
  {"field \"handle\": .handle is no class",
   OL_FIELDS(OL_ARG(state, handle, .handle = &(const ol_class){.name = "None"}))},
  {"field \"point\": .of is of another size", OL_FIELDS(OL_ARG(state, point, .of = OL_OF(double)))},
  {"a shape has no members", OL_FIELDS(OL_ARG(state, point, .of = &no_members))},
  {"a shape has no members", OL_FIELDS(OL_ARG(state, point, .of = &empty))},
  {"a shape has the size 0", OL_FIELDS(OL_ARG(state, list, .of = &no_size))},
  {"it was built with a newer header than this library", OL_FIELDS(OL_ARG(state, list, .of = &newer))},
  {"shapes are nested too deeply, or one contains itself",
   OL_FIELDS(OL_ARG(state, list, .of = &endless))},
  {"field \"list.list.x\": .secret is for ol_str and ol_buf",
   OL_FIELDS(OL_ARG(state, list, .of = OL_SHAPE(deep, OL_MEMBER(deep, list,
             .of = OL_SHAPE(point, OL_MEMBER(point, x, .secret = true))))))},

  {"field \"far\": lies outside the struct",
   OL_FIELDS({.member = "far", .offset = sizeof(state) - 4, .size = 8, .type = OL_TYPE_F64,
              .role = OL_ROLE_ARG})},
  {"field \"far\": lies outside the struct",
   OL_FIELDS({.member = "far", .offset = SIZE_MAX - 3, .size = 8, .type = OL_TYPE_F64,
              .role = OL_ROLE_ARG})},
  {"field \"short\": is of another size than its type",
   OL_FIELDS({.member = "short", .size = 4, .type = OL_TYPE_F64, .role = OL_ROLE_ARG})},

  {"field \"none\": has no bytes",
   OL_FIELDS({.member = "none", .type = OL_TYPE_CHARS, .role = OL_ROLE_ARG})},
  {"field \"odd\": stands where its type cannot: let the macros find its offset",
   OL_FIELDS({.member = "odd", .offset = 1, .size = 8, .type = OL_TYPE_F64, .role = OL_ROLE_ARG})},
  {"field \"odd\": stands where its type cannot: let the macros find its offset",
   OL_FIELDS({.member = "odd", .offset = 4, .size = sizeof(void*), .type = OL_TYPE_OTHER,
              .role = OL_ROLE_ARG, .handle = &plain})},
  {"field \"odd\": stands where its type cannot: let the macros find its offset",
   OL_FIELDS({.member = "odd", .offset = 2, .size = sizeof(point), .type = OL_TYPE_OTHER,
              .role = OL_ROLE_ARG, .of = OL_SHAPE(point, OL_MEMBER(point, x), OL_MEMBER(point, y))})},
  {"field \"list.number\": its struct needs more alignment than the memory of a job has: leave "
   "alignas out", OL_FIELDS(OL_ARG(state, list, .of = OL_SHAPE(wide, OL_MEMBER(wide, number))))},
  {"field \"f64\": " MACROS, OL_FIELDS({.member = "f64", .offset = 8, .size = 8, .type = OL_TYPE_F64, .role = OL_ROLE_ARG,
              .written = "f64, .name = \"f64\", .offset = 8"})},

  {"field \"f64\": " OVERLAPS,
   OL_FIELDS(OL_ARG(state, f64), OL_OPTION(state, f64, .name = "again"))},
  {"field \"y\": " OVERLAPS,
   OL_FIELDS(OL_ARG(state, point, .of = OL_SHAPE(point, OL_MEMBER(point, x), OL_MEMBER(point, y))),
             {.member = "y", .offset = offsetof(state, point.y), .size = 8, .type = OL_TYPE_F64,
              .role = OL_ROLE_OPTION})},
  {"field \"list.as.text\": " OVERLAPS,
   OL_FIELDS(OL_ARG(state, list, .of = OL_SHAPE(either,
     OL_MEMBER(either, as.number, .given = offsetof(either, is_number)),
     OL_MEMBER(either, as.text, .given = offsetof(either, is_text)))))},
  {"field \"list.as.text\": " OTHER_TYPE,
   OL_FIELDS(OL_RET(state, list, .of = OL_SHAPE(either, OL_MEMBER(either, as.number),
                                                OL_MEMBER(either, as.text))))},
  {"field \"as.text\": " OTHER_TYPE,
   OL_FIELDS(OL_RET(either, as.number, .given = offsetof(either, is_number)),
             OL_RET(either, as.text))},
  {"field \"as.text\": " OTHER_TYPE,
   OL_FIELDS(OL_RET(either, as.number, .given = offsetof(either, is_number)),
             OL_RET(either, as.text, .given = offsetof(either, is_number)))},
  {"field \"as.text\": " OTHER_TYPE,
   OL_FIELDS(OL_OPTION(either, as.number, .given = offsetof(either, is_number)),
             OL_RET(either, as.text))},
  {"field \"words\": " OTHER_TYPE,
   OL_FIELDS(OL_ARG(state, point, .of = OL_SHAPE(point, OL_MEMBER(point, x), OL_MEMBER(point, y))),
             {.member = "words", .offset = offsetof(state, point), .size = sizeof(ol_str),
              .type = OL_TYPE_STR, .role = OL_ROLE_RET})},
  {"field \"f64\": .given is a bool that the caller gives, too: it needs one of its own",
   OL_FIELDS(OL_ARG(state, has_number),
             OL_OPTION(state, f64, .given = offsetof(state, has_number)))},
  {"field \"has_number\": .given is a bool that the caller gives, too: it needs one of its own",
   OL_FIELDS(OL_ARG_OPTIONAL(state, f64, .given = offsetof(state, has_number)),
             OL_OPTION(state, has_number))},

  {"field \"i32\": .one_of has a string twice", OL_FIELDS(OL_ARG(state, i32, .one_of = twice))},
  {"field \"f64\": .one_of is for integers", OL_FIELDS(OL_ARG(state, f64, .one_of = modes))},
  {"field \"i32\": .one_of is empty", OL_FIELDS(OL_ARG(state, i32, .one_of = nothing))},
  {"field \"i64\": .one_of and .bigint exclude each other",
   OL_FIELDS(OL_ARG(state, i64, .one_of = modes, .bigint = true))},
  {"field \"i32\": .one_of and bounds exclude each other",
   OL_FIELDS(OL_ARG(state, i32, .one_of = modes, .max = 1))},
  {"field \"i32\": .bigint is for 64-bit integers", OL_FIELDS(OL_ARG(state, i32, .bigint = true))},
  {"field \"f64\": .bigint is for 64-bit integers", OL_FIELDS(OL_RET(state, f64, .bigint = true))},
  {"field \"str\": .pinned is for ol_buf and typed arrays",
   OL_FIELDS(OL_ARG(state, str, .pinned = true))},
  {"field \"buf\": .pinned is for arguments and options", OL_FIELDS(OL_RET(state, buf, .pinned = true))},
  {"field \"list.ol_buf\": .pinned is for arguments and options",
   OL_FIELDS(OL_ARG(state, list, .of = OL_OF(ol_buf, .pinned = true)))},
  {"field \"i32\": .secret is for ol_str and ol_buf", OL_FIELDS(OL_ARG(state, i32, .secret = true))},
  {"field \"str\": .secret is not for results", OL_FIELDS(OL_RET(state, str, .secret = true))},
  {"field \"buf\": .secret and .pinned exclude each other",
   OL_FIELDS(OL_ARG(state, buf, .secret = true, .pinned = true))},
  {"field \"f64\": .required is for options", OL_FIELDS(OL_ARG(state, f64, .required = true))},

  {"field \"str\": .min and .max are for numbers", OL_FIELDS(OL_ARG(state, str, .max = 9))},
  {"field \"f64\": .min and .max are not for results", OL_FIELDS(OL_RET(state, f64, .max = 9))},
  {"field \"f64\": .min is more than .max", OL_FIELDS(OL_ARG(state, f64, .min = 2, .max = 1))},
  {"field \"f64\": .min is more than .max, which is 0 if left out: INFINITY for none",
   OL_FIELDS(OL_ARG(state, f64, .min = 2))},
  {"field \"f64\": .max is less than .min, which is 0 if left out: -INFINITY for none",
   OL_FIELDS(OL_ARG(state, f64, .max = -2))},
  {"field \"f64\": .min or .max is NaN", OL_FIELDS(OL_ARG(state, f64, .min = NAN))},
  {"field \"f64\": .min or .max is NaN", OL_FIELDS(OL_ARG(state, f64, .min = 1, .max = NAN))},
  {"field \"f64\": .min = 0 alone says nothing: give .max too, INFINITY for none",
   OL_FIELDS(OL_ARG(state, f64, .min = 0))},
  {"field \"f64\": .max = 0 alone says nothing: give .min too, -INFINITY for none",
   OL_FIELDS(OL_ARG(state, f64, .name = "a, .min = 0", .max = 0.0))},
  {"field \"i32\": .min and .max are both 0, which says that there are none: use .one_of",
   OL_FIELDS(OL_ARG(state, i32, .min = 0, .max = 0))},
  {"field \"list.x\": .min = 0 alone says nothing: give .max too, INFINITY for none",
   OL_FIELDS(OL_ARG(state, list, .of = OL_SHAPE(point, OL_MEMBER(point, x, .min = 0),
                                                OL_MEMBER(point, y))))},
  {"field \"list.double\": .min = 0 alone says nothing: give .max too, INFINITY for none",
   OL_FIELDS(OL_ARG(state, list, .of = OL_OF(double, .min = 0)))},
  {"field \"i32\": .min and .max leave no number of the type",
   OL_FIELDS(OL_ARG(state, i32, .min = 1.2, .max = 1.8))},
  {"field \"i32\": .min and .max leave no number of the type",
   OL_FIELDS(OL_ARG(state, i32, .min = -1.8, .max = -1.2))},
  {"field \"u8\": .min and .max leave no number of the type",
   OL_FIELDS(OL_ARG(state, u8, .min = 256, .max = 300))},
  {"field \"i64\": .min and .max of a bigint must lie within 2^53, or be infinite",
   OL_FIELDS(OL_ARG(state, i64, .bigint = true, .max = 9007199254740992.0))},
  {"field \"i64\": .min and .max of a bigint must lie within 2^53, or be infinite",
   OL_FIELDS(OL_ARG(state, i64, .bigint = true, .min = -9007199254740992.0))},

  {"field \"f64\": has a default, but may not be absent", OL_FIELDS(OL_ARG(state, f64, .def = 1))},
  {"field \"f64\": has a default, but may not be absent",
   OL_FIELDS(OL_OPTION(state, f64, .def = 1, .required = true))},
  {"field \"f64\": has a default, but may not be absent", OL_FIELDS(OL_RET(state, f64, .def = 1))},
  {"field \"f64\": has a default, but may not be absent", OL_FIELDS(OL_ARG(state, f64, .def = 0))},
  {"field \"f64\": has a default, but may not be absent", OL_FIELDS(OL_RET(state, f64, .def = 0))},
  {"field \"str\": .def is for numbers, bool and ol_date", OL_FIELDS(OL_OPTION(state, str, .def = 0))},
  {"field \"f64\": .def is outside .min and .max",
   OL_FIELDS(OL_OPTION(state, f64, .def = 0, .min = 1, .max = 2))},
  {"field \"date\": .def is no date", OL_FIELDS(OL_OPTION(state, date, .def = 1e16))},
  {"field \"str\": has two defaults", OL_FIELDS(OL_OPTION(state, str, .def = 1, .def_str = "x"))},
  {"field \"str\": .def is for numbers, bool and ol_date", OL_FIELDS(OL_OPTION(state, str, .def = 1))},
  {"field \"f64\": .def_str is for ol_str and char[N]", OL_FIELDS(OL_OPTION(state, f64, .def_str = "1"))},
  {"field \"chars\": .def_str does not fit", OL_FIELDS(OL_OPTION(state, chars, .def_str = "12345678"))},
  {"field \"flag\": .def of a bool is 0 or 1", OL_FIELDS(OL_OPTION(state, flag, .def = 2))},
  {"field \"date\": .def is no date", OL_FIELDS(OL_OPTION(state, date, .def = NAN))},
  {"field \"f64\": .def is outside .min and .max", OL_FIELDS(OL_OPTION(state, f64, .def = 3, .max = 2))},
  {"field \"f64\": " ABSENT, OL_FIELDS(OL_OPTION(state, f64, .min = 1, .max = 2))},
  {"field \"f64\": " ABSENT, OL_FIELDS(OL_ARG_OPTIONAL(state, f64, .min = -2, .max = -1))},
  {"field \"u64\": " ABSENT,
   OL_FIELDS(OL_OPTION(state, u64, .bigint = true, .min = 1, .max = INFINITY))},
  {"field \"f32\": .def is outside the type", OL_FIELDS(OL_OPTION(state, f32, .def = 1e300))},
  {"field \"i8\": .def is outside the type", OL_FIELDS(OL_OPTION(state, i8, .def = 128))},
  {"field \"i8\": .def is outside the type", OL_FIELDS(OL_OPTION(state, i8, .def = NAN))},
  {"field \"u64\": .def is outside the type", OL_FIELDS(OL_OPTION(state, u64, .def = -1))},
  {"field \"i64\": .def is outside the type", OL_FIELDS(OL_OPTION(state, i64, .def = 1e18))},
  {"field \"i32\": .def is no whole number", OL_FIELDS(OL_OPTION(state, i32, .def = 1.5))},
  {"field \"i32\": .def is no index of .one_of",
   OL_FIELDS(OL_OPTION(state, i32, .def = 2, .one_of = modes))},

  {"field \"f64\": .given is for what may be absent, and this may not",
   OL_FIELDS(OL_ARG(state, f64, .given = offsetof(state, has_number)))},
  {"field \"f64\": .given is for what may be absent, and this may not",
   OL_FIELDS(OL_OPTION(state, f64, .given = offsetof(state, has_number), .required = true))},
  {"field \"f64\": .given lies outside the struct",
   OL_FIELDS(OL_OPTION(state, f64, .given = sizeof(state)))},
  {"field \"f64\": .given is no bool",
   OL_FIELDS(OL_OPTION(state, f64, .given = offsetof(state, f64)))},
  {"field \"list.number\": " FIRST_BOOL,
   OL_FIELDS(OL_ARG(state, list, .of = OL_SHAPE(flagged,
             OL_MEMBER(flagged, number, .given = offsetof(flagged, has)))))},
  {"field \"f64\": " FOREIGN, OL_FIELDS(OL_OPTION(state, f64, .given = offsetof(either, is_text)))},
  {"field \"f64\": " FOREIGN, OL_FIELDS(OL_OPTION(state, f64, .given = offsetof(states, has)))},
  {"field \"f64\": .given is no bool",
   OL_FIELDS(OL_ARG(state, i32), OL_OPTION(state, f64, .given = offsetof(state, i32)))},

  {"field \"second\": a required argument stands after an optional one",
   OL_FIELDS(OL_ARG_OPTIONAL(state, f64), OL_ARG(state, second))},
  {"field \"second\": another field has the same name",
   OL_FIELDS(OL_ARG(state, f64), OL_OPTION(state, second, .name = "f64"))},
  {"field \"second\": another field has the same name",
   OL_FIELDS(OL_RET(state, f64), OL_RET(state, second, .name = "f64"))},
  {"field \"point.y\": another field has the same name",
   OL_FIELDS(OL_ARG(state, point,
             .of = OL_SHAPE(point, OL_MEMBER(point, x), OL_MEMBER(point, y, .name = "x"))))},
  {"field \"f64\": has an empty name", OL_FIELDS(OL_ARG(state, f64, .name = ""))},
  {"field \"f64\": the option of this name is offloop's own",
   OL_FIELDS(OL_OPTION(state, f64, .name = "signal"))},
  {"field \"f64\": the option of this name is offloop's own",
   OL_FIELDS(OL_OPTION(state, f64, .name = "timeout"))},
  {"field \"f64\": the option of this name is offloop's own",
   OL_FIELDS(OL_OPTION(state, f64, .name = "priority"))},
  {"field \"f64\": the option of this name is offloop's own",
   OL_FIELDS(OL_OPTION(state, f64, .name = "pool"))},
  {"field \"f64\": the option of this name is offloop's own",
   OL_FIELDS(OL_OPTION(state, f64, .name = "onProgress"))},
  {"field \"f64\": the option of this name is offloop's own",
   OL_FIELDS(OL_OPTION(state, f64, .name = "queueTimeout"))},
  {"field \"f64\": the option of this name is offloop's own",
   OL_FIELDS(OL_OPTION(state, f64, .name = "concurrency"))},

  {"it takes more than 32 arguments", OL_FIELDS(EIGHT(0), EIGHT(8), EIGHT(16), EIGHT(24), ONE(32))},
};

static void check_refused(const ol_worker* worker, const char* why) {
  oli_refusal refusal = {.text = ""};
  CHECK(oli_shape_of_worker(worker, &refusal) == NULL);
  if (strcmp(refusal.text, why) != 0) fprintf(stderr, "%s\n  and not\n%s\n", refusal.text, why);
  CHECK(strcmp(refusal.text, why) == 0);
}

static void bad_fields_are_refused(void) {
  for (size_t i = 0; i < sizeof refused_fields / sizeof refused_fields[0]; i++) {
    ol_worker worker = {OL_WORKER("try", state, execute), .fields = refused_fields[i].fields};
    check_refused(&worker, refused_fields[i].why);
  }
}

/* ---- Refused workers ----------------------------------------------------------------------- */

#define GOOD OL_WORKER("try", state, execute)
#define QUEUES ".high_water, .high_water_bytes and .on_full are for workers with .item"
#define NEWER "it was built with a newer header than this library"

static const ol_shape shape = {sizeof(ol_field), sizeof(point), OL_FIELDS(OL_MEMBER(point, x))};

static const struct { const char* why; ol_worker worker; } refused_workers[] = {
  {"it is no worker, or OL_WORKER(...) was left out", {.kind = OL_TABLE_CLASS}},
  {"it is no worker, or OL_WORKER(...) was left out", {.name = "try", .execute = execute}},
  {NEWER, {.kind = OL_TABLE_WORKER, .table_size = sizeof(ol_worker) + 8}},
  {NEWER, {.kind = OL_TABLE_WORKER, .table_size = sizeof(ol_worker), .name = "try",
           .execute = execute, .field_size = sizeof(ol_field) + 8}},
  {"it was not made by offloop's macros", {.kind = OL_TABLE_WORKER, .name = "try"}},
  {"its rows were not made by offloop's macros",
   {.kind = OL_TABLE_WORKER, .table_size = sizeof(ol_worker), .name = "try",
    .execute = execute, .field_size = 8}},
  {"it has no name", {OL_WORKER(NULL, state, execute)}},
  {"it has no name", {OL_WORKER("", state, execute)}},
  {"it has no execute", {OL_WORKER("try", state, NULL)}},
  {".pool: a stream would keep its threads from all others",
   {GOOD, .item = &shape, .pool = &ol_node_pool}},
  {".on_full is no way that this version knows", {GOOD, .on_full = 3}},
  {".callback: the end of a stream is told error first", {GOOD, .item = &shape, .callback = 1}},
  {QUEUES, {GOOD, .high_water = 5}},
  {QUEUES, {GOOD, .message = &shape, .high_water_bytes = 5}},
  {QUEUES, {GOOD, .on_full = OL_FULL_DROP_NEWEST}},
  {".mailbox is for workers with .message", {GOOD, .item = &shape, .mailbox = 5}},
  {".pool: a stream would keep its threads from all others",
   {GOOD, .message = &shape, .pool = &ol_node_pool}},
  {".callback: the end of a stream is told error first", {GOOD, .message = &shape, .callback = 1}},
  {".pool: a stream would keep its threads from all others",
   {GOOD, .item = &shape, .pool = &other_pool}},
  {".pool: a job that calls JavaScript would keep its threads from all others",
   {GOOD, .pool = &ol_node_pool, .fields = OL_FIELDS(OL_OPTION(state, fn))}},
  {".callback is no style that this version knows", {GOOD, .callback = 2}},
  {".progress is no policy that this version knows", {GOOD, .progress = 2}},
  {".progress is no policy that this version knows", {GOOD, .progress = -1}},
  {".progress_ms leaves values out, and OL_PROGRESS_EVERY none",
   {GOOD, .progress = OL_PROGRESS_EVERY, .progress_ms = 1}},
};

static void bad_workers_are_refused(void) {
  for (size_t i = 0; i < sizeof refused_workers / sizeof refused_workers[0]; i++) {
    check_refused(&refused_workers[i].worker, refused_workers[i].why);
  }
}

/* ---- What is made of a good one ------------------------------------------------------------ */

static const ol_field good_fields[] = {
  OL_THIS(state, handle, .handle = &serial),
  OL_ARG(state, i8, .min = -5, .max = 1000),
  OL_ARG_OPTIONAL(state, f64, .given = offsetof(state, has_number), .def = 3),
  OL_OPTION(state, choice, .one_of = modes, .def = 1),
  OL_OPTION(state, second, .required = true, .name = "other name"),
  OL_OPTION(state, u64, .bigint = true, .min = -INFINITY, .max = INFINITY),
  OL_OPTION(state, i64, .min = 1, .max = 9, .given = offsetof(state, has_number)),
  OL_OPTION(state, i32, .min = 1, .max = 9, .required = true),
  OL_OPTION(state, list, .of = OL_SHAPE(point, OL_MEMBER(point, x), OL_MEMBER(point, y, .def = 2))),
  OL_OPTION(state, point.y, .pinned = false),
  OL_RET(state, has_number),
  OL_RET(state, second, .given = offsetof(state, has_number)),
  {.type = OL_TYPE_END},
};

/* clang-format on */

static oli_shape* make(const ol_worker* worker) {
  oli_refusal refusal = {.text = ""};
  oli_shape* made = oli_shape_of_worker(worker, &refusal);
  if (made == NULL) fprintf(stderr, "%s\n", refusal.text);
  CHECK(made != NULL);
  return made;
}

static const oli_field* find(const oli_shape* in, const char* name) {
  for (size_t i = 0; i < in->count; i++) {
    if (strcmp(in->fields[i].row.name, name) == 0) return &in->fields[i];
  }
  return NULL;
}

/* ---- What looks wrong and is not ----------------------------------------------------------- */

/* clang-format off */

#define MOST 9007199254740991.0

static const ol_field* const odd_tables[] = {
  OL_FIELDS(OL_ARG(tight, number), OL_ARG(tight, text), OL_RET(tight, number)),
  OL_FIELDS(OL_ARG(state, f64), OL_RET(state, f64), OL_RET(state, f64, .name = "same")),
  OL_FIELDS(OL_ARG(state, point, .of = OL_SHAPE(point, OL_MEMBER(point, x), OL_MEMBER(point, y))),
            OL_RET(state, point.y), OL_RET(state, point.x, .name = "x")),
  OL_FIELDS(OL_RET(either, as.number, .given = offsetof(either, is_number)),
            OL_RET(either, as.text, .given = offsetof(struct either, is_text))),
  OL_FIELDS(OL_ARG(either, as.number), OL_RET(either, as.text, .given = offsetof(either, is_text))),
  OL_FIELDS(OL_ARG_OPTIONAL(state, f64, .given = offsetof(state, has_number)),
            OL_OPTION(state, i32, .given = offsetof(state, has_number)), OL_RET(state, has_number)),
  OL_FIELDS(OL_ARG(state, i32, FROM_ZERO), OL_ARG(state, f64, .min = 0, .max = INFINITY)),
  OL_FIELDS(OL_OPTION(state, i32, .one_of = modes, .def = 0), OL_OPTION(state, flag, .def = false)),
  OL_FIELDS(OL_ARG(state, i64, .bigint = true, .min = -MOST, .max = MOST)),
  OL_FIELDS(OL_ARG(state, f64, .name = "\"(, .offset = 1, .given = 0"),
            OL_ARG(state, i32, .min = '\'', .max = '(')),
};

/* clang-format on */

static void odd_but_sound_tables_are_taken(void) {
  for (size_t i = 0; i < sizeof odd_tables / sizeof odd_tables[0]; i++) {
    ol_worker worker = {GOOD, .fields = odd_tables[i]};
    oli_shape_free(make(&worker));
  }
}

static const ol_field zeros[] = {
  OL_OPTION(state, list, .of = OL_SHAPE(point, OL_MEMBER(point, x, .def = 0), OL_MEMBER(point, y))),
  {.type = OL_TYPE_END}};

static void a_default_of_0_lets_a_member_be_absent(void) {
  ol_worker worker = {GOOD, .fields = zeros};
  oli_shape* made = make(&worker);
  const oli_shape* of = find(made, "list")->of;
  CHECK(find(of, "x")->optional && !find(of, "y")->optional);
  oli_shape_free(made);
}

static void good_fields_are_made_ready(void) {
  ol_worker worker = {GOOD, .fields = good_fields, .pool = &ol_node_pool};
  oli_shape* made = make(&worker);
  CHECK(made->count == 12 && made->size == sizeof(state) && made->handles);
  CHECK(oli_shape_count(made, OL_ROLE_OPTION) == 7 && oli_shape_count(made, OL_ROLE_RET) == 2);
  CHECK(find(made, "i8")->low == -5 && find(made, "i8")->high == 127);
  CHECK(!find(made, "i8")->optional && find(made, "f64")->optional);
  CHECK(find(made, "choice")->choices == 2 && find(made, "choice")->optional);
  CHECK(!find(made, "other name")->optional);
  CHECK(find(made, "u64")->high == INFINITY && find(made, "u64")->bounded);
  CHECK(find(made, "y")->row.offset == offsetof(state, point) + offsetof(point, y));
  const oli_shape* of = find(made, "list")->of;
  CHECK(of->count == 2 && of->size == sizeof(point) && !of->handles);
  CHECK(!find(of, "x")->optional && find(of, "y")->optional);
  CHECK(oli_shape_only(of) == NULL);
  oli_shape_free(made);
}

static void running_out_of_memory_is_told(void) {
  ol_worker worker = {GOOD, .fields = good_fields};
  oli_refusal refusal = {.text = ""};
  oli_shape* made = NULL;
  int tries = 0;
  for (; made == NULL; tries++) {
    dry_after = tries;
    made = oli_shape_of_worker(&worker, &refusal);
    dry_after = -1;
    CHECK(made != NULL || strstr(refusal.text, "out of memory") != NULL);
  }
  CHECK(tries == 17); /* two shapes with fourteen names, and the one that succeeds */
  oli_shape_free(made);
}

static const ol_field* const function_tables[] = {
  OL_FIELDS(OL_ARG(state, fn), OL_ARG(state, f64)),
  OL_FIELDS(OL_ARG(state, fn), OL_OPTION(state, f64, .required = true)),
  OL_FIELDS(OL_ARG_OPTIONAL(state, fn), OL_OPTION(state, f64, .required = true)),
  OL_FIELDS(OL_OPTION(state, fn)),
  OL_FIELDS(OL_ARG(state, list, .of = OL_OF(ol_fn))),
};

static void functions_stand_where_no_call_ends(void) {
  for (size_t i = 0; i < sizeof function_tables / sizeof function_tables[0]; i++) {
    ol_worker worker = {GOOD, .fields = function_tables[i], .item = &shape};
    oli_shape* made = make(&worker);
    CHECK(made->functions);
    oli_shape_free(made);
  }
}

static const ol_shape call_shape = {
  sizeof(ol_field), sizeof(state),
  OL_FIELDS(OL_RET(state, str, .given = offsetof(state, has_number)), OL_ARG(state, i8),
            OL_ARG(state, str), OL_RET(state, f64, .def = 2, .max = 5))};

static void a_call_has_arguments_and_an_answer(void) {
  oli_refusal refusal = {.text = ""};
  oli_call_shape made;
  CHECK(oli_shape_of_call(&call_shape, &made, &refusal));
  CHECK(made.arguments->count == 2 && made.answer->count == 2);
  CHECK(made.arguments->size == sizeof(state) && made.answer->size == sizeof(state));
  CHECK(!find(made.arguments, "str")->optional && find(made.answer, "str")->optional);
  CHECK(find(made.answer, "f64")->bounded && find(made.answer, "f64")->optional);
  oli_call_shape_free(&made);
  CHECK(made.arguments == NULL && made.answer == NULL);
}

static void either_half_of_a_call_may_be_missing(void) {
  oli_refusal refusal = {.text = ""};
  oli_call_shape made;
  CHECK(oli_shape_of_call(OL_SHAPE(state, OL_ARG(state, f64)), &made, &refusal));
  CHECK(made.arguments->count == 1 && made.answer == NULL);
  oli_call_shape_free(&made);
  CHECK(oli_shape_of_call(OL_SHAPE(state, OL_RET(state, f64)), &made, &refusal));
  CHECK(made.arguments == NULL && made.answer->count == 1);
  oli_call_shape_free(&made);
}

static void a_call_runs_out_of_memory_in_every_place(void) {
  oli_refusal refusal = {.text = ""};
  oli_call_shape made;
  bool good = false;
  for (int tries = 0; !good; tries++) {
    dry_after = tries;
    good = oli_shape_of_call(&call_shape, &made, &refusal);
    dry_after = -1;
    CHECK(good || (made.arguments == NULL && made.answer == NULL));
    CHECK(good || refusal.no_memory);
    CHECK(good || strstr(refusal.text, "out of memory") != NULL);
    CHECK(!good || tries == 8); /* two tables, two shapes and four names */
  }
  oli_call_shape_free(&made);
}

static void a_worker_may_be_without_fields_and_without_a_state(void) {
  ol_worker worker = {GOOD};
  oli_shape* made = make(&worker);
  CHECK(made->count == 0);
  oli_shape_free(made);
  worker.state_size = 0;
  made = make(&worker);
  CHECK(made->count == 0 && made->size == 0);
  oli_shape_free(made);
  oli_shape_free(NULL);
}

/* As a header that knew no member behind .fields would have made it. */
static void workers_of_an_older_header_are_read(void) {
  ol_worker worker = {GOOD, .fields = good_fields, .item = &shape, .callback = 7};
  worker.table_size = offsetof(ol_worker, item);
  oli_shape_free(make(&worker));
}

/* As a header that knew no attribute behind .max would have made them. */
static void rows_of_an_older_header_are_read(void) {
  enum { OLD = offsetof(ol_field, def_str) };
  static unsigned char rows[3 * OLD];
  ol_field now[] = {OL_ARG(state, f64, .max = 9), OL_RET(state, second), {.type = OL_TYPE_END}};
  for (size_t i = 0; i < 3; i++) memcpy(rows + i * OLD, &now[i], OLD);
  ol_worker worker = {GOOD, .fields = (const ol_field*) (void*) rows};
  worker.field_size = OLD;
  oli_shape* made = make(&worker);
  CHECK(made->count == 2 && find(made, "f64")->row.max == 9);
  CHECK(find(made, "second")->row.role == OL_ROLE_RET && !find(made, "second")->row.bigint);
  oli_shape_free(made);
}

/* They do not say how their struct is aligned, and may stand anywhere. */
static void records_of_an_older_header_are_read(void) {
  enum { OLD = offsetof(ol_field, owner) };
  typedef struct nest {
    char before;
    point inner;
  } nest;
  static unsigned char inner[2 * OLD], outer[2 * OLD];
  const ol_field member = OL_MEMBER(point, y), end = {.type = OL_TYPE_END};
  const ol_shape of = {OLD, sizeof(point), (const ol_field*) (void*) inner};
  const ol_field argument = OL_ARG(nest, inner, .of = &of);
  memcpy(inner, &member, OLD);
  memcpy(inner + OLD, &end, OLD);
  memcpy(outer, &argument, OLD);
  memcpy(outer + OLD, &end, OLD);
  ol_worker worker = {OL_WORKER("w", nest, execute), .fields = (const ol_field*) (void*) outer};
  worker.field_size = OLD;
  oli_shape* made = make(&worker);
  CHECK(made->count == 1 && find(made, "inner")->of->count == 1);
  CHECK(find(made, "inner")->of->fields[0].row.offset == offsetof(point, y));
  oli_shape_free(made);
}

static void names_become_camel_case(void) {
  static const char* const names[][2] = {
    {"size", "size"},
    {"max_size", "maxSize"},
    {"a_b_c", "aBC"},
    {"_private", "_private"},
    {"default_", "default"},
    {"two__under", "twoUnder"},
    {"x_2", "x2"},
    {"__", "__"},
    {"already_Big", "alreadyBig"},
    {"onAuth", "onAuth"},
    {"", ""},
  };
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    char* name = oli_camel_case(names[i][0]);
    CHECK(strcmp(name, names[i][1]) == 0);
    free(name);
  }
}

static void elements_have_the_size_of_their_type(void) {
  CHECK(oli_element_size(OL_TYPE_BUF) == 1 && oli_element_size(OL_TYPE_U8CS) == 1);
  CHECK(oli_element_size(OL_TYPE_I16S) == 2 && oli_element_size(OL_TYPE_F32S) == 4);
  CHECK(oli_element_size(OL_TYPE_U64S) == 8 && oli_element_size(OL_TYPE_F64S) == 8);
  CHECK(oli_element_size(OL_TYPE_STR) == 0 && oli_element_size(OL_TYPE_OTHER) == 0);
}

static void integers_of_every_size_come_back(void) {
  for (int type = OL_TYPE_I8; type <= OL_TYPE_U64; type++) {
    unsigned char memory[9] = {0};
    int64_t minus = -3;
    oli_integer_store(type, memory + 1, (uint64_t) minus);
    uint64_t expected = oli_is_signed(type)   ? (uint64_t) minus
                        : type == OL_TYPE_U8  ? UINT8_MAX - 2
                        : type == OL_TYPE_U16 ? UINT16_MAX - 2
                        : type == OL_TYPE_U32 ? UINT32_MAX - 2u
                                              : UINT64_MAX - 2;
    CHECK(oli_integer_load(type, memory + 1) == expected);
    CHECK(memory[0] == 0);
  }
}

static void floats_hold_what_is_in_their_range(void) {
  CHECK(oli_fits_float(FLT_MAX) && oli_fits_float(-FLT_MAX) && oli_fits_float(1e-300));
  CHECK(oli_fits_float(NAN) && oli_fits_float(INFINITY) && oli_fits_float(-INFINITY));
  CHECK(!oli_fits_float(1e39) && !oli_fits_float(-DBL_MAX));
}

int main(void) {
  bad_fields_are_refused();
  bad_workers_are_refused();
  odd_but_sound_tables_are_taken();
  a_default_of_0_lets_a_member_be_absent();
  good_fields_are_made_ready();
  running_out_of_memory_is_told();
  functions_stand_where_no_call_ends();
  a_call_has_arguments_and_an_answer();
  either_half_of_a_call_may_be_missing();
  a_call_runs_out_of_memory_in_every_place();
  a_worker_may_be_without_fields_and_without_a_state();
  workers_of_an_older_header_are_read();
  rows_of_an_older_header_are_read();
  records_of_an_older_header_are_read();
  names_become_camel_case();
  elements_have_the_size_of_their_type();
  integers_of_every_size_come_back();
  floats_hold_what_is_in_their_range();
  return 0;
}
