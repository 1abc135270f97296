/* Workers that stand at gates: pass(gate, value) comes back with its value when that gate is open.
 * No sleeping: what a test has not let go does not go. What began and ended is noted in order. */
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

static const ol_worker pass = {OL_WORKER("pass", pass_state, pass_execute), .fields = PASS_FIELDS};

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

OL_MODULE(&pass, &set_gate, &notes)
