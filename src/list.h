/* list.h: an intrusive, doubly linked, circular list. Floor 0. Takes no lock; its owner does. */
#ifndef OLI_LIST_H
#define OLI_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* A place in a list, embedded in the thing that is listed. All zero: in no list. */
typedef struct oli_link {
  struct oli_link* next;
  struct oli_link* prev;
} oli_link;

/* The list's own link closes the circle. */
typedef struct oli_list {
  oli_link head;
} oli_list;

/* The struct of type T whose member M is at [link]. */
#define OLI_OF(link, T, M) ((T*) (void*) ((char*) (link) -offsetof(T, M)))

static inline void oli_list_init(oli_list* list) {
  list->head.next = list->head.prev = &list->head;
}

static inline bool oli_list_empty(const oli_list* list) {
  return list->head.next == &list->head;
}

static inline bool oli_link_listed(const oli_link* link) {
  return link->next != NULL;
}

static inline void oli_list_push(oli_list* list, oli_link* link) {
  link->prev = list->head.prev;
  link->next = &list->head;
  link->prev->next = link;
  list->head.prev = link;
}

/* Puts a link before [place], which is one of a list or its head. */
static inline void oli_link_insert(oli_link* place, oli_link* link) {
  link->prev = place->prev;
  link->next = place;
  link->prev->next = link;
  place->prev = link;
}

static inline void oli_link_remove(oli_link* link) {
  link->prev->next = link->next;
  link->next->prev = link->prev;
  link->next = link->prev = NULL;
}

/* The first link, taken out; NULL: the list is empty. */
static inline oli_link* oli_list_shift(oli_list* list) {
  oli_link* first = list->head.next;
  if (first == &list->head) return NULL;
  oli_link_remove(first);
  return first;
}

/* Moves all of [from] behind the end of [list]. */
static inline void oli_list_append(oli_list* list, oli_list* from) {
  if (oli_list_empty(from)) return;
  from->head.next->prev = list->head.prev;
  from->head.prev->next = &list->head;
  list->head.prev->next = from->head.next;
  list->head.prev = from->head.prev;
  oli_list_init(from);
}

#endif
