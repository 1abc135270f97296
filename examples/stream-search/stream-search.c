/* Streams every place of a word in a file as it is found: those that grep -b -o gives. */
#include <errno.h>
#include <offloop.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK = 256 * 1024, WORD = 256, SHOWN = 60 };

typedef struct {
  char path[4096], word[WORD], text[CHUNK + WORD + SHOWN];
  size_t len;             /* of the text: what was read and is not searched yet */
  int64_t bytes, matches; /* read and found so far */
} search_state;

typedef struct {
  int64_t offset;
  ol_str line; /* from the match on */
} search_match;

/* A match with fewer than `needed` bytes from it to the end of the text waits for the next one. */
static int search_text(ol_job* job, search_state* s, size_t needed) {
  size_t next = 0, end = s->len < needed ? 0 : s->len - needed + 1;
  int status = ol_status(job);
  while (status == OL_OK && next < end) {
    const char* hit = memchr(s->text + next, s->word[0], end - next);
    next = hit == NULL ? end : (size_t) (hit - s->text) + 1;
    if (hit == NULL || memcmp(hit, s->word, strlen(s->word)) != 0) continue;
    size_t rest = s->len - next + 1, shown = 1;
    while (shown < SHOWN && shown < rest && hit[shown] != '\n') shown++;
    status = ol_emit(job, &(search_match){s->bytes - (int64_t) rest, {hit, shown}});
    s->matches += status == OL_OK;
    next += strlen(s->word) - 1;
  }
  memmove(s->text, s->text + next, s->len -= next);
  return status;
}

static int search_execute(ol_job* job, void* state) {
  search_state* s = state;
  int status = s->word[0] == 0 ? ol_fail(job, "ERR_INVALID_ARG_VALUE", "search: no word") : OL_OK;
  FILE* file = fopen(s->path, "rb");
  if (file == NULL) return ol_fail_errno(job, errno, "open", s->path);
  for (size_t got = CHUNK; status == OL_OK && got > 0;) {
    s->len += got = fread(s->text + s->len, 1, CHUNK, file);
    s->bytes += (int64_t) got;
    status = ferror(file) ? ol_fail_errno(job, errno, "read", s->path)
                          : search_text(job, s, strlen(s->word) + (got > 0 ? SHOWN : 0));
  }
  fclose(file);
  return status;
}

static const ol_worker search = {
  OL_WORKER("search", search_state, search_execute),
  .fields = OL_FIELDS(OL_ARG(search_state, path), OL_ARG(search_state, word),
                      OL_RET(search_state, bytes), OL_RET(search_state, matches)),
  .item = OL_SHAPE(search_match, OL_MEMBER(search_match, offset), OL_MEMBER(search_match, line)),
};

OL_MODULE(&search)
