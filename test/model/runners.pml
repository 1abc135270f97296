/* runners.pml: who runs what is queued; the protocol of src/node_pool.c, for spin.
 *
 * Each critical section is one atomic step. The loop and another thread push jobs; Node's threads
 * take runners that were started; the loop starts more when it is woken, when a runner has
 * completed, and when a push of its own says so. One wake-up is a flag here: wake.pml is about how
 * it travels.
 *
 * One job, any but the last, lasts until the next has begun. So no job may stand in the queue while
 * a thread more could take it, and nobody is on the way to see to that: then that job would last
 * for ever, which spin reports as an invalid end state. What the code reads off a clock is decided at
 * will: whether a slice is over, whether the queue is little work, when one who lingers gives up.
 *
 *   NO_KICK             a push on the loop does not start the runner that is missing
 *   NO_WAKE             a push elsewhere does not wake the loop
 *   NO_ASK              a runner that has begun does not ask for another
 *   NO_ASK_BEHIND       one that had lingered does not
 *   BLIND               one who gives up lingering does not look whether it was called
 *   STILL_WAITS         one who has lingered goes on being counted as waiting
 *   CALLS_UNCOUNTED     who was called is not counted as waiting (seen by its assertion)
 *   CALLS_TWICE         it is called by each push, and counted for each
 *   KICKS_LATE          a wake-up is cleared behind the kick
 */

#define JOBS 3
#define RUNNERS_MAX 2 /* as many as Node has threads; a relief more only waits */

byte queued, runners, waiting
byte begun, done          /* jobs */
bool lasts                /* the one that lasts has begun */
bool relief_wanted, lingering, called
byte works                /* runners that Node has not started */
byte completions
bool woken                /* a wake-up is on its way */
byte home, settled

/* node_pool_missing_locked */
inline measure(missing) {
  if
  :: queued <= waiting || runners >= RUNNERS_MAX -> missing = 0
  :: else ->
    if
    :: missing = (waiting > 0 -> 0 : 1)            /* too little work for several threads */
    :: true ->
      missing = (queued - waiting < RUNNERS_MAX - runners -> queued - waiting :
                                                              RUNNERS_MAX - runners)
    fi
  fi
}

/* oli_node_pool_push */
inline push(starved) {
  queued++;
  if
#ifdef CALLS_TWICE
  :: lingering -> called = true; waiting++
#else
  :: lingering && !called ->
    called = true;
#ifndef CALLS_UNCOUNTED
    waiting++
#endif
#endif
  :: else
  fi;
  measure(starved)
}

/* oli_node_pool_kick */
inline kick() {
  atomic {
    measure(missing);
    if
    :: missing == 0 && relief_wanted && runners <= RUNNERS_MAX -> missing = 1
    :: else
    fi;
    relief_wanted = false;
    runners = runners + missing;
    waiting = waiting + missing
  }
  atomic { works = works + missing; missing = 0 }
}

proctype elsewhere() {
  byte starved;
  atomic { push(starved) }
#ifndef NO_WAKE
  if
  :: starved > 0 -> woken = true
  :: else
  fi;
#endif
  starved = 0
}

/* oli_settle is done with what is home at once. */
inline settle() {
  atomic { settled = settled + home; home = 0 }
}

proctype loop() {
  byte missing, pushed = 1; /* the other thread's is the third */
  do
  :: pushed < JOBS ->
    atomic { push(missing); pushed++ }
#ifdef NO_KICK
    missing = 0
#else
    if
    :: missing > 0 -> missing = 0; kick()
    :: else
    fi
#endif
  :: woken ->
#ifdef KICKS_LATE
    settle();
    kick();
    woken = false
#else
    woken = false;
    settle();
    kick()
#endif
  :: completions > 0 -> completions--; settle(); kick()
  :: settled == JOBS -> break
  od;
  assert(queued == 0 && done == JOBS)
}

/* node_runner_leaves_locked: past its slice, or not. */
inline measure_slice() {
  if
  :: leaves = false
  :: waiting > 0 -> leaves = true
  :: waiting == 0 && !relief_wanted -> relief_wanted = true; asks = 1
  fi
}

/* What it lasts until: so many have begun. */
inline take() {
  queued--;
  begun++;
  job = true;
  if
  :: !lasts && begun < JOBS -> lasts = true; until = begun + 1
  :: true
  fi
}

/* node_runner_next */
inline next() {
  atomic {
    job = false; asks = 0; leaves = false;
    measure_slice();
    if
    :: !leaves && queued > 0 -> take()
    :: else
    fi;
    if
    :: job
    :: !job && queued == 0 && !lingering -> lingers = true; lingering = true
    :: !job -> runners--                               /* it did too little to linger */
    fi;
    if
    :: job && asks == 0 -> ask()
    :: else
    fi;
    leaves = false
  }
  wake_for_ask()
}

inline ask() {
#ifdef NO_ASK
  asks = 0
#else
  measure(asks)
#endif
}

inline wake_for_ask() {
  if
  :: asks > 0 && job -> atomic { woken = true; asks = 0 }
  :: else -> asks = 0
  fi
}

/* node_runner_linger: for as long as it likes. */
inline linger() {
  atomic {
    lingers = false; lingering = false;
    if
#ifdef BLIND
    :: called
#endif
    :: called ->
#ifndef STILL_WAITS
#ifdef CALLS_UNCOUNTED
      assert(waiting > 0);
#endif
      waiting--;
#endif
      if
      :: queued > 0 ->
        take();
#ifndef NO_ASK_BEHIND
        ask()
#endif
      :: else
      fi
    :: !called
    fi;
    called = false;
    if
    :: !job -> runners--
    :: else
    fi
  }
  wake_for_ask()
}

/* Runs it, takes the next, and only then brings it home: the last job's wake-up is the completion
 * of the runner. */
inline run_job() {
  begun >= until;
  atomic { done++; until = 0 }
  next();
  atomic { home++; woken = woken || job || lingers }
}

proctype thread() {
  bool job, lingers, leaves;
  byte asks, until;
  do
  :: settled == JOBS -> break
  :: atomic { works > 0 -> works-- };
    atomic { assert(waiting > 0); waiting-- }
    next();
    do
    :: job -> run_job()
    :: !job && lingers -> linger()
    :: !job && !lingers -> break
    od;
    completions++
  od
}

init {
  atomic {
    run loop(); run elsewhere();
    run thread(); run thread()
  }
}
