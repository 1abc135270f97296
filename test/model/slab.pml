/* slab.pml: how the records of a slab are claimed, come back and let go of it; the protocol of
 * src/slab.c, src/seat.c and src/stage.c, for spin.
 *
 * A slab of two records stands in a queue, whose lock makes joining and taking out one step each.
 * Up to three threads join it; each claims records by the cursor and pushes them onto the arrivals,
 * whose compare-and-swap is a step apart from the look at the top before it. Who found it empty
 * wakes the loop, which takes all there is, and may put off what it has to its next turn.
 *
 * In a run either the loop goes on until all is settled, or the environment ends at any moment. In
 * the end the slab has been freed once. A wake-up that is lost shows as an invalid end state.
 *
 *   LONG             three records and two threads
 *
 *   NO_TELL          who finds the arrivals empty does not wake the loop
 *   TELLS_BEFORE     it does so before it pushes
 *   CLEARS_LATE      the loop clears the mark of a wake-up behind taking
 *   TAKES_ONE        it takes one arrival at a time
 *   SPLIT_CLAIM      the cursor is read and stepped in two steps
 *   SPLIT_PUSH       the top is read and written without comparing
 *   UNREF_FIRST      a thread lets go of the slab before it pushes its last record
 *   NO_JOIN_REF      a thread that joins takes no reference
 *   KEEPS_BOTH       the one that takes the slab out of the queue keeps the queue's reference too
 *   LEAVES_LATE      a slab that is used up is taken out of the queue behind its last answer
 *   LEAVES_QUEUED    nobody takes a slab that is used up out of the queue
 *   END_FORGETS      the end of the environment leaves the slab in the queue
 *   SETTLES_TWICE    the loop lets go of the slab with each record
 */

#ifdef LONG
#define RECORDS 3
#define THREADS 2
#else
#define RECORDS 2
#define THREADS 3
#endif
#define NONE RECORDS

bool ends
bool queued = true
byte joined, cursor
byte refs = 2              /* the queue's and the loop's */
bool gone
byte claims[RECORDS], settles[RECORDS]
byte top = NONE            /* the arrivals: a stack */
byte below[RECORDS + 1]
bool woken
byte calls                 /* of the wake-up, not seen yet */
bool closed
byte through               /* threads at their end */

inline touch() { assert(!gone) }

inline unref() {
  atomic {
    touch();
    assert(refs > 0);
    refs--;
    if
    :: refs == 0 -> gone = true
    :: else
    fi
  }
}

inline wake() {
  atomic {
    if
    :: !woken && !closed -> woken = true; calls++
    :: else
    fi
  }
}

/* oli_arrivals_push; the look at the top and the swap are two steps. */
inline push() {
  seen = top;
  do
  :: touch();
     below[mine] = seen;
#ifdef SPLIT_PUSH
     top = mine;
     break
#else
     atomic {
       if
       :: top == seen -> top = mine; swapped = true
       :: else -> seen = top
       fi
     }
     if
     :: swapped -> swapped = false; break
     :: else
     fi
#endif
  od
}

/* seat_arrive */
inline arrive() {
  if
  :: closed
  :: else ->
#ifdef TELLS_BEFORE
    if
    :: top == NONE -> wake()
    :: else
    fi;
    push()
#else
    push();
#ifndef NO_TELL
    if
    :: seen == NONE -> wake()
    :: else
    fi
#endif
#endif
  fi;
  seen = NONE
}

inline claim() {
#ifdef SPLIT_CLAIM
  mine = cursor;
  if
  :: mine < RECORDS -> cursor = mine + 1
  :: else
  fi
#else
  atomic {
    touch();
    mine = cursor;
    if
    :: mine < RECORDS -> cursor++
    :: else
    fi
  }
#endif
}

/* Whoever has the last record takes the slab out, unless it is out. */
inline leave_queue() {
  atomic {
    touch();
    if
    :: queued && cursor == RECORDS -> queued = false; swapped = true
    :: else
    fi
  }
  if
  :: swapped -> swapped = false; unref()
  :: else
  fi
}

proctype thread() {
  byte mine = NONE, seen = NONE;
  bool swapped, in;
  atomic {
    if
    :: queued ->
      touch();
      in = true;
      joined++;
      if
      :: joined == RECORDS -> queued = false   /* it has the queue's reference */
#ifdef KEEPS_BOTH
        ; refs++
#endif
#ifndef NO_JOIN_REF
      :: else -> refs++
#else
      :: else
#endif
      fi
    :: ends || !queued               /* or it never comes */
    fi
  }
  if
  :: in ->
    do
    :: claim();
       if
       :: mine == NONE -> break
       :: else ->
         atomic { claims[mine]++; assert(claims[mine] == 1) };
#if !defined(LEAVES_QUEUED) && !defined(LEAVES_LATE)
         leave_queue();
#endif
#ifdef UNREF_FIRST
         if
         :: cursor == RECORDS -> unref(); arrive(); in = false; break
         :: else -> arrive()
         fi
#else
         arrive()
#endif
       fi
    od;
    if
    :: in ->
#ifdef LEAVES_LATE
      leave_queue();
#endif
      unref()
    :: else
    fi
  :: else
  fi;
  atomic { mine = NONE; seen = NONE; through++ }
}

/* One by one, as stage_write does. */
inline settle_some() {
  do
  :: mine != NONE ->
    atomic {
      touch();
      next = below[mine];
      settles[mine]++;
      assert(settles[mine] == 1);
      settled++;
      mine = next
    }
#ifdef SETTLES_TWICE
    unref()
#else
    if
    :: settled == RECORDS -> unref(); released = true
    :: else
    fi
#endif
  :: else -> break
  od
}

inline take() {
#ifdef TAKES_ONE
  atomic { mine = top; if :: mine != NONE -> top = below[mine]; below[mine] = NONE :: else fi }
#else
  atomic { mine = top; top = NONE }
#endif
}

inline settle() {
#ifdef CLEARS_LATE
  take();
  woken = false;
#else
  woken = false;
  take();
#endif
  settle_some()
}

proctype loop() {
  byte mine = NONE, next, settled;
  bool unasked, released, out;
  do
  :: calls > 0 -> calls--; settle()
  :: !unasked -> unasked = true; settle()
  :: ends -> break
  :: settled == RECORDS -> break
  od;
  if
  :: !released ->                       /* oli_stage_end */
    closed = true;
    cursor = RECORDS;
#ifndef END_FORGETS
    atomic { out = queued; queued = false }
    if
    :: out -> unref()
    :: else
    fi;
#endif
    unref()
  :: else -> assert(!queued)            /* or the end would find it in the queue */
  fi;
  through == THREADS;
  assert(gone && refs == 0);
  atomic { mine = NONE; next = 0; settled = 0 }
}

init {
  atomic {
    if
    :: ends = true
    :: true
    fi;
    below[RECORDS] = NONE;
    run thread(); run thread(); run loop();
#if THREADS == 3
    run thread()
#endif
  }
}
