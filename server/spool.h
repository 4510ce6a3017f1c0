/* SPDX-License-Identifier: Apache-2.0 */
/* Files without a name, for what is too large for memory or for another process; they go when they are
 * closed. */
#ifndef SERVER_SPOOL_H
#define SERVER_SPOOL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base.h"

/* A new one on the file system of `dir`; -1 with errno. */
MUSTCHECK int spool_open(const char *dir);
/* All of it, however the system cuts it; false with errno. */
MUSTCHECK bool spool_write(int fd, const char *data, size_t size);

#endif
