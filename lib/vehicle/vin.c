/* SPDX-License-Identifier: Apache-2.0 */
/* Form, check digit and model year of a vehicle identification number. */
#include "vehicle/vin.h"

#include <string.h>

#include "core/arena.h"

#define CYCLE      30
#define FIRST_YEAR 1980
/* First year of the cycle in which North American cars carry a letter at position 7. */
#define LETTER_CYCLE 2010

/* The year codes in order, A for FIRST_YEAR; I, O, Q, U, Z and 0 are never used. */
static const char year_codes[] = "ABCDEFGHJKLMNPRSTVWXY123456789";

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Latin letters and digits alone change case, whatever the process's locale. */
static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* ISO 3779 value of one character, -1 for what no VIN may hold. */
static int
value_of(char c)
{
	/*                            ABCDEFGHIJKLMNOPQRSTUVWXYZ, 0 for the letters not used */
	static const char values[] = "12345678012345070923456789";

	if (is_digit(c))
		return c - '0';
	if (c < 'A' || c > 'Z' || values[c - 'A'] == '0')
		return -1;
	return values[c - 'A'] - '0';
}

static bool
is_separator(char c)
{
	return c == ' ' || c == '\t' || c == '-';
}

bool
vin_normalise(const char *in, size_t len, char out[static VIN_SIZE])
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = upper(in[i]);

		if (is_separator(c))
			continue;
		if (n == VIN_LENGTH || value_of(c) < 0) {
			out[0] = '\0';
			return false;
		}
		out[n++] = c;
	}
	if (n != VIN_LENGTH)
		n = 0;
	out[n] = '\0';
	return n == VIN_LENGTH;
}

enum vin_check
vin_check_digit(const char vin[static VIN_LENGTH])
{
	static const int weights[VIN_LENGTH] = {
		8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2
	};
	int sum = 0;

	if (!is_digit(vin[8]) && vin[8] != 'X')
		return VIN_ABSENT;
	for (size_t i = 0; i < VIN_LENGTH; i++)
		sum += value_of(vin[i]) * weights[i];
	return "0123456789X"[sum % 11] == vin[8] ? VIN_OK : VIN_FAILED;
}

const char *
vin_suggest(struct arena *arena, const char *in)
{
	size_t len = strlen(in);
	char *mended = arena_alloc(arena, len + 1);
	char *vin = arena_alloc(arena, VIN_SIZE);
	bool changed = false;

	for (size_t i = 0; i < len; i++) {
		char c = upper(in[i]);

		mended[i] = c == 'I' ? '1' : c == 'O' || c == 'Q' ? '0' : c;
		changed = changed || mended[i] != c;
	}
	mended[len] = '\0';
	return changed && vin_normalise(mended, len, vin) ? vin : NULL;
}

/* Position 10 as a year of the first cycle, 0 when it is not a year code. */
static int
first_cycle_year(const char *vin)
{
	const char *code = memchr(year_codes, vin[9], sizeof(year_codes) - 1);

	return code ? FIRST_YEAR + (int)(code - year_codes) : 0;
}

int
vin_model_year_latest(const char vin[static VIN_LENGTH], int not_after)
{
	int year = first_cycle_year(vin);

	if (year == 0 || year > not_after)
		return 0;
	return year + (not_after - year) / CYCLE * CYCLE;
}

int
vin_model_year(const char vin[static VIN_LENGTH], int not_after)
{
	int year = first_cycle_year(vin);

	if (year == 0)
		return 0;
	if (vin[0] >= '1' && vin[0] <= '5') {
		if (!is_digit(vin[6]))
			year += LETTER_CYCLE - FIRST_YEAR;
		return year <= not_after ? year : 0;
	}
	if (vin[0] != 'L' && vin_check_digit(vin) != VIN_OK)
		return 0;
	return vin_model_year_latest(vin, not_after);
}
