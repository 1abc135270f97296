/* with: plat.h */
/* no more cores are counted than the control group of the process, or one around it, may use */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif
#include <stdio.h>
#include <string.h>

#include "check.h"

#if defined(__linux__)

/* Compiled in here with files that are written below. */
static FILE* fake_open(const char* path, const char* mode);
#define fopen fake_open
#include "../../src/plat.c"
#undef fopen

typedef struct fake_file {
  const char* path; /* NULL: no more */
  const char* text;
} fake_file;

static const fake_file* files;

static FILE* fake_open(const char* path, const char* mode) {
  for (const fake_file* file = files; file->path != NULL; file++) {
    if (strcmp(file->path, path) == 0)
      return fmemopen((void*) file->text, strlen(file->text), mode);
  }
  return NULL;
}

#define GROUP(LINES) \
  { "/proc/self/cgroup", LINES }
#define QUOTA(OF, LINE) \
  { "/sys/fs/cgroup" OF "/cpu.max", LINE }

/* How many of eight cores are left. */
#define LEFT(...) left((const fake_file[]){__VA_ARGS__, {NULL, NULL}})

static long left(const fake_file* of) {
  files = of;
  return plat_limit_cores(8);
}

static void a_quota_is_rounded_up_to_whole_cores(void) {
  CHECK(LEFT(GROUP("0::/a\n"), QUOTA("/a", "400000 100000\n")) == 4);
  CHECK(LEFT(GROUP("0::/a\n"), QUOTA("/a", "150000 100000\n")) == 2);
  CHECK(LEFT(GROUP("0::/a\n"), QUOTA("/a", "1000 100000\n")) == 1);
  CHECK(LEFT(GROUP("0::/a\n"), QUOTA("/a", "900000 100000\n")) == 8);
}

static void the_least_quota_of_all_groups_around_counts(void) {
  CHECK(LEFT(GROUP("0::/a/b\n"), QUOTA("/a/b", "max 100000\n"), QUOTA("/a", "200000 100000\n")) ==
        2);
  CHECK(LEFT(GROUP("0::/a/b\n"), QUOTA("/a/b", "300000 100000\n"), QUOTA("/a", "500000 100000\n"),
             QUOTA("", "600000 100000\n")) == 3);
  CHECK(LEFT(GROUP("0::/a/b\n"), QUOTA("", "100000 100000\n")) == 1);
  CHECK(LEFT(GROUP("0::/\n"), QUOTA("", "200000 100000\n")) == 2);
}

static void what_is_not_understood_bounds_nothing(void) {
  static char long_group[PATH_MAX + 4];
  CHECK(LEFT({NULL, NULL}) == 8);
  CHECK(LEFT(GROUP("12:cpu:/a\n"), QUOTA("/a", "100000 100000\n")) == 8);
  CHECK(LEFT(GROUP("12:cpu:/a\n0::/b\n"), QUOTA("/b", "200000 100000\n")) == 2);
  CHECK(LEFT(GROUP("0::/a\n"), QUOTA("/a", "max 100000\n")) == 8);
  CHECK(LEFT(GROUP("0::/a\n"), QUOTA("/a", "many\n")) == 8);
  CHECK(LEFT(GROUP("0::/a\n"), QUOTA("/a", "100000\n")) == 8);
  CHECK(LEFT(GROUP("0::/a\n"), QUOTA("/a", "0 100000\n")) == 8);
  CHECK(LEFT(GROUP("0::/a\n"), QUOTA("/a", "100000 0\n")) == 8);
  CHECK(LEFT(GROUP("0::/a\n"), QUOTA("/a", "-1 100000\n")) == 8);
  snprintf(long_group, sizeof long_group, "0::/%0*d", PATH_MAX - 2, 0);
  CHECK(LEFT(GROUP(long_group), QUOTA("", "300000 100000\n")) == 3);
}

int main(void) {
  a_quota_is_rounded_up_to_whole_cores();
  the_least_quota_of_all_groups_around_counts();
  what_is_not_understood_bounds_nothing();
  return 0;
}

#else

int main(void) {
  return 0;
}

#endif
