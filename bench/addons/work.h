/* What the jobs do, the same for every peer that runs C. Knows no JavaScript. */
#ifndef BENCH_WORK_H
#define BENCH_WORK_H

#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32
#include <windows.h>
#else
#include <time.h>
#endif

/* Letters a to z become A to Z; the rest stays. */
static inline void work_upper(const char* from, size_t len, char* to) {
  for (size_t i = 0; i < len; i++) {
    to[i] = from[i] >= 'a' && from[i] <= 'z' ? (char) (from[i] - 'a' + 'A') : from[i];
  }
}

/* The sum of 32-bit words, exact in a double for up to 2 million of them. */
static inline double work_sum(const void* bytes, size_t len) {
  const uint32_t* words = (const uint32_t*) bytes;
  uint64_t sum = 0;
  for (size_t i = 0; i < len / sizeof(*words); i++) sum += words[i];
  return (double) sum;
}

/* Sleeps: the thread is taken, the core is not. */
static inline void work_nap(uint32_t ms) {
#ifdef _WIN32
  Sleep(ms);
#else
  struct timespec left;
  left.tv_sec = (time_t) (ms / 1000);
  left.tv_nsec = (long) (ms % 1000) * 1000000;
  while (nanosleep(&left, &left) != 0) {}
#endif
}

/* Processor time that the thread has used, so that a spin is as much work on a crowded core. */
static inline double work_thread_ms(void) {
#ifdef _WIN32
  FILETIME created, exited, kernel, user;
  GetThreadTimes(GetCurrentThread(), &created, &exited, &kernel, &user);
  return user.dwHighDateTime * 429496.7296 + user.dwLowDateTime / 1e4;
#else
  struct timespec used;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return (double) used.tv_sec * 1e3 + (double) used.tv_nsec / 1e6;
#endif
}

static inline void work_spin(uint32_t ms) {
  for (double end = work_thread_ms() + ms; work_thread_ms() < end;) {}
}

#endif
