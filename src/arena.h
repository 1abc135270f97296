/* arena.h: the memory that lives as long as one job. Floor 1.
 *
 * Small pieces are cut from chunks and freed together. A buffer that may move to JavaScript is a
 * block of its own, found again by its address. The arena takes no lock: its owner does. */
#ifndef OLI_ARENA_H
#define OLI_ARENA_H

#include "offloop.h"

typedef struct oli_chunk oli_chunk;
typedef struct oli_block oli_block;

/* All zero is an empty arena. */
typedef struct oli_arena {
  oli_chunk* chunks; /* the first one is cut from */
  oli_block* blocks; /* of ol_buf_new and ol_buf_adopt */
} oli_arena;

/* Zeroed, aligned for any type; a size of 0 gives a valid address. NULL: out of memory. */
void* oli_arena_alloc(oli_arena* arena, size_t size);

/* The same, and wiped before it is freed. */
void* oli_arena_alloc_secret(oli_arena* arena, size_t size);

/* A copy of [len] bytes with a NUL behind them. NULL: out of memory. */
char* oli_arena_copy(oli_arena* arena, const void* data, size_t len);

/* Prints; [len], which may be NULL, gets the length without the NUL. A format that the system
 * cannot print (a wide character that the locale lacks) stands for itself. NULL: out of memory. */
char* oli_arena_vprintf(oli_arena* arena, size_t* len, const char* format, va_list args)
  OL_PRINTF_(3, 0);
char* oli_arena_printf(oli_arena* arena, size_t* len, const char* format, ...) OL_PRINTF_(3, 4);

/* OL_OK, OL_NO_MEMORY or OL_INVALID, and then [buf] is as it was, and [data] still the caller's; as
 * ol_buf_new and its kin say. */
int oli_arena_buf_new(oli_arena* arena, ol_buf* buf, size_t size);
int oli_arena_buf_resize(oli_arena* arena, ol_buf* buf, size_t size);
int oli_arena_buf_adopt(oli_arena* arena, ol_buf* buf, void* data, size_t size,
                        void (*free_data)(void* data));

/* A block's memory with the function that frees it, to hand on. */
typedef struct oli_owned {
  void* data;
  void (*free_data)(void* data);
} oli_owned;

/* The block that starts at [data]: it stays in the arena. False: there is no such block. */
bool oli_arena_find(oli_arena* arena, const void* data, oli_owned* owned);

/* Takes the block that starts at [data] out of the arena: the caller frees it from now on. False:
 * there is no such block. */
bool oli_arena_take(oli_arena* arena, const void* data, oli_owned* owned);

/* Moves the block that starts at [data] to another arena, which needs no memory and so cannot fail.
 * False: there is no such block. */
bool oli_arena_move(oli_arena* from, oli_arena* to, const void* data);

/* Moves all blocks that came into [to] by oli_arena_move to [from], from which they came. */
void oli_arena_move_back(oli_arena* to, oli_arena* from);

/* Frees everything; the arena is empty again. */
void oli_arena_clear(oli_arena* arena);

#endif
