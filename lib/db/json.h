/* SPDX-License-Identifier: Apache-2.0 */
/* Rows to JSON, by column name and type (architecture.md 3, "Row writer").
 *
 * `AS "customer.name"` nests; the columns of a nested object stand together, its first is its id,
 * and NULL there writes null.  A column with a leading `_` is a key and is not printed.  numeric
 * and bigint are copied digit by digit, instants become RFC 3339 UTC, arrays arrays, jsonb
 * passes. */
#ifndef DB_JSON_H
#define DB_JSON_H

#include "core/buf.h"
#include "db/db.h"

/* Child rows that hang under a key: `lines`, or `options.lines` under the objects of `options`.
 * They carry `_parent`, the parent's id, and are sorted by it. */
struct json_children {
	const char *key;
	const struct rows *rows;
};

struct json_document {
	const struct rows *rows;
	const struct json_children *children;
	size_t children_count;
	/* Writes further members of a row, each with a leading comma; may be NULL. */
	void (*extra)(struct buf *out, const struct rows *rows, size_t row, void *arg);
	void *arg;
};

void json_write_row(struct buf *out, const struct json_document *doc, size_t row);

/* The columns `_after_<x>` of a row, as an object {"after_<x>":"text",...}: where a page ends. */
void json_write_key(struct buf *out, const struct rows *rows, size_t row);

#endif
