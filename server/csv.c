/* SPDX-License-Identifier: Apache-2.0 */
/* The reader: a window over the stream that always holds the whole record. */
#include "csv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

#define WINDOW_FIRST ((size_t)65536)

void
csv_open(struct csv *csv, ssize_t (*read)(void *arg, char *data, size_t size), void *arg,
         uint64_t offset, uint64_t line)
{
	csv->read = read;
	csv->arg = arg;
	csv->cap = WINDOW_FIRST;
	csv->data = malloc(csv->cap);
	if (!csv->data)
		die("out of memory");
	csv->pos = csv->len = csv->count = 0;
	csv->at_end = false;
	csv->offset = offset;
	csv->next_line = line;
	csv->line = line;
}

void
csv_close(struct csv *csv)
{
	free(csv->data);
	csv->data = NULL;
}

/* More octets into the window; what is behind pos moves to the front first. */
static bool
fill(struct csv *csv)
{
	ssize_t n;

	memmove(csv->data, csv->data + csv->pos, csv->len - csv->pos);
	csv->len -= csv->pos;
	csv->pos = 0;
	if (csv->len == csv->cap) {
		assert(csv->cap > 0);
		csv->cap *= 2;
		csv->data = realloc(csv->data, csv->cap);
		if (!csv->data)
			die("out of memory");
	}
	n = csv->read(csv->arg, csv->data + csv->len, csv->cap - csv->len);
	if (n < 0)
		return false;
	csv->at_end = n == 0;
	csv->len += (size_t)n;
	return true;
}

/* Go on behind `size` octets of the window. */
static void
step(struct csv *csv, size_t size)
{
	for (size_t i = 0; i < size; i++)
		csv->next_line += csv->data[csv->pos + i] == '\n';
	csv->pos += size;
	csv->offset += size;
}

/* Octets up to and with the first line end, all that is left at the end, 0: not in the window. */
static size_t
line_size(const struct csv *csv)
{
	const char *from = csv->data + csv->pos;
	size_t left = csv->len - csv->pos;
	const char *end = left ? memchr(from, '\n', left) : NULL;

	if (end)
		return (size_t)(end - from) + 1;
	return csv->at_end ? left : 0;
}

/* The window holds a whole line, or the end, or as much of one as is taken. */
static enum csv_status
need_line(struct csv *csv, size_t *size)
{
	while ((*size = line_size(csv)) == 0 && !csv->at_end &&
	       csv->len - csv->pos < CSV_RECORD_MAX)
		if (!fill(csv))
			return CSV_READ_FAILED;
	return *size == 0 && csv->pos == csv->len ? CSV_END : CSV_RECORD;
}

/* Pass over the rest of a line that is too long for the window. */
static enum csv_status
skip_line(struct csv *csv)
{
	for (;;) {
		size_t size = line_size(csv);

		if (size > 0 || csv->at_end) {
			step(csv, size);
			return CSV_TOO_LONG;
		}
		step(csv, csv->len - csv->pos);
		if (!fill(csv))
			return CSV_READ_FAILED;
	}
}

/* Where the record ends: `size` with its line end, 0 when the window does not hold all of it. */
static enum csv_status
scan(const struct csv *csv, size_t *size)
{
	const char *p = csv->data + csv->pos, *end = csv->data + csv->len;
	bool in_quotes = false, was_quoted = false, at_start = true;

	*size = 0;
	for (; p < end; p++) {
		if (in_quotes) {
			if (*p != '"')
				continue;
			if (p + 1 == end && !csv->at_end)
				/* whether it is doubled shows with the next octet */
				return CSV_RECORD;
			if (p + 1 < end && p[1] == '"')
				p++;
			else
				in_quotes = false;
		} else if (*p == '\n') {
			*size = (size_t)(p - csv->data) - csv->pos + 1;
			return CSV_RECORD;
		} else if (*p == ',') {
			at_start = true;
			was_quoted = false;
			continue;
		} else if (*p == '"' && at_start) {
			in_quotes = was_quoted = true;
		} else if (was_quoted && *p != '\r') {
			return CSV_BAD_QUOTES;
		}
		at_start = false;
	}
	if (csv->at_end && in_quotes)
		return CSV_BAD_QUOTES;
	if (csv->at_end)
		*size = csv->len - csv->pos;
	return CSV_RECORD;
}

/* Of at least one octet. */
static size_t
without_line_end(const char *text, size_t size)
{
	if (text[size - 1] == '\n')
		size--;
	if (size > 0 && text[size - 1] == '\r')
		size--;
	return size;
}

static void
add_field(struct csv *csv, const char *text, size_t len)
{
	csv->fields[csv->count++] = (struct csv_field){ text, len };
}

/* Cut the record into fields where it stands: what is unquoted only gets shorter. */
static enum csv_status
split(struct csv *csv, char *text, size_t size)
{
	char *p = text, *end = text + size;

	csv->count = 0;
	for (;;) {
		char *field = p, *out = p;
		bool more;

		if (csv->count == CSV_FIELDS_MAX)
			return CSV_TOO_MANY_FIELDS;
		if (p < end && *p == '"') {
			for (p++; *p != '"' || (p + 1 < end && p[1] == '"'); *out++ = *p++)
				p += *p == '"';
			while (p < end && *p != ',')
				p++;
		} else {
			while (p < end && *p != ',')
				p++;
			out = p;
		}
		more = p < end;
		*out = '\0';
		add_field(csv, field, (size_t)(out - field));
		if (!more)
			return CSV_RECORD;
		p++;
	}
}

/* Pass over the mark of UTF-8 at the very beginning. */
static void
skip_mark(struct csv *csv)
{
	if (csv->len - csv->pos >= 3 && memcmp(csv->data + csv->pos, "\xef\xbb\xbf", 3) == 0)
		step(csv, 3);
}

/* To the first line that is not blank. */
static enum csv_status
begin(struct csv *csv)
{
	for (;;) {
		size_t size;
		enum csv_status status = need_line(csv, &size);

		if (status != CSV_RECORD)
			return status;
		if (csv->offset == 0) {
			skip_mark(csv);
			if (csv->offset > 0)
				continue;
		}
		csv->line = csv->next_line;
		if (size == 0 || size > CSV_RECORD_MAX)
			return skip_line(csv);
		if (without_line_end(csv->data + csv->pos, size) > 0)
			return CSV_RECORD;
		step(csv, size);
	}
}

/* The record's text, ended by a NUL where its line end or the window's spare octet is. */
static char *
take(struct csv *csv, size_t size, size_t *len)
{
	char *text;

	/* at the very end of the stream there may be no line end to overwrite */
	if (csv->pos + size == csv->cap) {
		csv->data = realloc(csv->data, csv->cap + 1);
		if (!csv->data)
			die("out of memory");
		csv->cap++;
	}
	text = csv->data + csv->pos;
	step(csv, size);
	*len = without_line_end(text, size);
	text[*len] = '\0';
	return text;
}

enum csv_status
csv_next(struct csv *csv)
{
	enum csv_status status = begin(csv);
	size_t size, len;
	char *text;

	if (status != CSV_RECORD)
		return status;
	while ((status = scan(csv, &size)) == CSV_RECORD && size == 0 &&
	       csv->len - csv->pos < CSV_RECORD_MAX)
		if (!fill(csv))
			return CSV_READ_FAILED;
	if (status == CSV_RECORD && (size == 0 || size > CSV_RECORD_MAX))
		status = CSV_TOO_LONG;
	if (status != CSV_RECORD) {
		step(csv, line_size(csv));
		return status;
	}
	text = take(csv, size, &len);
	return utf8_valid(text, len) ? split(csv, text, len) : CSV_BAD_TEXT;
}

enum csv_status
csv_next_line(struct csv *csv)
{
	enum csv_status status = begin(csv);
	size_t size, len;
	char *text;

	if (status != CSV_RECORD)
		return status;
	size = line_size(csv);
	text = take(csv, size, &len);
	csv->count = 0;
	add_field(csv, text, len);
	return utf8_valid(text, len) ? CSV_RECORD : CSV_BAD_TEXT;
}
