/* channel.pml: the waking protocol of src/channel.c, for spin.
 *
 * Each critical section is one atomic step; what happens between two of them may happen in any
 * order. Three putters, one of them with records twice as heavy; a taker that takes some or all; a
 * stopper that strikes at any moment, or when all putters are through. One putter that waits, any,
 * may give up.
 *
 * Every process ends in every run. So a wake-up that is lost shows as a state in which somebody
 * waits and nobody can go on, which spin reports as an invalid end state. Each switch of the second
 * group leaves one step out or does it wrong; scripts/model.js shows that the model holds without
 * them, and that each of them is found out.
 *
 *   LISTENS             the taker waits in the channel (oli_channel_wait) instead of being notified
 *   INVARIANTS          what holds whenever the lock is free is asserted too
 *   SMALL               each puts one record, not two
 *
 *   NO_NOTIFY_ON_PUT    a put does not tell the taker who found it empty
 *   NO_NOTIFY_ON_STOP   a stop does not
 *   NO_SERVE_ON_USE     room that the taker makes is not given to those who wait
 *   NO_SERVE_ON_STOP    those who wait are not told of a stop
 *   NO_SERVE_ON_GIVE_UP the next is not looked at when the first gives up (seen by INVARIANTS)
 *   OVERTAKES           a newcomer that fits passes those who wait
 *   WANTS_LATE          the taker leaves the lock before it says that it wants to be told
 *   WANTS_ON            notified once, the taker is notified by the next put too
 */

#define PUTTERS 3
#ifdef SMALL
#define EACH 1
#else
#define EACH 2
#endif
#define LIMIT 2
#define WEIGHT(P) ((P) == 0 -> 2 : 1)
#define NUMBER(R) ((R) / PUTTERS)
#define PUTTER(R) ((R) % PUTTERS)

chan queue = [PUTTERS * EACH] of {byte}   /* records: number * PUTTERS + putter */
chan waiting = [PUTTERS] of {byte}        /* putters, in the order of coming */
chan held = [PUTTERS * EACH] of {byte}    /* weights of what is taken and not used up */

byte behind                /* weight */
byte record[PUTTERS]       /* of those who wait: the slot on their stack */
bool listed[PUTTERS], refused[PUTTERS]
bool stopped, cut, wanted
bool tired                 /* somebody has given up: one does so in a run, at any moment */
bool bell                  /* a notification that has not been heard */
bool owed                  /* one is to come */
byte through               /* putters at their end */
byte put[PUTTERS]          /* records that went in */
byte passed[PUTTERS]       /* records that went in while it waited */

#define FITS(P) (behind == 0 || behind + WEIGHT(P) <= LIMIT)
#define QUIET (len(queue) == 0 && !stopped)

/* ---- Parts of critical sections ------------------------------------------------------------- */

/* Who waits sees no more records go in than there can be before it in the line. */
inline append(r) {
  queue!r;
  behind = behind + WEIGHT(PUTTER(r));
  put[PUTTER(r)]++;
  k = 0;
  do
  :: k < PUTTERS ->
    if
    :: listed[k] -> passed[k]++; assert(passed[k] < PUTTERS)
    :: else
    fi;
    k++
  :: else -> break
  od;
  k = 0
}

inline unlist(p) {
  waiting??eval(p);
  listed[p] = false;
  passed[p] = 0
}

/* channel_serve_locked */
inline serve(p, why) {
  unlist(p);
  refused[p] = why
}

/* channel_admit_locked */
inline admit() {
  do
  :: len(waiting) > 0 ->
    waiting?<w>;
    if
    :: FITS(w) -> serve(w, false); append(record[w]); record[w] = 0
    :: else -> break
    fi
  :: else -> break
  od;
  w = 0
}

/* channel_leave; what follows when [tell] is set happens outside of the lock, in notify. */
inline leave(on) {
  if
  :: wanted && !QUIET && on ->
#ifndef WANTS_ON
    wanted = false;
#endif
    tell = true
  :: else
  fi;
#ifdef INVARIANTS
  assert(!wanted || QUIET);
  if
  :: len(waiting) > 0 -> waiting?<w>; assert(!stopped && !FITS(w)); w = 0
  :: else
  fi
#endif
}

/* Exactly once for each time that it was wanted. */
inline notify() {
  if
  :: tell -> atomic { assert(owed && !bell); owed = false; bell = true; tell = false }
  :: else
  fi
}

/* A taker in oli_channel_wait is signalled before the lock is released. */
#ifdef LISTENS
#define SIGNAL notify()
#define NOTIFY skip
#else
#define SIGNAL skip
#define NOTIFY notify()
#endif

#ifdef NO_NOTIFY_ON_PUT
#define ON_PUT false
#else
#define ON_PUT true
#endif
#ifdef NO_NOTIFY_ON_STOP
#define ON_STOP false
#else
#define ON_STOP true
#endif
#ifdef OVERTAKES
#define PASSES true
#else
#define PASSES (len(waiting) == 0)
#endif

/* ---- Processes ------------------------------------------------------------------------------ */

proctype putter(byte me) {
  byte n, w, k;
  bool tell, again;
  do
  :: n < EACH && !refused[me] ->
    atomic {
      if
      :: stopped -> refused[me] = true
      :: !stopped && PASSES && FITS(me) -> append(n * PUTTERS + me)
      :: else -> record[me] = n * PUTTERS + me; listed[me] = true; waiting!me
      fi;
      leave(ON_PUT);
      SIGNAL
    }
    NOTIFY;
    if
    :: !listed[me]
    :: atomic { listed[me] && !tired ->      /* it gives up, and tries again */
        tired = true;
        again = true;
        unlist(me);
        record[me] = 0;
#ifndef NO_SERVE_ON_GIVE_UP
        admit();
#endif
        leave(ON_PUT);
        SIGNAL
      }
      NOTIFY
    fi;
    if
    :: again -> again = false
    :: else -> n++
    fi
  :: else -> break
  od;
  atomic { n = 0; through++ }
}

inline read(r) {
  assert(NUMBER(r) == next[PUTTER(r)]);
  next[PUTTER(r)]++;
  held!WEIGHT(PUTTER(r))
}

proctype taker() {
  byte r, w, k;
  byte next[PUTTERS];
  bool tell, over, found;
  do
  :: atomic {
      do
      :: len(held) > 0 -> held?w; behind = behind - w
      :: else -> break
      od;
      w = 0;
#ifndef NO_SERVE_ON_USE
      admit();
#endif
    }
    atomic {                                            /* it may have looked for more */
      found = len(queue) > 0;
      over = !found && stopped;
      do
      :: len(queue) > 0 -> queue?r; read(r)
      :: len(queue) > 0 && len(held) > 0 -> break       /* some, not all */
      :: len(queue) == 0 -> break
      od;
      r = 0;
#ifdef WANTS_LATE
    }
    atomic {
#endif
      if
      :: !found && !over -> wanted = true; owed = true
      :: else
      fi;
#ifndef WANTS_LATE
      leave(true);
      SIGNAL
#endif
    }
    NOTIFY;
    if
    :: over -> break
    :: !found && !over -> atomic { bell -> bell = false }
    :: found
    fi
  od;
  assert(cut || (next[0] == put[0] && next[1] == put[1] && next[2] == put[2]))
}

proctype stopper() {
  byte w, k;
  bool tell;
  if
  :: true -> skip                    /* at any moment */
  :: true -> through == PUTTERS
  fi;
  atomic {
    stopped = true;
#ifndef NO_SERVE_ON_STOP
    do
    :: len(waiting) > 0 -> waiting?<w>; serve(w, true); record[w] = 0
    :: else -> break
    od;
    w = 0;
#endif
    if
    :: true
    :: cut = true; do :: len(queue) > 0 -> queue?w :: else -> break od; w = 0
    fi;
    leave(ON_STOP);
    SIGNAL
  }
  NOTIFY
}

init {
  atomic { run putter(0); run putter(1); run putter(2); run taker(); run stopper() }
}
