/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of files, in the data directory under their SHA-256: <dir>/ab/abcdef... */
#ifndef SERVER_FILE_STORE_H
#define SERVER_FILE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/id.h"
#include "err.h"

#define SHA256_TEXT 65 /* hex digits and the NUL */

/* dir must be there, and stay readable; false (said in the log) when the type database is not. */
MUSTCHECK bool file_store_open(const char *dir);

/* As many first octets tell what a file is. */
#define FILE_STORE_SNIFF 4096

/* Media type by what the first octets look like ("text/html"), never NULL; arena memory. */
const char *file_store_sniff(struct arena *arena, const void *data, size_t size);

/* The name of the bytes. */
void file_store_name(const void *data, size_t size, char sha256[static SHA256_TEXT]);

/* Keep the bytes under their name: on disk when this returns OK; ERR_UNAVAILABLE (said in the
 * log). */
MUSTCHECK enum err file_store_keep(const void *data, size_t size, const char *sha256);

/* A file that comes in parts.  Each is on disk when this returns OK.  ERR_NOT_FOUND: what should stand in
 * front of it is not there. */
MUSTCHECK enum err file_store_part_write(struct id upload, uint64_t offset, int body,
                                         uint64_t size);
/* The name and the media type (arena memory) of what has come; ERR_NOT_FOUND when it is not so long. */
MUSTCHECK enum err file_store_part_name(struct arena *arena, struct id upload, uint64_t size,
                                        char sha256[static SHA256_TEXT], const char **type);
/* It is kept under its name, too; the parts go by themselves. */
MUSTCHECK enum err file_store_part_keep(struct id upload, const char *sha256);

/* Contents stand on shelves, by the first octet of their name. */
#define FILE_STORE_SHELVES 256

/* The names of what nobody has written for an hour, of one shelf; how many.  What was made of a content that
 * is gone goes as well. */
size_t file_store_old(struct arena *arena, unsigned shelf, const char *const **names);

/* Remove a content, unless it was written again meanwhile; true when it is gone. */
bool file_store_remove_old(const char *sha256);

/* Remove what was written aside an hour ago and never got its name, and parts that nobody has sent more
 * of for a day and an hour. */
void file_store_clear_aside(void);

/* Open the bytes for reading; -1 when they are not there (said in the log). */
int file_store_get(const char *sha256);

/* What was made of a content ("small.jpg"), open for reading, and its octets; -1 when there is none. */
int file_store_made(const char *sha256, const char *what, uint64_t *size);

/* Keep that beside the content, from its beginning, on disk before it has its name; it goes with the content.  Where
 * it cannot be kept (said in the log) it is made again. */
void file_store_keep_made(const char *sha256, const char *what, int from, uint64_t size);

#endif
