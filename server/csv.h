/* SPDX-License-Identifier: Apache-2.0 */
/* Comma separated values (RFC 4180) from a stream, record by record, and plain lines for NDJSON.
 *
 * Fields may stand in quotes and then hold commas, line ends and doubled quotes; lines end with LF
 * or CR LF; a byte order mark at the very beginning and blank lines are passed over.  What is wrong
 * with a record is told of that record, and reading goes on with the line behind its first line. */
#ifndef SERVER_CSV_H
#define SERVER_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base.h"

#define CSV_FIELDS_MAX 256
#define CSV_RECORD_MAX ((size_t)131072)

enum csv_status {
	CSV_RECORD,
	CSV_END,
	/* of one record */
	CSV_BAD_QUOTES,      /* text behind a closing quote, or a quote that is never closed */
	CSV_TOO_LONG,        /* more than CSV_RECORD_MAX octets */
	CSV_TOO_MANY_FIELDS, /* more than CSV_FIELDS_MAX */
	CSV_BAD_TEXT,        /* not UTF-8, or with a NUL */
	/* of the stream */
	CSV_READ_FAILED
};

/* Texts end with a NUL and live until the next record is asked for. */
struct csv_field {
	const char *text;
	size_t len;
};

struct csv {
	/* Fills at most size octets; 0 at the end, -1 when it fails. */
	ssize_t (*read)(void *arg, char *data, size_t size);
	void *arg;
	char *data;
	size_t pos, len, cap;
	bool at_end;
	uint64_t offset, next_line; /* of pos in the stream: where to go on from another time */

	/* The record */
	uint64_t line; /* where it begins; the stream's first is 1 */
	size_t count;
	struct csv_field fields[CSV_FIELDS_MAX];
};

/* The stream stands at `offset`, the beginning of line `line`; 0 and 1 at its beginning. */
void csv_open(struct csv *csv, ssize_t (*read)(void *arg, char *data, size_t size), void *arg,
              uint64_t offset, uint64_t line);
void csv_close(struct csv *csv);

/* The next record. */
MUSTCHECK enum csv_status csv_next(struct csv *csv);

/* The next line that is not blank, as the one field; no quotes are looked at. */
MUSTCHECK enum csv_status csv_next_line(struct csv *csv);

#endif
