/* SPDX-License-Identifier: Apache-2.0 */
/* The comparable form of a part number. */
#include "part/part_number.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/arena.h"
#include "core/text.h"
#include "core/width.h"

static uint32_t
fold(uint32_t c)
{
	c = width_fold(c);
	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

/* Signs and spaces of ASCII and of the blocks of punctuation go; letters of any script stay. */
static bool
is_kept(uint32_t c)
{
	if (c < 0x80)
		return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
	if (c < 0xC0 || c == 0xD7 || c == 0xF7) /* Latin-1 signs, multiplication, division */
		return false;
	if ((c >= 0x2000 && c <= 0x2BFF) || (c >= 0x3000 && c <= 0x303F) || c == 0x30FB)
		return false;
	return c != 0xFFFD && c != 0xFEFF;
}

char *
part_number_normalise(struct arena *arena, const char *number)
{
	size_t len, n = 0;
	const char *in = number, *end;
	char *out;

	if (!number)
		return NULL;
	len = strlen(number);
	end = number + len;
	out = arena_alloc(arena, len + 1);
	while (in < end) {
		const char *from = in;
		uint32_t c = fold(utf8_next(&in, end));

		if (!is_kept(c))
			continue;
		if (c < 0x80) {
			out[n++] = (char)c;
		} else {
			memcpy(out + n, from, (size_t)(in - from));
			n += (size_t)(in - from);
		}
	}
	out[n] = '\0';
	return n > 0 ? out : arena_text(arena, number);
}
