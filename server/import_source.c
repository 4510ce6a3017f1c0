/* SPDX-License-Identifier: Apache-2.0 */
/* From cells to JSON.  Whether a value is allowed is the decoder's to say: here it only gets its
 * type. */
#include "import_source.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/qty.h"
#include "core/text.h"

static ssize_t
read_file(void *arg, char *data, size_t size)
{
	struct import_source *source = arg;
	ssize_t n;

	do
		n = pread(source->fd, data, size, (off_t)source->read_at);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		source->read_at += (uint64_t)n;
	return n;
}

static struct failure
problem(struct arena *arena, enum err err, size_t arg0, size_t arg1)
{
	return (struct failure){
		.err = err,
		.args = { arena_printf(arena, "%zu", arg0), arena_printf(arena, "%zu", arg1) },
	};
}

static struct failure
problem_of(struct arena *arena, enum csv_status status)
{
	switch (status) {
	case CSV_END:
		return (struct failure){ .err = ERR_EMPTY_FILE };
	case CSV_BAD_QUOTES:
		return (struct failure){ .err = ERR_BAD_QUOTES };
	case CSV_TOO_LONG:
		return problem(arena, ERR_ROW_TOO_LONG, CSV_RECORD_MAX, 0);
	case CSV_TOO_MANY_FIELDS:
		return problem(arena, ERR_TOO_MANY_COLUMNS, CSV_FIELDS_MAX, 0);
	default:
		return (struct failure){ .err = ERR_BAD_TEXT };
	}
}

/* ------------------------------------------------------------ the header */

static const struct member *
find(const struct shape *shape, const char *name, size_t len)
{
	for (size_t i = 0; i < shape->count; i++)
		if (strlen(shape->members[i].name) == len &&
		    memcmp(shape->members[i].name, name, len) == 0)
			return &shape->members[i];
	return NULL;
}

static bool
find_column(const struct shape *shape, const char *name, struct import_column *column)
{
	size_t len = strcspn(name, ".");
	bool nested = name[len] == '.';

	*column = (struct import_column){ .member = find(shape, name, len) };
	if (!column->member)
		return false;
	if (column->member->kind == MEMBER_MAP) {
		column->key = name + len + 1;
		return nested && *column->key;
	}
	if (column->member->kind != MEMBER_OBJECT)
		return !nested;
	if (!nested || (column->member->flags & MEMBER_ARRAY))
		return false;
	column->inner = find(column->member->object, name + len + 1, strlen(name + len + 1));
	return column->inner && column->inner->kind < MEMBER_MAP;
}

static bool
is_repeated(const struct import_source *source, const struct import_column *column)
{
	for (size_t i = 0; i < source->columns_count; i++) {
		const struct import_column *other = &source->columns[i];

		if (other->member == column->member && other->inner == column->inner &&
		    (!column->key || strcmp(column->key, other->key) == 0))
			return true;
	}
	return false;
}

static bool
read_header(struct import_source *source, const struct shape *shape, struct failure *wrong)
{
	enum csv_status status = csv_next(&source->csv);

	if (status != CSV_RECORD) {
		*wrong = problem_of(source->arena, status);
		return false;
	}
	for (size_t i = 0; i < source->csv.count; i++) {
		const char *name = arena_copy(source->arena, source->csv.fields[i].text,
		                              source->csv.fields[i].len);
		struct import_column *column = &source->columns[source->columns_count];

		*wrong = (struct failure){ .args = { name } };
		if (!find_column(shape, name, column))
			wrong->err = ERR_UNKNOWN_COLUMN;
		else if (is_repeated(source, column))
			wrong->err = ERR_REPEATED_COLUMN;
		if (wrong->err)
			return false;
		source->columns_count++;
	}
	return true;
}

bool
import_source_open(struct import_source *source, struct arena *arena, int fd,
                   enum import_format format, const struct shape *shape, int64_t octets,
                   int64_t line, struct failure *wrong)
{
	*source = (struct import_source){ .arena = arena, .format = format, .fd = fd };
	csv_open(&source->csv, read_file, source, 0, 1);
	if (format == IMPORT_FORMAT_CSV && !read_header(source, shape, wrong))
		return false;
	if (octets > 0) {
		csv_close(&source->csv);
		source->read_at = (uint64_t)octets;
		csv_open(&source->csv, read_file, source, (uint64_t)octets, (uint64_t)line);
	}
	return true;
}

void
import_source_close(struct import_source *source)
{
	csv_close(&source->csv);
}

/* ------------------------------------------------------------ the rows */

static void
put_value(struct buf *out, const struct member *m, const char *text, size_t len)
{
	struct qty number;

	if (((m->kind == MEMBER_INT || m->kind == MEMBER_QTY) && qty_parse(text, len, &number)) ||
	    (m->kind == MEMBER_BOOL && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)))
		buf_put(out, text, len);
	else
		buf_json(out, text, len);
}

static void
put_cell(struct buf *out, struct arena *arena, const struct member *m, const struct csv_field *cell)
{
	char *text, *next;

	if (!(m->flags & MEMBER_ARRAY)) {
		put_value(out, m, cell->text, cell->len);
		return;
	}
	text = arena_copy(arena, cell->text, cell->len);
	buf_char(out, '[');
	for (; text; text = next) {
		next = strchr(text, '|');
		if (next)
			*next++ = '\0';
		put_value(out, m, text, strlen(text));
		if (next)
			buf_char(out, ',');
	}
	buf_char(out, ']');
}

/* All cells of a nested object or map, the first of which is column i. */
static void
put_nested(struct buf *out, const struct import_source *source, size_t i)
{
	const struct member *m = source->columns[i].member;
	bool first = true;

	buf_char(out, '{');
	for (; i < source->columns_count; i++) {
		const struct import_column *c = &source->columns[i];
		const struct csv_field *cell = &source->csv.fields[i];
		const char *name = c->key ? c->key : c->inner ? c->inner->name : NULL;

		if (c->member != m || cell->len == 0 || !name)
			continue;
		if (!first)
			buf_char(out, ',');
		first = false;
		buf_json(out, name, strlen(name));
		buf_char(out, ':');
		if (c->inner)
			put_cell(out, source->arena, c->inner, cell);
		else
			buf_json(out, cell->text, cell->len);
	}
	buf_char(out, '}');
}

static bool
is_first_of_its_member(const struct import_source *source, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (source->columns[k].member == source->columns[i].member &&
		    source->csv.fields[k].len > 0)
			return false;
	return true;
}

static const char *
row_json(struct import_source *source)
{
	const char *text;
	bool first = true;
	struct buf out;

	/* a control character becomes six, in the header's keys as in the cells */
	buf_init(&out, 16 * CSV_RECORD_MAX);
	buf_char(&out, '{');
	for (size_t i = 0; i < source->columns_count; i++) {
		const struct import_column *c = &source->columns[i];

		if (source->csv.fields[i].len == 0 || !is_first_of_its_member(source, i))
			continue;
		if (!first)
			buf_char(&out, ',');
		first = false;
		buf_json(&out, c->member->name, strlen(c->member->name));
		buf_char(&out, ':');
		if (c->key || c->inner)
			put_nested(&out, source, i);
		else
			put_cell(&out, source->arena, c->member, &source->csv.fields[i]);
	}
	buf_char(&out, '}');
	text = arena_copy(source->arena, out.data, out.len);
	buf_clear(&out);
	return text;
}

/* The line itself, once it is known to be JSON: the database takes no other. */
static const char *
line_json(struct import_source *source, struct failure *wrong)
{
	const struct csv_field *line = &source->csv.fields[0];
	json_error_t error;
	json_t *value = json_loadb(line->text, line->len, JSON_REJECT_DUPLICATES, &error);

	if (!value) {
		/* what the parser quotes may be cut in the middle of a character */
		bool whole = utf8_valid(error.text, strlen(error.text));

		*wrong = (struct failure){
			.err = ERR_MALFORMED_JSON,
			.args = { whole ? arena_text(source->arena, error.text) : "not JSON" },
		};
		return NULL;
	}
	json_decref(value);
	return arena_copy(source->arena, line->text, line->len);
}

enum csv_status
import_source_next(struct import_source *source, const char **json, struct failure *wrong)
{
	bool is_csv = source->format == IMPORT_FORMAT_CSV;
	enum csv_status status = is_csv ? csv_next(&source->csv) : csv_next_line(&source->csv);

	*json = NULL;
	if (status == CSV_END || status == CSV_READ_FAILED)
		return status;
	if (status != CSV_RECORD)
		*wrong = problem_of(source->arena, status);
	else if (!is_csv)
		*json = line_json(source, wrong);
	else if (source->csv.count != source->columns_count)
		*wrong = problem(source->arena, ERR_WRONG_COLUMN_COUNT, source->csv.count,
		                 source->columns_count);
	else
		*json = row_json(source);
	return CSV_RECORD;
}
