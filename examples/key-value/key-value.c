/* A store of keys and values in one file: rows of one size that stay in place, one for each key. */
#define _POSIX_C_SOURCE 200809L /* pread and pwrite, which strict C11 hides */
#include <errno.h>
#include <fcntl.h>
#include <offloop.h>
#include <string.h>
#include <unistd.h>

enum { KEY = 56, VALUE = 200, ROW = KEY + VALUE };
typedef struct {
  int* fd; /* what a handle holds */
  struct row {
    char key[KEY], value[VALUE];
  } row, old;
  bool put, had;
  char path[4096];
} kv;

static void kv_close(void* fd) {
  close(*(int*) fd);
}
static const ol_class Store = {OL_CLASS("Store", int, kv_close), .serial = true};

static int kv_open(ol_job* job, void* state) {
  kv* s = state;
  if ((s->fd = ol_new(job, &Store, NULL)) == NULL) return OL_NO_MEMORY;
  *s->fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  return *s->fd < 0 ? ol_fail_errno(job, errno, "open", s->path) : OL_OK;
}

static int kv_value(ol_job* job, void* state) {
  kv* s = state;
  ssize_t got, at = 0;
  for (; (got = pread(*s->fd, &s->old, ROW, at)) == ROW && memcmp(&s->old, &s->row, KEY); at += ROW)
    if (ol_stopped(job)) return ol_status(job);
  s->had = got == ROW;
  if (s->put && got >= 0) got = pwrite(*s->fd, &s->row, ROW, at);
  return got < 0 ? ol_fail_errno(job, errno, s->put ? "write" : "read", NULL) : OL_OK;
}

static int kv_rows(ol_job* job, void* state) {
  kv* s = state;
  ssize_t got;
  for (off_t at = 0; (got = pread(*s->fd, &s->row, ROW, at)) == ROW; at += ROW)
    if ((got = ol_emit(job, &s->row)) != OL_OK) return (int) got; /* others put while it waits */
  return got < 0 ? ol_fail_errno(job, errno, "read", NULL) : OL_OK;
}

static const ol_worker workers[] = {
  {OL_WORKER("openStore", kv, kv_open),
   .fields = OL_FIELDS(OL_ARG(kv, path), OL_RET(kv, fd, .handle = &Store))},
  {OL_WORKER("value", kv, kv_value),
   .fields = OL_FIELDS(OL_THIS(kv, fd, .handle = &Store), OL_ARG(kv, row.key, .name = "key"),
                       OL_ARG_OPTIONAL(kv, row.value, .name = "value", .given = offsetof(kv, put)),
                       OL_RET(kv, old.value, .given = offsetof(kv, had)))},
  {OL_WORKER("rows", kv, kv_rows), .fields = OL_FIELDS(OL_THIS(kv, fd, .handle = &Store)),
   .item = OL_SHAPE(struct row, OL_MEMBER(struct row, key), OL_MEMBER(struct row, value))},
};

OL_MODULE(&workers[0], &workers[1], &workers[2])
