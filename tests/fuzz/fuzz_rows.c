/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of any content as JSON: the document is whole, and each value in it is the one of its row.
 *
 * Input: for each row a bit for each column that is NULL, then texts, each on a line. */
#include <jansson.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "db/json.h"
#include "db/rows.h"
#include "fuzz.h"

#define ROWS_MAX 8

enum {
	COLUMN_ID,
	COLUMN_NUMBER,
	COLUMN_AMOUNT,
	COLUMN_NOTE,
	COLUMN_AT,
	COLUMN_TAGS,
	COLUMN_STORE_ID,
	COLUMN_STORE_NAME,
	COLUMN_REGION_ID,
	COLUMN_REGION_NAME,
	COLUMN_OPEN,
	COLUMN_AFTER,
	COLUMN_COUNT
};

static const struct {
	const char *name;
	Oid type;
} columns[COLUMN_COUNT] = {
	[COLUMN_ID] = { "id", 2950 },
	[COLUMN_NUMBER] = { "number", 20 },
	[COLUMN_AMOUNT] = { "amount", 1700 },
	[COLUMN_NOTE] = { "note", 25 },
	[COLUMN_AT] = { "at", 1184 },
	[COLUMN_TAGS] = { "tags", 1009 },
	[COLUMN_STORE_ID] = { "store.id", 25 },
	[COLUMN_STORE_NAME] = { "store.name", 25 },
	[COLUMN_REGION_ID] = { "store.region.id", 25 },
	[COLUMN_REGION_NAME] = { "store.region.name", 25 },
	[COLUMN_OPEN] = { "open", 16 },
	[COLUMN_AFTER] = { "_after_note", 25 },
};

struct expected {
	const char *text[COLUMN_COUNT]; /* NULL for NULL */
	const char *tags[2];            /* the array's elements */
};

/* As PostgreSQL's array_out writes two texts. */
static const char *
array_text(struct arena *arena, const char *const tags[2])
{
	struct buf out;
	const char *text;

	buf_init(&out, 1u << 24);
	for (size_t i = 0; i < 2; i++) {
		buf_puts(&out, i ? ",\"" : "{\"");
		for (const char *p = tags[i]; *p; p++) {
			if (*p == '"' || *p == '\\')
				buf_char(&out, '\\');
			buf_char(&out, *p);
		}
		buf_char(&out, '"');
	}
	buf_char(&out, '}');
	text = arena_copy(arena, out.data, out.len);
	buf_clear(&out);
	return text;
}

static const char *
take_text(struct input *in, struct arena *arena)
{
	const char *text = take_line(in, arena);

	return utf8_valid(text, strlen(text)) ? text : "";
}

static void
fill(struct input *in, struct arena *arena, struct expected *row)
{
	unsigned nulls = take_octet(in) | take_octet(in) << 8;
	unsigned long long number = take_octet(in) * 256ull + take_octet(in);

	for (int c = 0; c < COLUMN_COUNT; c++)
		row->text[c] = take_text(in, arena);
	row->text[COLUMN_ID] = "0191f7c0-0000-7000-8000-000000000001";
	row->text[COLUMN_NUMBER] = arena_printf(arena, "-%llu", number);
	row->text[COLUMN_AMOUNT] = arena_printf(arena, "%llu.%03llu", number, number % 1000);
	row->text[COLUMN_AT] = arena_printf(arena, "2026-11-%02llu 08:00:00.5+00", 1 + number % 28);
	row->text[COLUMN_OPEN] = number % 2 ? "t" : "f";
	row->tags[0] = row->text[COLUMN_NOTE];
	row->tags[1] = row->text[COLUMN_TAGS];
	row->text[COLUMN_TAGS] = array_text(arena, row->tags);
	for (int c = COLUMN_ID + 1; c < COLUMN_COUNT; c++)
		if (nulls >> c & 1)
			row->text[c] = NULL;
}

static void
must_be_text(const json_t *object, const char *name, const char *text)
{
	MUST(text_equal(json_string_value(json_object_get(object, name)), text));
	MUST(text || json_is_null(json_object_get(object, name)));
}

/* store is null without its id, and so is its region. */
static void
must_nest(const json_t *document, const struct expected *row)
{
	const json_t *store = json_object_get(document, "store"), *region;

	if (!row->text[COLUMN_STORE_ID]) {
		MUST(json_is_null(store));
		return;
	}
	must_be_text(store, "id", row->text[COLUMN_STORE_ID]);
	must_be_text(store, "name", row->text[COLUMN_STORE_NAME]);
	region = json_object_get(store, "region");
	MUST(json_object_size(store) == 3);
	if (!row->text[COLUMN_REGION_ID]) {
		MUST(json_is_null(region));
		return;
	}
	must_be_text(region, "id", row->text[COLUMN_REGION_ID]);
	must_be_text(region, "name", row->text[COLUMN_REGION_NAME]);
}

static void
must_be_document(const struct buf *out, const struct expected *row)
{
	json_t *document = json_loadb(out->data, out->len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *tags = json_object_get(document, "tags"),
		     *open = json_object_get(document, "open");

	MUST(json_is_object(document) && json_object_size(document) == 8);
	must_be_text(document, "id", row->text[COLUMN_ID]);
	must_be_text(document, "note", row->text[COLUMN_NOTE]);
	must_nest(document, row);
	MUST(json_is_integer(json_object_get(document, "number")) == !!row->text[COLUMN_NUMBER]);
	MUST(json_is_number(json_object_get(document, "amount")) == !!row->text[COLUMN_AMOUNT]);
	MUST(json_is_string(json_object_get(document, "at")) == !!row->text[COLUMN_AT]);
	MUST(json_is_true(open) == (row->text[COLUMN_OPEN] && row->text[COLUMN_OPEN][0] == 't'));
	MUST(json_array_size(tags) == (row->text[COLUMN_TAGS] ? 2 : 0));
	for (size_t i = 0; i < json_array_size(tags); i++)
		MUST(text_equal(json_string_value(json_array_get(tags, i)), row->tags[i]));
	json_decref(document);
}

static void
must_be_key(const struct buf *out, const struct expected *row)
{
	json_t *key = json_loadb(out->data, out->len, JSON_REJECT_DUPLICATES, NULL);

	MUST(json_is_object(key) && json_object_size(key) == 1);
	must_be_text(key, "after_note", row->text[COLUMN_AFTER]);
	json_decref(key);
}

static PGresult *
empty_result(void)
{
	PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	PGresAttDesc described[COLUMN_COUNT] = { 0 };

	for (int c = 0; c < COLUMN_COUNT; c++) {
		described[c].name = (char *)(uintptr_t)columns[c].name;
		described[c].typid = columns[c].type;
		described[c].typlen = described[c].atttypmod = -1;
	}
	if (!result || !PQsetResultAttrs(result, COLUMN_COUNT, described))
		die("out of memory");
	return result;
}

static void
write_rows(struct arena *arena, const struct expected *expected, int count)
{
	PGresult *result = empty_result();
	const struct rows *rows;
	struct buf out;

	for (int r = 0; r < count; r++)
		for (int c = 0; c < COLUMN_COUNT; c++)
			MUST(PQsetvalue(result, r, c, (char *)(uintptr_t)expected[r].text[c],
			                expected[r].text[c] ? (int)strlen(expected[r].text[c])
			                                    : -1));
	rows = rows_take(arena, result, SQL_NONE);
	buf_init(&out, 1u << 26);
	for (int r = 0; r < count; r++) {
		json_write_row(&out, &(struct json_document){ .rows = rows }, (size_t)r);
		must_be_document(&out, &expected[r]);
		buf_clear(&out);
		json_write_key(&out, rows, (size_t)r);
		must_be_key(&out, &expected[r]);
		buf_clear(&out);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { (const char *)data, size };
	struct expected expected[ROWS_MAX];
	struct arena arena;
	int count = 0;

	arena_init(&arena);
	while (in.left && count < ROWS_MAX)
		fill(&in, &arena, &expected[count++]);
	write_rows(&arena, expected, count);
	arena_clear(&arena);
	return 0;
}
