/* wake.pml: how the loop learns of what other threads bring it, and how that ends; the protocol of
 * src/env.c and src/news.c, for spin.
 *
 * Each critical section of env->lock is one atomic step; wake_lock is held over several. Two jobs
 * come home, the second one reaching JavaScript's memory, and one of them has news before. Where
 * the environment is watched, a timer wakes the loop once. The loop is also called unasked, as the
 * completion of a runner does, and may put off what it has to its next turn.
 *
 * In a run either the loop goes on until all is settled, or the environment ends at any moment. A
 * wake-up that is lost shows as an invalid end state.
 *
 *   WATCHED             the timer
 *
 *   NO_WAKE             who brings a job home does not wake the loop
 *   NO_WAKE_FOR_NEWS    who lists news does not
 *   WAKES_BEFORE_NEWS   it does so before it lists them
 *   CLEARS_LATE         the loop clears its mark behind taking
 *   FORGETS_TURN        what was put off is not looked at in the next turn
 *   SENDS_UNASKED       the mark is not followed by a look at [closed]
 *   CLOSES_HALF         the environment is closed without wake_lock
 *   NO_REF              a wake-up on its way does not keep the environment
 *   NO_WAIT             the end does not wait for jobs that reach JavaScript's memory
 *   NO_DISARM           nor for the timer
 *   LISTS_ANYWAY        any job is listed where nobody looks any more
 */

#define JOBS 2

bool ends                 /* the environment does, at any moment */
byte refs                 /* of the environment: its own, and one for each job */
bool woken, closed, wake_lock
bool gone                 /* the engine, and the threadsafe function with it */
byte calls                /* of the threadsafe function, not seen yet */
byte home, news, pinned = 1
byte settled, freed, told
bool spent, next_turn
bool armed = true

inline unref() {
  atomic { assert(refs > 0); refs-- }
}

/* env_mark_wake_locked */
inline mark() {
  assert(refs > 0);
  if
  :: !closed && !woken ->
    woken = true;
    send = true;
#ifndef NO_REF
    refs++
#endif
  :: else
  fi
}

/* env_send_wake */
inline deliver() {
  if
  :: send ->
    atomic { !wake_lock -> wake_lock = true; assert(refs > 0) }
#ifdef SENDS_UNASKED
    is_closed = false;
#else
    is_closed = closed;
#endif
    if
    :: !is_closed -> atomic { assert(!gone); calls++ }
    :: else
    fi;
    atomic { wake_lock = false; is_closed = false; send = false }
#ifndef NO_REF
    unref()
#endif
  :: else
  fi
}

inline tell_news() {
#ifdef WAKES_BEFORE_NEWS
  atomic { mark() }
  deliver();
  atomic { news++ }
#else
  atomic { assert(refs > 0); news++ }
#ifndef NO_WAKE_FOR_NEWS
  atomic { mark() }
  deliver()
#endif
#endif
}

/* env_list_home; the job's reference goes with it. */
proctype job(bool pins; bool has_news) {
  bool send, is_closed, listed;
  if
  :: has_news ->
    tell_news();
    told > 0 || closed               /* as one that asks waits for the answer, or a stop */
  :: else
  fi;
  atomic {
    if
    :: pins -> assert(!gone)
    :: else
    fi;
    assert(refs > 0);
#ifdef LISTS_ANYWAY
    listed = true;
#else
    listed = !closed || pins;
#endif
    if
    :: listed -> home++
    :: else
    fi;
    if
    :: pins -> pinned--
    :: else
    fi;
#ifndef NO_WAKE
    if
    :: listed -> mark()
    :: else
    fi
#endif
  }
  deliver();
  if
  :: !listed -> atomic { freed++ } unref()
  :: else
  fi
}

/* env_watch: it fires once, unless it is disarmed before. */
proctype timer() {
  bool send, is_closed;
#ifdef WATCHED
  atomic { armed && !gone -> assert(refs > 0); woken = false }
  atomic { mark() }
  deliver();
#endif
  armed = false
}

inline free_taken() {
  atomic { refs = refs - taken; taken = 0 }
}

/* oli_settle: some is told, or all; what is not is put back. Where this took its time, or what it
 * brought about did, the rest waits for the next turn, and what comes until then. */
inline settle() {
  if
  :: spent
  :: else ->
#ifdef CLEARS_LATE
    atomic { taken = home; home = 0 }
    atomic { told = told + news; news = 0 }
    woken = false;
#else
    atomic { taken = home; home = 0; woken = false }
    atomic { told = told + news; news = 0 }
#endif
    if
    :: atomic { settled = settled + taken } free_taken()
    :: atomic { settled = settled + taken; spent = true; next_turn = true } free_taken()
    :: atomic { taken > 0 -> home = home + taken; taken = 0; spent = true; next_turn = true }
    fi
  fi
}

/* env_end */
inline end_all() {
#ifdef CLOSES_HALF
  closed = true;
#else
  atomic { !wake_lock -> wake_lock = true }
  closed = true;
  wake_lock = false;
#endif
#ifndef NO_WAIT
  pinned == 0;
#endif
  atomic { taken = home; home = 0; woken = false; freed = freed + taken }
  free_taken();
#ifndef NO_DISARM
  !armed;
#endif
  atomic { gone = true; calls = 0 }
  unref()
}

proctype loop() {
  byte taken;
  bool unasked;
  do
  :: calls > 0 -> calls--; settle()
  :: !unasked -> unasked = true; settle()
  :: next_turn ->
    atomic { next_turn = false; spent = false }
#ifndef FORGETS_TURN
    settle()
#endif
  :: ends -> break
  :: settled == JOBS && told == 1 -> break
  od;
  end_all();
  refs == 0;
  assert(settled + freed == JOBS)
}

init {
  atomic {
    if
    :: ends = true
    :: true
    fi;
    refs = JOBS + 1;
    run job(false, true); run job(true, false); run timer(); run loop()
  }
}
