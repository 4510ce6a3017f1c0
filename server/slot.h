/* SPDX-License-Identifier: Apache-2.0 */
/* Where a name stands in a table of fixed size whose slots names share. */
#ifndef SERVER_SLOT_H
#define SERVER_SLOT_H

#include <stddef.h>

/* A slot below `slots`, under a key of this process: nobody can choose names that collide.  Loop thread
 * only. */
size_t slot_of(const void *name, size_t size, size_t slots);

#endif
