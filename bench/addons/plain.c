/* The jobs as plain C functions of a shared library, for koffi. */
#include <stdlib.h>
#include <string.h>

#include "work.h"

#ifdef _WIN32
#define PLAIN_PUBLIC __declspec(dllexport)
#else
#define PLAIN_PUBLIC __attribute__((visibility("default")))
#endif

PLAIN_PUBLIC double plain_add(double a, double b);
PLAIN_PUBLIC char* plain_upper(const char* text);
PLAIN_PUBLIC double plain_sum(const uint8_t* bytes, size_t len);
PLAIN_PUBLIC void plain_nap(uint32_t ms);
PLAIN_PUBLIC void plain_spin(uint32_t ms);

double plain_add(double a, double b) {
  return a + b;
}

/* koffi frees what it gets. */
char* plain_upper(const char* text) {
  size_t len = strlen(text);
  char* upper = malloc(len + 1);
  if (upper == NULL) return NULL;
  work_upper(text, len, upper);
  upper[len] = '\0';
  return upper;
}

double plain_sum(const uint8_t* bytes, size_t len) {
  return work_sum(bytes, len);
}

void plain_nap(uint32_t ms) {
  work_nap(ms);
}

void plain_spin(uint32_t ms) {
  work_spin(ms);
}
