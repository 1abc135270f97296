/* Counts the lines, words and bytes of one file, as wc does in the C locale. */
#include <errno.h>
#include <offloop.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK = 32 * 1024 };

typedef struct {
  ol_str path;
  int64_t lines, words, bytes;
  bool in_word;
} count_state;

/* A word holds at least one printable character; other bytes neither begin nor end one. */
static void count_chunk(count_state* count, const unsigned char* chunk, size_t len) {
  count->bytes += (int64_t) len;
  for (size_t i = 0; i < len; i++) {
    unsigned char byte = chunk[i];
    bool space = byte == ' ' || (byte >= '\t' && byte <= '\r');
    count->lines += byte == '\n';
    count->words += space && count->in_word;
    count->in_word = !space && (count->in_word || (byte > ' ' && byte < 127));
  }
}

/* The stop is looked for once a chunk, so that a huge file ends as soon as a small one. */
static int count_stream(ol_job* job, count_state* count, FILE* file) {
  unsigned char chunk[CHUNK];
  size_t len = CHUNK;
  while (len > 0 && !ol_stopped(job)) {
    len = fread(chunk, 1, CHUNK, file);
    if (ferror(file)) return ol_fail_errno(job, errno, "read", count->path.data);
    count_chunk(count, chunk, len);
  }
  count->words += count->in_word; /* the last one, when no space follows it */
  return ol_status(job);
}

static int count_execute(ol_job* job, void* state) {
  count_state* count = state;
  if (strlen(count->path.data) != count->path.len) /* fopen would open another file */
    return ol_fail(job, "ERR_INVALID_ARG_VALUE", "countFile: path must not hold a NUL");
  FILE* file = fopen(count->path.data, "rb");
  if (file == NULL) return ol_fail_errno(job, errno, "open", count->path.data);
  int status = count_stream(job, count, file);
  fclose(file);
  return status;
}

static const ol_worker count_file = {
  OL_WORKER("countFile", count_state, count_execute),
  .fields = OL_FIELDS(OL_ARG(count_state, path), OL_RET(count_state, lines),
                      OL_RET(count_state, words), OL_RET(count_state, bytes)),
};

OL_MODULE(&count_file)
