/* SPDX-License-Identifier: Apache-2.0 */
/* Any octets as CSV and as lines, in pieces whose size is the first octet. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct stream {
	const uint8_t *at;
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

/* Lines and offsets only go up, texts are as long as they say, and all of the stream is read. */
static void
read_all(const uint8_t *data, size_t size, size_t piece, enum csv_status (*next)(struct csv *csv))
{
	struct stream stream = { data, size, piece };
	uint64_t line = 0, offset = 0;
	enum csv_status status;
	struct csv csv;

	csv_open(&csv, read_stream, &stream, 0, 1);
	while ((status = next(&csv)) != CSV_END) {
		if (csv.line <= line || csv.offset <= offset)
			abort();
		line = csv.line;
		offset = csv.offset;
		for (size_t i = 0; status == CSV_RECORD && i < csv.count; i++)
			if (strlen(csv.fields[i].text) != csv.fields[i].len)
				abort();
	}
	if (csv.offset != size)
		abort();
	csv_close(&csv);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	read_all(data + 1, size - 1, (size_t)data[0] + 1, csv_next);
	read_all(data + 1, size - 1, (size_t)data[0] + 1, csv_next_line);
	return 0;
}
