/* SPDX-License-Identifier: Apache-2.0 */
/* Any content type and body: the content type is the first line. */
#include <stdint.h>
#include <string.h>

#include "multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *line = size ? memchr(text, '\n', size) : NULL;
	struct multipart_part part;
	struct multipart m;
	struct arena arena;

	if (!line)
		return 0;
	arena_init(&arena);
	if (multipart_open(&m, arena_copy(&arena, text, (size_t)(line - text)), line + 1,
	                   size - (size_t)(line + 1 - text)))
		while (multipart_next(&m, &arena, &part) == MULTIPART_PART)
			;
	arena_clear(&arena);
	return 0;
}
