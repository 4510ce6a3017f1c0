/* SPDX-License-Identifier: Apache-2.0 */
/* How Chinese plate numbers are written, and their patterns. */
#include "vehicle/plate.h"

#include <stdint.h>
#include <string.h>

#include "core/text.h"
#include "core/width.h"

/* The most characters a plate with a pattern has: a new-energy plate. */
#define PLATE_CHARACTERS 8

/* The 31 provinces; embassies and consulates have their own first character. */
static const char first_place[] = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂"
				  "甘晋蒙陕吉闽贵粤青藏川宁琼使领";
/* Trailer, driving school, police, Hong Kong, Macao. */
static const char last_place[] = "挂学警港澳";

static bool
is_separator(uint32_t c)
{
	switch (c) {
	case ' ':
	case '\t':
	case '-':
	case 0x00A0: /* no-break space */
	case 0x00B7: /* middle dot */
	case 0x2022: /* bullet, as some keyboards write the middle dot */
	case 0x2027: /* hyphenation point, likewise */
	case 0x30FB: /* katakana middle dot, likewise */
		return true;
	default:
		return false;
	}
}

static uint32_t
upper(uint32_t c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

bool
plate_normalise(const char *in, size_t len, char *out, size_t size)
{
	const char *end = in + len;
	size_t n = 0;

	out[0] = '\0';
	if (!utf8_valid(in, len))
		return false;
	while (in < end) {
		const char *from = in;
		uint32_t c = upper(width_fold(utf8_next(&in, end)));
		size_t bytes = c < 0x80 ? 1 : (size_t)(in - from);

		if (is_separator(c))
			continue;
		if (n + bytes >= size) {
			out[0] = '\0';
			return false;
		}
		if (bytes == 1)
			out[n] = (char)c;
		else
			memcpy(out + n, from, bytes);
		n += bytes;
	}
	out[n] = '\0';
	return n > 0;
}

static bool
is_one_of(uint32_t c, const char *set)
{
	const char *end = set + strlen(set);

	while (set < end) {
		if (utf8_next(&set, end) == c)
			return true;
	}
	return false;
}

static bool
is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

/* I and O are left out: they look like 1 and 0. */
static bool
is_letter(uint32_t c)
{
	return c >= 'A' && c <= 'Z' && c != 'I' && c != 'O';
}

static bool
is_ordinary(const uint32_t *c)
{
	for (size_t i = 2; i < 6; i++) {
		if (!is_letter(c[i]) && !is_digit(c[i]))
			return false;
	}
	return is_letter(c[6]) || is_digit(c[6]) || is_one_of(c[6], last_place);
}

/* The letter of a new-energy plate: D, A, B, C, E battery electric; F, G, H, J, K others. */
static bool
is_energy_letter(uint32_t c)
{
	return is_letter(c) && c <= 'K';
}

/* Small vehicles have the letter first and five places behind it, large ones have it last. */
static bool
is_new_energy(const uint32_t *c)
{
	bool small = is_energy_letter(c[2]) && (is_letter(c[3]) || is_digit(c[3]));
	bool large = is_energy_letter(c[7]) && is_digit(c[2]) && is_digit(c[3]);

	for (size_t i = 4; i < 7; i++) {
		if (!is_digit(c[i]))
			return false;
	}
	return large || (small && is_digit(c[7]));
}

bool
plate_is_valid(const char *plate, enum plate_kind *kind)
{
	uint32_t c[PLATE_CHARACTERS];
	const char *end = plate + strlen(plate);
	size_t n = 0;

	while (plate < end) {
		if (n == PLATE_CHARACTERS)
			return false;
		c[n++] = utf8_next(&plate, end);
	}
	if (n < 7 || !is_one_of(c[0], first_place) || !is_letter(c[1]))
		return false;
	if (n == 7 ? !is_ordinary(c) : !is_new_energy(c))
		return false;
	*kind = n == 7 ? PLATE_ORDINARY : PLATE_NEW_ENERGY;
	return true;
}
