/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic of quantities and money, and quantities as text. */
#include "core/qty.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DECIMALS 3

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Append the digits at `s` to `*n`, at most `max_digits` of them.  How many; 0 for too many. */
static size_t
take_digits(const char *s, const char *end, size_t max_digits, int64_t *n)
{
	size_t count = 0;

	for (; s + count < end && is_digit(s[count]); count++) {
		if (count == max_digits)
			return 0;
		*n = *n * 10 + (s[count] - '0');
	}
	return count;
}

bool
qty_parse(const char *s, size_t len, struct qty *qty)
{
	const char *end = s + len;
	bool negative = len && *s == '-';
	size_t whole, decimals = 0;
	int64_t milli = 0;

	if (negative)
		s++;
	whole = take_digits(s, end, 13, &milli);
	if (!whole || (whole > 1 && *s == '0'))
		return false;
	s += whole;
	if (s < end && *s == '.') {
		s++;
		decimals = take_digits(s, end, DECIMALS, &milli);
		if (!decimals)
			return false;
		s += decimals;
	}
	for (; decimals < DECIMALS; decimals++)
		milli *= 10;
	if (s != end || milli > QTY_MAX_MILLI)
		return false;
	qty->milli = negative ? -milli : milli;
	return true;
}

char *
qty_format(struct qty qty, char out[static QTY_TEXT])
{
	uint64_t milli = qty.milli < 0 ? -(uint64_t)qty.milli : (uint64_t)qty.milli;
	size_t len;

	(void)snprintf(out, QTY_TEXT, "%s%" PRIu64 ".%03u", qty.milli < 0 ? "-" : "", milli / 1000,
	               (unsigned)(milli % 1000));
	len = strlen(out);
	while (out[len - 1] == '0')
		len--;
	if (out[len - 1] == '.')
		len--;
	out[len] = '\0';
	return out;
}

bool
qty_add(struct qty a, struct qty b, struct qty *out)
{
	int64_t sum;

	if (__builtin_add_overflow(a.milli, b.milli, &sum) || sum > QTY_MAX_MILLI ||
	    sum < -QTY_MAX_MILLI)
		return false;
	out->milli = sum;
	return true;
}

bool
money_add(int64_t a, int64_t b, int64_t *out)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return false;
	*out = sum;
	return true;
}

bool
money_mul_qty(int64_t unit_price, struct qty qty, int64_t *amount)
{
	__extension__ __int128 product = (__int128)unit_price * qty.milli;

	/* Division cuts towards zero, so half a fen is added away from it first. */
	product += product < 0 ? -500 : 500;
	product /= 1000;
	if (product > INT64_MAX || product < INT64_MIN)
		return false;
	*amount = (int64_t)product;
	return true;
}

/* value x part / whole, half a fen up. */
__extension__ static __int128
scale(int64_t value, struct qty part, struct qty whole)
{
	__extension__ __int128 twice = 2 * (__int128)value * part.milli;

	assert(value >= 0 && part.milli >= 0 && whole.milli > 0);
	return (twice + whole.milli) / 2 / whole.milli;
}

bool
money_scale(int64_t value, struct qty part, struct qty whole, int64_t *out)
{
	__extension__ __int128 scaled = scale(value, part, whole);

	if (scaled > INT64_MAX)
		return false;
	*out = (int64_t)scaled;
	return true;
}

int64_t
money_share(int64_t value, struct qty part, struct qty whole)
{
	assert(part.milli <= whole.milli);
	return (int64_t)scale(value, part, whole);
}
