/* wish.pml: how JavaScript learns that a pool has room, or that nothing of its own is in flight
 * there; the protocol of src/berth.c and src/quay.c, for spin.
 *
 * Each critical section, of the pool's lock or that of the quays, is one atomic step. Two
 * environments use a pool of one thread, in whose queue one job may wait before it is full; it
 * takes more all the same. Either wishes at any moment, more than once. One job, any, is taken out
 * of the queue by its stop. A wake-up is a flag here: wake.pml is about how it travels.
 *
 * In a run each environment goes on until its jobs are settled and its wishes told, or one of them
 * ends at any moment. A wish is told once for each time that it was made while none was pending;
 * one that is never told shows as an invalid end state. So does a listener that is not told that
 * the pool, which was full, has room. A job may last until all have been told who wait for room
 * that there is: so nobody may leave it to the next job to tell them.
 *
 *   BOTH             each makes one wish of room; otherwise the first makes two
 *   LISTENS          the first listens instead: it wishes to know of room each time that it was full
 *   SMALL            each has one job; otherwise the second has two
 *
 *   NO_MOVED         a thread that is done with a job does not tell that there is room
 *   NO_MOVED_ON_STOP nor does who takes one out of the queue
 *   MOVES_FIRST      it looks for wishes before the job counts no more
 *   HOME_FIRST       the job goes home before the thread is done with it
 *   FILLS_LATE       who fills the pool notes that in a step after the push
 *   LISTENS_ONCE     a listener's wish is cleared when it has come true
 *   NO_WAKE          who is told does not wake its loop
 *   LOOKS_FIRST      who wishes looks whether it has come true before it leaves the wish
 *   NO_LOOK          it does not look
 *   FORGETS_TOLD     a wish that the pool has told of is not one any more
 *   KEEPS_GRANTED    nor is it cleared when it has come true
 *   GRANTS_ALL       where one has come true all are cleared
 *   DELIVERS_FIRST   the loop looks for what has come true before it settles
 *   CLEARS_LATE      the loop clears the mark of a wake-up behind that look
 *   COUNTS_AGAIN     a wish made twice is counted twice
 *   STAYS_USER       an environment that ends stays among the users of the pool
 */

#define ENVS 2
#ifdef SMALL
#define JOBS(E) 1
#else
#define JOBS(E) ((E) == 0 -> 1 : 2)
#endif
#ifdef LISTENS
#define WISHES 0
#define OTHERS 0
#else
#ifdef BOTH
#define WISHES 1           /* of room, made by the first */
#define OTHERS 1
#else
#define WISHES 2
#define OTHERS 0
#endif
#endif
#define WAITING_MAX 1
#define NOBODY ENVS

/* The pool. */
byte queued[ENVS]
bool busy                  /* its thread is at work at a job, and not done with it */
#define QUEUED (queued[0] + queued[1])
#define FULL (QUEUED + busy >= WAITING_MAX + 1)
byte fills                 /* pool->fills */

/* The quay. */
byte wishes                /* quay->wishes */
bool wishing[ENVS]         /* user->wishes */
bool listed[ENVS] = true

/* The environments, with a berth each. */
bool room[ENVS], idle[ENVS]            /* berth->wishes */
bool asked_room[ENVS], asked_idle[ENVS] /* what JavaScript waits for */
bool listens[ENVS], heard_all[ENVS] /* it listens; it goes on until it has heard of all */
byte drains[ENVS]          /* berth->drains */
byte in_flight[ENVS], home[ENVS]
byte unsent[ENVS]          /* jobs that it will still submit */
bool woken[ENVS], closed[ENVS], gone[ENVS]
byte refs[ENVS]
byte over                  /* environments */
bool ends[ENVS]            /* it does, at any moment */

inline unref(e) {
  refs[e]--;
  if
  :: refs[e] == 0 -> gone[e] = true
  :: else
  fi
}

/* quay_moved, in two steps: the load, and what is under the lock. */
inline moved() {
  if
  :: wishes == 0
  :: else ->
    atomic {
      k = 0;
      do
      :: k < ENVS ->
        assert(!listed[k] || !gone[k]);
        if
        :: listed[k] && wishing[k] ->
#ifndef NO_WAKE
          woken[k] = true;
#endif
#ifdef FORGETS_TOLD
          wishing[k] = false;
          wishes--
#endif
        :: else
        fi;
        k++
      :: else -> break
      od;
      k = 0
    }
  fi
}

/* env_home: without an environment that looks, it is freed at once. */
inline bring_home(e) {
  atomic {
    assert(!gone[e]);
    if
    :: !closed[e] -> home[e]++; woken[e] = true
    :: else -> unref(e)
    fi;
    me = NOBODY
  }
}

inline take(e) {
  queued[e]--;
  busy = true;
  me = e
}

#define UNTOLD (!FULL && (asked_room[0] || asked_room[1] || UNHEARD(0)))
#define UNHEARD(E) (listens[E] && fills != drains[E])

/* pool_done, and the way home. */
inline work() {
  if
  :: true
  :: true -> !UNTOLD
  fi;
#ifdef HOME_FIRST
  bring_home(me);
#endif
#ifdef MOVES_FIRST
  moved();
#endif
  busy = false;
#if !defined(NO_MOVED) && !defined(MOVES_FIRST)
  moved();
#endif
#ifndef HOME_FIRST
  bring_home(me)
#endif
}

proctype thread() {
  byte me = NOBODY, k;
  do
  :: atomic { queued[0] > 0 -> take(0) }; work()
  :: atomic { queued[1] > 0 -> take(1) }; work()
  :: over == ENVS && QUEUED == 0 -> break
  od
}

/* oli_pool_remove, of a job that somebody stops elsewhere. */
inline unqueue(e) {
  queued[e]--;
  me = e
}

proctype stopper() {
  byte me = NOBODY, k;
  if
  :: atomic { queued[0] > 0 -> unqueue(0) }
  :: atomic { queued[1] > 0 -> unqueue(1) }
  :: over == ENVS
  fi;
  if
  :: me != NOBODY ->
#ifndef NO_MOVED_ON_STOP
    moved();
#endif
    bring_home(me)
  :: else
  fi
}

#define WISHED (room[me] || listens[me])

/* oli_quay_wish, by way of berth_set_wishes. */
inline set_wishing() {
  atomic {
    assert(listed[me]);
#ifdef COUNTS_AGAIN
    if
    :: WISHED -> wishes++
    :: !WISHED && wishing[me] -> wishes--
    :: else
    fi;
#else
    if
    :: WISHED && !wishing[me] -> wishes++
    :: !WISHED && wishing[me] -> wishes--
    :: else
    fi;
#endif
    wishing[me] = WISHED;
    assert(wishes == wishing[0] + wishing[1])
  }
}

/* berth_grant: what is under the pool's lock. */
inline look() {
  atomic {
    got_room = room[me] && !FULL;
    got_drain = listens[me] && !FULL && fills != drains[me];
    if
    :: got_drain -> drains[me] = fills
    :: else
    fi;
    got_idle = idle[me] && in_flight[me] == 0
  }
}

/* Once, and not without having been asked. */
inline tell() {
  atomic {
    if
    :: got_room -> assert(asked_room[me]); asked_room[me] = false
    :: else
    fi;
    if
    :: got_idle -> assert(asked_idle[me]); asked_idle[me] = false
    :: else
    fi;
    got_room = false;
    got_drain = false;
    got_idle = false
  }
}

/* Clears what has come true, but for what a listener wishes; berth_grant. */
inline grant() {
  if
  :: got_room || got_idle || got_drain ->
#ifdef LISTENS_ONCE
    atomic { listens[me] = listens[me] && !got_drain }
#endif
#ifndef KEEPS_GRANTED
#ifdef GRANTS_ALL
    atomic { room[me] = false; idle[me] = false }
#else
    atomic { room[me] = room[me] && !got_room; idle[me] = idle[me] && !got_idle }
#endif
#endif
    set_wishing();
    tell()
  :: else
  fi
}

/* berth_wish */
inline wish() {
#ifdef LOOKS_FIRST
  look();
  set_wishing();
  grant()
#else
  set_wishing();
#ifndef NO_LOOK
  look();
  grant()
#endif
#endif
}

/* oli_settle, as far as it goes here: each job that is home is freed. */
inline settle() {
  atomic {
    do
    :: home[me] > 0 -> home[me]--; in_flight[me]--; unref(me)
    :: else -> break
    od;
    assert(QUEUED + busy <= in_flight[0] + in_flight[1]) /* who hears of an end finds the room */
  }
}

/* oli_berth_deliver */
inline deliver() {
  look();
  grant()
}

inline hear() {
#ifdef DELIVERS_FIRST
  woken[me] = false;
  deliver();
  settle()
#else
#ifdef CLEARS_LATE
  settle();
  deliver();
  woken[me] = false
#else
  woken[me] = false;
  settle();
  deliver()
#endif
#endif
}

/* oli_pool_push, of a pool that makes them wait. */
inline submit() {
#ifdef FILLS_LATE
  atomic { unsent[me]--; in_flight[me]++; refs[me]++; queued[me]++; got_fill = FULL }
  fills = fills + got_fill
#else
  atomic { unsent[me]--; in_flight[me]++; refs[me]++; queued[me]++; fills = fills + FULL }
#endif
}

/* env_end: its jobs are stopped, then it leaves the quay, and holds it until it is gone. */
inline end_all() {
  closed[me] = true;
  do
  :: atomic { queued[me] > 0 -> queued[me]-- }; moved(); atomic { unref(me) }
  :: queued[me] == 0 -> break
  od;
  room[me] = false;
  asked_room[me] = false;
  listens[me] = false;
  set_wishing();
#ifndef STAYS_USER
  listed[me] = false;
#endif
  settle();
  atomic { unref(me) }
}

proctype loop(byte me; byte wishes_left; bool wishes_idle) {
  byte k;
  bool got_room, got_idle, got_drain, got_fill;
  set_wishing();
  do
  :: unsent[me] > 0 -> submit()
  :: woken[me] -> hear()
  :: wishes_left > 0 ->
    atomic { wishes_left--; room[me] = true; asked_room[me] = true }
    wish()
  :: wishes_idle ->
    atomic { wishes_idle = false; idle[me] = true; asked_idle[me] = true }
    wish()
  :: unsent[me] == 0 && in_flight[me] == 0 && !asked_room[me] && !asked_idle[me] &&
     (!heard_all[me] || FULL || fills == drains[me]) -> break
  :: ends[me] -> break
  od;
  atomic { wishes_left = 0; wishes_idle = false }
  end_all();
  atomic { over++ }
  refs[me] == 0
}

init {
  atomic {
    if
    :: true
    :: ends[0] = true
    :: ends[1] = true
    fi;
    refs[0] = 1; refs[1] = 1;
#ifdef LISTENS
    listens[0] = true; heard_all[0] = true;
#endif
    unsent[0] = JOBS(0); unsent[1] = JOBS(1);
    run loop(0, WISHES, true); run loop(1, OTHERS, false); run thread(); run stopper()
  }
}
