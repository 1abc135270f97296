/* failure.h: what ol_fail and its kin were told, until JavaScript makes an Error of it. Floor 1.
 *
 * Lives in the job's arena; written under the job's stop lock, read once the job is over. The job
 * sees to it that the first failure wins: it sets one failure, once. */
#ifndef OLI_FAILURE_H
#define OLI_FAILURE_H

#include "arena.h"
#include "offloop.h"

typedef struct oli_detail {
  struct oli_detail* next;
  const char* name;
  ol_value value; /* copied: strings and bytes live in the arena */
} oli_detail;

/* All zero: nothing told yet. */
typedef struct oli_failure {
  const char* code;    /* NULL until something failed; "ERR_OL_FAILED", "ENOENT" */
  const char* message; /* NULL: out of memory while it was told */
  int error;           /* errno value, positive; 0: none */
  const char* syscall; /* NULL: none */
  const char* path;    /* NULL: none */
  oli_detail* details; /* in the order given */
} oli_failure;

/* [code] NULL: "ERR_OL_FAILED". [format] NULL: the code is the message. When there is no memory for
 * the code itself, it is "ERR_OL_NO_MEMORY". */
void oli_failure_set(oli_failure* failure, oli_arena* arena, const char* code, const char* format,
                     va_list args) OL_PRINTF_(4, 0);

/* The message is made as Node makes it: "ENOENT: no such file or directory, open 'path'". What is
 * NULL is left out of it. */
void oli_failure_set_errno(oli_failure* failure, oli_arena* arena, int error, const char* syscall,
                           const char* path);

/* A later detail takes the place of an earlier one of the same name. OL_OK; OL_NO_MEMORY or
 * OL_INVALID (no name, a type that is none, a length without data), and nothing has changed. */
int oli_failure_add_detail(oli_failure* failure, oli_arena* arena, const char* name,
                           ol_value value);

/* "ENOENT" for an errno value; "E<number>" in [scratch] (16 bytes) for one without a known name. */
const char* oli_errno_name(int error, char* scratch);

#endif
