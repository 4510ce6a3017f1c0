/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors of the contract: what a body or a statement looks like to the decoder and the binder.
 * The tables themselves are made at build time (tools/contract.py). */
#ifndef CORE_SHAPE_H
#define CORE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/id.h"
#include "core/qty.h"
#include "core/utc.h"

/* One code of an enumeration; [0] of every table is the none. */
struct enumerator {
	const char *code, *en, *zh;
};

struct enumeration {
	const char *name;
	size_t count; /* the none included */
	bool may_grow;
	const struct enumerator *values;
};

enum member_kind {
	MEMBER_TEXT,
	MEMBER_ENUM,
	MEMBER_ID,
	MEMBER_INT,
	MEMBER_QTY,
	MEMBER_BOOL,
	MEMBER_UTC,
	MEMBER_DATE,
	MEMBER_MAP,
	MEMBER_OBJECT
};

/* An integer that was sent as null, where its member may be; those of JSON end far above it. */
#define INT_NULL INT64_MIN

enum member_flag {
	MEMBER_ARRAY = 1,
	MEMBER_REQUIRED = 2,
	MEMBER_NULLABLE = 4,
	MEMBER_UNIQUE = 8
};

/* Named formats of text, each checked by a function of server/format.c. */
enum format {
	FORMAT_NONE,
	FORMAT_PHONE,
	FORMAT_PLATE,
	FORMAT_VIN,
	FORMAT_USERNAME,
	FORMAT_EMAIL,
	FORMAT_CLOCK,
	FORMAT_CODE,
	FORMAT_CURRENCY,
	FORMAT_TIMEZONE,
	FORMAT_TOKEN,
	FORMAT_ID_NUMBER,
	FORMAT_MOMENT,
	FORMAT_ME_OR_ID,
	FORMAT_PIN,
	FORMAT_COUNT
};

/* A map of text to text (metadata, external ids). */
struct map {
	const char **keys, **values;
	size_t count;
};

struct shape;

/* One property of an object.  min and max are values (quantities in thousandths) or, for text,
 * lengths in code points. */
struct member {
	const char *name;
	size_t offset, has_offset, count_offset; /* has_offset 0: always there */
	int64_t min, max, multiple;
	const struct enumeration *enumeration;
	const struct shape *object;
	enum format format;
	uint32_t min_items, max_items;
	uint16_t param;
	uint8_t kind, flags;
};

struct shape {
	const char *name;
	size_t size, count;
	const struct member *members;
};

/* One of the orders a page can be had in, and the statement that has it. */
struct statement_order {
	const char *code; /* NULL ends them */
	uint16_t sql;
};

struct statement {
	const char *name, *sql;
	const uint16_t *params; /* enum param */
	uint16_t params_count;
	uint16_t count; /* enum sql of the statement that counts a page's matches; 0: none */
	bool must_hit;  /* -- rows: 1 */
	bool unnamed;   /* a list or a report: lanes prepare its variants (db/variant.h), not it */
	const struct statement_order *orders; /* of a page, the usual one first; NULL: it has one */
};

/* What a parameter's name says: `has_x` asks whether x was sent, `lines.x` is one column of an
 * array of objects. */
struct param_info {
	const char *name;
	uint16_t parent, member;
	bool has;
	bool literal; /* a limit, or of codes or truth values: variants have it in their text */
};

/* Code of a value, NULL for the none. */
static inline const char *
enum_code(const struct enumeration *e, int value)
{
	return value > 0 && (size_t)value < e->count ? e->values[value].code : NULL;
}

/* Value of a code, 0 when there is none such. */
int enum_value(const struct enumeration *e, const char *code);

#endif
