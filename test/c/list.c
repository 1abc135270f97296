/* with: list.h */
/* a list keeps the order of what was pushed, and anything can leave it from anywhere */
#include "list.h"

#include "check.h"

typedef struct thing {
  int number;
  oli_link link;
} thing;

static int shift_number(oli_list* list) {
  oli_link* link = oli_list_shift(list);
  return link != NULL ? OLI_OF(link, thing, link)->number : -1;
}

static void push_all(oli_list* list, thing* things, int count) {
  for (int i = 0; i < count; i++) {
    things[i].number = i;
    oli_list_push(list, &things[i].link);
  }
}

static void an_empty_list_gives_nothing(void) {
  oli_list list;
  oli_list_init(&list);
  CHECK(oli_list_empty(&list));
  CHECK(oli_list_shift(&list) == NULL);
}

static void the_first_in_is_the_first_out(void) {
  oli_list list;
  thing things[3] = {{0}};
  oli_list_init(&list);
  push_all(&list, things, 3);
  CHECK(!oli_list_empty(&list));
  for (int i = 0; i < 3; i++) CHECK(shift_number(&list) == i);
  CHECK(oli_list_empty(&list));
}

static void a_link_knows_whether_it_is_listed(void) {
  oli_list list;
  thing one = {0};
  oli_list_init(&list);
  CHECK(!oli_link_listed(&one.link));
  oli_list_push(&list, &one.link);
  CHECK(oli_link_listed(&one.link));
  oli_link_remove(&one.link);
  CHECK(!oli_link_listed(&one.link) && oli_list_empty(&list));
  oli_list_push(&list, &one.link);
  CHECK(oli_list_shift(&list) == &one.link && !oli_link_listed(&one.link));
}

static void removing_leaves_the_others_in_order(int removed) {
  oli_list list;
  thing things[4] = {{0}};
  oli_list_init(&list);
  push_all(&list, things, 4);
  oli_link_remove(&things[removed].link);
  for (int i = 0; i < 4; i++) {
    if (i != removed) CHECK(shift_number(&list) == i);
  }
  CHECK(oli_list_empty(&list));
}

static void appending_moves_all_behind(int in_first, int in_second) {
  oli_list first, second;
  thing things[4] = {{0}}, more[4] = {{0}};
  oli_list_init(&first);
  oli_list_init(&second);
  push_all(&first, things, in_first);
  push_all(&second, more, in_second);
  oli_list_append(&first, &second);
  CHECK(oli_list_empty(&second));
  for (int i = 0; i < in_first; i++) CHECK(shift_number(&first) == i);
  for (int i = 0; i < in_second; i++) CHECK(shift_number(&first) == i);
  CHECK(oli_list_empty(&first));
  push_all(&second, more, in_second); /* the emptied one is as good as new */
  for (int i = 0; i < in_second; i++) CHECK(shift_number(&second) == i);
}

int main(void) {
  an_empty_list_gives_nothing();
  the_first_in_is_the_first_out();
  a_link_knows_whether_it_is_listed();
  for (int i = 0; i < 4; i++) removing_leaves_the_others_in_order(i);
  for (int i = 0; i < 9; i++) appending_moves_all_behind(i / 3, i % 3);
  return 0;
}
