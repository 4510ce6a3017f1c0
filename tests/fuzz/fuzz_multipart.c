/* SPDX-License-Identifier: Apache-2.0 */
/* Any content type and body: parts lie in the body, in its order, and their names are text.  And
 * what is wrapped in a boundary that it does not hold comes out as it went in.
 *
 * Input: the content type, a line end, the body. */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "fuzz.h"
#include "multipart.h"

static void
take_apart(const char *type, const char *body, size_t size)
{
	const char *end = body + size, *behind = body;
	struct multipart_part part;
	struct multipart m;
	struct arena arena;

	arena_init(&arena);
	if (multipart_open(&m, type, body, size)) {
		while (multipart_next(&m, &arena, &part) == MULTIPART_PART) {
			MUST(part.data >= behind && part.data <= end);
			MUST(part.size <= (size_t)(end - part.data));
			behind = part.data + part.size;
			MUST(part.name && utf8_valid(part.name, strlen(part.name)));
			MUST(!part.filename || utf8_valid(part.filename, strlen(part.filename)));
		}
	}
	arena_clear(&arena);
}

static void
wrap_and_take(const char *content, size_t size)
{
	static const char head[] = "--fettle-7\r\nContent-Disposition: form-data; name=\"file\"; "
				   "filename=\"a.csv\"\r\n\r\n",
			  tail[] = "\r\n--fettle-7--\r\n", mark[] = "\r\n--fettle-7";
	struct multipart_part part;
	struct multipart m;
	struct arena arena;
	struct buf body;

	if (memmem(content, size, mark, strlen(mark)))
		return;
	arena_init(&arena);
	buf_init(&body, 1u << 24);
	buf_puts(&body, head);
	buf_put(&body, content, size);
	buf_puts(&body, tail);
	MUST(multipart_open(&m, "multipart/form-data; boundary=\"fettle-7\"", body.data, body.len));
	MUST(multipart_next(&m, &arena, &part) == MULTIPART_PART);
	MUST(part.size == size && (size == 0 || memcmp(part.data, content, size) == 0));
	MUST(strcmp(part.name, "file") == 0 && strcmp(part.filename, "a.csv") == 0);
	MUST(multipart_next(&m, &arena, &part) == MULTIPART_END);
	buf_clear(&body);
	arena_clear(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { (const char *)data, size };
	struct arena arena;
	const char *type;
	char *body;

	arena_init(&arena);
	type = take_line(&in, &arena);
	body = take_rest(&in, &size);
	take_apart(type, body, size);
	wrap_and_take(body, size);
	free(body);
	arena_clear(&arena);
	return 0;
}
