/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of an import's file as JSON objects of the shape that their kind's POST takes. */
#ifndef SERVER_IMPORT_SOURCE_H
#define SERVER_IMPORT_SOURCE_H

#include "csv.h"
#include "db/ctx.h"

/* A column is a member, `member.inner` of a nested object, or `map.key`. */
struct import_column {
	const struct member *member, *inner;
	const char *key;
};

struct import_source {
	struct arena *arena;
	enum import_format format;
	int fd;
	uint64_t read_at;
	struct csv csv;
	size_t columns_count;
	struct import_column columns[CSV_FIELDS_MAX];
};

/* Read on behind `octets` of the file, which is line `line`; 0 and 1 at its beginning.  False when
 * the header is wrong, with what is wrong.  To be closed in either case; fd stays the caller's. */
MUSTCHECK bool import_source_open(struct import_source *source, struct arena *arena, int fd,
                                  enum import_format format, const struct shape *shape,
                                  int64_t octets, int64_t line, struct failure *wrong);
void import_source_close(struct import_source *source);

/* CSV_RECORD: the row as JSON, or NULL and what is wrong with it; CSV_END; CSV_READ_FAILED. */
MUSTCHECK enum csv_status import_source_next(struct import_source *source, const char **json,
                                             struct failure *wrong);

#endif
