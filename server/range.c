/* SPDX-License-Identifier: Apache-2.0 */
/* One range of octets, read digit by digit. */
#include "range.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Digits to a number that stays at its ceiling; false when there is none. */
static bool
take_number(const char **at, uint64_t *n)
{
	const char *s = *at;

	*n = 0;
	for (; *s >= '0' && *s <= '9'; s++)
		if (__builtin_mul_overflow(*n, 10, n) ||
		    __builtin_add_overflow(*n, (uint64_t)(*s - '0'), n))
			*n = UINT64_MAX;
	if (s == *at)
		return false;
	*at = s;
	return true;
}

enum range
range_parse(const char *header, uint64_t size, uint64_t *offset, uint64_t *length)
{
	uint64_t first, last = UINT64_MAX;
	bool has_first, has_last;

	if (strncasecmp(header, "bytes=", 6) != 0)
		return RANGE_NONE;
	header += 6;
	has_first = take_number(&header, &first);
	if (*header++ != '-')
		return RANGE_NONE;
	has_last = take_number(&header, &last);
	if (*header != '\0' || !(has_first || has_last) || (has_first && has_last && last < first))
		return RANGE_NONE;
	if (!has_first) { /* the last so many */
		first = last < size ? size - last : 0;
		if (last == 0 || size == 0)
			return RANGE_OUTSIDE;
		last = size - 1;
	}
	if (first >= size)
		return RANGE_OUTSIDE;
	if (!has_last || last >= size)
		last = size - 1;
	*offset = first;
	*length = last - first + 1;
	return RANGE_PART;
}
