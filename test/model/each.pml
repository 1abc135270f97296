/* each.pml: a loop over indices that idle threads help with; the protocol of src/each.c, for spin.
 *
 * Each critical section, of the pool's lock or the job's stop lock, is one atomic step; the
 * cursor's compare-and-swap is a step apart from the look at it before. A job's thread runs a loop
 * of three indices, the first of which runs a loop of two within, by whomever it is claimed; two
 * threads of the pool help. A chunk is one index. How a thread is called to a task is pool.pml's:
 * here it comes by itself, or goes to another job that lasts as long as the outer loop, so that
 * the pool may be full at any moment.
 *
 * In a run the job is stopped at any moment, or never, a body fails, or none does, and the pool is
 * closed at any moment, or never. Nobody waits for ever: that would show as an invalid end state.
 * Nobody touches a loop that has returned, and no body runs by then.
 *
 *   SMALL           the outer loop has two indices
 *
 *   SPLIT_CLAIM     the cursor is read and stepped without comparing
 *   NO_REMOVE       the caller leaves the loop in the pool when no index is left
 *   AWAITS_ALL      and waits for as many as could have helped
 *   NO_AWAIT        it does not wait for those that have joined
 *   NO_SIGNAL       who leaves does not tell it
 *   AWAITS_BLIND    it looks and falls asleep in two steps
 *   JOINS_LATE      who has taken the loop from the pool counts itself as joined behind that
 *   LEAVES_EARLY    a helper touches the loop once more when it has left
 *   STAYS_QUEUED    the last one that is of use leaves the loop in the pool
 *   IGNORES_STOP    who has begun goes on though the job was stopped
 *   TAKES_THREAD    a loop within a body makes its thread execute's own again
 */

#define LOOPS 2
#define OUTER 0
#define INNER 1
#ifdef SMALL
#define SIZE(L) 2
#else
#define SIZE(L) ((L) == OUTER -> 3 : 2)
#endif
#define NONE 255

#define OL_OK 0
#define STOPPED 1
#define FAILED 2

#ifdef IGNORES_STOP
#define GOES_ON(L) (status[L] == OL_OK)
#else
#define GOES_ON(L) (status[L] == OL_OK && !stopped)
#endif

/* The job. */
bool stopped, fails               /* a body will, one at most */
bool own = true                   /* execute's thread is known: job->thread */

/* The pool's queue. */
bool queued[LOOPS], closed
byte jobs[LOOPS]                  /* task->jobs */

/* The loops. */
byte joined[LOOPS], through[LOOPS]
byte cursor[LOOPS], status[LOOPS]
bool waits[LOOPS]                 /* its caller, asleep */
bool gone[LOOPS]                  /* off the stack of its caller */
byte begun[LOOPS]                 /* indices, a bit each */
byte bodies[LOOPS]                /* that run */
bool returned                     /* the outer loop has */

inline touch(l) { assert(!gone[l]) }

/* ---- each_work ------------------------------------------------------------------------------ */

/* What a body gave is kept by who is the first. */
inline end(l, in, gave) {
  if
  :: gave != OL_OK && status[l] == OL_OK -> status[l] = gave
  :: else
  fi;
  gave = OL_OK;
  bodies[l]--;
  in = false
}

/* each_goes_on, and the look at the cursor in each_claim: the end of a body, which comes before, is
 * one step with it. */
inline look(l, i, in, gave) {
  atomic {
    touch(l);
    if
    :: in -> end(l, in, gave)
    :: else
    fi;
    if
    :: GOES_ON(l) -> i = cursor[l]
    :: else -> i = SIZE(l)
    fi
  }
}

/* The swap in each_claim, or another look. Each index has one body, and a stopped job no more than
 * one of each thread, which had looked before the stop. */
inline claim(l, i, in) {
  atomic {
    touch(l);
    if
#ifdef SPLIT_CLAIM
    :: true ->
#else
    :: cursor[l] == i ->
#endif
      cursor[l] = i + 1;
      assert((begun[l] & (1 << i)) == 0);
      begun[l] = begun[l] | (1 << i);
      bodies[l]++;
      in = true;
      if
      :: stopped -> assert(!late[l]); late[l] = true
      :: else
      fi;
      assert(!own)
    :: cursor[l] != i -> i = cursor[l]
    fi
  }
}

inline fail_or_not(gave) {
  if
  :: fails -> fails = false; gave = FAILED
  :: true
  fi
}

/* each_work of a loop within. */
inline work_within(l) {
  look(l, i, within, gave_within);
  do
  :: i == SIZE(l) -> break
  :: i < SIZE(l) ->
    claim(l, i, within);
    if
    :: within -> atomic { fail_or_not(gave_within) } look(l, i, within, gave_within)
    :: else
    fi
  od;
  atomic { i = 0; late[l] = false }
}

/* The same of the outer loop. */
inline work_outer() {
  look(OUTER, o, in, gave);
  do
  :: o == SIZE(OUTER) -> break
  :: o < SIZE(OUTER) ->
    claim(OUTER, o, in);
    if
    :: in ->
      if
      :: o == 0 -> each_within(INNER)
      :: else -> atomic { fail_or_not(gave) }
      fi;
      look(OUTER, o, in, gave)
    :: else
    fi
  od;
  atomic { o = 0; late[OUTER] = false }
}

/* ---- each_share ----------------------------------------------------------------------------- */

/* oli_pool_push: a pool that is closed sends nobody. */
inline push(l) {
  atomic {
    if
    :: !closed ->
      queued[l] = true;
      jobs[l] = SIZE(l) - 1
    :: else
    fi
  }
}

/* oli_pool_remove */
inline remove(l) {
#ifdef NO_REMOVE
  skip
#else
#ifdef AWAITS_ALL
  if
  :: queued[l] -> joined[l] == SIZE(l) - 1
  :: !queued[l]
  fi
#else
  queued[l] = false
#endif
#endif
}

/* each_await_helpers; what the condition variable does in one step is one here. */
inline await(l) {
#ifdef NO_AWAIT
  skip
#else
  do
#ifdef AWAITS_BLIND
  :: through[l] == joined[l] -> break
  :: through[l] < joined[l] ->
    waits[l] = true;
#else
  :: atomic { through[l] == joined[l] -> break }
  :: atomic { through[l] < joined[l] -> waits[l] = true };
#endif
    !waits[l]
  od
#endif
}

/* The end of ol_each. */
inline leave(l, gives) {
  atomic {
    assert(bodies[l] == 0);
    if
    :: status[l] != OL_OK -> gives = status[l]
    :: status[l] == OL_OK && cursor[l] < SIZE(l) -> assert(stopped); gives = STOPPED
    :: status[l] == OL_OK && cursor[l] == SIZE(l) -> assert(begun[l] == (1 << SIZE(l)) - 1)
    fi;
    gone[l] = true
  }
}

/* Whose thread it is was known before the outer loop, and to nobody while one runs. */
inline each_within(l) {
  push(l);
  work_within(l);
  remove(l);
  await(l);
#ifdef TAKES_THREAD
  own = true;
#endif
  leave(l, gave)
}

/* ---- Processes ------------------------------------------------------------------------------ */

#define LOCALS \
  byte o, i;                      /* indices of the outer loop, and of one within */ \
  byte gave, gave_within; \
  bool in, within;                /* a body */ \
  bool late[LOOPS]                /* it has begun with an index of a stopped job */

proctype caller() {
  LOCALS;
  own = false;
  push(OUTER);
  work_outer();
  remove(OUTER);
  await(OUTER);
  own = true;
  leave(OUTER, gave);
  atomic { returned = true; gave = OL_OK }
}

/* each_join, under the pool's lock. */
inline join(l) {
  touch(l);
  assert(jobs[l] > 0);
  jobs[l]--;
#ifndef STAYS_QUEUED
  queued[l] = jobs[l] > 0;
#endif
#ifndef JOINS_LATE
  joined[l]++;
#endif
  at = l
}

/* The end of each_help: under the stop lock, and the loop may be gone behind it. */
inline go(l) {
  atomic {
    touch(l);
    through[l]++;
#ifndef NO_SIGNAL
    waits[l] = false
#endif
  }
#ifdef LEAVES_EARLY
  ;
  touch(l)
#endif
}

/* each_help */
inline help() {
#ifdef JOINS_LATE
  atomic { touch(at); joined[at]++ }
#endif
  if
  :: at == OUTER -> work_outer()
  :: else -> work_within(at)
  fi;
  go(at);
  at = NONE
}

/* What is queued is taken in any order. */
proctype helper() {
  LOCALS;
  byte at = NONE;
  do
  :: atomic { queued[OUTER] -> join(OUTER) }; help()
  :: atomic { queued[INNER] -> join(INNER) }; help()
    :: returned -> break
  :: returned -> break                /* it was busy until then */
  :: true -> returned; break
  od
}

proctype stopper() {
  if
  :: stopped = true
  :: true
  fi
}

/* oli_pool_close forgets what is optional. */
proctype closer() {
  if
  :: atomic { closed = true; queued[OUTER] = false; queued[INNER] = false }
  :: true
  fi
}

init {
  atomic {
    if
    :: fails = true
    :: true
    fi;
    run caller(); run helper(); run helper(); run stopper(); run closer()
  }
}
