/* with: plat.c */
/* an arena gives zeroed, aligned memory, keeps buffers apart, and frees everything once */
#include <stdlib.h>
#include <string.h>

#include "plat.h"

/* The arena is compiled in here with an allocator that can run dry and a wipe that is counted. */
static int dry_after = -1; /* allocations that still succeed; -1: all */
static size_t wiped;

static int dry(void) {
  if (dry_after == 0) return 1;
  if (dry_after > 0) dry_after--;
  return 0;
}

static void* dry_malloc(size_t size) {
  return dry() ? NULL : malloc(size);
}
static void* dry_calloc(size_t count, size_t size) {
  return dry() ? NULL : calloc(count, size);
}
static void* dry_realloc(void* data, size_t size) {
  return dry() ? NULL : realloc(data, size);
}

static void counted_wipe(void* data, size_t size) {
  oli_wipe(data, size);
  for (size_t i = 0; i < size; i++) wiped += ((char*) data)[i] == 0;
}

#define malloc dry_malloc
#define calloc dry_calloc
#define realloc dry_realloc
#define oli_wipe counted_wipe
#include "../../src/arena.c"
#undef malloc
#undef calloc
#undef realloc

#include "check.h"

enum { MANY = 20000 };

static bool all_bytes(const void* data, size_t size, unsigned char byte) {
  const unsigned char* bytes = data;
  for (size_t i = 0; i < size; i++) {
    if (bytes[i] != byte) return false;
  }
  return true;
}

/* ---- Pieces -------------------------------------------------------------------------------- */

static size_t some_size(uint32_t* seed, int i) {
  if (i % 500 == 0) return check_random(seed) % 300000;
  return check_random(seed) % (i % 20 == 0 ? 2000 : 60);
}

static void pieces_are_zeroed_aligned_and_apart(void) {
  static unsigned char* pieces[2000];
  static size_t sizes[2000];
  oli_arena arena = {0};
  uint32_t seed = 7;
  for (int i = 0; i < 2000; i++) {
    sizes[i] = some_size(&seed, i);
    pieces[i] = oli_arena_alloc(&arena, sizes[i]);
    CHECK(pieces[i] != NULL && (uintptr_t) pieces[i] % sizeof(arena_align) == 0);
    CHECK(all_bytes(pieces[i], sizes[i], 0));
    memset(pieces[i], i % 251 + 1, sizes[i]);
  }
  for (int i = 0; i < 2000; i++) {
    CHECK(all_bytes(pieces[i], sizes[i], (unsigned char) (i % 251 + 1)));
  }
  oli_arena_clear(&arena);
  CHECK(arena.chunks == NULL && arena.blocks == NULL);
}

static void a_size_of_0_gives_an_address_of_its_own(void) {
  oli_arena arena = {0};
  void* first = oli_arena_alloc(&arena, 0);
  void* second = oli_arena_alloc(&arena, 0);
  void* secret = oli_arena_alloc_secret(&arena, 0);
  CHECK(first != NULL && second != NULL && secret != NULL);
  CHECK(first != second && second != secret);
  oli_arena_clear(&arena);
}

static void many_small_pieces_take_few_chunks(void) {
  oli_arena arena = {0};
  for (int i = 0; i < MANY; i++) CHECK(oli_arena_alloc(&arena, 16) != NULL);
  size_t chunks = 0;
  for (oli_chunk* chunk = arena.chunks; chunk != NULL; chunk = chunk->next) chunks++;
  CHECK(chunks <= MANY * sizeof(arena_align) / ARENA_LARGEST_CHUNK + 10);
  oli_arena_clear(&arena);
}

static void a_large_piece_does_not_waste_the_chunk_in_use(void) {
  oli_arena arena = {0};
  char* before = oli_arena_alloc(&arena, 16);
  CHECK(oli_arena_alloc(&arena, 1 << 20) != NULL);
  CHECK(oli_arena_alloc_secret(&arena, 8) != NULL);
  char* after = oli_arena_alloc(&arena, 16);
  CHECK(after == before + arena_round(16));
  oli_arena_clear(&arena);
}

static void sizes_that_overflow_are_refused(void) {
  static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 64, SIZE_MAX / 2 + 1,
                                 PTRDIFF_MAX};
  oli_arena arena = {0};
  ol_buf buf = {0};
  CHECK(oli_arena_buf_new(&arena, &buf, 3) == OL_OK);
  ol_buf before = buf;
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    CHECK(oli_arena_alloc(&arena, sizes[i]) == NULL);
    CHECK(oli_arena_alloc_secret(&arena, sizes[i]) == NULL);
    CHECK(oli_arena_copy(&arena, "x", sizes[i]) == NULL);
    CHECK(oli_arena_buf_resize(&arena, &buf, sizes[i]) == OL_NO_MEMORY);
    CHECK(oli_arena_buf_new(&arena, &buf, sizes[i]) == OL_NO_MEMORY);
  }
  CHECK(buf.data == before.data && buf.len == before.len);
  oli_arena_clear(&arena);
}

static void secrets_are_wiped_and_nothing_else(void) {
  oli_arena arena = {0};
  char* open = oli_arena_alloc(&arena, 100);
  char* secret = oli_arena_alloc_secret(&arena, 32);
  CHECK(all_bytes(secret, 32, 0));
  memset(open, 'x', 100);
  memset(secret, 'x', 32);
  wiped = 0;
  oli_arena_clear(&arena);
  CHECK(wiped == 32);
}

static void a_secret_leaves_the_chunks_behind_it_their_size(void) {
  oli_arena arena = {0};
  oli_arena_alloc_secret(&arena, 32);
  char* first = oli_arena_alloc(&arena, 16);
  for (int i = 1; i < 20; i++) CHECK(oli_arena_alloc(&arena, 16) == first + 16 * i);
  oli_arena_clear(&arena);
}

/* ---- Text ---------------------------------------------------------------------------------- */

static void copies_end_in_a_nul_and_keep_inner_ones(void) {
  oli_arena arena = {0};
  char* copy = oli_arena_copy(&arena, "a\0b", 3);
  CHECK(memcmp(copy, "a\0b", 4) == 0);
  CHECK(strcmp(oli_arena_copy(&arena, NULL, 0), "") == 0);
  oli_arena_clear(&arena);
}

static void printing_takes_any_length(void) {
  oli_arena arena = {0};
  size_t len = 99;
  char* text = oli_arena_printf(&arena, &len, "%s %d", "some", 42);
  CHECK(strcmp(text, "some 42") == 0 && len == 7);
  text = oli_arena_printf(&arena, &len, "%s", "");
  CHECK(strcmp(text, "") == 0 && len == 0);
  text = oli_arena_printf(&arena, &len, "%0100000d", 1);
  CHECK(len == 100000 && text[99999] == '1' && text[100000] == '\0');
  CHECK(strcmp(oli_arena_printf(&arena, NULL, "%c", 'c'), "c") == 0);
  oli_arena_clear(&arena);
}

/* The locale of a plain program has no such character. */
static void a_format_that_cannot_be_printed_stands_for_itself(void) {
  oli_arena arena = {0};
  size_t len = 99;
  char* text = oli_arena_printf(&arena, &len, "%d %ls", 1, L"\x4e2d");
  CHECK(strcmp(text, "%d %ls") == 0 && len == 6);
  oli_arena_clear(&arena);
}

/* ---- Buffers ------------------------------------------------------------------------------- */

static int frees;

static void count_free(void* data) {
  frees++;
  free(data);
}

static void count_only(void* data) {
  (void) data;
  frees++;
}

static void a_taken_buffer_is_the_takers(void) {
  oli_arena arena = {0};
  ol_buf buf = {0};
  oli_owned owned = {0};
  CHECK(oli_arena_buf_new(&arena, &buf, 10) == OL_OK && buf.len == 10);
  memset(buf.data, 'x', 10);
  CHECK(oli_arena_take(&arena, buf.data, &owned) && owned.data == buf.data);
  CHECK(!oli_arena_take(&arena, buf.data, &owned));
  CHECK(oli_arena_buf_resize(&arena, &buf, 20) == OL_INVALID);
  oli_arena_clear(&arena);
  CHECK(all_bytes(owned.data, 10, 'x'));
  owned.free_data(owned.data);
}

static void resizing_keeps_what_fits(void) {
  oli_arena arena = {0};
  ol_buf buf = {0}, other = {0};
  CHECK(oli_arena_buf_new(&arena, &buf, 0) == OL_OK && buf.data != NULL && buf.len == 0);
  CHECK(oli_arena_buf_new(&arena, &other, 8) == OL_OK);
  CHECK(oli_arena_buf_resize(&arena, &buf, 100) == OL_OK && buf.len == 100);
  memset(buf.data, 'x', 100);
  CHECK(oli_arena_buf_resize(&arena, &buf, 1000000) == OL_OK && buf.len == 1000000);
  CHECK(all_bytes(buf.data, 100, 'x'));
  CHECK(oli_arena_buf_resize(&arena, &buf, 5) == OL_OK && all_bytes(buf.data, 5, 'x'));
  CHECK(oli_arena_buf_resize(&arena, &buf, 0) == OL_OK && buf.data != NULL && buf.len == 0);
  oli_owned owned = {0};
  CHECK(oli_arena_take(&arena, buf.data, &owned));
  owned.free_data(owned.data);
  oli_arena_clear(&arena);
}

static void only_buffers_of_our_own_can_be_resized(void) {
  oli_arena arena = {0};
  uint8_t here[4];
  ol_buf foreign = {here, sizeof here}, none = {NULL, 0}, adopted = {NULL, 0};
  CHECK(oli_arena_buf_adopt(&arena, &adopted, malloc(4), 4, free) == OL_OK);
  CHECK(oli_arena_buf_resize(&arena, &foreign, 8) == OL_INVALID && foreign.len == 4);
  CHECK(oli_arena_buf_resize(&arena, &none, 8) == OL_INVALID);
  CHECK(oli_arena_buf_resize(&arena, &adopted, 8) == OL_INVALID && adopted.len == 4);
  CHECK(oli_arena_buf_resize(&arena, NULL, 8) == OL_INVALID);
  CHECK(oli_arena_buf_new(&arena, NULL, 8) == OL_INVALID);
  oli_arena_clear(&arena);
}

static void an_adopted_buffer_is_freed_once(void) {
  oli_arena arena = {0};
  ol_buf kept = {0}, taken = {0};
  oli_owned owned = {0};
  frees = 0;
  CHECK(oli_arena_buf_adopt(&arena, &kept, malloc(4), 4, count_free) == OL_OK && kept.len == 4);
  CHECK(oli_arena_buf_adopt(&arena, &taken, malloc(4), 0, count_free) == OL_OK && taken.len == 0);
  CHECK(oli_arena_take(&arena, taken.data, &owned) && owned.free_data == count_free);
  oli_arena_clear(&arena);
  CHECK(frees == 1);
  owned.free_data(owned.data);
  CHECK(frees == 2);
}

static void a_refused_adoption_leaves_all_as_it_was(void) {
  oli_arena arena = {0};
  char here[1];
  ol_buf buf = {(uint8_t*) here, 77};
  frees = 0;
  CHECK(oli_arena_buf_adopt(&arena, NULL, here, 1, count_only) == OL_INVALID);
  CHECK(oli_arena_buf_adopt(&arena, &buf, here, SIZE_MAX, count_only) == OL_INVALID);
  CHECK(oli_arena_buf_adopt(&arena, &buf, here, 1, NULL) == OL_INVALID);
  CHECK(oli_arena_buf_adopt(&arena, &buf, NULL, 1, count_only) == OL_INVALID && frees == 0);
  CHECK((char*) buf.data == here && buf.len == 77);
  CHECK(oli_arena_buf_adopt(&arena, &buf, NULL, 0, count_only) == OL_OK);
  CHECK(buf.data == NULL && buf.len == 0);
  oli_owned owned;
  CHECK(!oli_arena_take(&arena, NULL, &owned));
  oli_arena_clear(&arena);
  CHECK(frees == 0);
}

static void memory_that_counts_its_users_may_be_adopted_twice(void) {
  oli_arena arena = {0};
  char shared[1];
  ol_buf first = {0}, second = {0}, third = {0};
  oli_owned owned = {0};
  frees = 0;
  CHECK(oli_arena_buf_adopt(&arena, &first, shared, 1, count_only) == OL_OK);
  CHECK(oli_arena_buf_adopt(&arena, &second, shared, 1, count_only) == OL_OK);
  CHECK(oli_arena_buf_adopt(&arena, &third, shared, 1, count_only) == OL_OK);
  CHECK(oli_arena_take(&arena, shared, &owned));
  oli_arena_clear(&arena);
  CHECK(frees == 2);
}

/* In time that grows with their number: each one has the same place. */
static void memory_may_be_adopted_very_often(void) {
  enum { TIMES = 1000000 };
  oli_arena arena = {0};
  char shared[1], other[1];
  ol_buf buf = {0};
  oli_owned owned = {0};
  frees = 0;
  for (int i = 0; i < TIMES; i++)
    CHECK(oli_arena_buf_adopt(&arena, &buf, shared, 1, count_only) == OL_OK);
  CHECK(oli_arena_buf_adopt(&arena, &buf, other, 1, count_only) == OL_OK);
  for (int i = 0; i < TIMES / 2; i++) CHECK(oli_arena_take(&arena, shared, &owned));
  CHECK(oli_arena_find(&arena, shared, &owned) && oli_arena_find(&arena, other, &owned));
  oli_arena_clear(&arena);
  CHECK(frees == TIMES / 2 + 1);
}

/* In and out in random order, so that blocks leave the tree from everywhere. */
static void every_one_of_many_buffers_is_found(void) {
  static ol_buf bufs[MANY];
  oli_arena arena = {0};
  oli_owned owned = {0};
  uint32_t seed = 11;
  for (int i = 0; i < MANY; i++) CHECK(oli_arena_buf_new(&arena, &bufs[i], 8) == OL_OK);
  for (int i = 0; i < 3 * MANY; i++) {
    ol_buf* buf = &bufs[check_random(&seed) % MANY];
    bool there = buf->data != NULL;
    CHECK(oli_arena_take(&arena, there ? buf->data : (void*) &seed, &owned) == there);
    if (there) {
      owned.free_data(owned.data);
      buf->data = NULL;
    } else {
      CHECK(oli_arena_buf_new(&arena, buf, 8) == OL_OK);
    }
  }
  for (int i = 0; i < MANY; i += 2) {
    if (bufs[i].data != NULL) CHECK(oli_arena_buf_resize(&arena, &bufs[i], 500) == OL_OK);
  }
  oli_arena_clear(&arena);
}

/* ---- Out of memory ------------------------------------------------------------------------- */

static void without_memory_nothing_changes(void) {
  oli_arena arena = {0};
  ol_buf buf = {0}, other = {0};
  CHECK(oli_arena_buf_new(&arena, &buf, 4) == OL_OK);
  memset(buf.data, 'x', 4);
  dry_after = 0;
  CHECK(oli_arena_alloc(&arena, 1) == NULL);
  CHECK(oli_arena_alloc(&arena, 100000) == NULL);
  CHECK(oli_arena_alloc_secret(&arena, 1) == NULL);
  CHECK(oli_arena_copy(&arena, "x", 1) == NULL);
  CHECK(oli_arena_printf(&arena, NULL, "x") == NULL);
  CHECK(oli_arena_buf_new(&arena, &other, 4) == OL_NO_MEMORY && other.data == NULL);
  CHECK(oli_arena_buf_resize(&arena, &buf, 8) == OL_NO_MEMORY && buf.len == 4);
  dry_after = 1;
  CHECK(oli_arena_buf_new(&arena, &other, 4) == OL_NO_MEMORY && other.data == NULL);
  dry_after = 0;
  frees = 0;
  CHECK(oli_arena_buf_adopt(&arena, &other, buf.data, 4, count_only) == OL_NO_MEMORY && frees == 0);
  dry_after = -1;
  CHECK(all_bytes(buf.data, 4, 'x') && oli_arena_buf_resize(&arena, &buf, 8) == OL_OK);
  oli_arena_clear(&arena);
}

int main(void) {
  pieces_are_zeroed_aligned_and_apart();
  a_size_of_0_gives_an_address_of_its_own();
  many_small_pieces_take_few_chunks();
  a_large_piece_does_not_waste_the_chunk_in_use();
  sizes_that_overflow_are_refused();
  secrets_are_wiped_and_nothing_else();
  a_secret_leaves_the_chunks_behind_it_their_size();
  copies_end_in_a_nul_and_keep_inner_ones();
  printing_takes_any_length();
  a_format_that_cannot_be_printed_stands_for_itself();
  a_taken_buffer_is_the_takers();
  resizing_keeps_what_fits();
  only_buffers_of_our_own_can_be_resized();
  an_adopted_buffer_is_freed_once();
  a_refused_adoption_leaves_all_as_it_was();
  memory_that_counts_its_users_may_be_adopted_twice();
  memory_may_be_adopted_very_often();
  every_one_of_many_buffers_is_found();
  without_memory_nothing_changes();
  return 0;
}
