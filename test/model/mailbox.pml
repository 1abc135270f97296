/* mailbox.pml: how a poster that found a mailbox full learns of room, or that there will be none;
 * the protocol of src/mailbox.c and of the news that tell it (src/news.c), for spin.
 *
 * Each critical section, of the channel's lock, the job's stop lock or env->lock, is one atomic
 * step; what an atomic variable is asked is one, too. The loop posts, and waits for room where
 * there is none; the job, which begins at any moment, receives and returns when it likes; a timer
 * ends or cancels it at any moment, or never. How a message gets through the channel is
 * channel.pml's, and how a wake-up travels wake.pml's: here both are a number and a flag.
 *
 * A job that lasts receives until it is stopped, and returns when the loop has posted all, or has
 * learned that there is no more to post. Every process ends in every run: who waits for room for
 * ever shows as an invalid end state. A job that is ended before it has begun runs all the same if
 * a message waits for it, unless the environment ends, at any moment or never: then the pool forgets
 * what stands in its queue, and a job that nobody has taken out of there never comes home.
 *
 *   NO_TELL          who makes room does not look whether somebody waits for it
 *   TELLS_FIRST      it looks before it has made room
 *   NO_TELL_ON_STOP  who stops the job does not look, be it its own end
 *   TELLS_FIRST_ON_STOP it looks before it has stopped the mailbox
 *   LOOKS_FIRST      the loop looks for room before it says that it waits for it
 *   TELLS_TWICE      the wish is looked at and cleared in two steps
 *   WAKES_FIRST      the loop is woken before the news are listed
 *   LISTS_TWICE      a job with news is listed again
 *   TELLS_HOME       the job comes home before its mailbox is told of its end
 *   NO_HEAR          the layer does not look for room when the job is settled: who cleared the wish
 *                    may be so late with its news that they go with the job
 *   FORGETS_FIRST    a job that is freed is taken from the news before its timer is disarmed
 *   NO_FORGET        it is not taken from there
 *   AWAITS_LATE      the job is known to be awaited only when the message is there
 *   AWAITS_BLIND     it becomes so though it was stopped before
 *   STOPS_BLIND      who ends a job does not look whether it is awaited
 *   NO_WITHDRAW      who ends the environment leaves a job that was awaited in its queue
 */

#define POSTS 3
#define SIZE 1

#define OL_OK 0
#define AGAIN 1
#define CLOSED 2

#define ENDED 1
#define CUT 2

byte messages, taken               /* in the mailbox; received and not used up */
bool closed                        /* the channel is stopped */
byte why                           /* job->stop */
bool wanted, awaited
bool queued = true                 /* the job, in its pool */
bool over, home, freed
bool armed = true                  /* the timer may fire, or does */
bool news                          /* the job is listed */
bool woken
byte wants, told                   /* times that a wish was left, and told */
byte posted
bool lasts                         /* the job does, until the loop is through with posting */
bool through
bool ends, ending                  /* the environment will end in this run; it does */

#define VOID (why != OL_OK && !(why == ENDED && awaited))

inline touch() { assert(!freed) }

/* oli_news_tell */
inline notify() {
#ifdef WAKES_FIRST
  woken = true;
#endif
  atomic {
    touch();
    told++;
    assert(told <= wants);
#ifdef LISTS_TWICE
    assert(!news);
#endif
    news = true
  }
#ifndef WAKES_FIRST
  woken = true
#endif
}

/* mailbox_tell */
inline tell() {
  if
  :: atomic { !wanted -> touch() }
  :: atomic { wanted -> touch() };
#ifdef TELLS_TWICE
    notify();
    wanted = false
#else
    if
    :: atomic { wanted -> wanted = false }; notify()
    :: !wanted
    fi
#endif
  fi
}

/* oli_mailbox_told: stops the channel, or cuts it. */
inline stop_mailbox(leaves) {
#ifdef TELLS_FIRST_ON_STOP
  tell();
#endif
  atomic {
    touch();
    closed = true;
    if
    :: (leaves)
    :: !(leaves) -> messages = 0
    fi
  }
#if !defined(TELLS_FIRST_ON_STOP) && !defined(NO_TELL_ON_STOP)
  tell()
#endif
}

/* job_conclude, and the way home. */
inline conclude() {
  atomic { touch(); over = true }
#ifdef TELLS_HOME
  atomic { home = true; woken = true }
  stop_mailbox(false)
#else
  stop_mailbox(false);
  atomic { home = true; woken = true }
#endif
}

/* oli_job_skip: what was posted to a job that was to end is not lost, unless all is. */
inline skip_job() {
  assert(why != ENDED || posted == 0 || ending);
  conclude()
}

/* The rest of mailbox_take: a message that is received is no longer in the mailbox. */
inline use() {
#ifdef TELLS_FIRST
  tell();
#endif
  taken = 0;
#if !defined(TELLS_FIRST) && !defined(NO_TELL)
  tell()
#endif
}

/* mailbox_receive; another look where nothing has come. */
inline receive_or_not() {
  if
  :: atomic { messages > 0 -> messages--; taken = 1 }; use()
  :: closed || through
  fi
}

/* oli_job_run */
proctype runner() {
  if
  :: atomic { queued -> queued = false };
    if
    :: VOID -> skip_job()
    :: !VOID ->
      do
      :: !lasts || !closed -> receive_or_not()
      :: !lasts || through -> break
      od;
      conclude()
    fi
  :: over
  fi
}

/* oli_job_withdraw */
inline withdraw() {
  if
  :: VOID ->
    if
    :: atomic { queued -> queued = false }; skip_job()
    :: !queued
    fi
  :: !VOID
  fi
}

/* oli_job_stop. The timer is armed as long as this runs. */
inline stop_job(reason) {
  bool first;
  atomic {
    if
    :: !over && why == OL_OK -> touch(); why = reason; first = true
    :: else
    fi
  }
  if
  :: first ->
    stop_mailbox(reason == ENDED);
    if
#ifdef STOPS_BLIND
    :: atomic { queued -> queued = false }; skip_job()
    :: !queued
#else
    :: withdraw()
#endif
    fi
  :: else
  fi
}

proctype timer() {
  if
  :: stop_job(ENDED)
  :: stop_job(CUT)
  :: true
  fi;
  armed = false
}

/* oli_mailbox_room, for a poster that waits. */
inline await_room() {
#ifdef LOOKS_FIRST
  atomic {
    status = (closed -> CLOSED : (messages + taken < SIZE -> OL_OK : AGAIN))
  }
  if
  :: status == AGAIN -> atomic { wanted = true; wants++ }
  :: else
  fi
#else
  atomic { wanted = true; wants++ }
  atomic {
    status = (closed -> CLOSED : (messages + taken < SIZE -> OL_OK : AGAIN))
  }
  if
  :: status != AGAIN -> wanted = false
  :: else
  fi
#endif
}

/* oli_mailbox_post; who asks first whether there is room may be told otherwise. */
inline post() {
  status = OL_OK;
#ifndef AWAITS_LATE
  atomic {
    if
#ifdef AWAITS_BLIND
    :: awaited = true
#else
    :: awaited
    :: !awaited && why == OL_OK -> awaited = true
    :: !awaited && why != OL_OK -> status = CLOSED
#endif
    fi
  }
#endif
  atomic {
    if
    :: closed || status == CLOSED -> status = CLOSED
    :: !closed && status == OL_OK && messages + taken < SIZE -> messages++; posted++
    :: else -> status = AGAIN
    fi
  }
#ifdef AWAITS_LATE
  if
  :: status == OL_OK -> awaited = true
  :: else
  fi
#endif
}

/* The layer's Mail.hear: by news, and when the job is settled. */
inline hear() {
  if
  :: waits -> atomic { waits = false; again = true }
  :: else
  fi
}

/* oli_env_free_job, and oli_job_retire in it; behind it the layer is told. */
inline free_job() {
#ifdef FORGETS_FIRST
  news = false;
#endif
  !armed;
#if !defined(FORGETS_FIRST) && !defined(NO_FORGET)
  news = false;
#endif
  freed = true;
#ifndef NO_HEAR
  hear()
#endif
}

/* oli_settle: news before what is home; what is home now was so before the news were taken. */
inline settle() {
  atomic { woken = false; at_home = home && !freed; hears = news; }
  if
  :: hears ->
    atomic { touch(); news = false; hears = false }
    hear()
  :: else
  fi;
  if
  :: at_home -> at_home = false; free_job()
  :: else
  fi
}

/* env_stop_all and oli_mailbox_cut in it; the pool is closed after that (oli_pool_close). */
inline end_environment() {
  ending = true;
  stop_job(CUT);
  awaited = false;
  atomic { touch(); closed = true; messages = 0 }
#ifndef NO_WITHDRAW
  withdraw();
#endif
  atomic { queued = false; waits = false; again = false; through = true }
}

proctype loop() {
  byte status, n;
  bool waits, again, hears, at_home;
  do
  :: !through && !waits && !again && !freed ->
    post();
    if
    :: status == OL_OK -> atomic { n++; through = n == POSTS }
    :: status == AGAIN -> again = true
    :: status == CLOSED -> through = true
    fi
  :: again ->
    again = false;
    if
    :: freed -> status = CLOSED
    :: else -> await_room()
    fi;
    if
    :: status == AGAIN -> waits = true
    :: status == CLOSED -> through = true
    :: status == OL_OK
    fi
  :: ends && !ending && !freed -> end_environment()
  :: woken -> settle()
  :: freed && !waits && !again -> break
  od;
  atomic { n = 0; status = 0 }
  assert(!news)
}

init {
  atomic {
    if
    :: ends = true
    :: ends = false
    fi;
    if
    :: lasts = true
    :: true
    fi;
    run loop(); run runner(); run timer()
  }
}
