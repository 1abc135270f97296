/* with: plat.c */
/* a failure keeps its own copy of what it was told, and reads as Node's errors do */
#include <stdlib.h>

/* The arena is compiled in here with an allocator that can run dry. */
static int dry_after = -1; /* allocations that still succeed; -1: all */

static void* dry_calloc(size_t count, size_t size) {
  if (dry_after == 0) return NULL;
  if (dry_after > 0) dry_after--;
  return calloc(count, size);
}

#define calloc dry_calloc
#include "../../src/arena.c"
#undef calloc
#include "../../src/failure.c"

#include "check.h"

static oli_arena arena;
static oli_failure failure;

static void start(void) {
  oli_arena_clear(&arena);
  failure = (oli_failure){0};
}

OL_PRINTF_(2, 3)
static void set(const char* code, const char* format, ...) {
  va_list args;
  va_start(args, format);
  oli_failure_set(&failure, &arena, code, format, args);
  va_end(args);
}

/* From a variable, since the compiler would warn of a plain NULL. */
static const char* no_format;

static void set_without_format(const char* code, ...) {
  va_list args;
  va_start(args, code);
  oli_failure_set(&failure, &arena, code, no_format, args);
  va_end(args);
}

static bool same(const char* left, const char* right) {
  if (left == NULL || right == NULL) return left == right;
  return strcmp(left, right) == 0;
}

/* ---- Code and message ---------------------------------------------------------------------- */

static void code_and_message_are_copied(void) {
  char code[] = "ERR_MINE", word[] = "word";
  start();
  set(code, "a %s and %d", word, 42);
  code[0] = word[0] = 'x';
  CHECK(same(failure.code, "ERR_MINE") && same(failure.message, "a word and 42"));
  CHECK(failure.error == 0 && failure.syscall == NULL && failure.path == NULL);
}

static void a_missing_code_is_err_ol_failed(void) {
  start();
  set(NULL, "%s", "");
  CHECK(same(failure.code, "ERR_OL_FAILED") && same(failure.message, ""));
  start();
  set("", "%s", "why");
  CHECK(same(failure.code, "ERR_OL_FAILED") && same(failure.message, "why"));
}

static void a_missing_format_gives_the_code_as_message(void) {
  start();
  set_without_format("ERR_MINE");
  CHECK(same(failure.code, "ERR_MINE") && same(failure.message, "ERR_MINE"));
}

/* ---- Errno values -------------------------------------------------------------------------- */

static void told(int error, const char* syscall, const char* path, const char* message) {
  start();
  oli_failure_set_errno(&failure, &arena, error, syscall, path);
  CHECK(same(failure.message, message));
  CHECK(failure.error == error && same(failure.syscall, syscall) && same(failure.path, path));
}

static void system_errors_read_as_nodes_do(void) {
  told(ENOENT, "open", "/no/file", "ENOENT: no such file or directory, open '/no/file'");
  CHECK(same(failure.code, "ENOENT"));
  told(EISDIR, "read", NULL, "EISDIR: illegal operation on a directory, read");
  told(ENOTEMPTY, "rmdir", "/usr", "ENOTEMPTY: directory not empty, rmdir '/usr'");
  told(EBADF, "fsync", NULL, "EBADF: bad file descriptor, fsync");
  told(EAGAIN, "recv", NULL, "EAGAIN: resource temporarily unavailable, recv");
  told(EACCES, NULL, NULL, "EACCES: permission denied");
  told(EACCES, NULL, "/root", "EACCES: permission denied '/root'");
  CHECK(same(failure.code, "EACCES"));
}

static void what_node_has_no_text_for_is_told_as_the_system_does(void) {
  start();
  oli_failure_set_errno(&failure, &arena, EDOM, "sqrt", NULL);
  CHECK(same(failure.code, "EDOM"));
  CHECK(strncmp(failure.message, "EDOM: ", 6) == 0 && strlen(failure.message) > 14);
  CHECK(same(failure.message + strlen(failure.message) - 6, ", sqrt"));
  CHECK(failure.message[6] >= 'a' && failure.message[6] <= 'z');
}

static void numbers_without_a_name_are_told_as_numbers(void) {
  start();
  oli_failure_set_errno(&failure, &arena, 98765, "frob", "x");
  CHECK(same(failure.code, "E98765"));
  CHECK(strncmp(failure.message, "E98765: ", 8) == 0 && failure.message[8] >= 'a');
  start();
  oli_failure_set_errno(&failure, &arena, INT32_MIN, NULL, NULL);
  CHECK(same(failure.code, "E2147483647") && failure.error == INT32_MAX);
}

static void the_sign_of_an_errno_does_not_matter(void) {
  start();
  oli_failure_set_errno(&failure, &arena, -ENOENT, "open", "x");
  CHECK(same(failure.code, "ENOENT") && failure.error == ENOENT);
  CHECK(same(failure.message, "ENOENT: no such file or directory, open 'x'"));
  start();
  oli_failure_set_errno(&failure, &arena, -98765, NULL, NULL);
  CHECK(same(failure.code, "E98765") && failure.error == 98765);
}

static void an_errno_of_0_is_no_error(void) {
  told(0, "frob", "x", "ERR_OL_INVALID: errno was 0, which is no error, frob 'x'");
  CHECK(same(failure.code, "ERR_OL_INVALID"));
}

static void every_errno_has_one_name(void) {
  char scratch[16];
  size_t named = 0;
  for (int error = 1; error < 200; error++) {
    const char* name = oli_errno_name(error, scratch);
    CHECK(name[0] == 'E');
    named += name != scratch;
  }
  CHECK(named >= 60);
  CHECK(same(oli_errno_name(EPERM, scratch), "EPERM"));
  CHECK(same(oli_errno_name(ERANGE, scratch), "ERANGE"));
}

static void syscall_and_path_are_copied(void) {
  char syscall[] = "open", path[] = "file";
  start();
  oli_failure_set_errno(&failure, &arena, ENOENT, syscall, path);
  syscall[0] = path[0] = 'x';
  CHECK(same(failure.syscall, "open") && same(failure.path, "file"));
}

static void a_path_of_any_length_is_told(void) {
  static char path[100001];
  memset(path, 'p', 100000);
  start();
  oli_failure_set_errno(&failure, &arena, ENAMETOOLONG, "open", path);
  CHECK(same(failure.path, path));
  CHECK(strlen(failure.message) == strlen("ENAMETOOLONG: name too long, open ''") + 100000);
}

/* ---- Details ------------------------------------------------------------------------------- */

static int add(const char* name, ol_value value) {
  return oli_failure_add_detail(&failure, &arena, name, value);
}

static ol_value number(double number) {
  return (ol_value){.type = OL_VALUE_NUMBER, .as.number = number};
}

static ol_value text(const char* data, size_t len) {
  return (ol_value){.type = OL_VALUE_STR, .as.str = {data, len}};
}

static void details_keep_their_order_and_the_last_value(void) {
  static const char* const names[] = {"line", "column", "token"};
  start();
  for (int i = 0; i < 3; i++) CHECK(add(names[i], number(i)) == OL_OK);
  CHECK(add("column", number(7)) == OL_OK);
  oli_detail* detail = failure.details;
  for (int i = 0; i < 3; i++, detail = detail->next) {
    CHECK(same(detail->name, names[i]) && detail->value.as.number == (i == 1 ? 7 : i));
  }
  CHECK(detail == NULL);
  CHECK(failure.code == NULL); /* a detail alone is no failure */
}

static void names_strings_and_bytes_are_copied(void) {
  char name[] = "name", chars[] = "a\0b";
  uint8_t bytes[] = {1, 2, 3};
  ol_value buf = {.type = OL_VALUE_BUF, .as.buf = {bytes, 3}};
  start();
  CHECK(add(name, text(chars, 3)) == OL_OK && add("bytes", buf) == OL_OK);
  name[0] = chars[0] = 'x';
  bytes[0] = 9;
  oli_detail* detail = failure.details;
  CHECK(same(detail->name, "name") && detail->value.as.str.len == 3);
  CHECK(memcmp(detail->value.as.str.data, "a\0b", 4) == 0);
  CHECK(detail->next->value.as.buf.len == 3 && detail->next->value.as.buf.data[0] == 1);
}

static void every_type_of_value_passes(void) {
  start();
  CHECK(add("null", (ol_value){0}) == OL_OK);
  CHECK(add("bool", (ol_value){.type = OL_VALUE_BOOL, .as.boolean = true}) == OL_OK);
  CHECK(add("bigint", (ol_value){.type = OL_VALUE_BIGINT, .as.bigint = INT64_MIN}) == OL_OK);
  CHECK(add("empty", text(NULL, 0)) == OL_OK);
  oli_detail* last = *failure_find_detail(&failure, "empty");
  CHECK(last->value.as.str.data != NULL && last->value.as.str.len == 0);
  CHECK((*failure_find_detail(&failure, "bool"))->value.as.boolean);
  CHECK((*failure_find_detail(&failure, "bigint"))->value.as.bigint == INT64_MIN);
}

static void what_is_no_detail_is_refused(void) {
  start();
  CHECK(add(NULL, number(1)) == OL_INVALID);
  CHECK(add("type", (ol_value){.type = OL_VALUE_BUF + 1}) == OL_INVALID);
  CHECK(add("type", (ol_value){.type = -1}) == OL_INVALID);
  CHECK(add("data", text(NULL, 1)) == OL_INVALID);
  CHECK(failure.details == NULL);
}

/* ---- Out of memory ------------------------------------------------------------------------- */

static void without_memory_there_is_a_code_and_no_message(void) {
  start();
  dry_after = 0;
  set("ERR_MINE", "text");
  CHECK(same(failure.code, "ERR_OL_NO_MEMORY") && failure.message == NULL);
  failure = (oli_failure){0};
  oli_failure_set_errno(&failure, &arena, ENOMEM, "mmap", "x");
  CHECK(same(failure.code, "ENOMEM") && failure.message == NULL && failure.error == ENOMEM);
  CHECK(failure.syscall == NULL && failure.path == NULL);
  dry_after = -1;
}

/* The code fits, the message does not. */
static void without_memory_for_the_message_the_code_stays(void) {
  start();
  dry_after = 1;
  set("ERR_MINE", "%01000d", 1);
  CHECK(same(failure.code, "ERR_MINE") && failure.message == NULL);
  dry_after = -1;
}

static void without_memory_details_stay_as_they_were(void) {
  static char big[5000];
  start();
  CHECK(add("kept", number(1)) == OL_OK);
  memset(big, 'x', sizeof big - 1);
  dry_after = 0;
  CHECK(add("kept", text(big, sizeof big)) == OL_NO_MEMORY);
  CHECK(add(big, number(2)) == OL_NO_MEMORY);
  dry_after = -1;
  CHECK(failure.details->value.type == OL_VALUE_NUMBER && failure.details->next == NULL);
}

int main(void) {
  code_and_message_are_copied();
  a_missing_code_is_err_ol_failed();
  a_missing_format_gives_the_code_as_message();
  system_errors_read_as_nodes_do();
  what_node_has_no_text_for_is_told_as_the_system_does();
  numbers_without_a_name_are_told_as_numbers();
  the_sign_of_an_errno_does_not_matter();
  an_errno_of_0_is_no_error();
  every_errno_has_one_name();
  syscall_and_path_are_copied();
  a_path_of_any_length_is_told();
  details_keep_their_order_and_the_last_value();
  names_strings_and_bytes_are_copied();
  every_type_of_value_passes();
  what_is_no_detail_is_refused();
  without_memory_there_is_a_code_and_no_message();
  without_memory_for_the_message_the_code_stays();
  without_memory_details_stay_as_they_were();
  oli_arena_clear(&arena);
  return 0;
}
