/* Workers that fail in each way there is. */
#include <offloop.h>

typedef struct detail {
  ol_str name;
  ol_value value;
} detail;

typedef struct fail_state {
  ol_str message, again, code, syscall, path;
  bool has_message, has_again, has_code, has_syscall, has_path, has_error;
  int32_t status, error;
  ol_list before, after;
} fail_state;

#define DETAILS OL_SHAPE(detail, OL_MEMBER(detail, name), OL_MEMBER(detail, value))

static void add_details(ol_job* job, const ol_list* list) {
  const detail* details = list->data;
  for (size_t i = 0; i < list->len; i++) {
    ol_fail_detail(job, details[i].name.data, details[i].value);
  }
}

static const char* text(bool given, const ol_str* str) {
  return given ? str->data : NULL;
}

static int fail_execute(ol_job* job, void* state) {
  fail_state* s = state;
  int status = s->status;
  add_details(job, &s->before);
  if (s->has_message) status = ol_fail(job, text(s->has_code, &s->code), "%s", s->message.data);
  if (s->has_error) {
    status =
      ol_fail_errno(job, s->error, text(s->has_syscall, &s->syscall), text(s->has_path, &s->path));
  }
  if (s->has_again) status = ol_fail(job, "ERR_AGAIN", "%s", s->again.data);
  add_details(job, &s->after);
  return status;
}

static const ol_worker fail = {
  OL_WORKER("fail", fail_state, fail_execute),
  .fields = OL_FIELDS(OL_OPTION(fail_state, status, .def = OL_FAILED),
                      OL_OPTION(fail_state, error, .given = offsetof(fail_state, has_error)),
                      OL_OPTION(fail_state, message, .given = offsetof(fail_state, has_message)),
                      OL_OPTION(fail_state, again, .given = offsetof(fail_state, has_again)),
                      OL_OPTION(fail_state, code, .given = offsetof(fail_state, has_code)),
                      OL_OPTION(fail_state, syscall, .given = offsetof(fail_state, has_syscall)),
                      OL_OPTION(fail_state, path, .given = offsetof(fail_state, has_path)),
                      OL_OPTION(fail_state, before, .of = DETAILS),
                      OL_OPTION(fail_state, after, .of = DETAILS)),
};

OL_MODULE(&fail)
