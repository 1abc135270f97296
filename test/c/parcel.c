/* with: plat.c arena.c attribute.c rules.c fields.c */
/* a parcel is a copy of all that a record points to, but blocks move, and bad data is refused */
#include <stdlib.h>
#include <string.h>

#include "plat.h"

/* Compiled in here with an arena that can run dry, and that counts what it gave. */
static int dry_after = -1; /* allocations that still succeed; -1: all */
#include "arena.h"

static int dry(void) {
  if (dry_after == 0) return 1;
  if (dry_after > 0) dry_after--;
  return 0;
}

static void* dry_alloc(oli_arena* arena, size_t size) {
  return dry() ? NULL : oli_arena_alloc(arena, size);
}

static size_t secrets;

static void* dry_alloc_secret(oli_arena* arena, size_t size) {
  secrets++;
  return dry() ? NULL : oli_arena_alloc_secret(arena, size);
}

static int dry_buf_new(oli_arena* arena, ol_buf* buf, size_t size) {
  return dry() ? OL_NO_MEMORY : oli_arena_buf_new(arena, buf, size);
}

#define oli_arena_alloc dry_alloc
#define oli_arena_alloc_secret dry_alloc_secret
#define oli_arena_buf_new dry_buf_new
#include "../../src/parcel.c"
#undef oli_arena_alloc
#undef oli_arena_alloc_secret
#undef oli_arena_buf_new

#include "shape_fixture.h"

enum { LONG = 100000 };

typedef struct point {
  double x;
  char name[12];
} point;

typedef struct tag {
  int32_t id;
  ol_str text;
  ol_list numbers;
} tag;

typedef struct whole {
  bool flag, has_note;
  uint8_t u8;
  int16_t i16;
  int64_t i64;
  float f32;
  double f64;
  ol_date date;
  char chars[9];
  point point;
  tag tag;
  ol_str str, secret, note;
  ol_buf buf, moved;
  ol_i8s i8s;
  ol_u8s u8s;
  ol_u8cs u8cs;
  ol_i16s i16s;
  ol_u16s u16s;
  ol_i32s i32s;
  ol_u32s u32s;
  ol_i64s i64s;
  ol_u64s u64s;
  ol_f32s f32s;
  ol_f64s f64s;
  ol_list points, tags, lists;
  ol_value value;
} whole;

/* clang-format off */
#define POINT OL_SHAPE(point, OL_MEMBER(point, x), OL_MEMBER(point, name))
#define TAG \
  OL_SHAPE(tag, OL_MEMBER(tag, id), OL_MEMBER(tag, text),  \
           OL_MEMBER(tag, numbers, .of = OL_OF(int32_t)))

static const ol_shape* const point_shape = POINT;
static const ol_shape* const value_shape = OL_OF(ol_value);
static const ol_shape* const buf_shape = OL_OF(ol_buf);
static const ol_shape* const nested_shape = OL_SHAPE(whole, OL_MEMBER(whole, point, .of = POINT));
static const ol_shape* const deep_shape = OL_SHAPE(whole, OL_MEMBER(whole, tag, .of = TAG));
static const ol_shape* const whole_shape = OL_SHAPE(whole,
  OL_MEMBER(whole, flag), OL_MEMBER(whole, u8), OL_MEMBER(whole, i16), OL_MEMBER(whole, i64),
  OL_MEMBER(whole, f32), OL_MEMBER(whole, f64), OL_MEMBER(whole, date), OL_MEMBER(whole, chars),
  OL_MEMBER(whole, point, .of = POINT), OL_MEMBER(whole, tag, .of = TAG),
  OL_MEMBER(whole, str), OL_MEMBER(whole, secret, .secret = true),
  OL_MEMBER(whole, note, .def_str = "none", .given = offsetof(whole, has_note)),
  OL_MEMBER(whole, buf), OL_MEMBER(whole, moved),
  OL_MEMBER(whole, i8s), OL_MEMBER(whole, u8s), OL_MEMBER(whole, u8cs), OL_MEMBER(whole, i16s),
  OL_MEMBER(whole, u16s), OL_MEMBER(whole, i32s), OL_MEMBER(whole, u32s), OL_MEMBER(whole, i64s),
  OL_MEMBER(whole, u64s), OL_MEMBER(whole, f32s), OL_MEMBER(whole, f64s),
  OL_MEMBER(whole, points, .of = POINT), OL_MEMBER(whole, tags, .of = TAG),
  OL_MEMBER(whole, lists, .of = OL_OF(ol_list, .of = OL_OF(ol_str))),
  OL_MEMBER(whole, value));
/* clang-format on */

static const oli_shape* whole_made;
static const oli_shape* point_made;
static const oli_shape* value_made;
static const oli_shape* buf_made;
static oli_mutex lock = OLI_MUTEX_INIT;
static int freed;

static void count_free(void* data) {
  freed++;
  free(data);
}

/* ---- A record of every type ---------------------------------------------------------------- */

/* What [whole] points to, overwritten once it has been copied. */
typedef struct source {
  uint64_t views[4];
  char text[8], secret[4];
  unsigned char bytes[LONG];
  int32_t numbers[3];
  point points[2];
  tag tags[2];
  ol_str words[3];
  ol_list lists[2];
} source;

#define VIEW(FIELD, TYPE, LEN) \
  record->FIELD = (TYPE) {     \
    (void*) from->views, LEN   \
  }

static void fill_views(whole* record, source* from) {
  for (int i = 0; i < 4; i++) from->views[i] = UINT64_C(0x0102030405060708) * (unsigned) (i + 1);
  VIEW(i8s, ol_i8s, 32);
  VIEW(u8s, ol_u8s, 31);
  VIEW(u8cs, ol_u8cs, 30);
  VIEW(i16s, ol_i16s, 16);
  VIEW(u16s, ol_u16s, 15);
  VIEW(i32s, ol_i32s, 8);
  VIEW(u32s, ol_u32s, 7);
  VIEW(i64s, ol_i64s, 4);
  VIEW(u64s, ol_u64s, 3);
  VIEW(f32s, ol_f32s, 8);
  VIEW(f64s, ol_f64s, 4);
}

static void fill_lists(whole* record, source* from) {
  static const char* const words[] = {"one", "", "three"};
  for (int i = 0; i < 3; i++) {
    from->numbers[i] = 100 + i;
    from->words[i] = (ol_str){words[i], strlen(words[i])};
  }
  from->words[1].data = NULL;
  from->points[0] = (point){1.5, "a"};
  from->points[1] = (point){2.5, "b"};
  from->tags[0] = (tag){7, {from->text, 3}, {from->numbers, 3}};
  from->tags[1] = (tag){8, {from->text + 3, 4}, {NULL, 0}};
  from->lists[0] = (ol_list){from->words, 3};
  from->lists[1] = (ol_list){from->words + 2, 1};
  record->points = (ol_list){from->points, 2};
  record->tags = (ol_list){from->tags, 2};
  record->lists = (ol_list){from->lists, 2};
}

static void fill(whole* record, source* from) {
  memset(record, 0, sizeof *record);
  memcpy(from->text, "text\0in", 8);
  memcpy(from->secret, "key", 4);
  memset(from->bytes, 0xAB, LONG);
  record->flag = true;
  record->u8 = 200;
  record->i16 = -300;
  record->i64 = INT64_MIN;
  record->f32 = 0.5f;
  record->f64 = 1e300;
  record->date.ms = 86400000;
  memcpy(record->chars, "nine byte", 9);
  record->point = (point){3.5, "c"};
  record->tag = (tag){9, {from->text, 7}, {from->numbers, 2}};
  record->str = (ol_str){from->text, 7};
  record->secret = (ol_str){from->secret, 3};
  record->note.data = (const char*) 16; /* absent, so nobody looks */
  record->note.len = 99;
  record->buf = (ol_buf){from->bytes, LONG};
  record->value = (ol_value){OL_VALUE_BUF, {.buf = {from->bytes, 5}}};
  fill_views(record, from);
  fill_lists(record, from);
}

static bool same_str(ol_str str, const char* text, size_t len) {
  return str.len == len && memcmp(str.data, text, len + 1) == 0;
}

static void views_are_equal(const whole* copy) {
  uint64_t views[4];
  for (int i = 0; i < 4; i++) views[i] = UINT64_C(0x0102030405060708) * (unsigned) (i + 1);
  const ol_buf* bufs = (const ol_buf*) (const void*) &copy->i8s;
  static const size_t lens[] = {32, 31, 30, 16, 15, 8, 7, 4, 3, 8, 4};
  static const size_t sizes[] = {32, 31, 30, 32, 30, 32, 28, 32, 24, 32, 32};
  for (int i = 0; i < 11; i++) {
    CHECK(bufs[i].len == lens[i] && memcmp(bufs[i].data, views, sizes[i]) == 0);
    CHECK((uintptr_t) bufs[i].data % 8 == 0);
  }
}

static void lists_are_equal(const whole* copy) {
  const point* points = copy->points.data;
  const tag* tags = copy->tags.data;
  const ol_list* lists = copy->lists.data;
  const ol_str* words = lists[0].data;
  CHECK(copy->points.len == 2 && points[1].x == 2.5 && strcmp(points[0].name, "a") == 0);
  CHECK(copy->tags.len == 2 && tags[0].id == 7 && same_str(tags[0].text, "tex", 3));
  CHECK(tags[0].numbers.len == 3 && ((int32_t*) tags[0].numbers.data)[2] == 102);
  CHECK(same_str(tags[1].text, "t\0in", 4) && tags[1].numbers.len == 0);
  CHECK(copy->lists.len == 2 && lists[0].len == 3 && lists[1].len == 1);
  CHECK(same_str(words[0], "one", 3) && same_str(words[1], "", 0));
  CHECK(same_str(*(ol_str*) lists[1].data, "three", 5));
}

static void members_are_equal(const whole* copy) {
  CHECK(copy->flag && copy->u8 == 200 && copy->i16 == -300 && copy->i64 == INT64_MIN);
  CHECK(copy->f32 == 0.5f && copy->f64 == 1e300 && copy->date.ms == 86400000);
  CHECK(memcmp(copy->chars, "nine byte", 9) == 0 && copy->point.x == 3.5);
  CHECK(copy->tag.id == 9 && same_str(copy->tag.text, "text\0in", 7));
  CHECK(((int32_t*) copy->tag.numbers.data)[1] == 101);
  CHECK(same_str(copy->str, "text\0in", 7) && same_str(copy->secret, "key", 3));
  CHECK(same_str(copy->note, "none", 4));
  CHECK(copy->buf.len == LONG && copy->buf.data[0] == 0xAB && copy->buf.data[LONG - 1] == 0xAB);
  CHECK(copy->value.type == OL_VALUE_BUF && copy->value.as.buf.len == 5);
  CHECK(copy->value.as.buf.data[4] == 0xAB);
}

static void every_type_is_copied_with_all_below_it(void) {
  source* from = malloc(sizeof *from);
  whole record, copy;
  oli_arena to = {0};
  size_t bytes = sizeof record;
  CHECK(from != NULL);
  fill(&record, from);
  CHECK(oli_parcel_copy(whole_made, &record, &copy, NULL, NULL, &to, &bytes) == OL_OK);
  memset(from, 0xEE, sizeof *from);
  free(from);
  members_are_equal(&copy);
  views_are_equal(&copy);
  lists_are_equal(&copy);
  CHECK(secrets == 1);
  CHECK(bytes > sizeof record + LONG && bytes < sizeof record + LONG + 2000);
  oli_arena_clear(&to);
}

static void a_long_copy_is_a_block_that_can_move_on(void) {
  static unsigned char bytes[LONG];
  ol_buf buf = {bytes, LONG}, copy;
  oli_arena to = {0};
  oli_owned owned;
  size_t size = 0;
  CHECK(oli_parcel_copy(buf_made, &buf, &copy, NULL, NULL, &to, &size) == OL_OK);
  CHECK(copy.data != bytes && oli_arena_take(&to, copy.data, &owned) && size == LONG);
  owned.free_data(owned.data);
  oli_arena_clear(&to);
}

/* Each allocation in turn is the one that fails. */
static void no_memory_leaves_nothing_behind(void) {
  source* from = malloc(sizeof *from);
  int failures = 0, status = OL_NO_MEMORY;
  CHECK(from != NULL);
  for (; status != OL_OK; failures++) {
    whole record, copy;
    oli_arena job = {0}, to = {0};
    size_t bytes = 0;
    fill(&record, from);
    CHECK(oli_arena_buf_adopt(&job, &record.moved, malloc(9), 9, count_free) == OL_OK);
    dry_after = failures;
    status = oli_parcel_copy(whole_made, &record, &copy, &job, &lock, &to, &bytes);
    dry_after = -1;
    CHECK(status == OL_OK || status == OL_NO_MEMORY);
    oli_arena_clear(&to);
    CHECK(status == OL_OK || freed == failures); /* the block is the job's again */
    oli_arena_clear(&job);
    CHECK(freed == failures + 1);
  }
  CHECK(failures > 20);
  free(from);
  freed = 0;
}

/* ---- Blocks -------------------------------------------------------------------------------- */

static void a_block_moves_with_what_frees_it(void) {
  oli_arena job = {0}, to = {0};
  oli_owned owned;
  whole record = {0}, copy;
  size_t bytes = 0;
  unsigned char* data = malloc(6);
  CHECK(oli_arena_buf_adopt(&job, &record.moved, data, 6, count_free) == OL_OK);
  memcpy(data, "block", 6);
  CHECK(oli_parcel_copy(whole_made, &record, &copy, &job, &lock, &to, &bytes) == OL_OK);
  CHECK(copy.moved.data == data && copy.moved.len == 6 && bytes == 6);
  CHECK(!oli_arena_take(&job, data, &owned));
  oli_arena_clear(&job);
  CHECK(freed == 0 && memcmp(data, "block", 6) == 0);
  CHECK(oli_arena_take(&to, data, &owned) && owned.free_data == count_free);
  owned.free_data(owned.data);
  oli_arena_clear(&to);
  CHECK(freed == 1);
}

static void a_block_that_is_named_twice_moves_once(void) {
  oli_arena job = {0}, to = {0};
  whole record = {0}, copy;
  size_t bytes = 0;
  CHECK(oli_arena_buf_new(&job, &record.moved, 8) == OL_OK);
  memcpy(record.moved.data, "content", 8);
  record.buf = record.moved;
  record.value = (ol_value){OL_VALUE_BUF, {.buf = record.moved}};
  CHECK(oli_parcel_copy(whole_made, &record, &copy, &job, &lock, &to, &bytes) == OL_OK);
  oli_arena_clear(&job);
  CHECK(copy.buf.data == record.moved.data);
  CHECK(copy.moved.data != copy.buf.data && copy.value.as.buf.data != copy.buf.data);
  CHECK(memcmp(copy.moved.data, "content", 8) == 0);
  CHECK(memcmp(copy.value.as.buf.data, "content", 8) == 0 && bytes == 24);
  oli_arena_clear(&to);
}

static void what_nobody_takes_goes_back_and_copies_do_not(void) {
  static uint8_t big[LONG];
  oli_arena job = {0}, to = {0};
  whole record = {0}, copy;
  size_t bytes = 0;
  uint8_t* block;
  CHECK(oli_arena_buf_new(&job, &record.moved, 8) == OL_OK);
  block = record.moved.data;
  record.buf = (ol_buf){big, LONG}; /* a copy of this size is a block, too */
  for (int tries = 0; tries < 3; tries++) {
    CHECK(oli_parcel_copy(whole_made, &record, &copy, &job, &lock, &to, &bytes) == OL_OK);
    CHECK(copy.moved.data == block && !oli_arena_move(&job, &to, block));
    oli_parcel_give_back(&job, &lock, &to);
    oli_arena_clear(&to);
    CHECK(oli_arena_buf_resize(&job, &record.moved, 8) == OL_OK);
    block = record.moved.data;
  }
  record.value.type = 99; /* the last member, after the block has moved */
  CHECK(oli_parcel_copy(whole_made, &record, &copy, &job, &lock, &to, &bytes) == OL_INVALID);
  oli_arena_clear(&to);
  CHECK(oli_arena_buf_resize(&job, &record.moved, 9) == OL_OK);
  oli_arena_clear(&job);
}

static void an_empty_block_moves_too(void) {
  oli_arena job = {0}, to = {0};
  oli_owned owned;
  ol_buf buf, copy;
  size_t bytes = 0;
  CHECK(oli_arena_buf_new(&job, &buf, 0) == OL_OK);
  CHECK(oli_parcel_copy(buf_made, &buf, &copy, &job, &lock, &to, &bytes) == OL_OK);
  CHECK(copy.len == 0 && !oli_arena_take(&job, buf.data, &owned));
  oli_arena_clear(&to);
  oli_arena_clear(&job);
}

/* ---- Bad data ------------------------------------------------------------------------------ */

static int copy_status(const whole* record) {
  whole copy;
  oli_arena to = {0};
  size_t bytes = 0;
  int status = oli_parcel_copy(whole_made, record, &copy, NULL, NULL, &to, &bytes);
  oli_arena_clear(&to);
  return status;
}

#define REFUSES(MEMBER, ...)                   \
  do {                                         \
    whole record = {0};                        \
    record.MEMBER = __VA_ARGS__;               \
    CHECK(copy_status(&record) == OL_INVALID); \
  } while (0)

static void no_data_of_some_length_is_refused(void) {
  tag bad = {1, {NULL, 2}, {NULL, 0}};
  ol_list inner = {NULL, 1};
  REFUSES(str, (ol_str){NULL, 1});
  REFUSES(buf, (ol_buf){NULL, 1});
  REFUSES(f64s, (ol_f64s){NULL, 1});
  REFUSES(points, (ol_list){NULL, 1});
  REFUSES(tag, bad);
  REFUSES(tags, (ol_list){&bad, 1});
  REFUSES(lists, (ol_list){&inner, 1});
  REFUSES(value, (ol_value){OL_VALUE_STR, {.str = {NULL, 1}}});
  REFUSES(value, (ol_value){OL_VALUE_BUF, {.buf = {NULL, 1}}});
}

static void lengths_past_all_memory_are_refused(void) {
  static double some[1];
  REFUSES(str, (ol_str){"", SIZE_MAX});
  REFUSES(buf, (ol_buf){(uint8_t*) some, SIZE_MAX});
  REFUSES(f64s, (ol_f64s){some, SIZE_MAX / 8 + 2});
  REFUSES(points, (ol_list){some, SIZE_MAX / sizeof(point) + 2});
}

static void values_of_unknown_types_are_refused(void) {
  REFUSES(value, (ol_value){6, {.number = 1}});
  REFUSES(value, (ol_value){-1, {.number = 1}});
}

static void nothing_of_no_length_is_fine(void) {
  whole record = {0}, copy;
  oli_arena to = {0};
  size_t bytes = 0;
  CHECK(oli_parcel_copy(whole_made, &record, &copy, NULL, NULL, &to, &bytes) == OL_OK);
  CHECK(copy.str.len == 0 && copy.str.data[0] == '\0' && copy.buf.data == NULL);
  CHECK(copy.points.len == 0 && copy.value.type == OL_VALUE_NULL && bytes == 0);
  oli_arena_clear(&to);
}

static void values_of_every_type_are_copied(void) {
  ol_value values[] = {{OL_VALUE_BOOL, {.boolean = true}},
                       {OL_VALUE_NUMBER, {.number = -0.5}},
                       {OL_VALUE_BIGINT, {.bigint = INT64_MIN}},
                       {OL_VALUE_STR, {.str = {"str", 3}}}};
  ol_value copies[4];
  oli_arena to = {0};
  size_t bytes = 0;
  for (int i = 0; i < 4; i++) {
    CHECK(oli_parcel_copy(value_made, &values[i], &copies[i], NULL, NULL, &to, &bytes) == OL_OK);
    CHECK(copies[i].type == values[i].type);
  }
  CHECK(copies[0].as.boolean && copies[1].as.number == -0.5 && copies[2].as.bigint == INT64_MIN);
  CHECK(same_str(copies[3].as.str, "str", 3) && copies[3].as.str.data != values[3].as.str.data);
  oli_arena_clear(&to);
}

static void records_need_no_alignment(void) {
  char source[sizeof(whole) + 1], copy[sizeof(whole) + 1];
  whole record = {0};
  oli_arena to = {0};
  size_t bytes = 0;
  record.str = (ol_str){"text", 4};
  record.tag.text = (ol_str){"tag", 3};
  memcpy(source + 1, &record, sizeof record);
  CHECK(oli_parcel_copy(whole_made, source + 1, copy + 1, NULL, NULL, &to, &bytes) == OL_OK);
  memcpy(&record, copy + 1, sizeof record);
  CHECK(same_str(record.str, "text", 4) && same_str(record.tag.text, "tag", 3));
  oli_arena_clear(&to);
}

static void only_a_shape_without_pointers_is_bare(void) {
  CHECK(oli_shape_is_bare(point_made) && oli_shape_is_bare(fixture_shape(nested_shape)));
  CHECK(!oli_shape_is_bare(whole_made) && !oli_shape_is_bare(value_made));
  CHECK(!oli_shape_is_bare(buf_made) && !oli_shape_is_bare(fixture_shape(deep_shape)));
}

int main(void) {
  whole_made = fixture_shape(whole_shape);
  point_made = fixture_shape(point_shape);
  value_made = fixture_shape(value_shape);
  buf_made = fixture_shape(buf_shape);
  every_type_is_copied_with_all_below_it();
  a_long_copy_is_a_block_that_can_move_on();
  no_memory_leaves_nothing_behind();
  a_block_moves_with_what_frees_it();
  a_block_that_is_named_twice_moves_once();
  what_nobody_takes_goes_back_and_copies_do_not();
  an_empty_block_moves_too();
  no_data_of_some_length_is_refused();
  lengths_past_all_memory_are_refused();
  values_of_unknown_types_are_refused();
  nothing_of_no_length_is_fine();
  values_of_every_type_are_copied();
  records_need_no_alignment();
  only_a_shape_without_pointers_is_bare();
  return 0;
}
