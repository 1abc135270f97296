/* Workers that stand at doors: pass(gate, value) comes back with its value when that gate is open.
 * No sleeping: what a test has not let go does not go. What began and ended is noted in order. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* what Linux tells of a thread */
#endif
#include <offloop.h>

#include <pthread.h>

#define GATES 16
#define NOTES 4096

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the rest */
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static bool gates[GATES];
static int32_t inside, begun_count, ended_count;
static int32_t begun[NOTES], ended[NOTES]; /* values */

/* ---- pass(gate, value) ---------------------------------------------------------------------- */

typedef struct pass_state {
  uint8_t gate;
  int32_t value, result;
} pass_state;

static void note(int32_t* notes, int32_t* count, int32_t value) {
  notes[*count % NOTES] = value;
  ++*count;
}

static int pass_execute(ol_job* job, void* state) {
  pass_state* s = state;
  (void) job;
  pthread_mutex_lock(&lock);
  note(begun, &begun_count, s->value);
  inside++;
  while (!gates[s->gate]) pthread_cond_wait(&moved, &lock);
  inside--;
  note(ended, &ended_count, s->value);
  s->result = s->value;
  pthread_mutex_unlock(&lock);
  return OL_OK;
}

#define PASS_FIELDS                                                                \
  OL_FIELDS(OL_ARG(pass_state, gate, .max = GATES - 1), OL_ARG(pass_state, value), \
            OL_RET(pass_state, result))

#define PASS(NAME) OL_WORKER(NAME, pass_state, pass_execute), .fields = PASS_FIELDS

static const ol_worker pass = {PASS("pass")};

/* The same on other threads. */
static const ol_pool single = {OL_POOL("single"), .threads = 1};
static const ol_pool pair = {OL_POOL("a pair of threads"), .threads = 2, .max_queue = 2,
                             .on_full = OL_POOL_REJECT};
static const ol_pool bounded = {OL_POOL("bounded"), .threads = 1, .max_queue = 2};
static const ol_pool prompt = {OL_POOL("prompt"), .threads = 2, .max_queue = OL_NO_QUEUE,
                               .idle_ms = OL_NO_LIMIT};
static const ol_pool spare = {OL_POOL("spare"), .threads = 3, .stack_size = 300000};

static const ol_worker pass_node = {PASS("passNode"), .pool = &ol_node_pool};
static const ol_worker pass_own = {PASS("passOwn"), .pool = &ol_own_thread};
static const ol_worker pass_single = {PASS("passSingle"), .pool = &single};
static const ol_worker pass_pair = {PASS("passPair"), .pool = &pair};
static const ol_worker pass_bounded = {PASS("passBounded"), .pool = &bounded};
static const ol_worker pass_prompt = {PASS("passPrompt"), .pool = &prompt};
static const ol_worker pass_two = {PASS("passTwo"), .max_running = 2};

/* ---- keep(), keepOwn(): held, without a thread, until letGo() ------------------------------- */

static ol_held kept[NOTES];
static int32_t kept_count;

static int keep_execute(ol_job* job, void* state) {
  ol_held held = ol_hold(job);
  (void) state;
  if (held.number == 0) return OL_NO_MEMORY;
  pthread_mutex_lock(&lock);
  kept[kept_count++ % NOTES] = held;
  pthread_mutex_unlock(&lock);
  return OL_OK;
}

static int let_go_execute(ol_job* job, void* state) {
  (void) job;
  (void) state;
  pthread_mutex_lock(&lock);
  while (kept_count > 0) ol_release(kept[--kept_count]);
  pthread_mutex_unlock(&lock);
  return OL_OK;
}

static const ol_worker keep = {OL_WORKER("keep", char, keep_execute)};
static const ol_worker keep_own = {OL_WORKER("keepOwn", char, keep_execute),
                                   .pool = &ol_own_thread};
static const ol_worker let_go = {OL_WORKER("letGo", char, let_go_execute)};

/* ---- Line: a serial class; openLine() makes one, line.pass(gate, value) --------------------- */

typedef struct line_data {
  char unused;
} line_data;

static const ol_class line_class = {OL_CLASS("Line", line_data, NULL), .serial = true};

typedef struct line_state {
  pass_state pass;
  line_data* line;
} line_state;

static int open_line_execute(ol_job* job, void* state) {
  line_state* s = state;
  s->line = ol_new(job, &line_class, NULL);
  return s->line == NULL ? OL_NO_MEMORY : OL_OK;
}

static const ol_worker open_line = {
  OL_WORKER("openLine", line_state, open_line_execute),
  .fields = OL_FIELDS(OL_RET(line_state, line, .handle = &line_class)),
};

static const ol_worker line_pass = {
  OL_WORKER("pass", line_state, pass_execute),
  .fields = OL_FIELDS(OL_THIS(line_state, line, .handle = &line_class),
                      OL_ARG(line_state, pass.gate, .name = "gate", .max = GATES - 1),
                      OL_ARG(line_state, pass.value, .name = "value"),
                      OL_RET(line_state, pass.result, .name = "result")),
};

/* ---- quick(value): comes back with it at once; fails below 0 --------------------------------- */

static int quick_execute(ol_job* job, void* state) {
  pass_state* s = state;
  s->result = s->value;
  return s->value < 0 ? ol_fail(job, "ERR_NEGATIVE", "%d is negative", (int) s->value) : OL_OK;
}

static const ol_worker quick = {
  OL_WORKER("quick", pass_state, quick_execute),
  .fields = OL_FIELDS(OL_ARG(pass_state, value), OL_RET(pass_state, result)),
};

/* ---- stay(): until it is stopped; ask(fn): calls it ------------------------------------------ */

static int stay_execute(ol_job* job, void* state) {
  (void) state;
  pthread_mutex_lock(&lock);
  inside++;
  pthread_mutex_unlock(&lock);
  int why = ol_sleep(job, -1);
  pthread_mutex_lock(&lock);
  inside--;
  pthread_mutex_unlock(&lock);
  return why;
}

static const ol_worker stay = {OL_WORKER("stay", pass_state, stay_execute)};

typedef struct ask_state {
  ol_fn fn;
} ask_state;

static int ask_execute(ol_job* job, void* state) {
  return ol_call(job, &((ask_state*) state)->fn, NULL, NULL, -1);
}

static const ol_worker ask = {
  OL_WORKER("ask", ask_state, ask_execute),
  .fields = OL_FIELDS(OL_OPTION(ask_state, fn)),
};

/* ---- thread(): the name and the stack of the thread that runs it ----------------------------- */

typedef struct thread_state {
  char name[16];
  uint64_t stack_size; /* 0: the system does not tell */
} thread_state;

static int thread_execute(ol_job* job, void* state) {
  thread_state* s = state;
  (void) job;
#if defined(__linux__) && defined(__GLIBC__)
  pthread_attr_t attr;
  size_t size = 0;
  void* low;
  pthread_getname_np(pthread_self(), s->name, sizeof s->name);
  if (pthread_getattr_np(pthread_self(), &attr) != 0) return OL_OK;
  pthread_attr_getstack(&attr, &low, &size);
  pthread_attr_destroy(&attr);
  s->stack_size = size;
#else
  (void) s;
#endif
  return OL_OK;
}

static const ol_worker thread = {
  OL_WORKER("thread", thread_state, thread_execute),
  .fields = OL_FIELDS(OL_RET(thread_state, name), OL_RET(thread_state, stack_size)),
};

/* ---- setGate(gate, open), notes() ----------------------------------------------------------- */

typedef struct gate_state {
  uint8_t gate;
  bool open;
} gate_state;

static int gate_execute(ol_job* job, void* state) {
  gate_state* s = state;
  (void) job;
  pthread_mutex_lock(&lock);
  gates[s->gate] = s->open;
  pthread_cond_broadcast(&moved);
  pthread_mutex_unlock(&lock);
  return OL_OK;
}

static const ol_worker set_gate = {
  OL_WORKER("setGate", gate_state, gate_execute),
  .fields = OL_FIELDS(OL_ARG(gate_state, gate, .max = GATES - 1), OL_ARG(gate_state, open)),
};

/* What there is to tell, and with { clear: true } it is forgotten behind that. */
typedef struct notes_state {
  bool clear;
  int32_t inside;
  ol_i32s begun, ended; /* still there when they are read: the loop does both */
} notes_state;

static int notes_execute(ol_job* job, void* state) {
  notes_state* s = state;
  bool lost;
  pthread_mutex_lock(&lock);
  lost = begun_count > NOTES;
  s->inside = inside;
  s->begun = (ol_i32s){begun, (size_t) begun_count};
  s->ended = (ol_i32s){ended, (size_t) ended_count};
  if (s->clear) begun_count = ended_count = 0;
  pthread_mutex_unlock(&lock);
  return lost ? ol_fail(job, NULL, "more notes than there is room for") : OL_OK;
}

static const ol_worker notes = {
  OL_WORKER("notes", notes_state, notes_execute),
  .fields = OL_FIELDS(OL_OPTION(notes_state, clear), OL_RET(notes_state, inside),
                      OL_RET(notes_state, begun), OL_RET(notes_state, ended)),
};

OL_MODULE(&pass, &pass_node, &pass_own, &pass_single, &pass_pair, &pass_bounded, &quick, &stay,
          &pass_prompt, &pass_two, &ask, &thread, &set_gate, &notes, &spare, &keep, &keep_own,
          &let_go, &open_line, &line_pass)
