/* ask.pml: a job that calls a function of JavaScript and waits for what it gives; the protocol of
 * src/ask.c and src/function.c, for spin.
 *
 * Each critical section, of the job's stop lock or of env->lock, is one atomic step. A job asks
 * twice, and is patient with either or is not: then it waits no more at any moment. The loop calls
 * the function, which answers at once, later or never, or throws. A timer stops the job at any
 * moment, or never; the environment ends at any moment, or never, and stops it. A wake-up is a
 * flag here: wake.pml is about how it travels.
 *
 * Every ask ends once: with what its own function gave, or with the stop, or late. Who waits for
 * ever shows as an invalid end state. The memory of an ask is freed once, by who lets go of it
 * last, and what it points to is touched by one of the two at a time.
 *
 *   NO_WAKE           the loop is not woken for an ask
 *   POSES_FIRST       the job is listed before its ask is to be seen
 *   NO_WITHDRAW       a job that waits no more stays listed
 *   KEEPS_NOW         it does not let go of its ask
 *   NO_SIGNAL         who answers does not wake the job
 *   NO_SIGNAL_ON_STOP who stops it does not
 *   WAITS_BLIND       the job looks and falls asleep in two steps
 *   FINDS_ANY         an answer is not matched by its number
 *   TAKES_ANY         an ask that was taken is taken again
 *   NO_REF            the loop does not hold the ask that it reads an answer into
 *   DROPS_TWICE       who was not answered lets go of the ask for the loop, too
 *   CLOSES_BLIND      the environment ends without stopping the job
 */

#define ASKS 2
#define NONE ASKS

#define OL_OK 0
#define STOPPED 1
#define RAISED 2
#define LATE 3

#define POSED 0
#define TAKEN 1
#define ANSWERED 2
#define THROWN 3

/* The job. */
byte why                            /* job->stop */
bool sleeping, signalled            /* job->sleeper */
byte now = NONE                     /* asker->now */
bool listed                         /* asker->link */
bool home, freed

/* The asks. */
byte state[ASKS], refs[ASKS], number[ASKS]
bool over[ASKS], patient[ASKS]
bool read[ASKS], got[ASKS]          /* its memory is read into; is the author's */
byte given[ASKS]                    /* the number that stands in its answer */

/* The environment. */
byte numbers                        /* env->asks */
bool woken, closed
bool armed = true
bool ends
bool answered[ASKS + 1]             /* the call of that number, by JavaScript */

/* oli_ask_drop */
inline drop(a) {
  atomic {
    assert(refs[a] > 0);
    refs[a]--
  }
}

inline touch() { assert(!freed) }

/* job_stop_locked */
inline stop() {
  atomic {
    if
    :: !home && why == OL_OK ->
      why = STOPPED;
#ifndef NO_SIGNAL_ON_STOP
      signalled = sleeping
#endif
    :: else
    fi
  }
}

/* ---- The job's thread ------------------------------------------------------------------------ */

/* oli_function_pose */
inline pose() {
  atomic {
    if
    :: !closed -> listed = true
    :: else
    fi
  }
#ifndef NO_WAKE
  woken = true
#endif
}

/* oli_job_wait_locked: the condition variable sleeps and lets the lock go in one step. It may also
 * wake for nothing, or be late. */
inline wait() {
  do
#ifdef WAITS_BLIND
  :: over[mine] || why != OL_OK -> break
  :: !over[mine] && why == OL_OK ->
    atomic { sleeping = true; signalled = false }
#else
  :: atomic { over[mine] || why != OL_OK -> break }
  :: atomic { !over[mine] && why == OL_OK -> sleeping = true; signalled = false }
#endif
    if
    :: signalled
    :: !patient[mine] -> late = true; break
    fi
  od
}

/* ask_await: what it looks at and what it lets go of is one step. */
inline await() {
  wait();
  atomic {
    sleeping = false;
    late = false;
    if
    :: why != OL_OK -> outcome = STOPPED
    :: why == OL_OK && !over[mine] -> assert(!patient[mine]); outcome = LATE
    :: why == OL_OK && over[mine] && state[mine] == THROWN -> outcome = RAISED
    :: why == OL_OK && over[mine] && state[mine] == ANSWERED -> outcome = OL_OK
    fi;
#ifndef KEEPS_NOW
    now = NONE
#endif
  }
}

/* oli_function_withdraw */
inline withdraw() {
#ifdef NO_WITHDRAW
  skip
#else
  listed = false
#endif
}

/* ol_call */
inline call() {
  atomic { refs[mine] = 1; state[mine] = POSED }
#ifdef POSES_FIRST
  pose();
  now = mine;
#else
  now = mine;
  pose();
#endif
  await();
  withdraw();
  atomic {
    if
    :: outcome == OL_OK ->
      assert(given[mine] == number[mine] && !read[mine]);
      got[mine] = true
    :: else
    fi
  }
  if
  :: outcome == OL_OK -> skip                 /* asker->last, until the next call or the end */
  :: else -> drop(mine)
  fi;
#ifdef DROPS_TWICE
  if
  :: outcome != OL_OK -> drop(mine)
  :: else
  fi;
#endif
  skip
}

/* ask_drop_last */
inline drop_last(a) {
  if
  :: got[a] -> got[a] = false; drop(a)
  :: else
  fi
}

proctype job() {
  byte mine, outcome;
  bool late;
  do
  :: mine < ASKS && why == OL_OK ->
    if
    :: mine > 0 -> drop_last(mine - 1)
    :: else
    fi;
    call();
    if
    :: outcome == RAISED ->
      atomic {
        if
        :: why == OL_OK -> why = RAISED
        :: else
        fi
      }
    :: else
    fi;
    mine++
  :: mine == ASKS || why != OL_OK -> break
  od;
  atomic { home = true; woken = true; mine = 0; outcome = 0 }
}

/* ---- The loop -------------------------------------------------------------------------------- */

/* oli_ask_take: under a number of its own. */
inline take() {
  atomic {
    touch();
    a = now;
    if
#ifdef TAKES_ANY
    :: a != NONE ->
#else
    :: a != NONE && state[a] != POSED -> a = NONE
    :: a != NONE && state[a] == POSED ->
#endif
      assert(refs[a] > 0 && number[a] == 0);
      numbers++;
      state[a] = TAKEN;
      number[a] = numbers;
      refs[a]++
    :: a == NONE
    fi
  }
}

/* oli_ask_find */
inline find(n) {
  atomic {
    touch();
    x = now;
    if
#ifdef FINDS_ANY
    :: x != NONE && state[x] == TAKEN ->
#else
    :: x != NONE && state[x] == TAKEN && number[x] == n ->
#endif
      assert(refs[x] > 0);
#ifndef NO_REF
      refs[x]++
#endif
    :: else -> x = NONE
    fi
  }
}

inline let_go() {
#ifndef NO_REF
  drop(x);
#endif
  x = NONE
}

/* oli_ask_end */
inline end(how) {
  atomic {
    if
    :: now == x ->
      assert(!over[x]);
      state[x] = how;
      over[x] = true;
#ifndef NO_SIGNAL
      signalled = sleeping
#endif
    :: else
    fi
  }
  let_go()
}

/* native.answer, or native.raise, or both: the value may be none that can be read. */
inline answer(n) {
  find(n);
  if
  :: x == NONE
  :: x != NONE -> end(THROWN)
  :: x != NONE ->
    atomic { assert(refs[x] > 0); read[x] = true }
    atomic { assert(refs[x] > 0); read[x] = false; given[x] = n }
    if
    :: end(ANSWERED)
    :: let_go();
      find(n);
      if
      :: x == NONE
      :: x != NONE -> end(THROWN)
      fi
    fi
  fi;
  answered[n] = true
}

/* function_next_asker, and function_ask. */
inline deliver() {
  atomic { asks = listed; listed = false }
  if
  :: asks ->
    asks = false;
    take();
    if
    :: a != NONE ->
      if
      :: answer(number[a])               /* at once */
      :: true
      fi;
      drop(a);
      a = NONE
    :: else
    fi
  :: else
  fi
}

/* oli_env_free_job: the timer is disarmed before. */
inline free_job() {
  !armed;
  atomic { touch(); assert(!listed && now == NONE); freed = true }
  drop_last(0);
  drop_last(1);
  assert(refs[0] == 0 && refs[1] == 0)
}

proctype loop() {
  byte a = NONE, x = NONE;
  bool asks;
  do
  :: woken -> woken = false; deliver()
  :: numbers >= 1 && !answered[1] && !closed -> answer(1)
  :: numbers >= 2 && !answered[2] && !closed -> answer(2)
  :: home -> break
  :: ends && !closed ->                  /* env_end */
#ifndef CLOSES_BLIND
    stop();
#endif
    closed = true;
    home;
    break
  od;
  free_job()
}

proctype timer() {
  if
  :: stop()
  :: true
  fi;
  armed = false
}

init {
  atomic {
    if
    :: patient[0] = true
    :: true
    fi;
    if
    :: patient[1] = true
    :: true
    fi;
    if
    :: ends = true
    :: true
    fi;
    run job(); run loop(); run timer()
  }
}
