/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of files, in the data directory under their SHA-256: <dir>/ab/abcdef... */
#ifndef SERVER_FILE_STORE_H
#define SERVER_FILE_STORE_H

#include <stddef.h>

#include "core/arena.h"
#include "err.h"

#define SHA256_TEXT 65 /* hex digits and the NUL */

/* dir must be there, and stay readable; false (said in the log) when the type database is not. */
MUSTCHECK bool file_store_open(const char *dir);

/* Media type by what the first octets look like ("text/html"), never NULL; arena memory. */
const char *file_store_sniff(struct arena *arena, const void *data, size_t size);

/* The name of the bytes. */
void file_store_name(const void *data, size_t size, char sha256[static SHA256_TEXT]);

/* Keep the bytes under their name: on disk when this returns OK; ERR_UNAVAILABLE (said in the
 * log). */
MUSTCHECK enum err file_store_keep(const void *data, size_t size, const char *sha256);

/* Contents stand on shelves, by the first octet of their name. */
#define FILE_STORE_SHELVES 256

/* The names of what nobody has written for an hour, of one shelf; how many. */
size_t file_store_old(struct arena *arena, unsigned shelf, const char *const **names);

/* Remove a content, unless it was written again meanwhile; true when it is gone. */
bool file_store_remove_old(const char *sha256);

/* Remove what was written aside an hour ago and never got its name. */
void file_store_clear_aside(void);

/* Open the bytes for reading; -1 when they are not there (said in the log). */
int file_store_get(const char *sha256);

#endif
