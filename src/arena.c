/* arena.c: the memory of one job.
 *
 * Shape: a list of chunks, and a tree of blocks.
 *   chunk   pieces are cut from the first one, front to back; a bigger one comes before it when it
 *           is used up. A large piece and a secret have a chunk to themselves, behind the first.
 *   block   one buffer that may leave the arena, alone. The tree branches by the bits of a hash of
 *           the address, so that it stays flat with nothing to balance, and a job with 100000
 *           buffers finds each at once. Memory that counts its users may be adopted for each of
 *           them: blocks of one address have one place in the tree, behind each other.
 *
 * Owner: the job. Chunks die in oli_arena_clear; a block dies there, or is taken by its new owner.
 * Invariant: what lies behind a chunk's [used] bytes is zero, since chunks are never used again. */
#include "arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plat.h"

enum { ARENA_FIRST_CHUNK = 512, ARENA_LARGEST_CHUNK = 32 * 1024 };

/* What malloc aligns for; MSVC has no max_align_t in C. */
typedef union arena_align {
  long long integer;
  long double number;
  void* data;
  void (*function)(void);
} arena_align;

struct oli_chunk {
  oli_chunk* next;
  size_t size; /* of [memory], in bytes; used <= size */
  size_t used;
  bool secret;
  arena_align memory[];
};

struct oli_block {
  oli_block* below[2];
  oli_block* same; /* others of this address, which have nothing below */
  void* data;
  void (*free_data)(void* data);
  bool resizable; /* from ol_buf_new, so realloc may be called */
  bool moved;     /* from another arena, and may go back there */
};

/* No object is larger; sums of such a size and a small one cannot overflow. */
static bool arena_size_ok(size_t size) {
  return size <= (size_t) PTRDIFF_MAX / 2;
}

/* ---- Chunks -------------------------------------------------------------------------------- */

static oli_chunk* arena_chunk_new(size_t size) {
  oli_chunk* chunk = calloc(1, sizeof *chunk + size);
  if (chunk != NULL) chunk->size = size;
  return chunk;
}

static void* arena_cut(oli_chunk* chunk, size_t size) {
  void* piece = (char*) chunk->memory + chunk->used;
  chunk->used += size;
  return piece;
}

/* In whole units of the alignment, one at least: so all pieces are aligned and have an address. */
static size_t arena_round(size_t size) {
  size_t unit = sizeof(arena_align);
  return size == 0 ? unit : (size + unit - 1) / unit * unit;
}

/* Twice the first chunk, within bounds. */
static size_t arena_next_size(const oli_arena* arena) {
  size_t size = arena->chunks != NULL ? 2 * arena->chunks->size : ARENA_FIRST_CHUNK;
  if (size < ARENA_FIRST_CHUNK) return ARENA_FIRST_CHUNK;
  return size < ARENA_LARGEST_CHUNK ? size : ARENA_LARGEST_CHUNK;
}

/* A chunk for one piece, behind the first one, which goes on being cut from. */
static void* arena_alloc_alone(oli_arena* arena, size_t size, bool secret) {
  oli_chunk* chunk = arena_chunk_new(size);
  if (chunk == NULL) return NULL;
  oli_chunk** place = arena->chunks != NULL ? &arena->chunks->next : &arena->chunks;
  chunk->secret = secret;
  chunk->next = *place;
  *place = chunk;
  return arena_cut(chunk, size);
}

static void* arena_alloc_first(oli_arena* arena, size_t size, size_t chunk_size) {
  oli_chunk* chunk = arena_chunk_new(chunk_size);
  if (chunk == NULL) return NULL;
  chunk->next = arena->chunks;
  arena->chunks = chunk;
  return arena_cut(chunk, size);
}

void* oli_arena_alloc(oli_arena* arena, size_t size) {
  if (!arena_size_ok(size)) return NULL;
  size = arena_round(size);
  oli_chunk* first = arena->chunks;
  if (first != NULL && first->size - first->used >= size) return arena_cut(first, size);
  size_t chunk_size = arena_next_size(arena);
  if (size > chunk_size / 2) return arena_alloc_alone(arena, size, false);
  return arena_alloc_first(arena, size, chunk_size);
}

void* oli_arena_alloc_secret(oli_arena* arena, size_t size) {
  return arena_size_ok(size) ? arena_alloc_alone(arena, arena_round(size), true) : NULL;
}

static void arena_clear_chunks(oli_arena* arena) {
  while (arena->chunks != NULL) {
    oli_chunk* chunk = arena->chunks;
    arena->chunks = chunk->next;
    if (chunk->secret) oli_wipe(chunk->memory, chunk->size);
    free(chunk);
  }
}

/* ---- Text ---------------------------------------------------------------------------------- */

char* oli_arena_copy(oli_arena* arena, const void* data, size_t len) {
  if (!arena_size_ok(len)) return NULL;
  char* copy = oli_arena_alloc(arena, len + 1);
  if (copy != NULL && len > 0) memcpy(copy, data, len);
  return copy;
}

char* oli_arena_vprintf(oli_arena* arena, size_t* len, const char* format, va_list args) {
  va_list measured;
  va_copy(measured, args);
  int printed = vsnprintf(NULL, 0, format, measured);
  va_end(measured);
  size_t size = printed < 0 ? strlen(format) : (size_t) printed;
  char* text = oli_arena_alloc(arena, size + 1);
  if (text == NULL) return NULL;
  if (printed < 0) {
    memcpy(text, format, size);
  } else {
    vsnprintf(text, size + 1, format, args);
  }
  if (len != NULL) *len = size;
  return text;
}

char* oli_arena_printf(oli_arena* arena, size_t* len, const char* format, ...) {
  va_list args;
  va_start(args, format);
  char* text = oli_arena_vprintf(arena, len, format, args);
  va_end(args);
  return text;
}

/* ---- Blocks -------------------------------------------------------------------------------- */

/* The branches to take from the root, one a bit from the highest: addresses differ in their middle
 * bits, and a multiplication carries those into all of the high ones. */
static uint64_t arena_path(const void* data) {
  return (uint64_t) (uintptr_t) data * UINT64_C(0x9E3779B97F4A7C15);
}

/* The block that starts at [data], or the free place at the end of its path: a pointer to NULL. */
static oli_block** arena_find(oli_arena* arena, const void* data) {
  oli_block** place = &arena->blocks;
  for (uint64_t path = arena_path(data); *place != NULL && (*place)->data != data; path <<= 1) {
    place = &(*place)->below[path >> 63];
  }
  return place;
}

static oli_block** arena_any_below(oli_block* block) {
  return &block->below[block->below[0] == NULL];
}

/* Any leaf below may stand in for the block that goes, since their paths begin alike. */
static oli_block* arena_unlink(oli_block** place) {
  oli_block* gone = *place;
  if (gone->same != NULL) {
    *place = gone->same;
    memcpy((*place)->below, gone->below, sizeof gone->below);
    return gone;
  }
  oli_block** leaf = place;
  while (*arena_any_below(*leaf) != NULL) leaf = arena_any_below(*leaf);
  oli_block* last = *leaf;
  *leaf = NULL;
  if (last != gone) {
    memcpy(last->below, gone->below, sizeof last->below);
    *place = last;
  }
  return gone;
}

static void arena_link(oli_arena* arena, oli_block* block) {
  oli_block** place = arena_find(arena, block->data);
  block->below[0] = block->below[1] = NULL;
  block->same = NULL;
  if (*place == NULL) {
    *place = block;
  } else {
    block->same = (*place)->same;
    (*place)->same = block;
  }
}

/* A block of [data], put into the tree. On OL_NO_MEMORY the data is still the caller's. */
static int arena_block_add(oli_arena* arena, void* data, void (*free_data)(void*), bool resizable) {
  oli_block* block = malloc(sizeof *block);
  if (block == NULL) return OL_NO_MEMORY;
  block->data = data;
  block->free_data = free_data;
  block->resizable = resizable;
  block->moved = false;
  arena_link(arena, block);
  return OL_OK;
}

static void arena_buf_set(ol_buf* buf, void* data, size_t size) {
  buf->data = data;
  buf->len = size;
}

int oli_arena_buf_new(oli_arena* arena, ol_buf* buf, size_t size) {
  if (buf == NULL) return OL_INVALID;
  void* data = arena_size_ok(size) ? malloc(size > 0 ? size : 1) : NULL;
  if (data == NULL) return OL_NO_MEMORY;
  if (arena_block_add(arena, data, free, true) != OL_OK) {
    free(data);
    return OL_NO_MEMORY;
  }
  arena_buf_set(buf, data, size);
  return OL_OK;
}

/* Memory that moves has another place in the tree. It is unlinked first, because its old address is
 * not to be read once realloc has freed it. */
int oli_arena_buf_resize(oli_arena* arena, ol_buf* buf, size_t size) {
  oli_block** place = buf != NULL ? arena_find(arena, buf->data) : NULL;
  if (place == NULL || *place == NULL || !(*place)->resizable) return OL_INVALID;
  if (!arena_size_ok(size)) return OL_NO_MEMORY;
  oli_block* block = arena_unlink(place);
  void* data = realloc(block->data, size > 0 ? size : 1);
  if (data != NULL) block->data = data;
  arena_link(arena, block);
  if (data == NULL) return OL_NO_MEMORY;
  arena_buf_set(buf, data, size);
  return OL_OK;
}

static int arena_adopt(oli_arena* arena, ol_buf* buf, void* data, size_t size,
                       void (*free_data)(void* data)) {
  if (buf == NULL || free_data == NULL || (data == NULL && size > 0)) return OL_INVALID;
  if (!arena_size_ok(size)) return OL_INVALID;
  if (data == NULL) return OL_OK;
  return arena_block_add(arena, data, free_data, false);
}

int oli_arena_buf_adopt(oli_arena* arena, ol_buf* buf, void* data, size_t size,
                        void (*free_data)(void* data)) {
  int status = arena_adopt(arena, buf, data, size, free_data);
  if (status == OL_OK) arena_buf_set(buf, data, size);
  return status;
}

bool oli_arena_find(oli_arena* arena, const void* data, oli_owned* owned) {
  const oli_block* block = *arena_find(arena, data);
  if (block == NULL) return false;
  *owned = (oli_owned){block->data, block->free_data};
  return true;
}

bool oli_arena_take(oli_arena* arena, const void* data, oli_owned* owned) {
  oli_block** place = arena_find(arena, data);
  if (*place == NULL) return false;
  oli_block* block = arena_unlink(place);
  owned->data = block->data;
  owned->free_data = block->free_data;
  free(block);
  return true;
}

bool oli_arena_move(oli_arena* from, oli_arena* to, const void* data) {
  oli_block** place = arena_find(from, data);
  if (*place == NULL) return false;
  oli_block* block = arena_unlink(place);
  block->moved = true;
  arena_link(to, block);
  return true;
}

void oli_arena_move_back(oli_arena* to, oli_arena* from) {
  oli_arena kept = {0};
  while (to->blocks != NULL) {
    oli_block* block = arena_unlink(&to->blocks);
    arena_link(block->moved ? from : &kept, block);
    block->moved = false;
  }
  to->blocks = kept.blocks;
}

static void arena_clear_blocks(oli_arena* arena) {
  while (arena->blocks != NULL) {
    oli_block* block = arena_unlink(&arena->blocks);
    block->free_data(block->data);
    free(block);
  }
}

void oli_arena_clear(oli_arena* arena) {
  arena_clear_blocks(arena);
  arena_clear_chunks(arena);
}
