/* quay.h: a pool with all who use it. Floor 1.
 *
 * The pool of a table is one for the process: it is found by the table's address, and closed when
 * its last user lets go of it. One that has no table has a single user. A user is an environment,
 * by a berth. The memory is freed with the last hold: of users and threads.
 *
 * Who waits for room, which only a thread of whatever environment can make, leaves a wish. The pool
 * tells its quay whenever there may be room (oli_pool.moved), and the quay all users with wishes.
 *
 * Lock order: the lock of the quays, one for the process, before whatever tell() takes. A pool is
 * closed without it. */
#ifndef OLI_QUAY_H
#define OLI_QUAY_H

#include "list.h"
#include "offloop.h"
#include "pool.h"

#define OLI_QUAY_NAME_SIZE 16

typedef struct oli_quay {
  const ol_pool* source; /* the author's table, by whose address it is found; NULL: it has none */
  ol_pool table;         /* its copy, all members there and none of them 0 by default */
  char name[OLI_QUAY_NAME_SIZE]; /* of the threads */
  oli_pool pool;
  atomic_size_t refs;   /* holds */
  atomic_size_t wishes; /* of all users */
  oli_link link;        /* in the registry, while it has a table and users */
  oli_list users;       /* linked by user->link; this and the other two under the quays' lock */
  struct oli_quay_user* waits; /* told when the last thread of the closed pool ends, or NULL */
} oli_quay;

/* Embedded in a berth. */
typedef struct oli_quay_user {
  oli_link link;
  bool wishes; /* to be told */
  /* There may be room, or the threads are gone. Under the lock of the quays; must not call back.
   * [any] */
  void (*tell)(struct oli_quay_user* user);
} oli_quay_user;

/* What is wrong with a table; NULL: nothing. */
const char* oli_quay_fault(const ol_pool* table);

/* A table as it is meant: copied into the current size, with what 0 stands for. */
ol_pool oli_quay_resolve(const ol_pool* table);

/* The quay of a table that has no fault, made when there is none, and held. [shared]: known to the
 * process by the address of [table]; otherwise it is nobody else's, and neither the table nor its
 * name is needed any more. NULL: out of memory. */
oli_quay* oli_quay_join(const ol_pool* table, bool shared, oli_quay_user* user);

/* The user has no task there any more. What it pushes all the same is refused, or run by a pool
 * that others use. The hold stays. */
void oli_quay_leave(oli_quay* quay, oli_quay_user* user);

/* Also around a push, by who has no other hold on it: the task may be gone meanwhile, and the
 * user. */
void oli_quay_hold(oli_quay* quay);
void oli_quay_drop(oli_quay* quay);

/* Whether the user is to be told when there may be room; as long as it is so each time. */
void oli_quay_wish(oli_quay* quay, oli_quay_user* user, bool wishes);

/* Tells the user, who has left, when the pool has no thread any more, unless it has none already;
 * NULL: nobody. */
void oli_quay_await(oli_quay* quay, oli_quay_user* user);

#endif
