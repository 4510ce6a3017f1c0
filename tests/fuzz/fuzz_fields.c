/* SPDX-License-Identifier: Apache-2.0 */
/* Header fields with a value to be understood: Range and If-Match.
 *
 * Input: a size, then the field. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "fuzz.h"
#include "range.h"

static void
read_range(const char *field, uint64_t size)
{
	uint64_t offset = UINT64_MAX, length = UINT64_MAX;
	char again[64];

	if (range_parse(field, size, &offset, &length) != RANGE_PART) {
		MUST(offset == UINT64_MAX && length == UINT64_MAX);
		return;
	}
	MUST(length > 0 && offset < size && length <= size - offset);
	(void)snprintf(again, sizeof(again), "bytes=%llu-%llu", (unsigned long long)offset,
	               (unsigned long long)(offset + length - 1));
	MUST(range_parse(again, size, &offset, &length) == RANGE_PART);
}

static void
read_version(const char *field)
{
	int64_t version = version_of_tag(field);
	char again[64];

	MUST(version >= 0);
	(void)snprintf(again, sizeof(again), "W/\"%lld.0123abcd\"", (long long)version);
	MUST(version_of_tag(again) == version);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { (const char *)data, size };
	struct arena arena;
	uint64_t octets = 0;
	const char *field;

	arena_init(&arena);
	for (unsigned n = take_octet(&in) % 9; n > 0; n--)
		octets = octets * 256 + take_octet(&in);
	field = take_line(&in, &arena);
	read_range(field, octets);
	read_version(field);
	arena_clear(&arena);
	return 0;
}
