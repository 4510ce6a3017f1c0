/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding of UTF-8 and base64url, and comparison and trimming of texts. */
#include "core/text.h"

#include <string.h>

/* How many bytes the well-formed code point at `s` has; 0 if there is none.  Takes U+0000. */
static size_t
decode(const char *s, size_t len, uint32_t *code)
{
	static const uint32_t min[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = (unsigned char)*s;
	size_t size, i;
	uint32_t c;

	if (first < 0x80) {
		*code = first;
		return 1;
	}
	if (first < 0xc2 || first > 0xf4)
		return 0;
	size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	if (size > len)
		return 0;
	c = first & (0x7fU >> size);
	for (i = 1; i < size; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | ((unsigned char)s[i] & 0x3f);
	}
	if (c < min[size] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*code = c;
	return size;
}

bool
utf8_valid(const char *s, size_t len)
{
	size_t at = 0, size;
	uint32_t code;

	for (; at < len; at += size) {
		size = decode(s + at, len - at, &code);
		if (!size || code == 0)
			return false;
	}
	return true;
}

size_t
utf8_length(const char *s, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	return n;
}

uint32_t
utf8_next(const char **s, const char *end)
{
	uint32_t code;
	size_t size = decode(*s, (size_t)(end - *s), &code);

	*s += size ? size : 1;
	return size ? code : 0xfffd;
}

/* Unicode's White_Space, and the two of zero width that come along with pasted text. */
static bool
is_space(uint32_t c)
{
	return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200b) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
	       c == 0x205f || c == 0x3000 || c == 0xfeff;
}

/* Where the text begins and ends without white space around it; both the end if it is blank. */
static void
find_text(const char *s, const char **first, const char **last)
{
	const char *end = s + strlen(s);

	*first = *last = end;
	while (s < end) {
		const char *start = s;

		if (is_space(utf8_next(&s, end)))
			continue;
		if (*first == end)
			*first = start;
		*last = s;
	}
}

bool
text_is_blank(const char *s)
{
	const char *first, *last;

	if (!s)
		return true;
	find_text(s, &first, &last);
	return first == last;
}

char *
text_trim(struct arena *arena, const char *s)
{
	const char *first, *last;

	if (!s)
		return NULL;
	find_text(s, &first, &last);
	return arena_copy(arena, first, (size_t)(last - first));
}

bool
text_equal(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}

size_t
base64url_encode(char *out, const void *data, size_t len)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const unsigned char *in = data;
	uint32_t bits = 0;
	unsigned have = 0;
	size_t i, at = 0;

	for (i = 0; i < len; i++) {
		bits = bits << 8 | in[i];
		for (have += 8; have >= 6; have -= 6)
			out[at++] = alphabet[bits >> (have - 6) & 63];
	}
	if (have)
		out[at++] = alphabet[bits << (6 - have) & 63];
	out[at] = '\0';
	return at;
}

static int
base64url_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-')
		return 62;
	return c == '_' ? 63 : -1;
}

bool
base64url_decode(const char *s, size_t len, unsigned char *out, size_t max, size_t *out_len)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t i, at = 0;

	if (len % 4 == 1)
		return false;
	for (i = 0; i < len; i++) {
		int value = base64url_value(s[i]);

		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		have += 6;
		if (have < 8)
			continue;
		if (at == max)
			return false;
		have -= 8;
		out[at++] = (unsigned char)(bits >> have);
	}
	/* One value has one spelling. */
	if (bits & ((1U << have) - 1))
		return false;
	*out_len = at;
	return true;
}

size_t
text_distance(const char *a, const char *b)
{
	size_t row[65], n = strlen(b);

	if (n >= COUNT_OF(row))
		return SIZE_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (; *a; a++) {
		size_t diagonal = row[0]++;

		for (size_t j = 1; j <= n; j++) {
			size_t best = diagonal + (*a != b[j - 1]);

			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = row[j];
			row[j] = best;
		}
	}
	return row[n];
}

/* For each byte of a word that is below n (at most 0x80), and perhaps for those above one that is, its
 * highest bit. */
static uint64_t
bytes_below(uint64_t word, uint64_t n)
{
	return (word - UINT64_C(0x0101010101010101) * n) & ~word & UINT64_C(0x8080808080808080);
}

static uint64_t
bytes_of(uint64_t word, unsigned char c)
{
	return bytes_below(word ^ UINT64_C(0x0101010101010101) * c, 1);
}

static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
}

size_t
text_plain(const char *s, size_t len)
{
	size_t n = 0;
	uint64_t word;

	/* eight at a time: every text of every reply comes through here */
	for (; len - n >= sizeof(word); n += sizeof(word)) {
		memcpy(&word, s + n, sizeof(word));
		if (bytes_below(word, 0x20) | bytes_of(word, '"') | bytes_of(word, '\\') |
		    bytes_of(word, 0x7f))
			break;
	}
	while (n < len && is_plain((unsigned char)s[n]))
		n++;
	return n;
}

int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}
