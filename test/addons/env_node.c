/* env.c with all its workers on Node's pool. */
#define ENV_POOL &ol_node_pool
#include "env.c"
