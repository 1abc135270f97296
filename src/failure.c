/* failure.c: what went wrong with a job, as plain C, so that any thread can tell it.
 *
 * Owner: the job, with all texts in its arena. Nothing here takes a lock: the job does.
 * Invariant: once something was told, [code] is set, whatever else memory did not suffice for. */
#include "failure.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "plat.h"

enum { FAILURE_SCRATCH_SIZE = 16, FAILURE_TEXT_SIZE = 128 };

/* ---- Errno values -------------------------------------------------------------------------- */

typedef struct failure_errno {
  int error;
  const char* name;
  const char* text; /* NULL: as the system has it */
} failure_errno;

#define FAILURE_ERRNO(NAME, TEXT) \
  { NAME, #NAME, TEXT }

/* The texts are the ones that Node's errors have on every platform, where Node has one. Where a
 * system gives one number two names, the first here is the one. */
static const failure_errno failure_errnos[] = {
  FAILURE_ERRNO(E2BIG, "argument list too long"),
  FAILURE_ERRNO(EACCES, "permission denied"),
  FAILURE_ERRNO(EADDRINUSE, "address already in use"),
  FAILURE_ERRNO(EADDRNOTAVAIL, "address not available"),
  FAILURE_ERRNO(EAFNOSUPPORT, "address family not supported"),
  FAILURE_ERRNO(EAGAIN, "resource temporarily unavailable"),
  FAILURE_ERRNO(EALREADY, "connection already in progress"),
  FAILURE_ERRNO(EBADF, "bad file descriptor"),
  FAILURE_ERRNO(EBUSY, "resource busy or locked"),
  FAILURE_ERRNO(ECANCELED, "operation canceled"),
  FAILURE_ERRNO(ECONNABORTED, "software caused connection abort"),
  FAILURE_ERRNO(ECONNREFUSED, "connection refused"),
  FAILURE_ERRNO(ECONNRESET, "connection reset by peer"),
  FAILURE_ERRNO(EDESTADDRREQ, "destination address required"),
  FAILURE_ERRNO(EEXIST, "file already exists"),
  FAILURE_ERRNO(EFAULT, "bad address in system call argument"),
  FAILURE_ERRNO(EFBIG, "file too large"),
  FAILURE_ERRNO(EHOSTUNREACH, "host is unreachable"),
  FAILURE_ERRNO(EILSEQ, "illegal byte sequence"),
  FAILURE_ERRNO(EINTR, "interrupted system call"),
  FAILURE_ERRNO(EINVAL, "invalid argument"),
  FAILURE_ERRNO(EIO, "i/o error"),
  FAILURE_ERRNO(EISCONN, "socket is already connected"),
  FAILURE_ERRNO(EISDIR, "illegal operation on a directory"),
  FAILURE_ERRNO(ELOOP, "too many symbolic links encountered"),
  FAILURE_ERRNO(EMFILE, "too many open files"),
  FAILURE_ERRNO(EMLINK, "too many links"),
  FAILURE_ERRNO(EMSGSIZE, "message too long"),
  FAILURE_ERRNO(ENAMETOOLONG, "name too long"),
  FAILURE_ERRNO(ENETDOWN, "network is down"),
  FAILURE_ERRNO(ENETUNREACH, "network is unreachable"),
  FAILURE_ERRNO(ENFILE, "file table overflow"),
  FAILURE_ERRNO(ENOBUFS, "no buffer space available"),
  FAILURE_ERRNO(ENODEV, "no such device"),
  FAILURE_ERRNO(ENOENT, "no such file or directory"),
  FAILURE_ERRNO(ENOMEM, "not enough memory"),
  FAILURE_ERRNO(ENOPROTOOPT, "protocol not available"),
  FAILURE_ERRNO(ENOSPC, "no space left on device"),
  FAILURE_ERRNO(ENOSYS, "function not implemented"),
  FAILURE_ERRNO(ENOTCONN, "socket is not connected"),
  FAILURE_ERRNO(ENOTDIR, "not a directory"),
  FAILURE_ERRNO(ENOTEMPTY, "directory not empty"),
  FAILURE_ERRNO(ENOTSOCK, "socket operation on non-socket"),
  FAILURE_ERRNO(ENOTSUP, "operation not supported on socket"),
  FAILURE_ERRNO(ENOTTY, "inappropriate ioctl for device"),
  FAILURE_ERRNO(ENXIO, "no such device or address"),
  FAILURE_ERRNO(EOVERFLOW, "value too large for defined data type"),
  FAILURE_ERRNO(EPERM, "operation not permitted"),
  FAILURE_ERRNO(EPIPE, "broken pipe"),
  FAILURE_ERRNO(EPROTO, "protocol error"),
  FAILURE_ERRNO(EPROTONOSUPPORT, "protocol not supported"),
  FAILURE_ERRNO(EPROTOTYPE, "protocol wrong type for socket"),
  FAILURE_ERRNO(ERANGE, "result too large"),
  FAILURE_ERRNO(EROFS, "read-only file system"),
  FAILURE_ERRNO(ESPIPE, "invalid seek"),
  FAILURE_ERRNO(ESRCH, "no such process"),
  FAILURE_ERRNO(ETIMEDOUT, "connection timed out"),
  FAILURE_ERRNO(ETXTBSY, "text file is busy"),
  FAILURE_ERRNO(EXDEV, "cross-device link not permitted"),
  FAILURE_ERRNO(EWOULDBLOCK, "resource temporarily unavailable"),
  FAILURE_ERRNO(EOPNOTSUPP, "operation not supported on socket"),
  FAILURE_ERRNO(ECHILD, NULL),
  FAILURE_ERRNO(EDEADLK, NULL),
  FAILURE_ERRNO(EDOM, NULL),
  FAILURE_ERRNO(EINPROGRESS, NULL),
  FAILURE_ERRNO(ENETRESET, NULL),
  FAILURE_ERRNO(ENOEXEC, NULL),
  FAILURE_ERRNO(ENOLCK, NULL),
#ifdef EBADMSG
  FAILURE_ERRNO(EBADMSG, NULL),
#endif
#ifdef EDQUOT
  FAILURE_ERRNO(EDQUOT, NULL),
#endif
#ifdef EFTYPE
  FAILURE_ERRNO(EFTYPE, "inappropriate file type or format"),
#endif
#ifdef EHOSTDOWN
  FAILURE_ERRNO(EHOSTDOWN, "host is down"),
#endif
#ifdef EIDRM
  FAILURE_ERRNO(EIDRM, NULL),
#endif
#ifdef ENODATA
  FAILURE_ERRNO(ENODATA, "no data available"),
#endif
#ifdef ENOMEDIUM
  FAILURE_ERRNO(ENOMEDIUM, NULL),
#endif
#ifdef ENOMSG
  FAILURE_ERRNO(ENOMSG, NULL),
#endif
#ifdef ENONET
  FAILURE_ERRNO(ENONET, "machine is not on the network"),
#endif
#ifdef ENOTBLK
  FAILURE_ERRNO(ENOTBLK, NULL),
#endif
#ifdef ENOTRECOVERABLE
  FAILURE_ERRNO(ENOTRECOVERABLE, NULL),
#endif
#ifdef EOWNERDEAD
  FAILURE_ERRNO(EOWNERDEAD, NULL),
#endif
#ifdef EREMOTEIO
  FAILURE_ERRNO(EREMOTEIO, "remote I/O error"),
#endif
#ifdef ESHUTDOWN
  FAILURE_ERRNO(ESHUTDOWN, "cannot send after transport endpoint shutdown"),
#endif
#ifdef ESOCKTNOSUPPORT
  FAILURE_ERRNO(ESOCKTNOSUPPORT, "socket type not supported"),
#endif
#ifdef ESTALE
  FAILURE_ERRNO(ESTALE, NULL),
#endif
#ifdef ETIME
  FAILURE_ERRNO(ETIME, NULL),
#endif
#ifdef EUNATCH
  FAILURE_ERRNO(EUNATCH, "protocol driver not attached"),
#endif
#ifdef EUSERS
  FAILURE_ERRNO(EUSERS, NULL),
#endif
};

static const failure_errno* failure_find_errno(int error) {
  size_t count = sizeof failure_errnos / sizeof failure_errnos[0];
  for (size_t i = 0; i < count; i++) {
    if (failure_errnos[i].error == error) return &failure_errnos[i];
  }
  return NULL;
}

const char* oli_errno_name(int error, char* scratch) {
  const failure_errno* known = failure_find_errno(error);
  if (known != NULL) return known->name;
  snprintf(scratch, FAILURE_SCRATCH_SIZE, "E%d", error);
  return scratch;
}

/* The system calls 0 a success, which no failure is. */
static const char* failure_errno_text(int error, char* scratch) {
  const failure_errno* known = failure_find_errno(error);
  if (error == 0) return "errno was 0, which is no error";
  if (known != NULL && known->text != NULL) return known->text;
  oli_errno_text(error, scratch, FAILURE_TEXT_SIZE);
  return scratch;
}

/* ---- The failure --------------------------------------------------------------------------- */

static const char* failure_copy_code(oli_arena* arena, const char* code) {
  const char* copy = oli_arena_copy(arena, code, strlen(code));
  return copy != NULL ? copy : "ERR_OL_NO_MEMORY";
}

void oli_failure_set(oli_failure* failure, oli_arena* arena, const char* code, const char* format,
                     va_list args) {
  bool coded = code != NULL && code[0] != '\0';
  failure->code = coded ? failure_copy_code(arena, code) : "ERR_OL_FAILED";
  failure->message = failure->code;
  if (format != NULL) failure->message = oli_arena_vprintf(arena, NULL, format, args);
}

/* NULL for NULL, and when there is no memory. */
static const char* failure_copy_text(oli_arena* arena, const char* text) {
  return text != NULL ? oli_arena_copy(arena, text, strlen(text)) : NULL;
}

/* "CODE: text, syscall 'path'" */
static const char* failure_errno_message(const oli_failure* told, oli_arena* arena) {
  const char* syscall = told->syscall;
  const char* path = told->path;
  char scratch[FAILURE_TEXT_SIZE];
  return oli_arena_printf(arena, NULL, "%s: %s%s%s%s%s%s", told->code,
                          failure_errno_text(told->error, scratch), syscall != NULL ? ", " : "",
                          syscall != NULL ? syscall : "", path != NULL ? " '" : "",
                          path != NULL ? path : "", path != NULL ? "'" : "");
}

/* Without the sign that libuv, io_uring and others give it. */
static int failure_errno_value(int error) {
  if (error >= 0) return error;
  return error < -INT_MAX ? INT_MAX : -error;
}

void oli_failure_set_errno(oli_failure* failure, oli_arena* arena, int error, const char* syscall,
                           const char* path) {
  char scratch[FAILURE_SCRATCH_SIZE];
  error = failure_errno_value(error);
  const char* name = error == 0 ? "ERR_OL_INVALID" : oli_errno_name(error, scratch);
  failure->code = name == scratch ? failure_copy_code(arena, name) : name;
  failure->error = error;
  failure->syscall = failure_copy_text(arena, syscall);
  failure->path = failure_copy_text(arena, path);
  failure->message = failure_errno_message(failure, arena);
}

/* ---- Details ------------------------------------------------------------------------------- */

/* Replaces what [value] points at by a copy. */
static int failure_copy_bytes(oli_arena* arena, ol_value* value) {
  bool is_str = value->type == OL_VALUE_STR;
  const void* data = is_str ? (const void*) value->as.str.data : value->as.buf.data;
  size_t len = is_str ? value->as.str.len : value->as.buf.len;
  if (data == NULL && len > 0) return OL_INVALID;
  char* copy = oli_arena_copy(arena, data, len);
  if (copy == NULL) return OL_NO_MEMORY;
  if (is_str) {
    value->as.str.data = copy;
  } else {
    value->as.buf.data = (uint8_t*) copy;
  }
  return OL_OK;
}

static int failure_copy_value(oli_arena* arena, ol_value* value) {
  switch (value->type) {
    case OL_VALUE_NULL:
    case OL_VALUE_BOOL:
    case OL_VALUE_NUMBER:
    case OL_VALUE_BIGINT: return OL_OK;
    case OL_VALUE_STR:
    case OL_VALUE_BUF: return failure_copy_bytes(arena, value);
    default: return OL_INVALID;
  }
}

/* Where the detail of this name is, or where it belongs: a pointer to NULL. */
static oli_detail** failure_find_detail(oli_failure* failure, const char* name) {
  oli_detail** place = &failure->details;
  while (*place != NULL && strcmp((*place)->name, name) != 0) place = &(*place)->next;
  return place;
}

/* A detail with a name and no value yet. NULL: out of memory. */
static oli_detail* failure_new_detail(oli_arena* arena, const char* name) {
  oli_detail* detail = oli_arena_alloc(arena, sizeof *detail);
  const char* copy = failure_copy_text(arena, name);
  if (detail == NULL || copy == NULL) return NULL;
  detail->name = copy;
  return detail;
}

int oli_failure_add_detail(oli_failure* failure, oli_arena* arena, const char* name,
                           ol_value value) {
  if (name == NULL) return OL_INVALID;
  int status = failure_copy_value(arena, &value);
  if (status != OL_OK) return status;
  oli_detail** place = failure_find_detail(failure, name);
  oli_detail* detail = *place != NULL ? *place : failure_new_detail(arena, name);
  if (detail == NULL) return OL_NO_MEMORY;
  detail->value = value;
  *place = detail;
  return OL_OK;
}
