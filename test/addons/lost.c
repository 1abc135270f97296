/* Workers whose code ends the thread that it runs on, by pthread_exit. */
#include <offloop.h>

#include <pthread.h>
#include <stdatomic.h>

static atomic_int closed;

/* ---- quit(n), quitNode(n), quitOwn(n): numbers, which cross in batches; below 0 it quits ----- */

typedef struct quit_state {
  double n;
  double same;
} quit_state;

static int quit_execute(ol_job* job, void* state) {
  quit_state* s = state;
  (void) job;
  if (s->n < 0) pthread_exit(NULL);
  s->same = s->n;
  return OL_OK;
}

#define QUIT(NAME)                           \
  OL_WORKER(NAME, quit_state, quit_execute), \
    .fields = OL_FIELDS(OL_ARG(quit_state, n), OL_RET(quit_state, same))

static const ol_worker quit = {QUIT("quit")};
static const ol_worker quit_node = {QUIT("quitNode"), .pool = &ol_node_pool};
static const ol_worker quit_own = {QUIT("quitOwn"), .pool = &ol_own_thread};

/* ---- quitEach(n): a loop of 100, whose n-th body quits --------------------------------------- */

static int each_body(ol_job* job, void* state, size_t begin, size_t end) {
  double n = ((quit_state*) state)->n;
  (void) job;
  if ((double) begin <= n && n < (double) end) pthread_exit(NULL);
  return OL_OK;
}

static int each_execute(ol_job* job, void* state) {
  (void) state;
  return ol_each(job, 100, each_body);
}

static const ol_worker quit_each = {OL_WORKER("quitEach", quit_state, each_execute),
                                    .fields = OL_FIELDS(OL_ARG(quit_state, n))};

/* ---- quitLater(): held by nobody but itself when it quits ------------------------------------ */

typedef struct later_state {
  ol_held held;
} later_state;

static void* later_release(void* arg) {
  later_state* s = arg;
  ol_release(s->held);
  return NULL;
}

static int later_execute(ol_job* job, void* state) {
  later_state* s = state;
  pthread_t thread;
  s->held = ol_hold(job);
  if (pthread_create(&thread, NULL, later_release, s) != 0)
    ol_release(s->held);
  else
    pthread_detach(thread);
  pthread_exit(NULL);
  return OL_OK;
}

static const ol_worker quit_later = {OL_WORKER("quitLater", later_state, later_execute)};

/* ---- open(parent): a handle whose close quits ------------------------------------------------ */

typedef struct thing {
  int unused;
} thing;

static void thing_close(void* data) {
  (void) data;
  atomic_fetch_add(&closed, 1);
  pthread_exit(NULL);
}

static const ol_class Thing = {OL_CLASS("Thing", thing, thing_close)};

typedef struct open_state {
  thing *parent, *handle;
} open_state;

static int open_execute(ol_job* job, void* state) {
  open_state* s = state;
  s->handle = ol_new(job, &Thing, s->parent);
  return s->handle == NULL ? OL_NO_MEMORY : OL_OK;
}

static const ol_worker open_thing = {
  OL_WORKER("open", open_state, open_execute),
  .fields = OL_FIELDS(OL_ARG_OPTIONAL(open_state, parent, .handle = &Thing),
                      OL_RET(open_state, handle, .handle = &Thing)),
};

static int closed_execute(ol_job* job, void* state) {
  (void) job;
  ((quit_state*) state)->same = atomic_load(&closed);
  return OL_OK;
}

static const ol_worker count_closed = {OL_WORKER("closed", quit_state, closed_execute),
                                       .fields = OL_FIELDS(OL_RET(quit_state, same))};

OL_MODULE(&quit, &quit_node, &quit_own, &quit_each, &quit_later, &open_thing, &count_closed)
