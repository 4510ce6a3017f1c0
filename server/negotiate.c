/* SPDX-License-Identifier: Apache-2.0 */
/* Weighted lists of headers: ranges, and q from 0 to 1 with three decimals. */
#include "negotiate.h"

#include <string.h>
#include <strings.h>

#include "core/base.h"

#define Q_MAX 1000 /* q=1 */

/* One member of a list: its range, and how much it is wanted in thousandths. */
struct range {
	const char *text;
	size_t size;
	int q;
};

/* `0`, `1`, `0.5`, `0.123`; -1 of anything else. */
static int
weight(const char *text, size_t size)
{
	int q = 0;

	if (size == 0 || size > 5 || text[0] < '0' || text[0] > '1' || (size > 1 && text[1] != '.'))
		return -1;
	for (size_t i = 0, unit = Q_MAX; i < 5; i++) {
		if (i == 1)
			continue;
		if (i < size && (text[i] < '0' || text[i] > '9'))
			return -1;
		if (i < size)
			q += (text[i] - '0') * (int)unit;
		unit /= 10;
	}
	return q <= Q_MAX ? q : -1;
}

static size_t
blanks(const char *text)
{
	return strspn(text, " \t");
}

/* The member at `*at`, and step behind it; false at the end.  One whose q is no weight is not
 * wanted. */
static bool
next_range(const char **at, struct range *range)
{
	*at += strspn(*at, " \t,");
	if (**at == '\0')
		return false;
	*range = (struct range){ .text = *at, .size = strcspn(*at, " \t;,"), .q = Q_MAX };
	*at += range->size;
	*at += blanks(*at);
	while (**at == ';') {
		size_t name;

		*at += 1 + blanks(*at + 1);
		name = strcspn(*at, "=;, \t");
		if (name == 1 && (**at == 'q' || **at == 'Q') && (*at)[1] == '=')
			range->q = weight(*at + 2, strcspn(*at + 2, ";, \t"));
		*at += strcspn(*at, ";,");
	}
	*at += strcspn(*at, ",");
	return true;
}

static bool
is(const struct range *range, const char *text)
{
	return range->size == strlen(text) && strncasecmp(range->text, text, range->size) == 0;
}

/* The language itself or one of its kinds: zh, zh-CN, zh-Hans. */
static bool
is_language(const struct range *range, const char *code)
{
	size_t n = strlen(code);

	return range->size >= n && strncasecmp(range->text, code, n) == 0 &&
	       (range->size == n || range->text[n] == '-');
}

bool
negotiate_chinese(const char *accept_language)
{
	static const char *const codes[] = { "en", "zh" };
	int q[COUNT_OF(codes)] = { -1, -1 }, other = 0;
	struct range range;
	bool chinese_first = false;

	while (accept_language && next_range(&accept_language, &range)) {
		if (is(&range, "*"))
			other = range.q;
		for (size_t i = 0; i < COUNT_OF(codes); i++) {
			if (!is_language(&range, codes[i]))
				continue;
			chinese_first = chinese_first || (i == 1 && q[0] < 0);
			if (range.q > q[i])
				q[i] = range.q;
		}
	}
	for (size_t i = 0; i < COUNT_OF(codes); i++)
		if (q[i] < 0)
			q[i] = other;
	return q[1] > q[0] || (q[1] == q[0] && q[1] > 0 && chinese_first);
}

/* How exactly a range speaks of application/json; 0: not at all. */
static int
exactness(const struct range *range)
{
	if (is(range, "application/json"))
		return 4;
	if (is(range, "application/*"))
		return 3;
	if (is(range, "*/*"))
		return 2;
	/* whoever reads another kind of JSON reads this one */
	return range->size > 5 && strncasecmp(range->text + range->size - 5, "+json", 5) == 0;
}

bool
negotiate_json(const char *accept)
{
	struct range range;
	int exact = 0, q = 0;

	if (!accept || accept[blanks(accept)] == '\0')
		return true;
	while (next_range(&accept, &range)) {
		int now = exactness(&range);

		if (now > exact || (now == exact && now > 0 && range.q > q)) {
			exact = now;
			q = range.q;
		}
	}
	return exact > 0 && q > 0;
}
