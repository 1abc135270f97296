/* plat.h: what offloop needs of an operating system, and all of it. Floor 0.
 *
 * plat.c implements it for POSIX threads and for Windows; no other file knows which. */
#ifndef OLI_PLAT_H
#define OLI_PLAT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The Windows structs are one zeroed pointer each, named here so that no other file includes
 * windows.h and its macros. */
#if defined(_WIN32)
typedef struct oli_mutex {
  void* lock; /* SRWLOCK */
} oli_mutex;
typedef struct oli_cond {
  void* cond; /* CONDITION_VARIABLE */
} oli_cond;
#define OLI_MUTEX_INIT \
  { 0 }
#else
#include <pthread.h>
typedef struct oli_mutex {
  pthread_mutex_t lock;
} oli_mutex;
typedef struct oli_cond {
  pthread_cond_t cond; /* waits by the monotonic clock where the system can */
} oli_cond;
#define OLI_MUTEX_INIT \
  { PTHREAD_MUTEX_INITIALIZER }
#endif

/* Not recursive. A static one is OLI_MUTEX_INIT and needs neither init nor destroy. */
void oli_mutex_init(oli_mutex* mutex);
void oli_mutex_destroy(oli_mutex* mutex);
void oli_mutex_lock(oli_mutex* mutex);
bool oli_mutex_try_lock(oli_mutex* mutex);
void oli_mutex_unlock(oli_mutex* mutex);

/* Wakes may be spurious: wait in a loop over what is waited for. The mutex is held by the caller.
 * There is no static one, because POSIX cannot choose the clock of those. */
void oli_cond_init(oli_cond* cond);
void oli_cond_destroy(oli_cond* cond);
void oli_cond_wait(oli_cond* cond, oli_mutex* mutex);
/* Until [due_ns] of oli_now_ns; UINT64_MAX: without a limit. False: that time has passed; look once
 * more at what was waited for, because it may have come at the same moment. */
bool oli_cond_wait_until(oli_cond* cond, oli_mutex* mutex, uint64_t due_ns);
void oli_cond_signal(oli_cond* cond);
void oli_cond_broadcast(oli_cond* cond);

/* A thread. Started joinable; ends by oli_thread_join or oli_thread_detach. It heeds no
 * pthread_cancel, which would end it with locks held. */
typedef struct oli_thread {
  uintptr_t id;
} oli_thread;

/* Makes the signal mask of the calling thread that of all threads started from now on, whoever
 * starts them; only the first call in a process counts. Before it a thread has that of the one that
 * starts it. Programs that a thread starts inherit its mask, so it must not block what is not
 * blocked elsewhere. Does nothing where the system has no signals. */
void oli_thread_inherit_signals(void);

/* 0, or a negative number when no thread can be made. [name]: at most 15 bytes, shown by tools. */
int oli_thread_start(oli_thread* thread, const char* name, void (*run)(void* arg), void* arg);
/* The same with a stack of at least [stack_size] bytes; 0: as large as the system makes them. */
int oli_thread_start_sized(oli_thread* thread, const char* name, size_t stack_size,
                           void (*run)(void* arg), void* arg);
/* Calls run(arg). Where the thread ends inside of it, as pthread_exit does, lost(arg) is called on
 * the way out, and this does not return. Windows tells nobody. */
void oli_thread_guard(void (*run)(void* arg), void (*lost)(void* arg), void* arg);
void oli_thread_join(oli_thread thread);
void oli_thread_detach(oli_thread thread);
/* A number that no other living thread has. */
uintptr_t oli_thread_self(void);

/* How many threads can run at once: the cores that the process may use, by its affinity and, on
 * Linux, by the quota of its control groups; not those of the machine. At least 1. */
unsigned oli_cores(void);

/* Monotonic, in nanoseconds. */
uint64_t oli_now_ns(void);

/* In a loop that waits for another thread without sleeping: lets the processor's other work go
 * first for some cycles. */
void oli_spin_pause(void);

/* Keeps the library that holds this code in memory for the life of the process: a worker thread's
 * end would unload it under threads that still run in it. Harmless when called again. */
void oli_pin_library(void);

/* Overwrites memory in a way that no optimiser removes. */
void oli_wipe(void* data, size_t size);

/* The system's text for an errno value, starting in lower case; copied into [text], cut to fit. */
void oli_errno_text(int error, char* text, size_t size);

/* An environment variable as a number; [fallback] when unset or not a number. */
long oli_env_number(const char* name, long fallback);

#endif
