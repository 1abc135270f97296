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
 * one that is never told shows as an invalid end state.
 *
 *   BOTH             each makes one wish of room; otherwise the first makes two
 *   SMALL            each has one job; otherwise the second has two
 *
 *   NO_MOVED         a job that begins does not tell that it has left the queue
 *   NO_MOVED_ON_STOP nor does one that is stopped
 *   MOVES_FIRST      it looks for wishes before it leaves
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
#ifdef BOTH
#define WISHES 1           /* of room, made by the first */
#define OTHERS 1
#else
#define WISHES 2
#define OTHERS 0
#endif
#define WAITING_MAX 1
#define NOBODY ENVS

/* The pool. */
byte queued[ENVS]
bool busy                  /* its thread: not at the queue, nor called there */
#define QUEUED (queued[0] + queued[1])
#define FULL (QUEUED >= WAITING_MAX + (busy -> 0 : 1))

/* The quay. */
byte wishes                /* quay->wishes */
bool wishing[ENVS]         /* user->wishes */
bool listed[ENVS] = true

/* The environments, with a berth each. */
bool room[ENVS], idle[ENVS]            /* berth->wishes */
bool asked_room[ENVS], asked_idle[ENVS] /* what JavaScript waits for */
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

/* oli_quay_moved, in two steps: the load, and what is under the lock. */
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

/* oli_env_run: it begins, by oli_berth_begin, and comes home. */
inline work() {
#ifndef NO_MOVED
  moved();
#endif
  bring_home(me)
}

proctype thread() {
  byte me = NOBODY, k;
  do
#ifdef MOVES_FIRST
  :: QUEUED > 0 ->
    moved();
    if
    :: atomic { queued[0] > 0 -> take(0) }; bring_home(me)
    :: atomic { queued[1] > 0 -> take(1) }; bring_home(me)
    :: QUEUED == 0
    fi
#else
  :: atomic { queued[0] > 0 -> take(0) }; work()
  :: atomic { queued[1] > 0 -> take(1) }; work()
#endif
  :: atomic { QUEUED == 0 && busy -> busy = false }
  :: over == ENVS && QUEUED == 0 && !busy -> break
  od
}

/* oli_berth_remove, of a job that somebody stops elsewhere. */
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

/* oli_quay_wish, by way of berth_set_wishes. */
inline set_wishing() {
  atomic {
    assert(listed[me]);
#ifdef COUNTS_AGAIN
    if
    :: room[me] -> wishes++
    :: !room[me] && wishing[me] -> wishes--
    :: else
    fi;
#else
    if
    :: room[me] && !wishing[me] -> wishes++
    :: !room[me] && wishing[me] -> wishes--
    :: else
    fi;
#endif
    wishing[me] = room[me];
    assert(wishes == wishing[0] + wishing[1])
  }
}

/* berth_granted: what is under the pool's lock. */
inline look() {
  atomic {
    got_room = room[me] && !FULL;
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
    got_idle = false
  }
}

/* Clears what has come true; berth_grant. */
inline grant() {
  if
  :: got_room || got_idle ->
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
    od
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
  atomic { unsent[me]--; in_flight[me]++; refs[me]++; queued[me]++ }
}

/* env_end: its jobs are stopped, then it leaves the quay, and holds it until it is gone. */
inline end_all() {
  closed[me] = true;
  do
  :: atomic { queued[me] > 0 -> queued[me]-- }; moved(); atomic { unref(me) }
  :: queued[me] == 0 -> break
  od;
  room[me] = false;
  set_wishing();
#ifndef STAYS_USER
  listed[me] = false;
#endif
  settle();
  atomic { unref(me) }
}

proctype loop(byte me; byte wishes_left; bool wishes_idle) {
  byte k;
  bool got_room, got_idle;
  do
  :: unsent[me] > 0 -> submit()
  :: woken[me] -> hear()
  :: wishes_left > 0 ->
    atomic { wishes_left--; room[me] = true; asked_room[me] = true }
    wish()
  :: wishes_idle ->
    atomic { wishes_idle = false; idle[me] = true; asked_idle[me] = true }
    wish()
  :: unsent[me] == 0 && in_flight[me] == 0 && !asked_room[me] && !asked_idle[me] -> break
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
    unsent[0] = JOBS(0); unsent[1] = JOBS(1);
    run loop(0, WISHES, true); run loop(1, OTHERS, false); run thread(); run stopper()
  }
}
