/* SPDX-License-Identifier: Apache-2.0 */
/* Any octets as CSV and as lines: pieces of whatever size read the same, and what is written as CSV
 * is read back.
 *
 * Input: size of a piece, then the stream. */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "csv.h"
#include "fuzz.h"

struct stream {
	const char *at;
	size_t left, piece;
};

static ssize_t
read_stream(void *arg, char *data, size_t size)
{
	struct stream *stream = arg;
	size_t n = stream->left < stream->piece ? stream->left : stream->piece;

	n = n < size ? n : size;
	if (n > 0)
		memcpy(data, stream->at, n);
	stream->at += n;
	stream->left -= n;
	return (ssize_t)n;
}

static void
must_be_equal(const struct csv *a, const struct csv *b)
{
	MUST(a->line == b->line && a->offset == b->offset && a->count == b->count);
	for (size_t i = 0; i < a->count; i++)
		MUST(a->fields[i].len == b->fields[i].len &&
		     strcmp(a->fields[i].text, b->fields[i].text) == 0);
}

/* Lines and offsets only go up, texts are as long as they say, and all of the stream is read. */
static void
read_all(const char *data, size_t size, size_t piece, enum csv_status (*next)(struct csv *csv))
{
	struct stream pieces = { data, size, piece }, whole = { data, size, SIZE_MAX };
	uint64_t line = 0, offset = 0;
	enum csv_status status;
	struct csv csv, other;

	csv_open(&csv, read_stream, &pieces, 0, 1);
	csv_open(&other, read_stream, &whole, 0, 1);
	while ((status = next(&csv)) != CSV_END) {
		MUST(next(&other) == status);
		MUST(csv.line > line && csv.offset > offset);
		line = csv.line;
		offset = csv.offset;
		if (status != CSV_RECORD)
			continue;
		must_be_equal(&csv, &other);
		for (size_t i = 0; i < csv.count; i++)
			MUST(strlen(csv.fields[i].text) == csv.fields[i].len &&
			     utf8_valid(csv.fields[i].text, csv.fields[i].len));
	}
	MUST(next(&other) == CSV_END && csv.offset == size);
	csv_close(&csv);
	csv_close(&other);
}

/* One record whose fields are the lines of the input. */
static void
write_and_read(const char *data, size_t size)
{
	struct input in = { data, size };
	const char *fields[CSV_FIELDS_MAX];
	struct stream stream;
	struct arena arena;
	struct buf text;
	struct csv csv;
	size_t n = 0;

	arena_init(&arena);
	buf_init(&text, 1u << 24);
	while (in.left && n < CSV_FIELDS_MAX) {
		const char *field = take_line(&in, &arena);

		if (!utf8_valid(field, strlen(field)))
			continue;
		buf_puts(&text, n ? ",\"" : "\"");
		for (const char *p = field; *p; p++)
			buf_puts(&text, *p == '"' ? "\"\"" : (char[]){ *p, '\0' });
		buf_char(&text, '"');
		fields[n++] = field;
	}
	if (n > 0 && text.len < CSV_RECORD_MAX) {
		stream = (struct stream){ text.data, text.len, SIZE_MAX };
		csv_open(&csv, read_stream, &stream, 0, 1);
		MUST(csv_next(&csv) == CSV_RECORD && csv.count == n);
		for (size_t i = 0; i < n; i++)
			MUST(strcmp(csv.fields[i].text, fields[i]) == 0);
		MUST(csv_next(&csv) == CSV_END);
		csv_close(&csv);
	}
	buf_clear(&text);
	arena_clear(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { (const char *)data, size };
	size_t piece = take_octet(&in) + 1;
	char *text = take_rest(&in, &size);

	read_all(text, size, piece, csv_next);
	read_all(text, size, piece, csv_next_line);
	write_and_read(text, size);
	free(text);
	return 0;
}
