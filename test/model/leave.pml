/* leave.pml: how the threads of a closed pool end, and how their user learns of it; the protocol of
 * src/pool.c, src/quay.c and src/berth.c for the pools of createPool, for spin.
 *
 * Each critical section is one atomic step. The user closes the pool and waits until it has no
 * thread any more, or gives up the wait at any moment, as an environment does that ends. Each
 * thread leaves at any moment after the close. What a thread drops last is the pool, and whoever
 * holds it last destroys it.
 *
 * A user that is never told shows as an invalid end state. Assertions: a thread is joined or
 * detached once, and not before it has dropped the pool, by itself least of all; the pool is
 * destroyed once, and not touched any more; nobody tells a user that is gone.
 *
 *   TELLS_FIRST        a thread tells before it is uncounted
 *   NO_TELL            the last thread tells nobody
 *   LOOKS_FIRST        the user looks for threads before it can be told
 *   NO_LOOK            it does not look when it is told
 *   NO_FOLLOW          a thread does not join the one that left before it
 *   JOINS_TWICE        the user leaves the thread that it has joined to the others
 *   JOINS_ITSELF       the last thread that destroys the pool joins itself
 *   STAYS_WAITING      a user that is gone is told all the same
 */

#define THREADS 2
#define NOBODY THREADS

byte threads = THREADS     /* pool->threads */
byte left = NOBODY         /* pool->left; NOBODY: not has_left */
bool closed
bool waits, woken          /* quay->waits; the user's wake-up */
bool user_gone
byte refs
bool destroyed
bool dropped[THREADS], ended[THREADS], joined[THREADS]

/* oli_thread_join, by anybody but the thread itself. */
inline join(which) {
  ended[which];
  atomic { assert(!joined[which] && dropped[which]); joined[which] = true }
}

/* oli_pool_destroy: [me] is a thread, or NOBODY. */
inline destroy(me) {
  atomic { assert(!destroyed); destroyed = true }
  if
  :: left == NOBODY
#ifdef JOINS_ITSELF
  :: left != NOBODY -> join(left)
#else
  :: left != NOBODY && left == me -> atomic { assert(!joined[me]); joined[me] = true }
  :: left != NOBODY && left != me -> join(left)
#endif
  fi
}

inline drop(me) {
  atomic {
    assert(refs > 0 && !destroyed);
    refs--;
    last_ref = refs == 0
  }
  if
  :: last_ref -> destroy(me)
  :: else
  fi
}

/* quay_emptied, under the lock of the quays. */
inline tell() {
  atomic {
    assert(!destroyed);
    if
#ifdef NO_TELL
    :: true
#else
    :: waits -> assert(!user_gone); woken = true
    :: else
#endif
    fi
  }
}

/* pool_leave_locked, pool_take_leave */
proctype thread(byte me) {
  byte before = NOBODY;
  bool last, last_ref;
  closed;
#ifdef TELLS_FIRST
  if
  :: threads == 1 -> tell()
  :: else
  fi;
#endif
  atomic {
    assert(!destroyed);
    threads--;
    before = left;
    last = threads == 0;
    left = me
  }
#ifndef NO_FOLLOW
  if
  :: before != NOBODY -> join(before)
  :: else
  fi;
#endif
#ifndef TELLS_FIRST
  if
  :: last -> tell()
  :: else
  fi;
#endif
  dropped[me] = true;
  drop(me);
  ended[me] = true
}

/* berth_is_deserted: oli_pool_threads and oli_pool_join. */
inline look() {
  if
  :: threads > 0
  :: threads == 0 ->
    atomic {
      mine = left;
#ifndef JOINS_TWICE
      left = NOBODY
#endif
    }
    if
    :: mine != NOBODY -> join(mine)
    :: else
    fi;
    told = true
  fi
}

/* native.closePool, oli_berth_deliver, berth_free */
proctype user(bool patient) {
  byte mine = NOBODY;
  bool told, last_ref;
#ifdef LOOKS_FIRST
  closed = true;
  look();
  waits = true;
#else
  waits = true;
  closed = true;
  look();
#endif
  do
  :: told -> break
  :: !told && woken ->
    woken = false;
#ifdef NO_LOOK
    told = true
#else
    look()
#endif
  :: !patient -> break
  od;
  assert(!told || (threads == 0 && ended[0] && ended[1]));
#ifndef STAYS_WAITING
  waits = false;
#endif
  user_gone = true;
  drop(NOBODY)
}

proctype referee() {
  byte i;
  destroyed && ended[0] && ended[1];
  joined[0] && joined[1]
}

init {
  atomic {
    refs = 1 + THREADS;
    if
    :: run user(true)
    :: run user(false)
    fi;
    run thread(0); run thread(1); run referee()
  }
}
