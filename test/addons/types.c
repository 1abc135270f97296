/* Workers that give back what they get, one for each type of argument, and some whose results no
 * JavaScript value can hold. */
#include <offloop.h>

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* ---- One argument, one result -------------------------------------------------------------- */

/* ECHO(i8, int8_t) is the worker i8(value); what follows are attributes of its fields. */
#define ECHO(NAME, T, ...)                                        \
  typedef struct NAME##_state {                                   \
    T value, echo;                                                \
  } NAME##_state;                                                 \
  static int NAME##_execute(ol_job* job, void* state) {           \
    NAME##_state* s = state;                                      \
    (void) job;                                                   \
    memcpy(&s->echo, &s->value, sizeof s->echo);                  \
    return OL_OK;                                                 \
  }                                                               \
  static const ol_worker NAME##_worker = {                        \
    OL_WORKER(#NAME, NAME##_state, NAME##_execute),               \
    .fields = OL_FIELDS(OL_ARG(NAME##_state, value, __VA_ARGS__), \
                        OL_RET(NAME##_state, echo, __VA_ARGS__)), \
  };

#define PLAIN .required = false

typedef char chars8[8];

typedef struct point {
  double x, y;
  bool has_z;
  double z;
  ol_str label;
} point;

typedef struct wrapped {
  ol_buf data;
} wrapped;

typedef struct zeros {
  double x;
  int32_t mode;
} zeros;

static const char* const modes[] = {"fast", "fine", "", "größte", NULL};

#define TEN(A) A "0", A "1", A "2", A "3", A "4", A "5", A "6", A "7", A "8", A "9"
static const char* const levels[] = {TEN("level 0"), TEN("level 1"), TEN("level 2"), NULL};

#define POINT                                                    \
  OL_SHAPE(point, OL_MEMBER(point, x), OL_MEMBER(point, y),      \
           OL_MEMBER(point, z, .given = offsetof(point, has_z)), \
           OL_MEMBER(point, label, .def_str = "none"))

ECHO(boolean, bool, PLAIN)
ECHO(i8, int8_t, PLAIN)
ECHO(i16, int16_t, PLAIN)
ECHO(i32, int32_t, PLAIN)
ECHO(i64, int64_t, PLAIN)
ECHO(u8, uint8_t, PLAIN)
ECHO(u16, uint16_t, PLAIN)
ECHO(u32, uint32_t, PLAIN)
ECHO(u64, uint64_t, PLAIN)
ECHO(size, size_t, PLAIN)
ECHO(bigI64, int64_t, .bigint = true)
ECHO(bigU64, uint64_t, .bigint = true)
ECHO(f32, float, PLAIN)
ECHO(f64, double, PLAIN)
ECHO(mode, int, .one_of = modes)
ECHO(level, uint8_t, .one_of = levels)
ECHO(str, ol_str, PLAIN)
ECHO(chars, chars8, PLAIN)
ECHO(date, ol_date, PLAIN)
ECHO(value, ol_value, PLAIN)
ECHO(buf, ol_buf, PLAIN)
ECHO(i8s, ol_i8s, PLAIN)
ECHO(u8s, ol_u8s, PLAIN)
ECHO(u8cs, ol_u8cs, PLAIN)
ECHO(i16s, ol_i16s, PLAIN)
ECHO(u16s, ol_u16s, PLAIN)
ECHO(i32s, ol_i32s, PLAIN)
ECHO(u32s, ol_u32s, PLAIN)
ECHO(i64s, ol_i64s, PLAIN)
ECHO(u64s, ol_u64s, PLAIN)
ECHO(f32s, ol_f32s, PLAIN)
ECHO(f64s, ol_f64s, PLAIN)
ECHO(doubles, ol_list, .of = OL_OF(double))
ECHO(strings, ol_list, .of = OL_OF(ol_str))
ECHO(matrix, ol_list, .of = OL_OF(ol_list, .of = OL_OF(int32_t)))
ECHO(values, ol_list, .of = OL_OF(ol_value))
ECHO(points, ol_list, .of = POINT)
ECHO(record, point, .of = POINT)
ECHO(zeroed, zeros,
     .of = OL_SHAPE(zeros, OL_MEMBER(zeros, x, .def = 0),
                    OL_MEMBER(zeros, mode, .one_of = modes, .def = 0)))
ECHO(single, wrapped, .of = OL_SHAPE(wrapped, OL_MEMBER(wrapped, data)))

/* ---- Options ------------------------------------------------------------------------------- */

typedef struct blur_state {
  int32_t radius; /* not a bool: .given = 0 would mean none */
  bool has_sigma, sharp;
  uint64_t seed;
  float gain;
  double sigma, weight;
  int32_t mode;
  ol_str title;
  char tag[8];
  ol_date when;
  ol_list sizes;
  ol_str password;
  ol_buf key;
} blur_state;

static int blur_execute(ol_job* job, void* state) {
  (void) job;
  (void) state;
  return OL_OK;
}

static const ol_worker blur = {
  OL_WORKER("blur", blur_state, blur_execute),
  .fields = OL_FIELDS(
    OL_ARG(blur_state, weight),
    OL_ARG_OPTIONAL(blur_state, sigma, .given = offsetof(blur_state, has_sigma), .def = 0.5),
    OL_OPTION(blur_state, radius, .def = 3, .min = 1, .max = 99),
    OL_OPTION(blur_state, seed, .def = 1, .bigint = true, .min = 1, .max = INFINITY),
    OL_OPTION(blur_state, gain, .def = 1.5, .min = -INFINITY, .max = 2.5),
    OL_OPTION(blur_state, sharp, .def = 1), OL_OPTION(blur_state, mode, .one_of = modes, .def = 1),
    OL_OPTION(blur_state, title, .def_str = "untitled"),
    OL_OPTION(blur_state, tag, .name = "short tag", .def_str = "abc"),
    OL_OPTION(blur_state, when, .def = 1000), OL_OPTION(blur_state, sizes, .of = OL_OF(uint8_t)),
    OL_OPTION(blur_state, password, .secret = true), OL_OPTION(blur_state, key, .secret = true),
    OL_RET(blur_state, weight), OL_RET(blur_state, sigma), OL_RET(blur_state, has_sigma),
    OL_RET(blur_state, radius), OL_RET(blur_state, seed, .bigint = true), OL_RET(blur_state, gain),
    OL_RET(blur_state, sharp), OL_RET(blur_state, mode, .one_of = modes), OL_RET(blur_state, title),
    OL_RET(blur_state, tag, .name = "short tag"), OL_RET(blur_state, when),
    OL_RET(blur_state, sizes, .of = OL_OF(uint8_t)), OL_RET(blur_state, password)),
};

static const ol_worker mustHave = {
  OL_WORKER("mustHave", blur_state, blur_execute),
  .fields = OL_FIELDS(OL_OPTION(blur_state, radius, .required = true, .name = "needed"),
                      OL_RET(blur_state, radius)),
};

static const ol_worker nothing = {OL_WORKER("nothing", int, blur_execute)};

/* ---- Pinned memory ------------------------------------------------------------------------- */

typedef struct pinned_state {
  ol_buf buf;
  ol_f64s numbers;
  uint64_t address;
} pinned_state;

/* Writes into the caller's own memory. */
static int pinned_execute(ol_job* job, void* state) {
  pinned_state* s = state;
  (void) job;
  for (size_t i = 0; i < s->buf.len; i++) s->buf.data[i]++;
  for (size_t i = 0; i < s->numbers.len; i++) s->numbers.data[i] *= 2;
  s->address = (uint64_t) (uintptr_t) (s->buf.data != NULL ? (void*) s->buf.data : s->numbers.data);
  return OL_OK;
}

static const ol_worker pinned = {
  OL_WORKER("pinned", pinned_state, pinned_execute),
  .fields = OL_FIELDS(OL_ARG(pinned_state, buf, .pinned = true),
                      OL_RET(pinned_state, address, .bigint = true)),
};

static const ol_worker pinnedNumbers = {
  OL_WORKER("pinnedNumbers", pinned_state, pinned_execute),
  .fields = OL_FIELDS(OL_ARG(pinned_state, numbers, .pinned = true),
                      OL_RET(pinned_state, address, .bigint = true)),
};

/* Two buffers, and an option in between to run the caller's code. */
typedef struct two_state {
  ol_buf first, second;
  int32_t between;
  uint64_t sum;
} two_state;

static int two_execute(ol_job* job, void* state) {
  two_state* s = state;
  (void) job;
  for (size_t i = 0; i < s->first.len; i++) s->sum += s->first.data[i];
  for (size_t i = 0; i < s->second.len; i++) s->sum += s->second.data[i];
  return OL_OK;
}

static const ol_worker sumTwo = {
  OL_WORKER("sumTwo", two_state, two_execute),
  .fields = OL_FIELDS(OL_ARG(two_state, first, .pinned = true), OL_ARG(two_state, second),
                      OL_OPTION(two_state, between), OL_RET(two_state, sum)),
};

/* ---- Handles ------------------------------------------------------------------------------- */

typedef struct box {
  double content;
} box;

static const ol_class Box = {OL_CLASS("Box", box, NULL)};
static const ol_class Jar = {OL_CLASS("Jar", box, NULL)};

typedef struct box_state {
  box* box;
  box* other;
  bool has_other;
  ol_list boxes;
  double content, sum;
} box_state;

static int make_execute(ol_job* job, void* state) {
  box_state* s = state;
  s->box = ol_new(job, &Box, NULL);
  if (s->box == NULL) return OL_NO_MEMORY;
  s->box->content = s->content;
  return OL_OK;
}

static int make_jar_execute(ol_job* job, void* state) {
  box_state* s = state;
  s->box = ol_new(job, &Jar, NULL);
  return s->box != NULL ? OL_OK : OL_NO_MEMORY;
}

static int add_execute(ol_job* job, void* state) {
  box_state* s = state;
  (void) job;
  if (s->box != NULL) s->sum += s->box->content;
  if (s->other != NULL) s->sum += s->other->content;
  for (size_t i = 0; i < s->boxes.len; i++) s->sum += ((box**) s->boxes.data)[i]->content;
  return OL_OK;
}

static const ol_worker makeBox = {
  OL_WORKER("makeBox", box_state, make_execute),
  .fields = OL_FIELDS(OL_ARG(box_state, content), OL_RET(box_state, box, .handle = &Box)),
};

static const ol_worker makeJar = {
  OL_WORKER("makeJar", box_state, make_jar_execute),
  .fields = OL_FIELDS(OL_RET(box_state, box, .handle = &Jar)),
};

static const ol_worker content = {
  OL_WORKER("content", box_state, add_execute),
  .fields = OL_FIELDS(OL_THIS(box_state, box, .handle = &Box), OL_OPTION(box_state, content),
                      OL_RET(box_state, sum)),
};

static const ol_worker addBoxes = {
  OL_WORKER("addBoxes", box_state, add_execute),
  .fields = OL_FIELDS(
    OL_ARG(box_state, box, .handle = &Box), OL_ARG_OPTIONAL(box_state, other, .handle = &Box),
    OL_OPTION(box_state, boxes, .of = OL_OF(box*, .handle = &Box)), OL_RET(box_state, sum)),
};

/* ---- Results ------------------------------------------------------------------------------- */

/* Results that may be too much for JavaScript; the argument is the value in C. */
typedef struct raw_state {
  int64_t bits;
  uint64_t unsigned_bits;
  double ms;
  ol_date date;
  ol_buf bytes;
  ol_str text;
  char cut[8];
  ol_list list;
  ol_value value;
  ol_f64s numbers;
  bool known;
} raw_state;

static int raw_execute(ol_job* job, void* state) {
  raw_state* s = state;
  (void) job;
  s->unsigned_bits = (uint64_t) s->bits;
  s->date.ms = s->ms;
  s->text = (ol_str){(const char*) s->bytes.data, s->bytes.len};
  if (s->bytes.len > 0) {
    memcpy(s->cut, s->bytes.data, s->bytes.len < sizeof s->cut ? s->bytes.len : sizeof s->cut);
  }
  return OL_OK;
}

#define RAW(NAME, ...)                                                     \
  static const ol_worker NAME = {OL_WORKER(#NAME, raw_state, raw_execute), \
                                 .fields = OL_FIELDS(__VA_ARGS__)};

RAW(rawSigned, OL_ARG(raw_state, bits, .bigint = true), OL_RET(raw_state, bits))
RAW(rawUnsigned, OL_ARG(raw_state, bits, .bigint = true), OL_RET(raw_state, unsigned_bits))
RAW(rawMode, OL_ARG(raw_state, bits, .bigint = true), OL_RET(raw_state, bits, .one_of = modes))
RAW(rawDate, OL_ARG(raw_state, ms), OL_RET(raw_state, date))
RAW(rawText, OL_ARG(raw_state, bytes), OL_RET(raw_state, text))
RAW(rawChars, OL_ARG(raw_state, bytes), OL_RET(raw_state, cut))
RAW(maybe, OL_ARG(raw_state, known), OL_ARG(raw_state, bits),
    OL_RET(raw_state, bits, .given = offsetof(raw_state, known)), OL_RET(raw_state, known))

/* Values with a length and nothing behind it, and one of no type. */
static int broken_execute(ol_job* job, void* state) {
  raw_state* s = state;
  (void) job;
  s->text = (ol_str){NULL, 5};
  s->bytes = (ol_buf){NULL, 5};
  s->list = (ol_list){NULL, 5};
  s->numbers = (ol_f64s){(double*) (void*) s, SIZE_MAX};
  s->value.type = 99;
  return OL_OK;
}

#define BROKEN(NAME, ...)                                                     \
  static const ol_worker NAME = {OL_WORKER(#NAME, raw_state, broken_execute), \
                                 .fields = OL_FIELDS(__VA_ARGS__)};

BROKEN(brokenText, OL_RET(raw_state, text))
BROKEN(brokenBytes, OL_RET(raw_state, bytes))
BROKEN(brokenList, OL_RET(raw_state, list, .of = OL_OF(double)))
BROKEN(brokenNumbers, OL_RET(raw_state, numbers))
BROKEN(brokenValue, OL_RET(raw_state, value))

/* Sized ones: a text of n zero bytes, a list of n nulls. */
typedef struct sized_state {
  uint64_t size;
  ol_str text;
  ol_list list;
  void* memory;
} sized_state;

static int sized_execute(ol_job* job, void* state) {
  sized_state* s = state;
  (void) job;
  s->memory = calloc(1, s->size + 1);
  if (s->memory == NULL) return OL_NO_MEMORY;
  s->text = (ol_str){s->memory, s->size};
  s->list = (ol_list){s->memory, s->size};
  return OL_OK;
}

static void sized_destroy(void* state) {
  free(((sized_state*) state)->memory);
}

static const ol_worker longText = {
  OL_WORKER("longText", sized_state, sized_execute),
  .fields = OL_FIELDS(OL_ARG(sized_state, size), OL_RET(sized_state, text)),
  .destroy = sized_destroy,
};

static const ol_worker longList = {
  OL_WORKER("longList", sized_state, sized_execute),
  .fields = OL_FIELDS(OL_ARG(sized_state, size), OL_RET(sized_state, list, .of = OL_OF(bool))),
  .destroy = sized_destroy,
};

/* Memory of n zero bytes that nobody ever touches: as a Buffer, and as numbers. */
typedef struct vast_state {
  uint64_t size;
  bool owned;
  ol_buf buf;
  ol_f64s numbers;
  void* memory;
} vast_state;

static int vast_execute(ol_job* job, void* state) {
  vast_state* s = state;
  void* memory = calloc(1, s->size);
  if (memory == NULL) return OL_NO_MEMORY;
  if (!s->owned) s->memory = memory;
  int status = s->owned ? ol_buf_adopt(job, &s->buf, memory, s->size, free) : OL_OK;
  s->buf = (ol_buf){memory, s->size};
  s->numbers = (ol_f64s){memory, s->size / sizeof(double)};
  return status;
}

static void vast_destroy(void* state) {
  free(((vast_state*) state)->memory);
}

static const ol_worker vastBuf = {
  OL_WORKER("vastBuf", vast_state, vast_execute),
  .fields =
    OL_FIELDS(OL_ARG(vast_state, size), OL_OPTION(vast_state, owned), OL_RET(vast_state, buf)),
  .destroy = vast_destroy,
};

static const ol_worker vastNumbers = {
  OL_WORKER("vastNumbers", vast_state, vast_execute),
  .fields =
    OL_FIELDS(OL_ARG(vast_state, size), OL_OPTION(vast_state, owned), OL_RET(vast_state, numbers)),
  .destroy = vast_destroy,
};

/* A list of n integers, the first of which JavaScript cannot hold: whether the length may be is
 * told before that, and no elements are made. */
static int wide_execute(ol_job* job, void* state) {
  sized_state* s = state;
  (void) job;
  int64_t* numbers = calloc(s->size + 1, sizeof *numbers);
  if (numbers == NULL) return OL_NO_MEMORY;
  numbers[0] = INT64_MAX;
  s->memory = numbers;
  s->list = (ol_list){numbers, s->size};
  return OL_OK;
}

static const ol_worker wideList = {
  OL_WORKER("wideList", sized_state, wide_execute),
  .fields = OL_FIELDS(OL_ARG(sized_state, size), OL_RET(sized_state, list, .of = OL_OF(int64_t))),
  .destroy = sized_destroy,
};

/* ---- Memory that moves --------------------------------------------------------------------- */

static atomic_int adopted, freed;

static void count_free(void* data) {
  atomic_fetch_add(&freed, 1);
  free(data);
}

typedef struct make_state {
  uint64_t size, address;
  int32_t kind;
  int32_t byte;
  ol_buf buf, again;
  ol_f64s numbers;
} make_state;

static const char* const kinds[] = {"new", "adopt", "shrunk", "twice", "behind", "resized", NULL};
enum { MAKE_NEW, MAKE_ADOPT, MAKE_SHRUNK, MAKE_TWICE, MAKE_BEHIND, MAKE_RESIZED };

static int make_memory(ol_job* job, make_state* s) {
  if (s->kind == MAKE_RESIZED) {
    int status = ol_buf_new(job, &s->buf, 1);
    return status == OL_OK ? ol_buf_resize(job, &s->buf, s->size) : status;
  }
  if (s->kind != MAKE_ADOPT) return ol_buf_new(job, &s->buf, s->size);
  void* data = malloc(s->size > 0 ? s->size : 1);
  if (data == NULL) return OL_NO_MEMORY;
  atomic_fetch_add(&adopted, 1);
  return ol_buf_adopt(job, &s->buf, data, s->size, count_free);
}

static int memory_execute(ol_job* job, void* state) {
  make_state* s = state;
  int status = make_memory(job, s);
  if (status != OL_OK) return status;
  memset(s->buf.data, s->byte, s->buf.len);
  s->address = (uint64_t) (uintptr_t) s->buf.data;
  if (s->kind == MAKE_SHRUNK) s->buf.len /= 2;
  if (s->kind == MAKE_TWICE) s->again = s->buf;
  if (s->kind == MAKE_BEHIND) s->buf = (ol_buf){s->buf.data + 1, s->buf.len - 1};
  s->numbers = (ol_f64s){(double*) (void*) s->buf.data, s->buf.len / sizeof(double)};
  return OL_OK;
}

static const ol_worker memory = {
  OL_WORKER("memory", make_state, memory_execute),
  .fields = OL_FIELDS(OL_ARG(make_state, size), OL_ARG(make_state, kind, .one_of = kinds),
                      OL_ARG(make_state, byte), OL_RET(make_state, buf), OL_RET(make_state, again),
                      OL_RET(make_state, address, .bigint = true)),
};

static const ol_worker numbers = {
  OL_WORKER("numbers", make_state, memory_execute),
  .fields = OL_FIELDS(OL_ARG(make_state, size), OL_ARG(make_state, kind, .one_of = kinds),
                      OL_ARG(make_state, byte), OL_RET(make_state, numbers),
                      OL_RET(make_state, address, .bigint = true)),
};

typedef struct counts_state {
  int32_t adopted, freed;
} counts_state;

static int counts_execute(ol_job* job, void* state) {
  counts_state* s = state;
  (void) job;
  *s = (counts_state){atomic_load(&adopted), atomic_load(&freed)};
  return OL_OK;
}

static const ol_worker counts = {
  OL_WORKER("counts", counts_state, counts_execute),
  .fields = OL_FIELDS(OL_RET(counts_state, adopted), OL_RET(counts_state, freed)),
};

OL_MODULE(&boolean_worker, &i8_worker, &i16_worker, &i32_worker, &i64_worker, &u8_worker,
          &u16_worker, &u32_worker, &u64_worker, &size_worker, &bigI64_worker, &bigU64_worker,
          &f32_worker, &f64_worker, &mode_worker, &level_worker, &str_worker, &chars_worker,
          &date_worker, &value_worker, &buf_worker, &i8s_worker, &u8s_worker, &u8cs_worker,
          &i16s_worker, &u16s_worker, &i32s_worker, &u32s_worker, &i64s_worker, &u64s_worker,
          &f32s_worker, &f64s_worker, &doubles_worker, &strings_worker, &matrix_worker,
          &values_worker, &points_worker, &record_worker, &zeroed_worker, &single_worker, &blur,
          &mustHave, &nothing, &pinned, &pinnedNumbers, &sumTwo, &makeBox, &makeJar, &content,
          &addBoxes, &rawSigned, &rawUnsigned, &rawMode, &rawDate, &rawText, &rawChars, &maybe,
          &brokenText, &brokenBytes, &brokenList, &brokenNumbers, &brokenValue, &longText,
          &longList, &wideList, &vastBuf, &vastNumbers, &memory, &numbers, &counts)
