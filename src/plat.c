/* plat.c: the operating system, for POSIX threads and for Windows.
 *
 * Shape: what both share comes first, then one half each with the same functions in the same order.
 * Each function does one thing and keeps no state, so any thread may call any of them.
 *
 * The feature macros must stand before the first include of the translation unit, so a file that
 * includes this one repeats them at its top. Where windows.h comes in, other files' names are at
 * risk: include this one last. */
#if defined(_WIN32)
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#endif
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#ifndef _CRT_SECURE_NO_WARNINGS
#define _CRT_SECURE_NO_WARNINGS /* getenv */
#endif
#elif !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1 /* dladdr, RTLD_NOLOAD, and what strict C11 hides of POSIX */
#endif

#include "plat.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLAT_NAME_SIZE = 16 }; /* what Linux keeps of a thread's name, with its NUL */

#define PLAT_NS_PER_S UINT64_C(1000000000)
#define PLAT_NS_PER_MS UINT64_C(1000000)

/* No single wait is longer, so that no system's own type for a time overflows. */
#define PLAT_LONGEST_WAIT_NS (UINT64_C(86400) * PLAT_NS_PER_S)

/* An address in this library, which is how the system is asked which library that is. */
static const char plat_here = 0;

/* Given by each half. */
static bool plat_cond_wait_for(oli_cond* cond, oli_mutex* mutex, uint64_t now_ns, uint64_t for_ns);
static void plat_thread_name(const char* name);
static void plat_system_text(int error, char* text, size_t size);
static long plat_cores(void); /* below 1: not known */

/* ---- For both ------------------------------------------------------------------------------ */

void oli_spin_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

/* A wake before the time counts as a wake, whatever its reason: the caller looks, and waits on. */
bool oli_cond_wait_until(oli_cond* cond, oli_mutex* mutex, uint64_t due_ns) {
  if (due_ns == UINT64_MAX) {
    oli_cond_wait(cond, mutex);
    return true;
  }
  uint64_t now_ns = oli_now_ns();
  if (now_ns >= due_ns) return false;
  uint64_t for_ns = due_ns - now_ns;
  if (for_ns > PLAT_LONGEST_WAIT_NS) for_ns = PLAT_LONGEST_WAIT_NS;
  return plat_cond_wait_for(cond, mutex, now_ns, for_ns) || oli_now_ns() < due_ns;
}

/* What a new thread is to do. Made by the thread that starts it, freed by the new one. */
typedef struct plat_task {
  void (*run)(void* arg);
  void* arg;
  char name[PLAT_NAME_SIZE];
} plat_task;

static plat_task* plat_task_new(const char* name, void (*run)(void* arg), void* arg) {
  plat_task* task = malloc(sizeof *task);
  if (task == NULL) return NULL;
  task->run = run;
  task->arg = arg;
  snprintf(task->name, sizeof task->name, "%s", name);
  return task;
}

/* Frees first: run may be the last thing that this process does. */
static void plat_task_run(plat_task* task) {
  plat_task todo = *task;
  free(task);
  plat_thread_name(todo.name);
  todo.run(todo.arg);
}

int oli_thread_start(oli_thread* thread, const char* name, void (*run)(void* arg), void* arg) {
  return oli_thread_start_sized(thread, name, 0, run, arg);
}

unsigned oli_cores(void) {
  long cores = plat_cores();
  return cores < 1 ? 1 : (unsigned) cores;
}

/* Through a volatile pointer, so that the compiler cannot know that it is memset and that nobody
 * reads the memory again. */
void oli_wipe(void* data, size_t size) {
  static void* (*const volatile wipe)(void*, int, size_t) = memset;
  if (size > 0) wipe(data, 0, size);
}

/* "No such file" starts in lower case, "RPC version" does not. */
void oli_errno_text(int error, char* text, size_t size) {
  if (size == 0) return;
  text[0] = '\0';
  plat_system_text(error, text, size);
  text[size - 1] = '\0';
  if (text[0] == '\0') snprintf(text, size, "unknown error %d", error);
  if (!isupper((unsigned char) text[1])) text[0] = (char) tolower((unsigned char) text[0]);
}

long oli_env_number(const char* name, long fallback) {
  const char* text = getenv(name);
  if (text == NULL) return fallback;
  char* end = NULL;
  errno = 0;
  long number = strtol(text, &end, 10);
  return end == text || *end != '\0' || errno != 0 ? fallback : number;
}

#if !defined(_WIN32)
/* ---- POSIX --------------------------------------------------------------------------------- */

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#include <sched.h>
#include <sys/prctl.h>
#endif

/* glibc 2.34 gave these functions a new version when it moved them into libc, and changed nothing
 * else. Bound to the old version, a binary that is built on a new system runs on older ones too. */
#if defined(__GLIBC__) && (defined(__x86_64__) || defined(__aarch64__))
#if __GLIBC_PREREQ(2, 34)
#if defined(__aarch64__)
#define PLAT_GLIBC(NAME, VERSION) __asm__(".symver " #NAME "," #NAME "@GLIBC_2.17");
#elif defined(__LP64__)
#define PLAT_GLIBC(NAME, VERSION) __asm__(".symver " #NAME "," #NAME "@GLIBC_" VERSION);
#endif
#endif
#endif

#if defined(PLAT_GLIBC)
PLAT_GLIBC(pthread_create, "2.2.5")
PLAT_GLIBC(pthread_join, "2.2.5")
PLAT_GLIBC(pthread_detach, "2.2.5")
PLAT_GLIBC(pthread_mutex_trylock, "2.2.5")
PLAT_GLIBC(pthread_sigmask, "2.2.5")
PLAT_GLIBC(pthread_attr_setstacksize, "2.2.5")
PLAT_GLIBC(pthread_condattr_setclock, "2.3.3")
PLAT_GLIBC(__pthread_register_cancel, "2.3.3") /* these three are pthread_cleanup_push's */
PLAT_GLIBC(__pthread_unregister_cancel, "2.3.3")
PLAT_GLIBC(__pthread_unwind_next, "2.3.3")
PLAT_GLIBC(dladdr, "2.2.5")
PLAT_GLIBC(dlopen, "2.2.5")
PLAT_GLIBC(dlclose, "2.2.5")
#endif

void oli_mutex_init(oli_mutex* mutex) {
  pthread_mutex_init(&mutex->lock, NULL);
}

void oli_mutex_destroy(oli_mutex* mutex) {
  pthread_mutex_destroy(&mutex->lock);
}

void oli_mutex_lock(oli_mutex* mutex) {
  pthread_mutex_lock(&mutex->lock);
}

bool oli_mutex_try_lock(oli_mutex* mutex) {
  return pthread_mutex_trylock(&mutex->lock) == 0;
}

void oli_mutex_unlock(oli_mutex* mutex) {
  pthread_mutex_unlock(&mutex->lock);
}

static struct timespec plat_timespec(uint64_t ns) {
  struct timespec time;
  time.tv_sec = (time_t) (ns / PLAT_NS_PER_S);
  time.tv_nsec = (long) (ns % PLAT_NS_PER_S);
  return time;
}

/* By the monotonic clock: a deadline must not move when somebody sets the time of day. macOS cannot
 * choose the clock of a condition, but can wait for a span of time. */
#if defined(__APPLE__)

void oli_cond_init(oli_cond* cond) {
  pthread_cond_init(&cond->cond, NULL);
}

static bool plat_cond_wait_for(oli_cond* cond, oli_mutex* mutex, uint64_t now_ns, uint64_t for_ns) {
  struct timespec span = plat_timespec(for_ns);
  (void) now_ns;
  return pthread_cond_timedwait_relative_np(&cond->cond, &mutex->lock, &span) == 0;
}

#else

void oli_cond_init(oli_cond* cond) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&cond->cond, &attributes);
  pthread_condattr_destroy(&attributes);
}

static bool plat_cond_wait_for(oli_cond* cond, oli_mutex* mutex, uint64_t now_ns, uint64_t for_ns) {
  struct timespec due = plat_timespec(now_ns + for_ns);
  return pthread_cond_timedwait(&cond->cond, &mutex->lock, &due) == 0;
}

#endif

void oli_cond_destroy(oli_cond* cond) {
  pthread_cond_destroy(&cond->cond);
}

void oli_cond_wait(oli_cond* cond, oli_mutex* mutex) {
  pthread_cond_wait(&cond->cond, &mutex->lock);
}

void oli_cond_signal(oli_cond* cond) {
  pthread_cond_signal(&cond->cond);
}

void oli_cond_broadcast(oli_cond* cond) {
  pthread_cond_broadcast(&cond->cond);
}

static void* plat_thread_main(void* task) {
#if !defined(__ANDROID__) /* which has no cancellation */
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
#endif
  plat_task_run(task);
  return NULL;
}

void oli_thread_guard(void (*run)(void* arg), void (*lost)(void* arg), void* arg) {
  pthread_cleanup_push(lost, arg);
  run(arg);
  pthread_cleanup_pop(0);
}

/* The mask of all threads to come, written once, before [plat_mask_step] is KNOWN. */
enum { PLAT_MASK_NONE, PLAT_MASK_TAKEN, PLAT_MASK_KNOWN };
static atomic_int plat_mask_step;
static sigset_t plat_mask;

void oli_thread_inherit_signals(void) {
  int none = PLAT_MASK_NONE;
  if (!atomic_compare_exchange_strong(&plat_mask_step, &none, PLAT_MASK_TAKEN)) return;
  pthread_sigmask(SIG_SETMASK, NULL, &plat_mask);
  atomic_store(&plat_mask_step, PLAT_MASK_KNOWN);
}

/* Whole pages, and what a thread needs in any case; a size that the system refuses all the same
 * leaves its own. */
static void plat_set_stack(pthread_attr_t* attributes, size_t size) {
  const size_t page = 65536, least = 4 * page;
  if (size == 0 || size > SIZE_MAX - page) return;
  if (size < least) size = least;
  pthread_attr_setstacksize(attributes, (size + page - 1) / page * page);
}

/* A new thread inherits the mask of the one that starts it, which may be a thread of the author's
 * with signals blocked; so that one has the right mask for the moment. */
static int plat_thread_create(pthread_t* id, size_t stack_size, plat_task* task) {
  bool masks = atomic_load(&plat_mask_step) == PLAT_MASK_KNOWN;
  pthread_attr_t attributes;
  sigset_t before;
  pthread_attr_init(&attributes);
  plat_set_stack(&attributes, stack_size);
  if (masks) pthread_sigmask(SIG_SETMASK, &plat_mask, &before);
  int error = pthread_create(id, &attributes, plat_thread_main, task);
  if (masks) pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  return error;
}

int oli_thread_start_sized(oli_thread* thread, const char* name, size_t stack_size,
                           void (*run)(void* arg), void* arg) {
  plat_task* task = plat_task_new(name, run, arg);
  if (task == NULL) return -1;
  pthread_t id;
  int error = plat_thread_create(&id, stack_size, task);
  if (error == 0) {
    thread->id = (uintptr_t) id;
  } else {
    free(task);
  }
  return -error;
}

void oli_thread_join(oli_thread thread) {
  pthread_join((pthread_t) thread.id, NULL);
}

void oli_thread_detach(oli_thread thread) {
  pthread_detach((pthread_t) thread.id);
}

uintptr_t oli_thread_self(void) {
  return (uintptr_t) pthread_self();
}

/* macOS names only the thread that asks. A system without names does without. */
static void plat_thread_name(const char* name) {
#if defined(__linux__)
  prctl(PR_SET_NAME, name, 0, 0, 0);
#elif defined(__APPLE__)
  pthread_setname_np(name);
#else
  (void) name;
#endif
}

#if defined(__linux__)

/* What the file of a control group says in two numbers, a quota and a period, as whole cores;
 * "max" is no quota. 0: none, or not known. */
static long plat_quota(const char* group) {
  char path[PATH_MAX], line[64];
  long quota = 0, period = 0;
  int len = snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", group);
  if (len >= (int) sizeof path) return 0;
  FILE* file = fopen(path, "r");
  if (file == NULL) return 0;
  if (fgets(line, sizeof line, file) == NULL || sscanf(line, "%ld %ld", &quota, &period) != 2) {
    quota = 0;
  }
  fclose(file);
  return quota < 1 || period < 1 ? 0 : (quota + period - 1) / period;
}

/* The least quota of a group and of those around it: [group], a path, is cut off part by part. */
static long plat_group_cores(char* group, long cores) {
  for (;;) {
    long quota = plat_quota(group);
    if (quota > 0 && quota < cores) cores = quota;
    char* last = strrchr(group, '/');
    if (last == NULL) return cores;
    *last = '\0';
  }
}

/* Of the group that the process is in; its line begins with "0::". */
static long plat_limit_cores(long cores) {
  char line[PATH_MAX + 8];
  FILE* file = fopen("/proc/self/cgroup", "r");
  if (file == NULL) return cores;
  while (fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, "0::", 3) != 0) continue;
    line[strcspn(line, "\n")] = '\0';
    cores = plat_group_cores(line + 3, cores);
  }
  fclose(file);
  return cores;
}

/* A machine with more cores than fit into the set has its online ones counted. */
static long plat_cores(void) {
  cpu_set_t set;
  CPU_ZERO(&set);
  bool known = sched_getaffinity(0, sizeof set, &set) == 0;
  return plat_limit_cores(known ? CPU_COUNT(&set) : sysconf(_SC_NPROCESSORS_ONLN));
}

#else

static long plat_cores(void) {
  return sysconf(_SC_NPROCESSORS_ONLN);
}

#endif

uint64_t oli_now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t) now.tv_sec * PLAT_NS_PER_S + (uint64_t) now.tv_nsec;
}

/* RTLD_NODELETE outlives the count that dlopen takes, which is given back. */
void oli_pin_library(void) {
  Dl_info library;
  if (dladdr(&plat_here, &library) == 0) return;
  void* handle = dlopen(library.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
  if (handle != NULL) dlclose(handle);
}

/* GNU's strerror_r may answer with a text elsewhere; the standard's fills the buffer. */
static void plat_system_text(int error, char* text, size_t size) {
#if defined(__GLIBC__)
  const char* found = strerror_r(error, text, size);
  if (found != text) snprintf(text, size, "%s", found);
#else
  (void) strerror_r(error, text, size); /* its faults are a text that was cut, or none */
#endif
}

#else
/* ---- Windows ------------------------------------------------------------------------------- */

#include <windows.h>

#include <process.h>

_Static_assert(sizeof(SRWLOCK) == sizeof(oli_mutex), "plat.h knows the size of an SRWLOCK");
_Static_assert(sizeof(CONDITION_VARIABLE) == sizeof(oli_cond), "and of a CONDITION_VARIABLE");

static SRWLOCK* plat_lock_of(oli_mutex* mutex) {
  return (SRWLOCK*) (void*) mutex;
}

static CONDITION_VARIABLE* plat_cond_of(oli_cond* cond) {
  return (CONDITION_VARIABLE*) (void*) cond;
}

void oli_mutex_init(oli_mutex* mutex) {
  InitializeSRWLock(plat_lock_of(mutex));
}

void oli_mutex_destroy(oli_mutex* mutex) {
  (void) mutex;
}

void oli_mutex_lock(oli_mutex* mutex) {
  AcquireSRWLockExclusive(plat_lock_of(mutex));
}

bool oli_mutex_try_lock(oli_mutex* mutex) {
  return TryAcquireSRWLockExclusive(plat_lock_of(mutex)) != 0;
}

void oli_mutex_unlock(oli_mutex* mutex) {
  ReleaseSRWLockExclusive(plat_lock_of(mutex));
}

void oli_cond_init(oli_cond* cond) {
  InitializeConditionVariable(plat_cond_of(cond));
}

void oli_cond_destroy(oli_cond* cond) {
  (void) cond;
}

void oli_cond_wait(oli_cond* cond, oli_mutex* mutex) {
  SleepConditionVariableSRW(plat_cond_of(cond), plat_lock_of(mutex), INFINITE, 0);
}

/* Rounded up: a wait of 0 ms would spin until the time has come. */
static bool plat_cond_wait_for(oli_cond* cond, oli_mutex* mutex, uint64_t now_ns, uint64_t for_ns) {
  DWORD ms = (DWORD) ((for_ns + PLAT_NS_PER_MS - 1) / PLAT_NS_PER_MS);
  (void) now_ns;
  return SleepConditionVariableSRW(plat_cond_of(cond), plat_lock_of(mutex), ms, 0) != 0;
}

void oli_cond_signal(oli_cond* cond) {
  WakeConditionVariable(plat_cond_of(cond));
}

void oli_cond_broadcast(oli_cond* cond) {
  WakeAllConditionVariable(plat_cond_of(cond));
}

static unsigned __stdcall plat_thread_main(void* task) {
  plat_task_run(task);
  return 0;
}

int oli_thread_start_sized(oli_thread* thread, const char* name, size_t stack_size,
                           void (*run)(void* arg), void* arg) {
  plat_task* task = plat_task_new(name, run, arg);
  if (task == NULL) return -1;
  thread->id = _beginthreadex(NULL, (unsigned) stack_size, plat_thread_main, task,
                              STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
  if (thread->id != 0) return 0;
  free(task);
  return -1;
}

void oli_thread_join(oli_thread thread) {
  WaitForSingleObject((HANDLE) thread.id, INFINITE);
  CloseHandle((HANDLE) thread.id);
}

void oli_thread_detach(oli_thread thread) {
  CloseHandle((HANDLE) thread.id);
}

void oli_thread_inherit_signals(void) {}

void oli_thread_guard(void (*run)(void* arg), void (*lost)(void* arg), void* arg) {
  (void) lost;
  run(arg);
}

uintptr_t oli_thread_self(void) {
  return GetCurrentThreadId();
}

/* Looked up, because Windows before version 1607 has no such function. */
static void plat_thread_name(const char* name) {
  typedef HRESULT(WINAPI * describe_function)(HANDLE, PCWSTR);
  HMODULE kernel = GetModuleHandleW(L"kernel32.dll");
  FARPROC found = kernel != NULL ? GetProcAddress(kernel, "SetThreadDescription") : NULL;
  wchar_t wide[PLAT_NAME_SIZE];
  if (found == NULL || mbstowcs(wide, name, PLAT_NAME_SIZE) >= PLAT_NAME_SIZE) return;
  ((describe_function) (void (*)(void)) found)(GetCurrentThread(), wide);
}

static long plat_cores(void) {
  DWORD_PTR own = 0, all = 0;
  long cores = 0;
  GetProcessAffinityMask(GetCurrentProcess(), &own, &all);
  for (; own != 0; own &= own - 1) cores++;
  return cores > 0 ? cores : (long) GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
}

/* In two steps: a count of ticks times 10^9 overflows within hours. */
uint64_t oli_now_ns(void) {
  LARGE_INTEGER ticks, per_s;
  QueryPerformanceCounter(&ticks);
  QueryPerformanceFrequency(&per_s);
  uint64_t count = (uint64_t) ticks.QuadPart, hertz = (uint64_t) per_s.QuadPart;
  return count / hertz * PLAT_NS_PER_S + count % hertz * PLAT_NS_PER_S / hertz;
}

void oli_pin_library(void) {
  HMODULE module;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                     (LPCWSTR) (const void*) &plat_here, &module);
}

static void plat_system_text(int error, char* text, size_t size) {
  if (strerror_s(text, size, error) != 0) text[0] = '\0';
}

#endif
