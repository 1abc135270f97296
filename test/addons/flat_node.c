/* flat.c with all its workers on Node's pool. */
#define FLAT_POOL &ol_node_pool
#include "flat.c"
