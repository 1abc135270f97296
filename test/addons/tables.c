/* Tables that cannot work, each exported when JavaScript asks for it, and some that can. */
#include <offloop.h>

typedef struct table_state {
  double number;
  void* other;
} table_state;

static int table_execute(ol_job* job, void* state) {
  table_state* s = state;
  (void) job;
  s->number += 1;
  return OL_OK;
}

#define NUMBER OL_FIELDS(OL_ARG(table_state, number), OL_RET(table_state, number))

static int other_init(void) {
  return OL_OK;
}

/* ---- That cannot work ----------------------------------------------------------------------- */

static const ol_shape item = {sizeof(ol_field), sizeof(double), NULL};

static const ol_worker no_name = {OL_WORKER(NULL, table_state, table_execute)};
static const ol_worker empty_name = {OL_WORKER("", table_state, table_execute)};
static const ol_worker no_execute = {OL_WORKER("noExecute", table_state, NULL)};
static const ol_worker stream = {OL_WORKER("stream", table_state, table_execute), .item = &item};
static const ol_class closable = {OL_CLASS("Closable", table_state, NULL)};
static const ol_worker handle_stream = {
  OL_WORKER("handleStream", table_state, table_execute),
  .item = OL_SHAPE(table_state, OL_MEMBER(table_state, other, .handle = &closable))};
static const ol_worker node_stream = {OL_WORKER("nodeStream", table_state, table_execute),
                                      .item = OL_OF(double), .pool = &ol_node_pool};
static const ol_worker full_stream = {OL_WORKER("fullStream", table_state, table_execute),
                                      .item = OL_OF(double), .on_full = 3};
static const ol_worker result_stream = {OL_WORKER("resultStream", table_state, table_execute),
                                        .item = OL_OF(double), .callback = OL_CALLBACK_RESULT};
static const ol_worker posted = {OL_WORKER("posted", table_state, table_execute), .message = &item};
static const ol_worker posted_handle = {
  OL_WORKER("postedHandle", table_state, table_execute),
  .message = OL_SHAPE(table_state, OL_MEMBER(table_state, other, .handle = &closable))};
static const ol_worker posted_pinned = {OL_WORKER("postedPinned", table_state, table_execute),
                                        .message = OL_OF(ol_buf, .pinned = true)};
static const ol_worker node_session = {OL_WORKER("nodeSession", table_state, table_execute),
                                       .message = OL_OF(double), .pool = &ol_node_pool};
static const ol_worker result_session = {OL_WORKER("resultSession", table_state, table_execute),
                                         .message = OL_OF(double), .callback = OL_CALLBACK_RESULT};
static const ol_worker pooled = {OL_WORKER("pooled", table_state, table_execute),
                                 .pool = (const ol_pool*) (const void*) &item};
static const ol_pool no_pool_name = {OL_POOL(NULL)};
static const ol_pool no_pool_kind = {.name = "noPoolKind"};
static const ol_pool newer_pool = {
  .kind = OL_TABLE_POOL, .table_size = sizeof(ol_pool) + 8, .name = "newerPool"};
static const ol_pool crowded = {OL_POOL("crowded"), .threads = 1025};
static const ol_pool odd = {OL_POOL("odd"), .on_full = 2};
static const ol_pool boundless = {OL_POOL("boundless"), .on_full = OL_POOL_REJECT};
static const ol_pool spinning = {OL_POOL("spinning"), .spin_us = 1000001};
static const ol_pool shallow = {OL_POOL("shallow"), .stack_size = 65535};
static const ol_pool twin = {OL_POOL("offloop")};
static const ol_pool own_twin = {OL_POOL("own")};
static const ol_pool node_twin = {OL_POOL("node")};
static const ol_pool short_pool = {.kind = OL_TABLE_POOL, .table_size = 8};
static const ol_worker oddly_pooled = {OL_WORKER("oddlyPooled", table_state, table_execute),
                                       .pool = &odd};
static const ol_worker default_stream = {OL_WORKER("defaultStream", table_state, table_execute),
                                         .item = OL_OF(double), .pool = &ol_default_pool};
static const ol_worker styled = {OL_WORKER("styled", table_state, table_execute), .callback = 2};
static const ol_worker progressing = {OL_WORKER("progressing", table_state, table_execute),
                                      .progress = 2};
static const ol_worker slow_progress = {OL_WORKER("slowProgress", table_state, table_execute),
                                        .progress = OL_PROGRESS_EVERY, .progress_ms = 1};
static const ol_worker outside = {OL_WORKER("outside", int, table_execute), .fields = NUMBER};
static const ol_worker untyped = {OL_WORKER("untyped", table_state, table_execute),
                                  .fields = OL_FIELDS(OL_ARG(table_state, other))};
static const ol_worker reserved = {OL_WORKER("reserved", table_state, table_execute),
                                   .fields =
                                     OL_FIELDS(OL_OPTION(table_state, number, .name = "timeout"))};
static const ol_worker unbounded = {OL_WORKER("unbounded", table_state, table_execute),
                                    .fields = OL_FIELDS(OL_ARG(table_state, number, .min = 1))};
static const ol_worker absent = {OL_WORKER("absent", table_state, table_execute),
                                 .fields =
                                   OL_FIELDS(OL_OPTION(table_state, number, .min = 1, .max = 9))};
static const ol_worker listed = {OL_WORKER("listed", table_state, table_execute),
                                 .item = OL_OF(table_state)};
static const ol_worker newer = {
  .kind = OL_TABLE_WORKER, .table_size = sizeof(ol_worker) + 8, .name = "newer"};
static const ol_class no_data = {
  .kind = OL_TABLE_CLASS, .table_size = sizeof(ol_class), .name = "NoData"};
static const ol_class newer_class = {
  .kind = OL_TABLE_CLASS, .table_size = sizeof(ol_class) + 8, .name = "NewerClass"};
static const ol_class no_class_name = {OL_CLASS(NULL, table_state, NULL)};
static const ol_class empty_class_name = {OL_CLASS("", table_state, NULL)};
static const ol_worker no_kind = {.name = "noKind", .execute = table_execute};
static const uint32_t no_table = 0x12345678;

/* ---- That can ------------------------------------------------------------------------------- */

static const ol_worker plus = {OL_WORKER("plus", table_state, table_execute), .fields = NUMBER};
static const ol_worker again = {OL_WORKER("again", table_state, table_execute), .fields = NUMBER};
static const ol_class thing = {OL_CLASS("Thing", table_state, NULL)};
static const ol_worker method = {OL_WORKER("method", table_state, table_execute),
                                 .fields =
                                   OL_FIELDS(OL_THIS(table_state, other, .handle = &thing))};

/* Of a name that another has. */
static const ol_worker plus_too = {OL_WORKER("plus", table_state, table_execute), .fields = NUMBER};
static const ol_class plus_class = {OL_CLASS("plus", table_state, NULL)};
static const ol_class thing_class = {OL_CLASS("Thing", table_state, NULL)};
static const ol_worker method_too = {OL_WORKER("method", table_state, table_execute),
                                     .fields =
                                       OL_FIELDS(OL_THIS(table_state, other, .handle = &thing))};

/* As from a header that knew no more members than these: .callback lies behind the end. */
static const ol_worker older = {
  .kind = OL_TABLE_WORKER,
  .table_size = offsetof(ol_worker, item),
  .field_size = sizeof(ol_field),
  .name = "older",
  .state_size = sizeof(table_state),
  .execute = table_execute,
  .fields = NUMBER,
  .callback = 7,
};

static int empty_execute(ol_job* job, void* state) {
  (void) state;
  return ol_stopped(job);
}

/* Without a state, as a table can be written, and with one of no bytes. */
static const ol_worker stateless = {OL_WORKER("stateless", char, empty_execute)};
static const ol_worker empty = {
  .kind = OL_TABLE_WORKER,
  .table_size = sizeof(ol_worker),
  .field_size = sizeof(ol_field),
  .name = "empty",
  .execute = empty_execute,
};

/* ---- exportTables(into, ...names): by these names ------------------------------------------- */

static const struct {
  const char* name;
  const void* table;
} tables[] = {
  {"noName", &no_name},
  {"emptyName", &empty_name},
  {"noExecute", &no_execute},
  {"stream", &stream},
  {"posted", &posted},
  {"pooled", &pooled},
  {"styled", &styled},
  {"progressing", &progressing},
  {"slowProgress", &slow_progress},
  {"outside", &outside},
  {"untyped", &untyped},
  {"reserved", &reserved},
  {"newer", &newer},
  {"noData", &no_data},
  {"newerClass", &newer_class},
  {"noClassName", &no_class_name},
  {"emptyClassName", &empty_class_name},
  {"setup", OL_SETUP(NULL, NULL)},
  {"otherSetup", OL_SETUP(other_init, NULL)},
  {"noTable", &no_table},
  {"noKind", &no_kind},
  {"absent", &absent},
  {"unbounded", &unbounded},
  {"listed", &listed},
  {"stateless", &stateless},
  {"empty", &empty},
  {"plus", &plus},
  {"again", &again},
  {"plusToo", &plus_too},
  {"plusClass", &plus_class},
  {"thing", &thing},
  {"thingClass", &thing_class},
  {"method", &method},
  {"methodToo", &method_too},
  {"older", &older},
  {"handleStream", &handle_stream},
  {"nodeStream", &node_stream},
  {"fullStream", &full_stream},
  {"defaultStream", &default_stream},
  {"oddlyPooled", &oddly_pooled},
  {"noPoolName", &no_pool_name},
  {"noPoolKind", &no_pool_kind},
  {"newerPool", &newer_pool},
  {"crowded", &crowded},
  {"odd", &odd},
  {"boundless", &boundless},
  {"spinning", &spinning},
  {"shallow", &shallow},
  {"twin", &twin},
  {"ownTwin", &own_twin},
  {"nodeTwin", &node_twin},
  {"shortPool", &short_pool},
  {"resultStream", &result_stream},
  {"postedHandle", &posted_handle},
  {"postedPinned", &posted_pinned},
  {"nodeSession", &node_session},
  {"resultSession", &result_session},
};

enum { TABLES = sizeof(tables) / sizeof(tables[0]), WANTED_MAX = 8 };

static bool table_is_named(napi_env env, napi_value name, size_t index) {
  napi_value wanted;
  bool same = false;
  napi_create_string_utf8(env, tables[index].name, NAPI_AUTO_LENGTH, &wanted);
  napi_strict_equals(env, name, wanted, &same);
  return same;
}

static napi_value export_tables(napi_env env, napi_callback_info info) {
  napi_value argv[WANTED_MAX];
  const void* wanted[WANTED_MAX + 1] = {NULL};
  size_t argc = WANTED_MAX, count = 0;
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  for (size_t i = 1; i < argc; i++) {
    for (size_t j = 0; j < TABLES; j++) {
      if (table_is_named(env, argv[i], j)) wanted[count++] = tables[j].table;
    }
  }
  return ol_export(env, argv[0], wanted) == napi_ok ? argv[0] : NULL;
}

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  napi_value function;
  napi_create_function(env, "exportTables", NAPI_AUTO_LENGTH, export_tables, NULL, &function);
  napi_set_named_property(env, exports, "exportTables", function);
  return exports;
}
