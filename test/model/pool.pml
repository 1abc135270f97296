/* pool.pml: who works at what is queued; the protocol of src/pool.c, for spin.
 *
 * Each critical section is one atomic step; a signal is a step of its own behind it, and once a
 * sleeper wakes without one. Two threads push; the timer sends sleepers away; the end closes the
 * pool.
 *
 * In STRICT none may wait: a job is pushed only where the threads at work leave one free, which
 * each of them says before it is back at the queue; a thread is called for each.
 *
 * One job, any but the last, lasts until the next has begun. So no job may stand in the queue while
 * a thread sleeps or could be made, and nobody is on the way to see to that: then that job would
 * last for ever, which spin reports as an invalid end state. What the code reads off a clock is
 * decided at will: whether the queue is little work, whether and how long one spins, when the timer
 * fires. Which sleeper is called is, too.
 *
 *   RESERVES            a thread is reserved from the beginning
 *
 *   NO_CALL             a push calls nobody
 *   NO_CHAIN            who takes a job calls nobody for the next
 *   NO_SIGNAL           who was called is not signalled
 *   CALLS_UNCOUNTED     nor counted as coming (seen by its assertion)
 *   CALLS_TWICE         a sleeper stays on the stack when it is called
 *   STILL_COMING        who has come to the queue goes on being counted as coming
 *   NO_ANSWER           one who has spun does not answer for the one who was called
 *   SLEEPS_BLIND        one who has spun does not look at the queue before it sleeps
 *   GOES_BLIND          one who was called to go does not look at the queue
 *   TRUSTS_SIGNAL       a sleeper takes any signal for its own (seen by its assertion)
 *   CLOSES_ASLEEP       the end calls nobody
 *   GOES_RESERVED       the last thread goes though it is reserved (seen by its assertion)
 *   DONE_EARLY          a thread says that it is free when it begins (STRICT, by its assertion)
 */

#define JOBS 3
#define THREADS 2
#define NOBODY THREADS
#ifdef RESERVES
#define RESERVED 1
#else
#define RESERVED 0
#endif
#ifdef GOES_RESERVED
#define MAY_SHRINK true
#else
#define MAY_SHRINK (threads > RESERVED)
#endif
#define RETIRED 1 /* so many the timer sends away; that wakes whom nobody else would */

#define GONE 0
#define SPINS 1
#define SLEEPS 2
#define WORKS 3
#define BACK 4 /* done with its job, on its way to the queue */

byte queued, threads, coming, spinning, called_spinning, idle
byte busy                 /* threads that have not said that they are free */
byte at_work              /* threads that really are at a job */
byte begun, done          /* jobs */
bool lasts                /* the one that lasts has begun */
bool closed, ended
bool spurious             /* a sleeper has woken by itself */
byte phase[THREADS]
bool alive[THREADS], stacked[THREADS], called[THREADS], goes[THREADS], signalled[THREADS]

/* pool_call_sleeper_locked */
inline call_sleeper(who) {
  if
  :: stacked[0] -> who = 0
  :: stacked[1] -> who = 1
  fi;
#ifndef CALLS_TWICE
  stacked[who] = false;
  idle--;
#endif
#ifndef CALLS_UNCOUNTED
  coming++;
#endif
  called[who] = true
}

inline make(which) {
  alive[which] = true;
  called[which] = true;
  threads++;
  coming++
}

/* pool_call_locked */
inline call(who) {
  if
  :: called_spinning < spinning -> called_spinning++; coming++
  :: else ->
    if
    :: idle > 0 -> call_sleeper(who)
    :: idle == 0 && !alive[0] -> make(0)
    :: idle == 0 && alive[0] && !alive[1] -> make(1)
    :: else
    fi
  fi
}

/* What pool_lacks_thread_locked says of it. */
inline call_if_lacking(who) {
  if
  :: queued > coming -> call(who)
#ifndef STRICT
  :: queued > coming && coming > 0                    /* too little work for another thread */
#endif
  :: queued <= coming
  fi
}

/* One that does not wait does not notice. */
inline signal(who) {
#ifdef NO_SIGNAL
  who = NOBODY
#else
  if
  :: who != NOBODY -> atomic { signalled[who] = phase[who] == SLEEPS; who = NOBODY }
  :: else
  fi
#endif
}

proctype pusher(byte count) {
  byte who = NOBODY;
  do
  :: count > 0 ->
    atomic {
#ifdef STRICT
      queued + busy < THREADS;
      assert(queued + at_work < THREADS);
#endif
      queued++; count--;
#ifndef NO_CALL
      call_if_lacking(who)
#endif
    }
    signal(who)
  :: else -> break
  od
}

/* What it lasts until: so many have begun. */
inline take() {
  queued--;
  begun++;
  at_work++;
#ifndef DONE_EARLY
  busy++;
#endif
  phase[me] = WORKS;
  if
  :: !lasts && begun < JOBS -> lasts = true; until = begun + 1
  :: true
  fi
}

/* pool_look_locked */
inline look() {
  if
  :: called[me] ->
    assert(coming > 0);
#ifndef STILL_COMING
    coming--;
#endif
    called[me] = false
  :: else
  fi;
  if
#ifdef GOES_BLIND
  :: queued > 0 && !blind && !goes[me] -> take()
  :: queued == 0 || blind || goes[me] -> phase[me] = GONE
#else
  :: queued > 0 && !blind -> take()
  :: queued == 0 || blind -> phase[me] = GONE
#endif
  fi
}

#define LEAVES (closed || (goes[me] && MAY_SHRINK))

/* pool_next, from where it comes to the queue to where it leaves the lock. */
inline come() {
  look();
  if
  :: phase[me] == WORKS ->
    goes[me] = false;
#ifndef NO_CHAIN
    call_if_lacking(who)
#endif
  :: phase[me] == GONE && LEAVES ->
    goes[me] = false; alive[me] = false; threads--;
    assert(closed || threads >= RESERVED)
  :: phase[me] == GONE && !LEAVES && !spun ->
    goes[me] = false; spun = true; phase[me] = SPINS; spinning++
  :: phase[me] == GONE && !LEAVES ->
    goes[me] = false; spun = false; phase[me] = SLEEPS; stacked[me] = true; idle++
  fi;
  blind = false
}

/* The end of pool_spin_locked. */
inline stop_spinning() {
  spinning--;
#ifndef NO_ANSWER
  if
  :: called_spinning > 0 -> called_spinning--; coming--
  :: else
  fi;
#endif
#ifdef SLEEPS_BLIND
  blind = true
#endif
}

/* Only a sleeper that was called for nothing is still stacked. */
inline wake_up() {
  signalled[me] = false;
  if
  :: stacked[me] -> stacked[me] = false; idle--
  :: else
  fi
}

proctype thread(byte me) {
  bool spun, blind;
  byte until, who = NOBODY;
  do
  :: atomic { phase[me] == GONE && alive[me] -> come() }; signal(who)
  :: atomic { phase[me] == SPINS -> stop_spinning(); come() }; signal(who)
  :: atomic { phase[me] == SLEEPS && signalled[me] && called[me] -> wake_up(); come() }; signal(who)
  :: atomic {
      phase[me] == SLEEPS && called[me] && !spurious -> spurious = true; wake_up(); come()
    };
    signal(who)
  :: atomic {
      phase[me] == SLEEPS && signalled[me] && !called[me] ->
#ifdef TRUSTS_SIGNAL
      called[me] = true; wake_up(); come()
#else
      signalled[me] = false
#endif
    };
    signal(who)
  :: atomic {
      phase[me] == WORKS && begun >= until ->
      done++; at_work--; until = 0; spun = false; phase[me] = BACK;
#ifndef DONE_EARLY
      busy--
#endif
    }
  :: atomic { phase[me] == BACK -> come() }; signal(who)
  :: ended -> break
  od
}

/* pool_retire: as many as it likes. */
proctype timer() {
  byte who = NOBODY, count;
  do
  :: atomic {
      idle > 0 && !closed && count < RETIRED ->
      call_sleeper(who); goes[who] = true; count++
    };
    signal(who)
  :: closed -> break
  od
}

inline close(which) {
  if
  :: stacked[which] ->
    stacked[which] = false; idle--; coming++; called[which] = true; signalled[which] = true
  :: else
  fi
}

/* oli_pool_close */
proctype owner() {
  done == JOBS;
  atomic {
    closed = true;
#ifndef CLOSES_ASLEEP
    close(0);
    close(1)
#endif
  }
  threads == 0;
  ended = true;
  assert(queued == 0 && idle == 0 && spinning == 0)
}

init {
  atomic {
#ifdef RESERVES
    make(0);
#endif
    run pusher(2); run pusher(1);
    run thread(0); run thread(1);
    run timer(); run owner()
  }
}
