/* SPDX-License-Identifier: Apache-2.0 */
/* What a process that prints may still do once its fonts are in memory. */
#ifndef PRINT_CELL_H
#define PRINT_CELL_H

#include <stdbool.h>

#include "core/base.h"

/*
 * For good: half a GiB of memory, ten seconds of the processor, and no system calls but to read and write what is
 * open, to ask for memory, and to end.  Nothing can be opened, so that what is printed cannot bring
 * along what the user it runs as may read.  What libraries try and can do without fails, any other call
 * ends the process.  False when the kernel
 * does not let us.
 */
MUSTCHECK bool cell_enter(void);

#endif
