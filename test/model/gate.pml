/* gate.pml: at most so many jobs of a worker at once; the protocol of src/gate.c, for spin, with as
 * much of env.c, job.c and pool.c as a job passes on its way.
 *
 * Each critical section, of the gate's lock, the pool's or the job's, is one atomic step. Jobs come
 * from the loop, and one from another thread. Two threads of a pool run what is sent there; it
 * refuses one job, any or none, which is then over in the hands of whoever sent it. One job, any or
 * none, is stopped at any moment.
 *
 * The job that runs first lasts until the stopped one is home, which therefore must not wait for a
 * place. So whoever waits for ever, stopped or not, shows as an invalid end state. The environment
 * ends at any moment, and is gone with the last who keeps it; the gate goes with it.
 *
 *   FOUR            four jobs and not three
 *   HASTY           one job, any or none, does not wait: it is over where it finds no place
 *   TWO             two places and not one
 *   SMALL           three jobs all the same
 *
 *   NO_LEAVE        a job that is over keeps its place
 *   NO_NEXT         who leaves lets nobody in
 *   SENDS_ONE       who leaves lets one in, whatever place came free meanwhile
 *   CLEARS_LATE     it notes that it no longer sends in a step behind the last look
 *   SENDS_DEEP      it does not note that it sends
 *   ENTERS_BLIND    who comes does not look whether it was stopped before it waits
 *   OVERTAKES       who comes takes a free place though others wait
 *   OVERFILLS       who leaves lets one in though no place is free
 *   HASTY_ENTERS    one that does not wait is let in all the same
 *   LETS_IN_LATE    a job that was let in is known to have a place only when it is in the pool
 *   WITHDRAWS_ANY   a stop does not look whether the job has a place
 *   STOPS_LATE      it looks for the job before it sets the flag
 *   NO_KEEP         who brings a job home does not keep the environment until it has left
 */

#if defined(FOUR) && !defined(SMALL)
#define JOBS 4
#else
#define JOBS 3
#endif
#ifdef TWO
#define PLACES 2
#else
#define PLACES 1
#endif
#define NOBODY JOBS

chan waiting = [JOBS] of {byte}    /* at the gate: task->queued, and so in the pool */
bool listed[JOBS]                  /* in the pool's queue */
byte taken
bool sending
bool stop[JOBS], placed[JOBS]      /* job->stop, job->gate */
bool home[JOBS]
byte homes, running
byte refs = JOBS + 1               /* of the environment, which has the gate */
byte victim = NOBODY               /* is stopped */
byte refuses                       /* the pool will, so many jobs */
byte hasty = NOBODY                /* task->at_once */
bool lasted                        /* the one that lasts has begun */

#define LOCALS \
  byte next = NOBODY; \
  bool kept, sends

inline touch() { assert(refs > 0) }

/* gate_let_in_locked */
inline let_in(j) {
  taken++;
  assert(taken <= PLACES);
  placed[j] = true
}

/* oli_env_send, down to pool_push_locked; kept: the job is the caller's, and over. */
inline send(j) {
  atomic {
    if
    :: stop[j] -> kept = true                            /* OLI_POOL_VOID */
    :: !stop[j] -> listed[j] = true
    :: !stop[j] && refuses > 0 -> refuses--; kept = true
    fi
  }
}

/* env_home, up to where it leaves: the loop may free the job at once. */
inline bring_home(j) {
  atomic {
    touch();
    assert(!home[j]);
    home[j] = true;
    homes++;
#ifdef NO_KEEP
    refs--
#endif
  }
}

/* The end of env_home. */
inline forget() {
#ifdef NO_KEEP
  skip
#else
  atomic { touch(); refs-- }
#endif
}

/* gate_next_locked; who finds none no longer sends. */
inline look() {
  if
#ifdef OVERFILLS
  :: len(waiting) > 0 -> waiting?next; let_in(next)
  :: else ->
#else
  :: taken < PLACES && len(waiting) > 0 ->
    waiting?next;
    let_in(next);
#ifdef LETS_IN_LATE
    placed[next] = false
#endif
  :: else ->
#endif
    next = NOBODY;
#ifndef CLEARS_LATE
    sending = false
#endif
  fi
}

/* oli_gate_leave, from within one: send had to bring the job home. */
inline leave_within() {
  bring_home(next);
  atomic { touch(); assert(taken > 0 && sending); taken--; placed[next] = false }
  forget()
}

/* oli_gate_leave */
inline leave() {
  atomic {
    touch();
    assert(taken > 0);
    taken--;
#ifndef NO_NEXT
    sends = !sending;
#endif
    if
    :: sends ->
#ifndef SENDS_DEEP
      sending = true;
#endif
      look()
    :: else
    fi
  }
  do
  :: next == NOBODY -> break
  :: next != NOBODY ->
    send(next);
#ifdef LETS_IN_LATE
    placed[next] = true;
#endif
    if
    :: kept -> kept = false; leave_within()
    :: else
    fi;
    atomic {
      touch();
#ifdef SENDS_ONE
      next = NOBODY;
      sending = false
#else
      look()
#endif
    }
  od;
#ifdef CLEARS_LATE
  if
  :: sends -> sending = false
  :: else
  fi;
#endif
  sends = false
}

/* env_home */
inline go_home(j) {
  bring_home(j);
#ifndef NO_LEAVE
  if
  :: placed[j] -> placed[j] = false; leave()
  :: else
  fi;
#endif
  forget()
}

/* oli_gate_enter; who waits is sent by somebody who leaves. */
inline enter(j) {
  atomic {
    touch();
    if
#ifdef ENTERS_BLIND
    :: taken >= PLACES || len(waiting) > 0 -> waiting!j
    :: else -> let_in(j); enters = true
#else
    :: stop[j] -> enters = true
    :: !stop[j] && j == hasty && (taken >= PLACES || len(waiting) > 0) ->
#ifdef HASTY_ENTERS
      let_in(j);
#endif
      enters = true
#ifdef OVERTAKES
    :: !stop[j] && j != hasty && taken >= PLACES -> waiting!j
    :: !stop[j] && taken < PLACES ->
#else
    :: !stop[j] && j != hasty && (taken >= PLACES || len(waiting) > 0) -> waiting!j
    :: !stop[j] && taken < PLACES && len(waiting) == 0 ->
#endif
      assert(len(waiting) == 0);
      let_in(j);
      enters = true
#endif
    fi
  }
}

/* env_pass_gate, and what follows. */
inline come(j) {
  enter(j);
  if
  :: enters && placed[j] ->
    enters = false;
    send(j);
    if
    :: kept -> kept = false; go_home(j)
    :: else
    fi
  :: enters && !placed[j] -> enters = false; go_home(j)
  :: else
  fi
}

proctype loop() {
  LOCALS;
  bool enters;
  come(0);
  come(1);
#if JOBS == 4
  come(3)
#endif
}

proctype elsewhere() {
  LOCALS;
  bool enters;
  come(2)
}

/* env_task_run */
inline work(j) {
  if
  :: stop[j]
  :: atomic {
      !stop[j] ->
      running++;
      assert(running <= PLACES);
      if
      :: !lasted -> lasted = true; lasts = true
      :: else
      fi
    };
    !lasts || victim == NOBODY || victim == j || home[victim];
    atomic { lasts = false; running-- }
  fi;
  go_home(j)
}

inline take(j) {
  listed[j] = false;
  me = j
}

proctype thread() {
  LOCALS;
  byte me = NOBODY;
  bool lasts;
  do
  :: atomic { listed[0] -> take(0) }; work(me); me = NOBODY
  :: atomic { listed[1] -> take(1) }; work(me); me = NOBODY
  :: atomic { listed[2] -> take(2) }; work(me); me = NOBODY
#if JOBS == 4
  :: atomic { listed[3] -> take(3) }; work(me); me = NOBODY
#endif
  :: homes == JOBS -> break
  od
}

#ifdef WITHDRAWS_ANY
#define OUTSIDE(J) true
#else
#define OUTSIDE(J) (!placed[J])
#endif

/* oli_gate_withdraw: task->queued says of no queue which one it is. */
inline withdraw(j) {
  atomic {
    touch();
    if
    :: OUTSIDE(j) && (listed[j] || waiting??[eval(j)]) ->
      assert(!listed[j]);
      waiting??eval(j);
      kept = true
    :: else
    fi
  }
}

/* env_unqueue */
inline unqueue(j) {
  withdraw(j);
  if
  :: kept
  :: else -> atomic { kept = listed[j]; listed[j] = false }
  fi
}

/* oli_job_stop, by somebody who sees to it that the job is there. */
proctype stopper() {
  LOCALS;
  if
  :: victim != NOBODY ->
    atomic {
      if
      :: !home[victim] -> refs++
      :: else -> goto over
      fi
    }
#ifdef STOPS_LATE
    unqueue(victim);
    stop[victim] = true;
#else
    stop[victim] = true;
    unqueue(victim);
#endif
    if
    :: kept -> kept = false; go_home(victim)
    :: else
    fi;
    atomic { touch(); refs-- }
  :: else
  fi;
over:
  skip
}

proctype ender() {
  atomic { touch(); refs-- }
  refs == 0;
  assert(homes == JOBS && taken == 0 && len(waiting) == 0 && !sending)
}

init {
  atomic {
    select(victim : 0 .. NOBODY);
    select(refuses : 0 .. 1);
#ifdef HASTY
    select(hasty : 0 .. NOBODY);
#endif
    run loop(); run elsewhere(); run thread(); run thread(); run stopper(); run ender()
  }
}
