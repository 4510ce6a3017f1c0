/* SPDX-License-Identifier: Apache-2.0 */
/* The files of imports: kept in the data directory, under the import's id, until all rows are
 * read. */
#ifndef SERVER_IMPORT_FILE_H
#define SERVER_IMPORT_FILE_H

#include "db/db.h"

#define SHA256_TEXT 65

/* Keep them in the folder `imports` of the data directory; call it before the others. */
MUSTCHECK bool import_files_set(const char *data_dir);

/* Copy an open file, from where it stands to its end, and make sure that it stays; its SHA-256 in
 * hex. False: errno says why, and nothing is left behind. */
MUSTCHECK bool import_file_keep(struct id id, int from, char sha256[static SHA256_TEXT]);

int import_file_open(struct id id); /* -1: errno */
void import_file_remove(struct id id);

/* Files at least ten minutes old: those younger may belong to an import that is not saved yet. */
size_t import_files_old(struct arena *arena, struct id **ids);

#endif
